"""Opens the database, brings it up to date, and turns what goes wrong with it into our words. Knows no query.

SQLite today; nothing here but the settings of a connection is SQLite's own, so that a PostgreSQL URL can follow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from data.errors import BadHome, Busy, LanternError, NoRoom, NotWritable
from data.store import schema
from data.store.rows import Rows

BUSY_S = 30.0  # how long to wait for another process's change
CACHE_KIB = 65_536  # of pages: fingerprints fall anywhere in an index, which is read again and again if it does not fit
MIGRATIONS = Path(__file__).parent / "migrations"

FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_TOOBIG})
CLOSED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


class Store:
    """The database of one home."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database and bring its tables up to date; whoever calls sees to it that only one does at a time."""
        engine = create_engine(url, max_overflow=-1)  # no thread waits for another's connection
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_up_sqlite)
        store = cls(engine)
        try:
            with explained():
                store._bring_up_to_date()
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def at(cls, path: Path) -> Store:
        """The SQLite file at `path`, made if need be; readable by its owner alone."""
        if not path.exists():
            new_file(path)
        return cls.open(sqlite_url(path))

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self, *, sees_all: bool = False) -> Iterator[Rows]:
        """Looks things up, without waiting for those who write; where `sees_all`, what is still arriving too."""
        with explained(), self._engine.connect() as connection:
            yield Rows(connection, sees_all=sees_all)

    @contextmanager
    def changing(self) -> Iterator[Rows]:
        """One transaction: all of it when the block ends well, nothing of it otherwise."""
        with explained(), self._engine.begin() as connection:
            _take_turns(connection)
            yield Rows(connection, sees_all=True)

    def _bring_up_to_date(self) -> None:
        with self._engine.connect() as connection:
            version = _version(connection)
        if version == schema.HEAD:
            return
        if version is None:
            _create(self._engine)
            return
        if version > schema.HEAD:
            raise BadHome("the database was made by a newer Lantern: install the newest version to open it")
        _migrate(self._engine)


def _version(connection: Connection) -> str | None:
    """The migration that the database stands at; None for a new one."""
    if not inspect(connection).has_table(schema.version.name):
        return None
    number: str | None = connection.execute(select(schema.version.c.version_num)).scalar()
    return number


def _create(engine: Engine) -> None:
    """Make the tables as they are today in one go, at a tenth of what all the migrations take."""
    with engine.begin() as connection:
        _take_turns(connection)
        schema.metadata.create_all(connection)
        schema.version.create(connection)
        connection.execute(schema.version.insert().values(version_num=schema.HEAD))


def _migrate(engine: Engine) -> None:
    """Alembic is imported here alone: a new home, and one that is up to date, opens without it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection, _unlinked(connection), connection.begin():
        _take_turns(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _unlinked(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew: dropping the old one must not take along what belongs to its rows."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()  # outside of any transaction, in which it would be ignored
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
        driver.close()


def _take_turns(connection: Connection) -> None:
    """SQLite's driver begins a transaction late, and none at all before a CREATE: what was looked up could change."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def new_file(path: Path) -> None:
    """An empty database that only its owner may read, of the kind that is flushed once for each change."""
    with explained():
        try:
            path.touch(mode=0o600)
        except OSError as err:
            raise NotWritable(f"{path} cannot be written: check the permissions of its folder") from err
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as err:
            raise DBAPIError("PRAGMA", None, err) from err
        finally:
            connection.close()


def sqlite_url(path: Path) -> str:
    """Of the database in that file, whatever characters its path has."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


@contextmanager
def explained() -> Iterator[None]:
    """Turns the library's errors into ours."""
    try:
        yield
    except DBAPIError as err:
        code = getattr(err.orig, "sqlite_errorcode", 0) & 0xFF
        if code in FULL:
            raise NoRoom("the home folder's disk is full: make room there") from err
        if code in CLOSED:
            raise NotWritable("the database in the home folder cannot be written: check its permissions") from err
        if code in DAMAGED:
            raise BadHome("the database is damaged: put the home folder back from a backup") from err
        if code == sqlite3.SQLITE_BUSY:
            raise Busy("another Lantern holds the database: try again when it is done") from err
        raise LanternError(f"the database failed: {type(err.orig).__name__}") from err

"""Opens the database, brings it up to date, and holds every query. Knows nothing of keys: what is personal is sealed.

SQLite today; nothing here but the settings of a connection is SQLite's own, so that a PostgreSQL URL can follow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy import table as unmapped
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import Table

from data.errors import BadHome, Busy, LanternError, NoRoom, NotWritable
from data.store import schema

BUSY_S = 30.0  # how long to wait for another process's change
MIGRATIONS = Path(__file__).parent / "migrations"

FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_TOOBIG})
CLOSED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


Made = Literal["portraits", "voices"]
MADE: dict[Made, Table] = {"portraits": schema.portraits, "voices": schema.voices}


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A source as the table holds it."""

    kind: str
    fingerprint: bytes
    file: bytes
    author: bytes | None
    date: bytes | None
    text: bytes | None
    blob_id: str


class Store:
    """The database of one home."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database and bring its tables up to date; whoever calls sees to it that only one does at a time."""
        engine = create_engine(url)
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
    def reading(self) -> Iterator[Rows]:
        """Looks things up, without waiting for those who write."""
        with explained(), self._engine.connect() as connection:
            yield Rows(connection)

    @contextmanager
    def changing(self) -> Iterator[Rows]:
        """One transaction: all of it when the block ends well, nothing of it otherwise."""
        with explained(), self._engine.begin() as connection:
            _take_turns(connection)
            yield Rows(connection)

    def _bring_up_to_date(self) -> None:
        with self._engine.connect() as connection:
            version = _version(connection)
        if version == schema.HEAD:
            return
        if version is not None and version > schema.HEAD:
            raise BadHome("the database was made by a newer Lantern: install the newest version to open it")
        _migrate(self._engine)


class Rows:
    """The queries, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def memorials(self) -> list[tuple[str, bytes]]:
        """Id and sealed person of each, the oldest first."""
        query = select(schema.memorials.c.id, schema.memorials.c.person)
        rows = self._connection.execute(query.order_by(schema.memorials.c.added_at, schema.memorials.c.id))
        return [(row.id, row.person) for row in rows]

    def knows(self, memorial_id: str, *, for_change: bool = False) -> bool:
        """Whether there is such a memorial; for a change, nobody else changes it until the transaction ends."""
        query = select(schema.memorials.c.id).where(schema.memorials.c.id == memorial_id)
        query = query.with_for_update() if for_change else query  # SQLite has taken its turn already
        return self._connection.execute(query).scalar_one_or_none() is not None

    def add_memorial(self, memorial_id: str, person: bytes) -> None:
        """A new memorial."""
        self._insert(schema.memorials, id=memorial_id, person=person, added_at=_now())

    def remove_memorial(self, memorial_id: str) -> None:
        """The memorial and all rows that belong to it."""
        self._connection.execute(delete(schema.memorials).where(schema.memorials.c.id == memorial_id))

    def blob_with(self, memorial_id: str, fingerprint: bytes) -> str | None:
        """The id of the blob that has this content, if there is one."""
        table = schema.blobs
        query = select(table.c.id).where(table.c.memorial_id == memorial_id, table.c.fingerprint == fingerprint)
        blob_id: str | None = self._connection.execute(query).scalar_one_or_none()
        return blob_id

    def blob_ids(self, memorial_id: str) -> set[str]:
        """All blobs of a memorial that are spoken of."""
        query = select(schema.blobs.c.id).where(schema.blobs.c.memorial_id == memorial_id)
        return set(self._connection.execute(query).scalars())

    def add_blob(self, memorial_id: str, blob_id: str, fingerprint: bytes) -> None:
        """A blob that lies in the vault already."""
        self._insert(schema.blobs, id=blob_id, memorial_id=memorial_id, fingerprint=fingerprint)

    def source_with(self, memorial_id: str, fingerprint: bytes) -> int | None:
        """The number of the source that has this content, if there is one."""
        table = schema.sources
        query = select(table.c.id).where(table.c.memorial_id == memorial_id, table.c.fingerprint == fingerprint)
        source_id: int | None = self._connection.execute(query).scalar_one_or_none()
        return source_id

    def author_of(self, source_id: int) -> bytes | None:
        """Who wrote it, sealed."""
        query = select(schema.sources.c.author).where(schema.sources.c.id == source_id)
        author: bytes | None = self._connection.execute(query).scalar_one()
        return author

    def set_author(self, source_id: int, author: bytes | None) -> None:
        """Somebody else wrote it."""
        table = schema.sources
        self._connection.execute(update(table).where(table.c.id == source_id).values(author=author))

    def add_source(self, memorial_id: str, row: KeptRow) -> int:
        """A new source; gives its number."""
        values = {name: getattr(row, name) for name in KeptRow.__slots__}
        return self._insert(schema.sources, memorial_id=memorial_id, added_at=_now(), **values)

    def sources(self, memorial_id: str, kinds: tuple[str, ...] = schema.KINDS) -> list[KeptRow]:
        """The sources of some kinds, the first added first."""
        table = schema.sources
        query = select(*(table.c[name] for name in KeptRow.__slots__))
        query = query.where(table.c.memorial_id == memorial_id, table.c.kind.in_(kinds)).order_by(table.c.id)
        return [KeptRow(*row) for row in self._connection.execute(query)]

    def set_made(self, what: Made, memorial_id: str, source_id: int, blob_id: str) -> list[str]:
        """Make a blob the latest of its kind; gives the ids of blobs that it took the place of."""
        table = MADE[what]
        earlier = select(table.c.blob_id).where(table.c.source_id == source_id, table.c.blob_id != blob_id)
        replaced = list(self._connection.execute(earlier).scalars())
        self._connection.execute(delete(table).where(table.c.source_id == source_id))
        self._insert(table, memorial_id=memorial_id, source_id=source_id, blob_id=blob_id, added_at=_now())
        return [old for old in replaced if self._remove_unused(old)]

    def latest(self, what: Made, memorial_id: str) -> str | None:
        """The blob last made."""
        table = MADE[what]
        query = select(table.c.blob_id).where(table.c.memorial_id == memorial_id).order_by(table.c.id.desc()).limit(1)
        blob_id: str | None = self._connection.execute(query).scalar_one_or_none()
        return blob_id

    def paper(self, memorial_id: str, job_id: str, name: str) -> str | None:
        """The blob of one paper."""
        blob_id: str | None = self._connection.execute(
            _papers(select(schema.papers.c.blob_id), memorial_id, job_id).where(schema.papers.c.name == name)
        ).scalar_one_or_none()
        return blob_id

    def add_paper(self, memorial_id: str, job_id: str, name: str, blob_id: str) -> None:
        """A paper of a name that the job has none of."""
        self._insert(schema.papers, memorial_id=memorial_id, job_id=job_id, name=name, blob_id=blob_id, added_at=_now())

    def remove_papers(self, memorial_id: str, job_id: str, names: Sequence[str] | None = None) -> list[str]:
        """Those of some names, or all; gives the ids of blobs that nothing speaks of any more."""
        chosen: Select[Any] = select(schema.papers.c.id, schema.papers.c.blob_id)
        chosen = _papers(chosen, memorial_id, job_id)
        if names is not None:
            chosen = chosen.where(schema.papers.c.name.in_(names))
        rows = list(self._connection.execute(chosen))
        self._connection.execute(delete(schema.papers).where(schema.papers.c.id.in_([row.id for row in rows])))
        return [blob_id for blob_id in dict.fromkeys(row.blob_id for row in rows) if self._remove_unused(blob_id)]

    def jobs(self, before: datetime) -> list[tuple[str, str]]:
        """Memorial and id of every job that got its first paper before then."""
        table = schema.papers
        query = select(table.c.memorial_id, table.c.job_id).group_by(table.c.memorial_id, table.c.job_id)
        rows = self._connection.execute(query.having(func.min(table.c.added_at) < before))
        return [(row.memorial_id, row.job_id) for row in rows]

    def _remove_unused(self, blob_id: str) -> bool:
        for table in (schema.sources, schema.papers, *MADE.values()):
            uses = select(func.count()).select_from(table).where(table.c.blob_id == blob_id)
            if self._connection.execute(uses).scalar_one():
                return False
        self._connection.execute(delete(schema.blobs).where(schema.blobs.c.id == blob_id))
        return True

    def _insert(self, table: Table, **values: Any) -> int:
        key = self._connection.execute(insert(table).values(**values)).inserted_primary_key
        return key[0] if key and isinstance(key[0], int) else 0


def _papers(query: Select[Any], memorial_id: str, job_id: str) -> Select[Any]:
    return query.where(schema.papers.c.memorial_id == memorial_id, schema.papers.c.job_id == job_id)


def _version(connection: Connection) -> str | None:
    """The migration that the database stands at; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    column: Any = literal_column("version_num")
    version: str | None = connection.execute(select(column).select_from(unmapped("alembic_version"))).scalar()
    return version


def _migrate(engine: Engine) -> None:
    """Alembic is imported here alone: an up-to-date home opens without it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        _take_turns(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _take_turns(connection: Connection) -> None:
    """SQLite's driver begins a transaction late, and none at all before a CREATE: what was looked up could change."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
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


def _now() -> datetime:
    return datetime.now(UTC)

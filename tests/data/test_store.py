from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from data.archive import Archive
from data.errors import BadHome
from data.store import schema
from data.store.store import MIGRATIONS, Store


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def tables(path: Path) -> dict[str, object]:
    """All that a database can tell of its tables, whatever order it was made in."""
    engine = create_engine(f"sqlite:///{path}")
    told = inspect(engine)
    found: dict[str, object] = {
        name: [
            sorted(map(repr, look(name)))
            for look in (
                told.get_columns,
                told.get_foreign_keys,
                told.get_unique_constraints,
                told.get_check_constraints,
                told.get_indexes,
            )
        ]
        + [told.get_pk_constraint(name)]
        for name in told.get_table_names()
    }
    engine.dispose()
    return found


def test_the_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    Store.at(tmp_path / "new.sqlite").close()
    at_migration(tmp_path / "old.sqlite", "head")
    assert tables(tmp_path / "new.sqlite") == tables(tmp_path / "old.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused(root: Path) -> None:
    Archive.open(root).close()
    engine = create_engine(f"sqlite:///{root / 'lantern.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(BadHome, match="newer"):
        Archive.open(root)


def at_migration(path: Path, revision: str) -> None:
    """A database as an older program made it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_bringing_a_database_up_to_date_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    at_migration(path, "0002")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO memorials VALUES ('m', x'00', '2020-01-01')",
            "INSERT INTO blobs VALUES ('b', 'm', x'01')",
            "INSERT INTO sources VALUES (7, 'm', 'photo', x'02', x'03', NULL, NULL, NULL, 'b', '2020-01-01')",
            "INSERT INTO portraits VALUES (1, 'm', 7, 'b', '2020-01-01')",
            "INSERT INTO voices VALUES (1, 'm', 7, 'b', '2020-01-01')",
            "INSERT INTO papers VALUES (1, 'm', 'j', 'order', 'b', '2020-01-01')",
        ):
            connection.execute(text(statement))
    Store.at(path).close()
    with engine.begin() as connection:
        for table in ("memorials", "blobs", "sources", "portraits", "voices", "papers"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1, table
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        connection.execute(text("UPDATE sources SET kind = 'told'"))
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE sources SET kind = 'rumour'"))
    engine.dispose()


def test_what_belongs_to_a_row_goes_with_it_after_an_update_too(tmp_path: Path) -> None:
    at_migration(tmp_path / "a.sqlite", "0001")
    store = Store.at(tmp_path / "a.sqlite")
    with store.changing() as rows:
        rows.add_memorial("m", b"person")
        rows.add_note("glossary", "m", "n", b"note")
        rows.remove_memorial("m")
        assert rows.notes("glossary", "m") == []
    store.close()


def test_an_up_to_date_home_opens_without_the_migrations_library(root: Path) -> None:
    Archive.open(root).close()
    code = (
        "import pathlib, sys; from data.archive import Archive; Archive.open(pathlib.Path(sys.argv[1])).close();"
        "sys.exit(bool({'alembic', 'PIL', 'av', 'matplotlib', 'sqlalchemy.orm'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(root)]).returncode == 0


def test_the_database_is_for_its_owner_alone(root: Path) -> None:
    with Archive.open(root):
        found = list(root.glob("lantern.sqlite*"))
        assert len(found) >= 2  # with its log
        assert all(path.stat().st_mode & 0o077 == 0 for path in found)


def test_two_processes_may_make_the_same_home_at_once(root: Path) -> None:
    code = "import pathlib, sys; from data.archive import Archive; Archive.open(pathlib.Path(sys.argv[1])).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, str(root)]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]


def test_however_many_look_at_once_nobody_waits_for_anothers_connection(tmp_path: Path) -> None:
    store = Store.at(tmp_path / "a.sqlite")
    with ExitStack() as held:
        looking = [held.enter_context(store.reading()) for _ in range(40)]
        assert [rows.memorials() for rows in looking] == [[]] * 40
    store.close()

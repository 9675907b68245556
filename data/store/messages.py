"""Asks Apple's chat.db, a database that is not ours: nothing is written to it, and none of its own SQL is run.

Versions differ in their columns: what one lacks is None.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LONGEST_BYTES = 10_000_000  # of one value
COLUMNS = ("text", "attributedBody", "date", "is_from_me", "handle_id", "item_type", "associated_message_type")
BROKEN = (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError)  # what asking a damaged one raises

_NEEDED = frozenset({"text", "date", "is_from_me"})
_VERSIONS = slice(18, 20)  # of a database's head: 2 where it is written through a log, which one in memory cannot have

Message = tuple[object, object, object, dict[str, object]]  # chat, what it is called, sender, columns


@contextmanager
def opened(place: Path | bytes) -> Iterator[sqlite3.Connection]:
    """The file as it lies there, or one in memory."""
    with closing(_connected(place)) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_BYTES)
        database.execute("PRAGMA trusted_schema = OFF")
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        yield database


def holds_messages(database: sqlite3.Connection) -> bool:
    """Whether it has a table of them."""
    return _columns(database) >= _NEEDED


def messages(database: sqlite3.Connection) -> Iterator[Message]:
    """Each message of every chat, one chat after the other, the oldest first."""
    for chat, called, sender, *values in database.execute(_query(database)):
        yield chat, called, sender, dict(zip(COLUMNS, values, strict=True))


def _connected(place: Path | bytes) -> sqlite3.Connection:
    if isinstance(place, Path):
        return sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database = sqlite3.connect(":memory:")
    content = bytearray(place)
    content[_VERSIONS] = b"\1\1"
    database.deserialize(content)
    return database


def _columns(database: sqlite3.Connection, table: str = "message") -> set[str]:
    """Those of a table; none of a view, which could hold any SQL."""
    kind = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return {row[1] for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))} if kind else set()


def _query(database: sqlite3.Connection) -> str:
    """What is asked, with the columns and tables that this version has. None of it comes from the file."""
    there = _columns(database)
    values = ", ".join(f"message.{name}" if name in there else "NULL" for name in COLUMNS)
    has_chats = {"chat_id", "message_id"} <= _columns(database, "chat_message_join")
    handles = "id" in _columns(database, "handle") and "handle_id" in there
    chats = has_chats and {"display_name", "chat_identifier"} <= _columns(database, "chat")
    place = "(SELECT MIN(chat_id) FROM chat_message_join WHERE message_id = message.ROWID)" if chats else "NULL"
    called = "COALESCE(NULLIF(chat.display_name, ''), chat.chat_identifier)" if chats else "NULL"
    parts = ["SELECT", f"{place} AS place, {called}, {'handle.id' if handles else 'NULL'}, {values}", "FROM message"]
    if handles:
        parts.append("LEFT JOIN handle ON handle.ROWID = message.handle_id")
    if chats:
        parts.append(f"LEFT JOIN chat ON chat.ROWID = {place}")
    return " ".join((*parts, "ORDER BY place, message.date, message.ROWID"))

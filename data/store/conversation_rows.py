"""The queries about conversations and their turns. Knows no key: what was said comes and goes sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from data.store.records import columns, records, values
from data.store.schema import conversations, turns


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation as the table holds it."""

    id: str
    memorial_id: str
    account_id: str
    visitor: bytes | None
    added_at: datetime
    spoken_at: datetime


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn as the table holds it."""

    conversation_id: str
    place: int
    said: bytes
    added_at: datetime


class ConversationRows:
    """Inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, memorial_id: str, account_id: str) -> list[ConversationRow]:
        """Those of an account in a memorial, the last spoken in first."""
        query = select(*columns(conversations, ConversationRow)).where(
            conversations.c.memorial_id == memorial_id, conversations.c.account_id == account_id
        )
        ordered = query.order_by(conversations.c.spoken_at.desc(), conversations.c.id)
        return records(ConversationRow, self._connection.execute(ordered))

    def find(self, memorial_id: str, conversation_id: str) -> ConversationRow | None:
        """The one of that id."""
        query = select(*columns(conversations, ConversationRow)).where(
            conversations.c.memorial_id == memorial_id, conversations.c.id == conversation_id
        )
        return next(iter(records(ConversationRow, self._connection.execute(query))), None)

    def add(self, row: ConversationRow) -> None:
        """A new one."""
        self._connection.execute(insert(conversations).values(**values(row)))

    def remove(self, conversation_id: str) -> None:
        """The conversation with its turns."""
        self._connection.execute(delete(conversations).where(conversations.c.id == conversation_id))

    def turns(self, conversation_id: str, after: int, most: int) -> list[TurnRow]:
        """So many turns behind a place, in their order."""
        query = select(*columns(turns, TurnRow)).where(
            turns.c.conversation_id == conversation_id, turns.c.place > after
        )
        return records(TurnRow, self._connection.execute(query.order_by(turns.c.place).limit(most)))

    def last_turns(self, conversation_id: str, most: int) -> list[TurnRow]:
        """The last of them, in their order."""
        query = select(*columns(turns, TurnRow)).where(turns.c.conversation_id == conversation_id)
        found = records(TurnRow, self._connection.execute(query.order_by(turns.c.place.desc()).limit(most)))
        return found[::-1]

    def add_turn(self, row: TurnRow) -> None:
        """One more, which is the last that was spoken."""
        self._connection.execute(insert(turns).values(**values(row)))
        change = update(conversations).where(conversations.c.id == row.conversation_id)
        self._connection.execute(change.values(spoken_at=datetime.now(UTC)))

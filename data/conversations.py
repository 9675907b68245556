"""Conversations with a memorial as they are kept: who spoke, and each turn as far as it was said. Knows no engine.

Every line and phrase is sealed under the memorial's key. A conversation belongs to the account that began it: for
anybody else it is not there.
"""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from data.arrival import check_there
from data.errors import UnknownNote
from data.home import Home
from data.phrases import phrases_of
from data.store import Rows, Store
from data.store.conversation_rows import ConversationRow, TurnRow
from data.types import Phrase
from data.vault import Vault

Reason = Literal["said", "interrupted", "failed"]

REMEMBERED_TURNS = 50  # on which an answer may rest


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """`visitor` is the name under which they spoke when it began."""

    id: str
    account_id: str
    visitor: str | None
    began_at: datetime
    spoken_at: datetime


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """What somebody wrote, and what was said to it before it ended for that reason.

    `line_id` is what the page calls the line, so that it knows it again; none in turns that are older than that.
    """

    place: int  # from 0; a line that could not be answered leaves its place empty
    line: str
    phrases: tuple[Phrase, ...]
    reason: Reason
    said_at: datetime
    line_id: str | None = None


class Conversations:
    """Those of one memorial."""

    def __init__(self, home: Home, vault: Vault, store: Store, memorial_id: str) -> None:
        self._home = home
        self._vault = vault
        self._store = store
        self._memorial_id = memorial_id

    def create(self, account_id: str, visitor: str | None) -> KeptConversation:
        """A new one, in which nothing was said yet."""
        conversation_id, now = secrets.token_hex(16), datetime.now(UTC)
        sealed = None if visitor is None else self._vault.seal(self._memorial_id, visitor, _visitor(conversation_id))
        row = ConversationRow(conversation_id, self._memorial_id, account_id, sealed, now, now)
        with self._home.writing(), self._store.changing() as rows:
            check_there(rows, self._memorial_id, for_change=True)
            rows.conversations.add(row)
        return self._kept(row)

    def all(self, account_id: str) -> list[KeptConversation]:
        """Those of an account, the last spoken in first."""
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            return [self._kept(row) for row in rows.conversations.all(self._memorial_id, account_id)]

    def one(self, account_id: str, conversation_id: str) -> KeptConversation:
        """The one of that id; raises `UnknownNote` where it is not there, or is another account's."""
        with self._store.reading() as rows:
            row = self._found(rows, conversation_id)
        if row.account_id != account_id:
            raise _unknown()
        return self._kept(row)

    def remove(self, account_id: str, conversation_id: str) -> None:
        """The conversation with all that was said in it."""
        self.one(account_id, conversation_id)
        with self._home.writing(), self._store.changing() as rows:
            rows.conversations.remove(conversation_id)

    def add_turn(self, conversation_id: str, turn: KeptTurn) -> None:
        """Keep one more. Raises `UnknownNote` where the conversation was removed meanwhile."""
        said = {
            "line": turn.line,
            "phrases": [asdict(each) for each in turn.phrases],
            "reason": turn.reason,
            "line_id": turn.line_id,
        }
        sealed = self._vault.seal(self._memorial_id, json.dumps(said), _said(conversation_id, turn.place))
        with self._home.writing(), self._store.changing() as rows:
            self._found(rows, conversation_id)
            rows.conversations.add_turn(TurnRow(conversation_id, turn.place, sealed, turn.said_at))

    def turn(self, conversation_id: str, place: int) -> KeptTurn:
        """The one at that place; raises `UnknownNote`."""
        found = self.turns(conversation_id, place - 1, 1)
        if not found or found[0].place != place:
            raise UnknownNote("nothing was said there: look at the conversation's turns")
        return found[0]

    def turns(self, conversation_id: str, after: int, most: int) -> list[KeptTurn]:
        """So many of them behind a place, in their order; -1 is before the first."""
        with self._store.reading() as rows:
            self._found(rows, conversation_id)
            return [self._turn(row) for row in rows.conversations.turns(conversation_id, after, most)]

    def answered(self, conversation_id: str) -> dict[str, int]:
        """The ids of all lines to which something was said, and where: none of them is answered twice."""
        every = self.turns(conversation_id, -1, sys.maxsize)
        return {turn.line_id: turn.place for turn in every if turn.line_id is not None}

    def last_turns(self, conversation_id: str) -> list[KeptTurn]:
        """Those on which an answer may rest, in their order."""
        with self._store.reading() as rows:
            self._found(rows, conversation_id)
            return [self._turn(row) for row in rows.conversations.last_turns(conversation_id, REMEMBERED_TURNS)]

    # Inside

    def _found(self, rows: Rows, conversation_id: str) -> ConversationRow:
        row = rows.conversations.find(self._memorial_id, conversation_id)
        if row is None:
            raise _unknown()
        return row

    def _kept(self, row: ConversationRow) -> KeptConversation:
        sealed = row.visitor
        visitor = None if sealed is None else self._vault.unseal(self._memorial_id, sealed, _visitor(row.id))
        return KeptConversation(row.id, row.account_id, visitor, row.added_at, row.spoken_at)

    def _turn(self, row: TurnRow) -> KeptTurn:
        told = json.loads(self._vault.unseal(self._memorial_id, row.said, _said(row.conversation_id, row.place)))
        phrases = tuple(phrases_of(told["phrases"]))
        return KeptTurn(row.place, told["line"], phrases, told["reason"], row.added_at, told.get("line_id"))


def _unknown() -> UnknownNote:
    return UnknownNote("this conversation is not here, or not any more: begin another")


def _visitor(conversation_id: str) -> str:
    return f"conversations.visitor.{conversation_id}"


def _said(conversation_id: str, place: int) -> str:
    return f"turns.said.{conversation_id}.{place}"

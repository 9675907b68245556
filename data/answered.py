"""Requests that carry a key, and what was answered to each: asked again, they are not done again. Knows no web.

Answers name people, so they are sealed: under the memorial's key where there is one, so that they go with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from data.home import Home
from data.store import Store
from data.vault import NO_MEMORIAL, Vault

KEPT = timedelta(days=1)
MOST_OF_ONE = 1_000  # account: of more, the oldest are forgotten sooner
ABANDONED = timedelta(minutes=10)  # without an answer: whoever was at it is gone


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `what` it is for, the `key` that its sender gave it, and its whole `body`."""

    account_id: str
    what: str
    key: str
    body: bytes = field(repr=False)
    memorial_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered."""

    status: int
    body: str = field(repr=False)
    headers: Mapping[str, str]


class Answered:
    """All of them, of one home."""

    def __init__(self, home: Home, vault: Vault, store: Store) -> None:
        self._home = home
        self._vault = vault
        self._store = store

    def begin(self, asked: Asked) -> Reply | Literal["new", "open", "another"]:
        """What was answered to it before; `new` where whoever asks shall answer it now, `open` where somebody is at it,
        `another` where the key stands for another request.
        """
        key, now = self._key(asked), datetime.now(UTC)
        request = self._vault.fingerprint_home(asked.body)
        with self._home.writing(), self._store.changing() as rows:
            rows.answered.remove_older(now - KEPT, now - ABANDONED)
            found = rows.answered.find(key)
            if found is None:
                rows.answered.make_room(asked.account_id, MOST_OF_ONE)
                rows.answered.add(key, request, asked.account_id)
                return "new"
        if found.request != request:
            return "another"
        if found.body is None:
            return "open"
        return Reply(**json.loads(self._vault.unseal(_key_of(asked), found.body, _place(key))))

    def end(self, asked: Asked, reply: Reply) -> None:
        """This was answered to what was begun."""
        key = self._key(asked)
        sealed = self._vault.seal(_key_of(asked), json.dumps(asdict(reply)), _place(key))
        with self._home.writing(), self._store.changing() as rows:
            rows.answered.set(key, reply.status, sealed)

    def drop(self, asked: Asked) -> None:
        """Nothing came of what was begun: it may be asked again."""
        with self._home.writing(), self._store.changing() as rows:
            rows.answered.remove(self._key(asked))

    def prune(self, now: datetime) -> None:
        """Forget what is a day old."""
        with self._home.writing(), self._store.changing() as rows:
            rows.answered.remove_older(now - KEPT, now - ABANDONED)

    def _key(self, asked: Asked) -> bytes:
        parts = (asked.account_id, asked.what, asked.key)
        return self._vault.fingerprint_home(b"answered", *(part.encode() for part in parts))


def _key_of(asked: Asked) -> str:
    """The memorial under whose key the answer is sealed."""
    return asked.memorial_id or NO_MEMORIAL


def _place(key: bytes) -> str:
    return f"answered.body.{key.hex()}"

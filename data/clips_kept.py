"""Clips that were made in a memorial and are kept there: answers that somebody wanted to have, and farewells.

What is told of a clip is sealed with it. Knows no web, and not how a clip is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from data.adding import Adding
from data.arrival import check_there
from data.errors import UnknownNote
from data.phrases import phrases_of
from data.store import Rows, Store
from data.store.clip_rows import ClipRow
from data.types import Phrase
from data.vault import Vault

ClipKind = Literal["answer", "farewell"]

GONE = "this clip is not here, or not any more: look at the list of clips"


@dataclass(frozen=True, slots=True)
class About:
    """What is told of a clip. `title` is the line that was answered, or the beginning of a farewell; `phrases` is what
    was said in it, to whom the family knew as `visitor`.
    """

    title: str
    text: str
    author: str | None  # who wrote a farewell
    duration_s: float
    width: int
    height: int
    size_bytes: int
    phrases: tuple[Phrase, ...] = ()
    visitor: str | None = None


@dataclass(frozen=True, slots=True)
class KeptClip:
    """One of them. Its id is that of the job that made it; it is nobody's where the account is gone that wanted it."""

    id: str
    kind: ClipKind
    account_id: str | None
    about: About
    added_at: datetime


class Clips:
    """Those of one memorial."""

    def __init__(
        self, vault: Vault, store: Store, adding: Callable[[], AbstractContextManager[Adding]], memorial_id: str
    ) -> None:
        self._vault = vault
        self._store = store
        self._adding = adding
        self._memorial_id = memorial_id

    def all(self) -> list[KeptClip]:
        """The latest first."""
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            found = rows.clips.all(self._memorial_id)
        return [self._clip(row) for row in found]

    def one(self, clip_id: str) -> KeptClip:
        """The one of that id; raises `UnknownNote`."""
        return self._clip(self._found(clip_id))

    @contextmanager
    def file(self, clip_id: str) -> Iterator[Path]:
        """The clip as a file that is gone after the block."""
        with self._vault.checkout(self._memorial_id, self._found(clip_id).blob_id) as path:
            yield path

    def add(
        self,
        adding: Adding,
        clip_id: str,
        kind: ClipKind,
        account_id: str | None,
        about: About,
        clip: Path,
        replaces: str | None = None,
    ) -> None:
        """A new one, with the change that is under way; that of id `replaces` goes.

        Where that one is gone already, the change raises `UnknownNote`.
        """
        sealed = self._vault.seal(self._memorial_id, json.dumps(asdict(about)), _place(clip_id))

        def add(rows: Rows, blob_id: str) -> None:
            if replaces is not None:
                self._checked(rows, replaces)
                self._remove(adding, replaces, rows)
            row = ClipRow(clip_id, self._memorial_id, account_id, kind, sealed, blob_id, datetime.now(UTC))
            rows.clips.add(row)

        adding.with_blob(clip, add)

    def remove(self, clip_id: str) -> None:
        """Remove it for good; it is well if it is gone."""
        with self._adding() as adding:
            adding.also(partial(self._remove, adding, clip_id))

    def _remove(self, adding: Adding, clip_id: str, rows: Rows) -> None:
        row = rows.clips.find(self._memorial_id, clip_id)
        if row is not None:
            rows.clips.remove(clip_id)
            adding.replaced += [row.blob_id] if rows.remove_unused(row.blob_id) else []

    def _found(self, clip_id: str) -> ClipRow:
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            return self._checked(rows, clip_id)

    def _checked(self, rows: Rows, clip_id: str) -> ClipRow:
        row = rows.clips.find(self._memorial_id, clip_id)
        if row is None:
            raise UnknownNote(GONE)
        return row

    def _clip(self, row: ClipRow) -> KeptClip:
        told = json.loads(self._vault.unseal(self._memorial_id, row.about, _place(row.id)))
        about = About(**{**told, "phrases": tuple(phrases_of(told.get("phrases", ())))})
        kind: ClipKind = "answer" if row.kind == "answer" else "farewell"
        return KeptClip(row.id, kind, row.account_id, about, row.added_at)


def _place(clip_id: str) -> str:
    return f"clips.about.{clip_id}"

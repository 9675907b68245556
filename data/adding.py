"""What is added to one memorial inside one transaction. Knows blobs, seals and rows; who opens it sees to the rest.

A source is known again by its fingerprint: what it says, and where in its file more than that is needed to tell it
from another. A message has an occurrence too, the same in every export of its chat, so that it is kept once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Literal

from data.repeats import Repeats
from data.store import THEIRS, WORDS, KeptRow, Made, Rows
from data.types import Letter
from data.vault import Vault

Outcome = Literal["kept", "there", "corrected"]  # new; the very same; the same, of which another author is told now

ROWS_AT_ONCE = 1_000  # in one statement
ALONE = frozenset({"letter", "told"})  # kinds that are known again by what they say, in whatever file of whatever name


@dataclass(frozen=True, slots=True)
class Passage:
    """A letter on its way in, with what only keeping it needs.

    `name` is who wrote it as its file says; `letter.author` is as the family says. `key` is the same for one message
    in every export (`importers.speakers.numbered`). Times are in the recording in which it was said.
    """

    letter: Letter
    name: str | None = None
    key: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


class Adding:
    """One change on its way. `fresh` are the blobs that it put, `replaced` those to discard once it is kept.

    One that only `rehearses` puts none: its rows are taken back.
    """

    def __init__(self, vault: Vault, rows: Rows, memorial_id: str, *, rehearses: bool = False) -> None:
        self.memorial_id = memorial_id
        self.fresh: list[str] = []
        self.replaced: list[str] = []
        self._vault = vault
        self._rows = rows
        self._rehearses = rehearses

    def add_letters(self, letters: Iterable[Letter], original: bytes, author: str | None = None) -> list[Outcome]:
        """Letters of one file. `author` is None where the person wrote them, and corrects those there."""
        return self.add_passages((Passage(replace(letter, author=author)) for letter in letters), original)

    def add_passages(
        self, passages: Iterable[Passage], original: bytes | Path, *, are_all: bool = False
    ) -> list[Outcome]:
        """What one file says, read as it comes. The file is kept with the first passage that is new.

        Where these `are_all`, what the file was taken to say before goes: a letter, say, that is something told now.
        """
        outcomes: list[Outcome] = []
        kinds, said = set[str](), set[bytes]()
        before = Repeats()
        blob_id = ""
        coming = iter(passages)
        while batch := list(islice(coming, ROWS_AT_ONCE)):
            told = [(each, self._fingerprint(each, before), self._occurrence(each)) for each in batch]
            there = _There.of(self._rows, self.memorial_id, told)
            fresh: list[KeptRow] = []
            for passage, fingerprint, occurrence in told:
                outcome = self._outcome(there, fingerprint, occurrence, passage.letter.author)
                if outcome == "kept":
                    blob_id = blob_id or self._keep(original)
                    fresh.append(row := self._row(passage, fingerprint, occurrence, blob_id))
                    there.add(fingerprint, occurrence, row.author)
                elif outcome == "corrected":
                    self._flush(fresh)
                    self._correct_author(there, fingerprint, passage.letter.author, occurrence)
                outcomes.append(outcome)
                kinds.add(passage.letter.kind)
                said |= {fingerprint} if passage.letter.kind in ALONE else set()
            self._flush(fresh)
        if outcomes and are_all:
            self._remove_misread(original, kinds, said)
        return outcomes

    def add_recording(self, file: str, original: bytes, profile: bytes | None, date: str | None = None) -> bool:
        """A recording, and the voice profile enrolled from all of them so far as the latest, if there is one.

        False where the very same recording is there already; the profile becomes the latest all the same.
        """
        return self._add_with_made("recording", file, original, date, "voices", profile)

    def add_portrait(self, file: str, original: bytes, rig: bytes) -> bool:
        """A photo, and its rig as the one to be shown.

        False where the very same photo is there already; its new rig becomes the latest all the same.
        """
        return self._add_with_made("photo", file, original, None, "portraits", rig)

    def add_photo(self, file: str, original: bytes, author: str | None = None, date: str | None = None) -> bool:
        """A photo of the gallery, which is not shown as the portrait. False where the very same is there already."""
        fingerprint = self._vault.fingerprint(self.memorial_id, b"photo", original)
        if self._rows.source_with(self.memorial_id, fingerprint) is not None:
            return False
        self._add_file("photo", fingerprint, original, file, author, date)
        return True

    def count(self) -> int:
        """How many letters and messages the memorial holds, those of this change included."""
        return self._rows.count(self.memorial_id, THEIRS)

    def add_paper(self, job_id: str, name: str, data: bytes) -> None:
        """What a job was given, or has made. A paper is written once: the one that is there already stays."""
        if self._rows.paper(self.memorial_id, job_id, name) is None:
            self._rows.add_paper(self.memorial_id, job_id, name, self._keep(data))

    def remove_papers(self, job_id: str, *names: str) -> None:
        """Those of these names, or all of the job's."""
        self.replaced += self._rows.remove_papers(self.memorial_id, job_id, names or None)

    def _remove_misread(self, original: bytes | Path, kinds: set[str], said: set[bytes]) -> None:
        """What this file gave when it was read as something else."""
        blob_id = self._rows.blob_with(self.memorial_id, self._vault.fingerprint(self.memorial_id, b"blob", original))
        if blob_id is None:
            return
        for fingerprint, kind in self._rows.of_blob(self.memorial_id, blob_id, WORDS):
            if kind not in kinds or (kind in ALONE and fingerprint not in said):
                self.replaced += self._rows.remove_source(self.memorial_id, fingerprint)

    def _outcome(self, there: _There, fingerprint: bytes, occurrence: bytes | None, author: str | None) -> Outcome:
        if fingerprint in there.authors:
            return "there" if self._author(there, fingerprint) == author else "corrected"
        return "there" if occurrence is not None and occurrence in there.occurrences else "kept"

    def _fingerprint(self, passage: Passage, before: Repeats) -> bytes:
        """`before` counts the messages of this file: one that is said twice is two."""
        letter = passage.letter
        told = [letter.kind, letter.date or "", letter.text]
        chat = letter.conversation if letter.kind == "message" else None
        beyond = [passage.name or "", chat or "", "" if passage.start_ms is None else str(passage.start_ms)]
        told += beyond if any(beyond) else []
        fingerprint = self._hashed(*told)
        if letter.kind != "message":
            return fingerprint
        times = before.times(fingerprint)
        return fingerprint if times == 1 else self._hashed(*told, str(times))

    def _occurrence(self, passage: Passage) -> bytes | None:
        return None if passage.key is None else self._hashed("occurrence", passage.key)

    def _hashed(self, *parts: str) -> bytes:
        return self._vault.fingerprint(self.memorial_id, *(part.encode("utf-8", "surrogatepass") for part in parts))

    def _row(self, passage: Passage, fingerprint: bytes, occurrence: bytes | None, blob_id: str) -> KeptRow:
        letter = passage.letter
        doubtful = json.dumps(letter.doubtful, ensure_ascii=False) if letter.doubtful else None
        return KeptRow(
            kind=letter.kind,
            fingerprint=fingerprint,
            file=self._vault.seal(self.memorial_id, letter.file, cell(fingerprint, "file")),
            author=self._sealed(fingerprint, "author", letter.author),
            date=self._sealed(fingerprint, "date", letter.date),
            text=self._sealed(fingerprint, "text", letter.text),
            blob_id=blob_id,
            conversation=self._sealed(fingerprint, "conversation", letter.conversation),
            place=letter.place,
            doubtful=self._sealed(fingerprint, "doubtful", doubtful),
            start_ms=passage.start_ms,
            end_ms=passage.end_ms,
            occurrence=occurrence,
        )

    def _flush(self, fresh: list[KeptRow]) -> None:
        if fresh:
            self._rows.add_sources(self.memorial_id, fresh)
            fresh.clear()

    def _author(self, there: _There, fingerprint: bytes) -> str | None:
        sealed = there.authors[fingerprint]
        at = cell(fingerprint, "author")
        return None if sealed is None else self._vault.unseal(self.memorial_id, sealed, at)

    def _correct_author(self, there: _There, fingerprint: bytes, author: str | None, occurrence: bytes | None) -> None:
        """Where another export has the message under its right author already, this one is the same and goes."""
        if occurrence is not None and occurrence in there.occurrences:
            del there.authors[fingerprint]
            self.replaced += self._rows.remove_source(self.memorial_id, fingerprint)
            return
        sealed = self._sealed(fingerprint, "author", author)
        there.add(fingerprint, occurrence, sealed)
        self._rows.set_author(self.memorial_id, fingerprint, sealed, occurrence)

    def _add_with_made(
        self, kind: str, file: str, original: bytes, date: str | None, what: Made, made: bytes | None
    ) -> bool:
        fingerprint = self._vault.fingerprint(self.memorial_id, kind.encode(), original)
        source_id = self._rows.source_with(self.memorial_id, fingerprint)
        is_new = source_id is None
        if source_id is None:
            source_id = self._add_file(kind, fingerprint, original, file, None, date)
        if made is not None:
            self.replaced += self._rows.set_made(what, self.memorial_id, source_id, self._keep(made))
        return is_new

    def _add_file(
        self, kind: str, fingerprint: bytes, original: bytes, file: str, author: str | None, date: str | None
    ) -> int:
        row = KeptRow(
            kind=kind,
            fingerprint=fingerprint,
            file=self._vault.seal(self.memorial_id, file, cell(fingerprint, "file")),
            author=self._sealed(fingerprint, "author", author),
            date=self._sealed(fingerprint, "date", date),
            text=None,
            blob_id=self._keep(original),
        )
        return self._rows.add_source(self.memorial_id, row)

    def _sealed(self, fingerprint: bytes, column: str, value: str | None) -> bytes | None:
        return None if value is None else self._vault.seal(self.memorial_id, value, cell(fingerprint, column))

    def _keep(self, data: bytes | Path) -> str:
        """The blob with this content: the same file is kept once."""
        fingerprint = self._vault.fingerprint(self.memorial_id, b"blob", data)
        blob_id = self._rows.blob_with(self.memorial_id, fingerprint)
        if blob_id is None and self._rehearses:
            blob_id = token_hex(16)
            self._rows.add_blob(self.memorial_id, blob_id, fingerprint)
        elif blob_id is None:
            blob_id = self._vault.put(self.memorial_id, data)
            self.fresh.append(blob_id)
            self._rows.add_blob(self.memorial_id, blob_id, fingerprint)
        return blob_id


@dataclass(slots=True)
class _There:
    """What a memorial holds already of some passages, looked up for many at once."""

    authors: dict[bytes, bytes | None]  # sealed, by fingerprint
    occurrences: set[bytes]

    @classmethod
    def of(cls, rows: Rows, memorial_id: str, told: Sequence[tuple[Passage, bytes, bytes | None]]) -> _There:
        there = cls({}, set())
        occurrences = [occurrence for _, _, occurrence in told if occurrence is not None]
        for found in rows.identities(memorial_id, [fingerprint for _, fingerprint, _ in told], occurrences):
            fingerprint, occurrence, author = found
            there.add(fingerprint, occurrence, author)
        return there

    def add(self, fingerprint: bytes, occurrence: bytes | None, author: bytes | None) -> None:
        self.authors[fingerprint] = author
        if occurrence is not None:
            self.occurrences.add(occurrence)


def cell(fingerprint: bytes, column: str) -> str:
    """What a sealed cell is bound to: its column and its row, named by what the row holds."""
    return f"sources.{column}.{fingerprint.hex()}"

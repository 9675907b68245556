"""One change of one memorial: what is added, however much, is there at once at its end, or not at all. Knows blobs,
seals and rows; whoever opens it sees to the rest.

Sources arrive hidden, piece by piece; what changes something that is there already waits for the last step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Literal

from data.arrival import Arrival, Step
from data.errors import NoRecording
from data.identity import Found, Marker, Marks, Passage, cell
from data.store import THEIRS, WORDS, Identity, KeptRow, Made, Rows
from data.vault import Vault

Outcome = Literal["kept", "there", "corrected"]  # new; the very same; the same, of which another author is told now

ROWS_AT_ONCE = 1_000  # in one statement, and in one transaction
ALONE = frozenset({"letter", "told"})  # kinds that are known again by what they say, in whatever file of whatever name


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said from `start_ms` to `end_ms` of a recording."""

    start_ms: int
    end_ms: int
    passages: tuple[Passage, ...]


class Adding:
    """One change on its way. `fresh` are the blobs that it put, `replaced` those to discard once it is kept.

    One that only `rehearses` puts none: its rows are taken back.
    """

    def __init__(self, vault: Vault, arrival: Arrival, memorial_id: str, *, rehearses: bool = False) -> None:
        self.memorial_id = memorial_id
        self.fresh: list[str] = []
        self.replaced: list[str] = []
        self._vault = vault
        self._arrival = arrival
        self._rehearses = rehearses
        self._last: list[Step] = []

    def add_passages(
        self, passages: Iterable[Passage], original: bytes | Path, *, are_all: bool = False
    ) -> list[Outcome]:
        """What one file says, read as it comes. The file is kept with the first passage that is new.

        Where these `are_all`, what the file was taken to say before goes: a letter, say, that is something told now.
        """
        outcomes: list[Outcome] = []
        kinds, said = set[str](), set[bytes]()
        marker = Marker(self._vault, self.memorial_id)
        blob_id = ""
        coming = iter(passages)
        while batch := [(each, marker.marks(each)) for each in islice(coming, ROWS_AT_ONCE)]:
            fresh: list[KeptRow] = []
            for passage, outcome, identity in self._told(batch, marker):
                if outcome == "kept":
                    blob_id = blob_id or self._keep(original)
                    fresh.append(self._row(passage, identity, blob_id))
                outcomes.append(outcome)
                kinds.add(passage.letter.kind)
                said |= {identity.fingerprint} if passage.letter.kind in ALONE else set()
            if fresh:
                with self._arrival.bringing() as rows:
                    rows.add_sources(self.memorial_id, fresh)
        if outcomes and are_all:
            self._remove_misread(original, kinds, said)
        return outcomes

    def add_recording(self, file: str, original: bytes, date: str | None = None) -> bool:
        """A recording of theirs. False where the very same is there already."""
        fingerprint = self._vault.fingerprint(self.memorial_id, b"recording", original)
        if self._source_with(fingerprint) is not None:
            return False
        self._add_file("recording", fingerprint, original, file, None, date)
        return True

    def set_voice(self, profile: bytes) -> None:
        """The voice made of all recordings, as the latest."""

        with self._arrival.looking() as rows:
            source_id = rows.last_source(self.memorial_id, "recording")
        if source_id is None:
            raise NoRecording("no recording is here to make a voice of: `lantern add` one of theirs")
        self._last.append(partial(self._set_made, "voices", source_id, *self._put(profile)))

    def set_spoken(self, said: Sequence[Spoken], original: bytes) -> None:
        """What is said in stretches of one recording, in the place of what they were taken to say before."""
        content = self._vault.fingerprint(self.memorial_id, b"blob", original)
        with self._arrival.looking() as rows:
            blob_id = rows.blob_with(self.memorial_id, content)
            spans = [(each.start_ms, each.end_ms) for each in said] if blob_id else []
            before = [mark for span in spans for mark in rows.spoken_in(self.memorial_id, blob_id or "", *span)]
        marker = Marker(self._vault, self.memorial_id)
        passages = [passage for each in said for passage in each.passages]
        there = {marker.marks(passage).fingerprint for passage in passages}
        self.add_passages(passages, original)
        self._last += [partial(self._remove, each) for each in before if each not in there]

    def add_portrait(self, file: str, original: bytes, rig: bytes) -> bool:
        """A photo, and its rig as the one to be shown.

        False where the very same photo is there already; its new rig becomes the latest all the same.
        """
        fingerprint = self._vault.fingerprint(self.memorial_id, b"photo", original)
        source_id = self._source_with(fingerprint)
        is_new = source_id is None
        if source_id is None:
            source_id = self._add_file("photo", fingerprint, original, file, None, None)
        self._last.append(partial(self._set_made, "portraits", source_id, *self._put(rig)))
        return is_new

    def add_photo(self, file: str, original: bytes, author: str | None = None, date: str | None = None) -> bool:
        """A photo of the gallery, which is not shown as the portrait. False where the very same is there already."""
        fingerprint = self._vault.fingerprint(self.memorial_id, b"photo", original)
        if self._source_with(fingerprint) is not None:
            return False
        self._add_file("photo", fingerprint, original, file, author, date)
        return True

    def count(self) -> int:
        """How many letters and messages the memorial holds, those of this change included."""
        with self._arrival.looking() as rows:
            return rows.count(self.memorial_id, THEIRS)

    def add_paper(self, job_id: str, name: str, data: bytes) -> None:
        """What a job was given, or has made. A paper is written once: the one that is there already stays."""
        blob_id, content = self._put(data)

        def add(rows: Rows) -> None:
            if rows.paper(self.memorial_id, job_id, name) is not None:
                self.replaced.append(blob_id)
                return
            rows.add_paper(self.memorial_id, job_id, name, self._named(rows, blob_id, content))

        self._last.append(add)

    def remove_papers(self, job_id: str, *names: str) -> None:
        """Those of these names, or all of the job's."""

        def remove(rows: Rows) -> None:
            self.replaced += rows.remove_papers(self.memorial_id, job_id, names or None)

        self._last.append(remove)

    def set_model_files(self, files: Mapping[str, bytes | None]) -> None:
        """Files of the memorial's model by their names, in the place of earlier ones; None takes one away."""
        for name, data in files.items():
            self._last.append(partial(self._set_model_file, name, None if data is None else self._put(data)))

    def with_blob(self, data: bytes | Path, step: Callable[[Rows, str], None]) -> None:
        """Keep a file, and what speaks of it: the step is given its id."""
        blob_id, content = self._put(data)
        self._last.append(lambda rows: step(rows, self._named(rows, blob_id, content)))

    def also(self, step: Step) -> None:
        """Something of another's that changes with it: in the same transaction, in its turn."""
        self._last.append(step)

    def finish(self) -> None:
        """Show all of it."""
        if not self._rehearses:
            self._arrival.show(self._last)

    # Inside

    def _told(self, batch: list[tuple[Passage, Marks]], marker: Marker) -> Iterator[tuple[Passage, Outcome, Identity]]:
        """What becomes of each passage."""
        found = Found(self._vault, self.memorial_id)
        with self._arrival.looking() as rows:
            found.look_up(rows, (marks for _, marks in batch))
            apart = {
                place: marker.apart(marks, each.partner)
                for place, (each, marks) in enumerate(batch)
                if each.partner is not None and found.is_anothers(marks, each.partner)
            }
            found.look_up(rows, apart.values())
        for place, (passage, plain) in enumerate(batch):
            marks = apart.get(place, plain)
            known = found.of(marks)
            if known is not None and found.author(known) == passage.letter.author:
                yield passage, "there", known
                continue
            elsewhere = found.elsewhere(marks, passage.partner)
            if known is None and elsewhere is not None:
                yield passage, "there", elsewhere
                continue
            identity = self._identity(passage, marks)
            if elsewhere is not None:
                found.remove(identity)  # another export has it under its right author already
                self._last.append(partial(self._remove, marks.fingerprint))
            else:
                found.add(identity)
                if known is not None:
                    self._last.append(partial(self._correct, identity))
            yield passage, "kept" if known is None else "corrected", identity

    def _set_model_file(self, name: str, put: tuple[str, bytes] | None, rows: Rows) -> None:
        blob_id = None if put is None else self._named(rows, *put)
        self.replaced += rows.set_model_file(self.memorial_id, name, blob_id)

    def _remove(self, fingerprint: bytes, rows: Rows) -> None:
        self.replaced += rows.remove_source(self.memorial_id, fingerprint)

    def _correct(self, identity: Identity, rows: Rows) -> None:
        rows.set_author(self.memorial_id, identity)

    def _remove_misread(self, original: bytes | Path, kinds: set[str], said: set[bytes]) -> None:
        """What this file gave when it was read as something else."""
        content = self._vault.fingerprint(self.memorial_id, b"blob", original)
        misread = tuple(kind for kind in WORDS if kind not in kinds or kind in ALONE)
        with self._arrival.looking() as rows:
            blob_id = rows.blob_with(self.memorial_id, content)
            there = rows.of_blob(self.memorial_id, blob_id, misread) if blob_id else []
        gone = [fingerprint for fingerprint, kind in there if kind not in kinds or fingerprint not in said]
        self._last += [partial(self._remove, fingerprint) for fingerprint in gone]

    def _identity(self, passage: Passage, marks: Marks) -> Identity:
        fingerprint, letter = marks.fingerprint, passage.letter
        author = self._sealed(fingerprint, "author", letter.author)
        # What somebody else said, their name tells apart.
        partner = self._sealed(fingerprint, "partner", passage.partner if letter.author is None else None)
        return Identity(fingerprint, marks.occurrence, author, partner)

    def _row(self, passage: Passage, identity: Identity, blob_id: str) -> KeptRow:
        letter, fingerprint = passage.letter, identity.fingerprint
        doubtful = json.dumps(letter.doubtful, ensure_ascii=False) if letter.doubtful else None
        return KeptRow(
            kind=letter.kind,
            fingerprint=fingerprint,
            file=self._vault.seal(self.memorial_id, letter.file, cell(fingerprint, "file")),
            author=identity.author,
            date=self._sealed(fingerprint, "date", letter.date),
            text=self._sealed(fingerprint, "text", letter.text),
            blob_id=blob_id,
            conversation=self._sealed(fingerprint, "conversation", letter.conversation),
            place=letter.place,
            doubtful=self._sealed(fingerprint, "doubtful", doubtful),
            start_ms=passage.start_ms,
            end_ms=passage.end_ms,
            occurrence=identity.occurrence,
            arrival=self._arrival.number,
            partner=identity.partner,
        )

    def _set_made(self, what: Made, source_id: int, blob_id: str, content: bytes, rows: Rows) -> None:
        named = self._named(rows, blob_id, content)
        self.replaced += rows.set_made(what, self.memorial_id, source_id, named)

    def _source_with(self, fingerprint: bytes) -> int | None:
        with self._arrival.looking() as rows:
            return rows.source_with(self.memorial_id, fingerprint)

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
            arrival=self._arrival.number,
        )
        with self._arrival.bringing() as rows:
            return rows.add_source(self.memorial_id, row)

    def _sealed(self, fingerprint: bytes, column: str, value: str | None) -> bytes | None:
        return None if value is None else self._vault.seal(self.memorial_id, value, cell(fingerprint, column))

    def _keep(self, data: bytes | Path) -> str:
        """The blob with this content: the same file is kept once."""
        blob_id, content = self._put(data)
        with self._arrival.bringing() as rows:
            return self._named(rows, blob_id, content)

    def _put(self, data: bytes | Path) -> tuple[str, bytes]:
        """A blob that no row speaks of yet, and the fingerprint of its content; before any transaction, as it may be
        large."""
        content = self._vault.fingerprint(self.memorial_id, b"blob", data)
        blob_id = token_hex(16) if self._rehearses else self._vault.put(self.memorial_id, data)
        self.fresh.append(blob_id)
        return blob_id, content

    def _named(self, rows: Rows, blob_id: str, content: bytes) -> str:
        """The one of this content that rows may speak of; a second one is not needed."""
        named = rows.add_blob(self.memorial_id, blob_id, content)
        if named != blob_id:
            self.replaced.append(blob_id)
        return named

"""By what a source is known again: what it says, when, by whom and to whom. Knows fingerprints, and no file.

A message has two marks: its fingerprint, the same in every copy of its file, and its occurrence, the same in every
export of its chat. What was said to two people at once has one occurrence twice, each time with another partner; one
whose partner is not known may be either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.names import alike
from data.repeats import Repeats
from data.store import Identity, Rows
from data.types import Letter
from data.vault import Vault


@dataclass(frozen=True, slots=True)
class Passage:
    """A letter on its way in, with what only keeping it needs.

    `name` is who wrote it as its file says; `letter.author` is as the family says. `key` is the same for one message
    in every export (`importers.speakers.Keys`), and `partner` the one with whom it was exchanged, where its chat
    tells. Times are in the recording in which it was said; `recording` names it, where the words were written down from
    it here.
    """

    letter: Letter
    name: str | None = None
    key: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    partner: str | None = None
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """Those of one passage."""

    fingerprint: bytes
    occurrence: bytes | None


class Marker:
    """Gives the passages of one file their marks: one that is said twice is two."""

    def __init__(self, vault: Vault, memorial_id: str) -> None:
        self._vault = vault
        self._memorial_id = memorial_id
        self._before = Repeats()

    def marks(self, passage: Passage) -> Marks:
        """Of the next passage."""
        occurrence = None if passage.key is None else self._hashed("occurrence", passage.key)
        return Marks(self._fingerprint(passage), occurrence)

    def apart(self, marks: Marks, partner: str) -> Marks:
        """Of a message where another that says the same was exchanged with somebody else, in a chat called the same."""
        return Marks(self._hashed(marks.fingerprint.hex(), "with", partner), marks.occurrence)

    def _fingerprint(self, passage: Passage) -> bytes:
        letter = passage.letter
        told = [letter.kind, letter.date or "", letter.text]
        chat = letter.conversation if letter.kind == "message" else None
        beyond = [passage.name or "", chat or "", "" if passage.start_ms is None else str(passage.start_ms)]
        told += beyond if any(beyond) else []
        told += [] if passage.recording is None else [passage.recording]
        fingerprint = self._hashed(*told)
        if letter.kind != "message":
            return fingerprint
        times = self._before.times(fingerprint)
        return fingerprint if times == 1 else self._hashed(*told, str(times))

    def _hashed(self, *parts: str) -> bytes:
        return self._vault.fingerprint(self._memorial_id, *(part.encode("utf-8", "surrogatepass") for part in parts))


class Found:
    """What a memorial holds already of some passages, looked up for many at once."""

    def __init__(self, vault: Vault, memorial_id: str) -> None:
        self._vault = vault
        self._memorial_id = memorial_id
        self._by_fingerprint: dict[bytes, Identity] = {}
        self._by_occurrence: dict[bytes, list[Identity]] = {}

    def look_up(self, rows: Rows, marks: Iterable[Marks]) -> None:
        """All that have one of these marks."""
        asked = list(marks)
        occurrences = [each.occurrence for each in asked if each.occurrence is not None]
        for identity in rows.identities(self._memorial_id, [each.fingerprint for each in asked], occurrences):
            self.add(identity)

    def add(self, identity: Identity) -> None:
        """One more."""
        self._by_fingerprint[identity.fingerprint] = identity
        if identity.occurrence is not None:
            self._by_occurrence.setdefault(identity.occurrence, []).append(identity)

    def remove(self, identity: Identity) -> None:
        """One that goes."""
        del self._by_fingerprint[identity.fingerprint]

    def is_anothers(self, marks: Marks, partner: str) -> bool:
        """Whether that fingerprint is of a message exchanged with somebody else."""
        known = self.of(marks)
        return known is not None and not self._may_be(known, partner)

    def of(self, marks: Marks) -> Identity | None:
        """The very same."""
        return self._by_fingerprint.get(marks.fingerprint)

    def elsewhere(self, marks: Marks, partner: str | None) -> Identity | None:
        """The same in another export."""
        known = () if marks.occurrence is None else self._by_occurrence.get(marks.occurrence, ())
        others = (each for each in known if each.fingerprint != marks.fingerprint and self._may_be(each, partner))
        return next(others, None)

    def author(self, known: Identity) -> str | None:
        """As it is kept."""
        return self._unsealed(known, "author", known.author)

    def _may_be(self, known: Identity, partner: str | None) -> bool:
        with_whom = self._unsealed(known, "partner", known.partner)
        return partner is None or with_whom is None or alike(partner, with_whom)

    def _unsealed(self, known: Identity, column: str, sealed: bytes | None) -> str | None:
        at = cell(known.fingerprint, column)
        return None if sealed is None else self._vault.unseal(self._memorial_id, sealed, at)


def cell(fingerprint: bytes, column: str) -> str:
    """What a sealed cell is bound to: its column and its row, named by what the row holds."""
    return f"sources.{column}.{fingerprint.hex()}"

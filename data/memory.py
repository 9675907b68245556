"""What a memorial knows beside what the person left: who visits, what visitors told, what the family says is wrong,
whom nothing of a file may be told, and what the family's words mean. Knows no source and no answer.

Each is a note of one sealed JSON object. What a visitor told is gone for good once it is forgotten; corrections are
undone and stay as history.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from data.arrival import check_there
from data.errors import BadLength, OneLine, UnknownNote
from data.home import Home
from data.members import Members
from data.names import alike, covers, folded
from data.store import Noted, NoteRow, Rows, Store
from data.types import Remembered, Visitor
from data.vault import Vault

LONGEST_CHARS = 2_000  # of what is remembered or explained; more is a document, which belongs among the letters


@dataclass(frozen=True, slots=True)
class Correction:
    """A sentence that the person never said, or a file that shall not be drawn on. Times are ISO 8601."""

    id: str
    kind: Literal["struck", "left-out"]
    what: str
    by: str | None
    at: str
    undone: str | None


@dataclass(frozen=True, slots=True)
class _Note:
    row: NoteRow
    says: dict[str, Any]


class Memory:
    """That of one memorial. Every change is one transaction."""

    def __init__(self, home: Home, vault: Vault, store: Store, memorial_id: str, members: Members) -> None:
        self._home = home
        self._vault = vault
        self._store = store
        self._memorial_id = memorial_id
        self._members = members

    # Who visits

    def visitors(self) -> list[Visitor]:
        """All who are known by name, the first to come first."""
        return [Visitor(**note.says) for note in self._notes("visitors")]

    def visitor(self, name: str) -> Visitor | None:
        """The one of that name, whatever its case."""
        return next((each for each in self.visitors() if folded(each.name) == folded(name)), None)

    def add_visitor(self, visitor: Visitor) -> Visitor:
        """Somebody new, or more of somebody known: what is None stays as it was."""
        _check(visitor.name, "a visitor's name")
        with self._changing() as rows:
            note = self._named(rows, "visitors", "name", visitor.name)
            if note is not None:
                known = Visitor(**note.says)
                visitor = replace(
                    known, relation=visitor.relation or known.relation, called=visitor.called or known.called
                )
            self._put(rows, "visitors", asdict(visitor), note)
        return visitor

    def visitors_by_id(self) -> dict[str, Visitor]:
        """The same, each by the id of its note."""
        return {note.row.id: Visitor(**note.says) for note in self._notes("visitors")}

    def set_visitor(self, note_id: str, relation: str | None, called: str | None) -> Visitor:
        """Say anew who somebody is; what is None is not known any more. The name stays: much hangs on it."""
        with self._changing() as rows:
            note = self._found(rows, "visitors", note_id)
            visitor = Visitor(note.says["name"], relation, called)
            self._put(rows, "visitors", asdict(visitor), note)
        return visitor

    def remove_visitor(self, note_id: str) -> None:
        """Know somebody no more. What they told stays until it is forgotten."""
        with self._changing() as rows:
            rows.remove_note("visitors", self._found(rows, "visitors", note_id).row.id)

    # What they told

    def remembered(self, visitor: str | None = None) -> list[Remembered]:
        """What a visitor told, or all of them, the oldest first."""
        notes = self._notes("remembered")
        return [
            _remembered(note) for note in notes if visitor is None or folded(note.says["visitor"]) == folded(visitor)
        ]

    def remember(self, visitor: str, text: str, date: str | None = None) -> Remembered:
        """Something that a visitor told, in the visitor's own words. `date` is today where none is given."""
        says = {"visitor": visitor, "text": _check(text, "a memory"), "date": date or _today()}
        with self._changing() as rows:
            return Remembered(self._put(rows, "remembered", says), says["text"], says["date"], visitor)

    def correct(self, note_id: str, text: str) -> Remembered:
        """Put a memory into other words; those before are gone."""
        with self._changing() as rows:
            note = self._found(rows, "remembered", note_id)
            says = {**note.says, "text": _check(text, "a memory")}
            self._put(rows, "remembered", says, note)
        return _remembered(replace(note, says=says))

    def forget(self, note_id: str) -> None:
        """Remove a memory for good."""
        with self._changing() as rows:
            rows.remove_note("remembered", self._found(rows, "remembered", note_id).row.id)

    # What the family says is wrong

    def corrections(self) -> list[Correction]:
        """All of them, the undone ones too, the oldest first."""
        return [_correction(note) for note in self._notes("corrections", undone=True)]

    def struck(self) -> frozenset[str]:
        """The sentences that the person never said."""
        return frozenset(each.what for each in self.corrections() if each.kind == "struck" and not each.undone)

    def left_out(self) -> frozenset[str]:
        """The files that shall not be drawn on, or folders of them."""
        return frozenset(each.what for each in self.corrections() if each.kind == "left-out" and not each.undone)

    def strike(self, quote: str, by: str | None = None) -> Correction:
        """Say that the person never said this."""
        if not (words := " ".join(quote.split())):
            raise BadLength("a quote has at least one character", most=LONGEST_CHARS)
        return self._object("struck", words, by)

    def leave_out(self, file: str, by: str | None = None) -> Correction:
        """Draw on nothing of a file."""
        return self._object("left-out", file, by)

    def undo(self, note_id: str) -> Correction:
        """Let a correction count no more."""
        with self._changing() as rows:
            note = self._found(rows, "corrections", note_id)
            rows.undo_note("corrections", note.row.id)
        return next(each for each in self.corrections() if each.id == note.row.id)

    # For whom a file is not

    def audience(self) -> dict[str, tuple[str, ...]]:
        """The names of those to whom nothing of a file is said, by file or folder."""
        return {note.says["file"]: tuple(note.says["not_for"]) for note in self._notes("audience")}

    def barred(self, visitor: str) -> frozenset[str]:
        """The files and folders of which nothing is said to a visitor: one who may be meant, or whom nobody knows."""
        known = self.visitor(visitor) is not None or self._members.knows(visitor)
        return frozenset(
            file
            for file, not_for in self.audience().items()
            if not_for and (not known or any(alike(visitor, name) for name in not_for))
        )

    def set_audience(self, file: str, not_for: Iterable[str]) -> None:
        """Say nothing of this file to these people; to everybody where there is no name."""
        names = list(dict.fromkeys(_check(name, "a name") for name in not_for))
        with self._changing() as rows:
            note = next((each for each in self._read(rows, "audience") if each.says["file"] == file), None)
            self._put(rows, "audience", {"file": file, "not_for": names}, note)

    # What words mean

    def glossary(self) -> dict[str, str]:
        """Plain words by the family's own."""
        return {note.says["word"]: note.says["meaning"] for note in self._notes("glossary")}

    def explain(self, word: str, meaning: str) -> None:
        """Say what a word of the family's or of a dialect means."""
        says = {"word": _check(word, "a word"), "meaning": _check(meaning, "a meaning")}
        with self._changing() as rows:
            self._put(rows, "glossary", says, self._named(rows, "glossary", "word", word))

    def remove_word(self, word: str) -> None:
        """Take a word out of the glossary."""
        with self._changing() as rows:
            note = self._named(rows, "glossary", "word", word)
            if note is None:
                raise UnknownNote("the glossary has no such word: `lantern memory MEMORIAL list` shows its words")
            rows.remove_note("glossary", note.row.id)

    # What doubtful lines say

    def confirmations(self) -> dict[str, dict[str, str]]:
        """By source, then by the line as the machine read it: what it says."""
        found: dict[str, dict[str, str]] = {}
        for note in self._notes("confirmations"):
            found.setdefault(note.says["source"], {})[note.says["line"]] = note.says["says"]
        return found

    def confirm(self, source: str, line: str, says: str) -> None:
        """Somebody looked, and the line says this."""
        if "\n" in _check(says, "a line"):
            raise OneLine("a line is one line: confirm each by itself")
        with self._changing() as rows:
            self._put(rows, "confirmations", {"source": source, "line": line, "says": says})

    # Inside

    def _object(self, kind: str, what: str, by: str | None) -> Correction:
        """A new correction, or the one that says so already, so that one undo takes it back."""
        there = (each for each in self.corrections() if (each.kind, each.what, each.undone) == (kind, what, None))
        if (known := next(there, None)) is not None:
            return known
        with self._changing() as rows:
            note_id = self._put(rows, "corrections", {"kind": kind, "what": what, "by": by})
        return next(each for each in self.corrections() if each.id == note_id)

    @contextmanager
    def _changing(self) -> Iterator[Rows]:
        with self._home.writing(), self._store.changing() as rows:
            check_there(rows, self._memorial_id, for_change=True)
            yield rows

    def _notes(self, what: Noted, *, undone: bool = False) -> list[_Note]:
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            return [note for note in self._read(rows, what) if undone or note.row.undone_at is None]

    def _read(self, rows: Rows, what: Noted) -> list[_Note]:
        return [_Note(row, self._says(what, row)) for row in rows.notes(what, self._memorial_id)]

    def _says(self, what: Noted, row: NoteRow) -> dict[str, Any]:
        says: dict[str, Any] = json.loads(self._vault.unseal(self._memorial_id, row.note, f"{what}.note.{row.id}"))
        return says

    def _put(self, rows: Rows, what: Noted, says: dict[str, Any], instead: _Note | None = None) -> str:
        """A new note, or another text of one; gives its id."""
        note_id = secrets.token_hex(16) if instead is None else instead.row.id
        text = json.dumps(says)  # ASCII alone, lone surrogates of strange file names included
        sealed = self._vault.seal(self._memorial_id, text, f"{what}.note.{note_id}")
        if instead is None:
            rows.add_note(what, self._memorial_id, note_id, sealed)
        else:
            rows.set_note(what, note_id, sealed)
        return note_id

    def _named(self, rows: Rows, what: Noted, part: str, name: str) -> _Note | None:
        return next((note for note in self._read(rows, what) if folded(note.says[part]) == folded(name)), None)

    def _found(self, rows: Rows, what: Noted, beginning: str) -> _Note:
        """The one whose id begins so."""
        notes = [note for note in self._read(rows, what) if note.row.undone_at is None]
        found = [note for note in notes if beginning and note.row.id.startswith(beginning.lower())]
        if len(found) != 1:
            many = f"{len(found)} have" if found else "none has"
            raise UnknownNote(f"{many} an id that begins so: `lantern memory MEMORIAL list` shows them")
        return found[0]


def not_for(audience: Mapping[str, Sequence[str]], file: str) -> tuple[str, ...]:
    """To whom nothing of a file is said, by itself or with a folder that it lies in."""
    return tuple(dict.fromkeys(name for place, names in audience.items() if covers(place, file) for name in names))


def _remembered(note: _Note) -> Remembered:
    return Remembered(note.row.id, note.says["text"], note.says["date"], note.says["visitor"])


def _correction(note: _Note) -> Correction:
    at, undone = note.row.added_at, note.row.undone_at
    says = note.says
    return Correction(
        note.row.id, says["kind"], says["what"], says["by"], _iso(at), None if undone is None else _iso(undone)
    )


def _check(text: str, what: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_CHARS:
        raise BadLength(f"{what} has 1 to {LONGEST_CHARS:,} characters", most=LONGEST_CHARS)
    return text


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

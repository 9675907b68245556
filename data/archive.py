"""The one handle on everything kept: memorials, what the family gave, and what was made of it.

Ties the vault to the store, so that each change is one transaction: files first, rows last, and what a crash leaves
between the two is invisible and swept away at a later opening. Knows no formats: pictures and sound are bytes to it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from data.accounts import Accounts
from data.adding import Adding
from data.answered import Answered
from data.arrival import Arrival, check_there, take_back
from data.clips_kept import Clips
from data.conversations import Conversations
from data.errors import BadHome, BadText, LanternError, NoPortrait, UnknownMemorial, UnknownNote
from data.home import Home
from data.kept import (
    Doubtful,
    Kept,
    KeptFile,
    Stretch,
    confirmed,
    doubtful_lines,
    files_of,
    kept,
    letter,
    source_id,
    transcribed,
)
from data.members import Members, utc_now
from data.memory import Memory, not_for
from data.names import covers, folded
from data.passwords import RFC_9106_LOW_MEMORY, Parameters, Passwords
from data.shelf import Shelf
from data.store import THEIRS, WORDS, KeptRow, Made, Rows, Store
from data.types import Known, Letter, Person, Visitor
from data.uploads import Uploads, forget
from data.vault import Vault

__all__ = ["Adding", "Archive", "Doubtful", "Kept", "Memorial", "Stretch", "folded"]

PREFIX_CHARS = 4  # of an id, at least, to name a memorial by it
SHOWN_CHARS = 8  # of an id in a message
FILE_ID_CHARS = 32
UNDATED = "9999"  # sorts behind every date
HELD = 2  # memorials whose sources stay in memory once they were read: 50,000 messages take 50 MiB

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Memorial:
    """Someone who is remembered here."""

    id: str
    person: Person


@dataclass(frozen=True, slots=True)
class Marks:
    """Of what an answer rests on: each is another once that changes. `told` are those of what visitors told."""

    made: str  # voice, portrait, what was learnt, what was chosen
    words: str  # person, sources, and what the family says of them
    told: frozenset[str]

    def still_hold(self, now: Marks) -> bool:
        """Whether what rests on these may be used still. What was told since can wait; what was forgotten cannot."""
        return (self.made, self.words) == (now.made, now.words) and self.told <= now.told


@dataclass(frozen=True, slots=True)
class _Worded:
    """All sources that have words, by date, each with its id: what the person left, and what others told of them."""

    left: Sequence[tuple[str, Letter]]
    told: Sequence[tuple[str, Letter]]
    files: frozenset[str]


class Archive:
    """An opened home with its memorials. Use it in a `with` block."""

    def __init__(self, home: Home, vault: Vault, store: Store) -> None:
        self.home = home
        self._vault = vault
        self._store = store
        self._files = Shelf[str, str, list[KeptFile]](HELD)
        self._words = Shelf[str, str, _Worded](HELD)

    @classmethod
    def open(cls, root: Path) -> Archive:
        """Open the home at `root`, or make it there."""
        home = Home.open(root)
        try:
            with home.setting_up():
                store = Store.at(home.database)
        except BaseException:
            home.close()
            raise
        archive = cls(home, Vault(home), store)
        archive._sweep()
        return archive

    def close(self) -> None:
        """Let go of the database and remove this process's temporary files."""
        self._store.close()
        self.home.close()

    def check(self) -> None:
        """Raises what keeps the database from answering."""
        with self._store.reading() as rows:
            rows.knows("")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Memorials

    def create(self, person: Person) -> Memorial:
        """A new, empty memorial."""
        memorial_id = secrets.token_hex(16)
        with self.home.writing():
            self._vault.found(memorial_id)
            sealed = self._sealed_person(memorial_id, person)
            with self._store.changing() as rows:
                rows.add_memorial(memorial_id, sealed)
        return Memorial(memorial_id, person)

    def memorials(self) -> list[Memorial]:
        """All of them, the oldest first."""
        with self._store.reading() as rows:
            found = rows.memorials()
        memorials = []
        for memorial_id, sealed in found:
            try:
                memorials.append(Memorial(memorial_id, self._person(memorial_id, sealed)))
            except BadHome:
                with self._store.reading() as rows:
                    if rows.knows(memorial_id):  # else somebody removed it just now
                        raise
        return memorials

    def find(self, name_or_id: str) -> Memorial:
        """The one of that name, whatever its case, or of that id or its first characters; else `UnknownMemorial`."""
        memorials = self.memorials()
        wanted = folded(name_or_id)
        found = [memorial for memorial in memorials if folded(memorial.person.name) == wanted]
        if not found and len(wanted) >= PREFIX_CHARS:
            found = [memorial for memorial in memorials if memorial.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if not memorials:
            raise UnknownMemorial("there is no memorial here yet: make one with `lantern new`")
        if not found:
            raise UnknownMemorial("no memorial has that name or id: `lantern list` shows those that there are")
        ids = ", ".join(memorial.id[:SHOWN_CHARS] for memorial in found)
        raise UnknownMemorial(f"{len(found)} memorials are called that: give the id instead, one of {ids}")

    def memorial(self, memorial_id: str) -> Memorial:
        """The one of that whole id; raises `UnknownMemorial`."""
        found = [memorial for memorial in self.memorials() if memorial.id == memorial_id]
        if not found:
            raise UnknownMemorial("this memorial is not here any more: `lantern list` shows those that there are")
        return found[0]

    def change(self, memorial_id: str, person: Person) -> Memorial:
        """The same memorial, with its person told otherwise."""
        with self.home.writing(), self._store.changing() as rows:
            check_there(rows, memorial_id, for_change=True)
            rows.set_person(memorial_id, self._sealed_person(memorial_id, person))
        return Memorial(memorial_id, person)

    def sign(self, memorial_id: str, names: Sequence[str], rows: Rows) -> None:
        """Keep other names under which the person wrote, as a step of a change."""
        person = self._person(memorial_id, dict(rows.memorials())[memorial_id])
        known = {folded(name) for name in (person.name, *person.signs)}
        signs = (*person.signs, *(name for name in names if folded(name) not in known))
        rows.set_person(memorial_id, self._sealed_person(memorial_id, replace(person, signs=signs)))

    def remove(self, memorial_id: str) -> None:
        """The memorial with everything in it. Nothing can bring it back."""
        with self.home.writing():
            with self._store.changing() as rows:
                check_there(rows, memorial_id, for_change=True)
                self._vault.condemn(memorial_id)
                rows.remove_memorial(memorial_id)
            self._vault.forget(memorial_id)
            self._files.forget(memorial_id.__eq__)
            self._words.forget(memorial_id.__eq__)

    # Who may come in

    def accounts(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> Accounts:
        """Those of this home; new passwords are kept as the parameters say."""
        return Accounts(self._vault, self._store, Passwords(parameters))

    def members(self, memorial_id: str) -> Members:
        """Who belongs to a memorial, and who is invited to it."""
        return Members(self._vault, self._store, memorial_id, utc_now)

    # What the family gave

    @contextmanager
    def adding(self, memorial_id: str) -> Iterator[Adding]:
        """One change of one memorial: all that is added inside the block is kept when it ends well, else nothing."""
        with self.home.writing(), Arrival(self._vault, self._store, memorial_id) as arrival:
            adding = Adding(self._vault, arrival, memorial_id)
            try:
                yield adding
                adding.finish()
            except BaseException:
                self._undo(adding, arrival)
                raise
            for blob_id in adding.replaced:
                self._vault.discard(memorial_id, blob_id)

    @contextmanager
    def rehearsing(self, memorial_id: str) -> Iterator[Adding]:
        """As `adding`, but whatever is added inside the block is taken back: it shows what would become of it."""
        with self.home.writing(), Arrival(self._vault, self._store, memorial_id) as arrival:
            adding = Adding(self._vault, arrival, memorial_id, rehearses=True)
            try:
                yield adding
            finally:
                self._undo(adding, arrival)

    def letters(self, memorial_id: str, visitor: str | None = None) -> list[Letter]:
        """Letters, messages and what was said, by date, undated ones last; not what the family left out.

        What is not for some visitor names them in `not_for`; where `visitor` is given, what is not for them, or not for
        somebody who may be them, is not among it.
        """
        words = self._words_of(memorial_id)
        return _heard(self.memory(memorial_id), visitor, words, words.left)

    def known(self, memorial_id: str, visitor: str | None = None) -> Known:
        """What an answer may draw on beside these, for one visitor or for somebody unknown."""
        memory, words = self.memory(memorial_id), self._words_of(memorial_id)
        return Known(
            None if visitor is None else memory.visitor(visitor) or Visitor(visitor),
            tuple(_heard(memory, visitor, words, words.told)),
            () if visitor is None else tuple(memory.remembered(visitor)),
            memory.glossary(),
            memory.struck(),
        )

    def memory(self, memorial_id: str) -> Memory:
        """What is known beside what the person left."""
        return Memory(self.home, self._vault, self._store, memorial_id, self.members(memorial_id))

    def answered(self) -> Answered:
        """Requests with a key of their own, and what was answered to them."""
        return Answered(self.home, self._vault, self._store)

    def doubtful(self, memorial_id: str) -> list[Doubtful]:
        """The lines that a machine read and nobody confirmed yet."""
        done = self.memory(memorial_id).confirmations()
        with self._store.reading() as reading:
            rows = reading.doubtful(memorial_id)
        doubtful = []
        for row in rows:
            given = letter(self._vault, memorial_id, row)
            left = confirmed(given, done.get(source_id(row), {})).doubtful
            doubtful += [each for each in doubtful_lines(row, given) if each.line in left]
        return doubtful

    def confirm(self, memorial_id: str, doubtful_id: str, corrected: str | None = None) -> None:
        """Somebody looked: the line says what the machine read, or what is given. It may be quoted from now on.

        Raises `BadText` where the letter has these words more than once: it is not told which of them were looked at.
        """
        found = self._doubtful(memorial_id, doubtful_id)
        source, says = doubtful_id.rpartition("-")[0], found.line if corrected is None else corrected
        given = [letter(self._vault, memorial_id, row) for row in self._doubtful_rows(memorial_id, source)]
        if any(found.line in confirmed(each, {found.line: says}).doubtful for each in given):
            raise BadText(
                f"{found.file} has these words more than once: type the letter, and leave the scan out", file=found.file
            )
        self.memory(memorial_id).confirm(source, found.line, says)

    def doubtful_original(self, memorial_id: str, doubtful_id: str) -> tuple[Doubtful, bytes]:
        """A doubtful line, and the file on which it was read."""
        found = self._doubtful(memorial_id, doubtful_id)
        row = next(self._doubtful_rows(memorial_id, doubtful_id.rpartition("-")[0]))
        return found, self._vault.get(memorial_id, row.blob_id)

    def count(self, memorial_id: str) -> int:
        """How many letters and messages there are, what the family left out among them."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            return rows.count(memorial_id, THEIRS)

    def recordings(self, memorial_id: str) -> Iterator[tuple[str, bytes]]:
        """Where each came from, and its content, the first added first; one at a time in memory."""
        yield from self._contents(memorial_id, "recording")

    def recording(self, memorial_id: str, file: str) -> bytes:
        """The one that came from there; raises `UnknownNote`."""
        for row in self._sources(memorial_id, ("recording",)):
            if kept(self._vault, memorial_id, row).file == file:
                return self._vault.get(memorial_id, row.blob_id)
        raise UnknownNote(f"there is no recording {file} here any more: `lantern memory MEMORIAL` shows what there is")

    def photos(self, memorial_id: str) -> Iterator[tuple[str, bytes]]:
        """The same of each photo of the gallery, the portrait among them."""
        yield from self._contents(memorial_id, "photo")

    def stretches(self, memorial_id: str) -> list[Stretch]:
        """What is known to be said where in which recording of the person, the first added first.

        A transcript belongs to the recording that is called as it is, but for the ending, nearest in the folders. One
        of either that is left out says nothing.
        """
        recordings = [kept(self._vault, memorial_id, row).file for row in self._sources(memorial_id, ("recording",))]
        silent = self.memory(memorial_id).left_out()
        recordings = [each for each in recordings if not any(covers(place, each) for place in silent)]
        found = []
        for row in self._sources(memorial_id, ("spoken",)) if recordings else ():
            each = letter(self._vault, memorial_id, row)
            if any(covers(place, each.file) for place in silent):
                continue
            recording = transcribed(each.file, recordings)
            if each.author is None and recording is not None and row.start_ms is not None:
                found.append(Stretch(each.file, each.text, recording, row.start_ms, row.end_ms))
        return found

    def voice_profile(self, memorial_id: str) -> bytes | None:
        """The voice that speaks, or None where no recording was given."""
        return self._latest("voices", memorial_id)

    def rig(self, memorial_id: str) -> bytes | None:
        """The latest rig, or None where no photo was given."""
        return self._latest("portraits", memorial_id)

    def portrait_photo(self, memorial_id: str) -> tuple[str, bytes]:
        """Where the photo of the latest rig came from, and its content; raises `NotReady` where there is none."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            row = rows.source_of_latest("portraits", memorial_id)
        if row is None:
            raise NoPortrait("there is no portrait here yet: `lantern add` a photo of their face")
        return kept(self._vault, memorial_id, row).file, self._vault.get(memorial_id, row.blob_id)

    def model_files(self, memorial_id: str, *names: str) -> tuple[bytes | None, ...]:
        """Files of the memorial's language model, all of one moment; None for each that there is not."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            blob_ids = [rows.model_file(memorial_id, name) for name in names]
        return tuple(None if each is None else self._vault.get(memorial_id, each) for each in blob_ids)

    def model_file(self, memorial_id: str, name: str) -> bytes | None:
        """One of them."""
        return self.model_files(memorial_id, name)[0]

    def sources(self, memorial_id: str) -> Iterator[Kept]:
        """Everything that the family gave, the first added first; few in memory at a time."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            for row in rows.outlines(memorial_id):
                yield kept(self._vault, memorial_id, row)

    def file_id(self, memorial_id: str, path: str) -> str:
        """By which others may name a file: always the same, and telling nobody what it is called."""
        named = self._vault.fingerprint(memorial_id, b"file", path.encode("utf-8", "surrogatepass"))
        return named.hex()[:FILE_ID_CHARS]

    def files(self, memorial_id: str) -> list[KeptFile]:
        """What the sources came from, the first added first."""

        def look(rows: Rows) -> list[KeptFile]:
            found = ((kept(self._vault, memorial_id, row), row.blob_id) for row in rows.outlines(memorial_id))
            return files_of(found, partial(self.file_id, memorial_id))

        found: list[KeptFile] = self._as_before(self._files, memorial_id, look)
        return list(found)

    def file(self, memorial_id: str, file_id: str) -> KeptFile:
        """The one of that id; raises `UnknownNote`."""
        found = next((each for each in self.files(memorial_id) if each.id == file_id), None)
        if found is None:
            raise UnknownNote("no file of that id is kept: look at the list of sources")
        return found

    def passages(self, memorial_id: str, file: KeptFile, after: int, most: int) -> list[tuple[int, Letter]]:
        """What a file says, left out or not: so many passages behind the one of that number, in their order."""
        lines, found = self.memory(memorial_id).confirmations(), list[tuple[int, Letter]]()
        with self._store.reading() as rows:
            for number, row in rows.worded(memorial_id, file.blob_ids, after):
                given = letter(self._vault, memorial_id, row)
                if given.file == file.path:
                    found.append((number, confirmed(given, lines.get(source_id(row), {}))))
                if len(found) == most:
                    break
        return found

    @contextmanager
    def original(self, memorial_id: str, file: KeptFile) -> Iterator[Path]:
        """A file as it was given; it is gone after the block."""
        with self._vault.checkout(memorial_id, file.blob_ids[0]) as path:
            yield path

    # What is said here

    def conversations(self, memorial_id: str) -> Conversations:
        """Those that are kept."""
        return Conversations(self.home, self._vault, self._store, memorial_id)

    def clips(self, memorial_id: str) -> Clips:
        """Those that were made, and are kept."""
        return Clips(self._vault, self._store, partial(self.adding, memorial_id), memorial_id)

    def marks(self, memorial_id: str) -> Marks:
        """Of what an answer rests on now."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            found = rows.marks
            return Marks(found.made(memorial_id), found.words(memorial_id), found.remembered(memorial_id))

    def face_mark(self, memorial_id: str, choice: str) -> str:
        """Of the portrait and of what the family chose to move it, a model file of that name."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            return rows.marks.face(memorial_id, choice)

    # What is on its way in

    def uploads(self, memorial_id: str) -> Uploads:
        """Files that come a piece at a time."""
        return Uploads(self._vault, self._store, partial(self.adding, memorial_id), memorial_id)

    def prune_uploads(self, untouched_since: datetime) -> None:
        """Forget those to which nothing more has come."""
        with self._store.reading() as rows:
            old = rows.uploads.untouched_since(untouched_since)
        for each in old:
            with suppress(UnknownMemorial), self.adding(each.memorial_id) as adding:
                forget(adding, [each.id])

    # What long work was given, and what it has made so far

    def paper(self, memorial_id: str, job_id: str, name: str) -> bytes | None:
        """One paper of a job, or None where there is none of that name."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            blob_id = rows.paper(memorial_id, job_id, name)
        return None if blob_id is None else self._vault.get(memorial_id, blob_id)

    @contextmanager
    def paper_file(self, memorial_id: str, job_id: str, names: Sequence[str]) -> Iterator[Path]:
        """Papers of a job one behind the other, as a file that is gone after the block."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            blob_ids = [rows.paper(memorial_id, job_id, name) for name in names]
        if None in blob_ids:
            raise BadHome("what this job was given is gone: give the command again")
        with self._vault.checkout(memorial_id, *(blob_id for blob_id in blob_ids if blob_id is not None)) as path:
            yield path

    def jobs_with_papers(self, before: datetime) -> list[tuple[str, str]]:
        """Memorial and id of every job that was given something before then and has papers still."""
        with self._store.reading() as rows:
            return rows.jobs(before)

    def remove_papers(self, memorial_id: str, job_id: str) -> None:
        """All of a job's; it is well if they, or the memorial, are gone already."""
        with suppress(UnknownMemorial), self.adding(memorial_id) as adding:
            adding.remove_papers(job_id)

    # Inside

    def _undo(self, adding: Adding, arrival: Arrival) -> None:
        """Remove what a change brought, unless it was kept after all: Ctrl-C may come after the commit."""
        with suppress(LanternError, OSError):  # the sweep of a later opening tries again
            arrival.take_back()
            with self._store.changing() as rows:
                gone = [blob_id for blob_id in adding.fresh if rows.remove_unused(blob_id)]
            for blob_id in gone:
                self._vault.discard(adding.memorial_id, blob_id)

    def _sweep(self) -> None:
        """Finish what a crash broke off, so that no file is left that no row speaks of; not while somebody writes.

        A whole memorial of which no row speaks goes only where its folder says so itself: the database may have been
        lost, or put back from an older backup.
        """
        with self.home.alone() as free:
            if not free:
                return
            with self._store.reading() as rows:
                known = {memorial_id for memorial_id, _ in rows.memorials()}
                for memorial_id in self._vault.memorials() - known:
                    if self._vault.may_go(memorial_id):
                        self._vault.forget(memorial_id)
                for memorial_id in self._vault.memorials() & known:
                    self._vault.reprieve(memorial_id)
                    self._take_back(memorial_id)
                    for blob_id in self._vault.blobs(memorial_id) - rows.blob_ids(memorial_id):
                        self._vault.discard(memorial_id, blob_id)

    def _take_back(self, memorial_id: str) -> None:
        """What was arriving when its process died."""
        with self._store.reading() as rows:
            if rows.arriving(memorial_id) is None:
                return
        take_back(self._store, memorial_id)
        with self._store.changing() as rows:
            rows.remove_unspoken(memorial_id)

    def _doubtful(self, memorial_id: str, doubtful_id: str) -> Doubtful:
        found = next((each for each in self.doubtful(memorial_id) if each.id == doubtful_id), None)
        if found is None:
            raise UnknownNote("no doubtful line has that id: `lantern memory MEMORIAL list` shows those there are")
        return found

    def _doubtful_rows(self, memorial_id: str, source: str) -> Iterator[KeptRow]:
        with self._store.reading() as rows:
            yield from (row for row in rows.doubtful(memorial_id) if source_id(row) == source)

    def _sources(self, memorial_id: str, kinds: tuple[str, ...] | None = None) -> list[KeptRow]:
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            return rows.sources(memorial_id) if kinds is None else rows.sources(memorial_id, kinds)

    def _contents(self, memorial_id: str, kind: str) -> Iterator[tuple[str, bytes]]:
        for row in self._sources(memorial_id, (kind,)):
            yield kept(self._vault, memorial_id, row).file, self._vault.get(memorial_id, row.blob_id)

    def _as_before(self, shelf: Shelf[str, str, T], memorial_id: str, look: Callable[[Rows], T]) -> T:
        """What was seen of the sources, looked for again once any of them changed."""
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            return shelf.get(memorial_id, rows.marks.sources(memorial_id), partial(look, rows))

    def _words_of(self, memorial_id: str) -> _Worded:
        return self._as_before(self._words, memorial_id, partial(self._worded, memorial_id))

    def _worded(self, memorial_id: str, rows: Rows) -> _Worded:
        read = [(source_id(row), letter(self._vault, memorial_id, row)) for row in rows.sources(memorial_id, WORDS)]
        read.sort(key=lambda each: each[1].date or UNDATED)
        told = [each for each in read if each[1].kind == "told"]
        left = [each for each in read if each[1].kind != "told"]
        return _Worded(left, told, frozenset(each.file for _, each in read))

    def _latest(self, what: Made, memorial_id: str) -> bytes | None:
        with self._store.reading() as rows:
            check_there(rows, memorial_id)
            blob_id = rows.latest(what, memorial_id)
        return None if blob_id is None else self._vault.get(memorial_id, blob_id)

    def _person(self, memorial_id: str, sealed: bytes) -> Person:
        told = json.loads(self._vault.unseal(memorial_id, sealed, "memorials.person"))
        return Person(**told | {"signs": tuple(told.get("signs", ()))})

    def _sealed_person(self, memorial_id: str, person: Person) -> bytes:
        return self._vault.seal(memorial_id, json.dumps(asdict(person), ensure_ascii=False), "memorials.person")


def _heard(memory: Memory, visitor: str | None, words: _Worded, given: Sequence[tuple[str, Letter]]) -> list[Letter]:
    """What is not left out, with its doubtful lines as they were confirmed, and for whom it is not."""
    silent = memory.left_out() | (frozenset() if visitor is None else memory.barred(visitor))
    lines, audience = memory.confirmations(), memory.audience()
    spoken = {file: not_for(audience, file) for file in words.files if not any(covers(place, file) for place in silent)}
    if not lines and not any(spoken.values()):
        return [each for _, each in given if each.file in spoken]
    return [
        replace(confirmed(each, lines.get(source, {})), not_for=spoken[each.file])
        for source, each in given
        if each.file in spoken
    ]

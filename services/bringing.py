"""Looks through what the family brings, before anything is kept: what each file is, who speaks in it and who of them is
the person, what it holds, and what is left out and why. Knows no transaction and no engine.

A file that is named must be of use, or everything is refused; one that was found in a folder, or came with others in
one wish, is left out with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from data.archive import Memorial
from data.errors import BadText, IsSample, NothingOfUse, OtherAuthor, Refused, UnknownVoice, WhichOfThem
from data.importers import importer_for
from data.importers.gathered import Found, gathered
from data.importers.imported import Attachment, Item, LeftOut, Spoken, Told
from data.importers.kinds import medium_of
from data.importers.scans import read_pages
from data.importers.screenshots import read_screens
from data.importers.speakers import Chatting, Speaker, clipped, speakers, the_person
from data.importers.writers import Writer, unsigned, writer_of
from data.names import folded
from data.types import Letter
from services.progress import Steps
from services.report import Json
from services.roles import (
    MEDIA,
    PAGES,
    PHOTO,
    PICTURES,
    PORTRAIT,
    READ_BY_MACHINE,
    RECORDING,
    ROLES,
    SCAN,
    SCREENSHOT,
    VIDEO,
    WRITTEN,
    role_of,
)

THE_FAMILY = "the family"  # who tells, where no author is given
STICKERS = ("stk-", "sticker")
TOLD_AS = "introduction"  # how a text is read that tells of the person

LONG_BYTES = 5_000_000  # of text: some seconds
BYTES_A_SECOND = 2.5e6  # of a chat that is looked through; measured on two cores
PICTURE_S = 0.5  # to see whether a picture shows writing
SPEAKERS_NAMED = 8  # in a refusal

OTHERS_VOICE = "a voice note by somebody else"
UNNAMED_VOICE = "a recording beside a chat that does not say who speaks: give it by itself if it is theirs"
STICKER = "a sticker"
SENT = "a file that was sent along: give it by itself"


@dataclass
class Look:
    """What one pass over a file has seen. `nobodys` is the first of it that names no author."""

    count: int = 0
    first: str | None = None
    last: str | None = None
    doubtful: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    sent: list[Attachment] = field(default_factory=list)
    speakers: tuple[Speaker, ...] = ()
    chats: dict[str, Chatting] = field(default_factory=dict)
    nobodys: Letter | None = None

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, seen."""
        for item in items:
            if isinstance(item, LeftOut):
                self.left_out[item.reason] += item.count
            elif isinstance(item, Attachment):
                self.sent.append(item)
            else:
                letter = item.letter if isinstance(item, Spoken | Told) else item
                self.count += 1
                self.doubtful += letter.doubtful
                if letter.author is None and self.nobodys is None:
                    self.nobodys = letter
                if letter.kind == "message" and letter.conversation is not None and letter.author is not None:
                    self._chatting(letter.conversation, letter).names.add(letter.author)
                if letter.date is not None:
                    self.first = min(self.first or letter.date, letter.date)
                    self.last = max(self.last or letter.date, letter.date)
                yield item

    def _chatting(self, conversation: str, letter: Letter) -> Chatting:
        if conversation not in self.chats:
            self.chats[conversation] = Chatting.of(letter)
        return self.chats[conversation]


@dataclass(frozen=True, slots=True)
class Brought:
    """One thing on its way in: a file, or several pictures that belong together. `theirs` are the person's names.

    `writer` is who wrote what names no author; None where everything names one.
    """

    role: str
    found: tuple[Found, ...]
    theirs: tuple[str, ...] = ()
    look: Look = field(default_factory=Look, compare=False)
    writer: Writer | None = None

    @property
    def shown(self) -> str:
        """Its name, as the family gave it."""
        return self.found[0].shown

    @property
    def named(self) -> bool:
        """Whether it was named, rather than found in a folder."""
        return self.found[0].named

    @property
    def path(self) -> str:
        """By which it is known for good; what was sent in a chat lies below it."""
        return self.found[0].path

    def source(self, file: str) -> str:
        """The path of what an importer calls so: one of the files by its name, or one inside of it."""
        return next((each.path for each in self.found if each.file.name == file), f"{self.path}/{file}")

    def partners(self) -> dict[str, str | None]:
        """With whom the person speaks in each chat of it, where that is known."""
        return {name: chat.partner(self.theirs) for name, chat in self.look.chats.items()}

    def items(self) -> Iterator[Item]:
        """What it says, read as it comes. Raises `BadText` and `BadPicture`."""
        files = [each.file for each in self.found]
        if self.role == SCREENSHOT:
            yield from read_screens(files)
        elif self.role in {SCAN, PAGES}:
            yield read_pages(files)
        elif self.role not in MEDIA:
            yield from importer_for(files[0], self.role).read(files[0])


@dataclass
class Batch:
    """All that one command brings. `left` are files that are left out, as they are reported; `role` is what the family
    says they are, and `author` who wrote them, the person where it is their name."""

    brought: list[Brought]
    left: list[Json] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # what was passed over in folders
    warnings: list[str] = field(default_factory=list)
    author: str | None = None
    given: tuple[str, ...] = ()  # names under which the person speaks, as the family says
    face: int | None = None
    size_px: int = 512
    role: str | None = None
    preview: bool = False
    signs: tuple[str, ...] = ()  # names that the family gave before: letters signed so are theirs
    several: bool = False  # were chosen together, so that one of no use does not keep the others out

    def leave_out(self, brought: Brought, error: Refused) -> None:
        """One that is of no use: refused where it was named. A preview shows who speaks in it first."""
        asks = bool(brought.look.speakers)  # who of them is the person
        if brought.named and not (self.preview if asks else self.several):
            raise error
        if brought.named and asks:
            self.warnings.append(f"nothing is kept before this is settled: {error}")
        self.go_without(brought, error)

    def go_without(self, brought: Brought, error: Refused) -> None:
        """Leave one out that was named, too."""
        reason = str(error).removeprefix(f"{brought.found[0].file.name}: ")
        self.left.append(row(brought, 0, Counter({reason: 1})) | {"problem": {"type": error.name, **error.facts}})


def looked(
    memorial: Memorial, paths: Sequence[Path], batch: Batch, steps: Steps, role: str | None = None, *, preview: bool
) -> Batch:
    """Find the files and look through them; a preview asks for nothing."""
    return looked_through(memorial, gathered(paths, batch.left_out), batch, steps, role, preview=preview)


def looked_through(
    memorial: Memorial, coming: Iterable[Found], batch: Batch, steps: Steps, role: str | None, *, preview: bool
) -> Batch:
    """The same of files that were found."""
    check_takes(memorial, role)
    batch.role, batch.preview, batch.signs = role, preview, memorial.person.signs
    found = list(coming)
    if not found and not batch.left:
        raise NothingOfUse("there is no file in what was given that can be read: choose letters, recordings or photos")
    usual_s = _usual_s(found)
    with steps.step("look", usual_s) if usual_s else nullcontext(lambda _done, _total: None) as advance:
        chats = [each for each in found if each.file.beside]
        for one in _told_apart(batch, chats, (), role):
            look_into(batch, memorial, one)
        claimed = {id(sent.file) for one in batch.brought for sent in one.look.sent}
        rest = [each for each in found if not each.file.beside and id(each.file) not in claimed]
        for number, one in enumerate(_joined(_told_apart(batch, rest, chats, role))):
            advance(number, len(rest))
            look_into(batch, memorial, one)
    _check_author(batch, memorial.person.name)
    return batch


def check_takes(memorial: Memorial, role: str | None) -> None:
    """Raises `Refused` where nothing can be added to it, or nothing as that."""
    if memorial.person.exhibit:
        raise IsSample(f"{memorial.person.name} is a sample: make a memorial of your own with `lantern new`")
    if role is not None and role not in ROLES:
        raise Refused(f"--as {role!r} is not known: choose one of {', '.join(sorted(ROLES))}")


def look_into(batch: Batch, memorial: Memorial, one: Brought) -> None:
    """Take one into the batch, once it was looked through and the person found in it."""
    if one.role in MEDIA | READ_BY_MACHINE:
        batch.brought.append(one)
        return
    try:
        one.look.speakers = speakers(one.look.over(one.items()))
        batch.brought.append(settled(one, memorial.person.name, batch))
    except Refused as err:
        batch.leave_out(one, err)


def settled(one: Brought, person: str, batch: Batch) -> Brought:
    """The same with the person's names in it, and who wrote what names none. Raises `BadText` where it is a guess."""
    said = {each.name: each.count for each in one.look.speakers}
    names = [*said, *dict.fromkeys(sent.author for sent in one.look.sent if sent.author and sent.author not in said)]
    theirs = the_person(names, person, batch.given)
    if names and not theirs:
        named = ", ".join(f"{name} ({said.get(name, 0):,})" for name in names[:SPEAKERS_NAMED])
        more = ", …" if len(names) > SPEAKERS_NAMED else ""
        raise WhichOfThem(
            f"{one.shown}: who of them is {person}? Say it with --person NAME; they are {named}{more}",
            file=one.shown,
            person=person,
            names=names[:SPEAKERS_NAMED],
        )
    return _attributed(replace(one, theirs=theirs), person, batch)


def _attributed(one: Brought, person: str, batch: Batch) -> Brought:
    """The same with its writer. A text that tells of the person is read as what the family tells."""
    letter = one.look.nobodys
    if letter is None:
        return one
    author = None if batch.author is None or folded(batch.author) == folded(person) else batch.author
    if letter.kind == "told":
        return replace(one, writer=Writer(author or THE_FAMILY, "it tells of them", told=True))
    if batch.author is not None:
        return replace(one, writer=Writer(author, "--author says so"))
    names = (*batch.given, *batch.signs)
    writer = writer_of(letter.text, person, names) if letter.kind == "letter" else unsigned(person)
    if writer.told and batch.role in WRITTEN:
        return replace(one, writer=unsigned(person))
    if writer.told and one.role in WRITTEN:
        one = replace(one, role=TOLD_AS, look=Look())
        one.look.speakers = speakers(one.look.over(one.items()))
    return replace(one, writer=replace(writer, author=THE_FAMILY) if writer.told else writer)


def sorted_out(one: Brought) -> tuple[list[Attachment], list[Attachment], Counter[str]]:
    """What was sent in a chat: the person's voice notes, the photos, and what is neither, counted."""
    voices, photos, left_out = list[Attachment](), list[Attachment](), Counter[str]()
    theirs = {folded(name) for name in one.theirs}
    for sent in one.look.sent:
        medium = medium_of(sent.file)
        if sent.file.name.lower().startswith(STICKERS):
            left_out[STICKER] += 1
        elif medium == "photo":
            photos.append(sent)
        elif medium == "recording" and sent.author is not None and folded(sent.author) in theirs:
            voices.append(sent)
        else:
            left_out[{"recording": OTHERS_VOICE, "video": VIDEO}.get(medium or "", SENT)] += 1
    return voices, photos, left_out


def is_long(batch: Batch) -> bool:
    """Whether it takes seconds and more: something to learn, to read from pictures, or much text."""
    slow = READ_BY_MACHINE | {PORTRAIT, RECORDING}
    much = sum(each.file.size_bytes for one in batch.brought for each in one.found) > LONG_BYTES
    return much or any(one.role in slow or one.look.sent for one in batch.brought)


def row(one: Brought, kept: int, left_out: Counter[str], **more: int) -> Json:
    """One of `added`, as `lantern add --json` has it."""
    look = one.look
    kind = {PORTRAIT: "photo"}.get(one.role, one.role) if one.role in MEDIA else "letters"
    theirs = {folded(name) for name in one.theirs}
    return {
        "file": one.shown,
        "kind": kind,
        "as": one.role,
        "kept": kept,
        "left_out": left_out.total(),
        "reason": "; ".join(left_out) or None,
        "reasons": [{"count": count, "reason": reason} for reason, count in left_out.items()],
        "passages": look.count,
        "photos": more.get("photos", int(kind == "photo" and kept > 0)),
        "recordings": more.get("recordings", int(kind == "recording" and kept > 0)),
        "first": look.first,
        "last": look.last,
        "speakers": [
            {
                "name": each.name,
                "count": each.count,
                "first": each.first,
                "last": each.last,
                "samples": list(each.samples),
                "theirs": folded(each.name) in theirs,
            }
            for each in look.speakers
        ],
        "doubtful": look.doubtful,
        "writer": _writer_row(one),
    }


def _writer_row(one: Brought) -> Json | None:
    """Who is taken for the writer of what names none: `name` is None where it is the person."""
    writer, sample = one.writer, one.look.nobodys
    if writer is None or sample is None:
        return None
    shown = clipped(next(line for line in sample.text.split("\n") if line.strip()))
    return {"name": writer.author, "told": writer.told, "why": writer.why, "sample": shown}


def _told_apart(batch: Batch, found: Sequence[Found], chats: Sequence[Found], role: str | None) -> Iterator[Brought]:
    """Each with what it is."""
    places = {PurePath(chat.shown).parent for chat in chats}
    for each in found:
        near_chat = not places.isdisjoint(PurePath(each.shown).parents)
        try:
            one = _roled(each, role)
            if one.role == RECORDING and near_chat and role is None:
                raise UnknownVoice(UNNAMED_VOICE, file=each.shown)
        except Refused as err:
            batch.leave_out(Brought("", (each,)), err)
        else:
            yield one


def _roled(found: Found, role: str | None) -> Brought:
    if role == PHOTO and medium_of(found.file) != "photo":
        raise BadText(f"{found.file.name} is not a photo: add it as what it is", file=found.file.name)
    return Brought(role or role_of(found), (found,))


def _joined(coming: Iterable[Brought]) -> Iterator[Brought]:
    """Screenshots of one folder follow one another, and pages make one letter; anything else stands alone."""
    held: dict[tuple[str, str], list[Found]] = {}
    for one in coming:
        if one.role in {PAGES, SCREENSHOT}:
            held.setdefault((one.role, str(PurePath(one.shown).parent)), []).extend(one.found)
        else:
            yield one
    for (role, _), found in held.items():
        yield Brought(role, tuple(found))


def _check_author(batch: Batch, person: str) -> None:
    """Raises `Refused` where somebody else is said to have spoken, or to have written a chat that names its own."""
    if batch.author is None or folded(batch.author) == folded(person):
        return
    if any(one.role in {PORTRAIT, RECORDING} for one in batch.brought):
        raise OtherAuthor("--author is for letters: add recordings and photos of the person without it")
    for one in batch.brought:
        if one.look.speakers:
            raise OtherAuthor(f"{one.shown} says itself who speaks: give --person NAME, and --author for letters alone")


def _usual_s(found: Sequence[Found]) -> float | None:
    pictures = sum(PurePath(each.file.name).suffix.lower() in PICTURES for each in found)
    words = sum(each.file.size_bytes for each in found) if not pictures else 0
    usual_s = pictures * PICTURE_S + words / BYTES_A_SECOND
    return usual_s if usual_s > 1 else None

"""Making a memorial and giving it what a person left. Knows no command line: the same verbs serve any way in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data import media
from data.archive import Archive, Memorial
from data.dates import read_date
from data.errors import BadDate, BadRecording, BadText, Refused
from data.importers import read_letters
from data.types import Language, Letter, Person, Wave
from services import build
from services.progress import Steps

Kind = Literal["letters", "recording", "photo"]

KINDS: dict[Kind, frozenset[str]] = {
    "letters": frozenset({".txt", ".md", ".text"}),
    "photo": frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}),
    "recording": frozenset(
        {
            ".wav",
            ".mp3",
            ".m4a",
            ".aac",
            ".ogg",
            ".opus",
            ".flac",
            ".amr",
            ".3gp",
            ".wma",
            ".mp4",
            ".mov",
            ".mkv",
            ".webm",
        }
    ),
}
NAME_CHARS = 200
PORTRAIT_USUAL_S = 4.0  # on two cores, the face mesh's start included
VOICE_USUAL_S = 8.0  # for half a minute of speech


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: how many things were kept and left out of it, and why."""

    file: str
    kind: Kind
    kept: int
    left_out: int
    reason: str | None


@dataclass
class Prepared:
    """One file, read and checked, with nothing kept yet."""

    path: Path
    kind: Kind
    original: bytes
    letters: Sequence[Letter] = ()
    left_out: int = 0
    reason: str | None = None
    made: bytes = b""
    warnings: list[str] = field(default_factory=list)


def new(archive: Archive, name: str, born: str | None, died: str | None, language: Language) -> Memorial:
    """A memorial without anything in it."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARS or not name.isprintable():
        raise BadText(f"a name has 1 to {NAME_CHARS} printable characters")
    born, died = (date and read_date(date) for date in (born, died))
    if born and died and died < born:
        raise BadDate(f"died {died} is before born {born}: check the dates")
    return archive.create(Person(name, born, died, language))


def add(
    archive: Archive,
    memorial: Memorial,
    paths: Sequence[Path],
    *,
    steps: Steps,
    author: str | None = None,
    face: int | None = None,
    size_px: int = 512,
    preview: bool = False,
) -> tuple[list[Added], list[str]]:
    """Keep the files, all or none: every one is read and understood before the first is kept.

    What another `author` wrote is kept, and never spoken as the person's own.
    Returns what became of each and what the family should know. With `preview` nothing is kept.
    """
    if author is not None and author.casefold() == memorial.person.name.casefold():
        author = None
    prepared = [_read(path) for path in paths]
    with ThreadPoolExecutor(1) as beside:  # the vocoder and the face mesh work on a core each
        voice = beside.submit(_enroll, archive, memorial, [each for each in prepared if each.kind == "recording"])
        try:
            for each in prepared:
                if each.kind == "photo":
                    _portray(each, face, size_px, steps)
            if any(each.kind == "recording" for each in prepared):
                with steps.step("Learning the voice", VOICE_USUAL_S):
                    voice.result()
        except BaseException:
            beside.shutdown(wait=False)
            raise
    added = [_shown(each) if preview else _keep(archive, memorial, each, author) for each in prepared]
    return added, [warning for each in prepared for warning in each.warnings]


def kind_of(path: Path) -> Kind:
    """By the file's ending."""
    for kind, endings in KINDS.items():
        if path.suffix.lower() in endings:
            return kind
    known = " ".join(sorted(ending for endings in KINDS.values() for ending in endings))
    raise Refused(f"{path.name}: this kind of file is not read yet; known are {known}")


def _read(path: Path) -> Prepared:
    kind = kind_of(path)
    try:
        prepared = Prepared(path, kind, path.read_bytes())
    except OSError as err:
        raise Refused(f"{path}: {err.strerror or err}: check the name and the permissions of the file") from err
    if kind == "letters":
        read = read_letters(path)
        prepared.letters = read.letters
        prepared.left_out = sum(each.count for each in read.left_out)
        prepared.reason = "; ".join(each.reason for each in read.left_out) or None
    return prepared


def _portray(photo: Prepared, face: int | None, size_px: int, steps: Steps) -> None:
    with steps.step(f"Reading the portrait in {photo.path.name}", PORTRAIT_USUAL_S):
        made = build.portrait(media.read_picture(photo.path), face, size_px)
    photo.made = made.data
    photo.warnings = [f"{photo.path.name}: {warning}" for warning in made.warnings]


def _enroll(archive: Archive, memorial: Memorial, fresh: Sequence[Prepared]) -> None:
    """One profile from the recordings already kept and the new ones."""
    if not fresh:
        return
    names = ", ".join(each.path.name for each in fresh)
    waves = [*_kept_recordings(archive, memorial), *(media.read_sound(each.path) for each in fresh)]
    try:
        made = build.enroll(waves)
    except BadRecording as err:
        raise BadRecording(f"{names}: {err}") from err
    for each in fresh:
        each.made = made.data
    fresh[-1].warnings = [f"{names}: {warning}" for warning in made.warnings]


def _kept_recordings(archive: Archive, memorial: Memorial) -> Iterator[Wave]:
    for file, original in archive.recordings(memorial.id):
        lent = archive.home.temporary(Path(file).suffix)
        try:
            lent.write_bytes(original)
            yield media.read_sound(lent)
        finally:
            lent.unlink()


def _keep(archive: Archive, memorial: Memorial, prepared: Prepared, author: str | None) -> Added:
    name = prepared.path.name
    if prepared.kind == "letters":
        kept = archive.add_letters(memorial.id, prepared.letters, prepared.original, author)
    elif prepared.kind == "photo":
        kept = [archive.add_portrait(memorial.id, name, prepared.original, prepared.made)]
    else:
        kept = [archive.add_recording(memorial.id, name, prepared.original, prepared.made)]
    there = kept.count(False)
    reasons = [prepared.reason] if prepared.reason else []
    reasons += ["already there"] if there else []
    return Added(name, prepared.kind, kept.count(True), prepared.left_out + there, "; ".join(reasons) or None)


def _shown(prepared: Prepared) -> Added:
    count = len(prepared.letters) if prepared.kind == "letters" else 1
    return Added(prepared.path.name, prepared.kind, count, prepared.left_out, prepared.reason)

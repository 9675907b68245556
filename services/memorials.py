"""Making a memorial and giving it what a person left. Knows no command line: the same verbs serve any way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Literal

from data import media
from data.archive import Adding, Archive, Memorial, folded
from data.dates import read_date
from data.errors import BadDate, BadPicture, BadRecording, BadText, Refused
from data.files import read
from data.importers import IMPORTERS, LARGEST_BYTES, read_letters
from data.types import Language, Letter, Person
from services import build
from services.progress import Steps, shown

Kind = Literal["letters", "recording", "photo"]

PHOTOS = frozenset([".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"])
RECORDINGS = frozenset({
    ".wav", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".amr", ".3gp", ".wma", ".mp4", ".mov", ".mkv", ".webm",
})  # fmt: skip
LIMITS: dict[Kind, tuple[int, type[Refused]]] = {
    "letters": (LARGEST_BYTES, BadText),
    "photo": (media.LARGEST_PICTURE_BYTES, BadPicture),
    "recording": (media.LARGEST_SOUND_BYTES, BadRecording),
}
NAME_CHARS = 200
PORTRAIT_USUAL_S = 4.0  # on two cores, the face mesh's start included
VOICE_USUAL_S = 8.0  # on two cores, for half a minute of speech


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
    if not name or len(name) > NAME_CHARS or shown(name) != name:
        raise BadText(f"a name has 1 to {NAME_CHARS} characters and no control characters")
    born, died = _date("born", born), _date("died", died)
    if born and died and died[: len(born)] < born[: len(died)]:
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
    to_sample: bool = False,
) -> tuple[list[Added], list[str]]:
    """Keep the files, all or none: every one is read and understood before the first is kept.

    What another `author` wrote is kept, and never spoken as the person's own. Only the program itself adds `to_sample`.
    Returns what became of each and what the family should know. With `preview` nothing is kept.
    """
    if memorial.person.exhibit and not to_sample:
        raise Refused(f"{memorial.person.name} is a sample: make a memorial of your own with `lantern new`")
    if author is not None and any(kind_of(path) != "letters" for path in paths):
        raise Refused("--author is for letters: add recordings and photos of the person without it")
    if author is not None and folded(author) == folded(memorial.person.name):
        author = None
    prepared = [_read(path) for path in paths]
    fresh = [each for each in prepared if each.kind == "recording"]
    kept = list(archive.recordings(memorial.id)) if fresh else []
    voice = begin(lambda: _enroll(kept, fresh)) if fresh else None  # beside the portrait, on a core of its own
    for each in prepared:
        if each.kind == "photo":
            _portray(each, face, size_px, steps)
    if voice is not None:
        with steps.step("Learning the voice", VOICE_USUAL_S):
            voice.result()
    warnings = [warning for each in prepared for warning in each.warnings]
    if preview:
        return [_shown(each) for each in prepared], warnings
    with archive.adding(memorial.id) as adding:
        if fresh and adding.recordings != len(kept):
            raise Refused("another recording was added meanwhile: add this one again")
        return [_keep(adding, each, author) for each in prepared], warnings


def _date(option: str, typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        date = read_date(typed)
    except BadDate as err:
        raise BadDate(f"--{option} {typed!r}: {err}") from err
    if date > datetime.now(UTC).date().isoformat():
        raise BadDate(f"--{option} {typed!r} lies ahead: check the date")
    return date


def kind_of(path: Path) -> Kind:
    """By the file's ending."""
    if path.is_dir():
        raise Refused(f"{path} is a folder: name the files in it, {path}/*")
    if any(importer.reads(path) for importer in IMPORTERS):
        return "letters"
    if path.suffix.lower() in PHOTOS:
        return "photo"
    if path.suffix.lower() in RECORDINGS:
        return "recording"
    known = " ".join(sorted({".txt", ".md", *PHOTOS, *RECORDINGS}))
    raise Refused(f"{path.name}: this kind of file is not read yet; known are {known}")


def _read(path: Path) -> Prepared:
    kind = kind_of(path)
    prepared = Prepared(path, kind, read(path, *LIMITS[kind]))
    if kind == "letters":
        imported = read_letters(path, prepared.original)
        prepared.letters = imported.letters
        prepared.left_out = sum(each.count for each in imported.left_out)
        prepared.reason = "; ".join(each.reason for each in imported.left_out) or None
    return prepared


def _portray(photo: Prepared, face: int | None, size_px: int, steps: Steps) -> None:
    with steps.step(f"Reading the portrait in {photo.path.name}", PORTRAIT_USUAL_S):
        made = build.portrait(media.read_picture(photo.path, photo.original), face, size_px)
    photo.made = made.data
    photo.warnings = [f"{photo.path.name}: {warning}" for warning in made.warnings]


def _enroll(kept: Sequence[tuple[str, bytes]], fresh: Sequence[Prepared]) -> None:
    """One profile from the recordings already kept and the new ones, each counted once."""
    names = ", ".join(each.path.name for each in fresh)
    contents = {content: Path(file) for file, content in kept} | {each.original: each.path for each in fresh}
    waves = [media.read_sound(path, content) for content, path in contents.items()]
    try:
        made = build.enroll(waves)
    except BadRecording as err:
        raise BadRecording(f"{names}: {err}") from err
    for each in fresh:
        each.made = made.data
    fresh[-1].warnings = [f"{names}: {warning}" for warning in made.warnings]


def _keep(adding: Adding, prepared: Prepared, author: str | None) -> Added:
    name = prepared.path.name
    if prepared.kind == "letters":
        outcomes = adding.add_letters(prepared.letters, prepared.original, author)
    elif prepared.kind == "photo":
        outcomes = ["kept" if adding.add_portrait(name, prepared.original, prepared.made) else "there"]
    else:
        outcomes = ["kept" if adding.add_recording(name, prepared.original, prepared.made) else "there"]
    reasons = [prepared.reason] if prepared.reason else []
    reasons += ["already there"] if "there" in outcomes else []
    reasons += ["already there, now under its right author"] if "corrected" in outcomes else []
    kept = outcomes.count("kept")
    left_out = prepared.left_out + len(outcomes) - kept
    return Added(name, prepared.kind, kept, left_out, "; ".join(reasons) or None)


def _shown(prepared: Prepared) -> Added:
    count = len(prepared.letters) if prepared.kind == "letters" else 1
    return Added(prepared.path.name, prepared.kind, count, prepared.left_out, prepared.reason)


def begin(work: Callable[[], None]) -> Future[None]:
    """Work beside the caller, in a thread that neither Ctrl-C nor a refusal waits for."""
    future = Future[None]()

    def run() -> None:
        try:
            work()
            future.set_result(None)
        except BaseException as err:  # noqa: BLE001 — it is raised again where the result is asked for
            future.set_exception(err)

    Thread(target=run, daemon=True).start()
    return future

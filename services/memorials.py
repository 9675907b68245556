"""Making a memorial and giving it what a person left. Knows no command line: the same verbs serve any way in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Literal, TypeVar

from data import media
from data.archive import Adding, Archive, Memorial, folded
from data.dates import read_date
from data.errors import BadDate, BadPicture, BadRecording, BadText, Refused
from data.files import read
from data.importers import IMPORTERS, LARGEST_BYTES, read_letters
from data.types import Language, Letter, Person
from orchestrator.job import Job
from services import build
from services.build import Made
from services.progress import Steps, shown
from services.report import Json, add_report

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

T = TypeVar("T")
PORTRAIT_USUAL_S = 4.0  # on two cores, the face mesh's start included
HEEDED_S = 0.25  # between two looks whether to stop
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
    files: Sequence[Prepared],
    *,
    steps: Steps,
    author: str | None = None,
    face: int | None = None,
    size_px: int = 512,
    preview: bool = False,
) -> Json:
    """Keep the files, all or none. What another `author` wrote is kept, and never spoken as the person's own.

    Returns what `lantern add` reports. With `preview` nothing is kept.
    """
    told = _learn(archive, memorial.id, files, face, size_px, steps, lambda _name, make: make())
    if preview:
        return add_report([asdict(_shown(each)) for each in files], len(archive.letters(memorial.id)), told)
    with archive.adding(memorial.id) as adding:
        added = _keep_all(adding, files, author)
    return add_report(added, len(archive.letters(memorial.id)), told)


def is_long(files: Sequence[Prepared]) -> bool:
    """Whether there is something to learn from them, which takes seconds and more."""
    return any(each.kind != "letters" for each in files)


def add_order(files: Sequence[Prepared], author: str | None, face: int | None, size_px: int) -> dict[str, bytes]:
    """What a job that adds files is given: the order, and the files themselves."""
    order = {"files": [each.path.name for each in files], "author": author, "face": face, "size_px": size_px}
    papers = {f"file-{number}": each.original for number, each in enumerate(files)}
    return {"order": json.dumps(order).encode("utf-8", "surrogatepass"), **papers}


def add_files(job: Job) -> None:
    """The body of a job that adds files: learn from them, and keep all of it in one transaction."""
    if job.paper("report") is not None:
        return
    order = json.loads(job.given("order").decode("utf-8", "surrogatepass"))
    papers = [f"file-{number}" for number in range(len(order["files"]))]
    files = [prepared(Path(name), job.given(paper)) for name, paper in zip(order["files"], papers, strict=True)]
    made: list[str] = []

    def once(name: str, make: Callable[[], Made]) -> Made:
        made.extend((name, f"{name}-says"))
        data, says = job.paper(name), job.paper(f"{name}-says")
        if data is not None and says is not None:
            return Made(data, tuple(json.loads(says)))
        fresh = make()
        job.publish(**{name: fresh.data, f"{name}-says": json.dumps(fresh.warnings).encode()})
        return fresh

    told = _learn(job.archive, job.memorial_id, files, order["face"], order["size_px"], job, once)
    letters = len(job.archive.letters(job.memorial_id))
    with job.step("keep"), job.publishing() as adding:
        added = _keep_all(adding, files, order["author"])
        fresh_letters = sum(each["kept"] for each in added if each["kind"] == "letters")
        adding.add_paper(job.id, "report", json.dumps(add_report(added, letters + fresh_letters, told)).encode())
        adding.remove_papers(job.id, *papers, *made)


def read_all(memorial: Memorial, paths: Sequence[Path], author: str | None) -> list[Prepared]:
    """Every file, read and understood before the first is kept; raises what is wrong with any."""
    if memorial.person.exhibit:
        raise Refused(f"{memorial.person.name} is a sample: make a memorial of your own with `lantern new`")
    if author is not None and any(kind_of(path) != "letters" for path in paths):
        raise Refused("--author is for letters: add recordings and photos of the person without it")
    return [prepared(path) for path in paths]


def writer(memorial: Memorial, author: str | None) -> str | None:
    """None where the author is the person."""
    return None if author is None or folded(author) == folded(memorial.person.name) else author


def _learn(
    archive: Archive,
    memorial_id: str,
    files: Sequence[Prepared],
    face: int | None,
    size_px: int,
    steps: Steps,
    once: Callable[[str, Callable[[], Made]], Made],
) -> list[str]:
    """Make the rigs and the voice profile, each by `once` under a name; gives what the family should know."""
    fresh = [each for each in files if each.kind == "recording"]
    voice = None
    if fresh:  # beside the portrait, on a core of its own
        voice = begin(lambda: once("voice", lambda: _enroll(list(archive.recordings(memorial_id)), fresh)))
    warnings = []
    for number, each in enumerate(files):
        if each.kind == "photo":
            with steps.step("portrait", PORTRAIT_USUAL_S):
                rig = once(f"rig-{number}", partial(_portray, each, face, size_px))
            each.made = rig.data
            warnings += [f"{each.path.name}: {warning}" for warning in rig.warnings]
    if voice is not None:
        with steps.step("voice", VOICE_USUAL_S) as advance:
            while not voice.done():
                wait([voice], HEEDED_S)
                advance(0, 0)
        profile = voice.result()
        for each in fresh:
            each.made = profile.data
        warnings += [f"{', '.join(each.path.name for each in fresh)}: {warning}" for warning in profile.warnings]
    return warnings


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


def prepared(path: Path, content: bytes | None = None) -> Prepared:
    """One file, read and understood; where `content` is given, the path only names it."""
    kind = kind_of(path)
    each = Prepared(path, kind, read(path, *LIMITS[kind]) if content is None else content)
    if kind == "letters":
        imported = read_letters(path, each.original)
        each.letters = imported.letters
        each.left_out = sum(left.count for left in imported.left_out)
        each.reason = "; ".join(left.reason for left in imported.left_out) or None
    return each


def _portray(photo: Prepared, face: int | None, size_px: int) -> Made:
    return build.portrait(media.read_picture(photo.path, photo.original), face, size_px)


def _enroll(kept: Sequence[tuple[str, bytes]], fresh: Sequence[Prepared]) -> Made:
    """One profile from the recordings already kept and the new ones, each counted once."""
    contents = {content: Path(file) for file, content in kept} | {each.original: each.path for each in fresh}
    waves = [media.read_sound(path, content) for content, path in contents.items()]
    try:
        return build.enroll(waves)
    except BadRecording as err:
        raise BadRecording(f"{', '.join(each.path.name for each in fresh)}: {err}") from err


def _keep_all(adding: Adding, files: Sequence[Prepared], author: str | None) -> list[dict[str, Any]]:
    return [asdict(_keep(adding, each, author)) for each in files]


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


def begin(work: Callable[[], T]) -> Future[T]:
    """Work beside the caller, in a thread that neither Ctrl-C nor a refusal waits for."""
    future = Future[T]()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as err:  # noqa: BLE001 — it is raised again where the result is asked for
            future.set_exception(err)

    Thread(target=run, daemon=True).start()
    return future

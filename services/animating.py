"""Brings photos to life: the clip of one photo, and those of a folder of them. Knows no command line and no memorial.

It is the photo's own pixels that move, and the label says so.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from itertools import chain
from pathlib import Path

from data.errors import BadPicture, Missing, Refused, in_our_words
from data.files import explained, read
from data.importers.imported import File
from data.importers.kinds import medium_of
from data.label import Label
from data.media import LARGEST_PICTURE_BYTES, ClipInfo, content_id, read_picture, write_clip
from data.types import FPS, Language, Shot
from face.chosen import Chosen, frame_size
from orchestrator.ahead import Line
from services import sitter
from services.montage import Scene, Title, check_letters, montage, titles
from services.movers import Mover
from services.progress import Advance
from services.report import Json
from services.roles import PICTURES
from services.sitter import Sitter, Sitters

MADE = 1  # raised when the same photo and poses would be drawn differently enough to be made again


@dataclass(frozen=True, slots=True)
class Look:
    """Which face in which frame, or everybody in the photo, and the label's language."""

    chosen: Chosen
    everybody: bool = False
    language: Language = "en"

    def label(self, motion: str, content: str | None = None) -> Label:
        """What every animated photo says of itself."""
        return Label(self.language, {"face": "animated from one photo", "motion": motion}, content)


@dataclass(frozen=True, slots=True)
class Sat:
    """A photo that was looked at, and who in it is to be moved."""

    photo: Path
    content: bytes
    sitter: Sitter | Sitters

    @classmethod
    def of(cls, photo: Path, look: Look) -> Sat:
        """Raises `BadPicture` for one that cannot be animated."""
        content = read(photo, LARGEST_PICTURE_BYTES, BadPicture)
        return cls(photo, content, sitter.read(read_picture(photo, content), look.chosen, everybody=look.everybody))


def animate(sat: Sat, mover: Mover, look: Look, clip: Path, advance: Advance) -> Json:
    """One photo as a clip."""
    take = mover.take(sat.sitter)
    label = look.label(take.motion, _content_id(sat.content, mover, look))
    info = filmed(take.shots, clip, label, lambda frames: advance(frames, take.frames))
    made: Json = {"photo": str(sat.photo), "motion": take.motion, "is_new": True}
    return made | {"warnings": list(sat.sitter.warnings)} | told(clip, info)


def filmed(shots: Iterator[Shot], clip: Path, label: Label, advance: Callable[[int], None]) -> ClipInfo:
    """Write shots as a clip while the next ones are made; `advance` is told the frames so far."""
    line = Line()
    try:
        return write_clip(clip, _counted(line.ahead(shots), advance), label)
    finally:
        line.stop()


def told(clip: Path, info: ClipInfo) -> Json:
    """What `--json` says of a clip."""
    size = {"width": info.width, "height": info.height}
    return {"clip": str(clip), "duration_s": info.duration_s, "frames": info.frames, "fps": FPS, **size}


def animate_folder(photos: Sequence[Path], mover: Mover, look: Look, out: Path, advance: Advance) -> Json:
    """Each photo as a clip in a folder. What was made before of the same photo in the same way stays as it is.

    A photo that cannot be used stops nothing: it is told with its reason. So is one in whose clip's place a file lies
    that was not made here.
    """
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
    clips, refused = list[Json](), list[Json]()
    for done, (photo, clip) in enumerate(places(photos, out).items()):

        def share(frames: float, of: float, done: int = done) -> None:
            advance(done + min(1.0, frames / of), len(photos))

        with passing_over(photo, refused):
            if _is_made(photo, mover, look, clip):
                clips.append({"photo": str(photo), "clip": str(clip), "is_new": False})
            else:
                clips.append(animate(Sat.of(photo, look), mover, look, clip, share))
        advance(done + 1, len(photos))
    if not clips:
        raise Refused(nobody(refused))
    return {"clips": clips, "refused": refused}


def named(photos: Sequence[Path]) -> tuple[Mapping[Path, Title], list[str]]:
    """Photos of one folder with names and years, and a line for each name that was written down for none of them.

    Raises `Refused`, and `Missing` for names that cannot be drawn.
    """
    written = titles(photos[0].parent)
    found = {photo: written.get(photo.name, Title.of(photo.stem)) for photo in photos}
    check_letters(found.values())
    unmet = written.keys() - {photo.name for photo in photos}
    return found, [f"{file} has a name written down, but no photo here is called so" for file in sorted(unmet)]


def film_montage(named: Mapping[Path, Title], mover: Mover, look: Look, clip: Path, advance: Advance) -> Json:
    """Everybody in one clip, with names and years. Raises `Refused` where no photo can be used."""
    refused = list[Json]()
    scenes = _scenes(named, mover, look, refused)
    first = next(scenes, None)
    if first is None:
        raise Refused(nobody(refused))
    frames = len(named) * first.frames
    shots = montage(chain((first,), scenes), frame_size(look.chosen.size_px, look.chosen.frame))
    info = filmed(shots, clip, look.label("montage"), lambda done: advance(done, frames))
    return told(clip, info) | {"people": len(named) - len(refused), "refused": refused}


def nobody(refused: Sequence[Json]) -> str:
    """What to say where not one photo could be used."""
    first = refused[0]
    return f"none of the {len(refused)} photos could be animated; {Path(first['photo']).name}: {first['reason']}"


def _scenes(named: Mapping[Path, Title], mover: Mover, look: Look, refused: list[Json]) -> Iterator[Scene]:
    for photo, title in named.items():
        scene = None
        with passing_over(photo, refused):
            take = mover.take(Sat.of(photo, look).sitter)
            scene = Scene(title, take.frames, take.shots)
        if scene is not None:
            yield scene


@contextmanager
def passing_over(photo: Path, refused: list[Json]) -> Iterator[None]:
    """Notes why this photo cannot be used, and goes on; what would stop every photo is raised."""
    try:
        yield
    except Exception as err:  # a damaged photo among hundreds must not stop the others
        failure = in_our_words(err)
        if isinstance(failure, Missing):
            raise failure from err
        refused.append({"photo": str(photo), "reason": str(failure)})


def photos_in(folder: Path) -> list[Path]:
    """What in a folder itself is a picture or is called one, by name. Raises `Refused` where there is none."""
    with explained(folder):
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    photos = [path for path in found if path.suffix.lower() in PICTURES or medium_of(File.on_disk(path)) == "photo"]
    if not photos:
        raise Refused(f"{folder.name} holds no photo: give a folder with photos in it")
    return photos


def places(photos: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Where each photo's clip goes: under its own name, with its ending where two would have the same."""
    stems = Counter(photo.stem.casefold() for photo in photos)
    return {photo: out / f"{photo.stem if stems[photo.stem.casefold()] == 1 else photo.name}.mp4" for photo in photos}


def check_spared(out: Path, *given: Path | None) -> None:
    """Raises `Refused` where what is made would take the place of a file that it is made of."""
    for path in given:
        if path is not None and path.exists() and out.exists() and out.samefile(path):
            raise Refused(f"{out} is what this is made of, and would be lost: choose another name")


def _is_made(photo: Path, mover: Mover, look: Look, clip: Path) -> bool:
    """Whether the clip is there, of this photo and in this way: its label names what it was made of.

    Raises `Refused` for a file that was not made here.
    """
    if not os.path.lexists(clip):
        return False
    made = content_id(clip)
    if made is None:
        raise Refused(f"{clip} is there and was not made here: move it, or choose another folder")
    return made == _content_id(read(photo, LARGEST_PICTURE_BYTES, BadPicture), mover, look)


def _content_id(photo: bytes, mover: Mover, look: Look) -> str:
    made_of = f"{MADE} {hashlib.sha256(photo).hexdigest()} {mover.fingerprint} {astuple(look)}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]


def _counted(shots: Iterator[Shot], advance: Callable[[int], None]) -> Iterator[Shot]:
    frames = 0
    for shot in shots:
        frames += len(shot.frames)
        advance(frames)
        yield shot

"""Portraits: the faces of a photo to choose from, a rig of all that a family gives of one, and an old rig made anew.

Knows no command line.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from data.archive import Archive, Memorial
from data.errors import BadRecording, IsSample, NoFace, NotReady, OnePhoto, Outdated, SeveralFaces
from data.importers.imported import File
from data.importers.kinds import medium_of
from data.importers.text import whole
from data.label import Label
from data.media import LARGEST_PICTURE_BYTES, own_picture_bytes, read_clip, read_picture, write_picture
from data.types import Language, Picture
from services import face_engine
from services.progress import Steps
from services.report import Json

if TYPE_CHECKING:
    from face.chosen import Chosen
    from face.filmed import Filmed
    from face.framing import Seen
    from face.quality import Judged

READ_USUAL_S = 5.0  # a photo, on two cores
WATCH_USUAL_S = 20.0  # a video
PNG = ".png"
BY_HAND = "`lantern portrait read` takes eyes and mouth that are marked with --eyes and --mouth"


# --- the faces of a photo ------------------------------------------------------------------------------------------


def faces(photo: Path, out: Path | None, language: Language, *, straighten: bool) -> Json:
    """Every face with what was measured of it; `out` becomes a picture of them with their numbers."""
    from face.framing import look
    from face.quality import judged_faces
    from face.sheet import faces_sheet

    seen = look(read_picture(photo), straighten=straighten)
    picture, judged = seen.picture, judged_faces(seen)
    if out is not None:
        if not judged:
            raise NoFace(f"{photo.name}: no face found, so there is nothing to choose from: {BY_HAND}", file=photo.name)
        write_picture(out, faces_sheet(picture, judged), Label(language, {"picture": "faces cut out of a photo"}))
    return {"photo": str(photo), "sheet": None if out is None else str(out), **_told_of(seen, judged)}


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of a photo: what was measured of them, and each by its number, cut out as PNG."""

    told: Json
    cut: Mapping[int, bytes]


def faces_cut(file: File, *, straighten: bool) -> Faces:
    """Every face of a photo, to choose from where somebody sees them."""
    from face.framing import look
    from face.quality import judged_faces
    from face.sheet import cut_out

    picture = read_picture(Path(file.name), whole(file, LARGEST_PICTURE_BYTES))
    seen = look(picture, straighten=straighten)
    judged = judged_faces(seen)
    cut = {face.number: own_picture_bytes(cut_out(seen.picture, face)) for face in judged}
    return Faces(_told_of(seen, judged), cut)


def _told_of(seen: Seen, judged: Sequence[Judged]) -> Json:
    return {
        "straightened": bool(seen.told),
        "width": seen.picture.shape[1],
        "height": seen.picture.shape[0],
        "faces": [_told(face) for face in judged],
    }


def _told(face: Judged) -> Json:
    box = [round(each) for each in (face.box.left, face.box.top, face.box.width, face.box.height)]
    return {
        "face": face.number,
        "verdict": face.verdict,
        "left": box[0],
        "top": box[1],
        "width": box[2],
        "height": box[3],
        "yaw_deg": face.yaw_deg,
        "pitch_deg": face.pitch_deg,
        "roll_deg": face.roll_deg,
        "sharpness": face.sharpness,
        "mouth": face.mouth,
        "eyes": face.eyes,
        "measured": list(face.lines),
        "would_help": list(face.helps),
    }


def face_lines(told: Json) -> Iterable[str]:
    """The same for people: a line for each face, and one for what would help."""
    if told["straightened"]:
        yield "a photo of a framed photo: what is inside the frame was taken and straightened (--as-is leaves it)"
    for face in told["faces"]:
        yield f"{face['face']}  {face['verdict']}: {'; '.join(face['measured'])}"
        if face["would_help"]:
            yield f"   would help: {', '.join(face['would_help'])}"
    if not told["faces"]:
        yield f"no face found: {BY_HAND}"


def described(archive: Archive, memorial: Memorial) -> Json | None:
    """The portrait that is there, or None. One of another version of this program is read anew before it is shown."""
    from face.group import Group, is_group
    from face.rig import Rig

    rig = archive.rig(memorial.id)
    if rig is None:
        return None
    everybody, engine = is_group(rig), face_engine.chosen(archive, memorial.id).engine
    told: Json = {"width": None, "height": None, "everybody": everybody, "warnings": [], "engine": engine}
    with suppress(Outdated):
        read = Group.from_bytes(rig) if everybody else Rig.from_bytes(rig)
        told |= {"width": read.size[1], "height": read.size[0], "warnings": list(read.warnings)}
    return told


# --- reading -------------------------------------------------------------------------------------------------------


def portray(
    archive: Archive, memorial: Memorial, files: Sequence[File], chosen: Chosen, steps: Steps, *, everybody: bool
) -> Json:
    """One rig of all files, kept as the one to be shown, with the photos; the first says who it is."""
    from face.group import shows_several

    if memorial.person.exhibit:
        raise IsSample(f"{memorial.person.name} is a sample: make a memorial of your own with `lantern new`")
    if len(files) > 1 and (everybody or chosen.marks):
        raise OnePhoto("with --face all, or with eyes and mouth marked, give one photo")
    photos, contents, films = _opened(files, chosen.face, steps)
    first = films.get(next(iter(photos)))
    if first is not None and chosen.face is not None:
        chosen = replace(chosen, face=first.face)  # they may stand elsewhere in its best frame
    with steps.step("portrait", READ_USUAL_S * len(photos)):
        everybody = everybody and shows_several(next(iter(photos.values())), chosen)
        rig, shown, told = (_group if everybody else _gathered)(photos, chosen, films)
    with archive.adding(memorial.id) as adding:
        for name, content in contents.items():
            if name != shown:
                adding.add_photo(name, content)
        is_new = adding.add_portrait(shown, contents[shown], rig)
    return {"shown": shown, "is_new": is_new, "everybody": everybody, "told": told}


def _opened(
    files: Sequence[File], face: int | None, steps: Steps
) -> tuple[dict[str, Picture], dict[str, bytes], dict[str, Filmed]]:
    """The photos and what is kept of each; of a video its best frame, and the manner of who is in it.

    `face` is the number of the person in the first of them.
    """
    photos, contents = dict[str, Picture](), dict[str, bytes]()
    films: dict[str, Filmed] = {}
    for file in files:
        called = Path(file.name)
        if file.path is not None and medium_of(file) == "video":
            with steps.step("watch", WATCH_USUAL_S):
                film = _watched(file.path, file.name, None if photos else face)
            name = _new_name(called.with_suffix(PNG), contents)
            films[name], photos[name], contents[name] = film, film.picture, own_picture_bytes(film.picture)
        else:
            name = _new_name(called, contents)
            contents[name] = whole(file, LARGEST_PICTURE_BYTES)
            photos[name] = read_picture(called, contents[name])
    return photos, contents, films


def _new_name(path: Path, names: Container[str]) -> str:
    """The file's name, without its folders; with a number where another is called so."""
    numbered = (f"{path.stem} {number}{path.suffix}" for number in count(2))
    return next(name for name in chain((path.name,), numbered) if name not in names)


def _watched(path: Path, name: str, face: int | None) -> Filmed:
    """The best frame of a video and how they move in it; `name` is what the family calls it."""
    from face.filmed import watch

    try:
        return watch(read_clip(path).timed_frames(), face)
    except NoFace as err:
        raise err.of(name) from err
    except BadRecording as err:
        raise type(err)(str(err).replace(path.name, name), **{**err.facts, "file": name}) from err


def _gathered(photos: dict[str, Picture], chosen: Chosen, films: dict[str, Filmed]) -> tuple[bytes, str, list[str]]:
    from face.gathered import gather
    from face.likeness import ALIKE, unlikeness

    gathered = gather(photos, chosen)
    told = [*gathered.rig.warnings, *gathered.told]
    if gathered.left_out:
        told.append(f"kept among the photos all the same: {', '.join(gathered.left_out)}")
    theirs = {name for name, film in films.items() if unlikeness(film.points, gathered.points) <= ALIKE}
    ordered = sorted(films, key=lambda name: name != gathered.shown)  # the film of the shown frame goes before others
    manner = next((films[name].manner for name in ordered if name in theirs and films[name].moves), None)
    for name, film in films.items():
        told += _of_film(name, film) if name in theirs else [f"{name}: how they move is not taken from this video"]
    rig = gathered.rig if manner is None else replace(gathered.rig, manner=manner)
    return rig.to_bytes(), gathered.shown, told


def _of_film(name: str, film: Filmed) -> Iterable[str]:
    return f"{name}: the frame at {film.at_s:.1f} s of the video shows them best", *film.told


def _group(photos: dict[str, Picture], chosen: Chosen, films: dict[str, Filmed]) -> tuple[bytes, str, list[str]]:
    from face.group import read_group

    ((name, picture),) = photos.items()
    group = read_group(picture, chosen)
    numbers = ", ".join(str(member.number) for member in group.members)
    speaker = group.members[group.speaker].number
    told = [*group.warnings, f"faces {numbers} move, and face {speaker} speaks"]
    if name in films:
        group = group.with_manner(films[name].face, films[name].manner)
        told += _of_film(name, films[name])
    return group.to_bytes(), name, told


# --- anew ----------------------------------------------------------------------------------------------------------


def read_again(archive: Archive, memorial: Memorial, rig: bytes, say: Callable[[str], None]) -> bytes:
    """A rig of this version, made from the photo that was kept, as it was chosen then; it is kept in its place.

    Where the family has read a new portrait meanwhile, that one is given. `say` is told what they should know.
    """
    from face.group import choices_of_group, is_group, read_group
    from face.portrait import portrait_as_chosen
    from face.rig import choices_of

    say("the portrait was read by another version of this program: it is read again from its photo")
    file, content = archive.portrait_photo(memorial.id)
    picture = read_picture(Path(file), content)
    try:
        if is_group(rig):
            made = read_group(picture, choices_of_group(rig)).to_bytes()
        else:
            chosen, manner = choices_of(rig)
            made = replace(portrait_as_chosen(picture, chosen), manner=manner).to_bytes()
    except SeveralFaces as err:
        name = memorial.person.name
        raise NotReady(f'{err}: lantern portrait read "{name}" {Path(file).name} --face N') from err
    with archive.adding(memorial.id) as adding:
        latest = archive.rig(memorial.id)
        if latest is not None and latest != rig:
            return latest
        adding.add_portrait(file, content, made)
    if len(list(islice(archive.photos(memorial.id), 2))) > 1:
        say("teeth or closed eyes that other photos lent it are gone: `lantern portrait read` with all of them again")
    return made

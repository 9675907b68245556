"""`lantern animate`: brings photos to life. Reads words and prints what was made; how it is made stands in others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from data.errors import Refused
from services import animating
from services.animating import Look, Sat, check_spared
from services.answers import check_place
from services.movers import ByFilm, ByGestures, BySound, Mover
from services.portrait_options import (
    AsIsOption,
    ChinOption,
    EyesOption,
    FaceOrAllOption,
    FrameOption,
    LabelOption,
    MouthOption,
    SizeOption,
    SpeakerOption,
    chosen,
    marked,
)
from services.progress import Shown, Steps, shown
from services.report import Json
from services.terminal import JsonOption, LanguageName, note, opened, print_json, settings

Wanted = tuple[Path, Mover]  # where to, and what moves the photos

MOST_ROUNDS = 100
IN_A_MONTAGE = 2  # gestures of each person, so that there is time to read the name and to look


def animate(
    photo: Annotated[
        Path | None, typer.Argument(metavar="PHOTO|FOLDER", help="A photo, or a folder of them.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.mp4|DIR", help="Where to write the clip, or those of a folder.")
    ] = None,
    gesture: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="What it does; may be given again. By default what suits how the face is turned."
        ),
    ] = None,
    audio: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Any recording, in any language: the mouth follows it.")
    ] = None,
    drive: Annotated[
        Path | None, typer.Option(metavar="VIDEO", help="A film of somebody's face: the photo does as they do.")
    ] = None,
    sound: Annotated[bool, typer.Option("--sound", help="With --drive: keep the film's sound.")] = False,
    loop: Annotated[int, typer.Option(min=1, max=MOST_ROUNDS, help="How often the gestures come; it closes.")] = 1,
    montage: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.mp4", help="Of a folder: everybody in one clip, with names and years (see names.tsv)."
        ),
    ] = None,
    size: SizeOption = None,
    frame: FrameOption = None,
    face: FaceOrAllOption = None,
    speaker: SpeakerOption = None,
    eyes: EyesOption = None,
    mouth: MouthOption = None,
    chin: ChinOption = None,
    as_is: AsIsOption = False,
    language: LabelOption = LanguageName.en,
    gestures: Annotated[bool, typer.Option("--gestures", help="List the gestures, and do nothing else.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring an old photo to life: by a gesture, a sound, or somebody's film."""
    if gestures:
        return _list_gestures(as_json=as_json)
    if photo is None:
        raise Refused("give a photo, or a folder of photos")
    moved_by = [name for name, given in (("--gesture", gesture), ("--audio", audio), ("--drive", drive)) if given]
    _check_way(moved_by, sound=sound, loop=loop, montage=montage)
    if speaker is not None and audio is None:
        raise Refused("--speaker says who moves to a sound: add --audio FILE")
    marks = marked(eyes, mouth, chin)
    wanted, everybody = chosen(face, speaker, size, frame, marks, as_is=as_is)
    if everybody and drive is not None:
        raise Refused("a film moves one face: say whose with --face N")
    _check_places(photo, out, montage, of_one=not everybody and (wanted.face is not None or bool(marks)))
    _check_spared(photo, out, audio, drive)
    steps, look = Shown(), Look(wanted, everybody, language.value)
    with opened(settings()):
        sat = None if photo.is_dir() else Sat.of(photo, look)  # before minutes go into following a film
        mover = _mover(gesture or (), loop, audio, drive, steps, sound=sound)
        if sat is None:
            among_others = ByGestures.named(gesture or (), loop, IN_A_MONTAGE)
            clips = None if out is None else (out, mover)
            made = _folder(photo, look, steps, clips, None if montage is None else (montage, among_others))
        else:
            with steps.step("animate") as advance:
                made = {"clips": [animating.animate(sat, mover, look, out or Path(), advance)], "refused": []}
    print_json(made) if as_json else _print(made)
    return None


def _mover(
    gestures: Sequence[str], rounds: int, audio: Path | None, film: Path | None, steps: Steps, *, sound: bool
) -> Mover:
    if audio is not None:
        return BySound.of(audio)
    if film is not None:
        return ByFilm.following(film, steps, note, with_sound=sound)
    return ByGestures.named(gestures, rounds)


def _list_gestures(*, as_json: bool) -> None:
    from face.gestures import gestures

    if as_json:
        return print_json({"gestures": {name: each.about for name, each in gestures().items()}})
    for name, each in gestures().items():
        print(f"{name:16} {each.about}")
    return None


def _check_way(moved_by: list[str], *, sound: bool, loop: int, montage: Path | None) -> None:
    """Raises `Refused` for ways of moving that do not go together."""
    if len(moved_by) > 1:
        raise Refused(f"{' and '.join(moved_by)} each move the photo: choose one of them")
    if sound and moved_by != ["--drive"]:
        raise Refused("--sound keeps the sound of a film: add --drive VIDEO")
    if moved_by in (["--audio"], ["--drive"]):
        if loop > 1:
            raise Refused(f"--loop repeats gestures: leave it out, or leave {moved_by[0]} out")
        if montage is not None:
            raise Refused(f"a montage moves by gestures: leave {moved_by[0]} out")


def _check_places(photo: Path, out: Path | None, montage: Path | None, *, of_one: bool) -> None:
    """Raises what would keep the clips from being written, before an hour's work and not after it."""
    if photo.is_dir():
        if of_one:
            raise Refused("--face N and marks are for one photo: give that photo by itself")
        if out is None and montage is None:
            raise Refused("say where the clips of the folder go: --out DIR, or --montage FILE.mp4, or both")
        if montage is not None:
            check_place(montage)
        return
    if montage is not None:
        raise Refused("--montage is for a folder of photos: give the folder")
    if out is None:
        raise Refused("say where the clip goes: --out FILE.mp4")
    check_place(out)


def _check_spared(photo: Path, out: Path | None, *moved_by: Path | None) -> None:
    """Raises `Refused` where a clip would take the place of what it is made of."""
    if out is None:
        return
    clips = animating.places(animating.photos_in(photo), out).values() if photo.is_dir() else [out]
    for clip in clips:
        check_spared(clip, photo, *moved_by)


def _folder(folder: Path, look: Look, steps: Steps, clips: Wanted | None, film: Wanted | None) -> Json:
    """The clips into a folder, and the film of everybody, each where it is wanted."""
    photos = animating.photos_in(folder)
    named, unmet = ({}, []) if film is None else animating.named(photos)
    made: Json = {"clips": [], "refused": []}
    if clips is not None:
        with steps.step("animate") as advance:
            made = animating.animate_folder(photos, clips[1], look, clips[0], advance)
    if film is not None:
        with steps.step("montage") as advance:
            montage = animating.film_montage(named, film[1], look, film[0], advance)
        refused = {each["photo"]: each for each in (*montage.pop("refused"), *made["refused"])}
        made = {**made, "montage": {**montage, "warnings": unmet}, "refused": list(refused.values())}
    return made


def _print(made: Json) -> None:
    for clip in made["clips"]:
        if clip["is_new"]:
            size = f"{clip['duration_s']:.1f} s, {clip['width']} × {clip['height']} px"
            print(shown(f"{clip['clip']}: {clip['motion']}, {size}"))
            for warning in clip["warnings"]:
                note(f"{Path(clip['photo']).name}: {warning}")
        else:
            print(shown(f"{clip['clip']}: made before"))
    for each in made["refused"]:
        name = Path(each["photo"]).name
        note(each["reason"] if name in each["reason"] else f"{name}: {each['reason']}")
    if film := made.get("montage"):
        print(shown(f"{film['clip']}: {film['people']} people, {film['duration_s']:.0f} s"))
        for warning in film["warnings"]:
            note(warning)

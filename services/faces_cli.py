"""`lantern portrait faces` and `read`: the faces of a photo, and a rig of what the family gives of one. Reads words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.importers.imported import File
from services import editing, portraying
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
from services.progress import Shown, shown
from services.terminal import JsonOption, LanguageName, MemorialArg, note, opened, print_json, settings


def faces(
    photo: Annotated[Path, typer.Argument(help="A photo.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the faces with their numbers: a .jpg or .png.")
    ] = None,
    as_is: AsIsOption = False,
    language: LabelOption = LanguageName.en,
    as_json: JsonOption = False,
) -> None:
    """Find every face of a photo, and say of each how well it would come to life."""
    if out is not None:
        editing.check_picture_place(out, photo)
    with opened(settings()):
        told = portraying.faces(photo, out, language.value, straighten=not as_is)
    if as_json:
        return print_json(told)
    for line in portraying.face_lines(told):
        print(shown(line))
    return None


def read(
    memorial: MemorialArg,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Photos of the person, or a video.")],
    face: FaceOrAllOption = None,
    speaker: SpeakerOption = None,
    frame: FrameOption = None,
    size: SizeOption = None,
    eyes: EyesOption = None,
    mouth: MouthOption = None,
    chin: ChinOption = None,
    as_is: AsIsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read the portrait of a memorial anew, from one photo or several, or a video."""
    marks = marked(eyes, mouth, chin)
    wanted, everybody = chosen(face, speaker, size, frame, marks, as_is=as_is)
    with opened(settings()) as archive:
        found = archive.find(memorial)
        given = [File.on_disk(path) for path in files]
        told = portraying.portray(archive, found, given, wanted, Shown(), everybody=everybody)
    if as_json:
        return print_json(told)
    for line in told["told"]:
        note(line)
    print(shown(f"{told['shown']} is the portrait of {found.person.name} now."))
    return None

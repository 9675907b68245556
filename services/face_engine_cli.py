"""`lantern portrait engine`: shows or chooses what moves a portrait. Reads words; the choice stands in others."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services import face_engine
from services.doctor import has_gpu
from services.face_engine import EngineName
from services.progress import shown
from services.terminal import JsonOption, MemorialArg, note, opened, print_json, settings


def engine(
    memorial: MemorialArg,
    name: Annotated[EngineName | None, typer.Argument(metavar="[portrait|musetalk]")] = None,
    weights: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Of musetalk: where its weights are.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show or choose what moves the face: the photo itself, or MuseTalk, which draws the mouth and wants a GPU."""
    with opened(settings()) as archive:
        found = archive.find(memorial)
        if name is None and weights is None:
            choice = face_engine.chosen(archive, found.id)
        else:
            choice = face_engine.choose(archive, found.id, name or "portrait", weights)
    if choice.engine == "musetalk" and not has_gpu():
        note("there is no GPU here: musetalk takes minutes for each second of a clip")
    if as_json:
        return print_json(asdict(choice))
    print(shown(f"{choice.engine} moves the portrait of {found.person.name}."))
    return None

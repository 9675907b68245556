"""`lantern portrait edit`: sets a portrait's sliders by hand. Reads words; what they do stands in others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import Refused
from face.chosen import Chosen
from face.keyframes import SLIDERS, slid
from services import editing
from services.animating import Look
from services.portrait_options import AsIsOption, FaceOption, FrameName, FrameOption, LabelOption, SizeOption, sized
from services.progress import Shown, shown
from services.terminal import JsonOption, LanguageName, note, opened, print_json, settings


def _slider(name: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar="POSITION", help=f"{SLIDERS[name].about}; or time:position, …"
    )
    return option


def edit(
    photo: Annotated[Path, typer.Argument(help="A photo.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A .jpg or .png; with times an .mp4.")],
    smile: Annotated[str | None, _slider("smile")] = None,
    mouth: Annotated[str | None, _slider("mouth")] = None,
    eyes: Annotated[str | None, _slider("eyes")] = None,
    gaze: Annotated[str | None, _slider("gaze")] = None,
    brow: Annotated[str | None, _slider("brow")] = None,
    turn: Annotated[str | None, _slider("turn")] = None,
    tilt: Annotated[str | None, _slider("tilt")] = None,
    keys: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML or JSON: smile = [[0, 0], [1, 0.8], [3, 0]].")
    ] = None,
    size: SizeOption = None,
    frame: FrameOption = None,
    face: FaceOption = None,
    as_is: AsIsOption = False,
    language: LabelOption = LanguageName.en,
    as_json: JsonOption = False,
) -> None:
    """Set smile, eyes, gaze, head by hand: .6 for a still, 0:0,1:.8,3:0 (seconds:position) for a clip."""
    written = {"smile": smile, "mouth": mouth, "eyes": eyes, "gaze": gaze, "brow": brow, "turn": turn, "tilt": tilt}
    given = {name: slid(name, text) for name, text in written.items() if text is not None}
    read = {} if keys is None else editing.read_keys(keys)
    if both := given.keys() & read.keys():
        raise Refused(f"{', '.join(sorted(both))}: set on the command line and in {keys}: choose one of them")
    chosen = {**read, **given}
    if not chosen:
        raise Refused("no slider is set: --smile .6, say; `lantern portrait edit --help` shows all")
    editing.check_place(out, chosen, photo)
    wanted = Chosen(face, sized(size), (frame or FrameName.square).value, not as_is)
    look = Look(wanted, language=language.value)
    with opened(settings()), Shown().step("animate") as advance:
        made = editing.edit(photo, chosen, look, out, advance)
    if as_json:
        return print_json(made)
    for warning in made["warnings"]:
        note(warning)
    print(shown(f"{out}: {made['width']} × {made['height']} px"))
    return None

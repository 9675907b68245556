"""The options that all portrait commands share, and what they choose together. Reads words; knows no photo."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from data.errors import NotTogether, Refused
from face.chosen import Chosen
from services.terminal import LanguageName, settings

EVERYBODY = "all"
Mark = str  # x and y of the photo, pixels, apart by a comma
SMALLEST_PX, LARGEST_PX = 256, 1080  # of a frame's shorter side


class FrameName(StrEnum):
    """The shapes of a frame: 1:1, 3:4 and 16:9."""

    square = "square"
    portrait = "portrait"
    landscape = "landscape"


FaceOption = Annotated[int | None, typer.Option(min=1, help="Which face of the photo, from the left.")]
FaceOrAllOption = Annotated[
    str | None, typer.Option(metavar="N|all", help="Which face of the photo, from the left; or everybody.")
]
SpeakerOption = Annotated[int | None, typer.Option(min=1, help="Which face speaks, with --face all.")]
SizeOption = Annotated[
    int | None, typer.Option(help=f"The frame's shorter side, {SMALLEST_PX} to {LARGEST_PX} pixels.")
]
FrameOption = Annotated[FrameName | None, typer.Option(help="1:1, 3:4 or 16:9.")]
EyesOption = Annotated[
    tuple[str, str] | None, typer.Option(metavar="X,Y X,Y", help="Where both eyes are, if no face is found.")
]
MouthOption = Annotated[
    tuple[str, str] | None, typer.Option(metavar="X,Y X,Y", help="Where the corners of the mouth are.")
]
ChinOption = Annotated[str | None, typer.Option(metavar="X,Y", help="Where the chin ends.")]
AsIsOption = Annotated[bool, typer.Option("--as-is", help="Take a photo of a framed photo as it is.")]
LabelOption = Annotated[LanguageName, typer.Option(help="The language of the label on it.")]


def chosen(
    face: str | None,
    speaker: int | None,
    size: int | None,
    frame: FrameName | None,
    marks: tuple[float, ...],
    *,
    as_is: bool,
) -> tuple[Chosen, bool]:
    """What is chosen, and whether everybody is. Raises `NotTogether` where one says nothing beside another."""
    everybody = face == EVERYBODY
    if everybody and marks:
        raise NotTogether("marks are of one face: leave --face all out")
    if everybody and frame is not None:
        raise NotTogether("--face all shows the whole photo as it is: leave --frame out")
    if speaker is not None and not everybody:
        raise NotTogether("--speaker goes with --face all; say --face N for the one who is shown alone")
    if face is not None and marks:
        raise NotTogether("marks say where the face is: leave --face out")
    which = speaker if everybody else _number(face)
    return Chosen(which, sized(size), (frame or FrameName.square).value, not as_is, marks), everybody


def sized(size: int | None) -> int:
    """The frame's shorter side in pixels, as set where it is not chosen. Raises `Refused` for one that is not made."""
    if size is not None and not SMALLEST_PX <= size <= LARGEST_PX:
        raise Refused(f"--size {size}: choose from {SMALLEST_PX} to {LARGEST_PX} pixels")
    return size or settings().size_px


def marked(eyes: tuple[Mark, Mark] | None, mouth: tuple[Mark, Mark] | None, chin: Mark | None) -> tuple[float, ...]:
    """x and y of both eyes, both corners of the mouth, and the chin; nothing where nothing is marked."""
    if eyes is None and mouth is None and chin is None:
        return ()
    if eyes is None or mouth is None:
        raise Refused("mark both eyes and both corners of the mouth: --eyes X,Y X,Y --mouth X,Y X,Y, in pixels")
    return tuple(each for mark in (*eyes, *mouth, *((chin,) if chin else ())) for each in _place(mark))


def _number(face: str | None) -> int | None:
    if face is None:
        return None
    if not face.isdecimal() or int(face) < 1:
        raise Refused(f"--face {face}: say a number, counted from the left, or all")
    return int(face)


def _place(mark: Mark) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in mark.split(","))
    except ValueError as err:
        raise Refused(f"{mark}: say x and y in pixels of the photo, as in 210,180") from err
    return x, y

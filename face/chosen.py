"""What the family chose for a portrait: which face, how large, in which frame. Knows no picture.

Kept in the rig, so that the photo can be read again in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Frame = Literal["square", "portrait", "landscape"]

SIDES: Final[dict[Frame, tuple[int, int]]] = {"square": (1, 1), "portrait": (3, 4), "landscape": (16, 9)}  # wide, high


@dataclass(frozen=True)
class Chosen:
    """`face` counts from 1, left to right; None where there is one that leads. `size_px` is the frame's shorter side.

    `marks` are x and y of both eyes, of both corners of the mouth and, where it is known, of the chin, in pixels of the
    photo, for a face that no detector sees.
    """

    face: int | None = None
    size_px: int = 512
    frame: Frame = "square"
    straighten: bool = True  # a photo of a framed photo
    marks: tuple[float, ...] = ()


def frame_size(short_px: int, frame: Frame) -> tuple[int, int]:
    """(H, W) of a frame with that shorter side, both even, as encoders want them."""
    wide, high = SIDES[frame]
    scale = short_px / min(wide, high)
    return round(scale * high / 2) * 2, round(scale * wide / 2) * 2

"""Lays the faces of a photo side by side, each with its number, to choose from. Knows no engine and no file."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np

from data.label import Stamp, font_of
from data.types import Picture
from face.crop import square
from face.quality import Judged

CELL_PX, GAP_PX = 240, 8
SHOWN = 2.0  # side of a crop in face boxes
NUMBER_PX = 30
PAPER = 245  # grey level
REFUSED_LEVEL = 0.45  # of the brightness of a face that cannot be animated


def faces_sheet(picture: Picture, faces: Sequence[Judged]) -> Picture:
    """(H, W, 3): each face with its number under it, from left to right, in rows; those of no use are dimmed."""
    columns = min(len(faces), max(4, ceil(sqrt(2 * len(faces)))))
    rows = ceil(len(faces) / columns)
    step = CELL_PX + GAP_PX
    sheet = np.full((rows * step + GAP_PX, columns * step + GAP_PX, 3), PAPER, np.uint8)
    for place, face in enumerate(faces):
        top, left = (GAP_PX + step * each for each in divmod(place, columns))
        sheet[top : top + CELL_PX, left : left + CELL_PX] = _cell(picture, face)
    return sheet


def cut_out(picture: Picture, face: Judged) -> Picture:
    """(CELL_PX, CELL_PX, 3): one face, with some of what is around it."""
    return square(picture, *face.box.centre, SHOWN * max(face.box.width, face.box.height), CELL_PX)[0]


def _cell(picture: Picture, face: Judged) -> Picture:
    cell = cut_out(picture, face)
    if face.verdict == "refused":
        cell = np.asarray(cell * REFUSED_LEVEL, np.uint8)
    font = font_of("en", NUMBER_PX)
    Stamp.of(str(face.number), font, NUMBER_PX, GAP_PX, GAP_PX, (CELL_PX, CELL_PX)).lay_over(cell[None])
    return cell

"""Lays the picture of a written sheet straight, and finds its lines in the order in which they are read.

Handles quarter turns, a sheet laid askew, and the slant of a telephone's photo as far as the sheet's four edges are
seen. Knows nothing of what the lines say, but that writing which is upright is read with more confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.importers.ocr import Corners, cut_out, find_lines, glanced
from data.types import Picture

LARGEST_PX = 3600  # the longer side that is looked at: 300 dots an inch on a whole sheet
SAMPLES = 6  # lines, the longest, that are read in order to know which way is up
SURE = 0.85  # mean confidence above which nothing else is tried; lines a quarter turn off had .63 at most
COLUMNS_SHARE = (
    0.7  # of a column's confidence that its characters keep one by one, .93 or more; in turned rows under .45
)
TALL = 1.5  # height over width of a line that runs down the page
LONG = 3.0  # length over height of a line whose direction is to be trusted
STRAIGHT_DEGREES = 0.7  # below that, nothing is gained by turning
EDGES_PX = 600  # the longer side while a sheet's edges are looked for
SHEET_SHARE = (0.2, 0.97)  # of the picture that a sheet on a table covers
SHEET_FILLED = 0.93  # of its four corners' area; less, and it is no sheet


@dataclass(frozen=True, slots=True)
class Box:
    """A line's place on a straight page, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    corners: Corners

    @classmethod
    def around(cls, corners: Corners) -> Box:
        """Its outline; the ends of a line that still leans a little are taken in the middle."""
        across, down = np.sort(corners[:, 0]), np.sort(corners[:, 1])
        return cls(across[:2].mean(), down[:2].mean(), across[2:].mean(), down[2:].mean(), corners)

    @property
    def height(self) -> float:
        """Of the line, in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Of the line, in pixels."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Page:
    """A straight picture and its lines in reading order. `vertical`: Chinese in columns, from the right."""

    picture: Picture
    boxes: tuple[Box, ...]
    vertical: bool = False

    def line(self, box: Box) -> Picture:
        """The picture of one line as it is read: horizontal and upright, but a column of Chinese on its left side."""
        cut = cut_out(self.picture, box.corners)
        return np.ascontiguousarray(np.rot90(cut)) if self.vertical and is_tall(box.corners) else cut


def straightened(picture: Picture) -> Page:
    """The page that a picture shows; without boxes where nothing is written."""
    picture = _of_size(picture)
    found = find_lines(picture)
    if not found:
        return Page(picture, ())
    edges = _edges(picture, found)
    turned = _flattened(picture, edges) if edges is not None else _turned(picture, _tilt_degrees(found))
    if turned is not picture:
        picture, found = turned, find_lines(turned)
    quarters, vertical = _way_up(picture, found)
    if quarters:
        picture = np.ascontiguousarray(np.rot90(picture, quarters))
        found = find_lines(picture)
    boxes = [Box.around(corners) for corners in found]
    return Page(picture, tuple(_from_right(boxes) if vertical else from_top(boxes)), vertical)


def is_tall(corners: Corners) -> bool:
    """Whether a line runs down rather than across."""
    across = np.linalg.norm(corners[1] - corners[0])
    return bool(np.linalg.norm(corners[3] - corners[0]) > TALL * across)


# ---- which way is up


def _way_up(picture: Picture, found: Sequence[Corners]) -> tuple[int, bool]:
    """How many quarter turns to the left set the page upright, and whether it is written in columns."""
    longest = sorted(found, key=lambda corners: -float(np.ptp(corners, axis=0).max()))[:SAMPLES]
    if not longest:
        return 0, False
    lines = [cut_out(picture, corners) for corners in longest]
    tall = [line for line, corners in zip(lines, longest, strict=True) if is_tall(corners)]
    if 2 * len(tall) <= len(longest):
        wide = [line for line, corners in zip(lines, longest, strict=True) if not is_tall(corners)]
        upright = _confidence(wide)
        if upright >= SURE or upright >= _confidence([np.rot90(line, 2) for line in wide]):
            return 0, False
        return 2, False
    left, right = (_confidence([np.rot90(line, quarters) for line in tall]) for quarters in (1, 3))
    if right > left:
        return 3, False
    upright = _confidence([_laid_out(line) for line in tall])
    return (0, True) if upright > COLUMNS_SHARE * left else (1, False)


def _confidence(lines: Sequence[Picture]) -> float:
    return float(np.mean([glanced(np.ascontiguousarray(line)).mean for line in lines]))


def _laid_out(column: Picture) -> Picture:
    """A column cut into squares that are set side by side: whether characters stand upright in it is then seen."""
    side = column.shape[1]
    return np.hstack([column[top : top + side] for top in range(0, len(column) - side + 1, side)] or [column])


# ---- straight


def _of_size(picture: Picture) -> Picture:
    import cv2

    scale = LARGEST_PX / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _tilt_degrees(found: Sequence[Corners]) -> float:
    """By how much the lines lean from the nearest quarter turn: the median of those long enough, by their length."""
    leans, lengths = [], []
    for corners in found:
        sides = corners[1] - corners[0], corners[3] - corners[0]
        longer = max(sides, key=lambda side: float(np.linalg.norm(side)))
        if np.linalg.norm(longer) < LONG * min(np.linalg.norm(side) for side in sides):
            continue
        lean = np.degrees(np.arctan2(longer[1], longer[0]))
        leans.append((lean + 45) % 90 - 45)
        lengths.append(np.linalg.norm(longer))
    if not leans:
        return 0.0
    order = np.argsort(leans)
    middle = int(np.searchsorted(np.cumsum(np.array(lengths)[order]), sum(lengths) / 2))
    return float(leans[order[min(middle, len(leans) - 1)]])


def _turned(picture: Picture, degrees: float) -> Picture:
    """Turned on a canvas large enough for all of it; the same where nothing is gained."""
    import cv2

    if abs(degrees) < STRAIGHT_DEGREES:
        return picture
    height, width = picture.shape[:2]
    turn: NDArray[np.float64] = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), np.float64)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (round(width * cos + height * sin), round(width * sin + height * cos))
    turn[:, 2] += np.array([(size[0] - width) / 2, (size[1] - height) / 2])
    turned = cv2.warpAffine(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _edges(picture: Picture, found: Sequence[Corners]) -> Corners | None:
    """The corners of a bright sheet on a darker table, where all the writing is on it."""
    import cv2

    scale = min(1.0, EDGES_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.medianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), 5)
    middles = [corners.mean(axis=0) * scale for corners in found]
    best: Corners | None = None
    area = SHEET_SHARE[0] * grey.size
    for level in range(30, 240, 10):
        outlines, _ = cv2.findContours((grey > level).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        outline = max(outlines, key=cv2.contourArea, default=None)
        corners = None if outline is None else _four_corners(np.asarray(outline, np.int32))
        if corners is None or not area < cv2.contourArea(corners) < SHEET_SHARE[1] * grey.size:
            continue
        if all(cv2.pointPolygonTest(corners, (float(x), float(y)), measureDist=False) >= 0 for x, y in middles):
            best, area = corners, cv2.contourArea(corners)
    return None if best is None else best / np.float32(scale)


def _four_corners(outline: NDArray[np.int32]) -> Corners | None:
    """Top left, top right, bottom right, bottom left; None where the outline is no quadrangle."""
    import cv2

    hull = cv2.convexHull(outline)
    four = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float32)
    if len(four) != 4 or cv2.contourArea(outline) < SHEET_FILLED * cv2.contourArea(four):
        return None
    around = four[np.argsort(np.arctan2(*(four - four.mean(axis=0)).T[::-1]))]  # clockwise, as y grows downwards
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def _flattened(picture: Picture, corners: Corners) -> Picture:
    """The sheet alone, its edges made parallel."""
    import cv2

    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = round(float(max(sides[0], sides[2]))), round(float(max(sides[1], sides[3])))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, flat)
    return np.asarray(cv2.warpPerspective(picture, turn, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


# ---- reading order


def from_top(boxes: list[Box]) -> list[Box]:
    """Row by row; pieces of one row, from the left."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.top + box.bottom):
        if rows and _beside(rows[-1][-1], box):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda box: box.left)]


def _beside(one: Box, other: Box) -> bool:
    """Whether two pieces stand in one row: half of the lower one's height is shared, and neither covers the other."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > min(one.height, other.height) / 2 and (one.right <= other.left or other.right <= one.left)


def _from_right(boxes: list[Box]) -> list[Box]:
    columns: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: -(box.left + box.right)):
        last = columns[-1][-1] if columns else None
        if last and min(last.right, box.right) - max(last.left, box.left) > min(last.width, box.width) / 2:
            columns[-1].append(box)
        else:
            columns.append([box])
    return [box for column in columns for box in sorted(column, key=lambda box: box.top)]

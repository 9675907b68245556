"""Straightens a photo of a photo: finds the edge of the print, the mat or the frame, and takes what is inside.

An edge counts only where it can be seen along all four sides: a door or a window behind somebody is hidden by their
shoulders. Knows nothing of faces but where they are, and nothing of what is done with the photo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import FaceBox

Corners = NDArray[np.float32]  # (4, 2) pixels, clockwise from the upper left

LOOK_PX = 640  # longer side of the picture that is searched
LEAST_AREA, MOST_AREA = 0.10, 0.94  # of the picture
SQUARE_DEGREES = 28.0  # corners may depart from a right angle by so much
ABOUT_FACE = 0.35  # of a face's width, that lies inside about it
SEEN = 0.85  # of each side's length: there the edge is seen
STEP_LEVELS = 9.0  # grey levels across an edge that is seen
INSET = 0.006  # of the shorter side, cut off all around, where mat and photo blend
BLURS, CANNY = (1.0, 2.5), ((20, 60), (50, 140))  # at which edges are looked for
BENDS = 0.02  # of an outline's length, by which it may leave a straight line


def straightened(picture: Picture, faces: Sequence[FaceBox]) -> Picture | None:
    """The photo inside the picture, seen from the front; None where there is no frame about all the faces."""
    corners = find_frame(picture, faces)
    return None if corners is None else _seen_from_front(picture, corners)


def find_frame(picture: Picture, faces: Sequence[FaceBox]) -> Corners | None:
    """The innermost edge about the faces, in pixels."""
    if not faces:
        return None
    scale = min(1.0, LOOK_PX / max(picture.shape[:2]))
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    inside = np.concatenate([_about(face) for face in faces]) * np.float32(scale)
    level = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    seen = [corners for corners in _four_sided(small) if _holds(corners, inside) and _is_seen(level, corners)]
    if not seen:
        return None
    return np.asarray(min(seen, key=_area) / scale, np.float32)


def _about(face: FaceBox) -> Corners:
    aside = ABOUT_FACE * face.width
    left, right = face.left - aside, face.left + face.width + aside
    top, bottom = face.top - aside, face.top + face.height + aside
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)


def _four_sided(small: Picture) -> Iterator[Corners]:
    """Outlines with four corners, nearly a rectangle seen from the front."""
    whole = small.shape[0] * small.shape[1]
    for blur in BLURS:
        soft = np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.uint8)
        for low, high in CANNY:
            edges = np.max([cv2.Canny(soft[..., channel], low, high) for channel in range(3)], axis=0)
            edges = cv2.dilate(edges, np.ones((3, 3), np.uint8))
            outlines, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
            for outline in outlines:
                if LEAST_AREA * whole < cv2.contourArea(outline) < MOST_AREA * whole:
                    around = cv2.convexHull(outline)
                    few = cv2.approxPolyDP(around, BENDS * cv2.arcLength(around, closed=True), closed=True)
                    if len(few) == 4 and _is_right_angled(corners := _ordered(few[:, 0].astype(np.float32))):
                        yield corners


def _ordered(corners: Corners) -> Corners:
    """Clockwise from the upper left."""
    centre = corners.mean(axis=0)
    around = corners[np.argsort(np.arctan2(*(corners - centre).T[::-1]))]
    return np.roll(around, -int(around.sum(axis=1).argmin()), axis=0)


def _is_right_angled(corners: Corners) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    sides /= np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-6)
    cosines = np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1))
    return bool(cosines.max() < np.sin(np.radians(SQUARE_DEGREES)))


def _holds(corners: Corners, inside: Corners) -> bool:
    return all(cv2.pointPolygonTest(corners, (float(x), float(y)), measureDist=False) > 0 for x, y in inside)


def _is_seen(level: NDArray[np.float32], corners: Corners) -> bool:
    """Whether the colour steps across every side, along nearly all of it."""
    ring = np.concatenate((corners, corners[:1]))
    return all(_step_share(level, start, end) >= SEEN for start, end in pairwise(ring))


def _step_share(level: NDArray[np.float32], start: Corners, end: Corners) -> float:
    along = end - start
    across = np.array((-along[1], along[0])) / max(float(np.hypot(*along)), 1e-6)
    places = start + np.linspace(0.03, 0.97, 64)[:, None] * along
    steps = []
    for reach in (3.0, 5.0):  # the step may lie a little beside the straight line
        one, other = (_colours(level, places + sign * reach * across) for sign in (-1, 1))
        steps.append(np.linalg.norm(one - other, axis=1))
    return float((np.max(steps, axis=0) > STEP_LEVELS).mean())


def _colours(level: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    x, y = np.ascontiguousarray(places.T, np.float32)
    return np.asarray(cv2.remap(level, x[None], y[None], cv2.INTER_LINEAR)[0], np.float32)


def _area(corners: Corners) -> float:
    return float(cv2.contourArea(corners))


def _seen_from_front(picture: Picture, corners: Corners) -> Picture:
    """The inside as a rectangle, as wide and high as its longer sides are in the picture."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    wide, high = (max(2, round(float(max(lengths[side], lengths[side + 2])))) for side in (0, 1))
    inset = INSET * min(wide, high)
    right, bottom = wide - 1 + inset, high - 1 + inset
    to = np.array(((-inset, -inset), (right, -inset), (right, bottom), (-inset, bottom)), np.float32)
    front = cv2.getPerspectiveTransform(corners, to)
    drawn = cv2.warpPerspective(picture, front, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8)

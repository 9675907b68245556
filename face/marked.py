"""Lays a face's landmarks by hand: a mean face is fitted to where somebody has marked the eyes and the mouth.

For a statue, a pet or a drawing in which no detector sees a face. Knows nothing of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.errors import BadMarks
from face.landmarks import (
    CHIN,
    LEFT_CORNER,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    RIGHT_CORNER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    Landmarks,
    Points,
)

MEAN_FACE: Final = Path(__file__).with_name("mean_face.npz")
PARTS: Final = (RIGHT_EYE_UPPER + RIGHT_EYE_LOWER, LEFT_EYE_UPPER + LEFT_EYE_LOWER, (RIGHT_CORNER,), (LEFT_CORNER,),
                (CHIN,))  # fmt: skip
LEAST_MARKS, MOST_MARKS = 4, 5
CLOSE_PX = 16.0  # between two eyes: nearer, they cannot be two
REACH_E = 0.8  # how far about a mark the face gives way to it


@lru_cache(maxsize=1)
def mean_face() -> Landmarks:
    """(478, 3) in E, its origin between the outer eye corners, seen from the front with closed lips."""
    with np.load(MEAN_FACE) as archive:
        return np.asarray(archive["points"], np.float32)


def marked_points(marks: Sequence[float]) -> Landmarks:
    """(478, 3) pixels: the mean face laid over x and y of both eyes, both corners of the mouth, and the chin if known.

    Raises `BadPicture` for marks that make no face.
    """
    wanted = _in_order(marks)
    face = mean_face()
    known = np.array([face[list(part), :2].mean(axis=0) for part in PARTS[: len(wanted)]], np.float32)
    laid = _affine(known, wanted)
    points = face.copy()
    points[:, :2] = _with_one(face[:, :2]) @ laid
    unit = float(np.hypot(*(points[LEFT_EYE_UPPER[0], :2] - points[RIGHT_EYE_UPPER[0], :2])) / 2)
    points[:, 2] = face[:, 2] * unit
    points[:, :2] += _given_way(points[:, :2], _with_one(known) @ laid, wanted, REACH_E * unit)
    return np.asarray(points, np.float32)


def _in_order(marks: Sequence[float]) -> Points:
    """(4 or 5, 2), each pair from the left to the right as one sees it."""
    places = np.array(marks, np.float32).reshape(-1, 2) if len(marks) % 2 == 0 else np.zeros((0, 2), np.float32)
    if not LEAST_MARKS <= len(places) <= MOST_MARKS or not np.isfinite(places).all():
        raise BadMarks("mark both eyes and both corners of the mouth: --eyes X,Y X,Y --mouth X,Y X,Y, in pixels")
    for pair in (places[:2], places[2:4]):
        pair[:] = pair[np.argsort(pair[:, 0])]
    eyes, mouth = places[:2].mean(axis=0), places[2:4].mean(axis=0)
    if np.hypot(*(places[1] - places[0])) < CLOSE_PX or np.hypot(*(places[3] - places[2])) < CLOSE_PX / 2:
        raise BadMarks(f"the marked eyes lie too near to each other: at least {CLOSE_PX:.0f} pixels are needed")
    if mouth[1] - eyes[1] < 0.3 * (places[1, 0] - places[0, 0]):
        raise BadMarks("the marked mouth does not lie below the marked eyes: turn the photo upright, mark it again")
    if len(places) == MOST_MARKS and places[4, 1] <= mouth[1]:
        raise BadMarks("the marked chin does not lie below the marked mouth: mark it again")
    return places


def _affine(known: Points, wanted: Points) -> NDArray[np.float32]:
    """(3, 2): the affine map that takes the known places nearest to the wanted ones."""
    return np.asarray(np.linalg.lstsq(_with_one(known), wanted, rcond=None)[0], np.float32)


def _with_one(places: Points) -> NDArray[np.float32]:
    return np.concatenate((places, np.ones((len(places), 1), np.float32)), axis=1)


def _given_way(points: Points, placed: Points, wanted: Points, reach: float) -> Points:
    """What takes the placed marks to the wanted ones exactly, dying away about them; (n, 2)."""

    def nearness(a: Points, b: Points) -> NDArray[np.float32]:
        apart = ((a[:, None] - b[None]) ** 2).sum(axis=-1)
        return np.asarray(np.exp(-apart / (2 * reach**2)), np.float32)

    weights = np.linalg.solve(nearness(placed, placed), wanted - placed)
    return np.asarray(nearness(points, placed) @ weights, np.float32)

"""Follows one face from picture to picture. Knows landmarks and times; knows no file, and not what the face is doing.

The face is read where it was on the picture before, and looked for in the whole picture only where it was lost.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from data.errors import NoFace
from data.types import Picture
from face.landmarks import FaceBox, Landmarks, close_landmarks, find_faces

Say = Callable[[str], None]

SEARCH_PX = 720  # pictures are brought down to this longest side before a face is looked for
SEARCH_EVERY_S = 0.5  # while the face is lost


class Tracking:
    """One face of a video: `face` from the left where it is seen first, or else the largest."""

    def __init__(self, face: int | None = None, near: float = np.inf, say: Say = lambda _: None) -> None:
        """`near`: face widths from where it was, within which a face found again is the same."""
        self._face, self._near, self._say = face, near, say
        self._box: FaceBox | None = None
        self._last: FaceBox | None = None
        self._next_search_s = -np.inf

    def read(self, picture: Picture, time_s: float) -> Landmarks | None:
        """The landmarks on the next picture (H, W, 3) RGB; None where the face is lost."""
        points = _points(picture, self._box)
        if points is None and time_s >= self._next_search_s:
            self._next_search_s = time_s + SEARCH_EVERY_S
            found = _points(picture, self._searched(picture))
            points = None if found is None else _points(picture, _box_of(found))  # seen as all that follow are seen
        self._box = None if points is None else _box_of(points)
        self._last = self._box or self._last
        return points

    def _searched(self, picture: Picture) -> FaceBox | None:
        shrink = min(1.0, SEARCH_PX / max(picture.shape[:2]))
        small = np.asarray(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        faces = [
            FaceBox(box.left / shrink, box.top / shrink, box.width / shrink, box.height / shrink, box.score)
            for box in find_faces(small)
        ]
        if self._last is None:
            return self._first(faces)
        nearest = nearest_box(faces, self._last.centre)
        return nearest if nearest and _away(nearest, self._last.centre) < self._near * self._last.width else None

    def _first(self, faces: list[FaceBox]) -> FaceBox | None:
        if self._face is not None:
            return faces[self._face - 1] if self._face <= len(faces) else None
        if len(faces) > 1:
            self._say(f"there are {len(faces)} faces in the video: the largest is followed")
        return max(faces, key=lambda box: box.width * box.height, default=None)


def nearest_box(faces: list[FaceBox], place: tuple[float, float]) -> FaceBox | None:
    """The one whose middle is nearest to the place."""
    return min(faces, key=lambda box: _away(box, place), default=None)


def _points(picture: Picture, box: FaceBox | None) -> Landmarks | None:
    if box is None:
        return None
    try:
        return close_landmarks(picture, box, detections=1)
    except NoFace:
        return None


def _away(box: FaceBox, place: tuple[float, float]) -> float:
    return float(np.hypot(box.centre[0] - place[0], box.centre[1] - place[1]))


def _box_of(points: Landmarks) -> FaceBox:
    """About the mesh, of the detector's proportions: a square from brows to chin."""
    low, high = points[:468, :2].min(axis=0), points[:468, :2].max(axis=0)
    middle, side = (low + high) / 2, float((high - low).max()) * 0.9
    return FaceBox(float(middle[0]) - side / 2, float(middle[1]) - side / 2, side, side, 1.0)

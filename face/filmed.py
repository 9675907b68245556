"""A person on video: the frame that shows them best, and their own way of moving. Knows landmarks; knows no file.

Streams: one frame is kept, the best so far, and a few numbers of each. Lengths are in E of the same frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.errors import NoFace
from data.types import Picture
from face.landmarks import Landmarks, aperture, eye_ratios, eye_unit, find_faces
from face.manner import USUAL, Manner
from face.quality import NOSE_TIP, loss
from face.tracking import Tracking, nearest_box

LOOK_EVERY_S, SOONEST = 0.08, 0.75  # a blink of 200 ms is seen twice; the share after which the next look may come
LOOKED_S = 40.0  # of a video; what comes later is not looked at
SHORTEST_S = 6.0  # under it, how somebody moves cannot be told
JUMP_E = 1.0  # between two looks: a cut, or another face
BLINK_DIP = 0.6  # of the open eye
SPOKEN_E = 0.08  # an opening reached by those who speak
LEAST_SHARE = 0.3  # of the looks, in which a face is seen
PLAUSIBLE = {  # of people who were filmed; what lies beyond was misread
    "blinks_a_minute": (4.0, 45.0),
    "sway_e": (0.02, 0.30),
    "jaw_e": (0.15, 0.55),
}


@dataclass(frozen=True)
class Filmed:
    """The best frame, when it comes, and how the person moves; `told` is what the family should know."""

    picture: Picture
    at_s: float
    face: int  # in the frame, from the left
    points: Landmarks  # of that face, in the frame
    manner: Manner
    told: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Whether it is long enough to tell how they move."""
        return self.manner != USUAL


@dataclass(frozen=True)
class _Look:
    at_s: float
    x: float  # of the middle between the eyes, pixels
    y: float
    e_px: float
    eyes: float
    aperture: float


def watch(timed: Iterable[tuple[float, Picture]], face: int | None = None) -> Filmed:
    """The best frame of a video and the manner of one face in it, from pictures (H, W, 3) with their times in seconds,
    rising, at whatever rate they come; raises `NoFace`.

    It is `face` from the left where it is seen first, else the largest.
    """
    tracking, looks, best, least, lost = Tracking(face), list[_Look](), None, np.inf, 0
    for at_s, frame in _looked_at(timed):
        points = tracking.read(frame, at_s)
        if points is None:
            lost += 1
            continue
        looks.append(_look(at_s, points))
        less = loss(frame, points)
        if less < least:
            best, least = (frame, at_s, points), less
    if best is None:
        which = "face" if face is None else f"face {face}"
        raise NoFace(f"no {which} is seen in this video: give one that shows the person from the front, well lit")
    manner, told = _manner(looks)
    share = len(looks) / (len(looks) + lost)
    if share < LEAST_SHARE:
        told = (*told, f"a face is seen in only {100 * share:.0f} % of this video")
    picture, at_s, points = best
    return Filmed(picture, at_s, _number(picture, points), points, manner, told)


def _looked_at(timed: Iterable[tuple[float, Picture]]) -> Iterator[tuple[float, Picture]]:
    """Few enough of the pictures, from the beginning."""
    last_s = -LOOK_EVERY_S
    for at_s, picture in timed:
        if at_s >= LOOKED_S:
            return
        if at_s - last_s > SOONEST * LOOK_EVERY_S:
            last_s = at_s
            yield at_s, picture


def _number(picture: Picture, points: Landmarks) -> int:
    """Among all faces of the frame, from the left."""
    faces = find_faces(picture)
    nearest = nearest_box(faces, (float(points[NOSE_TIP, 0]), float(points[NOSE_TIP, 1])))
    return 1 if nearest is None else faces.index(nearest) + 1


def _look(at_s: float, points: Landmarks) -> _Look:
    x, y = points[168, :2]
    return _Look(at_s, float(x), float(y), eye_unit(points), sum(eye_ratios(points)) / 2, aperture(points))


# --- manner --------------------------------------------------------------------------------------------------------


def _manner(looks: list[_Look]) -> tuple[Manner, tuple[str, ...]]:
    """From the longest stretch without a cut."""
    step_s = float(np.median([look.at_s - before.at_s for before, look in pairwise(looks)] or [LOOK_EVERY_S]))
    stretch = max(_stretches(looks, step_s), key=len)
    seen_s = stretch[-1].at_s - stretch[0].at_s + step_s
    if seen_s < SHORTEST_S:
        return USUAL, (f"{seen_s:.0f} s of the face in one piece: too short to tell how the person moves",)
    e_px = float(np.median([look.e_px for look in stretch]))
    place = np.array([(look.x, look.y) for look in stretch]) / e_px
    eyes = np.array([look.eyes for look in stretch])
    opened = float(np.quantile([look.aperture for look in stretch], 0.95))
    read = {
        "blinks_a_minute": 60 * _blinks(eyes) / seen_s,
        "sway_e": float(np.hypot(*place.std(axis=0))),
        "jaw_e": opened if opened > SPOKEN_E else USUAL.jaw_e,
    }
    kept = {name: float(np.clip(value, *PLAUSIBLE[name])) for name, value in read.items()}
    return Manner(**kept), ()


def _stretches(looks: list[_Look], step_s: float) -> Iterator[list[_Look]]:
    """Looks that follow one another without a gap or a jump."""
    stretch = looks[:1]
    for before, look in pairwise(looks):
        moved = np.hypot(look.x - before.x, look.y - before.y) / before.e_px
        if look.at_s - before.at_s > 2.5 * step_s or moved > JUMP_E:
            yield stretch
            stretch = []
        stretch.append(look)
    yield stretch


def _blinks(eyes: NDArray[np.float64]) -> int:
    """How often both eyes close and open again."""
    shut = eyes < BLINK_DIP * np.quantile(eyes, 0.75)
    return int(np.count_nonzero(shut[1:] & ~shut[:-1]))

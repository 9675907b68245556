"""A filmed face as the poses of a portrait: `follow`. Knows pictures and times; knows no files and no rigs.

Pictures are read one by one and only a few points of each are kept, so that a long video takes little memory. When the
last has been seen, the neutral face is known, and each frame is told against it, smoothed to both sides at once so that
nothing comes late. A frame on which the face is lost is bridged from its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import percentile_filter, uniform_filter1d
from scipy.signal import savgol_filter

from data.errors import BadRecording, NoFace
from data.types import FPS, Picture
from face.follow import Kept, Reading, kept, neutral_face, read, whole
from face.landmarks import eye_unit
from face.pose import Pose
from face.tracking import Say, Tracking

Curve = NDArray[np.float64]  # (n,), a value each step

NEAR = 2.0  # face widths from where it was, within which a face found again is the same
SMALLEST_E_PX = 10.0  # below this, lips and lids cannot be read
SHORTEST_S = 0.3
LONGEST_LOST_S = 1.5

# A cut changes all of a picture at once and puts the face elsewhere.
THUMB_PX = 32
CUT_GREY = 10.0  # mean change of the thumbnail's grey levels from one picture to the next
CUT_OFTEN = 4.0  # and at least so many times the usual change about it
CUT_MOVE_E, CUT_SCALE = 0.30, 1.12  # by which the face moves or grows

STEP_S = 1 / (2 * FPS)  # readings are smoothed on this grid, of which every second step is a frame
HEAD_STEPS, MOUTH_STEPS, EYE_STEPS = 17, 5, 5  # that a smoothing parabola spans (Savitzky and Golay 1964)

REST_APERTURE_MOST = 0.04  # E; what the mesh may read of closed lips
CLOSED_EYE = 0.38  # of the open eye's height, which the mesh reads of a closed one
LID_UNSURE, PROTRUSION_UNSURE = 0.16, 0.10  # less of a blink, or of rounding, is the mesh's noise
OPEN_S = 1.0  # about a moment, within which the eye's own open state is looked for
OPEN_PERCENT, OPEN_LEAST = 70, 0.75  # that state; and the least of the whole clip's
WIDE_FROM, WIDE_SPAN = 1.10, 0.35  # of the neutral eye's height, over which eyes are widened
NOT_SEEN = 0.4  # of a blink; from there on irises cannot be seen

HEAD_READINGS = ("yaw", "pitch", "roll", "shift_x", "shift_y")
# What a mouth's width, opening, corners and lips' thickness say of it; fitted like the gains in `face/follow.py`.
MOUTH_READINGS = ("width", "aperture", "corners", "upper_lip", "lower_lip")
MOUTH_WEIGHTS = {
    "spread": (0.25, 0.08, -0.04, 0.52, 0.21),
    "protrusion": (-1.19, 0.68, 0.70, 5.06, 1.67),
    "corners": (0.01, 0.16, 0.36, 0.28, 0.20),
}

# How far a portrait goes; a knee bends what lies beyond.
REACH = {
    "aperture": 0.60,
    "spread": 0.22,
    "protrusion": 1.0,
    "corners": 0.14,
    "gaze_x": 0.14,
    "gaze_y": 0.08,
    "brow": 0.16,
    "inner_brow": 0.08,
    "yaw": 0.32,
    "pitch": 0.22,
    "roll": 0.26,
    "shift_x": 0.35,
    "shift_y": 0.25,
}
KNEE = 0.75  # share of the reach that is followed truly


@dataclass(frozen=True, slots=True)
class _Seen:
    """One picture: the face's points, None where it was lost, and how much the picture differs from the one before."""

    time_s: float
    points: Kept | None
    change: float


def follow(frames: Iterable[Picture], fps: float, say: Say = lambda _: None) -> list[Pose]:
    """Poses at 25 frames a second, from pictures (H, W, 3) RGB at `fps`; see `follow_timed`."""
    return follow_timed(((index / fps, picture) for index, picture in enumerate(frames)), say)


def follow_timed(timed: Iterable[tuple[float, Picture]], say: Say = lambda _: None) -> list[Pose]:
    """The same from pictures with their times in seconds, rising, at whatever rate they come.

    `say` is told what the family should know: of several faces the largest is followed. Raises `NoFace` where there is
    none or it is lost for long, and `BadRecording` where the video is cut, too short, or the face too small.
    """
    seen = list(_watched(timed, say))
    found = [each for each in seen if each.points is not None]
    if not found:
        raise NoFace("no face can be followed in this video: give one that shows a face from the front")
    _check(seen, found)
    faces = np.stack([each.points for each in found if each.points is not None])
    neutral = neutral_face(faces)
    readings = np.array([read(few, neutral) for few in faces])
    start_s, end_s = seen[0].time_s, seen[-1].time_s
    grid = start_s + STEP_S * np.arange(2 * int((end_s - start_s) * FPS + 0.5) + 1)
    times = [each.time_s for each in found]
    on_grid = np.stack([np.interp(grid, times, course) for course in readings.T])
    return _posed(dict(zip(Reading._fields, on_grid, strict=True)))


# --- watching --------------------------------------------------------------------------------------------------------


def _watched(timed: Iterable[tuple[float, Picture]], say: Say) -> Iterator[_Seen]:
    tracking = Tracking(near=NEAR, say=say)
    thumb_before: NDArray[np.float32] | None = None
    for time_s, picture in timed:
        thumb = _thumb(picture)
        change = 0.0 if thumb_before is None else float(np.abs(thumb - thumb_before).mean())
        thumb_before = thumb
        points = tracking.read(picture, time_s)
        yield _Seen(time_s, None if points is None else kept(points), change)


def _thumb(picture: Picture) -> NDArray[np.float32]:
    grey = cv2.cvtColor(cv2.resize(picture, (THUMB_PX, THUMB_PX), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32)


# --- what cannot be followed ------------------------------------------------------------------------------------------


def _check(seen: Sequence[_Seen], found: Sequence[_Seen]) -> None:
    if seen[-1].time_s - seen[0].time_s < SHORTEST_S:
        raise BadRecording(f"the video is shorter than {SHORTEST_S} s: give one in which somebody moves")
    units = [_unit(each) for each in found]
    if np.median(units) < SMALLEST_E_PX:
        raise BadRecording("the face in the video is too small to be followed: give one filmed from nearer")
    for before, after in pairwise([seen[0].time_s, *(each.time_s for each in found), seen[-1].time_s]):
        if after - before > LONGEST_LOST_S:
            raise NoFace(
                f"the face is lost from {before:.1f} s to {after:.1f} s: give a video that shows it throughout"
            )
    cut_s = _cut(seen)
    if cut_s is not None:
        raise BadRecording(f"the video is cut at {cut_s:.1f} s: give one stretch without a cut")


def _cut(seen: Sequence[_Seen]) -> float | None:
    """When the first cut is, if there is any."""
    changes = np.array([each.change for each in seen])
    usual = percentile_filter(changes, 50, size=min(25, len(changes)))
    before: _Seen | None = None
    jumped = False
    for each, usually in zip(seen, usual, strict=True):
        jumped |= each.change > max(CUT_GREY, CUT_OFTEN * float(usually))
        if each.points is None:
            continue
        if jumped and before is not None and _elsewhere(before, each):
            return each.time_s
        before, jumped = each, False
    return None


def _elsewhere(one: _Seen, other: _Seen) -> bool:
    if one.points is None or other.points is None:
        return False
    moved = np.hypot(*(one.points[:, :2].mean(axis=0) - other.points[:, :2].mean(axis=0)))
    grown = _unit(other) / _unit(one)
    return bool(moved > CUT_MOVE_E * _unit(one) or max(grown, 1 / grown) > CUT_SCALE)


def _unit(each: _Seen) -> float:
    return 0.0 if each.points is None else eye_unit(whole(each.points).astype(np.float32))


# --- from readings to poses ------------------------------------------------------------------------------------------


def _posed(readings: dict[str, Curve]) -> list[Pose]:
    """Courses on the grid, (n,) each, as a pose a frame."""
    head = {name: _smooth(readings[name], HEAD_STEPS) for name in HEAD_READINGS}
    mouth = {name: _smooth(readings[name], MOUTH_STEPS) for name in MOUTH_READINGS}
    blink_right, open_right = _lid(readings["right_eye"])
    blink_left, open_left = _lid(readings["left_eye"])
    unseen = np.maximum(blink_right, blink_left) > NOT_SEEN
    courses = {
        **head,
        **_lips(mouth),
        "blink_right": blink_right,
        "blink_left": blink_left,
        "widen": np.clip(((open_right + open_left) / 2 - WIDE_FROM) / WIDE_SPAN, 0.0, 1.0),
        "gaze_x": _smooth(_bridged(readings["gaze_x"], unseen), EYE_STEPS),
        "gaze_y": _smooth(_bridged(readings["gaze_y"], unseen), EYE_STEPS),
        "brow": _smooth(readings["brow"], HEAD_STEPS),
        "inner_brow": _smooth(readings["inner_brow"], HEAD_STEPS),
    }
    for name, reach in REACH.items():
        courses[name] = _within(courses[name], reach)
    frames = np.stack(list(courses.values()), axis=1)[::2]
    return [Pose(**dict(zip(courses, map(float, row), strict=True))) for row in frames]


def _lips(mouth: dict[str, Curve]) -> dict[str, Curve]:
    rest = min(float(np.percentile(mouth["aperture"], 5)), REST_APERTURE_MOST)
    mouth = {**mouth, "aperture": np.maximum(0.0, mouth["aperture"] - max(0.0, rest))}
    shapes = {
        name: sum((weight * mouth[each] for each, weight in zip(MOUTH_READINGS, weights, strict=True)), np.zeros(1))
        for name, weights in MOUTH_WEIGHTS.items()
    }
    rounded = np.maximum(0.0, shapes["protrusion"] - PROTRUSION_UNSURE) / (1.0 - PROTRUSION_UNSURE)
    return {**shapes, "protrusion": rounded, "aperture": mouth["aperture"]}


def _lid(opening: Curve) -> tuple[Curve, Curve]:
    """How far closed, and how open where it does not blink: an eye's open height wanders with gaze and turn."""
    steps = round(OPEN_S / STEP_S)
    least = OPEN_LEAST * float(np.percentile(opening, 90))
    opened = np.maximum(percentile_filter(opening, OPEN_PERCENT, size=steps), least)
    opened = np.asarray(uniform_filter1d(opened, steps // 2), np.float64)
    closed = (1.0 - _smooth(opening, EYE_STEPS) / opened) / (1.0 - CLOSED_EYE)
    return np.clip((closed - LID_UNSURE) / (1.0 - LID_UNSURE), 0.0, 1.0), opened


def _smooth(course: Curve, steps: int) -> Curve:
    """Without lag: a parabola through `steps` neighbours, fewer in a short clip."""
    span = min(steps, (len(course) - 1) // 2 * 2 + 1)
    return np.asarray(savgol_filter(course, span, 2), np.float64) if span > 3 else course


def _bridged(course: Curve, missing: NDArray[np.bool_]) -> Curve:
    steps = np.arange(len(course))
    return course if missing.all() else np.interp(steps, steps[~missing], course[~missing])


def _within(course: Curve, reach: float) -> Curve:
    """True up to the knee, then ever flatter, never beyond the reach."""
    knee = KNEE * reach
    over = np.maximum(0.0, np.abs(course) - knee)
    bent = knee + (reach - knee) * np.tanh(over / (reach - knee))
    return np.asarray(np.where(over > 0.0, np.sign(course) * bent, course), np.float64)

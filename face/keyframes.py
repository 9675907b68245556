"""Sliders that set a face by hand, for a still or at given times for a clip. Knows poses; knows no picture and no file.

A slider is 0 where the face is as in the photo. What each is worth in a pose was chosen by eye: at its end it is as far
as portraits go without looking drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor, isfinite

import numpy as np

from data.errors import Refused
from data.types import FPS
from face.curve import Course, Curve, Values, moments, poses, together
from face.pose import Pose
from face.undertone import undertone

LONGEST_S = 600.0
SEED = 0  # of the life underneath: the same keys always give the same clip


@dataclass(frozen=True, slots=True)
class Slider:
    """Fields of `Pose` and what 1 (`up`) and -1 (`down`) are worth in them; without `down` it begins at 0."""

    about: str
    up: Mapping[str, float]
    down: Mapping[str, float] = field(default_factory=dict)

    @property
    def lowest(self) -> float:
        """0 or -1; the highest is always 1."""
        return -1.0 if self.down else 0.0

    def course(self, values: Values) -> Course:
        """(n,) positions of the slider as what they are worth."""
        worth = [(name, size * np.maximum(values, 0)) for name, size in self.up.items()]
        worth += [(name, size * np.maximum(-values, 0)) for name, size in self.down.items()]
        return together([{name: each} for name, each in worth])


SLIDERS: Mapping[str, Slider] = {
    "smile": Slider(
        "-1 sad … 1 smiling",
        {"corners": 0.100, "spread": 0.07, "squint": 0.55},
        {"corners": -0.045, "spread": -0.03, "inner_brow": 0.045},
    ),
    "mouth": Slider("0 as in the photo … 1 open", {"aperture": 0.34}),
    "eyes": Slider("-1 shut … 1 wide open", {"widen": 1.0}, {"blink_right": 1.0, "blink_left": 1.0}),
    "gaze": Slider("-1 to the left … 1 to the right, as you see it", {"gaze_x": 0.10}, {"gaze_x": -0.10}),
    "brow": Slider("-1 lowered … 1 raised", {"brow": 0.10}, {"brow": -0.05, "inner_brow": -0.02}),
    "turn": Slider("-1 to the left … 1 to the right", {"yaw": 0.25}, {"yaw": -0.25}),
    "tilt": Slider("-1 to the left … 1 to the right", {"roll": 0.14}, {"roll": -0.14}),
}

Keys = Mapping[str, Curve]  # by the names of sliders


def slid(name: str, text: str) -> Curve:
    """What is written for one slider: a position, or several as time:position, apart by commas."""
    try:
        written = text.split(",") if ":" in text else [f"0:{text}"]
        pairs = [tuple(map(float, pair.split(":"))) for pair in written]
    except ValueError as err:
        raise Refused(f"{name}: {text!r} is no position: write .6, or 0:0,1:.8,3:0 for .8 after a second") from err
    return keyed(name, pairs)


def keyed(name: str, pairs: object) -> Curve:
    """Pairs of time in seconds and position, checked. Raises `Refused`."""
    slider = SLIDERS.get(name)
    if slider is None:
        raise Refused(f"there is no slider {name!r}: choose from {', '.join(SLIDERS)}")
    if not isinstance(pairs, list) or not pairs or not all(map(_is_pair, pairs)):
        raise Refused(f"{name}: write its keys as pairs of seconds and position, [[0, 0], [1, 0.8]]")
    for at_s, position in pairs:
        if not 0 <= at_s <= LONGEST_S:
            raise Refused(f"{name}: {at_s:g} s lies outside 0 to {LONGEST_S:g} s")
        if not slider.lowest <= position <= 1:
            raise Refused(f"{name}: {position:g} lies outside {slider.lowest:g} to 1 ({slider.about})")
    for (before_s, _), (after_s, _) in pairwise(pairs):
        if after_s <= before_s:
            raise Refused(f"{name}: {after_s:g} s comes after {before_s:g} s: write its times in ascending order")
    return Curve.through(pairs)


def length_s(keys: Keys) -> float:
    """When the last of them is reached; 0 where nothing changes."""
    return max((curve.times_s[-1] for curve in keys.values()), default=0.0)


def still(keys: Keys) -> Pose:
    """The pose with every slider where it begins."""
    return poses(_courses(keys, np.zeros(1)))[0]


def moving(keys: Keys) -> list[Pose]:
    """One pose a frame up to the last key, with life underneath; lids that are set by hand do not blink."""
    frames = floor(length_s(keys) * FPS) + 1
    life = undertone(frames, SEED, may_blink="eyes" not in keys)
    return poses(together([_courses(keys, moments(frames, FPS)), life]))


def _courses(keys: Keys, times_s: Values) -> Course:
    return together([SLIDERS[name].course(curve.at(times_s)) for name, curve in keys.items()])


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_number, pair))


def _is_number(each: object) -> bool:
    if isinstance(each, bool) or not isinstance(each, int | float):
        return False
    try:
        return isfinite(each)
    except OverflowError:  # a whole number that no float holds
        return False

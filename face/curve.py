"""Smooth courses through a few keys, and the poses that several of them make together. Knows no gesture and no picture.

Between keys a value moves with least jerk (Flash and Hogan 1985). At a key where it turns or rests its speed is zero;
where it goes on in the same direction it passes through, never beyond its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.pose import Pose

Values = NDArray[np.float64]  # (n,), one a moment
Course = Mapping[str, Values]  # fields of `Pose`, all of one length; what is missing stays at rest

STEEPEST = 1.25  # of the flatter neighbour's slope: up to there a quintic without end accelerations cannot overshoot
SHARES = ("protrusion", "tuck", "tongue", "blink_right", "blink_left", "widen", "squint", "breath")
RANGES = dict.fromkeys(SHARES, (0.0, 1.0)) | {"aperture": (0.0, np.inf)}


@dataclass(frozen=True, slots=True)
class Curve:
    """A value over time through its keys, with times ascending; before the first and after the last it stays."""

    times_s: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def through(cls, keys: Iterable[Sequence[float]]) -> Curve:
        """From pairs of time and value."""
        times_s, values = zip(*keys, strict=True)
        return cls(times_s, values)

    def at(self, times_s: Values) -> Values:
        """(n,) moments in seconds to (n,) values."""
        from scipy.interpolate import BPoly

        if len(self.times_s) == 1:
            return np.full(len(times_s), self.values[0])
        values = np.array(self.values)
        motion = np.stack((values, self._speeds(values), np.zeros(len(values))), axis=1)
        inside = np.clip(times_s, self.times_s[0], self.times_s[-1])
        return np.asarray(BPoly.from_derivatives(self.times_s, motion)(inside), np.float64)

    def scaled(self, share: float) -> Curve:
        """The same, larger or smaller, or turned over."""
        return Curve(self.times_s, tuple(share * value for value in self.values))

    def _speeds(self, values: Values) -> Values:
        """At each key: zero at the ends and where the course turns, else near the harmonic mean of both slopes."""
        slopes = np.diff(values) / np.diff(self.times_s)
        before, after = slopes[:-1], slopes[1:]
        onward = before * after > 0
        mean = 2 * before * after / np.where(onward, before + after, 1.0)
        least = STEEPEST * np.minimum(np.abs(before), np.abs(after))
        inner = np.where(onward, np.clip(mean, -least, least), 0.0)
        return np.pad(inner, 1)


def moments(frames: int, fps: int) -> Values:
    """(frames,) the time of each frame in seconds, from 0."""
    return np.arange(frames) / fps


def together(courses: Sequence[Course]) -> Course:
    """The sum of courses of one length."""
    names = dict.fromkeys(name for course in courses for name in course)
    return {name: np.sum([course[name] for course in courses if name in course], axis=0) for name in names}


def poses(course: Course) -> list[Pose]:
    """One pose a moment, each value kept to what its field can hold."""
    columns = [np.clip(values, *RANGES.get(name, (-np.inf, np.inf))) for name, values in course.items()]
    return [Pose(**dict(zip(course, map(float, moment), strict=True))) for moment in zip(*columns, strict=True)]

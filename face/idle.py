"""Loops of a face that does not speak: quiet life, and listening. Knows no sound and no picture.

Both begin and end at the rest pose, at rest in every sense: neither place nor speed jumps where a loop closes or where
an answer takes over.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.types import FPS
from face.curve import Course, Curve, moments, poses, together
from face.gaze import Gaze
from face.pose import Pose
from face.undertone import undertone

IDLE_S, LISTENING_S = 8, 10
IDLE_FRAMES, LISTENING_FRAMES = IDLE_S * FPS, LISTENING_S * FPS
GLANCES_S = 7.0  # from one glance aside to the next, about; who listens glances nowhere
BLINKS_S, LISTENING_BLINKS_S = (2.2, 5.9), (2.0, 5.1, 8.2)  # when lids begin to fall, about
SPREAD_S = 0.7  # how far from then
STRAIGHT_S = 0.7  # at both ends of a loop the eyes are straight

# Who listens leans in a little, holds the head to one side, and nods.
LEANT = {"pitch": 0.016, "shift_y": 0.022, "brow": 0.012, "inner_brow": 0.014, "squint": 0.08, "corners": 0.010}
TILT = 0.028  # radians
LEANING_S = (0.2, 1.5, LISTENING_S - 1.7, LISTENING_S - 0.2)  # begins, is there, ends, has gone
NODS_S = (2.4, 6.0)  # when the nods begin, about
NOD = ((0.0, 0.0), (0.30, 0.034), (0.62, 0.0), (0.90, 0.019), (1.25, 0.0))  # seconds, pitch: twice, ever smaller


def idle_poses(seed: int = 0) -> list[Pose]:
    """`IDLE_FRAMES` poses; the first is `REST`, and after the last the first comes again."""
    chance = np.random.default_rng((seed, IDLE_FRAMES))
    course = undertone(IDLE_FRAMES, seed, _about(chance, BLINKS_S), may_blink=False)
    return _watchful(course, seed, 1.0 / (GLANCES_S * FPS))


def listening_poses(seed: int = 0) -> list[Pose]:
    """`LISTENING_FRAMES` poses; the first is `REST`, and after the last the first comes again."""
    chance = np.random.default_rng((seed, LISTENING_FRAMES))
    times_s = moments(LISTENING_FRAMES, FPS)
    lean = Curve(LEANING_S, (0.0, 1.0, 1.0, 0.0)).at(times_s)
    tilt = TILT * float(chance.choice((-1.0, 1.0)))
    courses: list[Course] = [
        undertone(LISTENING_FRAMES, seed, _about(chance, LISTENING_BLINKS_S), may_blink=False),
        {name: size * lean for name, size in (*LEANT.items(), ("roll", tilt))},
    ]
    for start_s in _about(chance, NODS_S):
        courses += [{"pitch": Curve.through((start_s + after_s, pitch) for after_s, pitch in NOD).at(times_s)}]
    return _watchful(together(courses), seed, 0.0)


def _about(chance: np.random.Generator, moments_s: Sequence[float]) -> list[float]:
    return [moment_s + float(chance.uniform(-SPREAD_S, SPREAD_S)) for moment_s in moments_s]


def _watchful(course: Course, seed: int, glance: float) -> list[Pose]:
    """The course with eyes on the viewer, which begin to glance aside with this chance a frame."""
    frames = len(course["yaw"])
    gaze, straight = Gaze(np.random.default_rng((seed, frames, 1))), STRAIGHT_S * FPS
    looks = [
        gaze.step(yaw, pitch, glance, home=not straight < frame < frames - straight)
        for frame, (yaw, pitch) in enumerate(zip(course["yaw"], course["pitch"], strict=True))
    ]
    seen = {"gaze_x": np.array([look.x for look in looks]), "gaze_y": np.array([look.y for look in looks])}
    return poses(together([course, seen]))

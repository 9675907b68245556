"""One loop of quiet life: breathing, a little sway, blinks. Knows no sound and no picture.

The loop begins at the rest pose, at rest in every sense: neither place nor speed jumps where it closes or where an
answer takes over.
"""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from data.types import FPS
from face.blink import COURSES
from face.pose import REST, Pose

LOOP_S = 8  # two breaths
LOOP_FRAMES = LOOP_S * FPS
BREATHS = 2  # a loop; 15 a minute

BREATH_Y = -0.012  # E, the head rises a little with the chest
BREATH_PITCH = -0.006  # radians
SWAY_YAW = 0.016  # radians, largest
SWAY_ROLL = 0.008
SWAY_PITCH = 0.007
SIDE_WITH_YAW = 1.2  # E a radian

BLINKS_S = (2.4, 6.3)  # middle of the time at which the two blinks begin
BLINK_SPREAD_S = 0.9


def idle_poses(seed: int = 0) -> list[Pose]:
    """`LOOP_FRAMES` poses; the first is `REST`, and after the last the first comes again."""
    chance = np.random.default_rng((seed, LOOP_FRAMES))
    yaw, roll, pitch = (_sway(chance) for _ in range(3))
    lids = _lids(chance)
    poses = [REST]
    for frame in range(1, LOOP_FRAMES):
        phase = 2.0 * pi * frame / LOOP_FRAMES
        breath = (1.0 - cos(BREATHS * phase)) / 2.0
        turned = SWAY_YAW * _swayed(yaw, phase)
        poses.append(
            Pose(
                blink_right=lids[frame],
                blink_left=lids[frame],
                yaw=turned,
                pitch=BREATH_PITCH * breath + SWAY_PITCH * _swayed(pitch, phase),
                roll=SWAY_ROLL * _swayed(roll, phase),
                shift_x=SIDE_WITH_YAW * turned,
                shift_y=BREATH_Y * breath,
            )
        )
    return poses


def _sway(chance: np.random.Generator) -> tuple[float, float, float]:
    """Sizes of three courses that begin and end at rest; together they reach 1 and no further."""
    slow, quick, lopsided = chance.uniform(0.4, 1.0, 3) * chance.choice((-1.0, 1.0), 3)
    phases = (2.0 * pi * frame / LOOP_FRAMES for frame in range(LOOP_FRAMES))
    reach = max(abs(_swayed((slow, quick, lopsided), phase)) for phase in phases)
    return slow / reach, quick / reach, lopsided / reach


def _swayed(sizes: tuple[float, float, float], phase: float) -> float:
    """Each term has neither value nor slope at the loop's seam."""
    slow, quick, lopsided = 1.0 - cos(phase), 1.0 - cos(3.0 * phase), sin(phase) - sin(2.0 * phase) / 2.0
    return sizes[0] * slow + sizes[1] * quick + sizes[2] * lopsided


def _lids(chance: np.random.Generator) -> list[float]:
    lids = [0.0] * LOOP_FRAMES
    for middle_s in BLINKS_S:
        start = round(FPS * (middle_s + chance.uniform(-BLINK_SPREAD_S, BLINK_SPREAD_S)))
        for offset, closed in enumerate(COURSES[int(chance.integers(len(COURSES)))]):
            lids[start + offset] = closed
    return lids

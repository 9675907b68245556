"""The small noise of life under everything that a face does on purpose: breath, sway, blinks. Knows no gesture.

It begins and ends at rest, in place and in speed, whatever its length, so that a clip of it closes without a seam.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.types import FPS
from face.blink import COURSES
from face.curve import Course, Values, moments

BREATH_S = 4.0  # about; a whole number of breaths fills the clip
BREATH_Y = -0.010  # E, the head rises a little with the chest
BREATH_PITCH = -0.005  # radians
SWAYS = {"yaw": 0.010, "pitch": 0.006, "roll": 0.006, "shift_x": 0.016, "shift_y": 0.008}  # standard deviation
SWAY_HZ = (0.12, 0.55)
SWAY_WAVES = 4
EASE_S = 1.2  # in which the sway grows from nothing and goes back to it

BLINK_S = (2.4, 5.2)  # from one blink to the next
APART_S = 1.5  # no other blink so near to one that was asked for
QUIET_END_S = 0.6  # no blink begins so near to the clip's end


def undertone(frames: int, seed: int, blinks_s: Sequence[float] = (), *, may_blink: bool = True) -> Course:
    """`frames` moments of quiet life, with the blinks that were asked for and, between them, some by chance."""
    chance = np.random.default_rng((seed, frames))
    times_s = moments(frames, FPS)
    length_s = frames / FPS
    breaths = max(1, round(length_s / BREATH_S))
    breath = (1 - np.cos(2 * np.pi * breaths * times_s / length_s)) / 2
    course = {name: size * _sway(times_s, length_s, chance) for name, size in SWAYS.items()}
    course["pitch"] += BREATH_PITCH * breath
    course["shift_y"] += BREATH_Y * breath
    lids = _lids(frames, _blinks_s(length_s, blinks_s, chance) if may_blink else sorted(blinks_s), chance)
    return {**course, "breath": breath, "blink_right": lids, "blink_left": lids}


def _sway(times_s: Values, length_s: float, chance: np.random.Generator) -> Values:
    """Slow waves of no common period, nothing at both ends."""
    hertz, phases = chance.uniform(*SWAY_HZ, SWAY_WAVES), chance.uniform(0, 2 * np.pi, SWAY_WAVES)
    waves = np.sin(2 * np.pi * hertz[:, None] * times_s + phases[:, None]).sum(axis=0) * np.sqrt(2 / SWAY_WAVES)
    ease_s = min(EASE_S, length_s / 2)
    share = np.clip(np.minimum(times_s, length_s - times_s) / ease_s, 0, 1)
    return np.asarray(waves * share**2 * (3 - 2 * share))


def _blinks_s(length_s: float, wanted_s: Sequence[float], chance: np.random.Generator) -> list[float]:
    """When the lids begin to fall: as wanted, and by chance where nothing is wanted near."""
    found, at_s = sorted(wanted_s), 0.0
    while (at_s := at_s + chance.uniform(*BLINK_S)) < length_s - QUIET_END_S:
        if all(abs(at_s - other_s) > APART_S for other_s in found):
            found.append(at_s)
    return sorted(found)


def _lids(frames: int, starts_s: Sequence[float], chance: np.random.Generator) -> Values:
    lids = np.zeros(frames)
    for start_s in starts_s:
        course = COURSES[int(chance.integers(len(COURSES)))]
        start = round(start_s * FPS)
        shown = max(0, min(len(course), frames - 1 - start))
        lids[start : start + shown] = np.maximum(lids[start : start + shown], course[:shown])
    return lids

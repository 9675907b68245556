"""How head and brows move while somebody speaks. Knows accents and pauses; knows no sound, feeling or picture.

Three motions are added: a slow wander between 0.15 and 1 Hz, nods and brow lifts on accents, and a posture that
changes where a phrase ends. Filmed talkers' heads wander with a standard deviation of 5–13 px at 512 px, about
0.13 E; the sizes below were fitted to that on rendered frames. Signs and units are those of `Pose`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from face.pose import Pose
from face.prosody import Accent
from face.spring import Spring

WAVES = 7  # sine waves that make up one wander
WAVE_HZ = (0.15, 0.95)
WAVE_FALL = 0.8  # a wave's size falls with its frequency to this power

WANDER_YAW = 0.036  # radians, standard deviation while speaking
WANDER_PITCH = 0.022
WANDER_ROLL = 0.020
WANDER_X = 0.066  # E
WANDER_Y = 0.038
SIDE_WITH_YAW = 1.0  # E a radian: a head that turns also moves to that side
ROLL_WITH_YAW = 0.25  # and tilts with it

POSTURE_YAW = 0.038  # radians, standard deviation of a new posture
POSTURE_ROLL = 0.018
POSTURE_PITCH = 0.014
POSTURE_STIFFNESS = 4.5  # radians a second

NOD_PITCH = 0.042  # radians at an accent of size 1
NOD_RISE_S = 0.210
NOD_FALL_S = 0.420
BROW_LIFT = 0.070  # E
WIDEN_WITH_BROW = 1.8  # an E of lift: lids open a little with the brows
BROW_RISE_S = 0.180
BROW_FALL_S = 0.380

SILENT_SHARE = 0.3  # of the wander that stays in a pause
PRESENCE_STIFFNESS = 4.0  # radians a second, how fast a speaker comes alive

_Waves = NDArray[np.float64]  # (WAVES, 3): hertz, phase, size


class HeadMotion:
    """Steps once a frame; the same seed and the same speech give the same motion."""

    def __init__(self, chance: np.random.Generator, sway: float = 1.0) -> None:
        """`sway`: how much farther this head wanders than heads usually do."""
        self._chance, self._sway = chance, sway
        self._waves = [_waves(chance) for _ in range(5)]
        self._presence = Spring(PRESENCE_STIFFNESS)
        self._posture = (0.0, 0.0, 0.0)
        self._springs = [Spring(POSTURE_STIFFNESS) for _ in range(3)]
        self._shift_posture()

    def step(self, now_s: float, speaking: bool, phrase_end: bool, accents: Sequence[Accent]) -> Pose:
        """Head, brows and lids of the next frame, whose middle is at `now_s`.

        `phrase_end`: a phrase has ended in this frame.
        """
        if phrase_end:
            self._shift_posture()
        alive = self._presence.follow(1.0 if speaking else SILENT_SHARE)
        far = self._sway * alive
        held = [spring.follow(target) for spring, target in zip(self._springs, self._posture, strict=True)]
        w_yaw, w_pitch, w_roll, w_x, w_y = (_wander(waves, now_s) for waves in self._waves)
        yaw = far * (WANDER_YAW * w_yaw + held[0])
        nod = sum(a.size * _bump(now_s - a.peak_s, NOD_RISE_S, NOD_FALL_S) for a in accents)
        lift = sum(a.size * _bump(now_s - a.peak_s, BROW_RISE_S, BROW_FALL_S) for a in accents if a.brow)
        brow = alive * BROW_LIFT * lift
        return Pose(
            yaw=yaw,
            pitch=far * (WANDER_PITCH * w_pitch + held[1]) + alive * NOD_PITCH * nod,
            roll=far * (WANDER_ROLL * w_roll + held[2]) + ROLL_WITH_YAW * yaw,
            shift_x=far * WANDER_X * w_x + SIDE_WITH_YAW * yaw,
            shift_y=far * WANDER_Y * w_y,
            brow=brow,
            widen=WIDEN_WITH_BROW * brow,
        )

    def _shift_posture(self) -> None:
        yaw, pitch, roll = np.clip(self._chance.standard_normal(3), -1.3, 1.3)
        self._posture = (POSTURE_YAW * float(yaw), POSTURE_PITCH * float(pitch), POSTURE_ROLL * float(roll))


def _waves(chance: np.random.Generator) -> _Waves:
    """Frequencies spread over the band, one in each part of it, so that no two wanders repeat each other."""
    low, high = np.log(WAVE_HZ)
    hertz = np.exp(low + (high - low) * (np.arange(WAVES) + chance.random(WAVES)) / WAVES)
    size = hertz**-WAVE_FALL
    size *= np.sqrt(2.0 / np.sum(size**2))
    return np.stack([hertz, chance.random(WAVES) * 2.0 * np.pi, size], axis=1)


def _wander(waves: _Waves, now_s: float) -> float:
    """A smooth course of standard deviation 1."""
    return float(np.sum(waves[:, 2] * np.sin(2.0 * np.pi * waves[:, 0] * now_s + waves[:, 1])))


def _bump(after_s: float, rise_s: float, fall_s: float) -> float:
    """0, up to 1 at the peak and back to 0, eased (minimum jerk)."""
    share = 1.0 + after_s / rise_s if after_s < 0.0 else 1.0 - after_s / fall_s
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10.0 + s * (6.0 * s - 15.0))

"""Where the eyes look. Knows the viewer, chance and the turning of the head; knows no picture.

People who speak look at the one they speak to most of the time, from one of their eyes to the other, and aside while
they look for words, at the start of an utterance or where a phrase has ended (Kendon 1967, "Some functions of
gaze-direction in social interaction"). The eye goes in jumps that take 21 ms and 2.2 ms a degree (Bahill, Clark & Stark
1975, "The main sequence"), and turns against the head in between, so that it stays on what it looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.types import FPS

PIVOT_E = 0.31  # from the eye's pivot to the iris: 13.3 mm, where an iris of 11.8 mm is 0.275 E wide
JUMP_S, JUMP_S_A_RADIAN = 0.021, 0.0022 * 180 / np.pi

VIEWER_X_E, VIEWER_Y_E = 0.013, 0.007  # half way between the viewer's eyes, and between eyes and mouth
FIXATION_S = (0.35, 2.2)
GLANCE_X_E = (0.045, 0.095)
GLANCE_Y_E = (-0.035, 0.030)
GLANCE_S = (0.35, 0.95)
LARGE_E = 0.05  # a jump this long is often hidden by a blink


@dataclass(frozen=True, slots=True)
class Look:
    """`x`, `y` as in `Pose`; `jumped` where a long jump begins."""

    x: float
    y: float
    jumped: bool


class Gaze:
    """Steps once a frame, from a look straight at the viewer."""

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance = chance
        self._at = self._target = (0.0, 0.0)
        self._left = self._frames(FIXATION_S)
        self._aside = False

    def step(self, yaw: float, pitch: float, glance: float, *, home: bool = False) -> Look:
        """The eyes in the next frame, in a head so turned (radians).

        `glance` is the chance that they leave the viewer now; `home` keeps them straight at the viewer.
        """
        self._left -= 1
        draw = self._chance.random()
        if home:
            self._target, self._aside = (0.0, 0.0), False
        elif not self._aside and draw < glance:
            self._look_aside()
        elif self._left <= 0:
            self._look_at_viewer()
        way = np.subtract(self._target, self._at)
        length = float(np.hypot(*way))
        share = min(1.0, 1.0 / (FPS * (JUMP_S + JUMP_S_A_RADIAN * length / PIVOT_E)))
        jumped = length * share > LARGE_E / 2
        x, y = np.add(self._at, share * way) if length > 1e-4 else self._target
        self._at = (float(x), float(y))
        return Look(self._at[0] - PIVOT_E * float(np.sin(yaw)), self._at[1] - PIVOT_E * float(np.sin(pitch)), jumped)

    def _look_aside(self) -> None:
        side = float(self._chance.choice((-1.0, 1.0)))
        self._target = side * self._chance.uniform(*GLANCE_X_E), self._chance.uniform(*GLANCE_Y_E)
        self._left, self._aside = self._frames(GLANCE_S), True

    def _look_at_viewer(self) -> None:
        x, y = self._chance.uniform(-1.0, 1.0, 2)
        self._target = VIEWER_X_E * float(x), VIEWER_Y_E * float(y)
        self._left, self._aside = self._frames(FIXATION_S), False

    def _frames(self, seconds: tuple[float, float]) -> int:
        return round(FPS * self._chance.uniform(*seconds))

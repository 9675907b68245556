"""When the eyes blink and how the lids go. Knows the clock and the ends of phrases; knows no picture.

Speakers blink every two to six seconds, often where a phrase ends (Nakano & Kitazawa 2010). A lid falls in about 80 ms
and rises in about twice that (VanderWerf et al. 2003, "Eyelid movements"). The courses are written frame by frame, so
that every blink has a frame on which the eyes are really shut.
"""

from __future__ import annotations

import numpy as np

from data.types import FPS

COURSES = (
    (0.45, 1.0, 0.92, 0.55, 0.22, 0.06),  # 240 ms
    (0.40, 1.0, 0.75, 0.35, 0.10),  # 200 ms
    (0.35, 0.95, 1.0, 0.80, 0.45, 0.18, 0.05),  # 280 ms
)
PARTIAL = (0.30, 0.62, 0.50, 0.24, 0.08)  # some only begin
DOUBLE = (0.45, 1.0, 0.80, 0.42, 0.55, 1.0, 0.75, 0.36, 0.10)  # some come twice
PARTIAL_CHANCE, DOUBLE_CHANCE = 0.12, 0.10

SHORTEST_S = 2.0  # from one blink to the next
LONGEST_S = 6.0
FIRST_S = (0.8, 3.5)
PHRASE_END_CHANCE = 0.7  # of blinking there, when the last blink is long enough ago
JUMP_CHANCE = 0.4  # of blinking while the eyes jump far (Evinger et al. 1994, "Gaze-evoked blinks"), likewise


class Blinks:
    """Steps once a frame."""

    def __init__(self, chance: np.random.Generator, often: float = 1.0) -> None:
        """`often`: how much more often these eyes blink than eyes usually do."""
        self._chance, self._often = chance, often
        self._course: tuple[float, ...] = ()
        self._frame = 0
        self._since = FPS * SHORTEST_S  # frames since the last blink began
        self._wait = round(FPS * chance.uniform(*FIRST_S) / often)  # frames until the next

    def step(self, phrase_end: bool, jumped: bool = False, *, may_begin: bool = True) -> float:
        """How far the lids are closed on the next frame, 0 … 1; `jumped` where the eyes begin to jump far."""
        self._since += 1
        self._wait -= 1
        rested = self._since >= FPS * SHORTEST_S / self._often
        likely = PHRASE_END_CHANCE if phrase_end else JUMP_CHANCE if jumped else 0.0
        wanted = rested and likely > 0.0 and self._chance.random() < likely
        if may_begin and (wanted or self._wait <= 0):
            self._course = self._some_course()
            self._frame, self._since = 0, 0
            self._wait = round(FPS * self._chance.uniform(SHORTEST_S, LONGEST_S) / self._often)
        closed = self._course[self._frame] if self._frame < len(self._course) else 0.0
        self._frame += 1
        return closed

    def _some_course(self) -> tuple[float, ...]:
        draw = self._chance.random()
        if draw < PARTIAL_CHANCE:
            return PARTIAL
        if draw < PARTIAL_CHANCE + DOUBLE_CHANCE:
            return DOUBLE
        return COURSES[int(self._chance.integers(len(COURSES)))]

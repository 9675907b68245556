"""How the chest goes while somebody speaks. Knows whether they speak; knows no sound and no picture.

Who speaks breathes in quickly where a phrase has ended and lets the breath go slowly over the next (Hixon, Goldman &
Mead 1973, "Kinematics of the chest wall during speech production"); who is silent breathes evenly.
"""

from __future__ import annotations

from math import cos, pi

from data.types import FPS
from face.spring import Spring

IN_STIFFNESS = 8.0  # radians a second: half a second for a full breath
PHRASE_S = 4.5  # for which a full breath lasts
LEAST = 0.08  # what is left in the chest at the end of it
QUIET_AFTER_S = 1.2  # of silence; then quiet breathing begins
QUIET_S = 4.0  # for each quiet breath
QUIET_DEPTH = 0.6


class Breath:
    """Steps once a frame, from an empty chest."""

    def __init__(self) -> None:
        self._chest = Spring(IN_STIFFNESS)
        self._held = 0.0
        self._silent = 0  # frames

    def step(self, speaking: bool) -> float:
        """How far chest and shoulders are raised, 0 … 1."""
        self._silent = 0 if speaking else self._silent + 1
        silent_s = self._silent / FPS - QUIET_AFTER_S
        if speaking:
            self._held = max(min(self._held, LEAST), self._held - 1.0 / (PHRASE_S * FPS))
        elif silent_s < 0.0:
            self._held = 1.0
        else:
            self._held = QUIET_DEPTH * (1.0 + cos(2.0 * pi * silent_s / QUIET_S)) / 2.0
        return self._chest.follow(self._held)

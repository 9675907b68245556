"""A value that follows its target like a mass on a critically damped spring. Knows nothing of what it moves."""

from __future__ import annotations

from math import exp

from data.types import FPS


class Spring:
    """Exact at one step a frame, whatever the stiffness; never overshoots a target that stands still."""

    def __init__(self, stiffness: float, value: float = 0.0) -> None:
        """`stiffness` in radians a second; the way is 90 % done after about 3.9 / stiffness seconds."""
        self.value = value
        self._speed = 0.0
        self._stiffness = stiffness

    def follow(self, target: float) -> float:
        """One frame further."""
        step_s = 1.0 / FPS
        away = self.value - target
        push = (self._speed + self._stiffness * away) * step_s
        decay = exp(-self._stiffness * step_s)
        self.value = target + (away + push) * decay
        self._speed = (self._speed - self._stiffness * push) * decay
        return self.value

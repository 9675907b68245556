"""A person's own way of moving, as a video shows it. Knows neither the video nor the motion that is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """The defaults are those of two filmed talkers; lengths in E, half the distance between the outer eye corners."""

    blinks_a_minute: float = 18.0
    sway_e: float = 0.13  # standard deviation of the head's place
    jaw_e: float = 0.33  # 95th percentile of the mouth's opening while speaking


USUAL = Manner()

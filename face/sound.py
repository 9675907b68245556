"""What the face takes from the sound itself: how loud somebody speaks, and a mouth where no phonemes are known.

Looks back only: no sound is known past a chunk. Loudness explains little of a real talker's mouth (r = .2–.34), so
where phonemes are known it only strengthens or weakens their shapes a little. Where they are not (a recording of
theirs), the mouth follows level and spectral centroid: shut in silence, narrow and spread on hiss, rounded where the
sound is dark. That is a modest mouth: it keeps the rhythm, not the sounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.types import FPS, RATE, SAMPLES_PER_FRAME, Wave

SILENCE_DB = -46.0  # of full scale, RMS of a frame; below it nobody speaks
USUAL_DB = -24.0  # where the running level of speech starts
LEVEL_S = 3.0  # time constant of the running level
QUICK_S = 0.12  # … of the present level
GAIN_PER_DB = 0.010
GAINS = (0.88, 1.08)

OPEN_APERTURE = 0.34  # E, at 6 dB above the running level
OPEN_FROM_DB = -20.0  # against the running level; shut below
OPEN_TO_DB = 5.0
HISS_HZ = (2_500.0, 4_500.0)  # centroid over which a frame turns from voice to hiss
HISS_APERTURE = 0.3  # share of the aperture left on hiss
DARK_HZ = (450.0, 900.0)  # centroid over which a voice turns from rounded to open
DARK_ROUNDING = 0.7
BRIGHT_SPREAD = 0.06
MOUTH_EASE = 0.6  # share of the way to its target that the mouth goes in a frame


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame of sound. `gain` is for shapes that come from phonemes, the rest is a mouth of its own."""

    speaking: bool
    loud_db: float  # against the running level of this speaker
    gain: float
    aperture: float
    spread: float
    protrusion: float


class Ear:
    """Hears one frame after the other."""

    def __init__(self) -> None:
        self._level_db = USUAL_DB
        self._quick_db = USUAL_DB
        self._aperture = 0.0
        self._rounding = 0.0
        self._spread = 0.0

    def hear(self, samples: Wave) -> Heard:
        """(960,) -> what this frame says."""
        power = float(np.mean(np.square(samples, dtype=np.float64)))
        level_db = 10.0 * np.log10(power + 1e-10)
        speaking = level_db > SILENCE_DB
        if speaking:
            self._level_db += (level_db - self._level_db) / (LEVEL_S * FPS)
            self._quick_db += (level_db - self._quick_db) / (QUICK_S * FPS)
        gain = float(np.clip(1.0 + GAIN_PER_DB * (self._quick_db - self._level_db), *GAINS))
        loud_db = float(level_db - self._level_db)
        self._shape(samples, speaking, loud_db)
        return Heard(speaking, loud_db, gain, self._aperture, self._spread, self._rounding)

    def _shape(self, samples: Wave, speaking: bool, loud_db: float) -> None:
        opening = _between(loud_db, OPEN_FROM_DB, OPEN_TO_DB) if speaking else 0.0
        centroid_hz = _centroid_hz(samples) if speaking else sum(DARK_HZ) / 2
        hiss = _between(centroid_hz, *HISS_HZ)
        dark = 1.0 - _between(centroid_hz, *DARK_HZ)
        aperture = OPEN_APERTURE * opening * (1.0 - (1.0 - HISS_APERTURE) * hiss)
        rounding = DARK_ROUNDING * dark * opening
        self._aperture += MOUTH_EASE * (aperture - self._aperture)
        self._rounding += MOUTH_EASE * (rounding - self._rounding)
        self._spread += MOUTH_EASE * (BRIGHT_SPREAD * hiss - 0.2 * rounding - self._spread)


def _between(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


_WINDOW = np.hanning(SAMPLES_PER_FRAME)
_HERTZ = np.fft.rfftfreq(SAMPLES_PER_FRAME, 1.0 / RATE)


def _centroid_hz(samples: Wave) -> float:
    """The spectrum's centre of gravity, by magnitude."""
    magnitude = np.abs(np.fft.rfft(samples * _WINDOW))
    return float(np.sum(_HERTZ * magnitude) / (np.sum(magnitude) + 1e-9))

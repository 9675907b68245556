"""Sound laid together from grains of a recording, at a new pitch. Knows nothing of phones or of how grains are chosen.

Moulines and Charpentier, "Pitch-synchronous waveform processing techniques for text-to-speech synthesis using
diphones" (Speech Communication, 1990). The windows of neighbours add up to one, so that a stretch taken as it was
recorded comes out as it was recorded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, Wave

NOISE_HOP = RATE // 100  # between grains of unvoiced sound; shorter ones hum at their own rate
FURTHEST = 0.75  # of a period, from where a grain is wanted to the mark where it is taken


Samples = NDArray[np.int64]


def lay(sound: Wave, centres: Samples, taken: Samples, reach: Samples, start: int, end: int) -> Wave:
    """Samples `start` to `end` of what the grains give.

    `centres` (n,) rising, where each grain goes; `taken` (n,), the samples of `sound` that come to lie there; `reach`
    (n,), how far from its middle a grain may go, in samples.
    """
    out = np.zeros(end - start, np.float32)
    gaps = np.diff(centres, prepend=centres[:1] - reach[:1], append=centres[-1:] + reach[-1:])
    for centre, origin, left, right, most in zip(centres, taken, gaps[:-1], gaps[1:], reach, strict=True):
        left, right = min(int(left), int(most)), min(int(right), int(most))
        low, high = max(-left, start - centre, -origin), min(right, end - centre, len(sound) - origin)
        if high > low:
            out[centre + low - start : centre + high - start] += (
                sound[origin + low : origin + high] * _window(left, right)[left + low : left + high]
            )
    return out


def _window(left: int, right: int) -> Wave:
    """Rises over `left` samples and falls over `right`."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(left) + 0.5) / max(left, 1))
    fall = 0.5 + 0.5 * np.cos(np.pi * (np.arange(right) + 0.5) / max(right, 1))
    return np.asarray(np.concatenate([rise, fall]), dtype=np.float32)

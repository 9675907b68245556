"""The moments at which the vocal folds close: one mark a period. Knows nothing of phones or persons.

Murty and Yegnanarayana, "Epoch extraction from speech signals" (IEEE Trans. Audio, Speech, Lang. Process., 2008): a
resonator at zero frequency leaves the impulses of the folds as the rising zero crossings of what remains after the
local mean is taken off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from data.types import RATE, Wave
from voice.world import FRAME_SAMPLES, Array

MEAN_PERIODS = 1.5  # length of the local mean, in mean periods
INTEGRALS = 4  # two resonators, one after the other


def marks(wave: Wave, f0_hz: Array) -> NDArray[np.int64]:
    """Samples, rising, of the closures inside voiced frames; `f0_hz` (n,), one a 5 ms frame, 0 where unvoiced."""
    voiced = f0_hz > 0
    if not voiced.any():
        return np.zeros(0, np.int64)
    period = RATE / float(np.median(f0_hz[voiced]))
    size = 2 * round(MEAN_PERIODS * period / 2) + 1
    trace = np.diff(wave.astype(np.float64), prepend=0.0)
    for _ in range(INTEGRALS):
        trace = np.cumsum(trace)
        trace -= uniform_filter1d(trace, size)
    rising = np.flatnonzero((trace[:-1] < 0) & (trace[1:] >= 0)) + 1
    frame = np.minimum((rising + FRAME_SAMPLES // 2) // FRAME_SAMPLES, len(voiced) - 1)
    return np.asarray(rising[voiced[frame]])

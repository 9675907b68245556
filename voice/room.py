"""The quiet of the room in which somebody was recorded, for as long as it is wanted. Knows nothing of speech.

Between words a recording is never silent, and a voice that is cut out of nothing sounds like one.
"""

from __future__ import annotations

import numpy as np

from data.types import RATE, Wave
from voice.world import FFT, Array, bins_db

LOOP_SAMPLES = 4 * RATE  # long enough for nobody to hear it come again
SEED = 24


class Room:
    """Steady noise with a spectrum, the same at the same place."""

    def __init__(self, spectrum_db: Array) -> None:
        """`spectrum_db` (BANDS,), power in mel bands, below full scale."""
        noise = np.fft.rfft(np.random.default_rng(SEED).standard_normal(LOOP_SAMPLES))
        hz = np.linspace(0, RATE / 2, len(noise))
        gains = np.interp(hz, np.linspace(0, RATE / 2, FFT // 2 + 1), bins_db(spectrum_db[None])[0])
        self._loop = np.fft.irfft(noise * 10 ** (gains / 20), LOOP_SAMPLES).astype(
            np.float32
        )  # its end meets its start

    def quiet(self, start: int, end: int) -> Wave:
        """Samples `start` to `end` of it."""
        return np.take(self._loop, np.arange(start, end), mode="wrap")

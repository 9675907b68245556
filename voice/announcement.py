"""The beep at a voicemail's head. What stands before it is a carrier's or a machine's, unless the person says it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_opening, median_filter
from scipy.signal import ShortTimeFFT

from data.types import RATE, Wave
from voice.activity import Mask, frames, runs
from voice.world import FRAME_SAMPLES, QUIETEST

LOWEST_HZ, HIGHEST_HZ = 300.0, 2_500.0
SHORTEST_S, LONGEST_S = 0.15, 1.5
HEAD_S = 60.0  # of a recording: a later beep is something else
FFT, HOP = 1024, 2 * FRAME_SAMPLES
LOBE = 2  # bins on each side of a tone's own that belong to it
PURE = 0.9  # of the power in one place; a vowel spreads over its harmonics
STEADY_HZ = 30.0  # from one frame to the next
RANGE_DB = 30.0  # below the loudest is not meant to be heard
STEADY_DB = 3.0  # around its middle: a machine's tone has one level, what rings or is whistled has not


def find_beeps(wave: Wave) -> Mask:
    """(n // 120,) true in each 5 ms frame of a pure tone as long as a voicemail's."""
    count = len(wave) // FRAME_SAMPLES
    if len(wave) < FFT:
        return np.zeros(count, bool)
    window = ShortTimeFFT(np.hanning(FFT), HOP, RATE)
    power = np.abs(window.stft(wave.astype(np.float64), p0=0, p1=-(-count // 2)).T) ** 2
    highest = power.argmax(axis=1)
    around = np.clip(highest[:, None] + np.arange(-LOBE, LOBE + 1), 0, power.shape[1] - 1)
    tone = np.take_along_axis(power, around, axis=1).sum(axis=1)
    pitch_hz = window.f[highest]
    level_db = 10 * np.log10(np.maximum(power.sum(axis=1), QUIETEST))
    pure = (tone > PURE * power.sum(axis=1)) & (pitch_hz >= LOWEST_HZ) & (pitch_hz <= HIGHEST_HZ)
    pure &= (level_db > level_db.max() - RANGE_DB) & (np.abs(pitch_hz - median_filter(pitch_hz, 5)) < STEADY_HZ)
    found = np.zeros(2 * len(pure), bool)
    for start, end in runs(binary_opening(pure, np.ones(3, bool))):
        inside = slice(2 * start, 2 * end)
        found[inside] = (
            frames(SHORTEST_S) <= 2 * (end - start) <= frames(LONGEST_S)
            and np.ptp(pitch_hz[start:end]) < STEADY_HZ
            and np.percentile(np.abs(level_db[start:end] - np.median(level_db[start:end])), 75) < STEADY_DB
        )
    return found[:count]

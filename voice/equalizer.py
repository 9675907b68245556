"""Raises and lowers the parts of a sound's spectrum from moment to moment. Knows nothing of voices.

The sound itself is filtered, not made anew from parameters, so that its consonants stay as clear as they were
(Kobayashi, Toda, Neubig, Sakti and Nakamura, "Statistical singing voice conversion with direct waveform modification
based on the spectrum differential", Interspeech 2014).
"""

from __future__ import annotations

import numpy as np

from data.types import Wave
from voice.world import FFT, FRAME_SAMPLES, Array

WINDOW = 960  # samples, 40 ms


def equalize(wave: Wave | Array, gains_db: Array) -> Array:
    """The sound (n,) with `gains_db` (frames, BINS) decibels laid on, a frame each 5 ms from its start."""
    window = np.hanning(WINDOW + 1)[:-1]
    steps = WINDOW // FRAME_SAMPLES
    frames = len(wave) // FRAME_SAMPLES + steps  # half a window before the first and after the last
    gains = 10 ** (gains_db[np.clip(np.arange(frames) - steps // 2, 0, len(gains_db) - 1)] / 20)
    padded = np.pad(np.asarray(wave, np.float64), WINDOW)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::FRAME_SAMPLES][:frames] * window
    pieces = np.fft.irfft(np.fft.rfft(pieces, FFT, axis=1) * gains, FFT, axis=1)[:, :WINDOW] * window
    out = np.zeros(len(padded) + WINDOW)
    for step in range(steps):  # every eighth piece lies beside the last, so all of these are laid down at once
        some = pieces[step::steps].ravel()
        out[step * FRAME_SAMPLES : step * FRAME_SAMPLES + len(some)] += some
    return np.asarray(out[WINDOW : WINDOW + len(wave)] * FRAME_SAMPLES / (window**2).sum())

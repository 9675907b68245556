"""Where a recording holds music or singing, alone or under speech. Knows nothing of whose, or which.

Music holds its partials still, for a quarter of a second and longer, while a speaking voice glides: its harmonics are
lines in the spectrogram that stay in one place (after Seyerlehner, Pohle, Schedl and Widmer, "Automatic music detection
in television productions", DAFx 2007). A singer's vibrato blurs these lines; there the pitch itself, with the vibrato
taken out, stays on its notes.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import binary_closing, binary_opening, maximum_filter1d, uniform_filter1d
from scipy.signal import ShortTimeFFT, resample_poly

from data.types import RATE, Wave
from voice.activity import Mask, frames, runs
from voice.world import FRAME_SAMPLES, QUIETEST, Array

HALF_RATE = RATE // 2
FFT, HOP = 1024, 240  # 85 and 20 ms at half the rate
FRAMES_PER_HOP = 2 * HOP // FRAME_SAMPLES
BLOCK_S = 30.0  # analysed at a time, so that hours need little memory

LOWEST_HZ, HIGHEST_HZ = 400.0, 4_000.0  # below, a monotonous voice's harmonics stand nearly as still
LINE_S = 0.25
NEIGHBOURS = 21  # bins around a peak, 246 Hz
PEAK_DB = 6.0  # above its neighbours
PEAK_RANGE_DB = 40.0  # below the loudest is not heard
HUM_SHARE = 0.6  # of a block: a line that stays so long is hum or a machine, which mending takes away
LEAST_LINES = 2  # at once: one alone is a whistle or a beep

AROUND_S = 2.5  # over which shares are taken
# Measured: speech of eight synthetic voices holds lines in up to .26 of the time, and music in .8 to 1, also 15 dB
# below a voice; notes are up to .30 of what is voiced in speech, and .35 to 1 in singing.
MUSIC_SHARE = 0.6  # and in an echoing room the lines of a flat voice ring on: up to .5
SUNG_SHARE = 0.6
LEAST_VOICED_SHARE = 0.1
NOTE_S, NOTE_WITHIN = 0.5, 0.02  # half the width of a note in log F0, a third of a semitone
VIBRATO_S = 0.18  # one swing at 5.5 Hz
CLOSED_S = 2.0  # a rest between two phrases of music belongs to it


def find_music(wave: Wave, f0_hz: Array) -> Mask:
    """(n,) true in each 5 ms frame with music or singing; `f0_hz` (n,) is the pitch in the same frames."""
    held = np.repeat(_lines(wave) >= LEAST_LINES, FRAMES_PER_HOP)
    held = np.pad(held[: len(f0_hz)], (0, max(0, len(f0_hz) - len(held))))
    voiced = _share(f0_hz > 0)
    sung = (_share(_notes(f0_hz)) > SUNG_SHARE * voiced) & (voiced > LEAST_VOICED_SHARE)
    found, gap = (_share(held) > MUSIC_SHARE) | sung, frames(CLOSED_S)
    return np.asarray(binary_closing(np.pad(found, gap), np.ones(gap, bool))[gap:-gap])


def _share(mask: Mask) -> Array:
    return uniform_filter1d(mask.astype(np.float64), frames(AROUND_S), mode="nearest")


def _lines(wave: Wave) -> Array:
    """How many partials stand still, every 20 ms."""
    size = round(BLOCK_S * RATE)
    blocks = [_lines_of(wave[start : start + size]) for start in range(0, len(wave), size)]
    return np.concatenate(blocks) if blocks else np.zeros(0)


def _lines_of(block: Wave) -> Array:
    hops = len(block) // (2 * HOP)
    if hops * HOP < FFT:
        return np.zeros(hops)
    window = ShortTimeFFT(np.hanning(FFT), HOP, HALF_RATE)
    spectrum = window.stft(resample_poly(block, 1, 2), p0=0, p1=hops)
    level = 20 * np.log10(np.maximum(np.abs(spectrum), QUIETEST))[(window.f >= LOWEST_HZ) & (window.f <= HIGHEST_HZ)]
    peaks = (level == maximum_filter1d(level, 3, axis=0)) & (
        level - uniform_filter1d(level, NEIGHBOURS, axis=0) > PEAK_DB
    )
    peaks &= level > np.percentile(level.max(axis=0), 95) - PEAK_RANGE_DB
    pairs = peaks[1:] | peaks[:-1]  # a partial between two bins shows now in one, now in the other
    lines = binary_opening(pairs, np.ones((1, round(LINE_S * HALF_RATE / HOP)), bool))
    return np.asarray(lines[lines.mean(axis=1) < HUM_SHARE].sum(axis=0)) / 2


def _notes(f0_hz: Array) -> Mask:
    """Where the pitch, vibrato taken out, stays on a note."""
    size, found = frames(NOTE_S), np.zeros(len(f0_hz), bool)
    for start, end in runs(f0_hz > 0):
        if end - start >= size:
            pitch = uniform_filter1d(np.log(f0_hz[start:end]), frames(VIBRATO_S), mode="nearest")
            steady = np.ptp(sliding_window_view(pitch, size), axis=1) < 2 * NOTE_WITHIN
            for place in np.flatnonzero(steady) + start:
                found[place : place + size] = True
    return found

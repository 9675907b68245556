"""What speech is like from frame to frame: its spectrum, its melody, and which phone it is in. Knows nothing of whose.

Frames are 5 ms apart, frame k around sample 120·k.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from data.types import RATE, Wave
from voice.world import FRAME_SAMPLES, bands_db
from voice.world import Array as Doubles

Array = NDArray[np.float32]
Indices = NDArray[np.int64]
Timed = tuple[str, int, int]  # an ARPABET phone with its start and end in samples

WINDOW_SAMPLES = 600  # 25 ms
SPECTRUM = 1024
QUIETEST_DB = -40.0  # of a band, on the scale of a spectrum of samples: below is only how silent a silence is
CEPSTRA = 17  # of the mel spectrum, the level with them
AROUND = 4  # frames: what is 20 ms before and after tells where in a sound a frame lies
FURTHEST_FROM_MIDDLE = np.log(1.6)  # of a melody; beyond are doubled and halved pitches


def shapes(sound: Wave) -> Array:
    """(frames, CEPSTRA), the level first."""
    padded = np.pad(sound, (WINDOW_SAMPLES // 2, WINDOW_SAMPLES // 2 + FRAME_SAMPLES))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::FRAME_SAMPLES][: frames_of(sound)]
    spectra = np.fft.rfft(windows * np.hanning(WINDOW_SAMPLES), SPECTRUM, axis=1)
    bands = np.maximum(bands_db(np.square(np.abs(spectra))), QUIETEST_DB)
    return np.asarray(dct(bands, norm="ortho", axis=1)[:, :CEPSTRA], dtype=np.float32)


def forms(sound: Wave) -> Array:
    """(frames, 3 · CEPSTRA): each frame's shape with those before and after it."""
    plain = shapes(sound)
    around = np.pad(plain, ((AROUND, AROUND), (0, 0)), mode="edge")
    return np.concatenate([around[: len(plain)], plain, around[2 * AROUND :]], axis=1)


def frames_of(sound: Wave) -> int:
    """How many frames cover it."""
    return -(-len(sound) // FRAME_SAMPLES)


def melody(f0_hz: Doubles) -> Array:
    """(n,) log F0, drawn straight through what is unvoiced; zeros where nothing is voiced."""
    voiced = np.flatnonzero(f0_hz > 0)
    if not len(voiced):
        return np.zeros(len(f0_hz), np.float32)
    return np.interp(np.arange(len(f0_hz)), voiced, np.log(f0_hz[voiced])).astype(np.float32)


def centre_and_spread(f0_hz: Doubles) -> Array:
    """(2,): median and standard deviation of log F0, octave errors left out."""
    log_f0 = np.log(f0_hz[f0_hz > 0])
    if not len(log_f0):
        return np.array([np.log(RATE / 200), 0.2], np.float32)
    middle = np.median(log_f0)
    return np.array([middle, log_f0[np.abs(log_f0 - middle) < FURTHEST_FROM_MIDDLE].std()], np.float32)


def whereabouts(phones: Sequence[Timed], frames: int) -> tuple[Indices, Array]:
    """For each frame the index of its phone (frames,), and its place in it, 0 … 1."""
    times = np.arange(frames) * FRAME_SAMPLES
    starts, ends = (np.array([phone[side] for phone in phones]) for side in (1, 2))
    index = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(phones) - 1)
    place = (times - starts[index]) / np.maximum(ends - starts, 1)[index]
    return index, np.clip(place, 0, 1).astype(np.float32)

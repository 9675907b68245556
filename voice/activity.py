"""Where in a recording somebody may be speaking: loud against its own noise, and with a moving pitch.

Knows nothing of who speaks, and cannot tell singing from talking.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening, uniform_filter1d

from data.types import RATE, Wave
from voice.world import FRAME_MS, FRAME_SAMPLES, FRAMES_PER_S, HIGHEST_F0_HZ, LOWEST_F0_HZ, QUIETEST, Array

Mask = NDArray[np.bool_]  # (n,) one for each frame of 5 ms

SILENT_DB = -65.0  # of the loudest windows: nobody speaks
RANGE_DB = 38.0  # below the loud windows is no speech
ABOVE_NOISE_DB = 8.0
NOISE_PERCENTILE, LOUD_PERCENTILE = 8, 95  # of the windows' levels
NOISE_BLOCK_S = 30.0  # the noise may change along a recording: it is measured in each of these
JOINED_S, SHORTEST_S = 0.25, 0.12  # gaps filled, and stretches dropped
LEAST_VOICED = 0.2  # of a stretch: less is a knock, breath or rustle
STEADY_SD = 0.01  # of log F0: steadier is a tone, a hum or an instrument
STEADY_PERCENTILE = 80  # of a stretch's distances from its median, in log F0, that are asked for this
TONE_S = 1.0  # a stretch shorter than this may be one steady vowel
PITCH_SPEED = 4  # DIO on a quarter of the rate finds voices as well, in a sixth of the time


def frames(seconds: float) -> int:
    """Frames of 5 ms in so many seconds."""
    return round(seconds * FRAMES_PER_S)


def levels_db(wave: Wave) -> Array:
    """Level of each 5 ms frame (n // 120,) over the 20 ms around it."""
    blocks = wave[: len(wave) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.einsum("ij,ij->i", blocks, blocks).astype(np.float64) / FRAME_SAMPLES
    return np.asarray(10 * np.log10(np.maximum(uniform_filter1d(power, 4), QUIETEST)))


def loudest_db(level_db: Array) -> float:
    """Of the loud frames; −120 where there are none."""
    return float(np.percentile(level_db, LOUD_PERCENTILE)) if len(level_db) else 10 * np.log10(QUIETEST)


def thresholds_db(level_db: Array) -> Array:
    """(n,) the level above which somebody may speak: over the noise around, and not far below the loud frames."""
    loud_db = loudest_db(level_db)
    block = frames(NOISE_BLOCK_S)
    thresholds = np.empty(len(level_db))
    for start in range(0, len(level_db), block):
        around = level_db[max(0, min(start, len(level_db) - block)) : start + block]
        noise_db = float(np.percentile(around, NOISE_PERCENTILE))
        thresholds[start : start + block] = max(
            loud_db - RANGE_DB, min(noise_db + ABOVE_NOISE_DB, loud_db - ABOVE_NOISE_DB)
        )
    return thresholds


def loud(level_db: Array, threshold_db: Array | float) -> Mask:
    """Where somebody might speak, short gaps filled."""
    gap = frames(JOINED_S)
    filled = binary_closing(np.pad(level_db > threshold_db, gap), np.ones(gap, bool))
    opened = binary_opening(filled, np.ones(frames(SHORTEST_S), bool))
    return np.asarray(opened[gap:-gap])


def pitch_glance(wave: Wave) -> Array:
    """F0 in Hz each 5 ms (n,), 0 where unvoiced: for a look at long recordings, not for measuring a voice."""
    import pyworld

    sound = np.ascontiguousarray(wave, dtype=np.float64)
    f0_hz, _ = pyworld.dio(
        sound, RATE, f0_floor=LOWEST_F0_HZ, f0_ceil=HIGHEST_F0_HZ, frame_period=FRAME_MS, speed=PITCH_SPEED
    )
    return np.asarray(f0_hz)


def with_voice(active: Mask, f0_hz: Array) -> Mask:
    """Keep the stretches in which somebody's vocal folds move, and not as evenly as no voice does."""
    f0_hz = np.pad(f0_hz[: len(active)], (0, max(0, len(active) - len(f0_hz))))
    kept = np.zeros(len(active), bool)
    for start, end in runs(active):
        pitches = f0_hz[start:end][f0_hz[start:end] > 0]
        is_tone = end - start >= frames(TONE_S) and _is_steady(pitches)
        kept[start:end] = len(pitches) >= LEAST_VOICED * (end - start) and not is_tone
    return kept


def runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of true values."""
    steps = np.diff(np.pad(mask.astype(np.int8), 1))
    return zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True)


def _is_steady(pitches: Array) -> bool:
    """Whether nearly all lie around one, as a tone's do; octave errors at its edges left out."""
    if not len(pitches):
        return True
    near = np.abs(np.log(pitches / np.median(pitches)))
    return float(np.percentile(near, STEADY_PERCENTILE)) < STEADY_SD

"""The same speech at another pitch, its sounds and its pace as they were. Knows nothing of voices.

One grain a closure of the vocal folds, laid down as often as the new pitch asks: Moulines and Charpentier (see
`voice.grains`). Where there is no pitch the sound stays sample for sample.
"""

from __future__ import annotations

import numpy as np

from data.types import RATE, Wave
from voice.glottis import marks
from voice.grains import FURTHEST, NOISE_HOP, lay
from voice.world import FRAME_SAMPLES, Array


def repitch(wave: Wave, f0_hz: Array, wanted_hz: Array) -> Wave:
    """(n,) with the pitch `wanted_hz` in place of `f0_hz`, both one a 5 ms frame and 0 where unvoiced."""
    closures = marks(wave, f0_hz)
    centres: list[int] = []
    taken: list[int] = []
    reach: list[float] = []
    at = 0.0
    while at < len(wave):
        frame = min(int(at) // FRAME_SAMPLES, len(f0_hz) - 1)
        origin, step, far = int(at), float(NOISE_HOP), float(NOISE_HOP)
        if f0_hz[frame] > 0 and wanted_hz[frame] > 0 and len(closures):
            period = RATE / f0_hz[frame]
            place = int(np.searchsorted(closures, origin))
            near = closures[max(0, place - 1) : place + 1]
            mark = int(near[np.abs(near - origin).argmin()])
            if abs(mark - origin) < FURTHEST * period:
                origin, step, far = mark, RATE / wanted_hz[frame], period
        centres.append(int(at))
        taken.append(origin)
        reach.append(far)
        at += step
    return lay(wave, np.array(centres), np.array(taken), np.rint(reach).astype(np.int64), 0, len(wave))

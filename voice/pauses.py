"""Where one sentence ends and the next begins in a stretch of speech whose words are known. Knows no words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.types import RATE, Wave
from voice.activity import levels_db, runs
from voice.world import FRAME_SAMPLES

LEAST_S = 0.1  # a shorter gap is a stop's closure
BELOW_DB = 22.0  # the loud frames
FURTHEST_SHARE, FURTHEST_S = 0.12, 0.3  # of the stretch, and beside that, from where the words say that the border is


def borders(sound: Wave, lengths: Sequence[int]) -> list[int] | None:
    """Samples at which the sentences part, from how long each is in letters; None where no pauses lie there."""
    level = levels_db(sound)
    quiet = level < np.percentile(level, 90) - BELOW_DB
    pauses = [(start + end) // 2 for start, end in runs(quiet) if (end - start) * FRAME_SAMPLES >= LEAST_S * RATE]
    shares = np.cumsum(lengths)[:-1] / max(sum(lengths), 1)
    reach = FURTHEST_SHARE * len(level) + FURTHEST_S * RATE / FRAME_SAMPLES
    found: list[int] = []
    for share in shares:
        near = min(pauses, key=lambda pause: abs(pause - share * len(level)), default=None)
        if near is None or abs(near - share * len(level)) > reach or near * FRAME_SAMPLES in found:
            return None
        found.append(near * FRAME_SAMPLES)
    return found if found == sorted(found) else None

"""How sure a difference is that was seen on few items. Knows nothing of what was measured.

The paired percentile bootstrap: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import bootstrap

RESAMPLES: Final = 9_999
CONFIDENCE: Final = 0.95
_AT_ONCE: Final = 1_000  # resamples, so that thousands of items fit into memory


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean difference between two ways on the same items, and the interval that holds it at `CONFIDENCE`."""

    mean: float
    low: float
    high: float


def paired_difference(ours: Sequence[float], theirs: Sequence[float], seed: int) -> Difference:
    """By how much the first way is better, item by item."""
    each = np.subtract(ours, theirs, dtype=np.float64)  # (items,)
    if len(each) < 2:
        raise ValueError(f"{len(each)} items cannot be resampled")
    found = bootstrap(
        (each,), np.mean, n_resamples=RESAMPLES, batch=_AT_ONCE, confidence_level=CONFIDENCE, method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    return Difference(float(each.mean()), float(found.low), float(found.high))

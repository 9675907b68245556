"""Whether a voice that was made resembles the person: which of many voices made by the same means is most like theirs.

A recording and a synthesised voice differ in more than who speaks, so a bare likeness says little. What says something
is a line-up: the made voice among others of the same making, each moved in pitch, length of the vocal tract or timbre
as far as another person's lies. Knows no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from data.types import RATE, Wave
from voice.speaker import Embedding, embed, likeness
from voice.world import BINS, Features, analyse, stretch, synthesize

Word = Literal["yes", "somewhat", "no"]

HEARD_S = 8.0  # of the made voice
PITCHES = 0.74, 1.0, 1.35  # a fourth or so: what parts a high from a low voice of one sex
TRACTS = 0.9, 1.0, 1.11  # half of what parts the mean man's from the mean woman's (Fitch and Giedd, 1999: about 15 %)
TILT_DB = 4.0  # an octave, above TILT_FROM_HZ
TILT_FROM_HZ = 500.0
LIKE = 0.70  # likeness from which the first of the line-up is taken for the person's; below lie two people (.36 to .72)
PLACES = 3  # of the line-up that still mean "somewhat"


@dataclass(frozen=True, slots=True)
class Resemblance:
    """`rank` of the made voice among itself and `others` voices, 1 the best; `likeness` of it to the recordings."""

    rank: int
    others: int
    likeness: float

    @property
    def word(self) -> Word:
        """Whether it resembles them, in one word."""
        if self.rank == 1 and self.likeness >= LIKE:
            return "yes"
        return "somewhat" if self.rank <= PLACES else "no"


def resemblance(made: Wave, person: Embedding) -> Resemblance:
    """Of some seconds of the made voice to the person's recordings."""
    heard = made[: round(HEARD_S * RATE)]
    own = likeness(embed(heard), person)
    features = analyse(heard)
    others = [likeness(embed(_moved(features, *how, samples=len(heard))), person) for how in _others()]
    return Resemblance(1 + sum(other > own for other in others), len(others), own)


def _others() -> list[tuple[float, float, float]]:
    """Pitch and tract as factors, tilt in dB an octave: every pitch with every tract, and two timbres."""
    moved = [(pitch, tract, 0.0) for pitch, tract in product(PITCHES, TRACTS) if (pitch, tract) != (1.0, 1.0)]
    tilted = [(pitch, 1.0, tilt) for pitch in PITCHES[1:] for tilt in (-TILT_DB, TILT_DB)]
    return moved + tilted


def _moved(features: Features, pitch: float, tract: float, tilt_db: float, *, samples: int) -> Wave:
    hz = np.linspace(0, RATE / 2, BINS)
    octaves = np.log2(np.maximum(hz, TILT_FROM_HZ) / TILT_FROM_HZ)
    envelope = stretch(features.envelope, tract) * 10 ** (tilt_db * octaves / 10)
    return synthesize(Features(features.f0_hz * pitch, envelope, features.aperiodicity), samples)

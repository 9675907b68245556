"""What XTTS keeps of a person's voice: two tables of numbers, no sound. Knows no model and computes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.arrays import packed, unpacked

VERSION = 2

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """How they speak and whose voice it is, as one model heard it. Another model cannot read them."""

    style: Array  # (T, D), what the language model goes on from
    speaker: Array  # (S,), what the vocoder sounds like
    gain: float  # fixed: brings this voice's speech to the level that all voices have
    pace: float  # how long it takes for a text, of espeak-ng's time for it
    model: str  # fingerprint of the weights

    def to_bytes(self) -> bytes:
        """All of it."""
        plain = {"gain": self.gain, "pace": self.pace, "model": self.model}
        return packed(VERSION, {"style": self.style, "speaker": self.speaker}, plain)

    @classmethod
    def from_bytes(cls, written: bytes) -> Latents:
        """Read what `to_bytes` wrote. Raises BadHome."""
        with unpacked(written, VERSION, "the neural voice") as (arrays, plain):
            return cls(arrays["style"], arrays["speaker"], **plain)

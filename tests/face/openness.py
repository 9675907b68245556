"""How open a mouth ought to be by its phonemes alone: vowel height on the IPA chart. Knows nothing of our visemes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, Phoneme

Series = NDArray[np.float64]  # (n,), one value a frame

SILENCE_AWAY_S = 0.16  # from any sound, for a frame to count as silent

# Openness on the IPA chart, 0 … 1: close vowels .3, mid .6, open 1; consonants .1; lips together 0.
_OPENNESS = {
    **dict.fromkeys("iyɨʉɯuɪʏʊᵻ", 0.3),
    **dict.fromkeys("eøɘɵɤoəɚɝɜ", 0.6),
    **dict.fromkeys("ɛœɞʌɔ", 0.8),
    **dict.fromkeys("æɐaɶɑɒ", 1.0),
    **dict.fromkeys("pbm", 0.0),
}
_CONSONANT = 0.1
OPEN = 0.8
BILABIALS = frozenset("pbm")


def openness(phonemes: Sequence[Phoneme], frames: int, fps: float = 25.0) -> Series:
    """How open the mouth ought to be by vowel height alone: unblended, the mean over each frame."""
    fine = np.zeros(frames * 8)
    times = (np.arange(len(fine)) + 0.5) / (8 * fps) * RATE
    for phoneme in phonemes:
        inside = (times >= phoneme.start_samples) & (times < phoneme.end_samples)
        fine[inside] = openness_of(phoneme.ipa)
    return np.asarray(fine.reshape(frames, 8).mean(axis=1), np.float64)


def openness_of(ipa: str) -> float:
    """Of the most open symbol; lips together count where there is no vowel."""
    vowels = [_OPENNESS[symbol] for symbol in ipa if symbol in _OPENNESS and symbol not in BILABIALS]
    if vowels:
        return max(vowels)
    spoken = any(symbol.isalpha() for symbol in ipa)
    return _CONSONANT if spoken and not BILABIALS & set(ipa) else 0.0


def frames_of(phoneme: Phoneme, fps: float, frames: int) -> slice:
    """The frames that show a phoneme, and one more on both sides."""
    first, last = int(phoneme.start_samples / RATE * fps), int(np.ceil(phoneme.end_samples / RATE * fps))
    return slice(max(0, first - 1), min(frames, last + 1))


def silent(phonemes: Sequence[Phoneme], frames: int, fps: float) -> NDArray[np.bool_]:
    """Frames that are far from any sound."""
    times = (np.arange(frames) + 0.5) / fps
    quiet = np.ones(frames, bool)
    for p in phonemes:
        if openness_of(p.ipa) > 0 or BILABIALS & set(p.ipa):
            quiet &= (times < p.start_samples / RATE - SILENCE_AWAY_S) | (times > p.end_samples / RATE + SILENCE_AWAY_S)
    return quiet

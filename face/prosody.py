"""Where a speaker leans on a word and where a phrase ends, read from phonemes. Knows nothing of heads or eyes.

Heads nod and brows rise with stressed syllables, and postures change where phrases end (Hadar, Steiner & Rose 1985;
Graf, Cosatto, Ström & Huang 2002, "Visual prosody"). Each phoneme is read once, in order, so that the draws of chance
do not depend on how a stream is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.types import RATE, Phoneme
from face.viseme import is_pause, parts

ACCENT_APART_S = 0.50  # at least, from one accent to the next
ACCENT_CHANCE = 0.65  # that a stressed vowel gets one
ACCENT_SIZES = (0.55, 1.15)
ACCENT_PEAK_S = 0.07  # after the vowel begins
LONG_VOWEL_S = 0.22  # a vowel this long is leant on in full; a short one by half
PHRASE_PAUSE_S = 0.12  # a pause this long ends a phrase
KEPT_S = 3.0  # events older than this are forgotten

PRIMARY_STRESS = 2


@dataclass(frozen=True, slots=True)
class Accent:
    """A moment of emphasis."""

    peak_s: float
    size: float  # about 0.3 … 1.15
    brow: bool  # whether the brows rise with it


class Prosody:
    """Collects the accents and phrase ends of a stream."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.accents: list[Accent] = []
        self.phrase_ends_s: list[float] = []
        self._chance = chance
        self._read_to = -1  # start of the last phoneme read, samples
        self._spoken = False  # since the last phrase end

    def read(self, phonemes: Sequence[Phoneme]) -> None:
        """Take up what is new; phonemes come in order, some for the second time."""
        for phoneme in phonemes:
            if phoneme.start_samples > self._read_to:
                self._read_to = phoneme.start_samples
                self._take(phoneme)

    def lean(self, peak_s: float, size: float) -> None:
        """An accent heard rather than read, if the last is not too near."""
        if self._apart(peak_s):
            self.accents.append(Accent(peak_s, size, brow=self._chance.random() < 0.5))

    def end_phrase(self, at_s: float) -> None:
        """Note that a phrase ended."""
        self.phrase_ends_s.append(at_s)

    def forget(self, now_s: float) -> None:
        """Drop what is too old to be seen."""
        self.accents = [accent for accent in self.accents if accent.peak_s > now_s - KEPT_S]
        self.phrase_ends_s = [end_s for end_s in self.phrase_ends_s if end_s > now_s - KEPT_S]

    def _take(self, phoneme: Phoneme) -> None:
        start_s, end_s = phoneme.start_samples / RATE, phoneme.end_samples / RATE
        if is_pause(phoneme.ipa):
            if self._spoken and end_s - start_s >= PHRASE_PAUSE_S:
                self.end_phrase(start_s)
                self._spoken = False
            return
        self._spoken = True
        vowel = any(part.viseme.vowel for part in parts(phoneme.ipa))
        peak_s = start_s + ACCENT_PEAK_S
        if vowel and phoneme.stress == PRIMARY_STRESS and self._apart(peak_s):
            length = 0.5 + 0.5 * min(1.0, (end_s - start_s) / LONG_VOWEL_S)
            if self._chance.random() < ACCENT_CHANCE:
                size = length * self._chance.uniform(*ACCENT_SIZES)
                self.accents.append(Accent(peak_s, size, brow=self._chance.random() < 0.5))

    def _apart(self, peak_s: float) -> bool:
        return not self.accents or peak_s - self.accents[-1].peak_s >= ACCENT_APART_S

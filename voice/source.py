"""What reads a text aloud before it is turned into the person's voice. Knows nothing of the person but a manner.

A source is whatever speaks clearly: espeak-ng is built in and has every language; `voice.flite` and `voice.piper` hold
two that sound smoother where they are at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from data.types import Language
from voice.espeak import SourceVoice, Speech, speak
from voice.markup import ssml
from voice.text import Run


@dataclass(frozen=True, slots=True)
class Manner:
    """How to read, against how the source usually reads: what comes near to the person needs less turning."""

    high: bool = False  # from a woman's voice rather than a man's, where the source has both
    pace: float = 1.0  # times the usual one
    pitch_octaves: float = 0.0  # above the usual one; a source that cannot change its pitch leaves it


USUAL = Manner()


class Source(Protocol):
    """Reads aloud in one manner: the same text gives the same sound."""

    @property
    def name(self) -> str:
        """What a profile remembers it by, for what was fitted to one source fits no other."""

    @property
    def languages(self) -> frozenset[Language]:
        """What it can read."""

    def within(self, manner: Manner) -> Source:
        """The same source in another manner."""

    def speak(self, text: str, language: Language) -> Speech:
        """A clause of plain words, digits and punctuation (see `voice.text`) as sound and timed phonemes."""

    def read(self, run: Run, mark: str) -> Speech:
        """A run and the sign that ends it, with its stresses and given sounds where the source can do them."""


# Clear to a recogniser, which matters most: of 100 words it loses 25 of f5's, 41 of f1's and 67 of m3's, because f5's
# consonants are half as loud again. Its formants are a woman's; a warp brings them down for a man.
VARIANT = "f5"
WORDS_A_MINUTE = 170
PITCH, PITCH_AN_OCTAVE = 30, 60  # of espeak-ng's 0 … 99: about 170 Hz, and steps to double it
LOWEST_PITCH, HIGHEST_PITCH = 5, 95
SLOWEST, FASTEST = 120, 230  # words a minute


@dataclass(frozen=True, slots=True)
class Espeak:
    """The built-in source. One voice is clearest for all, so it makes nothing of `manner.high`."""

    manner: Manner = USUAL

    @property
    def name(self) -> str:
        """Its name."""
        return "espeak"

    @property
    def languages(self) -> frozenset[Language]:
        """Both."""
        return frozenset(("en", "zh"))

    def within(self, manner: Manner) -> Espeak:
        """In another manner."""
        return Espeak(manner)

    def speak(self, text: str, language: Language) -> Speech:
        """Plain text through the library."""
        return speak(text, language, self.voice)

    def read(self, run: Run, mark: str) -> Speech:
        """With all that espeak-ng's markup can say."""
        return speak(ssml(run, mark), run.language, self.voice, marked_up=True)

    @property
    def voice(self) -> SourceVoice:
        """The manner in the library's own figures."""
        rate = round(WORDS_A_MINUTE * self.manner.pace)
        pitch = round(PITCH + PITCH_AN_OCTAVE * self.manner.pitch_octaves)
        return SourceVoice(VARIANT, min(max(rate, SLOWEST), FASTEST), min(max(pitch, LOWEST_PITCH), HIGHEST_PITCH))


def for_language(source: Source, language: Language) -> Source:
    """The source itself, or the built-in one for a language that it cannot read."""
    return source if language in source.languages else Espeak()

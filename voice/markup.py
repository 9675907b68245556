"""A run as espeak-ng is to be given it: SSML with phonemes. Knows nothing of how it is synthesised.

To be spoken with the library's flags for SSML and for phonemes in [[ ]]. Measured on its American voice, in five
sentences: `<emphasis>` makes a word 4 dB louder but two semitones lower and puts a gap before it, so a stress is a
`<prosody>`, by which the word is a fifth longer, 2 dB louder and nearly two semitones higher. Its Mandarin voice knows
no melody of a sentence, so the end of a question is lifted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from voice.text import Run

STRESSED = '<prosody pitch="+35%" rate="85%" volume="+30%">'
RISING = '<prosody pitch="+20%">'
RISING_CHARACTERS = 3  # of a Chinese question, with its 吗
_CLOSED = "</prosody>"


def ssml(run: Run, mark: str) -> str:
    """The run and the mark that ends it, for espeak-ng with SSML and phonemes switched on."""
    rising = len(run.text) - RISING_CHARACTERS if run.language == "zh" and mark == "?" else len(run.text)
    spoken = "".join(
        _said(run, start, end, _opening(run, start, raised=start >= rising))
        for start, end in _stretches(run, max(0, rising))
    )
    return f"{spoken}{mark}"


def _stretches(run: Run, rising: int) -> Iterator[tuple[int, int]]:
    """The text cut wherever the way it is said changes; a word with a sound of its own is never cut."""
    borders = {0, rising, len(run.text)} | {place for span in run.stressed for place in span}
    inside = {place for one in run.sounds for place in range(one.start + 1, one.end)}
    borders = (borders - inside) | {place for one in run.sounds for place in (one.start, one.end)}
    return pairwise(sorted(borders))


def _opening(run: Run, start: int, *, raised: bool) -> str:
    if any(first <= start < last for first, last in run.stressed):
        return STRESSED
    return RISING if raised else ""


def _said(run: Run, start: int, end: int, opening: str) -> str:
    sound = next((one.espeak for one in run.sounds if one.start == start), "")
    # A bracket at once before a tag would be read aloud, tag and all.
    said = f"{sound} " if sound.startswith("[[") else sound or escape(run.text[start:end], quote=False)
    return f"{opening}{said}{_CLOSED}" if opening else said

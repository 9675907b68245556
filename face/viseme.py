"""What each sound looks like on the mouth. Knows phonetic symbols; knows nothing of time, frames or faces.

Vowels are placed on the IPA chart (openness, frontness, rounding) and their shape follows from the place: the lips part
with the jaw as a vowel opens, and rounding narrows and pushes them forward (Fromkin 1964, "Lip positions in American
English vowels"; Montgomery & Jackson 1983 for which of these differences a lip reader sees). Consonants are grouped by
place and manner. How strongly a sound insists on its shape against its neighbours, its dominance, goes back to Löfqvist
(1990) and Cohen & Massaro (1993); that sibilants hold the jaw and /h/ or /k/ hardly at all, to Recasens, Pallarès &
Fontdevila (1997). The lengths were fitted so that running speech has the statistics of filmed talkers
(95th percentile of the aperture .27–.43 E).

Reads whatever espeak-ng writes for English and Mandarin: diphthongs, length and stress marks, tones, r-colours,
affricates, syllabic consonants, its own `ts.h`, `i.`, `i̪`, and any other symbol through its diacritics.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

CLOSE_APERTURE = 0.13  # E, between the inner lips of a stressed [i]
OPEN_SPAN = 0.32  # E, added from [i] down to [a]
ROUND_NARROWS = 0.28  # share of the aperture lost by full rounding
ROUND_SPREAD = -0.10  # mouth width, share; full rounding, besides what protruding lips lose by themselves
FRONT_SPREAD = 0.11  # mouth width, share; of [i]
OPEN_SPREAD = -0.03  # a dropped jaw draws the corners in a little

NUCLEUS_WEIGHT = 1.6  # share of a diphthong's time for its most open part, against 1 for its other vowels
CONSONANT_WEIGHT = 0.7  # … and for a consonant written in the same label, as in `ɪɹ` or `tʃ`


Closure = Literal["none", "stop", "hum"]


@dataclass(frozen=True, slots=True)
class Viseme:
    """A mouth shape to be aimed at, in the units of `Pose`, and how strongly it is aimed at."""

    aperture: float
    spread: float = 0.0
    protrusion: float = 0.0
    tuck: float = 0.0
    tongue: float = 0.0
    jaw: float = 1.0  # dominance over the aperture
    lips: float = 0.5  # dominance over spread and protrusion
    vowel: bool = False
    closure: Closure = "none"  # whether the lips meet: p and b stop the breath, m hums


@dataclass(frozen=True, slots=True)
class Part:
    """One symbol of a label with its share of the label's time."""

    viseme: Viseme
    share: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A vowel's place on the IPA chart, each 0 … 1."""

    openness: float
    front: float
    rounding: float


SHUT = Viseme(aperture=0.0, jaw=1.0, lips=0.25)  # a pause
NEUTRAL = Viseme(aperture=0.14, jaw=0.3, lips=0.1)  # a symbol that nobody knows

# English and Mandarin [ɔ] and [ɒ] are rounded far less than [u] (Linker 1982).
_VOWELS = {
    "i": _Place(0.0, 1.0, 0.0),
    "y": _Place(0.0, 1.0, 1.0),
    "ɨ": _Place(0.0, 0.5, 0.0),
    "ʉ": _Place(0.0, 0.5, 0.9),
    "ɯ": _Place(0.0, 0.0, 0.0),
    "u": _Place(0.0, 0.0, 1.0),
    "ɪ": _Place(0.18, 0.8, 0.0),
    "ᵻ": _Place(0.18, 0.6, 0.0),
    "ʏ": _Place(0.18, 0.8, 0.8),
    "ʊ": _Place(0.18, 0.2, 0.7),
    "ᵿ": _Place(0.18, 0.4, 0.5),
    "e": _Place(0.36, 1.0, 0.0),
    "ø": _Place(0.36, 1.0, 0.8),
    "ɘ": _Place(0.36, 0.5, 0.0),
    "ɵ": _Place(0.36, 0.5, 0.7),
    "ɤ": _Place(0.36, 0.0, 0.0),
    "o": _Place(0.36, 0.0, 0.85),
    "ə": _Place(0.40, 0.5, 0.0),
    "ɚ": _Place(0.36, 0.4, 0.35),
    "ɛ": _Place(0.62, 0.9, 0.0),
    "œ": _Place(0.62, 0.9, 0.6),
    "ɜ": _Place(0.50, 0.5, 0.1),
    "ɝ": _Place(0.45, 0.4, 0.4),
    "ɞ": _Place(0.62, 0.5, 0.5),
    "ʌ": _Place(0.66, 0.2, 0.0),
    "ɔ": _Place(0.68, 0.0, 0.5),
    "ɐ": _Place(0.72, 0.5, 0.0),
    "æ": _Place(0.86, 0.9, 0.0),
    "a": _Place(1.0, 0.6, 0.0),
    "ä": _Place(1.0, 0.5, 0.0),
    "ɶ": _Place(1.0, 0.9, 0.5),
    "ɑ": _Place(1.0, 0.0, 0.0),
    "ɒ": _Place(0.95, 0.0, 0.3),
}

_BILABIAL_STOP = Viseme(0.05, jaw=0.55, lips=0.15, closure="stop")
_BILABIAL_NASAL = Viseme(0.05, jaw=0.55, lips=0.15, closure="hum")
_LABIODENTAL = Viseme(0.06, tuck=1.0, jaw=0.9, lips=0.3)
_DENTAL = Viseme(0.11, tongue=1.0, jaw=0.6, lips=0.15)
_ALVEOLAR = Viseme(0.11, tongue=0.6, jaw=0.45, lips=0.1)
_LATERAL = Viseme(0.14, tongue=0.85, jaw=0.4, lips=0.1)
_SIBILANT = Viseme(0.085, spread=0.05, tongue=0.15, jaw=0.85, lips=0.3)
_POSTALVEOLAR = Viseme(0.105, spread=-0.06, protrusion=0.65, tongue=0.1, jaw=0.8, lips=0.9)
_RETROFLEX = Viseme(0.105, spread=-0.04, protrusion=0.4, tongue=0.1, jaw=0.7, lips=0.5)
_ALVEOLOPALATAL = Viseme(0.09, spread=0.06, jaw=0.75, lips=0.4)
_RHOTIC = Viseme(0.11, spread=-0.05, protrusion=0.45, jaw=0.5, lips=0.6)
_PALATAL = Viseme(0.11, spread=0.08, jaw=0.55, lips=0.35)
_VELAR = Viseme(0.15, jaw=0.28, lips=0.05)
_UVULAR = Viseme(0.17, jaw=0.28, lips=0.05)
_GLOTTAL = Viseme(0.18, jaw=0.12, lips=0.02)
_LABIOVELAR = Viseme(0.055, spread=-0.10, protrusion=0.95, jaw=0.7, lips=1.0)
_LABIOPALATAL = Viseme(0.06, spread=-0.09, protrusion=0.9, jaw=0.65, lips=1.0)
_BILABIAL_FRICATIVE = Viseme(0.03, jaw=0.9, lips=0.3)

_CONSONANTS = {
    symbol: viseme
    for symbols, viseme in (
        ("pbɓʘ", _BILABIAL_STOP),
        ("mʙ", _BILABIAL_NASAL),
        ("ɸβ", _BILABIAL_FRICATIVE),
        ("fvɱʋⱱ", _LABIODENTAL),
        ("θðǀ", _DENTAL),
        ("tdnɾɗǃ", _ALVEOLAR),
        ("lɫɬɮɺǁ", _LATERAL),
        ("sz", _SIBILANT),
        ("ʃʒ", _POSTALVEOLAR),
        ("ʂʐʈɖɳɭ", _RETROFLEX),
        ("ɕʑ", _ALVEOLOPALATAL),
        ("ɹɻɽr", _RHOTIC),
        ("jcɟçʝɲʎǂ", _PALATAL),
        ("kɡgŋxɣɰɠʟɧ", _VELAR),
        ("qɢɴχʁʀʛ", _UVULAR),
        ("hɦʔħʕʜʢʡ", _GLOTTAL),
        ("wʍ", _LABIOVELAR),
        ("ɥ", _LABIOPALATAL),
    )
    for symbol in symbols
}

# The Mandarin vowels of 字 and 是: the tongue stays where the sibilant was, the teeth nearly together.
_APICAL_DENTAL = Viseme(0.115, spread=0.05, jaw=0.7, lips=0.3, vowel=True)
_APICAL_RETROFLEX = Viseme(0.125, spread=-0.03, protrusion=0.2, jaw=0.7, lips=0.3, vowel=True)
_APICALS = {"ɿ": _APICAL_DENTAL, "ʅ": _APICAL_RETROFLEX, "ʮ": _LABIOPALATAL, "ʯ": _LABIOPALATAL}

# espeak-ng's own spellings, put into IPA before reading.
_SPELLINGS = (("i̪", "ɿ"), ("i.", "ʅ"), ("s.", "ʂ"), ("z.", "ʐ"), ("onɡ", "oŋ"), ("ong", "oŋ"))

_PRESSED = {"ʷ": 0.7, "̹": 0.2, "̜": -0.2, "˞": 0.3, "ᶣ": 0.7, "̫": 0.6}  # marks that add rounding
_SPREADING = {"ʲ": 0.04, "̟": 0.02}  # marks that add width
_LOWERING = {"̞": 0.04, "̝": -0.03}  # marks that move the aperture, E


@lru_cache(maxsize=1024)
def parts(ipa: str) -> tuple[Part, ...]:
    """The shapes of one label in order; their shares sum to 1. An empty label, or one without a symbol, is a pause."""
    visemes = _read(ipa)
    if not visemes:
        return (Part(SHUT, 1.0),)
    widest = max((v.aperture for v in visemes if v.vowel), default=0.0)
    weights = []
    for viseme in visemes:
        nucleus = viseme.vowel and viseme.aperture == widest
        weights.append(NUCLEUS_WEIGHT if nucleus else 1.0 if viseme.vowel else CONSONANT_WEIGHT)
    total = sum(weights)
    return tuple(Part(viseme, weight / total) for viseme, weight in zip(visemes, weights, strict=True))


def is_pause(ipa: str) -> bool:
    """Whether a label says that nobody speaks."""
    return parts(ipa)[0].viseme is SHUT


def _read(ipa: str) -> list[Viseme]:
    text = unicodedata.normalize("NFC", ipa)
    for spelling, symbol in _SPELLINGS:
        text = text.replace(spelling, symbol)
    visemes: list[Viseme] = []
    for character in text:
        for symbol in character if _known(character) else unicodedata.normalize("NFD", character):
            if _known(symbol):
                visemes.append(_shape(symbol))
            elif visemes and symbol in _PRESSED | _SPREADING | _LOWERING:
                visemes[-1] = _marked(visemes[-1], symbol)
            elif symbol.isalpha() and unicodedata.category(symbol) != "Lm":
                visemes.append(NEUTRAL)
    return visemes


def _known(symbol: str) -> bool:
    return symbol in _VOWELS or symbol in _CONSONANTS or symbol in _APICALS


def _shape(symbol: str) -> Viseme:
    if symbol in _VOWELS:
        return _vowel(_VOWELS[symbol])
    return _APICALS.get(symbol) or _CONSONANTS[symbol]


def _vowel(place: _Place) -> Viseme:
    unrounded = CLOSE_APERTURE + OPEN_SPAN * place.openness
    return Viseme(
        aperture=unrounded * (1.0 - ROUND_NARROWS * place.rounding),
        spread=ROUND_SPREAD * place.rounding
        + (1.0 - place.rounding) * (FRONT_SPREAD * place.front * (1.0 - place.openness) + OPEN_SPREAD * place.openness),
        protrusion=place.rounding,
        lips=0.5 + 0.5 * place.rounding,
        vowel=True,
    )


def _marked(viseme: Viseme, mark: str) -> Viseme:
    """The shape under a diacritic: rounded, palatalised, raised or lowered."""
    rounding = _PRESSED.get(mark, 0.0)
    return replace(
        viseme,
        aperture=max(0.0, viseme.aperture + _LOWERING.get(mark, 0.0)) * (1.0 - ROUND_NARROWS * max(0.0, rounding)),
        spread=viseme.spread + ROUND_SPREAD * rounding + _SPREADING.get(mark, 0.0),
        protrusion=min(1.0, max(0.0, viseme.protrusion + rounding)),
        lips=min(1.0, viseme.lips + 0.5 * abs(rounding)),
    )

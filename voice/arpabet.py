"""English phones as ARPABET, and how IPA is written in it. Knows nothing of sound.

The 39 phones of the Carnegie Mellon Pronouncing Dictionary, without stress; a pause is `PAUSE`.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.types import Phoneme

PAUSE = "SIL"
PHONES = (
    PAUSE,
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
    *("L", "R", "W", "Y", "M", "N", "NG"),
    *("B", "D", "G", "P", "T", "K", "CH", "JH"),
    *("F", "TH", "S", "SH", "HH", "V", "DH", "Z", "ZH"),
)
CODES = {phone: code for code, phone in enumerate(PHONES)}

# Phones that are heard as one another sooner than as others, and stand in where the right one is missing.
CLASSES = (
    (PAUSE,),
    ("IY", "IH", "EY", "EH", "Y"),
    ("AE", "AH", "AA", "AO", "AY", "AW"),
    ("UW", "UH", "OW", "OY", "W"),
    ("ER", "R", "L"),
    ("M", "N", "NG"),
    ("B", "D", "G"),
    ("P", "T", "K"),
    ("CH", "JH", "SH", "ZH", "S", "Z"),
    ("F", "TH", "HH"),
    ("V", "DH"),
)
CLASS_OF = {phone: number for number, phones in enumerate(CLASSES) for phone in phones}

VOICELESS = tuple(CODES[phone] for phone in ("P", "T", "K", "CH", "F", "TH", "S", "SH", "HH"))

# Longer spellings stand first where one begins another.
_SPELLINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tʃ", ("CH",)),
    ("dʒ", ("JH",)),
    ("eɪ", ("EY",)),
    ("aɪ", ("AY",)),
    ("ɔɪ", ("OY",)),
    ("aʊ", ("AW",)),
    ("oʊ", ("OW",)),
    ("əʊ", ("OW",)),
    ("ɛː", ("EH", "R")),
    ("iː", ("IY",)),
    ("uː", ("UW",)),
    ("ɜː", ("ER",)),
    ("ɑː", ("AA",)),
    ("ɔː", ("AO",)),
    ("oː", ("AO",)),
    ("i", ("IY",)),
    ("u", ("UW",)),
    ("ɪ", ("IH",)),
    ("ᵻ", ("IH",)),
    ("ɨ", ("IH",)),
    ("e", ("EY",)),
    ("ɛ", ("EH",)),
    ("æ", ("AE",)),
    ("a", ("AA",)),
    ("ɑ", ("AA",)),
    ("ɒ", ("AA",)),
    ("ɔ", ("AO",)),
    ("o", ("OW",)),
    ("ʊ", ("UH",)),
    ("ʌ", ("AH",)),
    ("ə", ("AH",)),
    ("ɐ", ("AH",)),
    ("ɚ", ("ER",)),
    ("ɝ", ("ER",)),
    ("ɜ", ("ER",)),
    ("l", ("L",)),
    ("ɫ", ("L",)),
    ("ɹ", ("R",)),
    ("r", ("R",)),
    ("w", ("W",)),
    ("ʍ", ("W",)),
    ("j", ("Y",)),
    ("m", ("M",)),
    ("n", ("N",)),
    ("ŋ", ("NG",)),
    ("b", ("B",)),
    ("d", ("D",)),
    ("ɾ", ("D",)),
    ("ɡ", ("G",)),
    ("g", ("G",)),
    ("p", ("P",)),
    ("t", ("T",)),
    ("ʔ", ("T",)),
    ("k", ("K",)),
    ("x", ("K",)),
    ("f", ("F",)),
    ("θ", ("TH",)),
    ("s", ("S",)),
    ("ʃ", ("SH",)),
    ("h", ("HH",)),
    ("v", ("V",)),
    ("ð", ("DH",)),
    ("z", ("Z",)),
    ("ʒ", ("ZH",)),
)


def spell(ipa: str) -> tuple[str, ...]:
    """ "ɔːɹ" as ("AO", "R"), a sound that English has not as nothing; an empty label is a pause."""
    if not ipa:
        return (PAUSE,)
    phones: list[str] = []
    place = 0
    while place < len(ipa):
        found = next((spelling for spelling in _SPELLINGS if ipa.startswith(spelling[0], place)), None)
        phones.extend(found[1] if found else ())
        place += len(found[0]) if found else 1
    return tuple(phones)


def timed(phonemes: Sequence[Phoneme]) -> list[tuple[str, int, int]]:
    """Phones with their start and end, in samples; a phoneme of several phones is shared out evenly."""
    found: list[tuple[str, int, int]] = []
    for phoneme in phonemes:
        phones = spell(phoneme.ipa)
        length = phoneme.end_samples - phoneme.start_samples
        for place, phone in enumerate(phones):
            start, end = (phoneme.start_samples + length * at // len(phones) for at in (place, place + 1))
            found.append((phone, start, end))
    return found

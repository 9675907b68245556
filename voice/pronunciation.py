"""How names are said: a family's own list, checked entry by entry. Knows nothing of sentences or of sound.

An entry says a word in plain letters ("neecha"), in IPA between slashes ("/ˈniːtʃə/"), in pinyin with tones
("chong2 qing4", "chóng qìng") or in other Chinese characters. IPA and pinyin are handed to espeak-ng as they are; a
voice that cannot take them reads the text, which for IPA is a respelling in plain letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from data.errors import BadPronunciation, BadText
from data.types import Language
from voice.signs import HAN

LONGEST_WORD = 60  # characters
LONGEST_ENTRY = 80  # characters
MOST_ENTRIES = 500

# IPA, the phoneme of espeak-ng's American English, and plain letters. Sounds that English lacks get its nearest one.
_SOUNDS: Final = (
    ("iː", "i:", "ee"), ("i", "i:", "ee"), ("ɪ", "I", "i"), ("ɨ", "I", "i"), ("y", "u:", "oo"), ("ʏ", "U", "oo"),
    ("e", "eI", "ay"), ("ɛ", "E", "e"), ("eɪ", "eI", "ay"), ("ø", "3:", "er"), ("œ", "3:", "er"), ("æ", "a", "a"),
    ("a", "A:", "ah"), ("aɪ", "aI", "y"), ("aʊ", "aU", "ow"), ("ɑ", "A:", "ah"), ("ɒ", "0", "o"), ("ɔ", "O:", "aw"),
    ("ɔɪ", "OI", "oy"), ("o", "oU", "oh"), ("oʊ", "oU", "oh"), ("əʊ", "oU", "oh"), ("ʊ", "U", "oo"),
    ("u", "u:", "oo"), ("ʌ", "V", "u"), ("ə", "@", "uh"), ("ɐ", "@", "uh"), ("ɚ", "3", "er"), ("ɜ", "3:", "er"),
    ("ɝ", "3:", "er"), ("ɪə", "i@", "eer"), ("ɛə", "e@", "air"), ("eə", "e@", "air"), ("ʊə", "U@", "oor"),
    ("p", "p", "p"), ("b", "b", "b"), ("t", "t", "t"), ("d", "d", "d"), ("k", "k", "k"), ("ɡ", "g", "g"),
    ("g", "g", "g"), ("f", "f", "f"), ("v", "v", "v"), ("θ", "T", "th"), ("ð", "D", "th"), ("s", "s", "s"),
    ("z", "z", "z"), ("ʃ", "S", "sh"), ("ʒ", "Z", "zh"), ("tʃ", "tS", "ch"), ("dʒ", "dZ", "j"), ("x", "x", "kh"),
    ("χ", "x", "kh"), ("ç", "C", "h"), ("h", "h", "h"), ("m", "m", "m"), ("n", "n", "n"), ("ŋ", "N", "ng"),
    ("ɲ", "n^", "ny"), ("l", "l", "l"), ("ɫ", "l", "l"), ("ʎ", "l^", "ly"), ("ɹ", "r", "r"), ("r", "r", "r"),
    ("ʁ", "r", "r"), ("ɾ", "*", "d"), ("w", "w", "w"), ("j", "j", "y"),
)  # fmt: skip
# Vowels that a following r colours are one phoneme there.
_COLOURED: Final = (
    ("ɑ", "A@", "ar"), ("ɔ", "O@", "or"), ("o", "o@", "or"), ("ɪ", "i@3", "eer"), ("ɛ", "e@", "air"),
    ("ʊ", "U@", "oor"),
)  # fmt: skip
_WITH_R = tuple((f"{ipa}{long}{r}", *said) for ipa, *said in _COLOURED for long in ("", "ː") for r in "ɹr")
_PHONEME = {ipa: phoneme for ipa, phoneme, _ in (*_SOUNDS, *_WITH_R)} | {"ˈ": "'", "'": "'", "ˌ": ",", " ": " "}
_LETTERS = {ipa: letters for ipa, _, letters in (*_SOUNDS, *_WITH_R)} | {" ": " "}
_UNHEARD = ".ː̩̃͡‿-"  # syllable borders, length on its own, ties: nothing in espeak-ng's English stands for them
_VOWELS = "iɪɨyʏeɛøœæaɑɒɔoʊuʌəɐɚɜɝ"
_TOKEN = re.compile("|".join(re.escape(ipa) for ipa in sorted({*_PHONEME, *_UNHEARD}, key=len, reverse=True)))
_SYLLABLE = re.compile(r"([a-zü]{1,6}?)([1-5])", re.IGNORECASE)
_HAN_ONLY = re.compile(rf"[{HAN}]+")
_PLAIN_LETTERS = re.compile(r"[^\W\d_]+(?:[ '-]+[^\W\d_]+)*'?")
_FIRST_PLACE = 0xF0000  # a private-use character for each entry, and one for its possessive
_PLACES = rf"{chr(_FIRST_PLACE)}-{chr(_FIRST_PLACE + 2 * MOST_ENTRIES - 1)}"
PLACE = re.compile(f"[{_PLACES}]")
_HISSED, _UNVOICED = ("s", "z", "S", "Z"), ("p", "t", "k", "f", "T")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """What is read for a word. `espeak` is its sound in espeak-ng's own signs, or empty where `text` says it all."""

    text: str
    language: Language
    espeak: str = ""

    def possessive(self) -> Pronunciation:
        """The same with the 's of "Nietzsche's"."""
        if not self.espeak.startswith("[["):
            return Pronunciation(f"{self.text}'s", self.language)
        sound = self.espeak.removeprefix("[[").removesuffix("]]")
        ending = "I#z" if sound.endswith(_HISSED) else "s" if sound.endswith(_UNVOICED) else "z"
        return Pronunciation(f"{self.text}'s", self.language, f"[[{sound}{ending}]]")


@dataclass(frozen=True, slots=True)
class Pronunciations:
    """Words of a memorial and how each is said, whole words in any case."""

    entries: Mapping[str, str] = field(default_factory=dict)
    _said: Mapping[str, Pronunciation] = field(init=False, repr=False, compare=False)
    _order: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.entries) > MOST_ENTRIES:
            raise BadText(f"the list holds {len(self.entries)} words; at most {MOST_ENTRIES} can be kept")
        said = {_one_word(word): pronounced(word, entry) for word, entry in self.entries.items()}
        order = tuple(sorted(said, key=len, reverse=True))
        object.__setattr__(self, "_said", said)
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_pattern", _any_of(order))

    def adding(self, word: str, said: str) -> Pronunciations:
        """The list with one more word. Raises `BadText` with what is wrong in one line."""
        return Pronunciations({**self.entries, word: said})

    def without(self, word: str) -> Pronunciations:
        """The list without this word, in whatever case it was written."""
        gone = _one_word(word)
        return Pronunciations({kept: said for kept, said in self.entries.items() if _one_word(kept) != gone})

    def marked(self, text: str) -> str:
        """The text with each listed word as one private-use character, which no other rule touches."""
        return self._pattern.sub(self._place, text) if self._order else text

    def _place(self, match: re.Match[str]) -> str:
        word = _one_word(match.group())
        owns = word not in self._said
        return chr(_FIRST_PLACE + 2 * self._order.index(word.removesuffix("'s") if owns else word) + owns)

    def at(self, place: str) -> Pronunciation:
        """What is said for one of the characters that `marked` put in."""
        entry, owns = divmod(ord(place) - _FIRST_PLACE, 2)
        said = self._said[self._order[entry]]
        return said.possessive() if owns else said


def pronounced(word: str, said: str) -> Pronunciation:
    """Read one entry. Raises `BadText` with what is wrong in one line."""
    name, entry = _one_word(word), unicodedata.normalize("NFC", said).strip()
    if not re.fullmatch(r"[^\d_]*[^\W\d_][^\d_]*", name) or len(name) > LONGEST_WORD or PLACE.search(name):
        raise BadPronunciation(f"{word!r} is not a word or name; write letters alone, at most {LONGEST_WORD}")
    if not entry or len(entry) > LONGEST_ENTRY:
        raise BadPronunciation(f"{word}: say it in 1 to {LONGEST_ENTRY} characters")
    if len(entry) > 1 and entry[0] == entry[-1] == "/":
        return _from_ipa(word, entry[1:-1])
    if re.search(r"\d", entry) or re.search("[\u0300\u0301\u0304\u030c]", unicodedata.normalize("NFD", entry)):
        return _from_pinyin(word, entry)
    if _HAN_ONLY.fullmatch(entry):
        return Pronunciation(entry, "zh")
    if not _PLAIN_LETTERS.fullmatch(entry) or not entry.isascii():
        raise BadPronunciation(
            f"{word}: {said!r} cannot be read; write plain letters (neecha), IPA (/ˈniːtʃə/) or pinyin (ni2)"
        )
    return Pronunciation(entry.lower(), "en")


def _one_word(word: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", word).replace("’", "'").lower().split())


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest first; letters of the other script may touch them."""

    def bounded(word: str) -> str:
        escaped = re.escape(word).replace(r"\ ", r"\s+")
        if re.match(f"[{HAN}]", word):
            return escaped
        return rf"(?<![^\W{HAN}])(?<!\w')(?:{escaped})(?:'s)?(?![^\W{HAN}])"

    return re.compile("|".join(bounded(word) for word in words), re.IGNORECASE)


def _from_ipa(word: str, ipa: str) -> Pronunciation:
    if re.search(f"[{HAN}]", word):
        raise BadPronunciation(
            f"{word}: IPA is for names in Latin letters; write pinyin with tones, such as chong2 qing4"
        )
    tokens = list(_tokens(word, ipa))
    sounds = "".join(_PHONEME.get(token, "") for token in tokens)
    if not any(token[0] in _VOWELS for token in tokens):
        raise BadPronunciation(f"{word}: /{ipa}/ has no vowel; write the whole word, such as /ˈniːtʃə/")
    stressed = sounds if "'" in sounds else f"'{sounds}"
    return Pronunciation("".join(_LETTERS.get(token, "") for token in tokens).strip(), "en", f"[[{stressed.strip()}]]")


def _tokens(word: str, ipa: str) -> Iterator[str]:
    place = 0
    while place < len(ipa):
        match = _TOKEN.match(ipa, place)
        if not match:
            raise BadPronunciation(
                f"{word}: {ipa[place]!r} in /{ipa}/ is no sound that can be spoken here; use a near one"
            )
        yield match.group()
        place = match.end()


def _from_pinyin(word: str, entry: str) -> Pronunciation:
    numbered = _with_numbers(entry)
    syllables = _SYLLABLE.findall(numbered)
    if "".join(f"{sound}{tone}" for sound, tone in syllables) != re.sub(r"[\s'-]+", "", numbered):
        raise BadPronunciation(
            f"{word}: {entry!r} is not pinyin; give each syllable a tone from 1 to 5, such as chong2 qing4"
        )
    wrong = next((sound for sound, _ in syllables if sound not in _known_syllables()), None)
    if wrong:
        raise BadPronunciation(f"{word}: {wrong!r} is no syllable of pinyin; write it such as chong2 qing4")
    characters = len(re.findall(f"[{HAN}]", word))
    if characters and characters != len(syllables):
        raise BadPronunciation(f"{word}: {len(syllables)} syllables for {characters} characters; write one for each")
    return Pronunciation(" ".join(word.split()), "zh", "".join(f"{sound}{tone}" for sound, tone in syllables))


def _with_numbers(entry: str) -> str:
    """Pinyin with its tones as numbers and v for ü, as espeak-ng reads it."""
    from pypinyin.contrib.tone_convert import to_tone3

    parts = (
        part if re.search(r"\d", part) else to_tone3(part, neutral_tone_with_five=True)
        for part in re.split(r"[\s'-]+", entry.lower())
    )
    return "".join(parts).replace("u:", "v").replace("ü", "v")


@cache
def _known_syllables() -> frozenset[str]:
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.pinyin_dict import pinyin_dict

    toned = {sound for sounds in pinyin_dict.values() for sound in sounds.split(",")}
    return frozenset(to_normal(sound).replace("ü", "v") for sound in toned)


NONE = Pronunciations()

"""The words that the letters hold, and which of them a word unknown to the letters may have been meant for.

Catches a slip of the finger, another ending of the same word, and a character of the same sound. Knows no meanings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from persona.words import Bag, is_han

TYPO_SHARE: Final = 0.9  # of a word one slip away against the word itself
STEM_SHARE: Final = 0.8  # of a word that begins alike: marriage, married
SHORTEST_TYPO: Final = 4  # letters: shorter words are one slip away from too many
SHORTEST_CHANGED: Final = 5  # letters of one that may have a wrong letter, or one too many: "fear" is not "far"
SHORTEST_BEGINNING: Final = 5  # letters two stems must share
SHORTEST_SOUND: Final = 2  # characters: one alone sounds like too many


class Vocabulary:
    """English stems by how they begin, Chinese words by how they sound."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._by_beginning: dict[str, set[str]] = {}
        self._by_shape: dict[tuple[str, int], set[str]] = {}
        self._by_sound: dict[str, set[str]] = {}
        self._unsounded: list[str] = []  # Chinese words not yet in `_by_sound`: it is made when it is first needed

    def add(self, of: Bag) -> None:
        """Take the words of a sentence in."""
        for word in (of.stems | of.words) - self._words:
            self._words.add(word)
            if not is_han(word):
                self._by_beginning.setdefault(word[:SHORTEST_BEGINNING], set()).add(word)
                self._by_shape.setdefault((word[:1], len(word)), set()).add(word)
            elif len(word) >= SHORTEST_SOUND:
                self._unsounded.append(word)

    def resembling(self, word: str) -> dict[str, float]:
        """Known words that an unknown one may have been meant for, each with its share."""
        if word in self._words:
            return {}
        if is_han(word):
            return dict.fromkeys(self._sounding_like(word), TYPO_SHARE) if len(word) >= SHORTEST_SOUND else {}
        if len(word) < SHORTEST_TYPO:
            return {}
        found = {other: TYPO_SHARE for other in self._neighbours(word) if _may_be_meant(word, other)}
        if len(word) >= SHORTEST_BEGINNING:
            for other in self._by_beginning.get(word[:SHORTEST_BEGINNING], ()):
                found.setdefault(other, STEM_SHARE)
        return found

    def _sounding_like(self, word: str) -> set[str]:
        """Words of the same syllables, one character of them at least the same: 春莲, 春联."""
        from pypinyin import lazy_pinyin

        for other in self._unsounded:
            self._by_sound.setdefault(" ".join(lazy_pinyin(other)), set()).add(other)
        self._unsounded.clear()
        alike = self._by_sound.get(" ".join(lazy_pinyin(word)), set())
        return {other for other in alike if any(a == b for a, b in zip(word, other, strict=False))}

    def _neighbours(self, word: str) -> Iterator[str]:
        """Words of about its length with the same first letter, or with the first two swapped."""
        for first in {word[0], word[1]}:
            for length in range(len(word) - 1, len(word) + 2):
                yield from self._by_shape.get((first, length), ())


def _may_be_meant(word: str, other: str) -> bool:
    swapped, left_out = sorted(word) == sorted(other), len(word) < len(other)
    return is_slip(word, other) and (swapped or left_out or len(word) >= SHORTEST_CHANGED)


def is_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter put in, left out, changed, or swapped with its neighbour."""
    if one == other:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return len(one) <= 1 >= len(other) or (len(one) == 2 and one == other[::-1])

"""How much of a line's very wording a sentence has: every word, the small ones too, and which stand side by side.

English stems and Chinese characters, weighed by how rare they are among the sentences. Knows no meanings: what stands
for what is `concepts.py`'s matter. Small words tell sentences apart that hold the same of a line's meaning, and Chinese
characters find what a segmenter has cut in another way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from persona.words import stem

# The visitor's "you" is the letter's "I", and the visitor's "I" the letter's "you".
_FROM_THE_OTHER_SIDE: Final = {
    "you": "i", "your": "my", "yours": "mine", "yourself": "myself",
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "你": "我", "我": "你",
}  # fmt: skip
_FIRST_HAN: Final = "\u3400"
_PIECE: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[a-z0-9]+(?:[-'][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Wording:
    """A line's words, each with its rarity, 0 … 1, and its pairs of neighbours."""

    rarity: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]

    def shared_with(self, text: str) -> tuple[float, float]:
        """The rarities of the words that a folded sentence has of the line, together, and those of its pairs of them.

        A pair is as rare as the more common of the two.
        """
        pieces = _pieces(text)
        words = self.rarity.keys() & pieces
        pairs = self.pairs.intersection(pairwise(pieces)) if len(words) > 1 else ()
        together = sum(min(self.rarity[one], self.rarity[other]) for one, other in pairs)
        return sum(self.rarity[word] for word in words), together

    @property
    def total(self) -> float:
        """The rarities of all words of the line."""
        return sum(self.rarity.values())


class Wordings:
    """In how many sentences each word stands."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """A folded sentence more."""
        self._counts.update(frozenset(_pieces(text)))

    def remove(self, text: str) -> None:
        """A folded sentence less."""
        self._counts.subtract(frozenset(_pieces(text)))

    def of(self, line: str, idf: Callable[[int], float]) -> Wording:
        """The wording of a folded line; `idf` tells how rare a word is that stands in so many sentences."""
        pieces = [_FROM_THE_OTHER_SIDE.get(piece, piece) for piece in _pieces(line)]
        return Wording({piece: idf(self._counts[piece]) for piece in pieces}, frozenset(pairwise(pieces)))


def _pieces(text: str) -> list[str]:
    return [piece if piece >= _FIRST_HAN else stem(piece) for piece in _PIECE.findall(text)]

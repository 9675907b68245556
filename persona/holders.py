"""Which sentences hold a word for certain. One pass over all of them; a word then looks at those that may hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from persona.words import Bag, is_han, pairs, stems


class Holders:
    """Numbers of sentences by what they hold."""

    def __init__(self, bags: Sequence[Bag]) -> None:
        self._bags = bags
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(bags):
            for token in {*bag.stems, *bag.words, *pairs(bag.text)}:
                self._numbers[token].append(number)

    def of(self, term: str) -> list[int]:
        """The sentences that hold a term."""
        if " " in term:  # looked for where its first telling word stands
            telling = next(iter(stems(term)), None)
            return [number for number in self._numbers.get(telling or "", ()) if self._bags[number].holds(term) >= 1.0]
        key = term[:2] if is_han(term) else term  # a Chinese word may lie across others: its first pair leads to it
        return [number for number in self._numbers.get(key, ()) if self._bags[number].holds(term) >= 1.0]

    def of_any(self, terms: Iterable[str]) -> set[int]:
        """The sentences that hold any of some terms."""
        return {number for term in terms for number in self.of(term)}

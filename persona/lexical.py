"""How well passages fit a context by the words that they share, as recall searches: BM25. Knows no language model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from persona.index import Index
from persona.words import bag, query_terms


class Lexical:
    """Compares passages of one person; how rare a word is, all of them together tell."""

    def __init__(self, passages: Iterable[str]) -> None:
        self._numbers = {text: number for number, text in enumerate(dict.fromkeys(passages))}
        self._index = Index()
        self._index.add((number, bag(text)) for text, number in self._numbers.items())

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        """The marks of some of the passages, 0 where no word is shared."""
        hits = dict(self._index.search(dict.fromkeys(query_terms(context), 1.0), len(self._numbers)))
        return [hits.get(self._numbers[text], 0.0) for text in texts]

"""Finds the sentences that share words with a question, by BM25. Knows nothing of topics or of what is answered.

Lives in memory alone: letters must never lie on a disk in the clear.
BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; as tantivy computes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import tantivy

from persona.words import EDGE, Bag, index_tokens, is_han, pairs, stems

_FIELD: Final = "tokens"
_NUMBER: Final = "number"
_HEAP_BYTES: Final = 15_000_000  # the smallest that tantivy takes
BACKGROUND: Final = 200  # sentences: a memorial with a handful of letters is weighed as if it had this many
_PAIR_SHARE: Final = 0.5  # weight of a word's character pairs against the word itself


class Index:
    """Sentences by number. `add` takes effect with the next search."""

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field(_FIELD, tokenizer_name="whitespace", index_option="freq")
        builder.add_unsigned_field(_NUMBER, fast=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def add(self, bags: Iterable[tuple[int, Bag]]) -> None:
        """Take sentences in under their numbers."""
        for number, bag in bags:
            document = tantivy.Document()
            document.add_unsigned(_NUMBER, number)
            document.add_text(_FIELD, " ".join(index_tokens(bag)))
            self._writer.add_document(document)
        self._commit()

    def search(self, terms: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The best sentences for weighted terms: (number, BM25 score), best first."""
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._query(token), weight * share))
            for term, weight in terms.items()
            for token, share in _tokens(term)
        ]
        if not clauses:
            return []
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=limit).hits
        numbers = self._searcher.fast_field_values(_NUMBER, [address for _, address in hits])
        return [(int(number or 0), float(score)) for (score, _), number in zip(hits, numbers, strict=True)]

    def frequency(self, term: str) -> int:
        """In how many sentences a term stands (for a long Chinese word an upper bound)."""
        counts = [self._searcher.doc_freq(_FIELD, token) for token, _ in _tokens(term)]
        if " " in term:
            return min(counts)
        if is_han(term) and len(term) > 1:
            return max(counts[0], min(counts[1:]))
        return max(counts)

    def idf(self, frequency: int) -> float:
        """Inverse document frequency as in BM25, never negative."""
        sentences = max(len(self), BACKGROUND)
        return math.log(1 + (sentences - frequency + 0.5) / (frequency + 0.5))

    def _query(self, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, _FIELD, token, index_option="freq")

    def _commit(self) -> None:
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()


def _tokens(term: str) -> list[tuple[str, float]]:
    if " " in term:
        return [(part, 1.0 / len(parts)) for part in parts] if (parts := stems(term)) else [(term, 1.0)]
    if not is_han(term):
        return [(term, 1.0)]
    if len(term) == 1:
        return [(term, 1.0), (EDGE + term, _PAIR_SHARE)]
    return [(term, 1.0), *((pair, _PAIR_SHARE / (len(term) - 1)) for pair in pairs(term))]

"""Finds the sentences that share words with a question, by BM25. Knows nothing of topics or of what is answered.

Lives in memory alone: letters must never lie on a disk in the clear.
BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; as tantivy computes it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

import tantivy

from persona.words import EDGE, Bag, index_tokens, is_han, pairs, stems

_FIELD: Final = "tokens"
_NUMBER: Final = "number"
_HEAP_BYTES: Final = 15_000_000  # the smallest that tantivy takes
_LATEST: Final = (
    64  # sentences: so many wait beside tantivy, whose commit and merges cost far more than to look at them
)
_K1: Final = 1.2  # of BM25, as tantivy has them
_B: Final = 0.75
BACKGROUND: Final = 200  # sentences: a memorial with a handful of letters is weighed as if it had this many
_PAIR_SHARE: Final = 0.5  # weight of a word's character pairs against the word itself


class Index:
    """Sentences by number. What is added or changed is found at once."""

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field(_FIELD, tokenizer_name="whitespace", index_option="freq")
        builder.add_unsigned_field(_NUMBER, fast=True, indexed=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        self._searcher = self._index.searcher()
        self._latest: dict[int, list[str]] = {}  # not yet with tantivy
        self._outdated: set[int] = set()  # still with tantivy as they were
        self._added = 0  # sentences, ever
        self._tokens = 0  # in these

    def __len__(self) -> int:
        return int(self._searcher.num_docs) - len(self._outdated) + len(self._latest)

    def add(self, bags: Iterable[tuple[int, Bag]]) -> None:
        """Take sentences in under their numbers."""
        rest = ((number, self._counted(bag)) for number, bag in bags)
        self._latest.update(islice(rest, _LATEST))
        if len(self._latest) < _LATEST:
            return
        for number in self._outdated:
            self._writer.delete_documents_by_term(_NUMBER, number)
        for number, tokens in chain(self._latest.items(), rest):
            document = tantivy.Document()
            document.add_unsigned(_NUMBER, number)
            document.add_text(_FIELD, " ".join(tokens))
            self._writer.add_document(document)
        self._commit()

    def put(self, number: int, bag: Bag) -> None:
        """Another sentence under a number that there is."""
        self.remove(number)
        self.add([(number, bag)])

    def remove(self, number: int) -> None:
        """A sentence less."""
        if self._latest.pop(number, None) is None:
            self._outdated.add(number)

    def search(self, terms: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The best sentences for weighted terms: (number, BM25 score in units of `idf`), best first."""
        weights = [(token, weight * share) for term, weight in terms.items() for token, share in _tokens(term)]
        if not weights:
            return []
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._query(token), weight)) for token, weight in weights
        ]
        query = tantivy.Query.boolean_query(clauses)
        hits = self._searcher.search(query, limit=limit + len(self._outdated)).hits
        numbers = self._searcher.fast_field_values(_NUMBER, [address for _, address in hits])
        unit = self._idf(0)
        found = [(int(number or 0), float(score) / unit) for (score, _), number in zip(hits, numbers, strict=True)]
        found = [(number, score) for number, score in found if number not in self._outdated]
        return sorted([*found, *self._among_latest(weights)], key=lambda hit: -hit[1])[:limit]

    def _among_latest(self, weights: Sequence[tuple[str, float]]) -> Iterator[tuple[int, float]]:
        """What BM25 gives the latest sentences."""
        average = max(1, self._tokens) / max(1, self._added)
        idf = {token: self.idf(self._holding(token)) for token, _ in weights} if self._latest else {}
        for number, tokens in self._latest.items():
            counts, length = Counter(tokens), _K1 * (1 - _B + _B * len(tokens) / average)
            score = sum(
                weight * idf[token] * (_K1 + 1) * counts[token] / (counts[token] + length)
                for token, weight in weights
                if token in counts
            )
            if score > 0.0:
                yield number, score

    def _holding(self, token: str) -> int:
        among_latest = sum(token in tokens for tokens in self._latest.values())
        return int(self._searcher.doc_freq(_FIELD, token)) + among_latest

    def frequency(self, term: str) -> int:
        """In how many sentences a term stands (for a long Chinese word an upper bound)."""
        counts = [self._holding(token) for token, _ in _tokens(term)]
        if " " in term:
            return min(counts)
        if is_han(term) and len(term) > 1:
            return max(counts[0], min(counts[1:]))
        return max(counts)

    def idf(self, frequency: int) -> float:
        """Inverse document frequency as in BM25, against that of a word that is nowhere: 0 … 1 however many."""
        return self._idf(frequency) / self._idf(0)

    def _idf(self, frequency: int) -> float:
        sentences = max(len(self), BACKGROUND)
        return math.log(1 + (sentences - frequency + 0.5) / (frequency + 0.5))

    def _query(self, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, _FIELD, token, index_option="freq")

    def _counted(self, bag: Bag) -> list[str]:
        tokens = index_tokens(bag)
        self._added += 1
        self._tokens += len(tokens)
        return tokens

    def _commit(self) -> None:
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()
        self._latest.clear()
        self._outdated.clear()


def _tokens(term: str) -> list[tuple[str, float]]:
    if " " in term:
        return [(part, 1.0 / len(parts)) for part in parts] if (parts := stems(term)) else [(term, 1.0)]
    if not is_han(term):
        return [(term, 1.0)]
    if len(term) == 1:
        return [(term, 1.0), (EDGE + term, _PAIR_SHARE)]
    return [(term, 1.0), *((pair, _PAIR_SHARE / (len(term) - 1)) for pair in pairs(term))]

"""What a few counted words can tell: the trigram model that a neural one has to beat. Knows no meaning.

Interpolated Kneser-Ney smoothing over words, and over characters where they are Chinese: Kneser and Ney, "Improved
backing-off for m-gram language modeling", 1995, in the interpolated form with one discount for each order of Chen and
Goodman, "An empirical study of smoothing techniques for language modeling", 1999.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Final

from persona.language import HAN, folded

ORDER: Final = 3
_START: Final = ""  # no word is empty
_TOKEN: Final = re.compile(rf"{HAN.pattern}|[^\W_](?:(?!{HAN.pattern})[\w'-])*|[^\w\s]")
_FEW_DISCOUNT: Final = 0.5  # where a text is too short to estimate one

Gram = tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Words, Chinese characters and signs of a text, folded."""
    return [intern(token) for token in _TOKEN.findall(folded(text))]


@dataclass(frozen=True, slots=True)
class _Order:
    """Counts of the grams of one length; `totals` and `kinds` are those of each history."""

    counts: Counter[Gram]
    totals: Counter[Gram]
    kinds: Counter[Gram]
    discount: float

    @classmethod
    def of(cls, counts: Counter[Gram]) -> _Order:
        totals, kinds = Counter[Gram](), Counter[Gram]()
        for gram, count in counts.items():
            totals[gram[:-1]] += count
            kinds[gram[:-1]] += 1
        once, twice = (sum(count == times for count in counts.values()) for times in (1, 2))
        return cls(counts, totals, kinds, once / (once + 2 * twice) if once and twice else _FEW_DISCOUNT)


class Trigram:
    """Counted from texts. A word that is in none of them is as likely as the smoothing leaves for it."""

    def __init__(self, texts: Iterable[str]) -> None:
        seen: Counter[Gram] = Counter()
        for text in texts:
            seen.update(_grams([_START] * (ORDER - 1) + tokens(text)))
        orders = [seen]
        for _ in range(ORDER - 1):  # a shorter gram counts once for each word that it was seen behind
            orders.append(Counter(gram[1:] for gram in orders[-1]))
        self._orders = [_Order.of(counts) for counts in reversed(orders)]  # of one word, two, three
        self.vocabulary = frozenset(word for (word,) in self._orders[0].counts)

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        """How likely each text is after a context: its summed log-likelihood in nats."""
        before = ([_START] * (ORDER - 1) + tokens(context))[-(ORDER - 1) :]
        return [sum(math.log(self.probability(gram)) for gram in _grams(before + tokens(text))) for text in texts]

    def probability(self, gram: Gram) -> float:
        """Of a gram's last word after those before it; over the vocabulary and one unknown word they sum to 1."""
        found = 1 / (len(self.vocabulary) + 1)
        for length, order in enumerate(self._orders, 1):
            part = gram[ORDER - length :]
            if total := order.totals[part[:-1]]:
                own = max(order.counts[part] - order.discount, 0.0)
                found = (own + order.discount * order.kinds[part[:-1]] * found) / total
        return found


def _grams(words: Sequence[str]) -> Iterator[Gram]:
    return (tuple(words[at : at + ORDER]) for at in range(len(words) - ORDER + 1))

"""How well one sentence answers a line, as a sum of marks. Knows no runs of sentences and no thresholds.

The marks are weighed by a list-wise logistic regression (Cao et al., "Learning to Rank: From Pairwise Approach to
Listwise Approach", 2007) on tests/persona/questions and tests/persona/cases, both samples together, among other lives
and alone: `python -m tests.persona.fit_recall`. That `exact` counts against a sentence is no slip: what the line's own
words find stands in `bm25` too, so it says how much more the words that stand for others tell than they.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from data.types import Language
from persona.asked import Kind, kinds_asked, says
from persona.concepts import Meaning
from persona.language import folded, language_of
from persona.passages import Said
from persona.timing import Interval
from persona.wording import Wording
from persona.words import Bag, Bags, bag

REACH: Final = 6  # sentences to either side that may tell what a sentence is about
THEME_REACH: Final = 12  # and that may be of the same matter
THEME_SCALE: Final = 5.0  # so many of the best sentence's score around one are much
BM25_SCALE: Final = 3.0  # a high score

_LIKING: Final = re.compile(r"\b(?:like[sd]?|love[sd]?|favou?rites?|best|most|enjoy\w*|\w+est)\b|最|喜欢|爱")


class Marks(NamedTuple):
    """What of a sentence speaks for it. Shares are of the line's meaning, 0 … 1."""

    paragraph: float  # share that it holds with its paragraph
    place: float  # with what stands around it in its letter or chat
    any: float  # share of which it holds something
    best: float  # BM25 of the meaning against the best one's
    bm25: float
    exact_best: float  # BM25 of the line's own words alone against the best one's
    exact: float
    theme: float  # BM25 of what stands around it in its letter or chat, together
    dense: float  # and on the average
    words: float  # rarity of the words, small ones too, that it has of the line
    pairs: float  # of those that stand side by side
    kind: float  # it says a thing of the kind asked for
    liking: float  # asked what they liked best, it says that they liked something
    timely: float  # 1 from the time asked for, -1 from before it


WEIGHTS: Final = Marks(
    paragraph=3.71, place=2.60, any=1.12, best=2.29, bm25=2.06, exact_best=-0.97, exact=-1.89, theme=3.84,
    dense=2.21, words=2.03, pairs=0.54, kind=1.33, liking=2.48, timely=2.69,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the small words of a line ask: for a kind of thing, for what they liked best, of a time."""

    language: Language
    liking: bool
    kinds: tuple[Kind, ...]
    during: Interval | None

    @classmethod
    def of(cls, line: str, default: Language, during: Interval | None) -> Asked:
        """Read off the question words of the line."""
        plain = folded(line)
        liking = bool(_LIKING.search(plain))
        return cls(language_of(line, default), liking, kinds_asked(plain), during)


class Hits:
    """The sentences that one search gave, with their BM25 scores, the best first."""

    def __init__(self, found: Iterable[tuple[int, float]]) -> None:
        self._scores = dict(found)
        self._top = max(self._scores.values(), default=1.0)

    def first(self, limit: int) -> Iterator[int]:
        """Numbers of the best."""
        return islice(self._scores, limit)

    def score(self, number: int) -> float:
        """A sentence's score, 0 where it was not found."""
        return self._scores.get(number, 0.0)

    def share(self, number: int) -> float:
        """Against the best one's, 0 … 1."""
        return self.score(number) / self._top


class Relevance:
    """One line against the sentences that may answer it. `meant` are hits for its meaning, `exact` for its words."""

    def __init__(
        self,
        meaning: Meaning,
        wording: Wording,
        asked: Asked,
        said: Sequence[Said],
        bags: Bags,
        meant: Hits,
        exact: Hits,
    ) -> None:
        self.meaning = meaning
        self.wording = wording
        self.asked = asked
        self._said = said
        self._bags = bags
        self._meant = meant
        self._exact = exact
        self._seen: dict[int, tuple[Bag, list[float]]] = {}

    def row(self, number: int) -> list[float]:
        """How much of each piece of the line's meaning a sentence holds itself."""
        return self._read(number)[1]

    def heard(self, number: int) -> list[float]:
        """How much of each is in what somebody else wrote just before, which a message may answer."""
        return self.meaning.held(bag(self._said[number].heard))

    def text(self, number: int) -> str:
        """A sentence, folded, without punctuation."""
        return self._read(number)[0].text

    def of(self, number: int) -> float:
        """The sum of a sentence's marks."""
        return sum(mark * weight for mark, weight in zip(self.marks(number), WEIGHTS, strict=True))

    def marks(self, number: int) -> Marks:
        """What speaks for a sentence."""
        one, asked, meaning, text = self._said[number], self.asked, self.meaning, self.text(number)
        own, around = self.row(number), list(self._around(number, REACH))
        heard = [self.heard(number)] if one.heard else []
        beside = [self.row(at) for at in around if self._in_paragraph(at, number)]
        words, pairs = self.wording.shared_with(text)
        themes = [self._meant.share(at) for at in self._around(number, THEME_REACH)]
        return Marks(
            paragraph=meaning.share(_most([own, *heard, *beside])),
            place=meaning.share(_most([own, *heard, *map(self.row, around)])),
            any=meaning.share([float(value > 0.0) for value in _most([own, *heard])]),
            best=self._meant.share(number),
            bm25=self._meant.score(number) / BM25_SCALE,
            exact_best=self._exact.share(number),
            exact=self._exact.score(number) / BM25_SCALE,
            theme=sum(themes) / THEME_SCALE,
            dense=sum(themes) / max(1, len(themes)),
            words=words,
            pairs=pairs,
            kind=float(any(says(kind, text) for kind in asked.kinds)),
            liking=float(asked.liking and bool(_LIKING.search(text))),
            timely=self._timely(one.date),
        )

    def _timely(self, written: str | None) -> float:
        during = self.asked.during
        if during is None or written is None:
            return 0.0
        return 1.0 if during.holds(written) else -1.0 if during.follows(written) else 0.0

    def _in_paragraph(self, number: int, other: int) -> bool:
        """Whether two sentences that stand near each other are of one paragraph, or of one chat."""
        one, that = self._said[number], self._said[other]
        return (one.place, one.paragraph) == (that.place, that.paragraph) or one.conversation is not None

    def _around(self, number: int, reach: int) -> Iterator[int]:
        """Sentences of the same letter, or of the same stretch of a chat."""
        one = self._said[number]
        for at in range(max(0, number - reach), min(len(self._said), number + reach + 1)):
            other = self._said[at]
            same_chat = one.conversation is not None and other.conversation == one.conversation
            if at != number and (other.place == one.place or same_chat):
                yield at

    def _read(self, number: int) -> tuple[Bag, list[float]]:
        if number not in self._seen:
            of = self._bags[number]
            self._seen[number] = of, self.meaning.held(of)
        return self._seen[number]


def _most(rows: list[list[float]]) -> list[float]:
    return [max(column) for column in zip(*rows, strict=True)]

"""How well one sentence answers a line, as a sum of marks. Knows no runs of sentences and no thresholds.

The marks are weighed by a list-wise logistic regression (Cao et al., "Learning to Rank: From Pairwise Approach to
Listwise Approach", 2007) on the dev half of tests/persona/questions and on tests/persona/cases, both samples together,
among other lives and alone: `python -m tests.persona.fit_recall`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from data.types import Language
from persona.asked import Kind, kinds_asked, says
from persona.concepts import Meaning
from persona.language import folded, language_of
from persona.passages import Said
from persona.timing import Interval
from persona.wordlists import word_list
from persona.words import Bag, Bags, bag, pairs

REACH: Final = 6  # sentences to either side that may tell what a sentence is about
NEAR: Final = 1
BM25_SCALE: Final = 3.0  # a high score
HALF_TALKED: Final = 2.0  # sentences: what so many hold is half of what a letter is about

_WORD: Final = re.compile(r"[a-z']+")
_FIRST: Final = re.compile(r"\b(?:i|me|my|mine|we|our|us)\b|我")
_SECOND: Final = re.compile(r"\b(?:you|your|yours)\b|你")
_LIKING: Final = re.compile(r"\b(?:like[sd]?|love[sd]?|favou?rites?|best|most|enjoy\w*|\w+est)\b|最|喜欢|爱")


class Marks(NamedTuple):
    """What of a sentence speaks for it. Shares are of the line's meaning, 0 … 1."""

    beside: float  # share that it holds with the sentences beside it
    paragraph: float  # with its paragraph
    place: float  # with what stands around it in its letter or chat
    any: float  # share of which it holds something
    best: float  # BM25 against the best one's
    bm25: float
    talked_of: float  # share of the line's meaning, each piece by how often it comes up around the sentence
    kind: float  # it says a thing of the kind asked for
    readers: float  # it speaks of the reader, and the visitor asked about themselves
    liking: float  # asked what they liked best, it says that they liked something
    language: float  # it is in the line's language
    light: float  # share of the line's small words, or of its character pairs
    timely: float  # 1 from the time asked for, -1 from another


WEIGHTS: Final = Marks(
    beside=0.54, paragraph=4.48, place=3.32, any=2.40, best=1.51, bm25=1.65, talked_of=4.64,
    kind=1.17, readers=0.64, liking=2.81, language=0.23, light=2.01,
    timely=2.0,  # no question of the sets needs a date: set to outweigh what a paragraph can make up
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the small words of a line ask: of the visitor, for a kind of thing, for what they liked best, of a time."""

    language: Language
    of_visitor: bool
    liking: bool
    kinds: tuple[Kind, ...]
    light: frozenset[str]
    during: Interval | None

    @classmethod
    def of(cls, line: str, default: Language, during: Interval | None) -> Asked:
        """Read off the pronouns and question words of the line."""
        plain = folded(line)
        language = language_of(line, default)
        visitor = bool(_FIRST.search(plain)) and not _SECOND.search(plain)
        liking = bool(_LIKING.search(plain))
        return cls(language, visitor, liking, kinds_asked(plain), frozenset(_light(plain, language)), during)


def _light(plain: str, language: Language) -> Iterable[str]:
    """Small words that still say something: "want", "first", "still"; character pairs in Chinese."""
    if language == "zh":
        return pairs(plain)
    return (word for word in _WORD.findall(plain) if word in word_list("en") - word_list("grammar"))


class Relevance:
    """One line against the sentences that may answer it."""

    def __init__(
        self, meaning: Meaning, asked: Asked, said: Sequence[Said], bags: Bags, scores: Mapping[int, float]
    ) -> None:
        self.meaning = meaning
        self.asked = asked
        self._said = said
        self._bags = bags
        self._scores = scores
        self._top = max(scores.values(), default=1.0)
        self._seen: dict[int, tuple[Bag, list[float]]] = {}

    def row(self, number: int) -> list[float]:
        """How much of each piece of the line's meaning a sentence holds itself."""
        return self._read(number)[1]

    def text(self, number: int) -> str:
        """A sentence, folded, without punctuation."""
        return self._read(number)[0].text

    def of(self, number: int) -> float:
        """The sum of a sentence's marks."""
        return sum(mark * weight for mark, weight in zip(self.marks(number), WEIGHTS, strict=True))

    def marks(self, number: int) -> Marks:
        """What speaks for a sentence."""
        one, asked, meaning = self._said[number], self.asked, self.meaning
        of, own = self._read(number)
        heard = [meaning.held(bag(one.heard))] if one.heard else []  # a question that it may answer
        beside, paragraph, place = [own, *heard], [own, *heard], [own, *heard]
        for at in self._around(number):
            row, other = self.row(at), self._said[at]
            place.append(row)
            if (other.place, other.paragraph) == (one.place, one.paragraph) or other.conversation is not None:
                paragraph.append(row)
                if abs(at - number) <= NEAR:
                    beside.append(row)
        of_reader = _tells_of_reader(of.text)
        score = self._scores.get(number, 0.0)
        return Marks(
            beside=meaning.share(_most(beside)),
            paragraph=meaning.share(_most(paragraph)),
            place=meaning.share(_most(place)),
            any=meaning.share([float(value > 0.0) for value in own]),
            best=score / self._top,
            bm25=score / BM25_SCALE,
            talked_of=meaning.share([count / (count + HALF_TALKED) for count in map(sum, zip(*place, strict=True))]),
            kind=float(any(says(kind, of.text) for kind in asked.kinds)),
            readers=float(asked.of_visitor and of_reader),
            liking=float(asked.liking and bool(_LIKING.search(of.text))),
            language=float(language_of(one.text, asked.language) == asked.language),
            light=self._light(of.text),
            timely=0.0 if asked.during is None or one.date is None else 1.0 if asked.during.holds(one.date) else -1.0,
        )

    def _around(self, number: int) -> Iterator[int]:
        """Sentences of the same letter, or of the same stretch of a chat."""
        one = self._said[number]
        for at in range(max(0, number - REACH), min(len(self._said), number + REACH + 1)):
            other = self._said[at]
            same_chat = one.conversation is not None and other.conversation == one.conversation
            if at != number and (other.place == one.place or same_chat):
                yield at

    def _light(self, text: str) -> float:
        held = pairs(text) if self.asked.language == "zh" else text.split()
        return len(self.asked.light.intersection(held)) / max(1, len(self.asked.light))

    def _read(self, number: int) -> tuple[Bag, list[float]]:
        if number not in self._seen:
            of = self._bags[number]
            self._seen[number] = of, self.meaning.held(of)
        return self._seen[number]


def _most(rows: list[list[float]]) -> list[float]:
    return [max(column) for column in zip(*rows, strict=True)]


def _tells_of_reader(text: str) -> bool:
    """Whether "you" comes before "I" in a sentence of theirs."""
    first, second = _FIRST.search(text), _SECOND.search(text)
    return second is not None and (first is None or second.start() < first.start())

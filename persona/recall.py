"""Finds what answers a line among all that a person wrote. Knows how well it fits, not what to do about it.

1. `concepts.py` reads the line into weighted pieces of meaning, each with the words that may stand for it; `timing.py`
   has read the time that it speaks of.
2. `index.py` gives the sentences that hold any of them (BM25), those that reply to a question that does, and
   `dense.py`, where a model is given, those near in meaning; what stands beside the best of them is looked at too.
3. `relevance.py` weighs each: what of the line's meaning it and its surroundings hold, how much of its very wording
   (`wording.py`), whether it says the kind of thing that was asked for, and when.
4. `excerpts.py` cuts a short run around it that can be said by itself, and `fitness.py` tells how surely that answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final, Protocol

from data.types import Language
from persona.concepts import Concept, Meaning, Reading, terms_of
from persona.excerpts import COMFORT, LIMIT, Excerpts, Run, is_endless, leans_back, length_of
from persona.fitness import ENOUGH, PLAUSIBLE, sureness
from persona.index import Index
from persona.language import folded
from persona.lexicon import Lexicon
from persona.passages import Said
from persona.relevance import REACH, Asked, Hits, Relevance
from persona.timing import Interval
from persona.topics import Topics
from persona.vocabulary import Vocabulary
from persona.wording import Wordings
from persona.words import Bags, bag, is_han, query_terms

__all__ = ["COMFORT", "LIMIT", "Near", "Passage", "Recall", "leans_back", "length_of", "terms_of_topic"]

QUESTION_MARKS: Final = ("?", "？")
_ENDED: Final = re.compile(r"(?<=[.!?。！？])\s*")  # visitors do not always begin a sentence with a capital
SAYS_ENOUGH: Final = 2  # words of meaning in a question, for what stands before it to be left aside
CANDIDATES: Final = 60  # sentences weighed that hold any of the line's meaning
EXACT: Final = 30  # and that hold its very words
REPLIES: Final = 20  # and that were written to somebody else's question that holds it
SCORED: Final = 400  # sentences whose BM25 is known to those around them
WIDENED: Final = 12  # of these, the best, whose letter is weighed too
CUT: Final = 12  # of all weighed, the best, around which a passage is cut
GATHERED: Final = 40  # and where as many as possible are wanted
ALIKE: Final = 0.5  # of the words of two passages together: one of them is enough
RANK_BASE: Final = 60  # of reciprocal rank fusion: Cormack, Clarke and Büttcher, 2009
FUSED_WEIGHT: Final = 200.0  # brings ranks fused to the size of the marks


class Near(Protocol):
    """Finds sentences by meaning rather than by words."""

    def put(self, texts: Mapping[int, str]) -> None:
        """Take sentences in under their numbers, in place of those there were; an empty one is removed."""
        ...

    def search(self, line: str, limit: int) -> Sequence[int]:
        """Numbers of the nearest sentences, the nearest first."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one source and how well they fit."""

    said: tuple[Said, ...]
    around: Said  # the sentence that was found, and that this is cut around
    score: float  # for ranking
    coverage: float  # 0 … 1, share of the line's meaning
    sureness: float  # 0 … 1, that this answers it

    @property
    def fits(self) -> bool:
        """Whether it may be given as an answer."""
        return self.sureness >= ENOUGH

    @property
    def near(self) -> bool:
        """Whether it is no answer but may be offered as the nearest that they wrote, said to be no more than that."""
        return PLAUSIBLE <= self.sureness < ENOUGH


class Recall:
    """All sentences of one person, searchable. Neighbours in `said` are neighbours in their letter or chat.

    `names` are known although no letter may say them: the person's own, and who asks.
    """

    def __init__(
        self,
        said: Iterable[Said],
        language: Language,
        topics: Topics,
        glossary: Mapping[str, str] | None = None,
        near: Near | None = None,
        names: Iterable[str] = (),
    ) -> None:
        self.language: Language = language
        self.said: list[Said] = []
        self.bags = Bags()
        self.answering: list[bool] = []
        self._numbers: dict[Said, int] = {}
        self._index = Index()
        self._heard = Index()  # what others wrote, under the number of the message that follows
        self._vocabulary = Vocabulary()
        self._wordings = Wordings()
        self._near = near
        self._reading = Reading(language, Lexicon(topics, glossary), self._index, self._vocabulary, names)
        self._excerpts = Excerpts(self.said, self.answering, language)
        self.add(said)

    def add(self, said: Iterable[Said]) -> None:
        """More sentences, after those there are."""
        start = len(self.said)
        for one in said:
            words = bag(one.text)
            self._numbers.setdefault(one, len(self.said))
            self.said.append(one)
            self.bags.append(words)
            self.answering.append(not is_endless(one.text))
            self._vocabulary.add(words)
            self._wordings.add(words.text)
        added = range(start, len(self.said))
        self._index.add((number, self.bags[number]) for number in added if self.answering[number])
        self._heard.add((number, bag(self.said[number].heard)) for number in added if self._replies(number))
        if self._near is not None:
            self._near.put({number: self.said[number].text for number in added if self.answering[number]})

    def correct(self, old: Said, new: Said) -> None:
        """Another sentence in the place of one."""
        number = self._numbers.pop(old)
        replied = self._replies(number)
        words = bag(new.text)
        self._numbers[new] = number
        self.said[number] = new
        self._wordings.remove(self.bags[number].text)
        self._wordings.add(words.text)
        self.bags.put(number, words)
        self.answering[number] = bool(new.text) and not is_endless(new.text)
        self._vocabulary.add(words)
        self._excerpts.changed(number)
        if self.answering[number]:
            self._index.put(number, words)
        else:
            self._index.remove(number)
        if replied and not self._replies(number):
            self._heard.remove(number)
        elif self._replies(number):
            self._heard.put(number, bag(new.heard))
        if self._near is not None:
            self._near.put({number: new.text if self.answering[number] else ""})

    def remove(self, one: Said) -> None:
        """A sentence less. Its place stays, empty, so that its neighbours keep theirs."""
        self.correct(one, replace(one, text=""))

    def find(self, line: str, spent: Callable[[Said], bool], during: Interval | None = None) -> list[Passage]:
        """Passages for a line, best first, none with a sentence that is spent already, no two with one in common."""
        return self._found(line, spent, during, CUT)

    def gather(self, line: str, budget: int, during: Interval | None = None) -> list[Passage]:
        """As many passages as fit into a budget of English words or Chinese characters, best first."""
        found: list[Passage] = []
        left = budget
        for passage in self._found(line, lambda _: False, during, GATHERED):
            length = sum(length_of(one.text, self.language) for one in passage.said)
            if length <= left:
                found.append(passage)
                left -= length
        return found

    def knows(self, line: str, during: Interval | None = None) -> bool:
        """Whether anything fits at all, spent or not."""
        return any(passage.fits for passage in self.find(line, lambda _: False, during))

    def _found(self, line: str, spent: Callable[[Said], bool], during: Interval | None, limit: int) -> list[Passage]:
        line = _asking(line)
        concepts = self._reading.concepts(line)
        if not concepts:
            return []
        meant = self._near.search(line, CANDIDATES) if self._near is not None else ()
        relevance, hits = self._weighing(line, concepts, Asked.of(line, self.language, during))
        numbers = [each for each in self._widened([*hits, *meant]) if not spent(self.said[each])]
        marks = {number: relevance.of(number) for number in numbers}
        weighed, top = _fused(marks, meant), max(marks.values(), default=0.0)
        best = sorted(weighed, key=lambda number: (-weighed[number], number))[:limit]
        found = [self._cut(number, top, relevance, weighed[number], spent) for number in best]
        ranked = sorted((each for each in found if each), key=lambda each: (-each[1].score, each[0].start))
        return list(self._distinct(ranked))

    def _weighing(self, line: str, concepts: Sequence[Concept], asked: Asked) -> tuple[Relevance, list[int]]:
        """What weighs the sentences, and those that hold any of the meaning or its very words, in turn the best."""
        terms = terms_of(concepts)
        replied = self._heard.search(terms, REPLIES)
        meant = Hits(_best_of([*self._index.search(terms, SCORED), *replied]))
        exact = Hits(self._index.search({concept.term: 1.0 for concept in concepts}, SCORED))
        hits = (each for both in zip_longest(meant.first(CANDIDATES), exact.first(EXACT)) for each in both)
        wording = self._wordings.of(folded(line), self._index.idf)
        relevance = Relevance(Meaning(concepts), wording, asked, self.said, self.bags, meant, exact)
        return relevance, [number for number in dict.fromkeys(hits) if number is not None]

    def _replies(self, number: int) -> bool:
        """Whether what somebody else asked is looked at for what a sentence answers."""
        return self.answering[number] and self._excerpts.replies(number)

    def _widened(self, hits: Sequence[int]) -> list[int]:
        """The hits, and what stands around the best: "He was tall" after the sentence that names him."""
        letters = [at for number in hits[:WIDENED] for at in self._around(number)]
        return [number for number in dict.fromkeys([*hits, *letters]) if self.answering[number]]

    def _around(self, number: int) -> Iterator[int]:
        """Sentences of the same letter within reach."""
        place = self.said[number].place
        within = range(max(0, number - REACH), min(len(self.said), number + REACH + 1))
        return (at for at in within if self.said[at].place == place)

    def _cut(
        self, number: int, top: float, relevance: Relevance, weight: float, spent: Callable[[Said], bool]
    ) -> tuple[Run, Passage] | None:
        """The run around a sentence that stands best by itself, and how well it answers."""
        runs = [run for run in self._excerpts.around(number) if not any(spent(self.said[at]) for at in run)]
        if not runs:
            return None
        shares = {at: relevance.meaning.share(relevance.row(at)) for run in runs for at in run}
        shapes = [self._excerpts.shape(run, [shares[at] for at in run]) for run in runs]
        at = max(range(len(runs)), key=shapes.__getitem__)
        coverage, sure = sureness(runs[at], number, top, relevance, self._excerpts)
        said = tuple(self.said[each] for each in runs[at])
        return runs[at], Passage(said, self.said[number], weight, coverage, sure)

    def _distinct(self, ranked: Iterable[tuple[Run, Passage]]) -> Iterator[Passage]:
        """No sentence twice, and nothing that was said in nearly the same words."""
        taken: set[int] = set()
        heard: list[frozenset[str]] = []
        for run, passage in ranked:
            bags = [self.bags[at] for at in run]
            words = frozenset().union(*(each.stems | each.words for each in bags))
            if taken.isdisjoint(run) and not any(_alike(words, other) for other in heard):
                yield passage
            taken.update(run)
            heard.append(words)


def _best_of(found: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Each number with the highest of its scores, the best first."""
    scores: dict[int, float] = {}
    for number, score in found:
        scores[number] = max(score, scores.get(number, 0.0))
    return sorted(scores.items(), key=lambda hit: -hit[1])


def _fused(weighed: Mapping[int, float], meant: Sequence[int]) -> Mapping[int, float]:
    """Two rankings as one, by reciprocal ranks; the marks alone where nothing was searched by meaning."""
    if not meant:
        return weighed
    worded = sorted(weighed, key=lambda number: (-weighed[number], number))
    fused = dict.fromkeys(weighed, 0.0)
    for ranking in (worded, [number for number in meant if number in weighed]):
        for rank, number in enumerate(ranking, 1):
            fused[number] += FUSED_WEIGHT / (RANK_BASE + rank)
    return fused


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > ALIKE * len(one | other)


def terms_of_topic(topics: Topics, names: Iterable[str], language: Language) -> list[str]:
    """The words of some topics in one language."""
    terms = [term for name in names for term in (*topics[name].terms, *topics[name].triggers)]
    return [term for term in terms if is_han(term) == (language == "zh")]


def _asking(line: str) -> str:
    """The sentences of a line that ask, where these say enough: what leads up to them would draw recall away."""
    asking = " ".join(sentence for sentence in _ENDED.split(line) if sentence.endswith(QUESTION_MARKS))
    return asking if len(query_terms(asking)) >= SAYS_ENOUGH else line

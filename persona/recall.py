"""Finds what answers a line among all that a person wrote. Knows how well it fits, not what to do about it.

A candidate comes from BM25 (`index.py`); how well a passage of one to three sentences fits is the share of the line's
meaning that it covers: each word of the line is a concept with the weight of its rarity, and counts as covered where
the passage holds the word, or, for a little less, a word of the same family topic.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from data.types import Language
from persona.framing import needs_frame
from persona.index import Index
from persona.language import HAN, folded, language_of
from persona.passages import Said
from persona.topics import Topics
from persona.wordlists import word_list
from persona.words import Bag, bag, is_han, query_terms

# Fitted on the question sets of tests/persona/cases: see test_recall.py, which prints recall and false answers.
ENOUGH: Final = 0.5  # coverage from which a passage answers
ENOUGH_WITHOUT_CENTRE: Final = 0.6  # where the rarest word of the line is not covered: sushi is not any food
MATCHED_AT_LEAST: Final = 1.5  # idf: one word that stands in every fifth sentence is no answer
RELATED_SHARE: Final = 0.75  # of a word of the same topic against the word itself
UNKNOWN_SHARE: Final = 0.9  # weight of a word that the person never used: it may be the question's furniture
UNKNOWN_SIGN_SHARE: Final = 0.6  # of a single Chinese character: mostly a verb that can be said in other ways
INHERITED_SHARE: Final = 0.6  # what a sentence beginning "It …" has of the words before it
ANNOUNCED_SHARE: Final = 1.0  # what an answer has of "You asked about …" before it

# Topics that say when or where rather than what; beside another word they weigh less.
SETTING: Final = frozenset(["childhood", "summer", "winter", "spring", "autumn", "morning", "night", "old", "home"])
SETTING_SHARE: Final = 0.5

CANDIDATES: Final = 40
FOCUSED: Final = 4  # sentences on the matter make a letter one about it
FOCUS_BONUS: Final = 0.1  # units of coverage
LONGEST: Final = 3  # sentences in a passage
LIMIT: Final[dict[Language, int]] = {"en": 45, "zh": 80}  # English words, Chinese characters: about 16 s of speech
LONGEST_SENTENCE: Final[dict[Language, int]] = {"en": 60, "zh": 120}  # beyond, full stops are missing: no answer
COMFORT: Final[dict[Language, tuple[int, int]]] = {"en": (12, 26), "zh": (18, 45)}  # 4 … 9 s of speech

_ANAPHORA_EN: Final = re.compile(
    r"(?:he|she|it|they|this|that|these|those|there|so|but|and|or|then|his|her|their|its|such|yet|still|also|instead|"
    r"afterwards|meanwhile|for|in the end|(?:from|at|in|on|after|by) that)\b(?!')"
)
_ANAPHORA_ZH: Final = re.compile(
    r"(?:他|她|它|这|那(?!年|时候|天下)|可是|但是|不过|所以|因为|后来|于是|然后|还有|而且|结果|其实|第[二三四五])"
)
_ANNOUNCES: Final = re.compile(
    r"^(?:you|people|everybody|some)\b.{0,12}\b(?:ask|asked|asking|want|wanted)\b|^(?:as you asked|now i can tell)|"
    r"^你们?.{0,4}(?:老是)?问|(?:讲一讲|讲一?讲|说一说|老是问)[,，。]?.{0,8}$|^(?:说到|讲到)"
)
_FIRST: Final = re.compile(r"\b(?:i|me|my|mine|we|our|us)\b|我")
_SECOND: Final = re.compile(r"\b(?:you|your|yours)\b|你")
_LIKING: Final = re.compile(r"\b(?:like[sd]?|love[sd]?|favou?rites?|best|most|enjoy\w*|\w+est)\b|最|喜欢|爱")
_QUESTION: Final = re.compile(r"[?？][\"'”’」』]*$")


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one source and how well they fit."""

    said: tuple[Said, ...]
    coverage: float  # 0 … 1, share of the line's meaning
    matched: float  # idf of what matched
    score: float  # for ranking
    central: bool  # whether the weightiest piece of the line is in it

    @property
    def fits(self) -> bool:
        """Whether it may be given as an answer."""
        enough = ENOUGH if self.central else ENOUGH_WITHOUT_CENTRE
        return self.coverage >= enough and self.matched >= MATCHED_AT_LEAST


@dataclass(frozen=True, slots=True)
class Concept:
    """One piece of the line's meaning: the terms that stand for it, each with its share, and its weight."""

    shares: tuple[tuple[str, float], ...]
    weight: float
    setting: bool = False  # says when or where
    telling: bool = True  # can be what the line is about

    def held(self, of: Bag) -> float:
        """How much of the concept a sentence holds, 0 … 1."""
        return max((share * of.holds(term) for term, share in self.shares), default=0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom a line asks, and whether it asks what they liked best."""

    of_them: bool
    of_visitor: bool
    liking: bool

    @classmethod
    def of(cls, line: str) -> Asked:
        """Read off the pronouns of the line."""
        plain = folded(line)
        them = bool(_SECOND.search(plain))
        return cls(them, bool(_FIRST.search(plain)) and not them, bool(_LIKING.search(plain)))


def length_of(text: str, language: Language) -> int:
    """English words, or Chinese characters."""
    return len(HAN.findall(text)) if language == "zh" else len(text.split())


def is_endless(text: str) -> bool:
    """Whether a sentence is too long to be an answer, as a letter without full stops is one."""
    return any(length_of(text, language) > longest for language, longest in LONGEST_SENTENCE.items())


def leans_back(sentence: str) -> bool:
    """Whether a sentence needs the one before it to be understood."""
    plain = folded(sentence).lstrip("\"'“‘")
    return bool(_ANAPHORA_EN.match(plain) or _ANAPHORA_ZH.match(plain))


class Recall:
    """All sentences of one person, searchable."""

    def __init__(self, said: Sequence[Said], language: Language, topics: Topics) -> None:
        self.said = tuple(said)
        self.language: Language = language
        self._topics = topics
        self.bags = tuple(bag(one.text) for one in self.said)
        self._leaning = tuple(leans_back(one.text) for one in self.said)
        self._announcing = tuple(bool(_ANNOUNCES.search(folded(one.text))) for one in self.said)
        self._of_its_day: dict[int, bool] = {}  # filled as sentences come up: most never do
        self._index = Index()
        self.answering = tuple(not is_endless(one.text) for one in self.said)
        self._index.add((number, bag) for number, bag in enumerate(self.bags) if self.answering[number])

    def find(self, line: str, spent: Callable[[Said], bool]) -> list[Passage]:
        """Passages for a line, best first, none with a sentence that is spent already."""
        concepts = self.concepts(line)
        if not concepts:
            return []
        asked = Asked.of(line)
        terms = {term: share for concept in concepts for term, share in concept.shares}
        numbers = [number for number, _ in self._index.search(terms, CANDIDATES)]
        windows = {window for number in numbers for window in self._windows(number)}
        fresh = [window for window in windows if not any(spent(self.said[at]) for at in window)]
        starts = {window: window[0] - self.said[window[0]].number for window in fresh}
        focus = {start: self._focus(start, concepts) / FOCUSED for start in set(starts.values())}
        found = [
            self._weigh(window, concepts, asked, FOCUS_BONUS * min(1.0, focus[starts[window]])) for window in fresh
        ]
        return sorted(found, key=lambda passage: (-passage.score, passage.said[0].file, passage.said[0].number))

    def knows(self, line: str) -> bool:
        """Whether anything fits at all, spent or not."""
        return any(passage.fits for passage in self.find(line, lambda _: False))

    def concepts(self, line: str) -> list[Concept]:
        """The line's meaning, piece by piece."""
        foreign = language_of(line, self.language) != self.language
        triggered = self._topics.triggered(line)
        covered = {
            part for topic in triggered for term in (*topic.terms, *topic.triggers) for part in query_terms(term)
        }
        found = [self._concept(topic.name, (*topic.terms, *topic.triggers), 1.0) for topic in triggered]
        terms = [term for term in query_terms(line) if term not in covered]
        share = 1.0 if foreign else RELATED_SHARE
        found += [self._concept(term, self._topics.related(term), share) for term in terms]
        if all(concept.setting for concept in found):
            return found
        return [replace(one, weight=one.weight * SETTING_SHARE) if one.setting else one for one in found]

    def _concept(self, term: str, related: Sequence[str], share: float) -> Concept:
        own = self._index.frequency(term)
        if not own and term[0] in word_list("zh") and not related:  # a word that was cut wrongly: 里种
            related, share = (term[1:],), RELATED_SHARE
        known = {other: count for other in related if (count := self._index.frequency(other))}
        shares = {other: 1.0 if other.startswith(term) else share for other in known} | {term: 1.0}
        if own:
            weight = self._index.idf(own)
        elif known:
            weight = self._index.idf(min(len(self._index), sum(known.values())))
        else:
            weight = self._index.idf(0) * (UNKNOWN_SHARE if len(term) > 1 else UNKNOWN_SIGN_SHARE)
        setting = any(topic.name in SETTING for topic in self._topics.naming(term))
        sign = is_han(term) and len(term) == 1 and not own
        return Concept(tuple(shares.items()), weight, setting, not setting and not sign)

    def _windows(self, number: int) -> Iterable[tuple[int, ...]]:
        """Runs of neighbouring sentences of one paragraph that hold the sentence, or answer its announcement."""
        for start in range(number - LONGEST + 1, number + 2):
            for end in range(start + 1, start + LONGEST + 1):
                if start < 0 or end > len(self.said):
                    continue
                after_announcement = start == number + 1 and self._announces(number)
                if start <= number < end or after_announcement:
                    window = tuple(range(start, end))
                    if len({self._paragraph(at) for at in (number, *window)}) == 1 and self._short_enough(window):
                        yield window

    def _short_enough(self, window: tuple[int, ...]) -> bool:
        if not all(self.answering[at] for at in window):
            return False
        length = sum(length_of(self.said[at].text, self.language) for at in window)
        return len(window) == 1 or length <= LIMIT[self.language]

    def _paragraph(self, number: int) -> tuple[str, int, int]:
        one = self.said[number]
        return one.file, one.place, one.paragraph

    def _announces(self, number: int) -> bool:
        return self._announcing[number]

    def _held(self, concept: Concept, number: int) -> float:
        own = concept.held(self.bags[number])
        if own >= 1.0 or number == 0 or self._paragraph(number - 1) != self._paragraph(number):
            return own
        if self._announces(number - 1):
            return max(own, ANNOUNCED_SHARE * concept.held(self.bags[number - 1]))
        if self._leaning[number]:
            return max(own, INHERITED_SHARE * concept.held(self.bags[number - 1]))
        return own

    def _weigh(self, window: tuple[int, ...], concepts: Sequence[Concept], asked: Asked, focus: float) -> Passage:
        total = sum(concept.weight for concept in concepts)
        each = [[concept.weight * self._held(concept, at) for concept in concepts] for at in window]
        together = sum(max(column) for column in zip(*each, strict=True))
        best = max(sum(row) for row in each)
        coverage = (0.5 * together + 0.5 * best) / total
        held = [sum(row) for row in each]
        score = coverage + focus + self._shape(window, held) + self._about(window, held, asked)
        centre = max(concepts, key=lambda concept: (concept.telling, concept.weight))
        central = any(self._held(centre, at) > 0.0 for at in window)
        return Passage(tuple(self.said[at] for at in window), coverage, best, score, central)

    def _shape(self, window: tuple[int, ...], held: Sequence[float]) -> float:
        """How well a passage stands by itself, in units of coverage; the figures were set by reading answers."""
        texts = [self.said[at].text for at in window]
        words = sum(length_of(text, self.language) for text in texts)
        low, high = COMFORT[self.language]
        idle = 0 if self._answers_announcement(window) else sum(value == 0.0 for value in held)
        shape = -0.04 * idle
        if self._leans_on_more(window[0]):
            shape -= 0.15
        if words < low:
            shape -= 0.25 * (low - words) / low
        if words > high:
            shape -= 0.15 * (words - high) / high
        if self._announces(window[0]):
            shape -= 0.35 if len(window) == 1 else 0.2
        if _QUESTION.search(texts[-1]):
            shape -= 0.12
        if any(self._is_of_its_day(at) for at in window):
            shape -= 0.08
        following = window[-1] + 1
        if self._same_paragraph(following, window[-1]) and self._leaning[following]:
            shape -= 0.04
        return shape

    def _answers_announcement(self, window: tuple[int, ...]) -> bool:
        return self._same_paragraph(window[0] - 1, window[0]) and self._announces(window[0] - 1)

    def _focus(self, first: int, concepts: Sequence[Concept]) -> int:
        """How many sentences of the letter that begins there hold something of the line."""
        place = (self.said[first].file, self.said[first].place)
        letter = itertools.takewhile(
            lambda at: (self.said[at].file, self.said[at].place) == place, range(first, len(self.said))
        )
        return sum(any(concept.held(self.bags[at]) >= RELATED_SHARE for concept in concepts) for at in letter)

    def _is_of_its_day(self, number: int) -> bool:
        if number not in self._of_its_day:
            self._of_its_day[number] = needs_frame(self.said[number].text)
        return self._of_its_day[number]

    def _leans_on_more(self, number: int) -> bool:
        before = number - 1
        return self._same_paragraph(before, number) and self._leaning[number] and not self._announces(before)

    def _same_paragraph(self, one: int, other: int) -> bool:
        return 0 <= one < len(self.said) and self._paragraph(one) == self._paragraph(other)

    def _about(self, window: tuple[int, ...], held: Sequence[float], asked: Asked) -> float:
        """Whether the passage is about what was asked and not only mentions it, in units of coverage."""
        core = window[max(range(len(window)), key=lambda at: held[at])]
        text = self.bags[core].text
        about = 0.0
        if not self._same_paragraph(core - 1, core) or self._announces(core - 1):
            about += 0.05  # a paragraph opens with what it is about
        if self._answers_announcement(window):
            about += 0.15
        told_of_reader = _tells_of_reader(text)
        if asked.of_them and told_of_reader:
            about -= 0.2  # in a letter "you" is not the writer
        if asked.of_them and not told_of_reader and _FIRST.search(text):
            about += 0.05
        if asked.of_visitor and told_of_reader:
            about += 0.1
        if asked.liking and _LIKING.search(text):
            about += 0.1
        return about


def _tells_of_reader(text: str) -> bool:
    """Whether "you" comes before "I" in a sentence of theirs."""
    first, second = _FIRST.search(text), _SECOND.search(text)
    return second is not None and (first is None or second.start() < first.start())


def terms_of_topic(topics: Topics, names: Iterable[str], language: Language) -> list[str]:
    """The words of some topics in one language."""
    terms = [term for name in names for term in (*topics[name].terms, *topics[name].triggers)]
    return [term for term in terms if is_han(term) == (language == "zh")]

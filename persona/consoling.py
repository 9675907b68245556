"""Finds words of theirs for a visitor who needs kind ones. Knows no recall by meaning: a feeling is no question.

A sentence is fit for that if it can stand alone, is said to somebody or to everybody, and is kind whoever reads it. It
is chosen by the topics of the feeling, never by the words of the line alone: "why did you leave me" must not find where
somebody left the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.types import Expression, Language
from persona.address import counsels, is_addressed, speaks_of_reader
from persona.claims import claim_in
from persona.grave import is_grave
from persona.holders import Holders
from persona.manner import Manner, expression_of
from persona.passages import Said
from persona.perspective import is_hard_to_hear, is_of_loss
from persona.recall import COMFORT, LIMIT, Recall, leans_back, length_of, terms_of_topic
from persona.topics import Topics, names_of
from persona.words import bag, query_terms

Feeling = Literal[
    "anger",
    "left",
    "missing",
    "love",
    "sadness",
    "bereaved",
    "apology",
    "praise",
    "birthday",
    "about_us",
    "advice",
    "news",
]

_TOPICS: Final[dict[Feeling, tuple[str, ...]]] = {
    "anger": (),
    "left": (),
    "missing": ("missyou", "miss", "grief"),
    "love": ("missyou", "love"),
    "sadness": ("grief", "sad", "brave"),
    "bereaved": ("grief",),
    "apology": ("grief",),
    "praise": (),
    "birthday": ("birthday", "love", "missyou"),
    "about_us": ("proud", "love", "missyou"),
    "advice": ("advice",),
    "news": ("proud", "happy"),
}
_WHAT_TO_DO: Final = ("hard", "worry", "brave")  # for one who asks for advice and does not say on what
TONES: Final[dict[Feeling, Expression]] = {
    "anger": "neutral", "left": "grave", "missing": "warm", "love": "warm", "sadness": "grave", "bereaved": "grave",
    "apology": "warm", "praise": "warm", "birthday": "warm", "about_us": "warm", "advice": "neutral", "news": "warm",
}  # fmt: skip
_TROUBLES: Final = ("fail", "exam", "sleep", "tired", "worry", "lonely", "fear", "quarrel", "work", "hard")
_NO_WISH: Final[frozenset[Feeling]] = frozenset({"anger", "praise", "advice", "news"})
_OF_VISITOR: Final[frozenset[Feeling]] = frozenset(
    {"birthday", "about_us", "love", "news"}
)  # asks for what was felt for them
_PARTING: Final[frozenset[Feeling]] = frozenset({"left", "missing", "sadness", "bereaved", "apology"})

# Marks by which sentences are ranked; set by reading answers to both samples.
_TOPIC_STEP: Final = 0.6  # what an earlier topic of the list is worth more than the next
_TERM_STEP: Final = 0.25  # what each further word of a topic is worth
_ADDRESSED: Final = 1.0  # said to somebody
_FELT: Final = 4.0  # says what the person felt for the reader
_WISH: Final = 1.5  # said at parting, as a wish
_NAMED: Final = 1.0  # holds a word of the visitor's own trouble
_BRIEF: Final = 0.5
_HALF: Final = 0.6  # of the limit: consoling words are brief
_LONGEST: Final = 3  # sentences


@dataclass(frozen=True, slots=True)
class Need:
    """What the visitor feels, and the line that says so."""

    feeling: Feeling
    line: str


class Consoling:
    """All that a person wrote, seen for what of it is kind."""

    def __init__(self, recall: Recall, holders: Holders, manner: Manner, topics: Topics, language: Language) -> None:
        self._recall = recall
        self._holders = holders
        self._topics = topics
        self._language: Language = language
        wishes = {(one.place, one.number) for one in manner.wishes}
        self._wishes = frozenset(at for at, one in enumerate(recall.said) if (one.place, one.number) in wishes)

    def find(self, need: Need, spent: Callable[[Said], bool]) -> list[Said]:
        """A sentence, with those that belong to it; empty where nothing is kind enough."""
        worth, own = self._worth(need)
        marks: dict[int, list[float]] = {number: [] for number in self._wishes if need.feeling not in _NO_WISH}
        for term, mark in worth.items():
            for number in self._holders.of(term):
                marks.setdefault(number, []).append(mark)
        ranked = [
            (self._mark(number, marked, need, own), -number)
            for number, marked in marks.items()
            if self._serves(number, need.feeling) and not spent(self._recall.said[number])
        ]
        lost = self._lost(need)
        found = (with_what_leans(self._recall, -at, self._language) for _, at in sorted(ranked, reverse=True))
        gone = is_of_loss(need.line)
        return next((said for said in found if not any(_hurts(one, lost, gone) for one in said)), [])

    def _lost(self, need: Need) -> Sequence[str]:
        """The words for what a visitor in sorrow speaks of: no consolation may be hard on just that."""
        if need.feeling not in _PARTING:
            return ()
        topics = sorted(names_of(need.line, self._topics) | ({"work"} if is_of_loss(need.line) else set()))
        return [*query_terms(need.line), *terms_of_topic(self._topics, topics, self._language)]

    def _worth(self, need: Need) -> tuple[dict[str, float], list[str]]:
        """What each word of the topics is worth, and the words of the visitor's own trouble."""
        spoken_of = names_of(need.line, self._topics)
        troubled = need.feeling in ("sadness", "advice")
        troubles = [name for name in _TROUBLES if name in spoken_of] if troubled else []
        said_on = set(query_terms(need.line)) - set(terms_of_topic(self._topics, ["advice"], self._language))
        open_advice = need.feeling == "advice" and not said_on
        topics = [*troubles, *_TOPICS[need.feeling], *(_WHAT_TO_DO if open_advice else ())]
        worth = {
            term: (len(topics) - place) * _TOPIC_STEP
            for place, name in reversed(list(enumerate(topics)))
            for term in terms_of_topic(self._topics, [name], self._language)
        }
        return worth, query_terms(need.line) if troubles else []

    def _mark(self, number: int, marks: Sequence[float], need: Need, own: Sequence[str]) -> float:
        """How well a sentence serves."""
        one, bag = self._recall.said[number], self._recall.bags[number]
        brief = length_of(one.text, self._language) <= LIMIT[self._language] * _HALF
        named = any(bag.holds(term) >= 1.0 for term in own)
        felt = speaks_of_reader(one.text) and need.feeling in _OF_VISITOR
        wish = number in self._wishes and need.feeling not in _NO_WISH
        extra = _WISH * wish + _FELT * felt + _ADDRESSED * is_addressed(one.text) + _NAMED * named + _BRIEF * brief
        return max(marks, default=0.0) + _TERM_STEP * len(marks) + extra

    def _serves(self, number: int, feeling: Feeling) -> bool:
        """Whether a sentence says, kindly, what somebody with this feeling can be told."""
        one = self._recall.said[number]
        if not self._recall.answering[number] or not self._is_kind(one, feeling):
            return False
        if number in self._wishes and feeling not in _NO_WISH:
            return True
        if feeling in _OF_VISITOR:
            return speaks_of_reader(one.text)
        return counsels(one.text) or (feeling == "missing" and expression_of(one.text) == "warm")

    def _is_kind(self, one: Said, feeling: Feeling) -> bool:
        text = one.text
        if leans_back(text) or text.endswith(("?", "？")) or claim_in(text) == "ask" or is_grave(text):
            return False
        return feeling in _PARTING or expression_of(text) != "grave"


def _hurts(one: Said, lost: Sequence[str], gone: bool) -> bool:
    """Whether a sentence is hard on the trouble that somebody tells of, or names at all what is gone."""
    words = bag(one.text)
    return (gone or is_hard_to_hear(one.text)) and any(words.holds(term) >= 1.0 for term in lost)


def with_what_leans(recall: Recall, start: int, language: Language) -> list[Said]:
    """A sentence and those after it that need it, within the limit of an answer."""
    said = recall.said
    found = [said[start]]
    for one in said[start + 1 : start + _LONGEST]:
        same = (one.file, one.place, one.paragraph) == (said[start].file, said[start].place, said[start].paragraph)
        length = sum(length_of(each.text, language) for each in [*found, one])
        needed = leans_back(one.text) or length_of(found[-1].text, language) < COMFORT[language][0]
        if not same or not needed or length > LIMIT[language] or is_grave(one.text):
            break
        found.append(one)
    return found

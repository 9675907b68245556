"""Family topics: which words stand for one another, within a language and across. Knows nothing of letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from data.types import Language
from persona.language import folded
from persona.words import is_han, spaced, stem, stems

_FILE: Final = Path(__file__).with_name("topics.tsv")
_COLUMNS: Final = 5
_SHORTEST_COMPOUND: Final = 2  # characters; a longer word is looked up by its parts too


@dataclass(frozen=True, slots=True)
class Topic:
    """`terms` are English stems and Chinese words; `triggers` are phrases of several words, which count as well."""

    name: str
    terms: tuple[str, ...]
    triggers: tuple[str, ...]
    offer: dict[Language, str]


class Topics:
    """All topics, found by any of their words."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self.all = topics
        self._by_name = {topic.name: topic for topic in topics}
        self._by_term: dict[str, list[Topic]] = {}
        for topic in topics:
            for term in topic.terms:
                self._by_term.setdefault(term, []).append(topic)

    def __getitem__(self, name: str) -> Topic:
        return self._by_name[name]

    def related(self, term: str) -> tuple[str, ...]:
        """Every word that shares a topic with the term, without the term itself."""
        names = [term]
        if is_han(term) and len(term) > _SHORTEST_COMPOUND and term not in self._by_term:  # 喝咖啡 speaks of 咖啡
            names += [term[at : at + 2] for at in range(len(term) - 1)]
        topics = [topic for name in names for topic in self._by_term.get(name, ())]
        found = dict.fromkeys(other for topic in topics for other in (*topic.terms, *topic.triggers))
        return tuple(other for other in found if other != term)

    def naming(self, term: str) -> list[Topic]:
        """The topics that a term, or a topic's own name, belongs to."""
        named = [self._by_name[term]] if term in self._by_name else []
        return [*self._by_term.get(term, ()), *named]

    def triggered(self, line: str) -> tuple[Topic, ...]:
        """Topics that a phrase of several words in the line names."""
        words = spaced(folded(line))
        return tuple(topic for topic in self.all if any(f" {phrase} " in words for phrase in topic.triggers))


@cache
def family_topics() -> Topics:
    """The topics that come with the program."""
    rows = (line for line in _FILE.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return Topics(tuple(_topic(row) for row in rows))


def _topic(row: str) -> Topic:
    cells = row.split("\t")
    name, english, chinese, offer_en, offer_zh = cells + [""] * (_COLUMNS - len(cells))
    words = [*english.split("|"), *chinese.split("|")]
    terms = dict.fromkeys(_term(word) for word in words if word and " " not in word)
    phrases = tuple(folded(word) for word in words if " " in word)
    return Topic(name, tuple(terms), phrases, {"en": offer_en, "zh": offer_zh})


def _term(word: str) -> str:
    return folded(word) if is_han(word) else stem(folded(word))


def names_of(line: str, topics: Topics) -> set[str]:
    """Names of the topics that a line speaks of."""
    plain = folded(line)
    found = {topic.name for topic in topics.triggered(line)}
    present = set(stems(plain))
    for topic in topics.all:
        if any((term in plain) if is_han(term) else (term in present) for term in topic.terms):
            found.add(topic.name)
    return found

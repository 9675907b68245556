"""Which words stand for which, and how nearly: near-synonyms, family topics, the family's glossary. Knows no letters.

`synonyms.tsv` holds groups of words that mean nearly the same and kinds of things, `topics.tsv` wider fields; both were
written from the languages alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from persona.language import folded
from persona.topics import Topics
from persona.words import is_han, query_terms, spaced, stem

_FILE: Final = Path(__file__).with_name("synonyms.tsv")
_KINDS: Final = ">"  # between general words and kinds of it: "fruit > pear" finds pears for fruit, not fruit for pears
_SHORTEST_COMPOUND: Final = 2  # characters; a longer word is looked up by its parts too

GLOSSED: Final = 1.0  # the family says that the words are one
SYNONYM_SHARE: Final = 0.6  # of a near-synonym against the word itself; .45 to .8 find as much
TOPIC_SHARE: Final = 0.5  # of another word of the same field


class Lexicon:
    """Near words of a word, each with its share, 0 … 1."""

    def __init__(self, topics: Topics, glossary: Mapping[str, str] | None = None) -> None:
        self.topics = topics
        self._glossary = _both_ways(glossary or {})

    def near(self, term: str) -> dict[str, float]:
        """Every word that may stand for a stem, a Chinese word or a phrase, without itself."""
        found: dict[str, float] = {}
        for other in self._glossary.get(term, ()):
            found[other] = GLOSSED
        for name in _parts(term, self._by_term):
            for group in self._by_term.get(name, ()):
                for other in group:
                    found.setdefault(other, SYNONYM_SHARE)
        for other in self.topics.related(term):
            found.setdefault(other, TOPIC_SHARE)
        found.pop(term, None)
        return found

    def phrases_in(self, line: str) -> list[str]:
        """Entries of several words that a line holds, and words of the glossary: each is one piece of its meaning."""
        plain = folded(line)
        words = spaced(plain)
        glossed = [word for word in self._glossary if (word in plain if is_han(word) else f" {word} " in words)]
        return list(dict.fromkeys([*glossed, *(phrase for phrase in self._phrases if f" {phrase} " in words)]))

    @cached_property
    def _by_term(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for row in _FILE.read_text("utf-8").splitlines():
            if row and not row.startswith("#"):
                general, _, kinds = (_terms(part) for part in row.partition(_KINDS))
                for term in general:
                    found.setdefault(term, []).append((*general, *kinds))
        return found

    @cached_property
    def _phrases(self) -> list[str]:
        return [term for term in self._by_term if " " in term]


def _parts(term: str, known: Mapping[str, object]) -> Iterable[str]:
    """The term; a longer Chinese word that is not listed by its pairs of characters: 喝咖啡 speaks of 咖啡."""
    if is_han(term) and len(term) > _SHORTEST_COMPOUND and term not in known:
        return [term, *(term[at : at + 2] for at in range(len(term) - 1))]
    return [term]


def _term(word: str) -> str:
    plain = folded(word)
    return plain if is_han(plain) or " " in plain else stem(plain)


def _terms(part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_term(word.strip()) for word in part.split("|") if word.strip()))


def _both_ways(glossary: Mapping[str, str]) -> dict[str, list[str]]:
    """Each word of the glossary to its plain words, and each plain word back to it."""
    found: dict[str, list[str]] = {}
    for word, meaning in glossary.items():
        own = _term(word)
        for plain in query_terms(meaning) or [folded(meaning)]:
            found.setdefault(own, []).append(plain)
            found.setdefault(plain, []).append(own)
    return found

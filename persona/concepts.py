"""What a line asks for, piece by piece: its words, what may stand for each, and how much each weighs.

Knows the words of the letters by their frequency, none of their sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from data.types import Language
from persona.index import Index
from persona.language import language_of
from persona.lexicon import Lexicon
from persona.names import is_place, names_in, words_of
from persona.vocabulary import Vocabulary
from persona.wordlists import word_list
from persona.words import EDGE_SHARE, Bag, is_han, query_terms, stems

UNKNOWN_SHARE: Final = 0.9  # weight of a word that the person never used: it may be the question's furniture
UNKNOWN_SIGN_SHARE: Final = 0.6  # of a single Chinese character: mostly a verb that can be said in other ways
CHARACTER_SHARE: Final = 0.35  # of one character of a Chinese word against the word: 婚礼 and 结婚

# Topics that say when or where rather than what; beside another word they weigh less.
SETTING: Final = frozenset(["childhood", "summer", "winter", "spring", "autumn", "morning", "night", "old", "home"])
SETTING_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Concept:
    """One piece of the line's meaning: the words that stand for it, each with its share, and its weight."""

    term: str
    shares: dict[str, float]
    weight: float
    setting: bool = False  # says when or where
    telling: bool = True  # can be what the line is about
    characters: str = ""  # of a Chinese word
    known: bool = True  # to the letters, by one of its words
    stranger: bool = False  # a name, and no letter holds any of it


class Meaning:
    """A line's concepts together, ready to be looked for in many sentences."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts = concepts
        self.weights = [concept.weight for concept in concepts]
        self.total = sum(self.weights)
        self._by_token: dict[str, list[tuple[int, float]]] = {}
        self._inside: list[tuple[str, int, float]] = []  # phrases, and Chinese words that may lie across others
        for place, concept in enumerate(concepts):
            for term, share in concept.shares.items():
                self._by_token.setdefault(term, []).append((place, share))
                if " " in term or (is_han(term) and len(term) > 1):
                    self._inside.append((term, place, share))

    def held(self, of: Bag) -> list[float]:
        """How much of each concept a sentence holds, 0 … 1."""
        row = [0.0] * len(self.concepts)
        for tokens, certainty in ((of.stems, 1.0), (of.words, 1.0), (of.edges, EDGE_SHARE)):
            for token in tokens & self._by_token.keys():
                for place, share in self._by_token[token]:
                    row[place] = max(row[place], share * certainty)
        for term, place, share in self._inside:
            if share > row[place] and term in of.text:
                row[place] = max(row[place], share * of.holds(term))
        for place, concept in enumerate(self.concepts):
            if concept.characters and row[place] < CHARACTER_SHARE:
                shared = sum(character in of.text for character in concept.characters)
                row[place] = max(row[place], CHARACTER_SHARE * min(1.0, 2 * shared / len(concept.characters)))
        return row

    @property
    def names_a_stranger(self) -> bool:
        """Whether the line names somebody or something that no letter names."""
        return any(concept.stranger for concept in self.concepts)

    def share(self, row: Sequence[float]) -> float:
        """The share of the line's meaning that is in a row of `held`, 0 … 1."""
        return sum(weight * held for weight, held in zip(self.weights, row, strict=True)) / self.total


class Reading:
    """Reads lines against the words of the letters."""

    def __init__(
        self, language: Language, lexicon: Lexicon, index: Index, vocabulary: Vocabulary, names: Iterable[str]
    ) -> None:
        self._language: Language = language
        self._lexicon = lexicon
        self._index = index
        self._vocabulary = vocabulary
        self._names = frozenset().union(*map(words_of, names))

    def concepts(self, line: str) -> list[Concept]:
        """The line's meaning, piece by piece."""
        triggered = self._lexicon.topics.triggered(line)
        found = [self._concept(topic.name, dict.fromkeys((*topic.terms, *topic.triggers), 1.0)) for topic in triggered]
        covered = {part for one in found for term in one.shares for part in query_terms(term)}
        for phrase in self._lexicon.phrases_in(line):
            parts = stems(phrase) or query_terms(phrase) or [phrase]
            concept = self._concept(phrase, self._near(phrase))
            if concept.known and not covered.issuperset(parts):  # one that nothing stands for would hide its words
                found.append(concept)
                covered.update(parts)
        found += [self._concept(term, self._near(term)) for term in query_terms(line) if term not in covered]
        known = {one.term for one in found if one.known or self._lexicon.near(one.term)}  # Grandma is no name
        known |= self._names
        strangers = frozenset().union(*(name for name in names_in(line) if known.isdisjoint(name)))
        found = [replace(one, stranger=one.term in strangers) for one in found]
        if all(concept.setting for concept in found):
            return found
        return [replace(one, weight=one.weight * SETTING_SHARE) if one.setting else one for one in found]

    def _near(self, term: str) -> dict[str, float]:
        near = self._lexicon.near(term)
        if not self._index.frequency(term):
            near |= self._vocabulary.resembling(term)
        if language_of(term, self._language) != self._language:  # the other language can only stand for ours
            return dict.fromkeys(near, 1.0)
        return near

    def _concept(self, term: str, near: dict[str, float]) -> Concept:
        own = self._index.frequency(term)
        if not own and term[0] in word_list("zh") and not near and not is_place(term):  # cut wrongly: 里种
            near = {term[1:]: 1.0}
        known = {other: count for other in near if (count := self._index.frequency(other))}
        if own:
            weight = self._index.idf(own)
        elif known:
            weight = self._index.idf(max(known.values()))
        else:
            weight = self._index.idf(0) * (UNKNOWN_SHARE if len(term) > 1 else UNKNOWN_SIGN_SHARE)
        # a word that stands everywhere tells less than the one asked for: 做 for 烧, "made" for "knitted"
        shares = {other: near[other] * min(1.0, self._index.idf(count) / weight) for other, count in known.items()}
        shares[term] = 1.0
        setting = any(topic.name in SETTING for topic in self._lexicon.topics.naming(term))
        sign = is_han(term) and len(term) == 1 and not own
        return Concept(term, shares, weight, setting, not setting and not sign, _characters(term), bool(own or known))


def _characters(term: str) -> str:
    if not is_han(term) or len(term) == 1:
        return ""
    return "".join(char for char in term if char not in word_list("zh"))


def terms_of(concepts: Sequence[Concept]) -> dict[str, float]:
    """Every word to look for, with its weight."""
    found: dict[str, float] = {}
    for concept in concepts:
        for term, share in concept.shares.items():
            found[term] = max(found.get(term, 0.0), share)
        for character in concept.characters:
            found.setdefault(character, CHARACTER_SHARE)
    return found

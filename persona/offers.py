"""Which topics the letters say enough about to be offered to a visitor. Knows nothing of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from data.types import Language
from persona.recall import terms_of_topic
from persona.topics import Topic, Topics
from persona.words import Bag, is_han, pairs

OFFER_AT_LEAST: Final = 2  # sentences that make a topic worth offering


def offers(
    topics: Topics, bags: Sequence[Bag], language: Language, self_names: Collection[str]
) -> list[tuple[str, str]]:
    """Topics that the sentences speak of, those with most of them first: (name, as it is offered).

    Nobody is asked about "grandmother" who is the grandmother: topics of `self_names` are left out.
    """
    offered = [topic for topic in topics.all if topic.offer[language] and not set(self_names) & set(topic.terms)]
    holders = _Holders(bags)
    counted = [(len(_speaking_of(topic, topics, language, holders)), topic) for topic in offered]
    often = sorted((-count, topic.name, topic.offer[language]) for count, topic in counted if count >= OFFER_AT_LEAST)
    return [(name, offer) for _, name, offer in often]


def _speaking_of(topic: Topic, topics: Topics, language: Language, holders: _Holders) -> set[int]:
    return {number for term in terms_of_topic(topics, [topic.name], language) for number in holders.of(term)}


class _Holders:
    """Which sentences hold a term for certain. One pass over them; a term then looks at those that may hold it."""

    def __init__(self, bags: Sequence[Bag]) -> None:
        self._bags = bags
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(bags):
            for token in {*bag.stems, *bag.words, *pairs(bag.text)}:
                self._numbers[token].append(number)

    def of(self, term: str) -> list[int]:
        if " " in term:
            return [number for number, bag in enumerate(self._bags) if bag.holds(term) >= 1.0]
        key = term[:2] if is_han(term) else term  # a Chinese word may lie across others: its first pair leads to it
        return [number for number in self._numbers.get(key, ()) if self._bags[number].holds(term) >= 1.0]

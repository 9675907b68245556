"""Which topics the letters say enough about to be offered to a visitor. Knows nothing of questions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from data.types import Language
from persona.holders import Holders
from persona.recall import terms_of_topic
from persona.topics import Topics

_TAKEN_UP: Final[dict[Language, str]] = {"en": "Tell me about {}.", "zh": "讲讲{}吧。"}
OFFER_AT_LEAST: Final = 2  # sentences that make a topic worth offering


def offers(topics: Topics, holders: Holders, language: Language, self_names: Collection[str]) -> list[tuple[str, str]]:
    """Topics that the sentences speak of, those with most of them first: (name, as it is offered).

    Nobody is asked about "grandmother" who is the grandmother: topics of `self_names` are left out.
    """
    offered = [topic for topic in topics.all if topic.offer[language] and not set(self_names) & set(topic.terms)]
    counted = [(len(holders.of_any(terms_of_topic(topics, [topic.name], language))), topic) for topic in offered]
    often = sorted((-count, topic.name, topic.offer[language]) for count, topic in counted if count >= OFFER_AT_LEAST)
    return [(name, offer) for _, name, offer in often]


def taken_up(offer: str, language: Language) -> str:
    """What a visitor says who takes an offer up."""
    return _TAKEN_UP[language].format(offer)

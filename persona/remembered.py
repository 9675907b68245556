"""What visitors tell of themselves: which of their lines are worth keeping, and which of those kept fit a line.

Knows lines and what was kept of them, in the visitor's own words; none of the letters, and no place where it is kept.
Questions, greetings and feelings of the moment are not kept, nor is a line of somebody in danger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from data.types import Remembered
from persona.crisis import danger_in
from persona.grave import is_grave
from persona.language import HAN, folded
from persona.patterns import pattern
from persona.sentences import sentences_of
from persona.topics import Topics
from persona.words import Bag, bag, query_terms

_FILE: Final = "remembered.toml"
_LONGEST: Final = 240  # characters: what can be quoted back in one breath
_SHORTEST_EN: Final = 3  # words
_SHORTEST_ZH: Final = 4  # characters
_HAIL: Final = re.compile(
    r"^(?:(?:oh|hi|hello|hey|dear|grandpa|grandma|granny|nana|gran|grandad|dad|daddy|mum|mom|mummy|guess what|you know"
    r"|外公|外婆|爷爷|奶奶|姥姥|姥爷|爸爸?|妈妈?|你知道吗|告诉你)(?:\s*[,，!！。.:：]\s*|\s+(?=i\b|we\b|my\b)|(?=我)))+",
    re.IGNORECASE,
)
_AKIN: Final = 0.4  # of a word of the same topic, where the line is not about the visitor: too little by itself
_FITS: Final = 0.5  # of the words of a line: that many are in what was kept
_FITS_OTHERS: Final = 0.6  # and where the line does not speak of the visitor


def worth_keeping(line: str) -> str | None:
    """What a line tells of the visitor, whole sentences in their own words; None where it tells nothing."""
    if danger_in(line):
        return None
    told = [sentence for sentence in sentences_of(line) if _tells(_HAIL.sub("", sentence))]
    kept = _HAIL.sub("", ("" if HAN.search(line) else " ").join(told))
    return kept if kept and len(kept) <= _LONGEST else None


def asks_back(line: str) -> bool:
    """Whether a line asks what the visitor told before."""
    return bool(pattern(_FILE, "asks_back").search(folded(line)))


def is_about_visitor(line: str) -> bool:
    """Whether a line speaks of the visitor's own things."""
    return bool(pattern(_FILE, "about_visitor").search(folded(line)))


class Confided:
    """What one visitor told, the latest first."""

    def __init__(self, remembered: Sequence[Remembered], topics: Topics) -> None:
        self._kept = sorted(remembered, key=lambda one: one.date, reverse=True)
        self._bags = [bag(one.text) for one in self._kept]
        self._topics = topics

    def latest(self) -> Remembered | None:
        """The latest that may be brought up unasked."""
        return next((one for one in self._kept if not is_grave(one.text)), None)

    def all(self) -> Sequence[Remembered]:
        """Everything, for somebody who asks for it."""
        return self._kept

    def fitting(self, line: str) -> Remembered | None:
        """The latest that speaks of what the line speaks of."""
        terms = query_terms(line)
        if not terms:
            return None
        of_visitor = is_about_visitor(line)
        akin, enough = (1.0, _FITS) if of_visitor else (_AKIN, _FITS_OTHERS)
        shares = [sum(self._holds(each, term, akin) for term in terms) / len(terms) for each in self._bags]
        best = max(range(len(shares)), key=lambda at: (shares[at], -at), default=None)
        return None if best is None or shares[best] < enough else self._kept[best]

    def _holds(self, of: Bag, term: str, akin: float) -> float:
        """1 where the word is there, `akin` where one of its topic is."""
        if of.holds(term) >= 1.0:
            return 1.0
        return akin * any(of.holds(each) >= 1.0 for each in self._topics.related(term))


def _tells(sentence: str) -> bool:
    plain = folded(sentence)
    long_enough = len(HAN.findall(plain)) >= _SHORTEST_ZH or len(re.findall(r"[a-z']+", plain)) >= _SHORTEST_EN
    no_telling = pattern(_FILE, "no_telling").search(plain)
    return long_enough and not no_telling and bool(pattern(_FILE, "telling").search(plain))

"""How surely a passage answers a line. Knows one line and one passage, no ranking.

A false answer hurts more than "I don't remember", so the threshold is set for few of them; what is left unanswered is
the price. What is only plausible may be offered as the nearest that they wrote. A line with a name that no letter holds
has no answer, whatever its other words match. The weights are a logistic regression on tests/persona/questions and
tests/persona/cases (right passages against wrong ones and those of questions without an answer):
`python -m tests.persona.fit_recall`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final, NamedTuple

from data.types import Language
from persona.asked import Kind, says
from persona.excerpts import Excerpts, Run
from persona.relevance import Relevance

INHERITED_SHARE: Final = 0.6  # what a sentence beginning "It …" has of the words before it
PLAIN_KINDS: Final[frozenset[Kind]] = frozenset(["colour", "money", "number", "year"])  # seen for certain
ENOUGH: Final = 0.60  # of the questions without an answer, at most every twentieth is answered: cross-validated
PLAUSIBLE: Final = 0.30  # of what is offered as the nearest, some two of three are then right
# In log odds, so that these hold in both languages: Chinese questions without an answer come nearer to the letters.
CAUTION: Final[dict[Language, float]] = {"en": 0.0, "zh": 0.05}
MARKS_SCALE: Final = 10.0  # a high sum
FAR_BEHIND: Final = 1.0  # marks: e times less likely to be right than the best, and what is still farther is no less so


class Signs(NamedTuple):
    """What tells whether a passage answers."""

    matched: float  # weight of what of the line's meaning matched: one everyday word is no answer
    several: float  # whether two pieces of it or more are held
    single: float  # whether the line has no more than one
    words: float  # share of the line's wording that the sentence has, small words too
    best: float  # its sum of marks in relevance.py
    behind: float  # by how much the best of all has more, as far as that tells
    constant: float = 1.0


WEIGHTS: Final = Signs(
    matched=1.39, several=-0.38, single=0.28, words=0.98, best=2.60, behind=-1.21, constant=-4.27,
)  # fmt: skip


def sureness(run: Run, number: int, top: float, relevance: Relevance, excerpts: Excerpts) -> tuple[float, float]:
    """Coverage of the line by a run around a sentence, and how surely it answers, both 0 … 1.

    `top` is the highest sum of marks that any sentence has.
    """
    signs = signs_of(run, number, top, relevance, excerpts)
    total = sum(sign * weight for sign, weight in zip(signs, WEIGHTS, strict=True)) - CAUTION[relevance.asked.language]
    refused = relevance.meaning.names_a_stranger or _lacks_kind(run, relevance)
    held = _most([row(at, relevance, excerpts) for at in run for row in (_own, _inherited)])
    return relevance.meaning.share(held), 0.0 if refused else 1.0 / (1.0 + exp(-total))


def signs_of(run: Run, number: int, top: float, relevance: Relevance, excerpts: Excerpts) -> Signs:
    """What of a run around a sentence tells whether it answers."""
    meaning, marks = relevance.meaning, relevance.of(number)
    own = _most([_own(at, relevance, excerpts) for at in run])
    return Signs(
        matched=sum(weight * held for weight, held in zip(meaning.weights, own, strict=True)),
        several=float(sum(held > 0.0 for held in own) > 1),
        single=float(len(meaning.concepts) == 1),
        words=relevance.marks(number).words / max(1.0, relevance.wording.total),
        best=marks / MARKS_SCALE,
        behind=min(FAR_BEHIND, max(0.0, top - marks)),
    )


def _lacks_kind(run: Run, relevance: Relevance) -> bool:
    """Whether a colour, a number or the like was asked for, and the run plainly says none."""
    plain = PLAIN_KINDS.intersection(relevance.asked.kinds)
    plain = plain - {"number"} or plain  # an age or a sum is told by more than a number
    return not all(any(says(kind, relevance.text(at)) for at in run) for kind in plain)


def _own(number: int, relevance: Relevance, excerpts: Excerpts) -> Sequence[float]:
    """What a sentence holds, and what it replies to."""
    if excerpts.replies(number):
        return _most([relevance.row(number), relevance.heard(number)])
    return relevance.row(number)


def _inherited(number: int, relevance: Relevance, excerpts: Excerpts) -> Sequence[float]:
    """What a sentence has from the one before it: all of "You asked about …", most of what "It …" stands for."""
    if excerpts.answers_announcement(number):
        return relevance.row(number - 1)
    if excerpts.leans(number):
        return [INHERITED_SHARE * held for held in relevance.row(number - 1)]
    return relevance.row(number)


def _most(rows: Sequence[Sequence[float]]) -> list[float]:
    return [max(column) for column in zip(*rows, strict=True)]

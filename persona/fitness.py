"""How surely a passage answers a line. Knows one line and one passage, no ranking.

A false answer hurts more than "I don't remember", so the threshold is set for few of them; what is left unanswered is
the price. What is only plausible may be offered as the nearest that they wrote. A line with a name that no letter holds
has no answer, whatever its other words match. The weights are a logistic regression on the dev half of
tests/persona/questions and on tests/persona/cases (right passages against wrong ones and those of questions without an
answer): `python -m tests.persona.fit_recall`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final, NamedTuple

from persona.asked import Kind, says
from persona.excerpts import Excerpts, Run
from persona.relevance import Relevance

INHERITED_SHARE: Final = 0.6  # what a sentence beginning "It …" has of the words before it
PLAIN_KINDS: Final[frozenset[Kind]] = frozenset(["colour", "money", "number", "year"])  # seen for certain
ENOUGH: Final = 0.55  # of the dev half's questions without an answer, at most every twentieth is answered
PLAUSIBLE: Final = 0.25  # of the dev half's shared questions whose right passage comes first, 9 of 10 reach it
MARKS_SCALE: Final = 10.0  # a high sum


class Signs(NamedTuple):
    """What tells whether a passage answers. Shares are of the line's meaning, 0 … 1."""

    covered: float  # share that the run holds
    inherited: float  # with what "It …" stands for
    around: float  # with what stands around it
    matched: float  # weight of what matched: one everyday word is no answer
    missing: float  # share of the weightiest piece that is not held
    unknown: float  # share of which the letters hold no word at all
    several: float  # whether two pieces or more are held
    light: float  # share of the line's small words
    best: float  # its sum of marks in relevance.py
    constant: float = 1.0


WEIGHTS: Final = Signs(
    covered=-0.58, inherited=0.45, around=-0.06, matched=2.23, missing=-1.03, unknown=-0.44, several=-0.64,
    light=1.50, best=1.96, constant=-4.22,
)  # fmt: skip


def sureness(run: Run, number: int, relevance: Relevance, excerpts: Excerpts) -> tuple[float, float]:
    """Coverage of the line by a run around a sentence, and how surely it answers, both 0 … 1."""
    signs = signs_of(run, number, relevance, excerpts)
    total = sum(sign * weight for sign, weight in zip(signs, WEIGHTS, strict=True))
    refused = relevance.meaning.names_a_stranger or _lacks_kind(run, relevance)
    return signs.inherited, 0.0 if refused else 1.0 / (1.0 + exp(-total))


def signs_of(run: Run, number: int, relevance: Relevance, excerpts: Excerpts) -> Signs:
    """What of a run around a sentence tells whether it answers."""
    meaning = relevance.meaning
    own = _most([relevance.row(at) for at in run])
    inherited = _most([own, *(_inherited(at, relevance, excerpts) for at in run)])
    weights = meaning.weights
    lacking = max(weight * (1.0 - held) for weight, held in zip(weights, inherited, strict=True))
    marks = relevance.marks(number)
    return Signs(
        covered=meaning.share(own),
        inherited=meaning.share(inherited),
        around=max(marks.place, marks.paragraph),
        matched=sum(weight * held for weight, held in zip(weights, own, strict=True)),
        missing=lacking / meaning.total,
        unknown=meaning.share([float(not concept.known) for concept in meaning.concepts]),
        several=float(sum(held > 0.0 for held in own) > 1),
        light=marks.light,
        best=relevance.of(number) / MARKS_SCALE,
    )


def _lacks_kind(run: Run, relevance: Relevance) -> bool:
    """Whether a colour, a number or the like was asked for, and the run plainly says none."""
    plain = PLAIN_KINDS.intersection(relevance.asked.kinds)
    return bool(plain) and not any(says(kind, relevance.text(at)) for kind in plain for at in run)


def _inherited(number: int, relevance: Relevance, excerpts: Excerpts) -> Sequence[float]:
    """What a sentence has from the one before it: all of "You asked about …", most of what "It …" stands for."""
    if excerpts.answers_announcement(number):
        return relevance.row(number - 1)
    if excerpts.leans(number):
        return [INHERITED_SHARE * held for held in relevance.row(number - 1)]
    return relevance.row(number)


def _most(rows: Sequence[Sequence[float]]) -> list[float]:
    return [max(column) for column in zip(*rows, strict=True)]

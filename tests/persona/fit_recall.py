"""Fits the weights of `persona/relevance.py` and `persona/fitness.py`: `python -m tests.persona.fit_recall`.

Learned from are the written questions and the shorter ones of `cases/`, never the fresh ones. Relevance: the right
sentences of a question against all others weighed for it (list-wise). Fitness: the first passages of a question, right
ones against wrong ones and those of questions without an answer. `weights(fold)` leaves the facts of one fold out, so
that `measure_recall.py` can ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Final
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from persona import fitness, relevance
from persona.passages import Said
from persona.recall import Passage, Recall
from persona.relevance import Asked, Marks, Relevance
from persona.sentences import even
from persona.timing import Interval
from tests.persona.cases import SAMPLES, cases
from tests.persona.recall_questions import questions, recall_of

RIDGE_RELEVANCE: Final = 0.0005
RIDGE_FITNESS: Final = 0.0002
CASE_SHARE: Final = 0.7  # a short question of cases/ against a written one
FIRST: Final = 3  # passages of a question that are looked at for fitness

Rows = NDArray[np.float64]  # (n, marks)
Right = NDArray[np.bool_]  # (n,)


@dataclass(frozen=True)
class Lesson:
    """A line to learn from: what answers it, how much it counts, and the folds that it may not be learned from for."""

    line: str
    during: Interval | None
    answers: Callable[[Said], bool]
    counts: float
    folds: frozenset[int]


@dataclass(frozen=True)
class Marked:
    """The marks of every sentence weighed for a lesson, and which of them answer it."""

    lesson: Lesson
    marks: Rows
    right: Right


@dataclass(frozen=True)
class Weights:
    """All that is fitted."""

    marks: Marks
    signs: fitness.Signs

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Recall weighs by these."""
        with patch.object(relevance, "WEIGHTS", self.marks), patch.object(fitness, "WEIGHTS", self.signs):
            yield


@cache
def lessons(sample: str) -> Sequence[Lesson]:
    """Every line to learn from about a sample. A case belongs to the folds of all facts that answer it."""
    asked = questions(sample)
    found = [Lesson(one.line, one.during, partial(is_among, one.right), 1.0, frozenset([one.fold])) for one in asked]
    own = recall(sample, False).said
    for expected, line in cases(f"questions_{sample}"):
        answers = partial(holds_any, () if expected == "-" else tuple(expected.split("|")))
        right = {even(one.text) for one in own if answers(one)}
        folds = frozenset(one.fold for one in asked if right & one.right)
        found.append(Lesson(line, None, answers, CASE_SHARE, folds))
    return found


@cache
def recall(sample: str, among_others: bool) -> Recall:
    """Made once."""
    return recall_of(sample, among_others)


def is_among(right: Collection[str], said: Said) -> bool:
    """Whether a sentence is one of the evened ones."""
    return even(said.text) in right


def holds_any(words: Collection[str], said: Said) -> bool:
    """Whether a sentence of the sample's own holds one of some words."""
    return not said.file.startswith("other-") and any(word in said.text for word in words)


def settings() -> Iterator[tuple[Recall, Lesson]]:
    """Every lesson, among other lives and alone."""
    for sample in SAMPLES:
        for among_others in (True, False):
            for lesson in lessons(sample):
                yield recall(sample, among_others), lesson


def weighed(of: Recall, line: str, during: Interval | None) -> tuple[Relevance, list[int]]:
    """As `Recall.find` weighs a line."""
    found, hits = of._weighing(line, of._reading.concepts(line), Asked.of(line, of.language, during))
    return found, of._widened(hits)


@cache
def marked() -> Sequence[Marked]:
    """The lessons whose answer is among what is weighed."""
    found = []
    for of, lesson in settings():
        if not of._reading.concepts(lesson.line):
            continue
        weighs, numbers = weighed(of, lesson.line, lesson.during)
        right = np.array([lesson.answers(of.said[number]) for number in numbers], bool)
        if right.any():
            found.append(Marked(lesson, np.array([weighs.marks(number) for number in numbers]), right))
    return found


def fit_relevance(without: int | None) -> Marks:
    """The weights of the marks, fitted without the facts of a fold."""
    rows = [one for one in marked() if without not in one.lesson.folds]
    lengths = [len(one.right) for one in rows]
    starts, of = np.cumsum([0, *lengths[:-1]]), np.repeat(np.arange(len(rows)), lengths)
    marks, right = np.vstack([one.marks for one in rows]), np.concatenate([one.right for one in rows])
    counts = np.array([one.lesson.counts for one in rows])
    counts /= counts.sum()

    def loss(weights: Rows) -> tuple[float, Rows]:
        sums = marks @ weights
        powers = np.exp(sums - np.maximum.reduceat(sums, starts)[of])
        chance = powers / np.add.reduceat(powers, starts)[of]
        rightly = np.add.reduceat(chance * right, starts)
        value = RIDGE_RELEVANCE * weights @ weights - counts @ np.log(rightly)
        slope = ((chance - chance * right / rightly[of]) * counts[of]) @ marks
        return float(value), 2 * RIDGE_RELEVANCE * weights + slope

    return Marks(*minimize(loss, np.zeros(len(Marks._fields)), jac=True, method="L-BFGS-B").x)


def passages(without: int | None) -> Iterator[tuple[Sequence[float], bool]]:
    """The signs of the first passages of each lesson, and whether they answer."""
    for of, lesson in settings():
        if without in lesson.folds:
            continue
        found = of.find(lesson.line, lambda _: False, lesson.during)[:FIRST]
        for signs, passage in zip(signs_of(of, found, lesson), found, strict=True):
            yield signs, any(map(lesson.answers, passage.said))


def signs_of(of: Recall, found: Sequence[Passage], lesson: Lesson) -> Iterator[Sequence[float]]:
    """What tells whether passages answer a lesson; the first of them has the highest marks."""
    weighs, _ = weighed(of, lesson.line, lesson.during)
    for passage in found:
        start = of._numbers[passage.said[0]]
        run, number = range(start, start + len(passage.said)), of._numbers[passage.around]
        yield fitness.signs_of(run, number, found[0].score, weighs, of._excerpts)


def fit_fitness(without: int | None) -> fitness.Signs:
    """The weights of the signs, fitted without the facts of a fold, for passages as the marks in use rank them."""
    signs, right = (np.array(each, np.float64) for each in zip(*passages(without), strict=True))

    def loss(weights: Rows) -> tuple[float, Rows]:
        sums = signs @ weights
        sure = 1.0 / (1.0 + np.exp(-sums))
        value = np.mean(np.logaddexp(0.0, sums) - right * sums) + RIDGE_FITNESS * weights @ weights
        return float(value), signs.T @ (sure - right) / len(right) + 2 * RIDGE_FITNESS * weights

    return fitness.Signs(*minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B").x)


@cache
def weights(without: int | None = None) -> Weights:
    """All weights, fitted without the facts of a fold."""
    marks = fit_relevance(without)
    with patch.object(relevance, "WEIGHTS", marks):
        return Weights(marks, fit_fitness(without))


def main() -> None:
    found = weights()
    for each in (found.marks, found.signs):
        print(type(each).__name__, ", ".join(f"{name}={value:.2f}" for name, value in each._asdict().items()))


if __name__ == "__main__":
    main()

"""Fits the weights of `persona/relevance.py` and `persona/fitness.py`: `python -m tests.persona.fit_recall`.

Only the dev half is read, and the shorter questions of `cases/`. Relevance: the right sentences of a
question against all others weighed for it (list-wise). Fitness: the first passages of a question, right ones against
wrong ones and those of questions without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from persona import fitness
from persona.passages import Said
from persona.recall import Recall
from persona.relevance import Asked, Marks, Relevance
from persona.sentences import even
from tests.persona.cases import SAMPLES, cases
from tests.persona.measure_recall import Question, questions, recall_of

RIDGE_RELEVANCE: Final = 0.0005
RIDGE_FITNESS: Final = 0.01
CASE_SHARE: Final = 0.7  # a short question of cases/ against a blind one
FIRST: Final = 3  # passages of a question that are looked at for fitness

Rows = NDArray[np.float64]  # (n, marks)
Right = NDArray[np.bool_]  # (n,)


def dev(sample: str) -> Iterator[Question]:
    return (one for one in questions(sample) if one.half == "dev")


def weighed(recall: Recall, line: str) -> tuple[Relevance, list[int]]:
    """As `Recall.find` weighs a line."""
    of, hits = recall._weighing(recall._reading.concepts(line), Asked.of(line, recall.language, None))
    return of, recall._widened(hits)


def asked(sample: str) -> Iterator[tuple[str, Callable[[Said], bool], float]]:
    """Every line to learn from, what answers it, and how much it counts."""
    for one in dev(sample):
        yield one.line, partial(is_among, one.right), 1.0
    for expected, line in cases(f"questions_{sample}"):
        words = () if expected == "-" else tuple(expected.split("|"))
        yield line, partial(holds_any, words), CASE_SHARE


def is_among(right: Collection[str], said: Said) -> bool:
    """Whether a sentence is one of the evened ones."""
    return even(said.text) in right


def holds_any(words: Collection[str], said: Said) -> bool:
    """Whether a sentence of the sample's own holds one of some words."""
    return not said.file.startswith("other-") and any(word in said.text for word in words)


def lists() -> Iterator[tuple[Rows, Right, float]]:
    """The marks of every sentence weighed for a question, which are right, and how much the question counts."""
    for sample in SAMPLES:
        for among_others in (True, False):
            recall = recall_of(sample, among_others)
            for line, answers, counts in asked(sample):
                if not recall._reading.concepts(line):
                    continue
                of, numbers = weighed(recall, line)
                right = np.array([answers(recall.said[number]) for number in numbers], bool)
                if right.any():
                    yield np.array([of.marks(number) for number in numbers]), right, counts


def passages() -> Iterator[tuple[list[float], bool]]:
    """The signs of the first passages of each question, and whether they answer."""
    for sample in SAMPLES:
        for among_others in (True, False):
            recall = recall_of(sample, among_others)
            for line, answers, _ in asked(sample):
                for signs, said in first_of(recall, line):
                    yield signs, any(answers(each) for each in said)


def first_of(recall: Recall, line: str) -> Iterator[tuple[list[float], tuple[Said, ...]]]:
    """The signs of the first passages for a line."""
    for passage in recall.find(line, lambda _: False)[:FIRST]:
        of, _ = weighed(recall, line)
        start = recall._numbers[passage.said[0]]
        run, number = range(start, start + len(passage.said)), recall._numbers[passage.around]
        yield list(fitness.signs_of(run, number, of, recall._excerpts)), passage.said


def fit_relevance() -> Marks:
    rows = list(lists())
    total = sum(counts for _, _, counts in rows)

    def loss(weights: Rows) -> tuple[float, Rows]:
        value, slope = RIDGE_RELEVANCE * weights @ weights, 2 * RIDGE_RELEVANCE * weights
        for marks, right, counts in rows:
            chance = np.exp((sums := marks @ weights) - sums.max())
            chance /= chance.sum()
            among = chance[right] / chance[right].sum()
            value -= np.log(chance[right].sum()) * counts / total
            slope = slope - (among @ marks[right] - chance @ marks) * counts / total
        return float(value), slope

    return Marks(*minimize(loss, np.zeros(len(Marks._fields)), jac=True, method="L-BFGS-B").x)


def fit_fitness() -> fitness.Signs:
    signs, right = (np.array(each, np.float64) for each in zip(*passages(), strict=True))

    def loss(weights: Rows) -> tuple[float, Rows]:
        sums = signs @ weights
        sure = 1.0 / (1.0 + np.exp(-sums))
        value = np.mean(np.logaddexp(0.0, sums) - right * sums) + RIDGE_FITNESS * weights @ weights / len(right) * 100
        return float(value), signs.T @ (sure - right) / len(right) + 2 * RIDGE_FITNESS * weights / len(right) * 100

    return fitness.Signs(*minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B").x)


def main() -> None:
    for found in (fit_relevance(), fit_fitness()):
        print(type(found).__name__, ", ".join(f"{name}={value:.2f}" for name, value in found._asdict().items()))


if __name__ == "__main__":
    main()

"""Makes the weights of likeness.py from the sorted sentences: `python -m persona.likeness_fit`. Not used in service.

`--validate` prints instead what five-fold cross-validation says of each penalty and of each threshold: a fifth of the
sentences is told apart by weights made from the other four.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from data.types import Language
from persona.likeness import BUCKETS, NONE, Likeness, Speaker, features, save, settled
from persona.patterns import table

Row = tuple[str, str]  # (kind, line)
Shares = dict[str, float]

SPEAKERS: Final[tuple[Speaker, ...]] = ("visitor", "persona")
PENALTY: Final = 0.05  # of the squared weights; by --validate the best for visitors, for persona within 1 % of the best
PENALTIES: Final = (0.01, 0.02, 0.05, 0.1, 0.2)  # tried by --validate
THRESHOLDS: Final = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)  # tried by --validate
FOLDS: Final = 5
OURS: Final = ("manner.toml", "notices.toml")
OURS_WEIGH: Final = 3  # sentences: said in every talk, they may not be held
GAPS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "a": "the garden",
        "b": "fishing",
        "born": "1 May 1920",
        "died": "2 February 1999",
        "date": "March 1987",
        "to": "Mary",
        "author": "Peter",
        "told": "I've moved to Leeds",
        "name": "Ann Lee",
    },
    "zh": {
        "a": "钓鱼",
        "b": "过年",
        "born": "一九二〇年五月一日",
        "died": "一九九九年二月二日",
        "date": "一九八七年三月",
        "to": "小满",
        "author": "舅舅",
        "told": "我搬到上海了",
        "name": "林国安",
    },
}
STEPS: Final = 200


def rows(speaker: Speaker) -> list[Row]:
    """The sorted sentences of one speaker."""
    text = Path(__file__).with_name(f"sorted_{speaker}.tsv").read_text("utf-8")
    return [(kind, line) for kind, line in (row.split("\t") for row in text.splitlines() if row and row[0] != "#")]


def ours() -> list[Row]:
    """Our own phrases, which every engine must be able to say, with something in each of their gaps."""
    return [
        (NONE, form.format(**gaps))
        for language, gaps in GAPS.items()
        for file in OURS
        for forms in table(file)[language].values()
        for form in forms
    ]


def fitted(speaker: Speaker, sorted_rows: Sequence[Row], penalty: float = PENALTY) -> Likeness:
    """Multinomial logistic regression with a penalty on the weights."""
    kinds = tuple(sorted({kind for kind, _ in sorted_rows}))
    lines = _matrix([_features(line, speaker) for _, line in sorted_rows])
    wanted = np.array([[kind == one for one in kinds] for kind, _ in sorted_rows], dtype=float)
    shape = (BUCKETS + 1, len(kinds))  # the last row is the bias, which has no penalty

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        scores = lines @ weights[:-1] + weights[-1]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = np.exp(logs) - wanted
        slope = np.vstack([lines.T @ wrong, wrong.sum(axis=0)])
        slope[:-1] += penalty * weights[:-1]
        return -float((logs * wanted).sum()) + penalty / 2 * float((weights[:-1] ** 2).sum()), slope.ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    weights = found.x.reshape(shape).astype(np.float32)
    return Likeness(speaker, kinds, weights[:-1], weights[-1])


def foretold(speaker: Speaker, sorted_rows: Sequence[Row], penalty: float = PENALTY) -> list[tuple[str, Shares]]:
    """Each row's kind, and how likely it is of each by the weights of those four fifths that it is not in."""
    order = np.random.default_rng(seed=0).permutation(len(sorted_rows))
    told: list[tuple[str, Shares]] = []
    for fold in range(FOLDS):
        apart = set(order[fold::FOLDS].tolist())
        model = fitted(speaker, [row for at, row in enumerate(sorted_rows) if at not in apart], penalty)
        told += [(sorted_rows[at][0], model.of(sorted_rows[at][1])) for at in sorted(apart)]
    return told


_features = cache(features)  # the same lines are fitted again and again in validation


def _matrix(vectors: Sequence[dict[int, float]]) -> csr_array:
    ends = np.cumsum([0, *(len(vector) for vector in vectors)])
    buckets = [bucket for vector in vectors for bucket in vector]
    values = [value for vector in vectors for value in vector.values()]
    return csr_array((values, buckets, ends), shape=(len(vectors), BUCKETS))


def _validated(speaker: Speaker) -> Iterator[str]:
    """How surely each penalty tells the kinds apart, then what share of each kind is right at each threshold."""
    sorted_rows = rows(speaker)
    for penalty in PENALTIES:
        told = foretold(speaker, sorted_rows, penalty)
        yield f"penalty {penalty}: log loss {-float(np.mean([np.log(shares[kind]) for kind, shares in told])):.4f}"
    told = foretold(speaker, sorted_rows)
    for threshold in THRESHOLDS:
        right = [(kind, settled(shares, threshold, threshold) == kind) for kind, shares in told]
        parts = {kind: [was for one, was in right if one == kind] for kind, _ in right}
        yield f"threshold {threshold}: " + ", ".join(f"{kind} {np.mean(was):.1%}" for kind, was in parts.items())


if __name__ == "__main__":
    if "--validate" in sys.argv:
        for each in SPEAKERS:
            for line in _validated(each):
                sys.stdout.write(f"{each} {line}\n")
    else:
        save(fitted(each, [*rows(each), *(ours() * OURS_WEIGH if each == "persona" else ())]) for each in SPEAKERS)

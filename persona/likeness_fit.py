"""Makes the weights of likeness.py from the sorted sentences: `python -m persona.likeness_fit`. Not used in service.

`--validate` prints instead what five-fold cross-validation says of each penalty and of each threshold: a fifth of the
families is told apart by weights made from the other four. A family is what stands under one heading, an idea with the
harmless sentences that look like it, or what is nearly the same in words: no fold has seen a paraphrase of its own.
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
from scipy.sparse.csgraph import connected_components

from data.types import Language
from persona.language import HAN
from persona.likeness import BUCKETS, NONE, Likeness, Speaker, features, save, settled
from persona.patterns import table

Row = tuple[str, str]  # (kind, line)
Shares = dict[str, float]

SPEAKERS: Final[tuple[Speaker, ...]] = ("visitor", "persona")
PENALTY: Final = 0.05  # of the squared weights; by --validate the best for visitors, for persona within 1 % of the best
PENALTIES: Final = (0.02, 0.05, 0.1, 0.2)  # tried by --validate
THRESHOLDS: Final = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)  # tried by --validate
FOLDS: Final = 5
ALIKE: Final = 0.5  # cosine of two lines, by their rarer features: from here on one is a paraphrase of the other
HEADING: Final = ("# en: ", "# zh: ")
OURS: Final = ("manner.toml", "notices.toml", "connectives.toml")
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
    return [row for _, row in _headed(speaker)]


def families(speaker: Speaker) -> NDArray[np.int64]:  # (rows,)
    """The number of each row's family: that of its heading or, where it has none, of those that are like it."""
    headings = [heading for heading, _ in _headed(speaker)]
    held = _matrix([_features(line, speaker) for _, line in rows(speaker)])
    rarity = np.log((1 + len(headings)) / (1 + held.count_nonzero(axis=0)))
    weighed = held.multiply(rarity).tocsr()
    weighed = weighed.multiply(1 / np.sqrt(weighed.multiply(weighed).sum(axis=1))[:, None]).tocsr()
    alike = connected_components((weighed @ weighed.T) > ALIKE, directed=False)[1]
    named = [heading or str(number) for heading, number in zip(headings, alike, strict=True)]
    return np.unique(named, return_inverse=True)[1]


def _headed(speaker: Speaker) -> list[tuple[str | None, Row]]:
    """Each row with the heading above it."""
    heading: str | None = None
    found: list[tuple[str | None, Row]] = []
    for row in Path(__file__).with_name(f"sorted_{speaker}.tsv").read_text("utf-8").splitlines():
        if row.startswith(HEADING):
            heading = row
        elif row and row[0] != "#":
            kind, line = row.split("\t")
            found.append((heading, (kind, line)))
    return found


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


def foretold(speaker: Speaker, penalty: float = PENALTY) -> list[tuple[Row, Shares]]:
    """Each row, and how likely it is of each kind by the weights of those four fifths that its family is not in."""
    sorted_rows, of = rows(speaker), families(speaker)
    fold = np.random.default_rng(seed=0).integers(FOLDS, size=of.max() + 1)[of]
    told: list[tuple[Row, Shares]] = []
    for apart in range(FOLDS):
        model = fitted(speaker, [row for row, at in zip(sorted_rows, fold, strict=True) if at != apart], penalty)
        told += [(row, model.of(row[1])) for row, at in zip(sorted_rows, fold, strict=True) if at == apart]
    return told


_features = cache(features)  # the same lines are fitted again and again in validation


def _matrix(vectors: Sequence[dict[int, float]]) -> csr_array:
    ends = np.cumsum([0, *(len(vector) for vector in vectors)])
    buckets = [bucket for vector in vectors for bucket in vector]
    values = [value for vector in vectors for value in vector.values()]
    return csr_array((values, buckets, ends), shape=(len(vectors), BUCKETS))


def _validated(speaker: Speaker) -> Iterator[str]:
    """How surely each penalty tells the kinds apart, then what share of each kind is right at each threshold."""
    for penalty in PENALTIES:
        told = foretold(speaker, penalty)
        yield f"penalty {penalty}: log loss {-float(np.mean([np.log(shares[row[0]]) for row, shares in told])):.4f}"
    told = foretold(speaker)
    for language in ("en", "zh"):
        within = [(kind, shares) for (kind, line), shares in told if ("zh" if HAN.search(line) else "en") == language]
        for threshold in THRESHOLDS:
            right = [(kind, _is_right(speaker, kind, settled(shares, threshold, threshold))) for kind, shares in within]
            parts = {kind: [was for one, was in right if one == kind] for kind, _ in right}
            yield f"{language} at {threshold}: " + ", ".join(
                f"{kind} {np.mean(was):.1%} of {len(was)}" for kind, was in sorted(parts.items())
            )


def _is_right(speaker: Speaker, kind: str, told: str) -> bool:
    """Whether a line is rightly told: for what is held it is all the same why."""
    return told == kind if speaker == "visitor" else (told == NONE) == (kind == NONE)


if __name__ == "__main__":
    if "--validate" in sys.argv:
        for each in SPEAKERS:
            for line in _validated(each):
                sys.stdout.write(f"{each} {line}\n")
    else:
        save(fitted(each, [*rows(each), *(ours() * OURS_WEIGH if each == "persona" else ())]) for each in SPEAKERS)

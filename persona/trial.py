"""Puts a tuned model to the test on writing that was held back from it. Knows no model: whatever scores texts will do.

1. Choosing: the passage that truly came next, among three others of the same time, by shared words, by the model, and
   by both. How much each counts is fitted on other writing (conditional logit: McFadden, 1974), never on what is held
   out. The model's mark is how much likelier the context makes a passage: of passages drawn alike, the one with most of
   that is the likeliest to be the next, however long each is and however common its words.
2. Judging: a true sentence against itself with three words rotated, beside a model of word triples.
3. The swap: what tuning gained on the person's own text and on somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, pairwise
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from data.errors import FewWords, NotReady
from persona.corpus import Strand, windows
from persona.language import HAN
from persona.progress import Advance, unheard
from persona.resampling import paired_difference
from persona.sentences import sentences_of
from persona.verdict import Comparison, Losses, Swap, Verdict

OTHERS: Final = 3  # passages beside the true one
SAME_TIME: Final = 12  # passages before and as many after, in the order of time, from which the others are drawn
ROTATED: Final = 3  # words
MOST: Final = 300  # items of each kind: more would tell little more and take a large model hours
FEWEST_FITTED: Final = 20  # items: a weight fitted on fewer is chance, and the words count alone
PENALTY: Final = 1.0  # of the squared weights, as a normal prior with that deviation: a weak model does not count much
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

Marks = NDArray[np.float64]  # (items, texts)
Spans = list[tuple[int, int]]


class Scorer(Protocol):
    """Tells how well texts go with what stands before them."""

    def score(self, context: str, texts: Sequence[str]) -> Sequence[float]:
        """One mark for each text; a model's is its summed log-likelihood in nats."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """A passage of the person and all that stood before it, both with their white space; "" where nothing did."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Texts of which one is right after a context."""

    before: str
    texts: tuple[str, ...]
    right: int


def trial(
    model: Scorer,
    trigram: Scorer,
    lexical: Scorer,
    aside: Sequence[Written],
    held_out: Sequence[Written],
    seed: int,
    advance: Advance = unheard,
) -> Verdict:
    """The verdict on a model. `aside` and `held_out` are in the order of time, and neither was trained on.

    `advance` is told of each mark of the model's. Raises NotReady where its likelihoods are no numbers.
    """
    fitted, asked = (_some(choices(passages, seed), seed) for passages in (aside, held_out))
    turned = _some(rotations(held_out, seed), seed)
    told = _Told(model, advance, 2 * len(fitted) + 2 * len(asked) + len(turned))
    by_words, by_model = _marks(lexical, asked), _influence(told, asked)
    weights = _fitted_weights(_marks(lexical, fitted), _influence(told, fitted), fitted)
    words, alone, both = (
        _credits(marks, asked) for marks in (by_words, by_model, weights[0] * by_words + weights[1] * by_model)
    )
    heard, counted = (_credits(_marks(each, turned), turned) for each in (told, trigram))
    return Verdict(
        choosing=_compared(both, _no_worse_than_chance(words), seed),
        alone=_mean(alone),
        judging=_compared(heard, counted, seed),
    )


def swap(
    base: Scorer,
    tuned: Scorer,
    trigram: Scorer,
    own: Sequence[Written],
    other: Sequence[Written],
    tokens: Callable[[str], int],
    advance: Advance = unheard,
) -> Swap:
    """The losses on two held-out texts. `tokens` counts the base's tokens in a text."""
    told = _Told(tuned, advance, len(own) + len(other))
    return Swap(*(_losses((base, told, trigram), passages, tokens) for passages in (own, other)))


class _Told:
    """A scorer, and whoever is told how far it has come."""

    def __init__(self, scorer: Scorer, advance: Advance, of: int) -> None:
        self._scorer, self._advance, self._of = scorer, advance, of
        self._done = count()

    def score(self, context: str, texts: Sequence[str]) -> Sequence[float]:
        """The scorer's own marks."""
        self._advance(next(self._done), self._of)
        return self._scorer.score(context, texts)


def written(strands: Iterable[Strand], length: Callable[[str], int], most: int) -> list[Written]:
    """The person's passages in the form in which they are learnt, none longer than `most` with what stood before it.

    `length` counts a model's tokens.
    """
    return [one for strand in strands for one in _passages(strand, length, most)]


def _passages(strand: Strand, length: Callable[[str], int], most: int) -> Iterator[Written]:
    for late, window in enumerate(windows(strand, length, most)):
        before = ""
        for number, part in enumerate(window):
            if part.theirs:  # a name or a salutation alone tells nothing
                yield Written(part.text, before if late or number > 1 else "")
            before += part.text


def choices(passages: Iterable[Written], seed: int) -> Iterator[Item]:
    """Each passage with something before it, among others of its time and kind that were not said yet."""
    kinds: dict[tuple[str, str], list[Written]] = {}
    for one in passages:
        kinds.setdefault(_kind(one.text), []).append(one)
    for alike in kinds.values():
        for at, one in enumerate(alike):
            near = alike[max(0, at - SAME_TIME) : at + SAME_TIME + 1]
            unsaid = (each.text for each in near if each.text != one.text and each.text.strip() not in one.before)
            others = list(dict.fromkeys(unsaid))
            if one.before and len(others) >= OTHERS:
                chance = np.random.default_rng([seed, at])
                texts = [others[number] for number in chance.permutation(len(others))[:OTHERS]]
                right = int(chance.integers(OTHERS + 1))
                yield Item(one.before, (*texts[:right], one.text, *texts[right:]), right)


def _kind(text: str) -> tuple[str, str]:
    """The white space around it: a model must not tell a letter from a chat by that."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def rotations(passages: Iterable[Written], seed: int) -> Iterator[Item]:
    """Each sentence of some words, and itself with three neighbours of them rotated; its beginning stays."""
    for at, one in enumerate(passages):
        end = 0
        for number, sentence in enumerate(sentences_of(one.text)):
            start, before = one.text.index(sentence, end), one.before + one.text[:end]
            gap, end = one.text[end:start], start + len(sentence)
            chance = np.random.default_rng([seed, at, number])
            if turned := _rotated(sentence, chance):
                right = int(chance.integers(2))
                yield Item(before, (gap + turned, gap + sentence) if right else (gap + sentence, gap + turned), right)


def _rotated(sentence: str, chance: np.random.Generator) -> str | None:
    """None where no three words can be told from their rotation."""
    spans = _words(sentence)
    for first in chance.permutation(max(0, len(spans) - ROTATED)) + 1:
        places = spans[first : first + ROTATED]
        words = [sentence[start:end] for start, end in places]
        if len({word.casefold() for word in words}) == ROTATED:
            between = [sentence[end:start] for (_, end), (start, _) in pairwise(places)]
            mixed = [part for pair in zip([*words[1:], words[0]], [*between, ""], strict=True) for part in pair]
            return sentence[: places[0][0]] + "".join(mixed) + sentence[places[-1][1] :]
    return None


def _words(sentence: str) -> Spans:
    """Where the words stand; Chinese ones as they are segmented."""
    import rjieba

    found: Spans = []
    for run in _WORD.finditer(sentence):
        parts = rjieba.cut(run.group()) if HAN.search(run.group()) else [run.group()]
        found += pairwise(accumulate(map(len, parts), initial=run.start()))
    return found


def _some(items: Iterable[Item], seed: int) -> list[Item]:
    """All of them, or as many as are taken by chance."""
    found = list(items)
    return [found[at] for at in sorted(np.random.default_rng(seed).permutation(len(found))[:MOST])]


def _marks(scorer: Scorer, items: Sequence[Item]) -> Marks:
    marks = np.array([scorer.score(item.before, item.texts) for item in items], dtype=np.float64)
    return _numbers(marks)


def _influence(model: Scorer, items: Sequence[Item]) -> Marks:
    """By how many nats the context makes each text likelier."""
    return _marks(model, items) - _marks(model, [Item("", item.texts, item.right) for item in items])


def _numbers(marks: Marks) -> Marks:
    if not np.isfinite(marks).all():
        raise NotReady("the model gives likelihoods that are no numbers: tune it in float32 or bfloat16")
    return marks


def _fitted_weights(by_words: Marks, by_model: Marks, items: Sequence[Item]) -> tuple[float, float]:
    """What a mark of either counts; neither counts against a passage. Without enough items the words count alone."""
    if len(items) < FEWEST_FITTED:
        return 1.0, 0.0
    both = np.stack([by_words, by_model], axis=-1)  # (items, texts, 2)
    scale = (both - both.mean(axis=1, keepdims=True)).std(axis=(0, 1))
    even = both / np.where(scale > 0, scale, 1.0)
    at, right = np.arange(len(items)), [item.right for item in items]

    def loss(weights: NDArray[np.float64]) -> float:
        logits = even @ weights  # (items, texts)
        likelihood = logits[at, right] - np.logaddexp.reduce(logits, axis=1)
        return float(PENALTY / 2 * (weights @ weights) - likelihood.sum())

    found = minimize(loss, np.full(2, 0.5), bounds=[(0.0, None)] * 2).x / np.where(scale > 0, scale, 1.0)
    return float(found[0]), float(found[1])


def _credits(marks: Marks, items: Sequence[Item]) -> list[float]:
    """1 where the right text has the best mark, its share of 1 where several have, else 0."""
    best = [row == row.max() for row in marks]
    return [float(row[item.right] / row.sum()) for row, item in zip(best, items, strict=True)]


def _no_worse_than_chance(words: Sequence[float]) -> Sequence[float]:
    """Words that lead astray are a weak rival: a model that guesses would look good beside them."""
    chance = 1 / (OTHERS + 1)
    return words if _mean(words) >= chance else [chance] * len(words)


def _compared(ours: Sequence[float], rival: Sequence[float], seed: int) -> Comparison:
    if len(ours) < 2:  # nothing is known of the difference
        return Comparison(len(ours), _mean(ours), _mean(rival), -1.0, 1.0)
    found = paired_difference(ours, rival, seed)
    return Comparison(len(ours), _mean(ours), _mean(rival), found.low, found.high)


def _mean(shares: Sequence[float]) -> float:
    return float(np.mean(shares)) if shares else 0.0


def _losses(scorers: Iterable[Scorer], passages: Sequence[Written], tokens: Callable[[str], int]) -> Losses:
    """Those of each scorer, in nats a token."""
    size = sum(tokens(one.text) for one in passages)
    if not size:
        raise FewWords("nothing of the text is held out: give more of their writing")
    sums = [sum(each.score(one.before, [one.text])[0] for one in passages) for each in scorers]
    return Losses(*(-_numbers(np.array(sums)) / size).tolist())

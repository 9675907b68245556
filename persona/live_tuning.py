"""Tuning shown live, where no base is at hand: a small GPT-J is made of a sample's earlier letters, and then tuned.

The base reads the earlier half of what is learnt, of the person and of somebody else, so that it knows a little of both
languages and no more of one than of the other; adapter, trial and swap then are those of any base. What it shows is the
way a model is tuned and judged: a model so small says nothing worth hearing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import torch

from persona.corpus import Corpus
from persona.lesson import Asked, Learnt, Lesson, learn
from persona.means import Means
from persona.progress import Advance, stretch, unheard
from persona.small_base import small_base
from persona.tune import Plan

BASE: Final = "small-gpt-j-of-the-earlier-half-of-both"  # what the report calls it
KNOWN_SHARE: Final = 0.5  # of what is learnt, that the base has read before: with all of it, little were left to learn
MADE: Final = 0.35  # of the time, for the base
PLAN: Final = Plan(  # tried on both samples: more steps or a larger batch gain nothing and take longer
    learning_rate=5e-3, batch=4, window_tokens=128, most_epochs=30, fewest_steps=60, warm_up=0.1, fewest_between=10
)
MEANS: Final = Means("cpu", "float32", PLAN.batch, recompute=False)  # for so small a model nothing need be timed


def tuned_live(
    own: Corpus, other: Corpus, questions: tuple[Asked, ...], folder: Path, *, advance: Advance = unheard
) -> Learnt:
    """The whole of it in some twenty seconds on two cores. The base is left in the folder, which is lent.

    `advance` may raise to stop. The report's figures are those of `tuning_report.as_json`.
    """
    with _one_thread():
        texts = [text for corpus in (own, other) for text in _earlier(corpus)]
        base = small_base(texts, folder / BASE, advance=stretch(advance, 0, MADE))
        lesson = Lesson(own, other.held_out, questions, str(base), PLAN)
        return learn(lesson, means=MEANS, advance=stretch(advance, MADE, 1))


def _earlier(corpus: Corpus) -> list[str]:
    """The texts that the base may know, whole: with what others said in them."""
    known = max(1, int(len(corpus.training) * KNOWN_SHARE))
    return ["".join(part.text for part in strand.parts) for strand in corpus.training[:known]]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads that wait for one another took a small model ten times as long where the cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

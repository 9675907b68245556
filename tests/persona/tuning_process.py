"""Tunes in a process of its own, so that a test can kill it: `python -m tests.persona.tuning_process BASE STATE`.

The run's state is put into the file STATE after every step.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

from persona.corpus import Corpus, corpus_of
from persona.means import Means
from persona.tune import Plan, tune
from tests.persona.cases import letters, person

PLAN = Plan(learning_rate=5e-3, batch=8, window_tokens=96, most_epochs=1, fewest_steps=0, dropout=0.1)
MEANS = Means("cpu", "float32", 8, False)
STEP_S = 0.05  # at least, so that there is time to be killed within


def corpus(sample: str) -> Corpus:
    return corpus_of(person(sample), letters(sample))


def _slowly(_done: float, _of: float) -> None:
    time.sleep(STEP_S)


def _main(base: Path, place: Path) -> None:
    part = place.with_suffix(".part")

    def keep(state: bytes) -> None:
        part.write_bytes(state)
        part.replace(place)

    torch.set_num_threads(1)
    tune(base, corpus("hopper"), plan=PLAN, means=MEANS, advance=_slowly, keep=keep, kept_every_s=0.0)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))

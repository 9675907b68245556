"""How soon and how fast XTTS speaks at its published size, with weights by chance, and what telling babble costs.

`pytest tests/bench/bench_xtts.py -s`; the first needs a GPU. Weights by chance seldom stop, so a stream is closed after
some pieces. The vocoder hears all of a text again for each piece: the factor is that of a text of that length.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from data.types import RATE, Wave
from tests.voice.small_xtts import PUBLISHED, write_xtts
from tests.voice.voices import recording
from voice.babble import Expected, sober
from voice.xtts_latents import Latents
from voice.xtts_model import PIECE_TOKENS, XttsModel

TEXT = "when i was seven, i took apart every alarm clock in the house to find out how they worked."
PIECES = 7  # of 0.93 s: about what that text takes
ROUNDS = 5
TOKEN_SAMPLES = 1_115  # of 46 ms


@dataclass(frozen=True)
class Speed:
    first_s: float
    real_time_factor: float


def speed(model: XttsModel, latents: Latents) -> Speed:
    """The median over some seeds, after one to warm up."""
    firsts, factors = [], []
    for seed in range(ROUNDS + 1):
        start = time.perf_counter()
        stream = model.stream(TEXT, "en", latents, seed)
        samples = len(next(stream))
        first_s = time.perf_counter() - start
        samples += sum(len(piece) for piece, _ in zip(stream, range(PIECES - 1), strict=False))
        stream.close()
        firsts.append(first_s)
        factors.append((time.perf_counter() - start) / (samples / RATE))
    return Speed(median(firsts[1:]), median(factors[1:]))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_published_size_on_a_gpu(tmp_path: Path) -> None:
    model = XttsModel.load(write_xtts(tmp_path, PUBLISHED))
    latents = model.listen([recording("hopper")])
    held = torch.cuda.memory_allocated()
    found = speed(model, latents)
    left = torch.cuda.memory_allocated() - held
    print(f"\n{torch.cuda.get_device_name()}: first {PIECE_TOKENS} tokens {found.first_s * 1e3:.0f} ms,")
    print(f"{found.real_time_factor:.3f} of real time, {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB at most,")
    print(f"{held / 2**30:.1f} GiB for the weights, {left / 2**20:.1f} MiB left after closing")
    assert left < 2**20
    assert found.real_time_factor < 1


def test_telling_babble(benchmark: BenchmarkFixture) -> None:
    piece = np.tile(np.array([0.2, -0.2], np.float32), PIECE_TOKENS * TOKEN_SAMPLES // 2)

    def attempt(seed: int) -> Generator[Wave, None, None]:
        yield from (piece for _ in range(PIECES))

    made = benchmark(lambda: list(sober(attempt, Expected(PIECES * len(piece) / RATE), 0)))
    assert sum(map(len, made)) == pytest.approx(PIECES * len(piece), abs=RATE / 10)

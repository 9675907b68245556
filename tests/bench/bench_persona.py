"""How long the built-in persona takes to build and to answer. Run with `pytest tests/bench/bench_persona.py`."""

from __future__ import annotations

from typing import Any

import pytest

from data.types import Turn
from persona.guard import guard
from persona.recollection import Recollection
from tests.persona.cases import SAMPLES, letters, person, question, recollection


@pytest.mark.parametrize("sample", SAMPLES)
def test_building(benchmark: Any, sample: str) -> None:
    assert benchmark(Recollection, person(sample), letters(sample))


@pytest.mark.parametrize("sample", SAMPLES)
def test_answering(benchmark: Any, sample: str) -> None:
    persona = guard(recollection(sample), person(sample), recollection(sample).originals)
    assert benchmark(lambda: list(persona.reply([Turn("visitor", question(sample))])))

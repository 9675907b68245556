"""How sure a difference is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.resampling import paired_difference

SEED = 7


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=40))
def test_an_interval_holds_the_mean_and_turns_with_the_sides(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = (list(side) for side in zip(*pairs, strict=True))
    found, turned = paired_difference(ours, theirs, SEED), paired_difference(theirs, ours, SEED)
    assert found.low <= found.mean + 1e-9
    assert found.mean <= found.high + 1e-9
    assert turned.low == pytest.approx(-found.high, abs=1e-9)


def test_an_interval_is_that_of_the_normal_where_there_are_many_items() -> None:
    ours = [float(at % 10 < 6) for at in range(1_000)]
    found = paired_difference(ours, [0.0] * 1_000, SEED)
    half = 1.96 * math.sqrt(0.6 * 0.4 / 1_000)
    assert found.low == pytest.approx(0.6 - half, abs=0.005)
    assert found.high == pytest.approx(0.6 + half, abs=0.005)

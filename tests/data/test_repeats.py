from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from data.repeats import Repeats


@given(st.lists(st.sampled_from([b"a", b"b", b"c"])))
def test_a_short_stream_is_counted_rightly(coming: list[bytes]) -> None:
    repeats, before = Repeats(), Counter[bytes]()
    for what in coming:
        before[what] += 1
        assert repeats.times(what) == before[what]


def test_what_lies_far_back_is_forgotten_and_what_is_near_is_not() -> None:
    repeats = Repeats(held=10)
    repeats.times(b"far")
    for number in range(8):
        repeats.times(b"%d" % number)
    repeats.times(b"near")
    assert (repeats.times(b"near"), repeats.times(b"far")) == (2, 2)
    for number in range(100, 120):
        repeats.times(b"%d" % number)
    assert repeats.times(b"far") == 1

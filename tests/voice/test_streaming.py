"""A voice as a stream: whatever the text, for however long, left at any moment."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import RATE, AudioChunk
from tests.bench.memory import rss_mb
from tests.voice.voices import profile, sentence
from voice.formant import FormantVoice

LINE = "On the way home we talked about the garden, the neighbours, and what was left to do before winter. "
FEW = 150  # characters of any text
LONGEST_A_CHARACTER_S = 4.0  # "ﷺ" and "㍿" are whole phrases, and so is a number of twenty digits
GROWTH_MB = 24.0


def lines(minutes: float) -> Iterator[AudioChunk]:
    voice = FormantVoice(profile("hopper"), "en")
    said = 0.0
    while said < 60 * minutes:
        for chunk in voice.speak(sentence(LINE)):
            said += len(chunk.samples) / RATE
            yield chunk


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=FEW))
def test_any_text_is_finite_sound_of_a_sane_length(text: str) -> None:
    found = list(FormantVoice(profile("hopper"), "en").speak(sentence(text)))
    whole = np.concatenate([chunk.samples for chunk in found])
    assert np.isfinite(whole).all()
    assert np.abs(whole).max() < 1
    assert 0.3 <= len(whole) / RATE <= 1 + LONGEST_A_CHARACTER_S * len(text)
    assert [chunk.last for chunk in found] == [False] * (len(found) - 1) + [True]


def test_left_in_the_middle_it_computes_no_more() -> None:
    before = threading.active_count()
    stream = FormantVoice(profile("hopper"), "en").speak(sentence(LINE * 20))
    list(islice(stream, 3))
    stream.close()  # type: ignore[attr-defined]
    assert next(stream, None) is None
    assert threading.active_count() == before


def test_the_first_sound_needs_only_the_beginning_of_the_text() -> None:
    """The first chunk of a page is that of its first clause."""
    short, long = (next(FormantVoice(profile("hopper"), "en").speak(sentence(LINE * times))) for times in (1, 40))
    assert np.array_equal(short.samples, long.samples)


def test_chunks_join_as_smoothly_as_they_run() -> None:
    whole = list(islice(lines(0.4), 100))
    jumps = [abs(float(after.samples[0] - before.samples[-1])) for before, after in pairwise(whole)]
    inside = np.abs(np.diff(np.concatenate([chunk.samples for chunk in whole])))
    assert max(jumps) <= inside.max()
    assert np.median(jumps) < 4 * np.median(inside) + 1e-3


def test_minutes_of_text_need_no_more_memory_than_a_sentence() -> None:
    list(lines(0.2))
    tracemalloc.start()
    try:
        for _ in lines(0.2):
            pass
        _, first = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in lines(1.5):
            pass
        _, later = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert later < 1.3 * first + 2**20


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_an_hour_of_text_needs_no_more_memory_than_minutes() -> None:
    for _ in lines(2):
        pass
    after_minutes = rss_mb()
    for _ in lines(58):
        pass
    assert rss_mb() - after_minutes < GROWTH_MB

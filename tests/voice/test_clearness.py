from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.types import RATE, Wave
from voice.align import spoken_words
from voice.arpabet import PHONES, timed
from voice.clearness import (
    ALLOWED,
    LEAST_SPEECH_S,
    Errors,
    Listener,
    edits,
    judge,
    rate,
    too_little,
    word_errors,
    worse_by_at_most,
)
from voice.everyday import EVERYDAY
from voice.source import Espeak

WORDS = st.lists(st.sampled_from("abc"), max_size=8)
FEW = (EVERYDAY[0], EVERYDAY[18])


@cache
def listener() -> Listener:
    return Listener()


@cache
def plain(text: str) -> Wave:
    return Espeak().speak(text, "en").samples


def mistaken(text: str) -> Wave:
    """Says something else."""
    return plain("I would like a cup of tea with sugar.")


def test_the_everyday_sentences_hold_every_sound_of_english() -> None:
    assert len(set(EVERYDAY)) == len(EVERYDAY) >= 40
    heard = {name for text in EVERYDAY for name, _, _ in timed(Espeak().speak(text, "en").phonemes)}
    assert heard == set(PHONES)


def test_a_voice_that_says_something_else_loses_the_words() -> None:
    clear, other = ([word_errors(voice(text), text, listener()) for text in FEW] for voice in (plain, mistaken))
    assert rate(clear) + 0.3 < rate(other)


def test_what_was_heard_before_changes_nothing() -> None:
    alone = Listener().words(plain(FEW[1]))
    listener().words(mistaken(FEW[0]))
    assert listener().words(plain(FEW[1])) == alone


def test_silence_is_no_words() -> None:
    assert listener().words(np.zeros(0, np.float32)) == []
    assert word_errors(np.zeros(RATE, np.float32), "Good morning", listener()).wrong == 2


@given(WORDS, WORDS)
def test_edits_are_a_distance(one: list[str], other: list[str]) -> None:
    assert edits(one, other) == edits(other, one)
    assert abs(len(one) - len(other)) <= edits(one, other) <= max(len(one), len(other))
    assert (edits(one, other) == 0) == (one == other)


@given(WORDS, WORDS, WORDS)
def test_a_way_round_is_never_shorter(one: list[str], other: list[str], third: list[str]) -> None:
    assert edits(one, third) <= edits(one, other) + edits(other, third)


def test_a_word_left_out_and_one_misheard_are_two_edits() -> None:
    assert edits(spoken_words("She put the keys down"), ["she", "but", "keys", "down"]) == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12))
def test_the_bound_lies_inside_what_single_sentences_show(wrong: list[tuple[int, int]]) -> None:
    voice, source = ([Errors(row[side], 9) for row in wrong] for side in (0, 1))
    single = [(mine - theirs) / 9 for mine, theirs in wrong]
    assert min(single) - 1e-9 <= worse_by_at_most(voice, source) <= max(single) + 1e-9


def test_sentences_that_differ_much_make_the_bound_wide() -> None:
    even, uneven = [Errors(2, 10)] * 8, [Errors(wrong, 10) for wrong in (0, 4) * 4]
    source = [Errors(0, 10)] * 8
    assert worse_by_at_most(even, source) == pytest.approx(0.2)
    assert worse_by_at_most(uneven, source) > 0.2


def test_a_voice_as_clear_as_its_source_passes() -> None:
    verdict = judge(plain, plain, FEW)
    assert verdict.passed
    assert verdict.worse_by == 0.0
    assert verdict.sentences == len(FEW)
    assert "clear enough to use" in verdict.reason


def test_a_voice_that_is_not_understood_does_not_pass_and_says_why() -> None:
    verdict = judge(mistaken, plain, FEW)
    assert not verdict.passed
    assert verdict.worse_by is not None
    assert verdict.worse_by > ALLOWED
    assert "not clear enough" in verdict.reason
    assert "\n" not in verdict.reason


def test_too_little_speech_says_how_much_is_missing() -> None:
    verdict = too_little(27.0)
    assert verdict is not None
    assert not verdict.passed
    assert verdict.source_rate is None
    assert "27 seconds" in verdict.reason
    assert f"{LEAST_SPEECH_S - 27:.0f} seconds more" in verdict.reason
    assert too_little(LEAST_SPEECH_S) is None

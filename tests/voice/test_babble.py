"""Where a text ends in made-up sound: what is added is left out, and no word is."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import RATE, Wave
from voice.babble import KEPT_FRAMES, Expected, certain, ending, sober
from voice.espeak import SourceVoice, speak

KEPT_S = KEPT_FRAMES / 50
TEXT = "We walked along the river, and then we went home to have our tea."
MUMBLE = "mm ba da na na bo da ma"


def hum(seconds: float) -> Wave:
    """As even as a vowel."""
    times = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.2 * np.sign(np.sin(2 * np.pi * 120 * times)), np.float32)


def hush(seconds: float) -> Wave:
    """What stands for silence in a recording: noise 46 dB below the hum."""
    return (np.random.default_rng(4).standard_normal(round(seconds * RATE)) * 0.001).astype(np.float32)


@cache
def spoken(text: str, rate: int = 170) -> Wave:
    """Without silence around."""
    samples = speak(text, "en", SourceVoice(rate=rate)).samples
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    kept: Wave = samples[loud[0] : loud[-1]]
    return kept


def seconds(text: str) -> float:
    return len(spoken(text)) / RATE


def given_once(sound: Wave, piece: int = 4_000) -> list[Wave]:
    """What is left of a sound that comes in pieces."""

    def attempt(seed: int) -> Generator[Wave, None, None]:
        yield from (sound[at : at + piece] for at in range(0, len(sound), piece))

    return list(sober(attempt, EXPECTED, 0))


EXPECTED = Expected(4.0, (2.0,))


def length(pieces: Sequence[Wave]) -> float:
    return sum(map(len, pieces)) / RATE


def test_a_text_without_babble_goes_on_unharmed() -> None:
    sound = np.concatenate([hum(4.1), hush(0.5)])
    made = np.concatenate(given_once(sound))
    assert length([made]) == pytest.approx(4.1 + KEPT_S, abs=0.03)
    np.testing.assert_array_equal(made[: round(4.1 * RATE)], sound[: round(4.1 * RATE)])


@pytest.mark.parametrize("added", [0.6, 1.5, 3.0, 8.0, 20.0])
def test_what_comes_after_a_pause_near_the_expected_end_is_left_out(added: float) -> None:
    made = given_once(np.concatenate([hum(4.2), hush(0.6), hum(added)]))
    assert length(made) == pytest.approx(4.2 + KEPT_S, abs=0.03)


@pytest.mark.parametrize("slower", [0.9, 1.0, 1.1, 1.2])
@pytest.mark.parametrize("where", [0.75, 0.85, 0.95])
def test_a_hesitation_before_the_last_words_is_kept(slower: float, where: float) -> None:
    whole = 4.0 * slower
    sound = np.concatenate([hum(where * whole - 0.4), hush(0.4), hum((1 - where) * whole)])
    assert length(given_once(sound)) == pytest.approx(whole, abs=0.1)


def test_a_pause_of_the_text_near_its_end_is_no_end() -> None:
    expected = Expected(4.0, (3.6,))
    sound = np.concatenate([hum(4.0), hush(0.4), hum(0.9)])
    assert ending(sound, expected).samples == pytest.approx(5.3 * RATE, abs=RATE / 25)
    assert ending(sound, EXPECTED).samples == pytest.approx(4.0 * RATE, abs=RATE / 25)


def test_a_hum_without_end_is_stopped() -> None:
    taken = 0

    def attempt(seed: int) -> Generator[Wave, None, None]:
        nonlocal taken
        while True:
            taken += 1
            yield hum(1.0)

    made = list(sober(attempt, EXPECTED, 0))
    latest_s = EXPECTED.latest_frame / 50
    assert length(made) == pytest.approx(latest_s, abs=0.03)
    assert taken <= latest_s + 2
    assert abs(made[-1][-1]) < 1e-3  # faded, not cut off


@pytest.mark.parametrize("rate", [130, 170, 200])
@pytest.mark.parametrize("pause", [0.35, 0.8])
def test_a_mumble_after_speech_is_left_out_at_any_pace(rate: int, pause: float) -> None:
    text = spoken(TEXT, rate)
    sound = np.concatenate([text, hush(pause), spoken(MUMBLE), hush(0.4), spoken(MUMBLE, 150)])
    end = ending(sound, Expected(seconds(TEXT), (seconds("We walked along the river"),)))
    assert end.plausible
    assert end.samples == pytest.approx(len(text), abs=RATE / 20)


@given(st.lists(st.tuples(st.floats(0.05, 3.0), st.floats(0.0, 1.0)), min_size=1, max_size=6), st.integers(1, 30_000))
@settings(deadline=None, max_examples=60)
def test_how_the_sound_was_cut_on_its_way_changes_nothing(turns: list[tuple[float, float]], piece: int) -> None:
    sound = np.concatenate([part for loud, quiet in turns for part in (hum(loud), hush(quiet))])
    at_once, cut = given_once(sound, len(sound)), given_once(sound, max(piece, len(sound) // 40))
    np.testing.assert_allclose(np.concatenate([*cut, hush(0)]), np.concatenate([*at_once, hush(0)]), atol=1e-6)


@given(st.lists(st.tuples(st.floats(0.05, 3.0), st.floats(0.0, 1.0)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_what_was_certain_stays_so(turns: list[tuple[float, float]]) -> None:
    sound = np.concatenate([part for loud, quiet in turns for part in (hum(loud), hush(quiet))])
    known = [certain(sound[:at], EXPECTED) for at in range(0, len(sound), 2_400)]
    assert known == sorted(known)
    assert all(now <= at * 2_400 for at, now in enumerate(known))


def test_a_long_text_is_given_while_it_comes() -> None:
    heard: list[float] = []

    def attempt(seed: int) -> Generator[Wave, None, None]:
        for _ in range(8):
            heard.append(1)
            yield hum(0.5)

    made = sober(attempt, EXPECTED, 0)
    assert len(next(made)) == RATE // 2
    assert len(heard) == 1
    made.close()


def attempts(*sounds: Wave) -> tuple[list[int], Generator[Wave, None, None]]:
    """A short text of 0.8 s, spoken differently each time; which seeds were asked for, and what came out."""
    asked: list[int] = []

    def attempt(seed: int) -> Generator[Wave, None, None]:
        asked.append(seed)
        yield sounds[len(asked) - 1]

    return asked, sober(attempt, Expected(0.8), 7)


@pytest.mark.parametrize("bad", [hum(9.0), hum(0.2), hush(1.0)], ids=["endless", "swallowed", "silent"])
def test_a_short_text_that_came_out_wrong_is_spoken_again_with_another_seed(bad: Wave) -> None:
    asked, made = attempts(bad, hum(0.9))
    assert length(list(made)) == pytest.approx(0.9, abs=0.03)
    assert asked == [7, 8]


def test_a_text_is_spoken_again_only_once() -> None:
    asked, made = attempts(hum(9.0), hum(9.0))
    assert length(list(made)) == pytest.approx(Expected(0.8).latest_frame / 50, abs=0.03)
    assert asked == [7, 8]


def test_a_short_text_with_a_mumble_is_cut_and_not_spoken_again() -> None:
    asked, made = attempts(np.concatenate([hum(0.9), hush(0.5), hum(2.0)]))
    assert length(list(made)) == pytest.approx(0.9 + KEPT_S, abs=0.03)
    assert asked == [7]


def test_closing_stops_the_one_who_speaks() -> None:
    stopped = []

    def attempt(seed: int) -> Generator[Wave, None, None]:
        try:
            while True:
                yield hum(0.5)
        finally:
            stopped.append(seed)

    made = sober(attempt, EXPECTED, 3)
    next(made)
    made.close()
    assert stopped == [3]

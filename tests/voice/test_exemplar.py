from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadHome, BadRecording
from data.types import RATE, Wave
from tests.voice.measure import worst_click
from tests.voice.persons import moved, said
from tests.voice.voices import noise
from voice.espeak import Speech
from voice.everyday import EVERYDAY
from voice.exemplar import Exemplar, Piece, fit
from voice.forms import Array, centre_and_spread, forms, frames_of, melody
from voice.glottis import marks
from voice.grains import lay
from voice.regrain import ExemplarConverter
from voice.source import Espeak
from voice.speaker import embed, likeness
from voice.units import STRIDE, Choice
from voice.world import FRAME_SAMPLES, FRAMES_PER_S, reach, track

TEXTS = (
    "When I was seven, I took apart every alarm clock in the house.",
    "Hi.",
    "The garden looks lovely after the spring rain; it is a pleasure to hear your voice again.",
)


@cache
def kept() -> Exemplar:
    return fit(said("moved", 25.0), Espeak())


@cache
def converter() -> ExemplarConverter:
    return ExemplarConverter(kept())


@cache
def pieces(text: str) -> tuple[Wave, ...]:
    return tuple(converter().convert(Espeak().speak(text, "en")))


def sound(text: str) -> Wave:
    return np.concatenate(pieces(text))


def pitch(wave: Wave) -> Array:
    return centre_and_spread(track(wave, reach(track(wave)[0]))[0])


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_said_is_as_long_as_the_source_and_finite(text: str) -> None:
    assert len(sound(text)) == len(Espeak().speak(text, "en").samples)
    assert sound(text).dtype == np.float32
    assert np.isfinite(sound(text)).all()
    assert np.abs(sound(text)).max() <= 1


def test_nothing_to_say_is_nothing() -> None:
    assert sum(map(len, converter().convert(Speech(np.zeros(0, np.float32), (), ())))) == 0


def test_a_sound_without_phonemes_is_silent() -> None:
    (only,) = converter().convert(Speech(noise(0.3), (), ()))
    assert len(only) == len(noise(0.3))
    assert not only.any()


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60_000))
def test_a_source_cut_anywhere_keeps_its_length(samples: int) -> None:
    whole = Espeak().speak(TEXTS[0], "en")
    cut = tuple(
        replace(one, end_samples=min(one.end_samples, samples)) for one in whole.phonemes if one.start_samples < samples
    )
    found = converter().convert(Speech(whole.samples[:samples], cut, ()))
    assert sum(map(len, found)) == min(samples, len(whole.samples))


def test_the_first_piece_is_short() -> None:
    assert len(pieces(TEXTS[2])) > 2
    assert 0 < len(pieces(TEXTS[2])[0]) < 0.7 * RATE


def test_pieces_join_without_clicks() -> None:
    own = max(worst_click(piece.sound) for piece in said("moved", 25.0))
    assert worst_click(sound(TEXTS[2])) < own + 6


def test_the_same_words_give_the_same_samples() -> None:
    again = converter().convert(Espeak().speak(TEXTS[0], "en"))
    np.testing.assert_array_equal(np.concatenate(list(again)), sound(TEXTS[0]))


def test_the_same_recordings_are_kept_as_the_same_bytes() -> None:
    few = said("moved", 4.0)
    assert fit(few, Espeak()).to_bytes() == fit(few, Espeak()).to_bytes()


def test_a_closed_stream_leaves_nothing_behind() -> None:
    stream = converter().convert(Espeak().speak(TEXTS[0], "en"))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert next(stream, None) is None
    test_what_is_said_is_as_long_as_the_source_and_finite(TEXTS[1])


def test_it_sounds_like_the_person_and_not_like_the_source() -> None:
    person = embed(np.concatenate([moved(text) for text in EVERYDAY[:4]]))
    source = np.concatenate([Espeak().speak(text, "en").samples for text in TEXTS])
    spoken = likeness(embed(np.concatenate([sound(text) for text in TEXTS])), person)
    assert spoken > 0.85
    assert spoken > likeness(embed(source), person) + 0.1


def test_the_pitch_is_the_persons() -> None:
    middle, spread = pitch(np.concatenate([sound(text) for text in TEXTS]))
    assert abs(middle - kept().pitch[0]) < np.log(1.08)
    assert 0.75 < spread / kept().pitch[1] < 1.33


def test_what_is_kept_can_be_written_and_read() -> None:
    read = Exemplar.from_bytes(kept().to_bytes())
    assert read.to_bytes() == kept().to_bytes()
    again = ExemplarConverter(read).convert(Espeak().speak(TEXTS[1], "en"))
    np.testing.assert_array_equal(np.concatenate(list(again)), sound(TEXTS[1]))


@pytest.mark.parametrize("written", [b"", b"no archive", kept().to_bytes()[:-2000]], ids=["empty", "other", "cut"])
def test_what_is_damaged_is_named(written: bytes) -> None:
    with pytest.raises(BadHome, match="damaged"):
        Exemplar.from_bytes(written)


def test_a_piece_with_other_words_is_left_out() -> None:
    good = said("moved", 4.0)
    wrong = Piece(good[0].sound, "Turn left at the bank and then go straight on.")
    found = fit([*good, wrong, Piece(noise(3.0), "Good morning to you all.")], Espeak())
    assert found.piece.max() + 1 == len(good)


def test_nothing_but_wrong_words_is_refused() -> None:
    with pytest.raises(BadRecording, match="were the written words heard"):
        fit([Piece(noise(3.0), "Good morning to you all.")], Espeak())


def test_numbers_in_a_transcript_are_read_as_words() -> None:
    found = fit(
        [Piece(moved("We need to leave the house by eight thirty."), "We need to leave the house by 8:30.")], Espeak()
    )
    assert found.usable.any()


def test_most_of_what_is_said_is_of_use_and_no_pause() -> None:
    used = kept().usable.sum() / FRAMES_PER_S
    whole = sum(len(piece.sound) for piece in said("moved", 25.0)) / RATE
    assert 0.75 * whole < used < whole


def test_the_recordings_own_row_of_frames_is_chosen_as_it_was_spoken() -> None:
    units = kept().units()
    run = np.flatnonzero(units.usable & (units.piece == 1))[:200]
    run = np.arange(run[0], run[0] + 120)
    path = Choice(units).path(units.frames.part(int(run[0]), int(run[-1]) + 1).every(STRIDE))
    assert (path == run[::STRIDE]).mean() > 0.9


@settings(deadline=None)
@given(st.lists(st.integers(20, 240), min_size=2, max_size=40))
def test_grains_laid_where_they_were_taken_are_the_recording(steps: list[int]) -> None:
    wave = noise(0.5)
    centres = np.cumsum(steps)
    reach_samples = np.full(len(centres), 240)
    laid = lay(wave, centres, centres, reach_samples, int(centres[0]), int(centres[-1]))
    np.testing.assert_allclose(laid, wave[centres[0] : centres[-1]], atol=1e-6)


@settings(deadline=None)
@given(st.lists(st.integers(20, 240), min_size=3, max_size=30), st.data())
def test_grains_may_be_laid_in_two_goes(steps: list[int], data: st.DataObject) -> None:
    wave = noise(0.5)
    centres = np.cumsum(steps)
    taken, reach_samples = centres[::-1].copy(), np.full(len(centres), 200)
    whole = lay(wave, centres, taken, reach_samples, 0, 8_000)
    cut = data.draw(st.integers(1, len(centres) - 1))
    first = lay(wave, centres[: cut + 1], taken[: cut + 1], reach_samples[: cut + 1], 0, int(centres[cut]))
    rest = lay(wave, centres[cut:], taken[cut:], reach_samples[cut:], int(centres[cut]), 8_000)
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, atol=1e-6)


@pytest.mark.parametrize("f0_hz", [80.0, 140.0, 230.0, 320.0])
def test_there_is_one_mark_a_period(f0_hz: float) -> None:
    pulses = np.zeros(RATE, np.float32)
    at = np.arange(0, RATE, RATE / f0_hz).astype(int)
    pulses[at] = 0.5
    found = marks(pulses, np.full(RATE // FRAME_SAMPLES, f0_hz))
    inside = found[(found > RATE // 10) & (found < 9 * RATE // 10)]
    assert np.abs(np.diff(inside) - RATE / f0_hz).max() <= 2
    offset = np.min(np.abs(inside[:, None] - at[None]), axis=1)
    assert offset.max() - offset.min() <= 3


def test_where_nothing_is_voiced_there_are_no_marks_and_no_melody() -> None:
    assert not len(marks(noise(0.2), np.zeros(40)))
    assert not melody(np.zeros(40)).any()


@given(st.integers(1, 2_000))
def test_frames_cover_the_sound(samples: int) -> None:
    wave = noise(0.1)[:samples]
    assert len(forms(wave)) == frames_of(wave)
    assert (frames_of(wave) - 1) * FRAME_SAMPLES < max(len(wave), 1) <= max(frames_of(wave), 1) * FRAME_SAMPLES

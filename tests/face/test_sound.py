from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import CHUNK_SAMPLES, FPS, RATE, SAMPLES_PER_FRAME, AudioChunk, Wave
from face.articulation import articulate
from face.engine import PortraitFace
from face.sound import Ear, chunks, with_mouths
from face.speech_sounds import LOOK_FRAMES, Listener, Mouth
from services.ear_lessons import Lesson, music, sung
from tests.face.measure import best_lag
from tests.face.portraits import rig_of
from tests.face.speech import chunks as cut
from tests.face.speech import said, sentence

SENTENCES = ("My brother bought a big map of the moon.", "We were happy in the garden after the rain.")


def heard(samples: Wave, sizes: Sequence[int] = (5,)) -> list[Mouth]:
    listener, mouths, start, turn = Listener(), list[Mouth](), 0, 0
    while start < len(samples):
        end = start + sizes[turn % len(sizes)] * SAMPLES_PER_FRAME
        mouths += listener.hear(samples[start:end])
        start, turn = end, turn + 1
    return [*mouths, *listener.finish()]


def apertures(mouths: Sequence[Mouth]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([mouth.aperture for mouth in mouths])


# --- the stream -----------------------------------------------------------------------------------------------------


def test_every_frame_is_told_once_and_at_most_200_ms_later() -> None:
    listener, samples = Listener(), said(SENTENCES[0], "en")[0]
    told = 0
    for frame, start in enumerate(range(0, len(samples), SAMPLES_PER_FRAME)):
        told += len(listener.hear(samples[start : start + SAMPLES_PER_FRAME]))
        assert told == max(0, frame + 1 - LOOK_FRAMES)
    assert told + len(listener.finish()) == len(samples) // SAMPLES_PER_FRAME
    assert LOOK_FRAMES / FPS <= 0.2


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_how_sound_is_cut_changes_no_mouth(sizes: list[int]) -> None:
    samples = said("A better map.", "en")[0]
    assert heard(samples, sizes) == heard(samples)


def test_a_long_recording_takes_no_more_memory_than_a_short_one() -> None:
    listener, second = Listener(), np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    tracemalloc.start()
    for _ in range(90):
        listener.hear(second)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(30):
        listener.hear(second)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 4_000


def test_chunks_cover_the_sound_and_end_on_a_whole_frame() -> None:
    samples = np.ones(3 * CHUNK_SAMPLES + 100, np.float32)
    pieces = list(chunks([samples], sentence()))
    assert [piece.last for piece in pieces] == [False, False, False, True]
    assert all(len(piece.samples) % SAMPLES_PER_FRAME == 0 and piece.phonemes is None for piece in pieces)
    joined = np.concatenate([piece.samples for piece in pieces])
    np.testing.assert_array_equal(joined[: len(samples)], samples)
    assert not joined[len(samples) :].any()


@settings(deadline=None)
@given(st.lists(st.integers(0, 3 * CHUNK_SAMPLES), max_size=6))
def test_chunks_do_not_depend_on_the_pieces_in_which_a_sound_comes(sizes: list[int]) -> None:
    samples = np.arange(sum(sizes), dtype=np.float32)
    cut_up = list(chunks(np.split(samples, np.cumsum(sizes)[:-1]), sentence()) if sizes else chunks([], sentence()))
    whole = list(chunks([samples], sentence()))
    assert [(chunk.start_samples, chunk.last) for chunk in cut_up] == [
        (each.start_samples, each.last) for each in whole
    ]
    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(cut_up, whole, strict=True))


def test_chunks_keep_their_order_and_each_gets_its_frames() -> None:
    samples, phonemes = said(SENTENCES[1], "en")
    spoken_first = list(cut(samples, phonemes, sentence()))
    recorded = [piece.shifted(len(samples)) for piece in cut(samples, None, sentence(index=1), (1, 4))]
    given_in = [*spoken_first, *recorded, *(piece.shifted(2 * len(samples)) for piece in spoken_first)]
    came = list(with_mouths(iter(given_in)))
    assert [chunk for chunk, _ in came] == given_in
    for chunk, mouths in came:
        assert (mouths is None) == (chunk.phonemes is not None)
        assert mouths is None or len(mouths) * SAMPLES_PER_FRAME == len(chunk.samples)


def test_a_stream_that_stops_without_a_last_chunk_loses_nothing() -> None:
    pieces = list(cut(said(SENTENCES[0], "en")[0], None, sentence()))[:4]
    assert [chunk for chunk, _ in with_mouths(iter(pieces))] == pieces


# --- the mouth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", SENTENCES)
def test_the_mouth_is_heard_without_lag(text: str) -> None:
    samples, phonemes = said(text, "en")
    meant = articulate(phonemes, 0, len(samples) // SAMPLES_PER_FRAME).aperture
    r, lag = best_lag(apertures(heard(samples)), meant)
    assert r > 0.75
    assert abs(lag) < 1.0


def test_lips_are_heard_to_meet() -> None:
    samples, phonemes = said("Mama, my baby may be happy.", "en")
    opening = apertures(heard(samples))
    lips = [p for p in phonemes if p.ipa[:1] in {"m", "b", "p"}]
    met = [
        opening[p.start_samples // SAMPLES_PER_FRAME - 1 : p.end_samples // SAMPLES_PER_FRAME + 2].min() < 0.03
        for p in lips
    ]
    assert np.mean(met) >= 0.7


def test_oo_is_heard_rounder_than_ee() -> None:
    def rounding(text: str) -> float:
        mouths = heard(said(text, "en")[0])
        return float(np.mean([mouth.protrusion for mouth in mouths if mouth.speaking]))

    assert rounding("Who knew you two?") > rounding("He sees these teas.") + 0.1


def test_a_fainter_voice_moves_nearly_as_much() -> None:
    samples = said(SENTENCES[0], "en")[0]
    loud, faint = apertures(heard(samples)), apertures(heard(0.05 * samples))
    assert np.corrcoef(loud, faint)[0, 1] > 0.9


def test_a_sung_vowel_is_held_open() -> None:
    samples, phonemes = said("Father.", "en")
    song = sung(Lesson("", samples, phonemes), np.random.default_rng(0))
    vowel = next(p for p in song.phonemes if p.ipa.startswith("ɑ"))
    whole = len(song.samples) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
    opening = apertures(heard(song.samples[:whole]))
    held = opening[vowel.start_samples // SAMPLES_PER_FRAME + 2 : vowel.end_samples // SAMPLES_PER_FRAME - 2]
    assert held.min() > 0.1


@pytest.mark.parametrize("kind", ["silence", "noise", "hum", "music"])
def test_without_a_voice_the_mouth_stays_shut(kind: str) -> None:
    chance, n = np.random.default_rng(3), 8 * RATE
    sound = {
        "silence": np.zeros(n, np.float32),
        "noise": (0.1 * chance.standard_normal(n)).astype(np.float32),
        "hum": (0.2 * np.sin(2 * np.pi * 50 * np.arange(n) / RATE)).astype(np.float32),
        "music": music(chance, n),
    }[kind]
    assert np.mean(apertures(heard(sound)) > 0.05) < 0.1


def test_sound_far_beyond_full_scale_gives_finite_mouths() -> None:
    sound = 40.0 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    assert np.isfinite(apertures(heard(sound))).all()


# --- loudness -------------------------------------------------------------------------------------------------------


def test_louder_stretches_are_stronger_and_silence_says_nothing() -> None:
    ear, tone = Ear(), np.sin(np.arange(SAMPLES_PER_FRAME) * 0.05).astype(np.float32)
    for _ in range(100):
        usual = ear.hear(0.05 * tone)
    for _ in range(5):
        louder = ear.hear(0.3 * tone)
    assert louder.gain > usual.gain
    assert not ear.hear(np.zeros(SAMPLES_PER_FRAME, np.float32)).speaking


# --- the whole way --------------------------------------------------------------------------------------------------


def test_a_recording_without_phonemes_moves_a_portrait_in_step() -> None:
    samples = said("A better map.", "en")[0]
    given_in: list[AudioChunk] = list(chunks([samples], sentence()))
    shots = list(PortraitFace(rig_of("hopper")).animate(iter(given_in)))
    voiced = [shot for shot in shots if shot.sentence is not None]
    np.testing.assert_array_equal(np.concatenate([shot.audio for shot in voiced]), samples)

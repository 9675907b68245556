"""A real recording speaks for itself, and silence lasts as long as reading."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from data.types import RATE, AudioChunk, Phrase, Sentence, Span, Wave
from tests.voice.measure import worst_click
from tests.voice.voices import follow_each_other, recording
from voice.convert import LEVEL, level_ratio
from voice.silence import SilentVoice
from voice.theirs import WithRecordings

PLAYED = Phrase("Ring me back.", "en", "their-voice", recording=Span("tape.wav", 2 * RATE, 5 * RATE))
SPOKEN = Phrase("You once said:", "en", "imagined")


def tape(_file: str) -> Wave:
    return recording("hopper") * np.float32(0.3)


def heard(*phrases: Phrase) -> list[AudioChunk]:
    return list(WithRecordings(SilentVoice(), tape).speak(Sentence(3, phrases)))


def samples(chunks: list[AudioChunk]) -> Wave:
    return np.concatenate([chunk.samples for chunk in chunks])


def best_match(wave: Wave, whole: Wave) -> float:
    """The largest correlation of the wave with any stretch of the whole that is as long."""
    from scipy.signal import correlate

    found = correlate(whole, wave, "valid", "fft") / (np.linalg.norm(wave) + 1e-9)
    energy = np.sqrt(np.convolve(np.square(whole), np.ones(len(wave)), "valid")[: len(found)])
    return float((found / (energy + 1e-9)).max())


def test_the_recording_itself_is_heard() -> None:
    sound = samples(heard(PLAYED))
    middle = sound[RATE : 2 * RATE]
    assert best_match(middle, recording("hopper")[: 8 * RATE]) > 0.999


@pytest.mark.parametrize("phrases", [(PLAYED,), (SPOKEN, PLAYED), (PLAYED, SPOKEN), (SPOKEN, PLAYED, SPOKEN)])
def test_chunks_follow_each_other_and_the_last_one_alone_is_marked(phrases: tuple[Phrase, ...]) -> None:
    chunks = heard(*phrases)
    assert follow_each_other(chunks)
    assert all(chunk.sentence == Sentence(3, phrases) for chunk in chunks)


def test_the_face_reads_what_is_played_and_knows_what_is_not() -> None:
    chunks = heard(SPOKEN, PLAYED)
    known = [chunk.phonemes is not None for chunk in chunks]
    assert known == sorted(known, reverse=True)
    assert set(known) == {True, False}


def test_it_is_as_loud_as_any_voice_and_begins_and_ends_without_a_click() -> None:
    sound = samples(heard(PLAYED))
    assert level_ratio(sound[: 3 * RATE]) == pytest.approx(LEVEL, rel=0.15)
    assert abs(sound[0]) < 1e-4
    assert abs(sound[-1]) < 1e-4
    assert worst_click(sound) < worst_click(recording("hopper")[: 6 * RATE]) + 3


def test_what_the_recording_does_not_hold_the_other_voice_says() -> None:
    beyond = Phrase("Bye.", "en", "their-voice", recording=Span("tape.wav", 0, 10_000 * RATE))
    assert not samples(heard(beyond)).any()


def test_closing_closes_the_other_voice() -> None:
    closed = []

    class Watched(SilentVoice):
        def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
            try:
                yield from super().speak(sentence)
            finally:
                closed.append(True)

    chunks = WithRecordings(Watched(), tape).speak(Sentence(0, (Phrase("word " * 60, "en", "imagined"),)))
    next(iter(chunks))
    chunks.close()  # type: ignore[attr-defined]  # a generator
    assert closed


@pytest.mark.parametrize(
    ("text", "language", "seconds"), [("好", "zh", 1.5), ("x" * 150, "en", 10.0), ("话" * 50, "zh", 10)]
)
def test_silence_lasts_as_long_as_reading(text: str, language: str, seconds: float) -> None:
    sentence = Sentence(0, (Phrase(text, "zh" if language == "zh" else "en", "imagined"),))
    chunks = list(SilentVoice().speak(sentence))
    assert len(samples(chunks)) / RATE == pytest.approx(seconds, abs=0.05)
    assert not samples(chunks).any()
    assert chunks[-1].last

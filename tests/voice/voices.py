"""Voices for the tests: the samples' recordings, and voices of any pitch and tract made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from data.types import CHUNK_SAMPLES, RATE, SAMPLES_PER_FRAME, AudioChunk, Language, Mark, Phrase, Sentence, Wave
from tests.voice.measure import read
from voice.enroll import enroll
from voice.espeak import SourceVoice, speak
from voice.profile import VoiceProfile
from voice.world import Features, analyse, stretch, synthesize

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
LINES = (
    "The quick brown fox jumps over the lazy dog, and nobody minds at all.",
    "Last week we saw a very large ship come into the harbour at noon.",
    "My uncle baked a cherry pie; we ate it while it was warm.",
)


@cache
def recording(name: str) -> Wave:
    """The recording of a sample memorial."""
    return read(str(SAMPLES / name / "recording.ogg"))


@cache
def profile(name: str) -> VoiceProfile:
    """Its profile."""
    return enroll([recording(name)])


@cache
def made_up(pitch: float, tract: float, variant: str = "m7") -> Wave:
    """Ten seconds of a voice of a median pitch in Hz whose formants lie `tract` times as high as espeak-ng's own."""
    plain = np.concatenate([speak(line, "en", SourceVoice(variant, 160, 60)).samples for line in LINES])
    features = analyse(plain)
    f0_hz = features.f0_hz * pitch / np.median(features.f0_hz[features.voiced])
    moved = Features(f0_hz, stretch(features.envelope, tract), features.aperiodicity)
    return synthesize(moved, len(plain))


def sentence(text: str, language: Language = "en", mark: Mark = "imagined") -> Sentence:
    """A sentence of one phrase."""
    return Sentence(0, (Phrase(text, language, mark),))


def follow_each_other(chunks: Sequence[AudioChunk]) -> bool:
    """Whether they are whole frames of sound without a gap, and the last one alone is marked so."""
    ends = [chunk.start_samples + len(chunk.samples) for chunk in chunks]
    return (
        [chunk.start_samples for chunk in chunks] == [0, *ends[:-1]]
        and [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
        and all(0 < len(chunk.samples) <= CHUNK_SAMPLES for chunk in chunks)
        and all(len(chunk.samples) % SAMPLES_PER_FRAME == 0 for chunk in chunks)
        and all(chunk.samples.dtype == np.float32 for chunk in chunks)
    )


def noise(seconds: float, level: float = 0.1) -> Wave:
    """White noise."""
    return (np.random.default_rng(4).standard_normal(round(seconds * RATE)) * level).astype(np.float32)

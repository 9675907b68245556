"""Lessons as the network is fed them: band powers and the mouth that goes with them. Not used in service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, SAMPLES_PER_FRAME, Phoneme, Wave
from face.articulation import articulate
from face.speech_sounds import HOP, OUTPUTS, WINDOW, powers
from face.viseme import is_pause, parts
from services.ear_lessons import Lesson

Array = NDArray[np.float32]

BEFORE_S = (0.08, 1.2)  # silence before a clause
AFTER_S = (0.15, 0.6)
SHUT = 0.012  # E
NEAR_S = 0.06  # of a p, b or m, for shut lips to be theirs
QUIET_DB = (-42.0, 0.0)  # a lesson's level against full scale


@dataclass(frozen=True, slots=True)
class Track:
    """`powers` (4 n, BANDS), `mouths` (n, OUTPUTS); of closure and voice 0 or 1."""

    powers: Array
    mouths: Array


def track(lesson: Lesson, chance: np.random.Generator) -> tuple[Wave, tuple[Phoneme, ...]]:
    """A lesson between two silences, a whole number of frames, at any place in their grid."""
    before, after = (round(chance.uniform(*span) * RATE) for span in (BEFORE_S, AFTER_S))
    whole = -(-(before + len(lesson.samples) + after) // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
    samples = np.zeros(whole, np.float32)
    samples[before : before + len(lesson.samples)] = lesson.samples / (np.abs(lesson.samples).max() + 1e-9)
    return samples, tuple(phoneme.shifted(before) for phoneme in lesson.phonemes)


def tracked(samples: Wave, phonemes: tuple[Phoneme, ...]) -> Track:
    """What is heard and what the mouth does."""
    padded = np.concatenate((np.zeros(WINDOW - HOP, np.float32), samples))
    return Track(powers(padded), mouths(phonemes, len(samples) // SAMPLES_PER_FRAME))


def mouths(phonemes: tuple[Phoneme, ...], frames: int) -> Array:  # (frames, OUTPUTS)
    """As `face/articulation.py` moves them."""
    shapes = articulate(phonemes, 0, frames)
    columns = [shapes.aperture, shapes.spread, shapes.protrusion, shapes.tuck, shapes.tongue]
    middles = (np.arange(frames) + 0.5) * SAMPLES_PER_FRAME / RATE
    closes, speaks = np.zeros(frames, bool), np.zeros(frames, bool)
    for phoneme in phonemes:
        if is_pause(phoneme.ipa):
            continue
        start_s, end_s = phoneme.start_samples / RATE, phoneme.end_samples / RATE
        speaks |= (middles > start_s - SAMPLES_PER_FRAME / RATE) & (middles < end_s + SAMPLES_PER_FRAME / RATE)
        if any(part.viseme.closure != "none" for part in parts(phoneme.ipa)):
            closes |= (middles > start_s - NEAR_S) & (middles < end_s + NEAR_S) & (shapes.aperture < SHUT)
    return np.asarray(np.stack([*columns, closes, speaks], axis=1), np.float32)


def joined(tracks: Iterable[Track]) -> Track:
    """One after the other."""
    all_of = list(tracks)
    return Track(np.concatenate([t.powers for t in all_of]), np.concatenate([t.mouths for t in all_of]))


def silent(samples: Wave) -> Track:
    """Sound during which nobody speaks."""
    whole = len(samples) // SAMPLES_PER_FRAME
    padded = np.concatenate((np.zeros(WINDOW - HOP, np.float32), samples[: whole * SAMPLES_PER_FRAME]))
    return Track(powers(padded), np.zeros((whole, len(OUTPUTS)), np.float32))

"""Whether the tones of Mandarin, which tell words apart, come through into the person's voice."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.voice.voices import profile
from voice.aloud import trim
from voice.convert import Converter
from voice.passages import PASSAGES
from voice.source import Espeak
from voice.world import FRAME_SAMPLES, Array, track

VOWELS = set("aeiouyɑɔəɚɛɤɨɪʊ")
EDGE_FRAMES = 4  # of a vowel, where the tracker is unsure
NEAR = np.log(1.4)  # of the vowel's own median; what lies further is the tracker's octave
LEAST_FRAMES = 12
SEMITONE = np.log(2) / 12  # a vowel that moves by less has no shape to be compared


def near(log_f0: Array) -> NDArray[np.bool_]:
    """The voiced frames around their median."""
    voiced = log_f0 > 0
    return np.asarray(voiced & (np.abs(log_f0 - (np.median(log_f0[voiced]) if voiced.any() else 0.0)) < NEAR))


@cache
def agreements(name: str) -> tuple[float, ...]:
    """Correlation of log F0, source against result, along each vowel that moves."""
    made = profile(name)
    way = made.conversions["zh"]
    found = []
    for text in PASSAGES["zh"]:
        source = trim(Espeak(way.manner).speak(text, "zh"))
        ours = np.concatenate(list(Converter(made, way).convert(source.samples)))
        before, after = (
            np.log(np.maximum(track(wave, (np.exp(middle) / 2, np.exp(middle) * 2))[0], 1.0))
            for wave, middle in ((source.samples, way.log_f0_mean), (ours, made.log_f0_mean))
        )
        for phoneme in source.phonemes:
            frames = slice(
                phoneme.start_samples // FRAME_SAMPLES + EDGE_FRAMES, phoneme.end_samples // FRAME_SAMPLES - EDGE_FRAMES
            )
            both = near(before[frames]) & near(after[frames])
            one, other = before[frames][both], after[frames][both]
            if set(phoneme.ipa) & VOWELS and len(one) >= LEAST_FRAMES and np.ptp(one) > SEMITONE:
                found.append(float(np.corrcoef(one, other)[0, 1]))
    return tuple(found)


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_tones_keep_their_shape(name: str) -> None:
    found = np.array(agreements(name))
    assert len(found) >= 24
    assert found.mean() >= 0.9
    assert np.median(found) > 0.97
    assert (found >= 0.9).mean() >= 0.85


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_rising_and_falling_tones_stay_apart(name: str) -> None:
    made = profile(name)
    way = made.conversions["zh"]
    slopes = {}
    for tone, text in (("rising", "麻，麻，麻。"), ("falling", "骂，骂，骂。")):
        source = trim(Espeak(way.manner).speak(text, "zh"))
        ours = np.concatenate(list(Converter(made, way).convert(source.samples)))
        f0_hz, _ = track(ours, (np.exp(made.log_f0_mean) / 1.7, np.exp(made.log_f0_mean) * 1.7))
        slopes[tone] = [
            np.polyfit(np.arange(len(voiced)), np.log(voiced), 1)[0]
            for one in source.phonemes
            if set(one.ipa) & VOWELS
            and len(voiced := f0_hz[one.start_samples // FRAME_SAMPLES : one.end_samples // FRAME_SAMPLES])
            >= LEAST_FRAMES
            and (voiced := voiced[voiced > 0]).size >= LEAST_FRAMES
        ]
    assert len(slopes["rising"]) >= 2
    assert len(slopes["falling"]) >= 2
    assert min(slopes["rising"]) > max(slopes["falling"])

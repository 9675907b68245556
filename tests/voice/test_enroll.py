from __future__ import annotations

import numpy as np
import pytest

from data.errors import BadHome, BadRecording
from data.types import RATE, Wave
from tests.voice.measure import median_pitch_hz
from tests.voice.voices import made_up, noise, profile, recording
from voice.enroll import bandwidth_hz, enroll, fit_warp
from voice.espeak import SourceVoice, speak
from voice.passages import PASSAGES
from voice.profile import VoiceProfile
from voice.speech import find_speech, has_speech
from voice.world import analyse, bands_db, stretch


def tone(seconds: float) -> Wave:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.3 * np.sign(np.sin(2 * np.pi * 150 * time)), dtype=np.float32)


def pure(seconds: float) -> Wave:
    """Of one frequency alone: in its spectrum there is no voice to measure either."""
    return np.asarray(0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE), dtype=np.float32)


@pytest.mark.parametrize(
    ("wave", "reason"),
    [
        (np.zeros(10 * RATE, np.float32), "silent"),
        (np.zeros(0, np.float32), "silent"),
        (np.full(5 * RATE, 0.4, np.float32), "silent"),
        (np.full(5 * RATE, np.nan, np.float32), "silent"),
        (noise(8.0), "no speech"),
        (tone(8.0), "steady tone"),
        (pure(4.0), "steady tone"),
        (np.zeros((2, 5 * RATE), np.float32), "one channel"),
    ],
)
def test_what_holds_no_speech_is_refused(wave: Wave, reason: str) -> None:
    with pytest.raises(BadRecording, match=reason) as refusal:
        find_speech([wave])
    assert "\n" not in str(refusal.value)


def test_a_tone_is_told_from_speech_before_anything_is_analysed() -> None:
    assert has_speech(recording("hopper")[: 2 * RATE])
    assert has_speech(np.concatenate([pure(20.0), recording("hopper")[: 2 * RATE]]))
    assert not any(map(has_speech, (pure(4.0), tone(4.0), noise(4.0), np.zeros(RATE, np.float32))))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(BadRecording):
        enroll([])


def test_a_second_of_speech_is_too_little_and_its_length_is_told() -> None:
    with pytest.raises(BadRecording, match=r"[01]\.\d s of speech, at least 3 s needed"):
        enroll([recording("hopper")[: int(1.4 * RATE)]])


def test_silence_around_speech_is_not_counted() -> None:
    speech = recording("hopper")[: 6 * RATE]
    padded = np.concatenate([np.zeros(8 * RATE, np.float32), speech, np.zeros(8 * RATE, np.float32)])
    assert find_speech([padded]).seconds == pytest.approx(find_speech([speech]).seconds, rel=0.05)


def test_short_recordings_add_up() -> None:
    wave = recording("waigong")
    assert find_speech([wave[: 2 * RATE], wave[2 * RATE : 4 * RATE]]).seconds > 3


def test_broken_samples_and_clipping_are_noted() -> None:
    wave = recording("hopper")[: 8 * RATE] * 4
    wave = np.clip(wave, -1, 1)
    wave[1000:1010] = np.nan
    notes = find_speech([wave]).notes
    assert any("not numbers" in note for note in notes)
    assert any("clipped" in note for note in notes)


def test_noise_is_noted_and_does_not_move_the_pitch() -> None:
    wave = recording("waigong")[: 12 * RATE]
    noisy = find_speech([wave + noise(12.0, 0.03)])
    assert any("noisy" in note for note in noisy.notes)
    middle = np.median(noisy.features.f0_hz[noisy.features.voiced])
    assert middle == pytest.approx(median_pitch_hz(wave), rel=0.04)


@pytest.mark.parametrize("pitch", [85.0, 120.0, 170.0, 240.0])
def test_pitch_is_found_over_the_range_of_voices(pitch: float) -> None:
    speech = find_speech([made_up(pitch, 1.0)])
    found = np.exp(np.median(np.log(speech.features.f0_hz[speech.features.voiced])))
    assert found == pytest.approx(pitch, rel=0.03)


def test_loudness_of_the_recording_changes_nothing() -> None:
    loud, quiet = (find_speech([made_up(120.0, 1.0) * gain]) for gain in (1.0, 0.05))
    assert quiet.seconds == pytest.approx(loud.seconds, rel=0.02)
    assert quiet.level_db == pytest.approx(loud.level_db - 26.0, abs=0.5)


@pytest.mark.parametrize("tract", [0.9, 1.0, 1.12])
def test_the_length_of_the_tract_is_found(tract: float) -> None:
    voice = SourceVoice("m3", 160, 60)
    source = analyse(np.concatenate([speak(line, "en", voice).samples for line in PASSAGES["en"]]))
    target = analyse(made_up(120.0, tract, "m3"))
    assert fit_warp([source], target, RATE / 2) == pytest.approx(tract, abs=0.031)


def test_the_end_of_the_band_is_found() -> None:
    envelope = analyse(made_up(120.0, 1.0)).envelope
    assert bandwidth_hz(bands_db(envelope)) == RATE / 2
    narrow = envelope * np.where(np.linspace(0, RATE / 2, envelope.shape[1]) < 3400, 1, 1e-6)
    assert bandwidth_hz(bands_db(narrow)) == pytest.approx(3400, rel=0.12)


def test_stretching_moves_a_peak_by_the_factor() -> None:
    bins = np.arange(513)
    peak = np.exp(-(((bins - 100) / 6) ** 2))[None] + 1e-6
    assert int(stretch(peak, 1.1)[0].argmax()) == 110
    assert int(stretch(peak, 0.9)[0].argmax()) == 90


def test_a_profile_survives_being_written() -> None:
    before = profile("hopper")
    written = before.to_bytes()
    after = VoiceProfile.from_bytes(written)
    assert after.to_bytes() == written
    assert len(written) < 40_000
    assert after.conversions["zh"].source == before.conversions["zh"].source
    assert np.array_equal(after.conversions["en"].shifts_db, before.conversions["en"].shifts_db)


@pytest.mark.parametrize("written", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_damaged_profile_is_an_error_that_says_so(written: bytes) -> None:
    with pytest.raises(BadHome, match="damaged"):
        VoiceProfile.from_bytes(written)


def test_a_cut_profile_is_an_error_that_says_so() -> None:
    written = profile("hopper").to_bytes()
    with pytest.raises(BadHome, match="damaged"):
        VoiceProfile.from_bytes(written[: len(written) // 2])

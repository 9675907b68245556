from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kurtosis

from data.types import RATE, Wave
from tests.voice.sounds import hum, silence
from tests.voice.voices import noise, recording
from voice.mending import clipped, declip, hum_lines, levelled, mend, snr_db, without_hiss, without_hum
from voice.speaker import embed, likeness

VOICES = "hopper", "waigong"


def spoken(name: str) -> Wave:
    """Ten seconds at one height, a second of silence on both sides."""
    wave = recording(name)[: 10 * RATE]
    return np.concatenate([silence(1.0), wave * np.float32(0.6 / np.abs(wave).max()), silence(1.0)])


def over_error_db(clean: Wave, sound: Wave) -> float:
    gain = float(clean @ sound) / float(sound @ sound)
    return float(10 * np.log10((clean @ clean) / np.square(clean - gain * sound).sum()))


def line_db(sound: Wave, hz: float) -> float:
    time = np.arange(len(sound)) / RATE
    return float(20 * np.log10(np.abs((sound * np.exp(-2j * np.pi * hz * time)).mean()) + 1e-9))


@pytest.mark.parametrize("name", VOICES)
def test_a_clean_recording_is_left_as_it_is(name: str) -> None:
    clean = spoken(name)
    mended = mend(clean)
    assert mended.cures in {(), ("offset",)}
    assert over_error_db(clean, mended.samples) > 30
    assert likeness(embed(clean), embed(mended.samples)) > 0.998


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("rail", [0.35, 0.25])
def test_clipped_samples_are_made_anew(name: str, rail: float) -> None:
    clean = spoken(name)
    bad = np.clip(clean, -rail, rail)
    assert clipped(bad).mean() == pytest.approx(float((np.abs(bad) >= rail).mean()), rel=0.2)
    good = declip(bad)
    assert over_error_db(clean, good) > over_error_db(clean, bad) + 4
    assert likeness(embed(clean), embed(good)) > max(0.98, likeness(embed(clean), embed(bad)))
    assert np.array_equal(good[~clipped(bad)], bad[~clipped(bad)])


def test_a_quieter_copy_of_a_clipped_recording_is_clipped_still() -> None:
    bad = np.clip(spoken("hopper"), -0.25, 0.25) * np.float32(0.3)
    assert "clipping" in mend(bad).cures


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("mains_hz", [50.0, 60.0, 50.2, 59.93])
def test_hum_is_found_and_taken_out_and_the_voice_stays(name: str, mains_hz: float) -> None:
    clean = spoken(name)
    bad = clean + hum(len(clean), mains_hz)
    lines = hum_lines(bad)
    assert lines[0] == pytest.approx(mains_hz, abs=0.15)
    good = without_hum(bad, lines)
    assert over_error_db(clean, good) > over_error_db(clean, bad) + 4
    assert line_db(good, mains_hz) < line_db(bad, mains_hz) - 15
    assert likeness(embed(clean), embed(good)) > likeness(embed(clean), embed(bad)) + 0.05
    assert likeness(embed(clean), embed(good)) > 0.94
    assert over_error_db(clean, without_hum(clean, lines)) > 20


@pytest.mark.parametrize("name", VOICES)
def test_no_hum_is_found_in_clean_speech(name: str) -> None:
    assert hum_lines(spoken(name)) == ()
    assert hum_lines(noise(8.0)) == ()


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("ratio_db", [10.0, 20.0])
def test_hiss_is_lowered_and_the_voice_stays(name: str, ratio_db: float) -> None:
    clean = spoken(name)
    hiss = noise(len(clean) / RATE, 1.0)
    bad = clean + hiss * np.float32(clean.std() / 10 ** (ratio_db / 20))
    assert snr_db(bad) == pytest.approx(ratio_db, abs=2)
    good = without_hiss(bad)
    assert snr_db(good) > ratio_db + 10
    assert over_error_db(clean, good) > over_error_db(clean, bad) + 2.5
    assert likeness(embed(clean), embed(good)) > likeness(embed(clean), embed(bad)) + 0.02
    assert likeness(embed(clean), embed(good)) > 0.82


def test_what_stays_of_hiss_has_no_musical_tones() -> None:
    clean = spoken("hopper")
    bad = clean + noise(len(clean) / RATE, 0.02)
    good = without_hiss(bad)

    def peaked(sound: Wave) -> float:
        windows = np.lib.stride_tricks.sliding_window_view(sound[: RATE * 8 // 10], 512)[::256] * np.hanning(512)
        return float(kurtosis(np.abs(np.fft.rfft(windows, axis=1))[:, 4:], axis=None))

    assert peaked(good) < peaked(bad) + 1.0


def test_an_offset_is_taken_away() -> None:
    bad = spoken("hopper") + np.float32(0.2)
    mended = mend(bad)
    assert "offset" in mended.cures
    assert abs(float(mended.samples.mean())) < 1e-3
    assert mended.samples[: RATE // 2].std() < 1e-3


def test_what_is_no_number_becomes_silence() -> None:
    bad = spoken("hopper")
    bad[5000:5010] = np.nan
    bad[6000] = np.inf
    mended = mend(bad)
    assert "not numbers" in mended.cures
    assert np.isfinite(mended.samples).all()


def test_a_quiet_recording_and_a_loud_one_become_equally_loud() -> None:
    wave = spoken("hopper")
    quiet, loud = (levelled(wave * np.float32(gain)) for gain in (0.02, 1.5))
    assert np.abs(quiet - loud).max() < 0.01
    assert np.abs(loud).max() <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3 * RATE), st.sampled_from([0.0, 1e-4, 0.1, 1.0]), st.floats(-0.5, 0.5))
def test_mending_keeps_the_length_and_gives_numbers(samples: int, level: float, offset: float) -> None:
    wave = (np.random.default_rng(samples).standard_normal(samples) * level + offset).astype(np.float32)
    mended = mend(wave).samples
    assert mended.shape == wave.shape
    assert mended.dtype == np.float32
    assert np.isfinite(mended).all()
    assert np.abs(mended).max(initial=0) <= 1.0001 * max(1.0, float(np.abs(wave).max(initial=0)))


def test_the_same_recording_is_mended_alike() -> None:
    bad = spoken("waigong") + noise(12.0, 0.01)
    assert np.array_equal(mend(bad).samples, mend(bad).samples)

from __future__ import annotations

import numpy as np
import pytest

from data.errors import BadHome, BadRecording
from data.types import RATE, Wave
from tests.voice.measure import median_pitch_hz
from tests.voice.voices import made_up, noise, profile, recording
from voice.enroll import ROOM_DB, bandwidth_hz, enroll, held_bands, room_tone
from voice.profile import VoiceProfile
from voice.speech import find_speech, has_speech
from voice.transport import CONTRAST, LARGEST_SHIFT_DB, fit
from voice.world import BANDS, analyse, band_centres_hz, bands_db, bins_db, stretch


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


def test_a_longer_vocal_tract_is_heard_in_the_warp() -> None:
    longer, shorter = (enroll([made_up(140.0, tract)]).conversions["en"].warp for tract in (0.9, 1.15))
    assert longer + 0.1 < shorter


def clouds(seed: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Frames of two voices, bands moving together differently in each."""
    chance = np.random.default_rng(seed)
    ours, theirs = (chance.standard_normal((4_000, BANDS)) @ chance.normal(0, 0.7, (BANDS, BANDS)) for _ in range(2))
    return ours - 40, theirs - 30


@pytest.mark.parametrize(("least", "most"), [(1.0, 2.0), (0.5, 1.0)])
def test_a_transport_goes_part_of_the_way_to_how_another_voice_is_wider(least: float, most: float) -> None:
    ours, _ = clouds(1)
    turned, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((BANDS, BANDS)))
    wider = (turned * np.linspace(least, most, BANDS)) @ turned.T
    found = fit(ours, (ours - ours.mean(axis=0)) @ wider - 30, BANDS).matrix - np.eye(BANDS)
    asked = CONTRAST * (wider - np.eye(BANDS))
    assert (found * asked).sum() > 0.95 * np.linalg.norm(found) * np.linalg.norm(asked)
    assert 0.7 < np.linalg.norm(found) / np.linalg.norm(asked) < 1.1  # of few frames less is believed


def test_a_transport_to_itself_moves_nothing() -> None:
    ours, _ = clouds(2)
    assert np.abs(fit(ours, ours, BANDS).shifts(ours)).max() < 1e-6


def test_a_transport_turns_no_direction_round() -> None:
    ours, theirs = clouds(3)
    matrix = fit(ours, theirs, BANDS).matrix
    assert np.allclose(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_bands_that_the_recordings_lack_are_never_raised() -> None:
    ours, theirs = clouds(4)
    shifts = fit(ours, theirs, 25).shifts(ours)
    assert (shifts[:, 25:] <= 0).all()
    assert np.ptp(shifts[:, 25:], axis=0).max() < 1e-9
    assert np.abs(shifts).max() <= LARGEST_SHIFT_DB


def test_the_quiet_between_words_has_the_rooms_colour_and_stays_low() -> None:
    wave = recording("hopper")[: 6 * RATE]
    hum = np.cumsum(noise(6.0, 1.0)) * 1e-5
    room = room_tone([np.concatenate([wave, hum - hum.mean()]).astype(np.float32)], -20.0)
    assert room[band_centres_hz() < 500].mean() > room[band_centres_hz() > 5_000].mean() + 10
    power = (10 ** (bins_db(room[None])[0] / 10)).mean()
    assert ROOM_DB[0] - 0.1 <= 10 * np.log10(power) <= ROOM_DB[1] + 0.1


def test_the_bands_at_the_edge_of_a_telephone_are_not_believed() -> None:
    assert held_bands(RATE / 2) == BANDS
    assert band_centres_hz()[held_bands(3_400.0) - 1] < 3_400


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
    assert len(written) < 60_000
    assert after.conversions["zh"].manner == before.conversions["zh"].manner
    assert np.allclose(after.conversions["en"].voiced.matrix, before.conversions["en"].voiced.matrix, atol=1e-6)


def test_the_same_recordings_give_the_same_bytes() -> None:
    assert enroll([recording("waigong")]).to_bytes() == profile("waigong").to_bytes()


@pytest.mark.parametrize("written", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_damaged_profile_is_an_error_that_says_so(written: bytes) -> None:
    with pytest.raises(BadHome, match="damaged"):
        VoiceProfile.from_bytes(written)


def test_a_cut_profile_is_an_error_that_says_so() -> None:
    written = profile("hopper").to_bytes()
    with pytest.raises(BadHome, match="damaged"):
        VoiceProfile.from_bytes(written[: len(written) // 2])

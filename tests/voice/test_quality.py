from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from scipy.signal import resample_poly

from data.errors import BadRecording
from data.types import RATE, Wave
from tests.voice.sounds import beep, hum, in_room, melody, silence
from tests.voice.voices import noise, recording
from voice.expectation import WORDS, Expectation, Fact, expect, require_speech
from voice.hearing import hear
from voice.quality import BEST_SNR_DB, Quality, measure, overall, qualities

VOICES = "hopper", "waigong"


def spoken(name: str = "hopper", seconds: float = 20.0) -> Wave:
    wave = recording(name)[: round(seconds * RATE)]
    return np.concatenate([silence(0.6), wave * np.float32(0.5 / np.abs(wave).max()), silence(0.6)])


def telephone(wave: Wave) -> Wave:
    return np.asarray(resample_poly(resample_poly(wave, 1, 3), 3, 1), dtype=np.float32)


def expected(*waves: Wave) -> Expectation:
    heard = hear(waves)
    return expect(heard, qualities(waves, heard), "en")


@pytest.mark.parametrize("name", VOICES)
def test_a_clean_recording_is_measured_clean(name: str) -> None:
    quality = measure(spoken(name))
    assert quality.snr_db > 40
    assert quality.bandwidth_hz > 6_000
    assert quality.clipped_share == 0
    assert quality.reverberation_s is not None
    assert quality.reverberation_s < 0.2
    assert not quality.hum


@pytest.mark.parametrize("ratio_db", [5.0, 15.0, 25.0])
def test_noise_is_measured(ratio_db: float) -> None:
    wave = spoken()
    noisy = wave + noise(len(wave) / RATE, float(wave.std()) / 10 ** (ratio_db / 20))
    assert measure(noisy).snr_db == pytest.approx(ratio_db, abs=2)


@pytest.mark.parametrize("name", VOICES)
def test_the_longer_a_room_rings_the_longer_its_decay_is_told(name: str) -> None:
    times = [measure(in_room(spoken(name, 30), decay_s)).reverberation_s for decay_s in (0.2, 0.6, 1.2)]
    told = [time for time in times if time is not None]
    assert len(told) == 3
    assert told == sorted(told)
    assert told[0] < 0.32 < told[1] < 0.7
    assert told[2] > 0.4


def test_a_telephone_is_narrow() -> None:
    assert measure(telephone(spoken())).bandwidth_hz < 4_500
    assert measure(telephone(spoken()) + noise(21.2, 0.0005)).bandwidth_hz < 4_500


def test_clipping_and_hum_are_measured() -> None:
    wave = spoken()
    assert measure(np.clip(wave, -0.2, 0.2)).clipped_share == pytest.approx(float((np.abs(wave) > 0.2).mean()), rel=0.2)
    humming = measure(wave + hum(len(wave), 60.0, 0.02))
    assert humming.hum
    assert humming.snr_db > 25


def test_the_quality_of_all_is_weighed_by_length() -> None:
    one = Quality(30.0, 40.0, 12_000.0, 0.0, 0.2, False)
    other = Quality(10.0, 20.0, 4_000.0, 0.04, None, True)
    assert overall([one, other]) == Quality(40.0, 35.0, 10_000.0, 0.01, 0.2, False)


def test_only_recordings_that_hold_the_person_are_measured() -> None:
    waves = [spoken("hopper", 15.0), melody(6.0), spoken("waigong", 8.0)]
    found = qualities(waves, hear(waves))
    assert list(found) == [0]
    assert found[0].snr_db <= BEST_SNR_DB


@pytest.mark.parametrize(("seconds", "allowed"), [(4.0, {"matched"}), (12.0, {"matched", "xtts"})])
def test_what_a_recording_allows_goes_by_its_length(seconds: float, allowed: set[str]) -> None:
    assert {"matched", "exemplar", "xtts"} & set(expected(spoken("hopper", seconds)).facts) == allowed


def test_much_clean_speech_allows_their_own_sounds_and_a_telephone_does_not() -> None:
    waves = [spoken("hopper", 28.0)] * 2
    assert "exemplar" in expected(*waves).facts
    narrow = expected(*map(telephone, waves))
    assert "exemplar" not in narrow.facts
    assert {"narrow", "words"} <= set(narrow.facts)


@pytest.mark.parametrize(
    ("wave", "fact"),
    [
        (spoken("hopper", 10.0), "more"),
        (np.concatenate([spoken("hopper", 10.0), melody(8.0)]), "music"),
        (np.concatenate([spoken("hopper", 10.0), spoken("waigong", 8.0)]), "voices"),
        (spoken("hopper", 10.0) + noise(11.2, 0.03), "noise"),
        (telephone(spoken("hopper", 10.0)), "narrow"),
        (np.clip(spoken("hopper", 10.0), -0.2, 0.2), "clipped"),
        (in_room(spoken("waigong", 28.0), 1.0), "room"),
        (spoken("hopper", 10.0) + hum(round(11.2 * RATE), 50.0), "hum"),
    ],
)
def test_what_would_help_is_said(wave: Wave, fact: Fact) -> None:
    found = expected(wave)
    assert fact in found.facts
    assert WORDS[fact]["zh"].split("{")[0] in "".join(found.words("zh"))


def test_nothing_bad_is_said_of_good_recordings() -> None:
    found = expected(spoken("hopper", 28.0), spoken("hopper", 28.0))
    assert found.facts == ("heard", "matched", "exemplar", "xtts")


def test_every_fact_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(get_args(Fact))
    assert all(set(words) == {"en", "zh"} for words in WORDS.values())


@pytest.mark.parametrize(
    ("wave", "word"),
    [
        (silence(6.0), "is silent: check that the right file"),
        (silence(0.0), "is silent"),
        (np.full(5 * RATE, 0.4, np.float32), "is silent"),
        (np.full(5 * RATE, np.nan, np.float32), "is silent"),
        (melody(8.0), "only music was heard"),
        (spoken("hopper", 8.0) + 3 * melody(9.2), "only music was heard"),
        (noise(6.0), "no speech was found, only noise"),
        (beep(8.0), "no speech was found"),
        (spoken("hopper", 1.4), r"\d\.\d s of speech, at least 3 s needed: add a longer recording"),
        (recording("hopper")[: RATE // 2], r"0\.\d s of speech, at least 3 s"),
    ],
)
def test_a_bad_recording_gets_the_right_word(wave: Wave, word: str) -> None:
    with pytest.raises(BadRecording, match=word) as refusal:
        require_speech(hear([wave]))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "wave",
    [
        telephone(spoken("hopper", 8.0)),
        np.clip(spoken("hopper", 8.0), -0.1, 0.1),
        spoken("hopper", 8.0) + np.float32(0.3),
        np.where(np.arange(round(9.2 * RATE)) % 5000 == 0, np.nan, spoken("hopper", 8.0)).astype(np.float32),
        spoken("waigong", 8.0) + hum(round(9.2 * RATE), 50.0),
        np.concatenate([spoken("hopper", 8.0), spoken("waigong", 8.0)]),
    ],
)
def test_a_poor_recording_of_speech_is_heard(wave: Wave) -> None:
    heard = hear([wave])
    require_speech(heard)
    assert heard.speech_s == pytest.approx(7.5, abs=1.5)

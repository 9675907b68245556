from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from data.errors import NoLibrary
from data.types import RATE, Language
from voice.espeak import SourceVoice, Speech, speak
from voice.ipa import read_label
from voice.passages import PASSAGES

PLAIN = SourceVoice()
IPA = set("abdefhijklmnopstuvwxyzæçðŋɐɑɒɔɕəɚɛɜɡɤɨɪɹɾʂʃʈʊʌʐʒʔθɬʲʰː\u0329iᵻ")


def spoken(language: Language) -> list[tuple[str, Speech]]:
    return [(line, speak(line, language, PLAIN)) for line in PASSAGES[language]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_phonemes_cover_the_sound_without_gap_or_overlap(language: Language) -> None:
    for _, speech in spoken(language):
        starts = [phoneme.start_samples for phoneme in speech.phonemes]
        ends = [phoneme.end_samples for phoneme in speech.phonemes]
        assert starts[1:] == ends[:-1]
        assert starts[0] < RATE // 10
        assert ends[-1] == len(speech.samples)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_labels_are_ipa_with_stress_apart(language: Language) -> None:
    phonemes = [phoneme for _, speech in spoken(language) for phoneme in speech.phonemes]
    assert {sign for phoneme in phonemes for sign in phoneme.ipa} <= IPA
    assert {phoneme.stress for phoneme in phonemes} >= {0, 2}
    assert all(phoneme.stress == 0 for phoneme in phonemes if not phoneme.ipa)


@pytest.mark.parametrize(
    ("label", "ipa", "stress"),
    [
        ("ˈoʊ", "oʊ", 2),
        ("ˌɑː", "ɑː", 1),
        ("ts.h", "ʈʂʰ", 0),
        ("ˈi.", "ɨ", 2),
        ("tɕh", "tɕʰ", 0),
        ("χ", "x", 0),
        ("", "", 0),
    ],
)
def test_labels_are_read(label: str, ipa: str, stress: int) -> None:
    assert read_label(label) == (ipa, stress)


def test_every_english_word_is_spoken() -> None:
    for text, speech in spoken("en"):
        covered = [text[start:end] for start, end in speech.words]
        # "of the", "on a": espeak-ng joins some short words into one event, and speaks both
        assert set(re.findall(r"[A-Za-z]{5,}", text)) <= set(covered)
        assert sum(bool(phoneme.ipa) for phoneme in speech.phonemes) >= 2.2 * len(text.split())


def test_every_chinese_character_is_spoken() -> None:
    for text, speech in spoken("zh"):
        characters = re.findall(r"[\u4e00-\u9fff]", text)
        vowels = [phoneme for phoneme in speech.phonemes if set(phoneme.ipa) & set("aeiouyæɑɔəɚɛɤɨɪʊ")]
        assert len(vowels) >= len(characters) - 1
        assert len(speech.samples) / RATE / len(characters) > 0.12


def test_vowels_are_loud_where_the_phonemes_say() -> None:
    speech = speak("Papa saw a sofa at the spa.", "en", PLAIN)
    level = {True: [], False: []}  # type: dict[bool, list[float]]
    for phoneme in speech.phonemes:
        part = speech.samples[phoneme.start_samples : phoneme.end_samples]
        level[bool(phoneme.ipa) and phoneme.ipa[0] in "ɑæɔoəɐ"].append(float(np.abs(part).mean()))
    assert np.median(level[True]) > 3 * np.median(level[False])


def test_threads_do_not_disturb_each_other() -> None:
    jobs: list[tuple[str, Language]] = [(line, "en") for line in PASSAGES["en"]] + [
        (line, "zh") for line in PASSAGES["zh"]
    ]
    alone = [speak(text, language, PLAIN) for text, language in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: speak(job[0], job[1], PLAIN), jobs))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert one.phonemes == other.phonemes


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sound_never_reaches_full_scale(language: Language) -> None:
    assert max(np.abs(speech.samples).max() for _, speech in spoken(language)) < 0.95


def test_pitch_and_rate_do_what_they_say() -> None:
    slow, fast = (speak(PASSAGES["en"][0], "en", SourceVoice(rate=rate)) for rate in (130, 190))
    assert 1.25 < len(slow.samples) / len(fast.samples) < 1.7


def test_an_unknown_voice_is_an_error_that_names_it() -> None:
    from voice import espeak

    with pytest.raises(NoLibrary, match="xx-nowhere"):
        espeak._utter("hello", "xx-nowhere", PLAIN)


def test_nothing_gives_nothing() -> None:
    assert len(speak("", "en", PLAIN).samples) < RATE // 10

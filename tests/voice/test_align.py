from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadRecording, BadText
from data.types import RATE, Phoneme, Wave
from tests.voice.voices import noise, recording
from voice.align import Phone, align, align_phones, spoken_words
from voice.arpabet import CODES, PAUSE, PHONES, spell, timed
from voice.everyday import EVERYDAY
from voice.source import Espeak

HOPPER = (
    "The kettle is on the stove, and the morning paper lies folded on the kitchen table. Outside, a light rain has "
    "begun to fall on the garden. I always liked the sound of rain on a tin roof. When we were children, we would sit "
    "on the porch and count the seconds between the lightning and the thunder. My sister kept a small notebook with "
    "the numbers in it, and we would argue over who had counted best. In the afternoon the sky usually cleared, and we "
    "walked down to the lake to look at the boats."
)
LINE = "The children were playing with a yellow ball in the yard."


@cache
def spoken(text: str = LINE) -> Wave:
    return Espeak().speak(text, "en").samples


def names(phones: tuple[Phone, ...]) -> list[str]:
    return [phone.name for phone in phones if phone.name != PAUSE]


def test_half_a_minute_of_speech_is_laid_along_its_words() -> None:
    phones = align(recording("hopper"), HOPPER)
    assert names(phones)[:8] == ["DH", "AH", "K", "EH", "T", "AH", "L", "IH"]
    assert names(phones)[-4:] == ["B", "OW", "T", "S"]
    assert phones[-1].end_samples > 0.97 * len(recording("hopper"))


def test_phones_stand_one_after_the_other_inside_the_sound() -> None:
    phones = align(spoken(), LINE)
    assert phones[0].start_samples >= 0
    assert phones[-1].end_samples <= len(spoken())
    for one, other in pairwise(phones):
        assert one.start_samples < one.end_samples == other.start_samples


def test_vowels_start_where_the_source_says() -> None:
    speech = Espeak().speak(LINE, "en")
    phones = align_phones(speech.samples, [name for name, _, _ in timed(speech.phonemes)])
    ours = [phone for phone in phones if phone.name != PAUSE]
    theirs = [phone for phone in timed(speech.phonemes) if phone[0] != PAUSE]
    assert [phone.name for phone in ours] == [name for name, _, _ in theirs]
    off = [
        abs(one.start_samples - start) / RATE
        for one, (name, start, _) in zip(ours, theirs, strict=True)
        if name[0] in "AEIOU"
    ]
    assert np.median(off) < 0.02


def test_a_pause_is_found() -> None:
    halves = spoken("We walked down to the lake"), spoken("and fed the ducks.")
    sound = np.concatenate([halves[0], np.zeros(RATE // 2, np.float32), halves[1]])
    phones = align(sound, "We walked down to the lake and fed the ducks.")
    inside = [phone for phone in phones[1:-1] if phone.name == PAUSE]
    longest = max(inside, key=lambda phone: phone.end_samples - phone.start_samples)
    assert longest.start_samples < len(halves[0]) + RATE // 4 < longest.end_samples


@pytest.mark.parametrize("other", ["I would like a cup of tea with sugar.", "Turn left at the bank and go on.", HOPPER])
def test_other_words_are_noticed(other: str) -> None:
    with pytest.raises(BadRecording, match="do not fit what is heard"):
        align(spoken(), other)


@pytest.mark.parametrize("sound", [np.zeros(3 * RATE, np.float32), noise(3.0)], ids=["silence", "noise"])
def test_words_are_not_found_where_nobody_speaks(sound: Wave) -> None:
    with pytest.raises(BadRecording, match="do not fit what is heard"):
        align(sound, LINE)


@pytest.mark.parametrize("text", ["", "   ", "……", "早上好", "1906"])
def test_a_text_without_english_words_is_refused(text: str) -> None:
    with pytest.raises(BadText, match="no English words"):
        align(spoken(), text)


def test_a_very_short_sound_is_refused() -> None:
    with pytest.raises(BadRecording, match="too short"):
        align(spoken()[: RATE // 10], LINE)


def test_a_word_that_the_dictionary_lacks_is_spelt() -> None:
    text = "My cousin Wojciechowska was playing with a yellow ball."
    assert names(align(spoken(text), text))[-4:] == ["OW", "B", "AO", "L"]


def test_what_was_aligned_before_changes_nothing() -> None:
    first = align(spoken(), LINE)
    align(recording("hopper"), HOPPER)
    assert align(spoken(), LINE) == first


def test_a_soft_recording_is_aligned_as_a_loud_one() -> None:
    loud, soft = (align(spoken() * np.float32(gain), LINE) for gain in (0.9, 0.02))
    starts = [[phone.start_samples for phone in phones] for phones in (loud, soft)]
    assert np.abs(np.subtract(starts[0], starts[1])).max() <= RATE // 100


@given(st.text())
def test_words_are_letters_and_apostrophes_alone(text: str) -> None:
    assert all(set(word) <= set("abcdefghijklmnopqrstuvwxyz'") for word in spoken_words(text))


def test_every_sound_that_the_source_makes_can_be_spelt() -> None:
    heard = {phoneme.ipa for text in EVERYDAY for phoneme in Espeak().speak(text, "en").phonemes}
    assert all(spell(ipa) for ipa in heard)
    assert {phone for ipa in heard for phone in spell(ipa)} == set(PHONES)


def test_a_phoneme_of_two_phones_is_shared_out() -> None:
    assert timed([Phoneme("ɔːɹ", 100, 300), Phoneme("", 300, 400)]) == [
        ("AO", 100, 200),
        ("R", 200, 300),
        (PAUSE, 300, 400),
    ]


@given(st.text(max_size=8))
def test_any_label_is_spelt_in_known_phones(ipa: str) -> None:
    assert all(phone in CODES for phone in spell(ipa))

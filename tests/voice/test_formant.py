from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from data.errors import NotReady
from data.types import LOOKAHEAD_SAMPLES, RATE, AudioChunk, Language, Phoneme, Wave
from tests.voice.measure import median_pitch_hz, spectrum_distance_db, worst_click
from tests.voice.voices import follow_each_other, made_up, profile, recording, sentence
from voice.aloud import trim
from voice.convert import CARRIED_FRAMES, CEILING, KNEE, Converter, carried, cut_points, limit, map_pitch
from voice.enroll import enroll
from voice.formant import FormantVoice
from voice.passages import PASSAGES
from voice.profile import VoiceProfile
from voice.source import Espeak

TEXTS: dict[Language, tuple[str, ...]] = {
    "en": (
        "When I was seven, I took apart every alarm clock in the house. My mother found out, and let me keep just one.",
        "I never minded the rain. What I miss is the smell of the garden in the evening.",
        "Do you still make that soup with barley? You should ask your brother for the recipe.",
    ),
    "zh": (
        "那条鱼清蒸出来，一点味道也没有。我还是吃完了，因为是你外婆做的。",
        "下雨天我喜欢坐在窗边喝茶，听街上卖菜的人说话。",
        "你小时候最怕打雷，总是跑过来拉着我的手，现在胆子大了吗？",
    ),
}
SAMPLES: tuple[str, ...] = ("hopper", "waigong")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def reader(made: VoiceProfile, language: Language) -> Espeak:
    """What reads to a voice, in its manner."""
    return Espeak(made.conversions[language].manner)


def chunks(text: str, language: Language = "en", name: str = "hopper") -> list[AudioChunk]:
    return list(FormantVoice(profile(name), language).speak(sentence(text, language)))


def sound(found: list[AudioChunk]) -> Wave:
    return np.concatenate([chunk.samples for chunk in found])


@cache
def said(name: str, language: Language) -> Wave:
    return np.concatenate([sound(chunks(text, language, name)) for text in TEXTS[language]])


def all_phonemes(found: list[AudioChunk]) -> list[Phoneme]:
    return sorted({phoneme for chunk in found for phoneme in chunk.phonemes or ()}, key=lambda one: one.start_samples)


@pytest.mark.parametrize(
    "text", [TEXTS["en"][0], "Hi.", "我叫Grace Hopper，今年85岁。", "……", "", "Well… “no” — (never) 🙂!"]
)
def test_chunks_are_whole_frames_one_after_the_other(text: str) -> None:
    assert follow_each_other(chunks(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chunk_carries_every_phoneme_near_it_and_no_other(language: Language) -> None:
    found = chunks(TEXTS[language][0], language)
    known = all_phonemes(found)
    for chunk in found:
        low = chunk.start_samples - LOOKAHEAD_SAMPLES
        high = chunk.start_samples + len(chunk.samples) + LOOKAHEAD_SAMPLES
        near = [one for one in known if one.end_samples > low and one.start_samples < high]
        assert sorted(chunk.phonemes or (), key=lambda one: one.start_samples) == near


@pytest.mark.parametrize("language", LANGUAGES)
def test_phonemes_follow_each_other_to_the_end(language: Language) -> None:
    found = chunks(TEXTS[language][0], language)
    known = all_phonemes(found)
    assert all(0 <= later.start_samples - earlier.end_samples <= RATE // 50 for earlier, later in pairwise(known))
    assert known[-1].end_samples == found[-1].start_samples + len(found[-1].samples)


def test_speech_stands_between_a_short_and_a_longer_silence() -> None:
    whole = sound(chunks("Good morning to you all."))
    loud = np.flatnonzero(np.abs(whole) > 8e-3)
    assert 0.09 <= loud[0] / RATE <= 0.16
    assert 0.25 <= (len(whole) - loud[-1]) / RATE <= 0.55


def test_the_pause_after_a_full_stop_is_longer_than_after_a_comma() -> None:
    known = all_phonemes(chunks("One, two. Three."))
    silent = [one.end_samples - one.start_samples for one in known if not one.ipa]
    lengths = [length for length in silent if length >= RATE // 10]  # a stop's closure is silent too
    assert 0.25 <= lengths[1] / RATE <= 0.36 < lengths[2] / RATE <= 0.5


@pytest.mark.parametrize(("name", "language"), [("hopper", "en"), ("waigong", "zh")])
def test_the_pitch_is_theirs(name: str, language: Language) -> None:
    assert median_pitch_hz(said(name, language)) == pytest.approx(median_pitch_hz(recording(name)), rel=0.05)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spectrum_is_nearer_to_theirs_than_the_source(name: str, language: Language) -> None:
    source = reader(profile(name), language)
    raw = np.concatenate([source.speak(text, language).samples for text in TEXTS[language]])
    theirs = recording(name)
    assert spectrum_distance_db(said(name, language), theirs) < 0.6 * spectrum_distance_db(raw, theirs)


@pytest.mark.parametrize(("pitch", "tract"), [(95.0, 0.92), (235.0, 1.15)])
def test_a_voice_of_any_pitch_and_tract_is_met(pitch: float, tract: float) -> None:
    theirs = made_up(pitch, tract)
    made = enroll([theirs])
    voice = FormantVoice(made, "en")
    ours = np.concatenate([sound(list(voice.speak(sentence(text)))) for text in TEXTS["en"][:2]])
    raw = np.concatenate([reader(made, "en").speak(text, "en").samples for text in TEXTS["en"][:2]])
    assert median_pitch_hz(ours) == pytest.approx(median_pitch_hz(theirs), rel=0.05)
    assert spectrum_distance_db(ours, theirs) < spectrum_distance_db(raw, theirs)
    others = spectrum_distance_db(ours, recording("waigong")), spectrum_distance_db(ours, recording("hopper"))
    assert spectrum_distance_db(ours, theirs) < min(others)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sound_is_clean(name: str, language: Language) -> None:
    whole = said(name, language)
    assert np.isfinite(whole).all()
    assert 0.2 < np.abs(whole).max() <= np.float32(CEILING)
    assert abs(float(whole.mean())) < 1e-3


def test_all_voices_are_about_as_loud() -> None:
    levels = [20 * np.log10(np.sqrt((said(name, language) ** 2).mean())) for name in SAMPLES for language in LANGUAGES]
    assert max(levels) - min(levels) < 3.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_lost_on_the_way(language: Language) -> None:
    source = reader(profile("hopper"), language)
    for text in TEXTS[language]:
        raw = [one.ipa for one in source.speak(text, language).phonemes if one.ipa]
        ours = [one.ipa for one in all_phonemes(chunks(text, language)) if one.ipa]
        assert abs(len(ours) - len(raw)) <= 2
        assert len(set(ours) & set(raw)) >= 0.9 * len(set(raw))


def test_speech_sounds_where_its_phonemes_are() -> None:
    found = chunks(TEXTS["en"][0])
    whole = np.abs(sound(found))
    for phoneme in all_phonemes(found):
        part = whole[phoneme.start_samples : phoneme.end_samples]
        if phoneme.stress == 2:
            assert part.max() > 0.02
        elif not phoneme.ipa and len(part) > 0.2 * RATE:
            assert np.median(part) < 2e-3


def test_the_pitch_map_keeps_order_and_silence() -> None:
    made = profile("hopper")
    way = made.conversions["en"]
    mapped = map_pitch(np.array([0.0, 120, 160, 170, 180, 260]), made, way, way.log_f0_mean)
    assert mapped[0] == 0
    assert (np.diff(mapped) > 0).all()


@pytest.mark.parametrize("name", SAMPLES)
def test_blocks_join_without_a_click(name: str) -> None:
    """A clause made in blocks has no burst that the same clause made whole has not."""
    made = profile(name)
    way = made.conversions["en"]
    source = trim(reader(made, "en").speak(PASSAGES["en"][0], "en")).samples
    assert len(cut_points(source)) > 3
    ours = np.concatenate(list(Converter(made, way).convert(source)))
    assert len(ours) == len(source)
    assert worst_click(np.pad(ours, RATE // 4)) < 20
    for border in cut_points(source)[1:-1]:
        near = ours[border - 240 : border + 240]
        assert np.abs(np.diff(near)).max() < 4 * np.abs(np.diff(ours)).std() + 1e-3


def test_a_click_is_seen_by_the_measure() -> None:
    whole = sound(chunks(TEXTS["en"][1]))
    whole[len(whole) // 2] += 0.3
    assert worst_click(whole) > 20


def test_the_same_text_gives_the_same_samples() -> None:
    one, other = chunks(TEXTS["en"][0]), chunks(TEXTS["en"][0])
    assert np.array_equal(sound(one), sound(other))
    assert all_phonemes(one) == all_phonemes(other)


def test_a_long_text_starts_at_once_and_can_be_left() -> None:
    stream = FormantVoice(profile("hopper"), "en").speak(sentence("A word and another word and again, " * 580))
    first = next(stream)
    assert not first.last
    stream.close()  # type: ignore[attr-defined]
    assert list(stream) == []


@pytest.mark.parametrize("text", ["", "……", "🙂", "\x00\x07", "!?"])
def test_what_cannot_be_said_is_a_short_quiet(text: str) -> None:
    found = chunks(text)
    assert found[-1].last
    assert np.sqrt((sound(found) ** 2).mean()) < 10 ** (-54 / 20)
    assert len(sound(found)) < RATE


def test_the_limiter_lets_quiet_sound_be_and_holds_loud_sound() -> None:
    ramp = np.linspace(-9, 9, 4001, dtype=np.float32)
    held = limit(ramp)
    assert np.abs(held).max() <= np.float32(CEILING)
    assert (np.diff(held) >= 0).all()
    assert np.array_equal(held[np.abs(ramp) <= KNEE], ramp[np.abs(ramp) <= KNEE])
    assert np.isfinite(limit(np.array([np.nan, np.inf, -np.inf], np.float32))).all()


def test_pitch_is_carried_a_little_past_the_voiced_stretches() -> None:
    f0_hz = np.concatenate([np.zeros(30), np.full(10, 100.0), np.zeros(30), np.full(10, 200.0)])
    found = carried(f0_hz)
    assert (found[f0_hz > 0] == f0_hz[f0_hz > 0]).all()
    assert np.count_nonzero(found) == 20 + 3 * CARRIED_FRAMES
    assert set(found[30 - CARRIED_FRAMES : 40 + CARRIED_FRAMES]) == {100.0}
    assert not carried(np.zeros(5)).any()


def test_a_source_that_the_voice_was_not_learnt_for_is_refused() -> None:
    class Other(Espeak):
        name = "other"

    with pytest.raises(NotReady, match="learnt for the source espeak, not other"):
        FormantVoice(profile("hopper"), "en", source=Other())

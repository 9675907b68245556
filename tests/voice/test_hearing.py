from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadRecording, Cancelled
from data.types import RATE, Wave
from tests.voice.sounds import beep, chords, hum, melody, silence, sung
from tests.voice.voices import made_up, noise, recording
from voice.announcement import find_beeps
from voice.hearing import Heard, clearest, hear, take
from voice.speaker import embed, likeness
from voice.world import Features, analyse, synthesize


def her(start_s: float = 0.0, end_s: float = 20.0) -> Wave:
    return recording("hopper")[round(start_s * RATE) : round(end_s * RATE)]


def his(start_s: float = 0.0, end_s: float = 20.0) -> Wave:
    return recording("waigong")[round(start_s * RATE) : round(end_s * RATE)]


def joined(*waves: Wave, gap_s: float = 0.5) -> Wave:
    return np.concatenate([part for wave in waves for part in (wave, silence(gap_s))])


def in_mood(wave: Wave, pitch: float, gain: float) -> Wave:
    features = analyse(wave)
    return gain * synthesize(Features(features.f0_hz * pitch, features.envelope, features.aperiodicity), len(wave))


def speaks(heard: Heard, wave: Wave, speaker: int = 0) -> float:
    return likeness(heard.speakers[speaker].embedding, embed(wave))


def test_one_voice_is_one_speaker_and_its_silences_are_counted() -> None:
    heard = hear([joined(silence(4.0), her(0, 20), silence(3.0))])
    assert len(heard.speakers) == 1
    assert heard.speech_s == pytest.approx(19, abs=1.5)
    assert heard.left_out_s()["silence"] == pytest.approx(9.5, abs=1.5)


def test_pieces_are_a_few_seconds_long_and_cut_where_it_is_quiet() -> None:
    wave = joined(her(), his())
    heard = hear([wave])
    lengths = [piece.seconds for piece in heard.pieces]
    assert max(lengths) <= 6.0
    assert np.median(lengths) >= 3.0
    ends = np.array([piece.end_samples for piece in heard.pieces])
    at_ends = np.mean([np.square(wave[end - 240 : end + 240]).mean() for end in ends])
    assert at_ends < np.square(wave).mean() / 20


def test_pieces_do_not_overlap_and_with_the_rest_are_all_there_is() -> None:
    heard = hear([joined(her(), melody(6.0), his(0, 10)), joined(beep(), his(10, 14), noise(2.0, 0.01))])
    for one, other in pairwise(heard.pieces):
        assert one.recording < other.recording or one.end_samples <= other.start_samples
    assert heard.speech_s + sum(heard.left_out_s().values()) == pytest.approx(heard.total_s, abs=0.1)


@pytest.mark.parametrize(("gap_s", "least_s"), [(0.5, 17.0), (0.0, 12.0)])
def test_two_who_take_turns_come_apart(gap_s: float, least_s: float) -> None:
    turns = [part for at in (0, 5, 10, 15) for part in (her(at, at + 5), his(at, at + 5))]
    heard = hear([joined(*turns, gap_s=gap_s)])
    assert len(heard.speakers) == 2
    assert all(speaker.seconds > least_s for speaker in heard.speakers)
    found = sorted((speaks(heard, her()), speaks(heard, his())))
    assert found[1] > 0.95 > 0.85 > found[0]
    for piece in heard.pieces:
        middle_s = (piece.start_samples + piece.end_samples) / 2 / RATE
        is_her = int(middle_s // (5 + gap_s)) % 2 == 0
        assert (speaks(heard, her(), piece.speaker) > 0.9) == is_her


def test_two_made_up_voices_in_two_recordings_come_apart() -> None:
    heard = hear([made_up(110.0, 0.9), made_up(210.0, 1.12, "f2")])
    assert len(heard.speakers) == 2
    assert {(piece.recording, piece.speaker) for piece in heard.pieces} in ({(0, 0), (1, 1)}, {(0, 1), (1, 0)})


def test_while_two_speak_at_once_less_than_half_of_it_is_taken() -> None:
    both = her(0, 8) + his(0, 8)
    heard = hear([joined(her(), both, his())])
    assert len(heard.speakers) == 2
    start, end = 20.5 * RATE, 28.5 * RATE
    taken = sum(piece.seconds for piece in heard.pieces if start < piece.start_samples and piece.end_samples < end)
    assert taken < 4.0


def test_one_person_in_three_moods_is_one_person() -> None:
    wave = joined(her(0, 9), in_mood(her(9, 16), 1.25, 1.5), in_mood(her(16, 24), 0.85, 0.4))
    assert len(hear([wave]).speakers) == 1


def test_noise_under_the_voices_does_not_mix_them_up() -> None:
    wave = joined(her(0, 10), his(0, 10), her(10, 20), his(10, 20))
    heard = hear([wave + noise(len(wave) / RATE, float(wave.std()) / 3)])
    assert len(heard.speakers) == 2


@pytest.mark.parametrize("music", [melody(10.0), melody(10.0, 0.2), chords(10.0), sung(10.0), sung(10.0, 0.0)])
def test_music_and_singing_are_left_out(music: Wave) -> None:
    heard = hear([joined(her(0, 10), music, gap_s=1.0)])
    assert heard.left_out_s()["music"] == pytest.approx(10, abs=2.0)
    assert heard.speech_s == pytest.approx(9.5, abs=1.5)


@pytest.mark.parametrize("below_db", [0.0, 12.0])
def test_speech_over_music_is_left_out(below_db: float) -> None:
    music = melody(10.0)
    under = her(10, 20) + music * np.float32(her().std() / music.std() / 10 ** (below_db / 20))
    heard = hear([joined(her(0, 10), under, gap_s=1.0)])
    assert heard.left_out_s()["music"] == pytest.approx(10, abs=2.0)


def test_hum_is_not_taken_for_music() -> None:
    wave = joined(silence(2.0), his(0, 15), silence(2.0))
    heard = hear([wave + hum(len(wave), 50.0)])
    assert heard.left_out_s()["music"] == 0
    assert heard.speech_s > 12


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.4])
@pytest.mark.parametrize("pitch_hz", [400.0, 1_000.0, 2_400.0])
def test_a_beep_is_found_where_it_is(seconds: float, pitch_hz: float) -> None:
    found = find_beeps(joined(her(0, 2), beep(seconds, pitch_hz), her(2, 4)))
    assert found.sum() / 200 == pytest.approx(seconds, abs=0.08)
    assert np.flatnonzero(found)[0] / 200 == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize("wave", [her(), his(), noise(5.0), silence(5.0), beep(3.0), beep(0.08), chords(5.0)])
def test_there_is_no_beep_in_speech_music_noise_or_a_long_tone(wave: Wave) -> None:
    assert not find_beeps(joined(silence(0.5), wave)).any()


def test_a_carriers_announcement_is_cut_with_its_beep() -> None:
    heard = hear([joined(her(0, 5), beep(), his(0, 15))])
    assert heard.left_out_s()["announcement"] == pytest.approx(5, abs=1)
    assert heard.left_out_s()["beep"] == pytest.approx(0.4, abs=0.1)
    assert speaks(heard, his(), heard.person) > 0.95


def test_an_announcement_that_comes_with_every_message_is_not_taken_for_the_person() -> None:
    heard = hear([joined(her(0, 8), beep(), his(at, at + 5)) for at in (0, 5, 10)])
    assert heard.speakers[0].seconds > heard.speakers[1].seconds
    assert speaks(heard, his(), heard.person) > 0.95
    assert heard.left_out_s()["announcement"] > 20


def test_their_own_greeting_before_the_beep_is_theirs() -> None:
    heard = hear([joined(his(0, 6), beep(), his(6, 16))])
    assert len(heard.speakers) == 1
    assert heard.left_out_s().get("announcement", 0) == 0


def test_a_beep_at_the_end_makes_no_announcement_of_the_message() -> None:
    heard = hear([joined(his(0, 12), her(0, 5), beep())])
    assert "announcement" not in heard.left_out_s()


def test_the_family_may_say_which_voice_is_meant() -> None:
    heard = hear([joined(her(0, 15), his(0, 8))])
    other = heard.meaning(1)
    assert speaks(other, his(), other.person) > 0.95
    assert other.left_out_s()["other"] == pytest.approx(heard.speech_s)
    with pytest.raises(BadRecording, match="no voice 8"):
        heard.meaning(7)


def test_what_is_taken_is_mended_and_as_long_as_its_pieces() -> None:
    wave = joined(silence(1.0), her(), his())
    heard = hear([wave + np.float32(0.1)])
    pieces = clearest(heard.theirs, 10.0)
    sounds = list(take([wave + np.float32(0.1)], pieces))
    assert [len(sound) for sound in sounds] == [piece.end_samples - piece.start_samples for piece in pieces]
    assert sum(map(len, sounds)) <= 10 * RATE
    assert all(abs(float(sound.mean())) < 0.01 for sound in sounds)
    whose = (her(), his())[speaks(heard, his(), heard.person) > 0.9]
    assert all(likeness(embed(sound), embed(whose)) > 0.85 for sound in sounds)


def test_a_recording_of_minutes_is_heard_as_its_parts_are() -> None:
    wave = joined(*[her(), his()] * 4)
    heard = hear([wave])
    assert len(heard.speakers) == 2
    assert sum(speaker.seconds for speaker in heard.speakers) > 0.9 * 160
    assert max(piece.end_samples for piece in heard.pieces) > len(wave) - 2 * RATE


def test_the_same_recordings_are_heard_alike() -> None:
    waves = [joined(her(0, 8), his(0, 8)), noise(2.0)]
    assert hear(waves).pieces == hear(waves).pieces


def test_progress_is_told_and_hearing_can_be_stopped() -> None:
    told: list[tuple[int, int]] = []
    hear([her(0, 5), his(0, 3)], lambda done, total: told.append((done, total)))
    assert told == [(5, 8), (8, 8)]

    def stop(done: int, total: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        hear([her(0, 5)], stop)


def test_nothing_is_heard_in_nothing() -> None:
    for waves in ([], [silence(0.0)], [silence(8.0)], [noise(5.0)], [np.full(RATE, np.nan, np.float32)]):
        heard = hear(waves)
        assert not heard.pieces
        assert not heard.speakers
        assert heard.speech_s == 0


def test_sound_of_two_channels_is_refused() -> None:
    with pytest.raises(BadRecording, match="one channel"):
        hear([np.zeros((2, RATE), np.float32)])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3 * RATE), max_size=3), st.sampled_from([0.0, 1e-3, 0.5]))
def test_any_recordings_are_heard_and_their_seconds_add_up(lengths: list[int], level: float) -> None:
    waves = [(np.random.default_rng(n).standard_normal(n) * level).astype(np.float32) for n in lengths]
    heard = hear([*waves, her(0, 3)])
    assert heard.speech_s + sum(heard.left_out_s().values()) == pytest.approx(heard.total_s, abs=0.1)

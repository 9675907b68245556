from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from data.types import (
    FPS,
    LOOKAHEAD_SAMPLES,
    RATE,
    SAMPLES_PER_FRAME,
    AudioChunk,
    Expression,
    Phoneme,
    Phrase,
    Sentence,
)
from face.articulation import HORIZON_S, STEP_S, STEPS_PER_FRAME, articulate
from face.gaze import GLANCE_X_E, PIVOT_E
from face.idle import idle_poses, listening_poses
from face.manner import Manner
from face.motion import Motion
from face.pose import REST, Pose
from face.sound import with_mouths
from tests.face.speech import chunks, said, sentence, sound_of, spoken

Table = NDArray[np.float64]  # (frames, fields)
FIELDS = [field.name for field in fields(Pose)]
SENTENCE = spoken(
    *(
        "m",
        "ˈaɪ",
        "d",
        "ˈɪɹ",
        "b",
        "ˈɔɪ",
        "",
        "ð",
        "ə",
        "b",
        "ˈɛ",
        "s",
        "t",
        "ˈæ",
        "n",
        "s",
        "ɚ",
        "",
        "f",
        "uː",
        "p:35",
    ),
    *("ˈɑː:180", "", "w", "ʌ", "tʃ", "iː", "v", "ˈoʊ", "m", "ə", "ˈa", "p", "i"),
)
LONG = spoken(*("m", "ˈa:160", "n", "ə", "l", "ˈi", "k", "ˈo", "s", "ə", "t", "ˈɛ:140", "") * 24)


def table(poses: Sequence[Pose]) -> Table:
    return np.array([[getattr(pose, name) for name in FIELDS] for pose in poses])


def column(poses: Sequence[Pose], name: str) -> NDArray[np.float64]:
    return np.array([getattr(pose, name) for pose in poses])


def acted(phonemes: Sequence[Phoneme], sizes: Sequence[int] = (5,), seed: int = 0, text: str = "…") -> list[Pose]:
    motion, samples = Motion(seed), sound_of(phonemes)
    return [pose for chunk in chunks(samples, phonemes, sentence(text), sizes) for pose in motion.poses(chunk)]


def at(phoneme: Phoneme) -> int:
    """The frame that shows a phoneme's middle."""
    return (phoneme.start_samples + phoneme.end_samples) // 2 // SAMPLES_PER_FRAME


# --- streams --------------------------------------------------------------------------------------------------------


def test_a_chunk_of_n_frames_gets_n_poses() -> None:
    samples, motion = sound_of(SENTENCE), Motion()
    for chunk in chunks(samples, SENTENCE, sentence(), (5, 1, 3)):
        assert len(motion.poses(chunk)) * SAMPLES_PER_FRAME == len(chunk.samples)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, 1000))
def test_how_sound_is_cut_into_chunks_changes_nothing(sizes: list[int], seed: int) -> None:
    np.testing.assert_allclose(
        table(acted(SENTENCE, sizes, seed)), table(acted(SENTENCE, (5,), seed)), atol=1e-9, rtol=0
    )


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_without_phonemes_too(sizes: list[int]) -> None:
    samples = said("A better map.", "en")[0]

    def heard(cut: Sequence[int]) -> Table:
        motion, told = Motion(), with_mouths(chunks(samples, None, sentence(), cut))
        return table([pose for chunk, mouths in told for pose in motion.poses(chunk, mouths)])

    np.testing.assert_allclose(heard(sizes), heard((5,)), atol=1e-9, rtol=0)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from("apbmfusɹ"), st.integers(15, 300)), min_size=1, max_size=8), st.integers(0, 90)
)
def test_nothing_beyond_the_look_ahead_is_seen(after: list[tuple[str, int]], late_ms: int) -> None:
    known = spoken("ˈa", "m", "ˈu", lead_ms=200)
    horizon = known[-1].end_samples
    start = (horizon + late_ms * RATE // 1000) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME
    frames = (start - LOOKAHEAD_SAMPLES) // SAMPLES_PER_FRAME
    further = list(known)
    for ipa, length_ms in after:
        further.append(Phoneme(ipa, start, start + length_ms * RATE // 1000, 2))
        start = further[-1].end_samples
    one, other = articulate(known, 0, frames), articulate(further, 0, frames)
    np.testing.assert_allclose(one.aperture, other.aperture, atol=1e-9)
    np.testing.assert_allclose(one.protrusion, other.protrusion, atol=1e-9)


def test_the_horizon_fits_the_look_ahead_that_a_chunk_brings() -> None:
    assert HORIZON_S * RATE <= LOOKAHEAD_SAMPLES + SAMPLES_PER_FRAME / 2 + 1e-6
    assert pytest.approx(SAMPLES_PER_FRAME) == STEPS_PER_FRAME * STEP_S * RATE


def test_a_turn_of_several_sentences_moves_on_without_a_jump() -> None:
    motion, poses, start = Motion(), [REST], 0
    for index, labels in enumerate((("ˈa", "m", "ˈu"), ("ˈæ", "s", "p", "ˈi"))):
        phonemes = spoken(*labels, lead_ms=0)
        for chunk in chunks(sound_of(phonemes), phonemes, sentence(index=index)):
            poses += motion.poses(chunk.shifted(start))
        start += phonemes[-1].end_samples
    assert np.abs(np.diff(column(poses, "aperture"))).max() <= 0.31
    assert np.abs(np.diff(column(poses, "protrusion"))).max() <= 0.35


def test_motion_comes_from_the_seed_and_the_first_words() -> None:
    same = table(acted(SENTENCE, seed=1))
    np.testing.assert_array_equal(same, table(acted(SENTENCE, seed=1)))
    yaw = FIELDS.index("yaw")
    assert np.abs(same - table(acted(SENTENCE, seed=2)))[:, yaw].max() > 0.01
    assert np.abs(same - table(acted(SENTENCE, seed=1, text="other words")))[:, yaw].max() > 0.01


# --- the mouth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset_ms", range(0, 40, 7))
@pytest.mark.parametrize("length_ms", [32, 60, 110])
@pytest.mark.parametrize("lips", ["p", "b", "m"])
def test_every_p_b_m_shuts_the_mouth_wherever_the_frames_fall(lips: str, length_ms: int, offset_ms: int) -> None:
    phonemes = spoken("ˈa:160", f"{lips}:{length_ms}", "ˈa:160", lead_ms=200 + offset_ms)
    aperture = articulate(phonemes, 0, 25).aperture
    first = phonemes[2].start_samples // SAMPLES_PER_FRAME
    last = (phonemes[2].end_samples - 1) // SAMPLES_PER_FRAME
    assert aperture[first - 1 : last + 2].min() < 1e-3
    assert aperture[: first - 1].max() > 0.25
    assert aperture[last + 2 :].max() > 0.25


def test_f_and_v_tuck_the_lip_for_at_least_a_frame() -> None:
    for offset_ms in range(0, 40, 5):
        shapes = articulate(spoken("ˈa", "f:60", "ˈa", lead_ms=200 + offset_ms), 0, 25)
        assert shapes.tuck.max() > 0.95
        assert shapes.aperture[int(np.argmax(shapes.tuck))] < 0.12 < shapes.aperture.max()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["ˈa", "ˈæ", "p", "b", "m", "s", "ˈu", "i", "f", "", "ˈaɪ"]), st.integers(25, 220)),
        min_size=1,
        max_size=25,
    )
)
def test_no_jaw_moves_faster_than_a_jaw(said_so: list[tuple[str, int]]) -> None:
    poses = acted(spoken(*(f"{label}:{ms}" for label, ms in said_so)))
    aperture = column([REST, *poses], "aperture")
    assert np.abs(np.diff(aperture)).max() <= 0.31
    assert aperture.min() >= 0.0
    assert aperture.max() <= 0.5


def test_in_silence_the_mouth_stays_shut() -> None:
    phonemes = spoken("ˈa", "n", "ˈa", ":600", "m", "ˈo", lead_ms=500)
    aperture = column(acted(phonemes), "aperture")
    pauses = [p for p in phonemes if p.end_samples - p.start_samples >= RATE // 2]
    assert len(pauses) == 2
    for pause in pauses:
        first = pause.start_samples / SAMPLES_PER_FRAME + (0.16 * FPS if pause.start_samples else 0)
        last = pause.end_samples / SAMPLES_PER_FRAME - 0.16 * FPS
        assert aperture[int(np.ceil(first)) : int(last)].max() < 1e-6


def test_a_gap_between_syllables_is_no_pause() -> None:
    phonemes = spoken("ˈa:150", ":30", "ˈa:150")
    aperture = articulate(phonemes, 0, 30).aperture
    assert aperture[at(phonemes[2])] > 0.2


def test_stressed_open_vowels_are_visibly_open_and_weak_ones_still_part_the_lips() -> None:
    phonemes = spoken("t", "ˈɑː:150", "t", "i:60", "t", "ə:50", "n", "ˈæ:120", "t")
    aperture = articulate(phonemes, 0, 60).aperture
    for vowel in (phonemes[2], phonemes[8]):
        assert aperture[at(vowel) - 1 : at(vowel) + 2].max() > 0.25
    for vowel in (phonemes[4], phonemes[6]):
        assert 0.08 < aperture[at(vowel)] < 0.25


def test_the_mouth_goes_before_the_sound_by_some_tens_of_milliseconds() -> None:
    phonemes = spoken("t", "ˈa:120", "t", "i", "s", "ˈæ:120", "k", "u", "t", "ˈɑ:120", "d")
    shapes = articulate(phonemes, 0, 60)
    for vowel in (p for p in phonemes if p.stress):
        peak_s = (np.argmax(shapes.aperture * (np.abs(np.arange(60) - at(vowel)) < 4)) + 0.5) / FPS
        middle_s = (vowel.start_samples + vowel.end_samples) / 2 / RATE
        assert 0.0 <= middle_s - peak_s + 0.02 <= 0.09


def test_a_neighbour_colours_a_vowel() -> None:
    assert (
        articulate(spoken("s", "ˈa", "s"), 0, 25).aperture.max()
        < articulate(spoken("h", "ˈa", "h"), 0, 25).aperture.max()
    )
    by_u = articulate(spoken("u", "t", "u"), 0, 25).protrusion
    assert by_u[at(spoken("u", "t", "u")[2])] > 0.5


def test_louder_speech_moves_a_little_more_and_quieter_a_little_less() -> None:
    phonemes, peaks = LONG, []
    for factor in (0.25, 4.0):
        samples, motion = sound_of(phonemes), Motion()
        samples[len(samples) // 2 :] *= factor
        poses = [pose for chunk in chunks(samples, phonemes, sentence()) for pose in motion.poses(chunk)]
        half = len(poses) // 2 + 5
        peaks.append(column(poses[half : half + 40], "aperture").max())
    assert 1.05 < peaks[1] / peaks[0] < 1.3


def test_real_sentences_have_the_statistics_of_filmed_talkers() -> None:
    for text, language in (
        ("My dear boy, the best answer to a bad map is a better map. Never be afraid of asking people.", "en"),
        ("我的孩子，外公每天早上都去湖边散步。你妈妈做的鱼没有味道，爸爸也说不好吃。", "zh"),
    ):
        samples, phonemes = said(text, language)  # type: ignore[arg-type]
        aperture = articulate(phonemes, 0, len(samples) // SAMPLES_PER_FRAME).aperture
        assert 0.27 <= np.percentile(aperture, 95) <= 0.43
        assert 0.2 <= np.abs(np.diff(aperture)).max() <= 0.31


# --- a recording without phonemes -----------------------------------------------------------------------------------


def test_without_phonemes_the_mouth_follows_the_sound_and_rests_in_silence() -> None:
    samples, _ = said("Ask people what they do with a map.", "en")
    motion, told = Motion(), with_mouths(chunks(samples, None, sentence()))
    poses = [pose for chunk, mouths in told for pose in motion.poses(chunk, mouths)]
    aperture = column(poses, "aperture")
    assert aperture[:6].max() == 0.0
    assert 0.15 < aperture.max() < 0.5
    assert np.abs(np.diff(aperture)).max() <= 0.31
    assert aperture[-2:].max() < 0.02


# --- head, brows, lids ----------------------------------------------------------------------------------------------


def test_the_head_wanders_while_speaking_and_hardly_in_silence() -> None:
    speaking = acted(LONG)
    quiet = acted(spoken(":30000"))
    for name, least, most in (("yaw", 0.02, 0.06), ("pitch", 0.012, 0.04), ("shift_x", 0.04, 0.12)):
        assert least < column(speaking, name).std() < most
        assert column(quiet, name).std() < 0.6 * column(speaking, name).std()


def test_the_head_never_jitters() -> None:
    poses = acted(LONG)
    for name in ("yaw", "pitch", "roll", "shift_x", "shift_y"):
        course = column(poses, name)
        power = np.abs(np.fft.rfft((course - course.mean()) * np.hanning(len(course)))) ** 2
        hertz = np.fft.rfftfreq(len(course), 1 / FPS)
        assert power[hertz > 4.0].sum() < 0.01 * power.sum()


def test_the_head_nods_and_brows_rise_with_stressed_syllables() -> None:
    poses = acted(LONG)
    lifts = column(poses, "brow")
    assert 0.03 < lifts.max() < 0.12
    stressed = [at(p) for p in LONG if p.stress == 2]
    peaks = [k for k in range(1, len(lifts) - 1) if lifts[k - 1] < lifts[k] >= lifts[k + 1] and lifts[k] > 0.02]
    assert len(peaks) > 5
    assert all(min(abs(peak - frame) for frame in stressed) <= 3 for peak in peaks)
    flat = acted(tuple(Phoneme(p.ipa, p.start_samples, p.end_samples) for p in LONG))
    assert column(flat, "brow").max() == 0.0


def blinks(poses: Sequence[Pose]) -> list[int]:
    closed = column(poses, "blink_right")
    return [k for k in range(1, len(closed)) if closed[k] > 0 and closed[k - 1] == 0]


def test_eyes_blink_every_two_to_six_seconds_mostly_wholly() -> None:
    wholly = []
    for seed in range(5):
        poses = acted(LONG, seed=seed)
        starts = blinks(poses)
        apart = np.diff(starts) / FPS
        assert len(starts) > 5
        assert apart.min() >= 2.0
        assert apart.max() <= 6.1
        closed = column(poses, "blink_right")
        for start in starts:
            course = closed[start : start + 10]
            wholly.append(course.max() == 1.0)
            assert course.max() > 0.6
            assert 5 <= int((course > 0).sum()) <= 9
            assert np.argmax(course) <= 2 or course[1] == 1.0  # falls faster than it rises, if need be twice
        np.testing.assert_array_equal(closed, column(poses, "blink_left"))
        assert np.median(closed) == 0.0
    assert 0.7 < np.mean(wholly) < 1.0


def test_more_blinks_begin_where_a_phrase_ends_than_elsewhere() -> None:
    ends = [p.start_samples // SAMPLES_PER_FRAME for p in LONG if not p.ipa][1:]
    near = total = 0
    for seed in range(6):
        for start in blinks(acted(LONG, seed=seed)):
            total += 1
            near += any(0 <= start - end <= 3 for end in ends)
    share_of_time = 4 * len(ends) / (LONG[-1].end_samples // SAMPLES_PER_FRAME)
    assert near / total > 2 * share_of_time


def felt(expression: Expression, strength: float = 1.0) -> list[Pose]:
    of = Sentence(0, (Phrase("…", "en", "exhibit", expression=expression, strength=strength),))
    motion = Motion()
    return [REST, *(pose for chunk in chunks(sound_of(LONG), LONG, of) for pose in motion.poses(chunk))]


@pytest.mark.parametrize(
    ("expression", "sign"), [("warm", 1), ("tender", 1), ("grave", -1), ("sad", -1), ("neutral", 0), ("surprised", 0)]
)
def test_an_expression_is_held_and_eased(expression: Expression, sign: int) -> None:
    corners = column(felt(expression), "corners")
    assert np.sign(round(corners[100:].mean(), 4)) == sign
    assert corners[150:].std() < 0.002
    assert np.abs(np.diff(corners)).max() < 0.006


@pytest.mark.parametrize(
    ("expression", "name"),
    [("warm", "squint"), ("tender", "inner_brow"), ("sad", "inner_brow"), ("surprised", "widen")],
)
def test_the_eyes_feel_it_too_and_half_the_strength_is_half_the_face(expression: Expression, name: str) -> None:
    plain = column(felt("neutral"), name)
    whole, half = (column(felt(expression, strength), name) - plain for strength in (1.0, 0.5))
    assert whole.max() > 0.02
    np.testing.assert_allclose(half, whole / 2, atol=1e-9)


def test_surprise_passes_and_sorrow_stays() -> None:
    for expression, least, most in (("surprised", 0.2, 0.5), ("sad", 0.8, 1.0)):
        lift = column(felt(expression), "inner_brow" if expression == "sad" else "widen")  # type: ignore[arg-type]
        lift = lift - column(felt("neutral"), "inner_brow" if expression == "sad" else "widen")
        assert least < lift[200:].mean() / lift.max() < most


# --- gaze and breath ------------------------------------------------------------------------------------------------


def eyes_alone(poses: Sequence[Pose]) -> NDArray[np.float64]:
    """Sideways, against the viewer: without what only makes up for the turning of the head."""
    return column(poses, "gaze_x") + PIVOT_E * np.sin(column(poses, "yaw"))


def test_eyes_are_mostly_on_the_viewer_glance_aside_and_come_back() -> None:
    glances = 0
    for seed in range(6):
        aside = np.abs(eyes_alone(acted(LONG, seed=seed))) > GLANCE_X_E[0] / 2
        assert aside.mean() < 0.25
        runs = np.diff(np.flatnonzero(np.diff(aside.astype(int), prepend=0, append=0)))[::2]
        glances += len(runs)
        assert not len(runs) or runs.max() <= 1.2 * FPS
    assert glances > 6


def test_eyes_rest_between_jumps_of_a_frame_or_two() -> None:
    course = eyes_alone(acted(LONG))
    moving = np.abs(np.diff(course)) > 1e-4
    runs = np.diff(np.flatnonzero(np.diff(moving.astype(int), prepend=0, append=0)))[::2]
    assert np.mean(moving) < 0.15
    assert runs.max() <= 4
    assert np.median(runs) <= 2


def test_eyes_turn_against_the_head() -> None:
    poses = acted(LONG)
    assert np.corrcoef(column(poses, "gaze_x"), column(poses, "yaw"))[0, 1] < -0.1


def test_a_breath_is_taken_before_a_phrase_and_let_go_over_it() -> None:
    breath = column(acted(LONG), "breath")
    frames = [(p.start_samples // SAMPLES_PER_FRAME, p.end_samples // SAMPLES_PER_FRAME) for p in LONG if not p.ipa]
    for start, end in frames[1:-1]:
        assert breath[end] > breath[start]
    assert breath.min() >= 0.0
    assert breath.max() <= 1.0
    assert np.abs(np.diff(breath)).max() < 0.15


def test_who_is_silent_for_long_breathes_evenly() -> None:
    breath = column(acted(spoken(":20000")), "breath")[3 * FPS :]
    turns = np.flatnonzero(np.diff(np.sign(np.diff(breath))))
    assert np.diff(turns) / FPS == pytest.approx(2.0, abs=0.1)


def test_a_person_moves_in_their_own_manner() -> None:
    def moved(manner: Manner) -> list[Pose]:
        motion = Motion(3, manner)
        return [p for chunk in chunks(sound_of(LONG), LONG, sentence()) for p in motion.poses(chunk)]

    calm, lively = moved(Manner(9.0, 0.08, jaw_e=0.27)), moved(Manner(30.0, 0.19, jaw_e=0.38))
    assert column(calm, "yaw").std() < 0.7 * column(lively, "yaw").std()
    assert len(blinks(calm)) < len(blinks(lively))
    assert column(calm, "aperture").max() < 0.9 * column(lively, "aperture").max()


# --- rest -----------------------------------------------------------------------------------------------------------


def test_an_answer_begins_near_rest_and_settles_exactly_there() -> None:
    motion = Motion()
    poses = [p for c in chunks(sound_of(SENTENCE), SENTENCE, sentence(expression="warm")) for p in motion.poses(c)]
    tail = motion.settle()
    head = [FIELDS.index(name) for name in ("yaw", "pitch", "roll", "shift_x", "shift_y", "corners", "brow")]
    assert np.abs(table(poses[:1])[:, FIELDS.index("breath")]).max() < 0.06
    assert np.abs(np.delete(table(poses[:1]), FIELDS.index("breath"))).max() < 0.02
    assert tail[-1] == REST
    assert 0.4 <= len(tail) / FPS <= 0.6
    steps = np.abs(np.diff(table([*poses[-1:], *tail])[:, head], axis=0))
    assert steps.max() < 0.03
    assert np.abs(table(tail[-2:-1])).max() < 0.02


def test_an_answer_that_speaks_at_once_still_comes_out_of_rest() -> None:
    poses = acted(spoken("ˈɑ:200", "t", "ˈu:200", lead_ms=0))
    assert np.abs(np.delete(table(poses[:1]), FIELDS.index("breath"))).max() < 0.02
    assert column(poses[:4], "aperture").max() > 0.2


def test_after_nothing_there_is_nothing_to_settle() -> None:
    assert Motion().settle() == []


def test_a_chunk_without_any_phoneme_is_a_shut_mouth() -> None:
    chunk = AudioChunk(np.zeros(SAMPLES_PER_FRAME, np.float32), 0, sentence(), (), True)
    (pose,) = Motion().poses(chunk)
    assert pose.aperture == 0.0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("loop", [idle_poses, listening_poses])
def test_a_loop_closes_without_a_seam(loop: Callable[[int], list[Pose]], seed: int) -> None:
    poses = loop(seed)
    assert poses[0] == REST
    lids = [FIELDS.index(name) for name in ("blink_right", "blink_left")]
    moving = np.delete(table([*poses, REST]), lids, axis=1)
    steps = np.abs(np.diff(moving, axis=0)).max(axis=1)
    assert steps[-1] <= np.median(steps)
    assert steps[0] <= np.median(steps)
    assert len(blinks(poses)) == (2 if loop is idle_poses else 3)
    assert 0.004 < column(poses, "shift_x").std() < 0.03
    assert column(poses, "aperture").max() == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_who_listens_nods_and_looks_at_the_visitor(seed: int) -> None:
    poses = listening_poses(seed)
    pitch = column(poses, "pitch")
    assert pitch.max() > 0.035
    assert column(poses, "brow").max() > 0
    assert np.abs(eyes_alone(poses)).max() < GLANCE_X_E[0] / 2

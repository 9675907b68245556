"""The face as it is seen: real speech on real portraits, written to a clip and measured by the face mesh."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from data.clips import write_clip
from data.label import Label
from data.types import Language
from face.engine import PortraitFace
from face.motion import Motion
from tests.face.measure import Measured, background, deviation, measure, read_clip, read_faces
from tests.face.openness import Series
from tests.face.portraits import rig_of
from tests.face.speech import chunks, said, sentence

SEED = 4


@dataclass(frozen=True)
class Case:
    portrait: str
    language: Language
    text: str


CASES = (
    Case(
        "hopper", "en", "My dear boy, the best answer to a bad map is a better map. Never be afraid of asking people."
    ),
    Case("waigong", "zh", "孩子，外公每天早上都去湖边散步。你妈妈做的鱼没有味道。"),
    Case("astronaut", "en", "I have a map of the moon, and my father bought me a boat before I was five."),
)
# The control: what the mouth must not fit. Chance alone gives a single sentence up to ±0.3, so it takes a few.
OTHERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "The weather over the ocean was calm, and we waited for two hours until somebody saw the ship come in.",
        "She would rather sit still under those three trees, reading quietly until the evening came.",
        "Every Sunday we took the slow train to the city, where my uncle sold watches and old radios.",
        "If you listen to the rain for long enough, it begins to sound like a letter from your mother.",
    ),
    "zh": (
        "春天的时候我们去看花，杭州的茶很香，要多喝一点，慢慢走。",
        "那一年冬天下了很大的雪，工厂停工三天，我们在院子里堆雪人。",
        "读书是一辈子的事，不要着急，一页一页地看，总会看懂的。",
        "我年轻的时候住在苏州，每个星期都去听评弹，回家已经很晚了。",
    ),
}


@dataclass(frozen=True)
class Seen:
    measured: Measured  # of the written clip
    drawn_deviation: float  # of the background, in the frames before any codec


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.portrait)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """One clip a portrait, written as the product writes it and read back."""
    case: Case = request.param
    samples, phonemes = said(case.text, case.language)
    of = sentence(case.text, case.language, expression="warm")
    path: Path = tmp_path_factory.mktemp("clips") / f"{case.portrait}.mp4"
    shots = list(PortraitFace(rig_of(case.portrait), SEED).animate(chunks(samples, phonemes, of)))
    write_clip(path, iter(shots), Label(case.language, {}))
    clip = read_clip(path)
    faces = read_faces(clip.frames)
    motion = Motion(SEED)
    poses = [pose for chunk in chunks(samples, phonemes, of) for pose in motion.poses(chunk)] + motion.settle()
    intended: Series = np.array([pose.aperture for pose in poses])
    others = [said(text, case.language)[1] for text in OTHERS[case.language]]
    drawn = background(np.concatenate([shot.frames for shot in shots]), faces)
    assert drawn is not None
    return Seen(measure(clip, phonemes, intended, others, faces), deviation(drawn))


@pytest.fixture
def measured(seen: Seen) -> Measured:
    return seen.measured


def test_every_frame_shows_a_face(measured: Measured) -> None:
    assert measured.without_face == 0


def test_the_mouth_opens_as_it_was_meant_to(measured: Measured) -> None:
    assert measured.intended_r is not None
    assert measured.intended_r >= 0.95
    assert measured.intended_lag_s == pytest.approx(0.0, abs=0.01)


def test_the_mouth_fits_what_is_said_and_nothing_else(measured: Measured) -> None:
    assert measured.phoneme_r is not None
    assert measured.phoneme_lag_s is not None
    assert measured.other_r is not None
    assert measured.phoneme_r >= 0.6
    assert abs(measured.phoneme_lag_s) <= 0.060
    assert measured.other_r <= 0.2


def test_every_p_b_m_is_seen_closed(measured: Measured) -> None:
    assert measured.bilabials >= 3
    assert measured.bilabials_closed == measured.bilabials


def test_stressed_open_vowels_are_visibly_open(measured: Measured) -> None:
    assert measured.open_vowels >= 3
    assert measured.open_vowels_open == measured.open_vowels


def test_the_mouth_moves_like_a_filmed_talker_s(measured: Measured) -> None:
    assert 0.2 <= measured.aperture_p95 <= 0.45
    assert measured.largest_change <= 0.31


def test_in_silence_the_lips_stay_together(measured: Measured) -> None:
    assert measured.aperture_in_silence is not None
    assert measured.aperture_in_silence <= 0.02


def test_blinks_close_the_eyes(measured: Measured) -> None:
    assert measured.blinks
    assert all(blink.closed <= 0.6 for blink in measured.blinks)  # some only begin
    assert np.median([blink.closed for blink in measured.blinks]) <= 0.45


def test_the_head_is_neither_still_nor_restless(measured: Measured) -> None:
    assert 4.0 <= measured.head_sd_px <= 13.0


def test_the_background_stands_still(seen: Seen) -> None:
    assert seen.drawn_deviation <= 0.05
    assert seen.measured.background_deviation is not None
    assert seen.measured.background_deviation <= 0.05


def test_sound_and_picture_start_and_end_together(measured: Measured) -> None:
    assert measured.offset_s == pytest.approx(0.0, abs=0.02)
    assert measured.end_offset_s == pytest.approx(0.0, abs=0.04)

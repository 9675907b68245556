"""The measuring tape itself: that it finds what is put there, and says so when it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.clips import write_clip
from data.label import Label
from data.types import RATE, SAMPLES_PER_FRAME, Phoneme, Shot
from face.pose import REST, Pose
from face.renderer import Renderer
from tests.face.measure import (
    apertures,
    best_lag,
    closed_bilabials,
    correlation,
    find_blinks,
    main,
    measure,
    opened_vowels,
    read_clip,
    read_faces,
)
from tests.face.openness import openness, openness_of, silent
from tests.face.portraits import rig_of

WAVE = np.convolve(np.random.default_rng(0).standard_normal(300), np.hanning(9), mode="same")


@pytest.mark.parametrize("late", [-3, 0, 2])
def test_a_delay_is_found_with_its_sign(late: int) -> None:
    r, lag = best_lag(np.roll(WAVE, late), WAVE)
    assert r > 0.95
    assert lag == pytest.approx(late, abs=0.2)


def test_frames_without_a_face_are_left_out_of_a_correlation() -> None:
    holes = WAVE.copy()
    holes[::7] = np.nan
    assert correlation(holes, WAVE) == pytest.approx(1.0)
    assert correlation(np.zeros(300), WAVE) == 0.0


def test_blinks_are_the_dips_and_nothing_else() -> None:
    eyes = np.full(100, 0.3)
    eyes[20:24] = (0.2, 0.05, 0.1, 0.22)
    eyes[60:62] = 0.25
    (blink,) = find_blinks(eyes)
    assert blink.frame == 21
    assert blink.closed == pytest.approx(0.05 / 0.3)


def test_openness_goes_by_vowel_height() -> None:
    assert [openness_of(ipa) for ipa in ("", "m", "s", "iː", "ə", "ɛ", "aɪ")] == [0.0, 0.0, 0.1, 0.3, 0.6, 0.8, 1.0]
    course = openness((Phoneme("a", 960, 1920), Phoneme("m", 1920, 2400)), 4)
    np.testing.assert_allclose(course, (0.0, 1.0, 0.0, 0.0))


def test_silence_is_what_is_far_from_any_sound() -> None:
    quiet = silent((Phoneme("a", RATE, 2 * RATE),), 75, 25.0)
    np.testing.assert_array_equal(quiet.nonzero()[0], [*range(21), *range(54, 75)])


def test_a_mouth_that_stays_open_on_b_is_caught() -> None:
    phonemes = (Phoneme("a", 0, 4800), Phoneme("b", 4800, 6720), Phoneme("a", 6720, 12000, 2))
    opening, interior = np.full(20, 0.3), np.full(20, 0.9)
    opening[15:] = 0.0
    assert closed_bilabials(phonemes, opening, interior, 25.0) == [False]
    opening[5] = 0.01
    assert closed_bilabials(phonemes, opening, interior, 25.0) == [False]  # lips by the mesh, but teeth by the pixels
    interior[5] = 0.1
    assert closed_bilabials(phonemes, opening, interior, 25.0) == [True]
    assert opened_vowels(phonemes, opening, 25.0) == [pytest.approx(0.3)]


def test_the_mesh_reads_back_the_aperture_that_was_drawn() -> None:
    renderer = Renderer(rig_of("hopper"))
    drawn = np.linspace(0.1, 0.4, 6)  # nearer to closure the mesh saturates
    faces = read_faces(np.stack([renderer.render(replace(REST, aperture=float(width))) for width in drawn]))
    np.testing.assert_allclose(apertures(faces), drawn, atol=0.03)


def test_a_clip_is_measured_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renderer = Renderer(rig_of("hopper"))
    poses = [Pose(aperture=0.3 * (k % 6 == 3), yaw=0.03 * np.sin(k / 3)) for k in range(18)]
    frames = np.stack([renderer.render(pose) for pose in poses])
    clip, said = tmp_path / "clip.mp4", tmp_path / "said.json"
    write_clip(clip, iter([Shot(np.zeros(18 * SAMPLES_PER_FRAME, np.float32), frames, None)]), Label("en", {}))
    rows = [{"ipa": "ɑ", "start_s": k * 0.04, "end_s": k * 0.04 + 0.04, "stress": 2} for k in (3, 9, 15)]
    said.write_text(json.dumps({"phonemes": rows, "aperture": [pose.aperture for pose in poses]}), encoding="utf-8")
    assert main([str(clip), "--phonemes", str(said), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == 18
    assert told["phoneme_r"] > 0.9
    assert told["intended_r"] > 0.95
    assert told["offset_s"] == pytest.approx(0.0, abs=0.02)
    assert main([str(clip)]) == 0
    assert "aperture_p95" in capsys.readouterr().out


def test_a_file_that_is_no_clip_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.mp4"
    wrong.write_bytes(b"not a clip")
    assert main([str(wrong)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_still_face_has_no_wander_and_no_blinks(tmp_path: Path) -> None:
    frames = np.repeat(Renderer(rig_of("hopper")).render(REST)[None], 6, axis=0)
    clip = tmp_path / "still.mp4"
    write_clip(clip, iter([Shot(np.zeros(6 * SAMPLES_PER_FRAME, np.float32), frames, None)]), Label("en", {}))
    found = measure(read_clip(clip))
    assert found.head_sd_px < 0.5
    assert found.blinks == ()
    assert found.largest_change < 0.01

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import NotReady, Outdated
from face.chosen import Chosen
from face.manner import USUAL, Manner
from face.pose import Pose
from face.renderer import Renderer
from face.rig import FORMAT, Rig, choices_of
from tests.face.portraits import rig_of

SPEAKING = Pose(
    aperture=0.2, protrusion=0.4, corners=0.02, blink_left=0.6, brow=0.05, yaw=0.06, pitch=-0.03, shift_x=0.04
)


@pytest.mark.parametrize("name", ["hopper", "astronaut"])
def test_a_rig_from_its_bytes_draws_the_same_frames(name: str) -> None:
    rig = rig_of(name)
    again = Rig.from_bytes(rig.to_bytes())
    for pose in (Pose(), SPEAKING):
        np.testing.assert_array_equal(Renderer(rig).render(pose), Renderer(again).render(pose))
    assert again.warnings == rig.warnings
    assert (again.size, again.e_px, again.rest_aperture) == (rig.size, rig.e_px, rig.rest_aperture)


def test_bytes_hold_no_pickles() -> None:
    with np.load(io.BytesIO(rig_of("hopper").to_bytes()), allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


@pytest.mark.parametrize("keep", [0, 10, 1000, -1])
def test_damaged_bytes_are_refused(keep: int) -> None:
    with pytest.raises(NotReady, match="damaged: add the photo again"):
        Rig.from_bytes(rig_of("astronaut").to_bytes()[:keep])


def test_a_flipped_byte_is_refused() -> None:
    blob = bytearray(rig_of("astronaut").to_bytes())
    blob[len(blob) // 2] ^= 0xFF
    with pytest.raises(NotReady, match="damaged"):
        Rig.from_bytes(bytes(blob))


def test_a_rig_of_another_version_is_refused() -> None:
    with io.BytesIO() as file:
        np.savez(file, plain=np.frombuffer(json.dumps({"format": 0, "rig": {}}).encode(), np.uint8))
        blob = file.getvalue()
    with pytest.raises(NotReady, match="another version"):
        Rig.from_bytes(blob)


def written(plain: object, **arrays: np.ndarray[Any, Any]) -> bytes:
    with io.BytesIO() as file:
        np.savez(file, **{"plain": np.frombuffer(json.dumps(plain).encode(), np.uint8), **arrays})
        return file.getvalue()


@pytest.mark.parametrize("rig", [{}, {"e_px": 60.0}, [], None])
def test_a_rig_of_this_number_with_other_fields_is_of_another_version(rig: object) -> None:
    with pytest.raises(Outdated, match="another version"):
        Rig.from_bytes(written({"format": FORMAT, "rig": rig}))
    assert choices_of(written({"format": FORMAT, "rig": rig})) == (Chosen(), USUAL)


@pytest.mark.parametrize("plain", [[], 3, "rig", None])
def test_what_holds_no_rig_is_damaged(plain: object) -> None:
    with pytest.raises(NotReady, match="damaged"):
        Rig.from_bytes(written(plain))


def test_what_was_chosen_for_a_rig_outlives_its_version() -> None:
    chosen = Chosen(2, 384, "portrait", straighten=False, marks=(1.0, 2.0))
    rig = replace(rig_of("astronaut"), chosen=chosen, manner=Manner(blinks_a_minute=9.0))
    assert choices_of(rig.to_bytes()) == (chosen, rig.manner)


def test_a_rig_from_before_anything_was_chosen_is_read_again_in_its_size() -> None:
    with io.BytesIO() as file:
        plain = np.frombuffer(json.dumps({"format": 1, "rig": {"e_px": 60.0}}).encode(), np.uint8)
        np.savez(file, **{"plain": plain, ".photo": np.zeros((448, 448, 3), np.uint8)})
        blob = file.getvalue()
    with pytest.raises(Outdated):
        Rig.from_bytes(blob)
    assert choices_of(blob) == (Chosen(size_px=448), USUAL)


def test_loading_and_drawing_imports_no_heavy_library(tmp_path: Path) -> None:
    (tmp_path / "rig").write_bytes(rig_of("astronaut").to_bytes())
    code = (
        "import sys, pathlib; from face.rig import Rig; from face.renderer import Renderer; from face.pose import Pose;"
        "rig = Rig.from_bytes(pathlib.Path(sys.argv[1]).read_bytes());"
        "Renderer(rig).render(Pose(aperture=0.2, yaw=0.1, blink_left=1.0));"
        "print(sorted({'mediapipe', 'matplotlib', 'scipy', 'scipy.spatial', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "rig")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_calibration_rises_and_keeps_closed_closed() -> None:
    for name in ("hopper", "astronaut", "waigong"):
        rig = rig_of(name)
        asked = np.linspace(0, 0.45, 40)
        given = [rig.aperture(float(each)) for each in asked]
        assert given[0] == 0
        assert np.all(np.diff(given) > 0)

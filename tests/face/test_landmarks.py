from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from data.errors import NoFace
from data.types import Picture
from face.head import rotation
from face.landmarks import (
    NOSE_BASE,
    Landmarks,
    aperture,
    eye_ratios,
    eye_unit,
    find_faces,
    landmarks,
    person_mask,
    turn,
)
from tests.face.portraits import photo


def frontal() -> Landmarks:
    """The astronaut's landmarks, in a close view."""
    return landmarks(close_up())


def close_up() -> Picture:
    return np.ascontiguousarray(photo("astronaut")[30:270, 110:350])


def noise(height: int, width: int) -> Picture:
    return np.random.default_rng(3).integers(0, 255, (height, width, 3), np.uint8)


@pytest.mark.parametrize("name", ["hopper", "astronaut", "waigong"])
def test_a_portrait_has_one_face(name: str) -> None:
    assert len(find_faces(photo(name))) == 1


def test_noise_and_a_cat_have_no_face() -> None:
    import skimage.data

    assert find_faces(noise(500, 700)) == []
    assert find_faces(np.asarray(skimage.data.chelsea(), np.uint8)) == []  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_drawing_a_faint_print_and_a_worn_stone_have_one_face(name: str) -> None:
    picture = photo(name)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    pencil = cv2.divide(grey, 255 - cv2.GaussianBlur(255 - grey, (0, 0), 9), scale=256)
    faint = np.clip(grey * 0.05 + 235, 0, 255).astype(np.uint8)
    stone = np.clip(170 + 0.2 * (cv2.GaussianBlur(grey, (0, 0), 2.5).astype(float) - 128), 0, 255).astype(np.uint8)
    for seen in (pencil, faint, stone):
        assert len(find_faces(np.dstack([seen] * 3))) == 1


def test_faces_are_listed_from_left_to_right() -> None:
    hopper, astronaut = cv2.resize(photo("hopper"), (512, 600)), cv2.resize(photo("astronaut"), (600, 600))
    for pictures in ((hopper, astronaut), (astronaut, hopper)):
        both = np.hstack([np.asarray(each, np.uint8) for each in pictures])
        faces = find_faces(both)
        edge = pictures[0].shape[1]
        assert len(faces) == 2
        assert faces[0].centre[0] < edge < faces[1].centre[0]


def test_a_small_face_in_a_large_picture_is_found() -> None:
    small = cv2.resize(photo("hopper"), None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    picture = np.full((1200, 1800, 3), 120, np.uint8)
    picture[820 : 820 + small.shape[0], 1300 : 1300 + small.shape[1]] = small
    (face,) = find_faces(picture)
    x, y = face.centre
    assert abs(x - (1300 + 0.35 * 268)) < 15
    assert abs(y - (820 + 0.35 * 243)) < 15
    assert 40 < face.width < 100


def test_landmarks_move_with_the_picture() -> None:
    picture = close_up()
    moved = np.roll(picture, (9, 14), axis=(0, 1))
    shift = (landmarks(moved) - landmarks(picture))[:, :2]
    np.testing.assert_allclose(np.median(shift, axis=0), (14, 9), atol=0.3)


def test_landmarks_of_a_picture_without_a_face_are_refused() -> None:
    with pytest.raises(NoFace, match="from the front"):
        landmarks(noise(300, 300))


def test_threads_read_what_one_thread_reads() -> None:
    pictures = [close_up(), np.ascontiguousarray(photo("hopper")[60:460, 60:460])] * 3
    alone = [landmarks(picture) for picture in pictures]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(landmarks, pictures))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_open_smile_is_open_and_closed_lips_are_closed() -> None:
    assert aperture(frontal()) > 0.15
    assert aperture(landmarks(np.ascontiguousarray(photo("hopper")[60:460, 60:460]))) < 0.03
    assert all(0.1 < ratio < 0.5 for ratio in eye_ratios(frontal()))


@pytest.mark.parametrize(("axis", "angle"), [(0, 0.3), (0, -0.3), (1, 0.2), (1, -0.2), (2, 0.25), (2, -0.25)])
def test_turning_the_points_is_read_back(axis: int, angle: float) -> None:
    points = frontal()
    angles = [0.0, 0.0, 0.0]
    angles[axis] = angle
    centre = points[NOSE_BASE]
    turned = ((points - centre) @ rotation(*angles).T + centre).astype(np.float32)
    change = np.array(turn(turned)) - np.array(turn(points))
    assert change[axis] == pytest.approx(angle, abs=0.05)


def test_the_eye_unit_grows_with_the_picture() -> None:
    larger = np.asarray(cv2.resize(close_up(), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert eye_unit(landmarks(larger)) == pytest.approx(2 * eye_unit(frontal()), rel=0.02)


def test_the_person_is_told_from_the_background() -> None:
    mask = person_mask(photo("hopper"))
    assert mask.shape == photo("hopper").shape[:2]
    assert mask[250, 270] > 0.9  # the nose
    assert mask[60, 470] < 0.1  # the sky


def test_nothing_is_written_to_standard_error() -> None:
    code = (
        "from tests.face.portraits import photo; from face.landmarks import find_faces, landmarks, person_mask;"
        "p = photo('hopper')[60:460, 60:460]; find_faces(p); landmarks(p); person_mask(p)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""

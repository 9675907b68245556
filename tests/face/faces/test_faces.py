from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from face.landmarks import Landmarks, aperture, close_landmarks, eye_ratios, eye_unit, find_faces, is_upright, turn
from tests.face.faces.draw import FACES as PROGRAMS
from tests.face.faces.sitter import to_picture
from tests.face.portraits import DRAWN, FACES, photo

CHEEKS = (50, 280, 205, 425)


@lru_cache
def read(name: str) -> Landmarks:
    picture = photo(name)
    (face,) = find_faces(picture)
    return close_landmarks(picture, face)


def brightness(name: str) -> float:
    """Of the cheeks, grey levels."""
    grey = cv2.cvtColor(photo(name), cv2.COLOR_RGB2GRAY)
    return float(np.median([grey[round(y), round(x)] for x, y in read(name)[list(CHEEKS), :2].tolist()]))


@pytest.mark.parametrize("name", FACES)
def test_a_drawn_portrait_has_one_upright_face(name: str) -> None:
    (face,) = find_faces(photo(name))
    assert face.score > 0.8
    assert is_upright(photo(name), face)


@pytest.mark.parametrize("name", FACES)
def test_only_the_three_quarter_view_is_turned(name: str) -> None:
    yaw, pitch, roll = np.degrees(turn(read(name)))
    assert abs(pitch) < 8
    assert abs(roll) < 3
    assert 12 < yaw < 30 if name == "three_quarter" else abs(yaw) < 4


def test_mouths_are_shut_smiling_or_laughing_as_meant() -> None:
    for name in ("beard", "child", "three_quarter"):
        assert aperture(read(name)) < 0.03, name
    for name in ("dark", "woman_glasses"):
        assert 0.1 < aperture(read(name)) < 0.35, name
    assert aperture(read("laughing")) > 0.4


def test_who_laughs_narrows_the_eyes() -> None:
    assert np.mean(eye_ratios(read("laughing"))) < 0.8 * np.mean(eye_ratios(read("woman_glasses")))


def test_a_child_has_larger_eyes_and_a_shorter_chin() -> None:
    child, adult = read("child"), read("astronaut")
    assert np.mean(eye_ratios(child)) > np.mean(eye_ratios(adult))
    lengths = [float(np.hypot(*(points[152, :2] - points[168, :2]))) / eye_unit(points) for points in (child, adult)]
    assert lengths[0] < 0.9 * lengths[1]


def test_dark_skin_by_one_lamp_is_dark() -> None:
    assert brightness("dark") < 0.55 * brightness("woman_glasses")


def test_the_poor_print_is_grey_and_small() -> None:
    assert int(np.ptp(photo("low").astype(np.int16), axis=2).max()) <= 2
    assert 100 < float(np.ptp(read("low")[:, 0])) < 140


@pytest.mark.parametrize("name", FACES)
def test_a_kept_picture_is_what_its_program_draws(name: str) -> None:
    drawn = to_picture(PROGRAMS[name]()).astype(np.int16)
    assert float(np.abs(drawn - photo(name)).mean()) < 3
    assert (DRAWN / f"{name}.jpg").stat().st_size < 150_000

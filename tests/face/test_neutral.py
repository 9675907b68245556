from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from data.types import Picture
from face.framing import Framed, frame_face
from face.landmarks import LEFT_CORNER, RIGHT_CORNER, Landmarks, aperture, eye_unit, landmarks
from face.light import read_light
from face.lips import find_lower_rim, read_mouth
from face.neutral import Closed, close_mouth
from face.shade import along_folds
from tests.face.portraits import photo

SMILING = ("astronaut", "laughing")


@lru_cache(maxsize=2)
def framed(name: str) -> Framed:
    return frame_face(photo(name), None, 512)


@lru_cache(maxsize=2)
def closed(name: str) -> Closed:
    picture, points = framed(name).picture, framed(name).points
    return close_mouth(picture, read_mouth(points), read_light(picture, points))


def width(points: Landmarks) -> float:
    return float(np.hypot(*(points[RIGHT_CORNER, :2] - points[LEFT_CORNER, :2])) / eye_unit(points))


def corner_height(points: Landmarks) -> float:
    """How far the corners lie above the middle of the lips, E."""
    return float((points[[0, 17], 1].mean() - points[[RIGHT_CORNER, LEFT_CORNER], 1].mean()) / eye_unit(points))


@pytest.mark.parametrize("name", SMILING)
def test_a_smile_closes_its_lips(name: str) -> None:
    assert aperture(framed(name).points) > 0.15
    assert aperture(landmarks(closed(name).photo)) < 0.04


@pytest.mark.parametrize("name", SMILING)
def test_a_closed_smile_is_narrower_and_its_corners_hang_lower(name: str) -> None:
    before, after = framed(name).points, landmarks(closed(name).photo)
    assert width(after) < 0.95 * width(before)
    assert corner_height(after) < corner_height(before) - 0.03


@pytest.mark.parametrize("name", SMILING)
def test_the_folds_of_a_smile_grow_shallow(name: str) -> None:
    def depth(picture: Picture) -> float:
        reading = read_mouth(landmarks(picture))
        y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
        on_fold = along_folds(reading.folds, *reading.lips(reading.inner_upper).place(x, y)) > 0.5
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        about = cv2.GaussianBlur(grey, (0, 0), 0.28 * reading.unit)
        return float(np.maximum(about - grey, 0)[on_fold].mean())

    assert depth(closed(name).photo) < 0.75 * depth(framed(name).picture)


@pytest.mark.parametrize("name", SMILING)
def test_closing_the_mouth_moves_nothing_far_from_it(name: str) -> None:
    before, after, points = framed(name).picture, closed(name).photo, framed(name).points
    eyes = slice(0, int(points[[33, 263], 1].max()))
    np.testing.assert_array_equal(after[eyes], before[eyes])
    y, x = np.mgrid[: before.shape[0], : before.shape[1]].astype(np.float32)
    u, _ = read_mouth(points).lips(read_mouth(points).inner_upper).place(x, y)
    aside = np.abs(u) > 2.55
    assert np.abs(after[aside].astype(np.int16) - before[aside]).max() <= 2


@pytest.mark.parametrize("name", SMILING)
def test_no_dark_notch_stays_in_the_corners(name: str) -> None:
    grey = cv2.cvtColor(closed(name).photo, cv2.COLOR_RGB2GRAY).astype(np.float32)
    lips = closed(name).lips
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]].astype(np.float32)
    u, v = lips.place(x, y)
    corner = (np.abs(u) > 0.85) & (np.abs(u) < 1.3) & (np.abs(v - lips.seam_at(u)) < 0.25)
    about = cv2.medianBlur(cv2.cvtColor(closed(name).photo, cv2.COLOR_RGB2GRAY), 2 * round(0.4 * lips.unit) + 1)
    assert (grey < 0.6 * about)[corner].mean() < 0.01


def test_the_lower_rim_is_found_where_the_dark_ends() -> None:
    picture, points = framed("laughing").picture, framed("laughing").points
    reading = read_mouth(points)
    drawn = picture.copy()
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    u, v = reading.lips(reading.inner_lower).place(x, y)
    rim = np.interp(u, np.linspace(-1.15, 1.15, len(reading.inner_lower)), reading.inner_lower) + 0.08
    drawn[(np.abs(u) < 0.8) & (v < rim) & (v > rim - 0.3)] = 20
    drawn[(np.abs(u) < 0.8) & (v >= rim) & (v < rim + 0.3)] = (200, 120, 110)
    found = find_lower_rim(drawn, reading)
    middle = np.abs(np.linspace(-1.15, 1.15, len(found))) < 0.5
    np.testing.assert_allclose((found - reading.inner_lower)[middle], 0.08, atol=0.05)

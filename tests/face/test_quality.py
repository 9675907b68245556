from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from data.types import Picture
from face.framing import look
from face.pose import Pose
from face.quality import Judged, judged_faces
from face.renderer import Renderer
from face.sheet import CELL_PX, faces_sheet
from tests.face.portraits import photo, rig_of


def judged(picture: Picture) -> Judged:
    (face,) = judged_faces(look(picture, straighten=False))
    return face


def lit(picture: Picture, *, by: float | NDArray[np.float64] = 1.0, from_level: float = 0.0) -> Picture:
    return np.asarray(np.clip(picture * by + from_level, 0, 255), np.uint8)


def crowd(columns: int, rows: int, face_px: int) -> Picture:
    """Faces side by side, no two neighbours alike."""
    crops = [photo("hopper")[50:398, 120:410], photo("astronaut")[10:250, 130:330], photo("child")[90:810, 50:650]]
    cells = [cv2.resize(each, (face_px, round(1.2 * face_px)), interpolation=cv2.INTER_AREA) for each in crops]
    lines = [np.hstack([cells[(row + column) % 3] for column in range(columns)]) for row in range(rows)]
    return np.asarray(np.vstack(lines), np.uint8)


def test_a_good_portrait_is_called_good_with_one_line_for_each_thing() -> None:
    face = judged(photo("hopper"))
    assert face.verdict == "good"
    assert (face.mouth, face.eyes) == ("closed", "open")
    assert len(face.lines) == 6
    assert face.helps == ()


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        (cv2.GaussianBlur(photo("hopper"), (0, 0), 4), "blurred"),
        (lit(photo("hopper"), by=0.2), "very dark"),
        (lit(photo("waigong"), by=2.2), "burnt out"),
        (lit(photo("hopper"), by=0.12, from_level=150), "faded"),
        (lit(photo("waigong"), by=np.linspace(1.3, 0.05, photo("waigong").shape[1])[:, None]), "from the left"),
        (cv2.resize(photo("astronaut"), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), "at least 60 are needed"),
    ],
    ids=["blurred", "dark", "burnt", "faded", "side", "small"],
)
def test_what_is_wrong_with_a_photo_is_said(spoiled: Picture, told: str) -> None:
    face = judged(np.asarray(spoiled, np.uint8))
    assert face.verdict != "good"
    assert any(told in line for line in face.lines)


def test_what_would_help_a_small_face_is_told_in_pixels() -> None:
    small = cv2.resize(photo("hopper"), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    assert judged(np.asarray(small, np.uint8)).helps == ("a larger scan: 150 pixels across the face and more",)


def test_dark_skin_is_not_called_dark() -> None:
    assert "the light is good" in judged(photo("dark")).lines


@pytest.mark.parametrize("name", ["waigong", "astronaut"])
def test_closed_eyes_are_seen(name: str) -> None:
    assert judged(Renderer(rig_of(name)).render(Pose(blink_right=1, blink_left=1))).eyes == "closed"


def test_an_open_mouth_is_seen() -> None:
    assert judged(photo("laughing")).mouth == "open"


def test_a_face_on_its_side_is_refused_with_a_reason() -> None:
    face = judged(np.ascontiguousarray(np.rot90(photo("waigong"))))
    assert face.verdict == "refused"
    assert "side" in " ".join(face.lines)


def test_a_face_that_the_photos_edge_cuts_off_is_refused_with_a_reason() -> None:
    face = judged(np.ascontiguousarray(photo("astronaut")[:150]))
    assert face.verdict == "refused"
    assert any("cuts off the face" in line for line in face.lines)


def test_fifty_faces_are_found_and_shown_with_numbers() -> None:
    picture = crowd(10, 5, 130)
    faces = judged_faces(look(picture, straighten=False))
    assert [face.number for face in faces] == list(range(1, 51))
    sheet = faces_sheet(picture, faces)
    assert sheet.shape[0] > 5 * CELL_PX
    assert sheet.shape[1] > 10 * CELL_PX

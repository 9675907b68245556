from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadPicture
from data.types import Picture
from face.chosen import Chosen
from face.landmarks import (
    CHIN,
    LEFT_CORNER,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    RIGHT_CORNER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    aperture,
    find_faces,
    landmarks,
    turn,
)
from face.marked import PARTS, marked_points, mean_face
from face.portrait import BY_HAND, framed_as_chosen, portrait_as_chosen
from face.pose import Pose
from face.renderer import Renderer
from tests.face.portraits import photo

CAT = (164.0, 111.0, 305.0, 129.0, 213.0, 262.0, 268.0, 270.0)  # both eyes and the corners of the mouth of chelsea()


def cat() -> Picture:
    return np.asarray(skimage.data.chelsea(), np.uint8)  # type: ignore[no-untyped-call]


def test_the_mean_face_looks_straight_ahead_with_closed_lips_and_is_the_same_on_both_sides() -> None:
    face = mean_face()
    assert face.shape == (478, 3)
    assert np.abs(turn(face)).max() < 0.01
    assert aperture(face) < 0.02
    right, left = face[list(RIGHT_EYE_UPPER)], face[list(LEFT_EYE_UPPER)]
    np.testing.assert_allclose(right * (-1, 1, 1), left, atol=0.01)


@settings(max_examples=40)
@given(
    st.floats(-0.3, 0.3),
    st.floats(40, 300),
    st.floats(0.8, 1.25),
    st.floats(-500, 500),
    st.booleans(),
)
def test_the_marks_lie_where_they_were_set(
    roll: float, scale: float, long: float, aside: float, has_chin: bool
) -> None:
    cos, sin = np.cos(roll), np.sin(roll)
    places = np.array([mean_face()[list(part), :2].mean(axis=0) for part in PARTS[: 5 if has_chin else 4]])
    marks = (places * (1, long) * scale) @ np.array(((cos, sin), (-sin, cos))) + aside
    points = marked_points(marks.ravel().tolist())
    found = np.array([points[list(part), :2].mean(axis=0) for part in PARTS[: len(marks)]])
    np.testing.assert_allclose(found, marks, atol=0.02 * scale)


def test_a_face_marked_by_hand_lies_near_the_mesh_that_a_detector_lays() -> None:
    framed = framed_as_chosen(photo("child"), Chosen())
    parts = [
        RIGHT_EYE_UPPER + RIGHT_EYE_LOWER,
        LEFT_EYE_UPPER + LEFT_EYE_LOWER,
        (RIGHT_CORNER,),
        (LEFT_CORNER,),
        (CHIN,),
    ]
    marks = [framed.points[list(part), :2].mean(axis=0) for part in parts]
    apart = np.linalg.norm((marked_points(np.concatenate(marks).tolist()) - framed.points)[:, :2], axis=1)
    assert np.median(apart) < 0.12 * np.hypot(*(marks[1] - marks[0])) / 2


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ((), "mark both eyes"),
        ((1.0, 2.0, 3.0), "mark both eyes"),
        ((10, 10, 11, 10, 5, 80, 40, 80), "too near"),
        ((100, 300, 200, 300, 120, 200, 180, 200), "below the marked eyes"),
        ((100, 100, 200, 100, 120, 200, 180, 200, 150, 150), "chin"),
        ((float("nan"), 100, 200, 100, 120, 200, 180, 200), "mark both eyes"),
    ],
)
def test_marks_that_make_no_face_are_refused(marks: tuple[float, ...], told: str) -> None:
    with pytest.raises(BadPicture, match=told):
        marked_points(marks)


@pytest.mark.parametrize(("aside", "down"), [(-260, 0), (0, -150), (300, 0), (0, 120), (9_000, 9_000)])
def test_marks_beyond_the_photo_are_refused(aside: float, down: float) -> None:
    marks = (np.array(CAT) + np.tile((aside, down), 4)).tolist()
    with pytest.raises(BadPicture, match="cuts off the face"):
        portrait_as_chosen(cat(), Chosen(marks=tuple(marks)))


def test_a_pet_in_which_no_face_is_seen_moves_by_its_marks() -> None:
    assert find_faces(cat()) == []
    rig = portrait_as_chosen(cat(), Chosen(marks=CAT))
    assert BY_HAND in rig.warnings
    renderer = Renderer(rig)
    rest, open_ = renderer.render(Pose()).astype(int), renderer.render(Pose(aperture=0.25)).astype(int)
    rows, columns = np.nonzero(np.abs(open_ - rest).max(axis=-1) > 25)
    x, y = rig.lips.origin
    assert abs(float(columns.mean()) - x) < rig.e_px
    assert abs(float(rows.mean()) - y) < rig.e_px


def test_the_mesh_reads_a_marked_portrait_as_it_reads_the_same_one_found() -> None:
    points = framed_as_chosen(photo("hopper"), Chosen()).points
    read = landmarks(framed_as_chosen(photo("hopper"), Chosen()).picture)
    assert np.median(np.abs(points - read)[:, :2]) < 4

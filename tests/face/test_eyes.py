from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from data.types import Picture
from face.eyes import Eye, EyeView
from face.landmarks import eye_ratios, landmarks
from face.pose import REST, Pose
from face.rig import Rig
from tests.face.portraits import rig_of

NAMES = ("hopper", "astronaut", "waigong", "dark", "child")


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return rig_of(str(request.param))


def drawn(rig: Rig, pose: Pose) -> Picture:
    """The photo with both eyes so."""
    canvas = rig.photo.copy()
    for eye, blink in ((rig.right_eye, pose.blink_right), (rig.left_eye, pose.blink_left)):
        EyeView(eye, rig.photo).draw(canvas, pose, blink)
    return canvas


def between(eye: Eye) -> NDArray[np.bool_]:
    """The pixels of an eye's patch between its open lids."""
    rows = np.arange(eye.patch.height)[:, None]
    return np.asarray((rows > eye.ball.upper + 1) & (rows < eye.lower - 1) & (eye.inside > 0.5))


def darkest_x(eye: Eye, picture: Picture) -> float:
    """Where the dark between the lids lies: x of its centre, pixels of the patch."""
    level = picture[eye.patch.region].astype(np.float64).mean(axis=-1)
    seen = between(eye)
    dark = np.where(seen, np.maximum(np.median(level[seen]) - level, 0), 0)
    return float((dark * np.arange(eye.patch.width)).sum() / dark.sum())


def openings(rig: Rig, pose: Pose) -> float:
    """Eye aspect ratio that the mesh reads, against the open eye's."""
    return float(np.mean(eye_ratios(landmarks(drawn(rig, pose)))) / np.mean(eye_ratios(landmarks(rig.photo))))


def test_eyes_at_rest_are_the_photo(rig: Rig) -> None:
    np.testing.assert_array_equal(drawn(rig, REST), rig.photo)


def test_the_iris_goes_where_the_pose_looks(rig: Rig) -> None:
    for eye in (rig.right_eye, rig.left_eye):
        places = [darkest_x(eye, drawn(rig, Pose(gaze_x=x))) for x in (-0.08, -0.04, 0.0, 0.04, 0.08)]
        assert places == sorted(places)
        assert places[-1] - places[0] > 0.04 * rig.e_px


def test_a_look_aside_leaves_lids_and_skin_as_they_are(rig: Rig) -> None:
    frame = drawn(rig, Pose(gaze_x=0.1))
    for eye in (rig.right_eye, rig.left_eye):
        beyond = ~between(eye)
        rows = np.arange(eye.patch.height)[:, None]
        beyond &= (rows < eye.ball.upper - 1) | (rows > eye.lower + 1)
        np.testing.assert_array_equal(frame[eye.patch.region][beyond], rig.photo[eye.patch.region][beyond])


def test_the_white_that_a_look_uncovers_is_no_iris() -> None:
    for name in ("astronaut", "waigong", "dark", "child"):
        rig = rig_of(name)
        for eye in (rig.right_eye, rig.left_eye):
            x, y = (round(each) for each in eye.ball.centre)
            here = slice(y - 1, y + 3), slice(x - 2, x + 1)
            before, after = (
                picture[eye.patch.region][here].astype(np.float64).mean()
                for picture in (rig.photo, drawn(rig, Pose(gaze_x=0.16)))
            )
            assert after > before + 25


def test_a_tiny_look_is_a_tiny_change(rig: Rig) -> None:
    frames = [drawn(rig, Pose(gaze_x=x)).astype(np.int16) for x in np.linspace(0, 0.05, 11)]
    changes = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert max(changes) < 3 * np.median(changes)


def test_lids_follow_a_look_up_and_down_and_widen_and_narrow() -> None:
    for name in ("astronaut", "waigong", "child"):
        rig = rig_of(name)
        eye = rig.right_eye
        column = eye.patch.width // 2

        def upper_lid(pose: Pose, eye: Eye = eye, column: int = column, rig: Rig = rig) -> float:
            """y of the upper lid in the eye's middle: as far down as the photo's own line was carried."""
            view = EyeView(eye, rig.photo)
            return float(view.lids(pose)[0][column])

        down, up = upper_lid(Pose(gaze_y=0.06)), upper_lid(Pose(gaze_y=-0.06))
        assert up < upper_lid(REST) < down
        assert openings(rig, Pose(widen=1)) > 1.08
        assert openings(rig, Pose(squint=1)) < 0.85


@settings(deadline=None, max_examples=40)
@given(
    gaze=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
    widen=st.floats(-0.2, 1.3),
    squint=st.floats(-0.2, 1.3),
    blink=st.floats(-0.1, 1.1),
)
def test_no_pose_turns_lids_over(gaze: tuple[float, float], widen: float, squint: float, blink: float) -> None:
    rig = rig_of("waigong")
    pose = Pose(gaze_x=gaze[0], gaze_y=gaze[1], widen=widen, squint=squint)
    for eye in (rig.right_eye, rig.left_eye):
        view = EyeView(eye, rig.photo)
        upper, lower = view.lids(pose)
        assert (lower - upper >= 0.2 * (eye.lower - eye.upper) - 1e-3).all()
        canvas = rig.photo.copy()
        view.draw(canvas, pose, blink)
        np.testing.assert_array_equal(canvas[: eye.patch.top], rig.photo[: eye.patch.top])


def test_eyes_that_show_no_white_turn_less() -> None:
    assert rig_of("hopper").right_eye.ball.clear < rig_of("waigong").right_eye.ball.clear == 1.0
    for name in NAMES:
        rig = rig_of(name)
        assert rig.right_eye.ball.clear == rig.left_eye.ball.clear


def test_an_iris_that_lids_hide_is_whole_underneath(rig: Rig) -> None:
    for eye in (rig.right_eye, rig.left_eye):
        ball = eye.ball
        rows, columns = np.mgrid[: eye.patch.height, : eye.patch.width]
        away = np.hypot(columns - ball.centre[0], rows - ball.centre[1]) / ball.radius
        level = ball.iris[..., :3].astype(np.float64).mean(axis=-1)
        hidden = (away < 0.8) & (rows < eye.ball.upper)
        shown = (away < 0.8) & between(eye)
        assert (ball.iris[..., 3][away < 0.9] > 250).all()
        assert not hidden.any() or abs(np.median(level[hidden]) - np.median(level[shown])) < 45


def test_the_shade_of_an_open_lid_does_not_stay_on_the_closed_one() -> None:
    eye = rig_of("laughing").left_eye
    rows = np.arange(eye.patch.height)[:, None]
    above = (rows > eye.upper - 0.4 * eye.unit) & (rows < eye.upper - 0.1 * eye.unit) & (eye.inside > 0.9)
    lid = eye.lid[above].mean(axis=-1)
    assert np.quantile(lid, 0.05) > 0.72 * np.median(lid)

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from face.landmarks import CHIN, Landmarks, aperture, eye_ratios, eye_unit, landmarks, person_mask
from face.pose import REST, Pose
from face.renderer import Renderer
from face.rig import Rig
from tests.face.portraits import rig_of

NAMES = ("hopper", "astronaut", "waigong")
RIM_E = 1.25  # about the person, within which the background may move along
EVERYTHING = Pose(0.3, 0.05, 0.5, 0.04, 0.2, 0.5, 0.7, 0.2, 0.08, 0.09, -0.05, 0.04, 0.06, -0.05)


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return rig_of(str(request.param))


def read(rig: Rig, pose: Pose) -> Landmarks:
    return landmarks(Renderer(rig).render(pose))


def width(points: Landmarks) -> float:
    """Between the mouth corners, E."""
    return float(np.hypot(*(points[61, :2] - points[291, :2])) / eye_unit(points))


POSES = st.builds(
    Pose,
    aperture=st.floats(-0.1, 0.7),
    spread=st.floats(-0.3, 0.2),
    protrusion=st.floats(-0.2, 1.2),
    corners=st.floats(-0.1, 0.12),
    tuck=st.floats(0, 1),
    tongue=st.floats(0, 1),
    blink_right=st.floats(-0.1, 1.2),
    blink_left=st.floats(0, 1),
    brow=st.floats(-0.2, 0.2),
    yaw=st.floats(-0.15, 0.15),
    pitch=st.floats(-0.1, 0.1),
    roll=st.floats(-0.08, 0.08),
    shift_x=st.floats(-0.15, 0.15),
    shift_y=st.floats(-0.15, 0.15),
)


# --- frames --------------------------------------------------------------------------------------------------------


def test_rest_is_the_photo(rig: Rig) -> None:
    np.testing.assert_array_equal(Renderer(rig).render(REST), rig.photo)


@settings(max_examples=20, deadline=None)
@given(pose=POSES)
def test_every_pose_gives_a_whole_frame_and_the_same_one_again(pose: Pose) -> None:
    rig = rig_of("astronaut")
    before = rig.photo.copy()
    renderer = Renderer(rig)
    frame = renderer.render(pose)
    assert frame.shape == (*rig.size, 3)
    assert frame.dtype == np.uint8
    renderer.render(EVERYTHING)
    np.testing.assert_array_equal(renderer.render(pose), frame)
    np.testing.assert_array_equal(rig.photo, before)


def test_threads_that_share_a_renderer_agree_with_one_thread() -> None:
    renderer = Renderer(rig_of("hopper"))
    poses = [replace(EVERYTHING, aperture=0.02 * step, yaw=0.01 * step) for step in range(12)]
    alone = [renderer.render(pose) for pose in poses]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(renderer.render, poses))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_small_change_of_pose_is_a_small_change_of_the_frame(rig: Rig) -> None:
    renderer = Renderer(rig)
    steps = np.linspace(0, 1, 26)
    frames = [
        renderer.render(Pose(aperture=0.4 * s, blink_left=s, blink_right=s, yaw=0.1 * s, protrusion=s)).astype(np.int16)
        for s in steps
    ]
    changes = np.array([np.abs(b - a).mean() for a, b in pairwise(frames)])
    assert changes.max() < 3 * np.median(changes)


# --- background ----------------------------------------------------------------------------------------------------


def background(rig: Rig) -> NDArray[np.bool_]:
    person = (person_mask(rig.photo) > 0.1).astype(np.uint8)
    away = cv2.distanceTransform(1 - person, cv2.DIST_L2, 5)
    return np.asarray(away > RIM_E * rig.e_px)


def test_the_background_stays_as_it_is_to_the_bit(rig: Rig) -> None:
    still = background(rig)
    assert still.mean() > 0.02
    renderer = Renderer(rig)
    for pose in (
        EVERYTHING,
        Pose(yaw=0.12, pitch=0.08),
        Pose(yaw=-0.12, roll=-0.06, shift_x=-0.15),
        Pose(aperture=0.45),
    ):
        np.testing.assert_array_equal(renderer.render(pose)[still], rig.photo[still])


def test_speaking_without_moving_the_head_leaves_eyes_and_shoulders_alone(rig: Rig) -> None:
    frame = Renderer(rig).render(Pose(aperture=0.4, protrusion=0.3, spread=0.1))
    eyes = slice(0, rig.right_eye.patch.top + rig.right_eye.patch.height // 2)
    np.testing.assert_array_equal(frame[eyes], rig.photo[eyes])
    feet = slice(int(0.97 * rig.size[0]), None)
    np.testing.assert_array_equal(frame[feet], rig.photo[feet])


# --- mouth ---------------------------------------------------------------------------------------------------------


def test_the_mesh_reads_the_aperture_that_was_asked_for(rig: Rig) -> None:
    asked = np.linspace(0, 0.45, 10)
    seen = np.array([aperture(read(rig, Pose(aperture=float(each)))) for each in asked])
    assert np.corrcoef(asked, seen)[0, 1] >= 0.97
    assert 0.85 <= np.polyfit(asked, seen, 1)[0] <= 1.4  # of lips as pale as the skin the mesh reads too much
    assert np.all(np.diff(seen) > -0.005)  # the mesh takes the narrowest slits for closed lips


def test_the_mesh_reads_it_on_a_turned_head_too(rig: Rig) -> None:
    for asked in (0.15, 0.3):
        seen = aperture(read(rig, Pose(aperture=asked, yaw=0.08, pitch=0.04, roll=0.03)))
        assert seen == pytest.approx(asked, abs=0.1)


def lit_inside(rig: Rig) -> Rig:
    """The rig with all that lies behind the lips painted bright green."""
    green = np.zeros_like(rig.interior.upper)
    green[..., 1] = green[..., 3] = 255
    return replace(rig, interior=replace(rig.interior, upper=green))


@pytest.mark.parametrize(
    "pose", [Pose(protrusion=1), Pose(corners=0.08), Pose(corners=-0.06), Pose(spread=0.15), Pose(spread=-0.25)]
)
def test_closed_lips_let_nothing_through(rig: Rig, pose: Pose) -> None:
    np.testing.assert_array_equal(Renderer(lit_inside(rig)).render(pose), Renderer(rig).render(pose))


def test_parted_lips_show_what_is_behind(rig: Rig) -> None:
    shown = []
    for asked in (0.03, 0.1, 0.2, 0.4):
        pose = Pose(aperture=asked)
        differs = Renderer(lit_inside(rig)).render(pose) != Renderer(rig).render(pose)
        shown.append(int(differs.any(axis=-1).sum()))
    assert shown[0] > 0
    assert shown == sorted(shown)


def test_the_mouth_narrows_when_rounded_and_widens_when_spread(rig: Rig) -> None:
    rounded, usual, spread = (
        width(read(rig, Pose(aperture=0.12, protrusion=p, spread=s))) for p, s in ((1, 0), (0, 0), (0, 0.15))
    )
    assert rounded < 0.88 * usual
    assert spread > 1.05 * usual


def test_corners_lift_and_sink(rig: Rig) -> None:
    def corners(lift: float) -> float:
        points = read(rig, Pose(corners=lift))
        return float(points[[61, 291], 1].mean() / rig.e_px)

    assert corners(0.08) < corners(0.0) - 0.02 < corners(-0.06) - 0.03


def test_the_chin_goes_down_with_the_jaw(rig: Rig) -> None:
    drop = read(rig, Pose(aperture=0.4))[CHIN, 1] - read(rig, REST)[CHIN, 1]
    assert 0.1 * rig.e_px < drop < 0.5 * rig.e_px


def test_a_tucked_lip_bares_the_upper_teeth(rig: Rig) -> None:
    shown = []
    for tuck in (0.0, 0.5, 1.0):
        pose = Pose(tuck=tuck, aperture=0.03)
        differs = Renderer(lit_inside(rig)).render(pose) != Renderer(rig).render(pose)
        shown.append(int(differs.any(axis=-1).sum()))
    assert shown[0] < shown[1] < shown[2]


def test_a_raised_tongue_is_seen() -> None:
    rig = rig_of("waigong")
    frames = [Renderer(rig).render(Pose(aperture=0.15, tongue=raised)).astype(np.int16) for raised in (0.0, 1.0)]
    assert (np.abs(frames[1] - frames[0]).max(axis=-1) > 8).sum() > 20


# --- eyes and brows ------------------------------------------------------------------------------------------------


def test_a_blink_closes_both_eyes(rig: Rig) -> None:
    opened = np.array(eye_ratios(read(rig, REST)))
    closed = np.array(eye_ratios(read(rig, Pose(blink_right=1, blink_left=1))))
    assert np.all(closed <= 0.45 * opened)


def test_an_eye_closes_by_itself(rig: Rig) -> None:
    frame = Renderer(rig).render(Pose(blink_right=1))
    changed = np.flatnonzero((frame != rig.photo).any(axis=(0, 2)))
    assert changed.max() < rig.left_eye.patch.left
    assert changed.min() >= rig.right_eye.patch.left


def test_a_lid_sinks_step_by_step(rig: Rig) -> None:
    ratios = [np.mean(eye_ratios(read(rig, Pose(blink_right=b, blink_left=b)))) for b in (0, 0.35, 0.7, 1)]
    assert ratios == sorted(ratios, reverse=True)


def test_glasses_stay_when_the_eyes_close() -> None:
    rig = rig_of("hopper")
    frame = Renderer(rig).render(Pose(blink_right=1, blink_left=1))
    points = read(rig, REST)
    bridge = slice(int(points[168, 1] - 0.3 * rig.e_px), int(points[197, 1]))
    middle = slice(int(points[133, 0]) + 12, int(points[362, 0]) - 12)
    np.testing.assert_array_equal(frame[bridge, middle], rig.photo[bridge, middle])


def test_brows_rise_and_glasses_hold_them_back() -> None:
    assert rig_of("hopper").brows.share < 0.5
    assert rig_of("astronaut").brows.share == rig_of("waigong").brows.share == 1
    rig = rig_of("waigong")
    lifted = read(rig, Pose(brow=0.1))[[105, 334], 1].mean() - read(rig, REST)[[105, 334], 1].mean()
    assert lifted < -0.03 * rig.e_px


# --- head ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pose", "axis", "sign"),
    [(Pose(yaw=0.12), 0, 1), (Pose(yaw=-0.12), 0, -1), (Pose(pitch=0.08), 1, 1), (Pose(pitch=-0.08), 1, -1)],
)
def test_the_nose_goes_where_the_head_turns(rig: Rig, pose: Pose, axis: int, sign: int) -> None:
    def nose(points: Landmarks) -> float:
        """Against the outer eye corners, so that a mere shift does not count."""
        return float(points[1, axis] - points[[33, 263], axis].mean()) / rig.e_px

    assert sign * (nose(read(rig, pose)) - nose(read(rig, REST))) > 0.015


@pytest.mark.parametrize("sign", [1, -1])
def test_a_positive_roll_tilts_clockwise(rig: Rig, sign: int) -> None:
    def tilt(points: Landmarks) -> float:
        across = points[263, :2] - points[33, :2]
        return float(np.arctan2(across[1], across[0]))

    assert tilt(read(rig, Pose(roll=0.06 * sign))) - tilt(read(rig, REST)) == pytest.approx(0.06 * sign, abs=0.015)


def test_a_shift_moves_the_face_by_its_length(rig: Rig) -> None:
    moved = (read(rig, Pose(shift_x=0.12, shift_y=-0.05)) - read(rig, REST))[:, :2]
    np.testing.assert_allclose(np.median(moved, axis=0) / rig.e_px, (0.12, -0.05), atol=0.015)

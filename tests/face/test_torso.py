from __future__ import annotations

import cv2
import numpy as np
import pytest

from data.types import Picture
from face.brows import BrowView
from face.head import BREATH_FADE_E, Head, frame_mesh
from face.landmarks import LEFT_BROW, RIGHT_BROW, Landmarks, landmarks, person_mask
from face.pose import Pose
from face.rig import Rig
from face.warp import Doubled
from tests.face.portraits import rig_of

NAMES = ("hopper", "astronaut", "waigong", "woman_glasses")


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return rig_of(str(request.param))


def breathed(rig: Rig, breath: float = 1.0) -> Picture:
    return Head(rig.relief, Doubled.of(rig.photo), rig.e_px).draw(rig.photo, Pose(breath=breath))


def raised(before: Picture, after: Picture) -> float:
    """Pixels by which a piece of a picture went up."""
    grey = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float64) for each in (before, after))
    (_, down), _ = cv2.phaseCorrelate(*(np.ascontiguousarray(each) for each in grey))
    return float(-down)


def test_a_breath_lifts_the_head_and_the_chest_more() -> None:
    for name in ("hopper", "waigong"):
        rig = rig_of(name)
        points = landmarks(rig.photo)
        ridden = float(np.median((points - landmarks(breathed(rig)))[:, 1]))
        assert 0.005 * rig.e_px < ridden < 0.04 * rig.e_px
        step = frame_mesh(rig.size).step
        row, column = (round(float(each) / step) for each in (points[152, 1] + 1.1 * rig.e_px, points[152, 0]))
        assert -rig.relief.breath[row, column, 1] > 1.3 * ridden


def test_the_background_and_the_frames_edges_do_not_breathe(rig: Rig) -> None:
    frame = breathed(rig)
    person = (person_mask(rig.photo) > 0.1).astype(np.uint8)
    away = cv2.distanceTransform(1 - person, cv2.DIST_L2, 5)
    still = away > (BREATH_FADE_E + 0.6) * rig.e_px
    np.testing.assert_array_equal(frame[still], rig.photo[still])
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.abs(frame[edge].astype(int) - rig.photo[edge]).mean() < 1.0


def test_nothing_tears_or_folds_in_a_breath(rig: Rig) -> None:
    step = frame_mesh(rig.size).step
    across = np.diff(rig.relief.breath[..., 0], axis=1) / step
    down = np.diff(rig.relief.breath[..., 1], axis=0) / step
    assert max(np.abs(across).max(), np.abs(down).max()) < 0.25


# --- brows ---------------------------------------------------------------------------------------------------------


def browed(rig: Rig, pose: Pose) -> Landmarks:
    canvas = rig.photo.copy()
    BrowView(rig.brows, rig.size).draw(canvas, pose)
    return landmarks(canvas)


@pytest.mark.parametrize("name", ["astronaut", "waigong"])
def test_sorrow_lifts_the_inner_ends_of_the_brows_and_a_frown_lowers_them(name: str) -> None:
    rig = rig_of(name)
    inner, outer = [RIGHT_BROW[-1], LEFT_BROW[-1]], [RIGHT_BROW[0], LEFT_BROW[0]]

    def slant(points: Landmarks) -> float:
        """How much higher the inner ends are than the outer ones, E."""
        return float(points[outer, 1].mean() - points[inner, 1].mean()) / rig.e_px

    sorrow, rest, frown = (slant(browed(rig, Pose(inner_brow=lift))) for lift in (0.1, 0.0, -0.1))
    assert frown < rest - 0.02
    assert sorrow > rest + 0.02


def test_brows_hold_still_where_nothing_is_asked(rig: Rig) -> None:
    canvas = rig.photo.copy()
    BrowView(rig.brows, rig.size).draw(canvas, Pose(aperture=0.3, gaze_x=0.1))
    np.testing.assert_array_equal(canvas, rig.photo)


def test_glasses_hardly_move_with_the_brows() -> None:
    rig = rig_of("hopper")
    canvas = rig.photo.copy()
    BrowView(rig.brows, rig.size).draw(canvas, Pose(brow=0.08, inner_brow=0.06))
    points = landmarks(rig.photo)
    bridge = (
        slice(int(points[168, 1] - 0.1 * rig.e_px), int(points[197, 1])),
        slice(int(points[133, 0]), int(points[362, 0])),
    )
    assert abs(raised(rig.photo[bridge], canvas[bridge])) < 0.6

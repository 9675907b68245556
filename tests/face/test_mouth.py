from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from data.types import Picture
from face.fields import JAW_SHARE, mouth_fields
from face.mouth import Mouth, Weights
from face.pose import Pose
from face.rig import Rig
from face.shade import along_folds
from face.warp import Doubled
from tests.face.portraits import rig_of

FACES = ("hopper", "astronaut", "waigong")


@pytest.fixture(params=FACES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return rig_of(str(request.param))


def drawn(rig: Rig, pose: Pose) -> Picture:
    """The photo with this mouth; the aperture as the fields take it."""
    canvas = rig.photo.copy()
    Mouth(Doubled.of(rig.photo), rig.person, rig.lips, rig.e_px, rig.interior).draw(canvas, pose, pose.aperture)
    return canvas


def opened(rig: Rig, pose: Pose) -> NDArray[np.bool_]:
    """(H, W): where one sees between the lips."""
    green = np.zeros_like(rig.interior.upper)
    green[..., 1] = green[..., 3] = 255
    lit = replace(rig, interior=replace(rig.interior, upper=green))
    differs = np.abs(drawn(lit, pose).astype(np.int16) - drawn(rig, pose)).max(axis=-1) > 24
    return np.asarray(differs)


def extent(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Width and height in pixels."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def places(rig: Rig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[: rig.size[0], : rig.size[1]].astype(np.float32)
    return rig.lips.place(x, y)


def pixels(rig: Rig, u: float, v: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One place of the mouth's frame as (1, 1) pixels."""
    along, down = (np.full((1, 1), each, np.float32) for each in (u, v))
    away = rig.lips.vector(along, down)
    return away[..., 0] + rig.lips.origin[0], away[..., 1] + rig.lips.origin[1]


def sharpness(picture: Picture, where: NDArray[np.bool_]) -> float:
    edges = cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32), -1)
    return float(np.sqrt((edges[where] ** 2).mean()))


def test_a_rounded_mouth_opens_small_and_round(rig: Rig) -> None:
    wide, _ = extent(opened(rig, Pose(aperture=0.2)))
    round_wide, round_high = extent(opened(rig, Pose(aperture=0.2, protrusion=1, spread=-0.1)))
    assert round_wide < 0.6 * wide
    assert round_wide < 2.6 * round_high


def test_rounded_lips_keep_the_light_out() -> None:
    rig = rig_of("waigong")

    def brightness(pose: Pose) -> float:
        return float(np.median(drawn(rig, pose)[opened(rig, pose)]))

    assert brightness(Pose(aperture=0.12, protrusion=1)) < 0.75 * brightness(Pose(aperture=0.12))


def test_pushed_lips_catch_light_and_shade_the_skin_beneath(rig: Rig) -> None:
    flat = np.full_like(rig.photo, 140)
    pushed = drawn(replace(rig, photo=flat), Pose(protrusion=1)).mean(axis=-1)
    u, v = places(rig)
    below, thick = v - rig.lips.seam_at(u), float(rig.lips.lower.max())
    middle = np.abs(u) < 0.2
    assert pushed[middle & (below > 0.3 * thick) & (below < 0.9 * thick)].mean() > 144
    assert pushed[middle & (below > 0) & (below < 2 * thick + 0.4)].min() < 132


def test_lifted_corners_deepen_the_folds_and_sunk_ones_do_not(rig: Rig) -> None:
    flat = replace(rig, photo=np.full_like(rig.photo, 140))
    fold = along_folds(rig.lips.folds, *places(rig)) > 0.6
    rest, smile, sad = (drawn(flat, Pose(corners=c, aperture=0.01))[fold].mean() for c in (0.0, 0.08, -0.06))
    assert smile < rest - 2
    assert sad >= rest - 0.5


def test_cheeks_rise_with_the_corners(rig: Rig) -> None:
    along, down = mouth_fields(rig.lips, rig.e_px, *pixels(rig, 1.5, -0.4), upper=True)[3][0, 0]
    assert down < -0.3  # of the corner's own lift
    assert along > 0


def test_the_chin_slides_down_whole(rig: Rig) -> None:
    down = [
        mouth_fields(rig.lips, rig.e_px, *pixels(rig, u, share * rig.lips.chin), upper=False)[0][0, 0, 1]
        for u in (-0.3, 0.0, 0.3)
        for share in (0.75, 0.85, 0.98)
    ]
    assert np.ptp(down) < 0.05
    assert np.mean(down) == pytest.approx(JAW_SHARE, abs=0.04)


def test_spoken_skin_is_as_sharp_as_the_photo(rig: Rig) -> None:
    u, v = places(rig)
    lips = (np.abs(u) < 1.25) & (v > -0.55) & (v < 0.75)
    skin = (np.abs(u) < 2.3) & (v > -1.2) & (v < rig.lips.chin) & ~lips
    poses = (Pose(aperture=0.11), Pose(aperture=0.2), Pose(aperture=0.3, spread=0.05), Pose(aperture=0.1, protrusion=1))
    shares = [sharpness(drawn(rig, pose), skin) / sharpness(rig.photo, skin) for pose in poses]
    assert 0.9 <= np.mean(shares) <= 1.1


def test_parted_lips_lose_the_shade_of_their_seam() -> None:
    rig = rig_of("hopper")
    grey = drawn(rig, Pose(aperture=0.3)).mean(axis=-1)
    between = opened(rig, Pose(aperture=0.3)).astype(np.uint8)
    ring = cv2.dilate(between, np.ones((7, 7), np.uint8)) - cv2.dilate(between, np.ones((3, 3), np.uint8))
    u, v = places(rig)
    lower = (ring > 0) & (np.abs(u) < 0.5) & (v > 0.1)
    seam = (np.abs(v - rig.lips.seam_at(u)) < 0.02) & (np.abs(u) < 0.5)
    assert grey[lower].mean() > 1.25 * rig.photo.mean(axis=-1)[seam].mean()


@pytest.mark.parametrize("tuck", [0.0, 1.0])
def test_a_closed_mouth_is_drawn_without_a_jump_from_a_barely_open_one(tuck: float) -> None:
    rig = rig_of("waigong")
    shut, ajar = (drawn(rig, Pose(aperture=a, tuck=tuck, spread=0.05)).astype(np.int16) for a in (0.0, 0.002))
    assert np.abs(ajar - shut).mean() < 0.5


@pytest.mark.parametrize("name", ["astronaut", "laughing", "woman_glasses"])
def test_teeth_between_barely_parted_lips_are_as_warm_as_the_photo_shows_them(name: str) -> None:
    rig = rig_of(name)
    plate, pose = rig.interior.upper, Pose(aperture=0.16, spread=0.11)
    green = plate.copy()
    green[..., :3] = (0, 255, 0)
    frame, marked = (
        drawn(replace(rig, interior=replace(rig.interior, upper=each)), pose).astype(np.float64)
        for each in (plate, green)
    )
    own, seen = plate[plate[..., 3] > 250].astype(np.float64), frame[np.abs(marked - frame).max(axis=-1) > 80]
    assert np.median(seen[:, 0] / seen[:, 2]) >= 0.98 * np.median(own[:, 0] / own[:, 2])
    assert np.median(seen.mean(axis=-1)) > 0.65 * np.median(own[:, :3].mean(axis=-1))


def test_barely_parted_lips_part_in_the_middle_first() -> None:
    small, large = (Weights.of(Pose(), aperture, 40.0) for aperture in (0.03, 0.4))
    assert small.round > 0.3 * small.opening
    assert large.round == 0

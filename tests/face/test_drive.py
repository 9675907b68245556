from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from data.errors import BadRecording, NoFace
from data.types import FPS, Picture
from face.drive import REACH, follow, follow_timed
from face.follow import kept, read
from face.pose import Pose
from face.renderer import Renderer
from tests.face.drive_report import ASKED, curves, likeness, poses, rendered
from tests.face.measure import best_lag
from tests.face.portraits import photo, rig_of

FRAMES = 75
Table = NDArray[np.float64]


def column(of: list[Pose], name: str) -> Table:
    return np.array([getattr(pose, name) for pose in of])


@lru_cache(maxsize=1)
def filmed() -> tuple[Picture, ...]:
    """The astronaut, who opens her mouth, blinks and turns."""
    return tuple(rendered("astronaut", poses(curves(1, FRAMES))))


@lru_cache(maxsize=1)
def followed() -> list[Pose]:
    return follow(filmed(), FPS)


def still(name: str, frames: int) -> list[Picture]:
    return [rig_of(name).photo] * frames


def test_known_curves_are_given_back() -> None:
    scores = likeness(curves(1, FRAMES), followed())
    assert {name: round(scores[name][0], 2) for name in ASKED if scores[name][0] < 0.9} == {}


def test_they_are_as_large_as_they_were() -> None:
    scores = likeness(curves(1, FRAMES), followed())
    assert all(0.7 < scores[name][1] < 1.35 for name in ASKED)


def test_nothing_comes_late() -> None:
    meant = curves(1, FRAMES)
    for name in ("aperture", "blink_right", "blink_left"):
        assert abs(best_lag(column(followed(), name), meant[name])[1]) < 0.3


def test_another_face_does_the_same() -> None:
    carried = follow(rendered("hopper", followed()), FPS)
    scores = likeness(curves(1, FRAMES), carried)
    assert all(scores[name][0] > 0.8 for name in ("aperture", "yaw", "roll", "blink_right", "blink_left"))


def test_a_still_face_stays_nearly_at_rest() -> None:
    for pose in follow(still("hopper", 12), FPS):
        for field in fields(Pose):
            assert abs(getattr(pose, field.name)) < 0.03, field.name


@pytest.mark.parametrize("scale", [0.5, 1.6])
def test_it_does_not_matter_how_large_the_face_is(scale: float) -> None:
    side = round(512 * scale)
    few = [np.asarray(cv2.resize(picture, (side, side)), np.uint8) for picture in filmed()[:50]]
    same, other = follow(filmed()[:50], FPS), follow(few, FPS)
    for name in ("aperture", "yaw", "shift_x"):
        assert np.corrcoef(column(same, name), column(other, name))[0, 1] > 0.9


def test_a_face_laid_on_its_side_is_rolled_whatever_depth_the_mesh_reads() -> None:
    neutral = np.random.default_rng(0).normal(0, 60, (478, 3))
    cos, sin = np.cos(0.2), np.sin(0.2)
    rolled = neutral @ np.array(((cos, sin, 0), (-sin, cos, 0), (0, 0, 1)))
    rolled[:, 2] = np.random.default_rng(1).normal(0, 60, 478)
    assert read(kept(rolled.astype(np.float32)), neutral).roll == pytest.approx(0.2, abs=1e-5)


def test_other_rates_come_out_at_ours() -> None:
    every_other = [(2 * index / FPS, picture) for index, picture in enumerate(filmed()[::2])]
    got = follow_timed(every_other)
    assert len(got) == FRAMES
    assert np.corrcoef(column(got, "yaw"), column(followed(), "yaw"))[0, 1] > 0.95


def test_times_may_be_uneven() -> None:
    kept = [index for index in range(FRAMES) if index % 5 != 3]
    got = follow_timed((index / FPS, filmed()[index]) for index in kept)
    assert np.corrcoef(column(got, "yaw"), column(followed(), "yaw"))[0, 1] > 0.95


def test_lost_frames_are_bridged() -> None:
    black = np.zeros_like(filmed()[0])
    got = follow([black if 30 <= index < 34 else picture for index, picture in enumerate(filmed())], FPS)
    assert len(got) == FRAMES
    assert np.abs(column(got, "yaw") - column(followed(), "yaw")).max() < 0.05


def test_a_cut_is_found() -> None:
    with pytest.raises(BadRecording, match=r"cut at 0\.[67] s"):
        follow([*still("hopper", 16), *still("astronaut", 16)], FPS)


def test_a_jerk_of_the_head_is_no_cut() -> None:
    renderer = Renderer(rig_of("hopper"))
    jerked = [renderer.render(Pose(yaw=0.15 if index % 12 > 6 else -0.15, shift_x=0.1)) for index in range(24)]
    assert len(follow(jerked, FPS)) == 24


def test_a_video_without_a_face_is_refused() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    with pytest.raises(NoFace, match="no face"):
        follow([noise] * 10, FPS)


def test_a_face_lost_for_long_is_refused() -> None:
    black = np.zeros_like(rig_of("hopper").photo)
    with pytest.raises(NoFace, match="lost from"):
        follow([*still("hopper", 10), *[black] * 50, *still("hopper", 5)], FPS)


def test_a_single_picture_is_no_video() -> None:
    with pytest.raises(BadRecording, match="shorter"):
        follow(still("hopper", 1), FPS)


def test_no_pictures_are_no_video() -> None:
    with pytest.raises(NoFace):
        follow([], FPS)


def test_of_several_faces_the_largest_is_followed_and_said() -> None:
    side = filmed()[0].shape[0]
    small = cv2.resize(rig_of("hopper").photo, (side // 2, side // 2), interpolation=cv2.INTER_AREA)

    def two() -> Iterator[Picture]:
        for picture in filmed()[20:50]:
            canvas = np.full((side, 2 * side, 3), 128, np.uint8)
            canvas[:, :side], canvas[: side // 2, side : side + side // 2] = picture, small
            yield canvas

    said: list[str] = []
    got = follow(two(), FPS, said.append)
    assert len(said) == 1
    assert "2 faces" in said[0]
    assert np.corrcoef(column(got, "aperture"), curves(1, FRAMES)["aperture"][20:50])[0, 1] > 0.8


def test_poses_stay_within_what_a_portrait_can_do() -> None:
    large = photo("astronaut")
    turned = [
        np.asarray(cv2.warpAffine(large, cv2.getRotationMatrix2D((224, 115), angle, 1.0), large.shape[1::-1]), np.uint8)
        for angle in 1.5 * np.abs(np.arange(-20, 21))
    ]
    got = follow(turned, FPS)
    assert all(np.abs(column(got, name)).max() <= reach for name, reach in REACH.items())
    assert column(got, "roll").max() - column(got, "roll").min() > 0.2

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import cv2
import numpy as np
import pytest

from data.errors import NoFace
from data.types import FPS, Picture
from face.filmed import Filmed, watch
from face.landmarks import landmarks, turn
from face.manner import USUAL
from face.pose import Pose
from face.renderer import Renderer
from tests.face.portraits import rig_of

SHARP_S = (2.0, 2.4)  # all else is out of focus
BLINK_EVERY_S, SWAY_HZ, JAW = 3.0, 0.4, 0.3


def frames(seconds: float) -> Iterator[Picture]:
    """Somebody who sways, speaks and blinks."""
    renderer = Renderer(rig_of("astronaut"))
    for frame in range(round(seconds * FPS)):
        at_s = frame / FPS
        shut = float(at_s > 1 and at_s % BLINK_EVERY_S < 0.24)
        sway, speak = np.sin(2 * np.pi * SWAY_HZ * at_s), max(0.0, np.sin(2 * np.pi * 2 * at_s))
        still = SHARP_S[0] <= at_s < SHARP_S[1]
        seen = renderer.render(
            Pose(aperture=0 if still else JAW * speak, blink_right=shut, blink_left=shut, shift_x=0.2 * sway)
        )
        yield seen if still else np.asarray(cv2.GaussianBlur(seen, (0, 0), 2.0), np.uint8)


def timed(pictures: Iterable[Picture]) -> Iterator[tuple[float, Picture]]:
    return ((frame / FPS, picture) for frame, picture in enumerate(pictures))


@lru_cache(maxsize=1)
def filmed() -> Filmed:
    return watch(timed(frames(10)))


def test_the_frame_that_is_sharp_with_open_eyes_and_closed_lips_is_the_best() -> None:
    assert SHARP_S[0] <= filmed().at_s < SHARP_S[1]
    assert np.abs(turn(landmarks(filmed().picture))[0]) < 0.2


def test_blinks_sway_and_jaw_are_those_of_the_video() -> None:
    manner = filmed().manner
    assert manner.blinks_a_minute == pytest.approx(60 / BLINK_EVERY_S, rel=0.25)
    assert manner.sway_e == pytest.approx(0.2 / np.sqrt(2), rel=0.35)
    assert manner.jaw_e == pytest.approx(JAW, rel=0.3)


def test_a_rate_that_changes_changes_nothing_of_how_they_move() -> None:
    uneven = (each for number, each in enumerate(timed(frames(10))) if each[0] < 5 or not number % 3)
    manner = watch(uneven).manner
    assert manner.blinks_a_minute == pytest.approx(filmed().manner.blinks_a_minute, rel=0.1)
    assert manner.sway_e == pytest.approx(filmed().manner.sway_e, rel=0.05)


def test_one_frame_is_a_photo_without_a_manner() -> None:
    alone = watch(timed(frames(0.04)))
    assert alone.manner == USUAL
    assert "too short" in alone.told[0]


def two_of_them(seconds: float) -> Iterator[Picture]:
    """Somebody large who stands still, and on the right somebody small who sways."""
    still = rig_of("hopper").photo
    for frame in frames(seconds):
        small = np.zeros((512, 400, 3), np.uint8)
        small[56:456] = cv2.resize(frame, (400, 400), interpolation=cv2.INTER_AREA)
        yield np.hstack((still, small))


def test_of_two_people_the_chosen_one_is_followed_and_found_in_the_best_frame() -> None:
    left, right = (watch(timed(two_of_them(1.2)), face) for face in (None, 2))
    assert (left.face, right.face) == (1, 2)
    assert left.points[4, 0] < 512 < right.points[4, 0]
    with pytest.raises(NoFace, match="no face 3 is seen"):
        watch(timed(two_of_them(0.2)), 3)


def test_a_face_that_a_cut_puts_elsewhere_is_found_again() -> None:
    picture = rig_of("astronaut").photo
    other = np.hstack((np.zeros((picture.shape[0], 700, 3), np.uint8), picture))
    before = np.hstack((picture, np.zeros((picture.shape[0], 700, 3), np.uint8)))
    alone = watch(timed([before] * 20 + [other] * 25))
    assert not any("is seen in only" in line for line in alone.told)


def test_a_video_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace, match="no face is seen in this video"):
        watch(timed([np.zeros((200, 300, 3), np.uint8)] * 20))

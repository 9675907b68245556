from __future__ import annotations

import cv2
import numpy as np
import pytest

from face.chosen import Chosen
from face.framed_photo import find_frame, straightened
from face.framing import STRAIGHTENED
from face.landmarks import find_faces
from face.portrait import framed_as_chosen
from face.quality import white_patches
from tests.face.framed import FRAME_CORNERS, MARGIN_PX, PRINT_PX, framed_photo
from tests.face.portraits import photo


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_the_print_inside_a_frame_is_found_to_a_few_pixels(name: str) -> None:
    original = photo(name)
    table = framed_photo(original)
    found = find_frame(table, find_faces(table))
    assert found is not None
    wide = PRINT_PX * original.shape[1] / original.shape[0]
    print_ = np.array(((0, 0), (wide, 0), (wide, PRINT_PX), (0, PRINT_PX)), np.float32) + MARGIN_PX
    outer = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32) * (wide + 2 * MARGIN_PX, PRINT_PX + 2 * MARGIN_PX)
    move = cv2.getPerspectiveTransform(outer.astype(np.float32), np.array(FRAME_CORNERS, np.float32))
    expected = cv2.perspectiveTransform(print_[None], move)[0]
    assert np.abs(found - expected).max() < 8


def test_a_straightened_photo_has_the_face_of_the_original() -> None:
    table = framed_photo(photo("hopper"))
    front = straightened(table, find_faces(table))
    assert front is not None
    framed, direct = (framed_as_chosen(each, Chosen()) for each in (front, photo("hopper")))
    apart = np.linalg.norm((framed.points - direct.points)[:, :2], axis=1)
    assert np.median(apart) < 0.15 * 60


def test_a_photo_of_a_framed_photo_is_straightened_and_said_so_unless_it_is_wanted_as_it_is() -> None:
    table = framed_photo(photo("waigong"))
    assert STRAIGHTENED in framed_as_chosen(table, Chosen()).warnings
    assert STRAIGHTENED not in framed_as_chosen(table, Chosen(straighten=False)).warnings


@pytest.mark.parametrize(
    "name", ["hopper", "astronaut", "waigong", "beard", "child", "dark", "laughing", "three_quarter", "woman_glasses"]
)
def test_a_plain_portrait_has_no_frame(name: str) -> None:
    assert straightened(photo(name), find_faces(photo(name))) is None


def test_a_picture_on_the_wall_behind_somebody_is_no_frame_about_them() -> None:
    room = photo("hopper").copy()
    cv2.rectangle(room, (90, 30), (440, 420), (70, 40, 20), 8)
    shoulders = framed_as_chosen(photo("hopper"), Chosen())
    mask = cv2.resize((shoulders.person > 128).astype(np.uint8), (512, 512))
    room[:512][mask > 0] = photo("hopper")[:512][mask > 0]
    assert find_frame(room, find_faces(room)) is None


def test_a_lamp_in_the_glass_is_noticed_where_it_burns_over_the_face() -> None:
    framed = framed_as_chosen(framed_photo(photo("hopper"), glare=(620, 720)), Chosen())
    assert any("white patch lies over the mouth" in line for line in framed.warnings)
    assert white_patches(photo("hopper"), framed_as_chosen(photo("hopper"), Chosen()).points) == ()

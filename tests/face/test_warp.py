from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face.warp import Doubled, Mesh, Patch, look_up, quantised, smoothstep

PATCH = Patch(20, 30, 120, 90)


def picture() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    fine = np.random.default_rng(1).integers(0, 255, (180, 180, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(fine, (0, 0), 2), np.uint8)


def test_no_displacement_gives_the_picture_itself() -> None:
    mesh = Mesh(PATCH, 7)
    still = np.zeros((*mesh.nodes()[0].shape, 2), np.float32)
    seen = look_up(picture(), mesh.window(PATCH).sources(mesh.invert(still)))
    np.testing.assert_array_equal(seen, picture()[PATCH.region])


def test_an_even_displacement_moves_the_picture() -> None:
    mesh = Mesh(PATCH, 5)
    field = np.empty((*mesh.nodes()[0].shape, 2), np.float32)
    field[:] = (6, -4)
    seen = look_up(picture(), mesh.window(PATCH).sources(mesh.invert(field)))
    rows, columns = PATCH.region
    moved = picture()[rows.start + 4 : rows.stop + 4, columns.start - 6 : columns.stop - 6]
    np.testing.assert_array_equal(seen, moved)


def test_going_there_and_back_ends_where_it_began() -> None:
    mesh = Mesh(PATCH, 3)
    x, y = mesh.nodes()
    bump = 8 * np.exp(-(((x - 80) / 25) ** 2) - ((y - 75) / 20) ** 2)
    field = np.stack((0.5 * bump, bump), axis=-1).astype(np.float32)
    back = mesh.invert(field)
    at_x, at_y = (x + back[..., 0] - x[0, 0]) / 3, (y + back[..., 1] - y[0, 0]) / 3
    there = cv2.remap(field, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_LINEAR)
    assert float(np.abs(there + back)[2:-2, 2:-2].max()) < 0.1  # pixels


def test_a_patch_is_cut_at_the_frame() -> None:
    assert Patch.around(-5, -5, 500, 40.2, (100, 200)) == Patch(0, 0, 200, 41)


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (2, 0), (3, 0.5), (4, 1), (9, 1)])
def test_smoothstep_goes_from_0_to_1(value: float, expected: float) -> None:
    assert smoothstep(2, 4, np.array([value], np.float32))[0] == pytest.approx(expected)


def test_values_are_rounded_and_held_within_8_bits() -> None:
    np.testing.assert_array_equal(quantised(np.array([-3.0, 0.6, 254.4, 300.0])), [0, 1, 254, 255])


def test_half_a_pixel_aside_is_as_cubic_interpolation_shows_it() -> None:
    x, y = PATCH.pixels()
    seen = look_up(picture(), np.dstack((x + np.float32(0.5), y)))
    cubic = cv2.remap(picture(), x + np.float32(0.5), y, cv2.INTER_CUBIC)
    assert float(np.abs(seen.astype(int) - cubic.astype(int)).mean()) < 1  # grey level


@given(x=st.floats(-300, 300), y=st.floats(-300, 300))
def test_places_beyond_the_picture_show_its_border(x: float, y: float) -> None:
    seen = look_up(picture(), np.full((3, 2, 2), (x, y), np.float32))
    assert seen.shape == (3, 2, 3)
    inside = look_up(picture(), np.clip(np.full((3, 2, 2), (x, y), np.float32), 0, 179))
    np.testing.assert_array_equal(seen, inside)


def test_a_window_looks_at_a_canvas_as_one_looks_it_up() -> None:
    mesh = Mesh(PATCH, 7)
    x, y = mesh.nodes()
    back = mesh.invert(np.stack((3 * np.sin(y / 9), 2 * np.cos(x / 11)), axis=-1).astype(np.float32))
    canvas = picture().copy()
    canvas[60:70, 50:80] = 0
    for window in (mesh.window(tile) for tile in PATCH.tiles(40)):
        expected = look_up(canvas, window.sources(back)).astype(int)
        assert int(np.abs(window.look(canvas, back, Doubled.of(picture())).astype(int) - expected).max()) <= 3


def test_tiles_cover_a_patch_once() -> None:
    covered = np.zeros((180, 180), int)
    for tile in PATCH.tiles(50):
        covered[tile.region] += 1
    assert (covered[PATCH.region] == 1).all()
    assert covered.sum() == PATCH.width * PATCH.height

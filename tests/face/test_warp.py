from __future__ import annotations

import cv2
import numpy as np
import pytest

from face.warp import Mesh, Patch, look_up, quantised, smoothstep

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
    at_x, at_y = (x + back[..., 0] - PATCH.left) / 3, (y + back[..., 1] - PATCH.top) / 3
    there = cv2.remap(field, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_LINEAR)
    assert float(np.abs(there + back)[2:-2, 2:-2].max()) < 0.1  # pixels


def test_a_patch_is_cut_at_the_frame() -> None:
    assert Patch.around(-5, -5, 500, 40.2, (100, 200)) == Patch(0, 0, 200, 41)


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (2, 0), (3, 0.5), (4, 1), (9, 1)])
def test_smoothstep_goes_from_0_to_1(value: float, expected: float) -> None:
    assert smoothstep(2, 4, np.array([value], np.float32))[0] == pytest.approx(expected)


def test_values_are_rounded_and_held_within_8_bits() -> None:
    np.testing.assert_array_equal(quantised(np.array([-3.0, 0.6, 254.4, 300.0])), [0, 1, 254, 255])

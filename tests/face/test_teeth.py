from __future__ import annotations

import numpy as np
import pytest

from data.types import Picture
from face.framing import frame_face
from face.landmarks import eye_unit
from face.light import Light, read_light
from face.lips import find_seam, read_mouth
from face.mouth import lips_box
from face.teeth import Interior, laid_over, paint_interior, tooth_colour
from tests.face.portraits import photo

CLOSED = ("hopper", "waigong", "child")


def painted(picture: Picture) -> tuple[Light, Interior]:
    framed = frame_face(picture, None, 512)
    light, reading = read_light(framed.picture, framed.points), read_mouth(framed.points)
    lips = reading.lips(find_seam(framed.picture, reading))
    return light, paint_interior(lips_box(lips, framed.picture), lips, eye_unit(framed.points), light)


@pytest.mark.parametrize("name", CLOSED)
def test_teeth_are_pale_and_never_outshine_the_whites_of_the_eyes(name: str) -> None:
    light, interior = painted(photo(name))
    tooth = tooth_colour(light)
    assert 0.85 * light.white.mean() < tooth.mean() <= light.white.mean()
    for plate in (interior.upper, interior.lower):
        shown = plate[plate[..., 3] > 250][:, :3].mean(axis=-1)
        assert np.quantile(shown, 0.98) <= light.white.mean() + 3 * light.grain


def test_lower_teeth_lie_in_the_shade_of_the_upper_ones() -> None:
    _, interior = painted(photo("hopper"))
    upper, lower = (plate[plate[..., 3] > 250][:, :3].mean() for plate in (interior.upper, interior.lower))
    assert lower < 0.85 * upper


def test_teeth_darken_towards_the_corners_and_no_two_sides_are_alike() -> None:
    _, interior = painted(photo("waigong"))
    light = interior.upper[..., :3].mean(axis=-1)
    row = int(np.argmax((interior.upper[..., 3] > 250).sum(axis=1)))
    shown = np.flatnonzero(interior.upper[row, :, 3] > 250)
    middle, width = int(shown.mean()), len(shown) // 2
    inner, outer = light[row, middle - width // 3 : middle + width // 3].mean(), light[row, shown[:4]].mean()
    assert outer < 0.75 * inner
    left, right = light[row, middle - width : middle][::-1], light[row, middle + 1 : middle + 1 + width]
    assert np.abs(left - right).max() > 4


def test_what_is_painted_has_the_grain_of_the_photo() -> None:
    chance = np.random.default_rng(1)
    clean = photo("waigong")
    noisy = np.clip(clean + chance.normal(0, 9, clean.shape[:2])[..., None], 0, 255).astype(np.uint8)
    spreads = []
    for picture in (clean, noisy):
        tongue = painted(picture)[1].tongue[..., 0].astype(np.float32)
        spreads.append(np.abs(np.diff(tongue, axis=1)).mean())
    assert spreads[1] > 2 * spreads[0]


def test_a_plate_laid_over_another_hides_it_only_where_it_is() -> None:
    front, back = np.zeros((4, 6, 4), np.uint8), np.zeros((4, 6, 4), np.uint8)
    front[:, :3] = (200, 100, 50, 255)
    back[:, 2:] = (10, 20, 30, 255)
    both = laid_over(front, back)
    np.testing.assert_array_equal(both[:, :3], front[:, :3])
    np.testing.assert_array_equal(both[:, 3:], back[:, 3:])

from __future__ import annotations

import cv2
import numpy as np
import pytest

from data.types import Picture
from face.framing import frame_face
from face.landmarks import aperture, landmarks
from face.light import Light, read_light
from face.portrait import read_portrait
from face.pose import Pose
from face.renderer import Renderer
from tests.face.portraits import photo, rig_of

NAMES = ("hopper", "astronaut", "waigong")


def grey(picture: Picture) -> Picture:
    level = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(np.repeat(level[..., None], 3, axis=2), np.uint8)


def sepia(picture: Picture) -> Picture:
    level = grey(picture) / 255.0
    tone = np.array((235.0, 205.0, 160.0)) * level ** np.array((0.9, 1.0, 1.15)) + 15
    return np.asarray(np.clip(tone, 0, 255), np.uint8)


def faded(picture: Picture) -> Picture:
    return (picture * 0.45 + 90).astype(np.uint8)


def light_of(picture: Picture) -> Light:
    framed = frame_face(picture, None, 512)
    return read_light(framed.picture, framed.points)


@pytest.mark.parametrize("name", NAMES)
def test_colour_photos_are_told_from_toned_prints(name: str) -> None:
    assert light_of(photo(name)).hue == 1
    assert light_of(faded(photo(name))).hue > 0.3
    assert light_of(grey(photo(name))).hue == 0
    assert light_of(sepia(photo(name))).hue == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_grey_print_stays_grey_when_it_speaks(name: str) -> None:
    frame = Renderer(read_portrait(grey(photo(name)))).render(Pose(aperture=0.35, blink_left=1, protrusion=0.4))
    assert int(np.ptp(frame.astype(np.int16), axis=-1).max()) <= 2


def test_a_faded_print_has_no_black_behind_its_lips() -> None:
    rig = read_portrait(faded(photo("hopper")))
    inside = rig.interior.patch.region
    assert Renderer(rig).render(Pose(aperture=0.4))[inside].min() >= 80


@pytest.mark.parametrize("name", NAMES)
def test_the_dark_behind_the_lips_is_dark_and_reddish(name: str) -> None:
    red, green, blue = rig_of(name).interior.cavity
    assert 20 < red < 90
    assert red > green
    assert red > blue


@pytest.mark.parametrize(("name", "opened"), [("waigong", 0.2), ("waigong", 0.4), ("hopper", 0.35)])
def test_a_photo_taken_in_speech_is_closed_too(name: str, opened: float) -> None:
    speaking = Renderer(rig_of(name)).render(Pose(aperture=opened))
    rig = read_portrait(speaking)
    assert aperture(landmarks(speaking)) > 0.15
    assert rig.rest_aperture < 0.04
    assert aperture(landmarks(Renderer(rig).render(Pose(aperture=0.3)))) > 0.2


@pytest.mark.parametrize("name", [*NAMES, "dark", "child"])
def test_the_whites_of_the_eyes_are_paler_than_skin(name: str) -> None:
    light = light_of(photo(name))
    assert np.ptp(light.white) / light.white.mean() < 0.9 * np.ptp(light.skin) / light.skin.mean()
    assert light.white.mean() > 0.7 * light.skin.mean()


@pytest.mark.parametrize("name", NAMES)
def test_grain_and_softness_are_read_from_the_photo(name: str) -> None:
    framed = frame_face(photo(name), None, 512)
    noise = np.random.default_rng(2).normal(0, 8, framed.picture.shape[:2])[..., None]
    noisy = np.clip(framed.picture + noise, 0, 255).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(framed.picture, (0, 0), 2), np.uint8)
    as_it_is, with_noise, blurred = (read_light(each, framed.points) for each in (framed.picture, noisy, soft))
    assert with_noise.grain == pytest.approx(8, abs=4)
    assert as_it_is.grain < 0.5 * with_noise.grain
    assert blurred.soft_px > as_it_is.soft_px + 0.4

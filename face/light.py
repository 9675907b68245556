"""The light and tone of a photo, so that what is painted into it looks taken with it. Knows nothing of mouths or eyes.

A faded print has no black, a grey or sepia one no red: colours are given as for a neutral light and brought into the
photo's own range and tone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import LEFT_IRIS, OVAL, RIGHT_IRIS, Landmarks, eye_unit, oval_mask

Colour = NDArray[np.float32]  # (3,), 0 … 255

CHEEKS = (50, 280, 205, 425)
CHEEK_E = 0.08  # radius about each, E
EYES = ((RIGHT_IRIS, (33, 133)), (LEFT_IRIS, (263, 362)))  # each with the eye's corners
WHITE_SHARE = 0.88  # of the skin's colour that a white of the eye may have at most, else shade or a lid is seen there
WHITE, WHITE_CAST = (1.03, 1.00, 0.95), 0.35  # of an eye, against skin, where the photo shows none
EDGE_LEVELS = 36.0  # grey levels across which an edge in the face tells how sharp the photo is
SHARPEST = 0.04  # share of such edges that are sharp in themselves
MOST_SOFT_E = 0.05  # a photo softer than that would not have been taken
BLACK_QUANTILE = 0.005
TONED, COLOURED = 0.8, 2.0  # grey levels of colour that brightness does not explain: one-toned prints, colour photos
DARKEST = 60.0  # grey levels in all; darker pixels tell nothing of colour


@dataclass(frozen=True)
class Light:
    """`skin`, `black` and the `white` of the eyes as the photo shows them; `hue` is 1 for a colour photo, 0 for a grey
    or sepia print; `grain` is the noise on skin, grey levels, and `soft_px` how far an edge is blurred.
    """

    skin: Colour
    black: Colour
    hue: float
    white: Colour
    grain: float
    soft_px: float

    def shows(self, share: tuple[float, float, float], cast: float = 0.0) -> Colour:
        """The colour of what gives back `share` of the light that skin gives back, per channel.

        `cast` is how far it takes on the colour of the light on the skin.
        """
        lit = np.maximum(self.skin - self.black, 1.0)
        level = float(lit.mean())
        coloured = level * np.array(share) * (1 + cast * (lit / level - 1))
        toned = lit * float(np.mean(share))
        return np.asarray(self.black + self.hue * coloured + (1 - self.hue) * toned, np.float32)


def read_light(photo: Picture, points: Landmarks) -> Light:
    """From the cheeks, the darkest parts, and how far colour goes its own way in the face."""
    dark = np.quantile(photo[::4, ::4].reshape(-1, 3), BLACK_QUANTILE, axis=0)  # of each channel: navy is not black
    hue = (_own_colour(photo, points) - TONED) / (COLOURED - TONED)
    skin = _skin(photo, points)
    hue = min(1.0, max(0.0, hue))
    black = np.minimum(hue * dark.min() + (1 - hue) * dark, 0.8 * skin)
    light = Light(skin, black.astype(np.float32), hue, skin, _grain(photo, points), _softness(photo, points))
    return replace(light, white=_white(photo, points, light))


def _skin(photo: Picture, points: Landmarks) -> Colour:
    samples = [block.reshape(-1, 3) for block in _cheeks(photo, points)]
    return np.asarray(np.median(np.concatenate(samples), axis=0), np.float32)


def _cheeks(photo: Picture, points: Landmarks) -> list[Picture]:
    reach = max(2, round(CHEEK_E * eye_unit(points)))
    return [_block(photo, x, y, reach) for x, y in points[list(CHEEKS), :2]]


def _block(photo: Picture, x: float, y: float, reach: int) -> Picture:
    row, column = max(0, int(y)), max(0, int(x))
    return photo[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]


def _white(photo: Picture, points: Landmarks, light: Light) -> Colour:
    """The brightest of the whites beside the irises that is paler than skin; else what one would look like."""
    seen = []
    for (middle, one_side, _, other_side, _), corners in EYES:
        centre = points[middle, :2]
        radius = float(np.hypot(*(points[one_side, :2] - points[other_side, :2])) / 2)
        for corner in points[list(corners), :2]:
            length = max(float(np.hypot(*(corner - centre))), 1.0)
            x, y = centre + (corner - centre) * (1.15 * radius / length + 0.8) / 2
            seen.append(np.median(_block(photo, x, y, 1).reshape(-1, 3), axis=0))
    expected = light.shows(WHITE, WHITE_CAST)
    cast = _cast(light.skin)
    pale = [each for each in seen if _cast(each) < WHITE_SHARE * cast] if light.hue else seen
    brightest = max(pale, key=lambda each: float(each.sum()), default=expected)
    return np.asarray(brightest if brightest.mean() > 0.7 * expected.mean() else expected, np.float32)


def _cast(colour: NDArray[Any]) -> float:
    """How much redder than blue, 0 … 1."""
    return float((colour[0] - colour[2]) / max(float(colour[0]), 1.0))


def _grain(photo: Picture, points: Landmarks) -> float:
    """Standard deviation of what neighbouring pixels do not share, on the smoothest cheek: pores are no grain."""
    spreads = []
    for block in _cheeks(photo, points):
        grey = cv2.cvtColor(np.ascontiguousarray(block), cv2.COLOR_RGB2GRAY).astype(np.float32)
        apart = grey[1:, 1:] - grey[1:, :-1] - grey[:-1, 1:] + grey[:-1, :-1]
        spreads.append(1.4826 * float(np.median(np.abs(apart))) / 2)
    return min(spreads)


def _softness(photo: Picture, points: Landmarks) -> float:
    """Sigma in pixels of the blur that turned steps into the sharpest edges of the face."""
    oval = np.rint(points[list(OVAL), :2]).astype(int)
    (left, top), (right, bottom) = np.maximum(oval.min(axis=0), 0), oval.max(axis=0)
    grey = cv2.cvtColor(photo[top:bottom, left:right], cv2.COLOR_RGB2GRAY).astype(np.float32)
    height = cv2.dilate(grey, np.ones((7, 7))) - cv2.erode(grey, np.ones((7, 7)))
    slope = np.hypot(cv2.Sobel(grey, -1, 1, 0) / 8, cv2.Sobel(grey, -1, 0, 1) / 8)
    edges = height > EDGE_LEVELS
    most = MOST_SOFT_E * eye_unit(points)
    if edges.sum() < 20:
        return most
    width = height[edges] / np.maximum(slope[edges], 1e-3) / np.sqrt(2 * np.pi)
    return min(most, max(0.0, float(np.quantile(width, SHARPEST)) - 0.5))


def _own_colour(photo: Picture, points: Landmarks) -> float:
    """Grey levels by which red and blue leave the curve over brightness that a toned print would follow."""
    face = cv2.GaussianBlur(photo, (0, 0), 2)[oval_mask(photo.shape, points)].astype(np.float64)
    total = face.sum(axis=1)
    face, total = face[total > DARKEST], total[total > DARKEST]
    if not len(total):
        return 0.0
    level = total / 3
    curve = np.stack((np.ones_like(level), level, level**2), axis=1)
    apart = face[:, (0, 2)] - level[:, None]
    fitted, *_ = np.linalg.lstsq(curve, apart, rcond=None)
    return float((apart - curve @ fitted).std(axis=0).max())

"""The light and tone of a photo, so that what is painted into it looks taken with it. Knows nothing of mouths or eyes.

A faded print has no black, a grey or sepia one no red: colours are given as for a neutral light and brought into the
photo's own range and tone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import OVAL, Landmarks, eye_unit

Colour = NDArray[np.float32]  # (3,), 0 … 255

CHEEKS = (50, 280, 205, 425)
CHEEK_E = 0.08  # radius about each, E
BLACK_QUANTILE = 0.005
TONED, COLOURED = 0.8, 2.0  # grey levels of colour that brightness does not explain: one-toned prints, colour photos
DARKEST = 60.0  # grey levels in all; darker pixels tell nothing of colour


@dataclass(frozen=True)
class Light:
    """`skin` and `black` as the photo shows them; `hue` is 1 for a colour photo, 0 for a grey or sepia print."""

    skin: Colour
    black: Colour
    hue: float

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
    return Light(skin, black.astype(np.float32), hue)


def _skin(photo: Picture, points: Landmarks) -> Colour:
    reach = max(2, round(CHEEK_E * eye_unit(points)))
    samples = []
    for x, y in points[list(CHEEKS), :2].astype(int):
        block = photo[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        samples.append(block.reshape(-1, 3))
    return np.asarray(np.median(np.concatenate(samples), axis=0), np.float32)


def _own_colour(photo: Picture, points: Landmarks) -> float:
    """Grey levels by which red and blue leave the curve over brightness that a toned print would follow."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points[list(OVAL), :2]).astype(np.int32)), (1,))
    face = cv2.GaussianBlur(photo, (0, 0), 2)[mask > 0].astype(np.float64)
    total = face.sum(axis=1)
    face, total = face[total > DARKEST], total[total > DARKEST]
    if not len(total):
        return 0.0
    level = total / 3
    curve = np.stack((np.ones_like(level), level, level**2), axis=1)
    apart = face[:, (0, 2)] - level[:, None]
    fitted, *_ = np.linalg.lstsq(curve, apart, rcond=None)
    return float((apart - curve @ fitted).std(axis=0).max())

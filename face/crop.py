"""Cuts squares out of photos, also across a photo's edge. Knows nothing of faces."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture


def square(picture: Picture, x: float, y: float, side: float, size: int) -> tuple[Picture, float, float, float]:
    """A square of `side` photo pixels about (x, y), drawn `size` pixels wide: (square, scale, left, top).

    Beyond the photo's edge its colours go on, ever more blurred.
    """
    scale = size / side
    left, top = x - side / 2, y - side / 2
    if scale < 1:  # interpolation alone would leave out pixels
        picture, left, top, scale = _shrunk(picture, left, top, scale)
    move = np.array(((scale, 0, -left * scale + (scale - 1) / 2), (0, scale, -top * scale + (scale - 1) / 2)))
    drawn = cv2.warpAffine(picture, move, (size, size), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    cut = _soft_beyond(np.asarray(drawn, np.uint8), picture.shape[:2], move)
    return cut, size / side, x - side / 2, y - side / 2


def _shrunk(picture: Picture, left: float, top: float, scale: float) -> tuple[Picture, float, float, float]:
    high, wide = picture.shape[:2]
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    across, down = size[0] / wide, size[1] / high
    return np.asarray(small, np.uint8), left * across, top * down, scale / across


def _soft_beyond(drawn: Picture, photo: tuple[int, ...], move: NDArray[np.float64]) -> Picture:
    size = drawn.shape[0]
    inside = np.zeros((size, size), np.uint8)
    left, top = np.ceil(move[:, 2]).astype(int)
    right = int(move[0, 2] + photo[1] * move[0, 0])
    bottom = int(move[1, 2] + photo[0] * move[1, 1])
    inside[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    if inside.all():
        return drawn
    far = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    weight = np.clip(far / (size / 32), 0, 1)[..., None]
    blurred = cv2.GaussianBlur(drawn, (0, 0), size / 40)
    return np.asarray(np.rint(drawn * (1 - weight) + blurred * weight), np.uint8)

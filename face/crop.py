"""Cuts rectangles out of photos, also across a photo's edge. Knows nothing of faces."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture

Size = tuple[int, int]  # (H, W), pixels
# Shares of the shorter side: where a blur beyond the photo's edge begins, where it is full, and half its sigma or so.
BLURS = ((0.0, 0.006, 0.006), (0.01, 0.05, 0.015), (0.03, 0.14, 0.04))
DARKER, DARK_AT = 0.22, 0.35  # share of the light that is lost beyond the edge; so far away, all of it


def square(picture: Picture, x: float, y: float, side: float, size: int) -> tuple[Picture, float, float, float]:
    """A square of `side` photo pixels about (x, y), drawn `size` pixels wide: (square, scale, left, top)."""
    return rectangle(picture, x, y, side, (size, size))


def rectangle(picture: Picture, x: float, y: float, width: float, size: Size) -> tuple[Picture, float, float, float]:
    """A stretch of the photo about (x, y), `width` photo pixels wide, drawn in `size`: (stretch, scale, left, top).

    Beyond the photo's edge its colours go on, ever more blurred and a little darker.
    """
    full = size[1] / width
    corner = x - width / 2, y - size[0] / full / 2
    left, top, scale = *corner, full
    if scale < 1:  # interpolation alone would leave out pixels
        picture, left, top, scale = _shrunk(picture, left, top, scale)
    move = np.array(((scale, 0, -left * scale + (scale - 1) / 2), (0, scale, -top * scale + (scale - 1) / 2)))
    drawn = cv2.warpAffine(picture, move, size[::-1], flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return _soft_beyond(np.asarray(drawn, np.uint8), picture.shape[:2], move), full, *corner


def _shrunk(picture: Picture, left: float, top: float, scale: float) -> tuple[Picture, float, float, float]:
    high, wide = picture.shape[:2]
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    across, down = size[0] / wide, size[1] / high
    return np.asarray(small, np.uint8), left * across, top * down, scale / across


def _soft_beyond(drawn: Picture, photo: tuple[int, ...], move: NDArray[np.float64]) -> Picture:
    """What lies past the photo's edge, blurred by its distance and a little darker, so that it mirrors nothing."""
    high, wide = drawn.shape[:2]
    inside = np.zeros((high, wide), np.uint8)
    left, top = np.ceil(move[:, 2]).astype(int)
    right = int(move[0, 2] + photo[1] * move[0, 0])
    bottom = int(move[1, 2] + photo[0] * move[1, 1])
    inside[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    if inside.all():
        return drawn
    far = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3) / min(high, wide)
    out, softer = drawn.astype(np.float32), drawn
    for start, end, shrink in BLURS:
        softer = _softened(softer, max(1, round(shrink * min(high, wide))))
        out += (softer - out) * np.clip((far - start) / (end - start), 0, 1)[..., None]
    out *= (1 - DARKER * np.clip(far / DARK_AT, 0, 1))[..., None]
    return np.asarray(np.rint(out), np.uint8)


def _softened(picture: Picture, shrink: int) -> Picture:
    """Blurred over some three times `shrink` pixels, on a smaller picture: wide blurs are slow."""
    high, wide = picture.shape[:2]
    size = max(1, wide // shrink), max(1, high // shrink)
    small = cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    return np.asarray(cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)

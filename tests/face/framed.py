"""Photos of photos, made by warping a portrait into a drawn frame on a table."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture

TABLE = (1400, 1600)  # wide, high
FRAME_CORNERS = ((230, 260), (1130, 180), (1190, 1330), (180, 1290))  # on the table, clockwise from the upper left
PRINT_PX, MARGIN_PX, RIM_PX = 900, 70, 20  # of the print's height, and of what lies about it: mat and wood


def framed_photo(photo: Picture, glare: tuple[float, float] | None = None) -> Picture:
    """The photo behind glass in a wooden frame with a mat, seen from aside; `glare` is where on the table it burns."""
    grain = np.random.default_rng(5)
    x, y = (each.astype(np.float32) for each in np.meshgrid(np.arange(TABLE[0]), np.arange(TABLE[1])))
    table = np.full((TABLE[1], TABLE[0], 3), (150, 120, 90), np.float32)
    table += (14 * np.sin(y / 23 + 2 * np.sin(x / 140)))[..., None]
    frame = _frame(photo)
    high, wide = frame.shape[:2]
    corners = np.array(((0, 0), (wide, 0), (wide, high), (0, high)), np.float32)
    move = cv2.getPerspectiveTransform(corners, np.array(FRAME_CORNERS, np.float32))
    laid = cv2.warpPerspective(frame, move, TABLE, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.ones((high, wide), np.float32), move, TABLE)[..., None]
    shade = cv2.GaussianBlur(np.roll(cover[..., 0], (18, 14), (0, 1)), (0, 0), 14)[..., None]
    seen = table * (1 - 0.5 * shade) * (1 - cover) + laid * cover
    if glare is not None:
        seen += 260 * np.exp(-((((x - glare[0]) / 110) ** 2 + ((y - glare[1]) / 60) ** 2) ** 1.5))[..., None]
    seen = cv2.GaussianBlur(seen, (0, 0), 0.8) + grain.normal(0, 2, seen.shape)
    return np.asarray(np.clip(seen, 0, 255), np.uint8)


def _frame(photo: Picture) -> NDArray[np.float32]:
    scale = PRINT_PX / photo.shape[0]
    print_ = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    high, wide = print_.shape[0] + 2 * MARGIN_PX, print_.shape[1] + 2 * MARGIN_PX
    frame = np.full((high, wide, 3), (92, 58, 34), np.float32)
    frame[RIM_PX:-RIM_PX, RIM_PX:-RIM_PX] = (235, 230, 218)
    frame[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = print_
    return frame

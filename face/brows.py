"""Raises the brows of a portrait. Knows nothing of eyes, mouths or heads."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import (
    LEFT_BROW,
    LEFT_EYE_UPPER,
    RIGHT_BROW,
    RIGHT_EYE_UPPER,
    Landmarks,
    eye_unit,
)
from face.pose import Pose
from face.warp import Mesh, Patch, look_up, smoothstep

ABOVE_E, ASIDE_E = 0.85, 0.45  # reach of the motion about the brows
LIMIT_E = 0.14
STILL_ABOVE_LID_E = 0.06  # the lids' lashes stay where they are
INNER_REACH_E = 0.42  # from the brows' inner ends outwards, over which an inner lift dies away
DRAWN_TOGETHER = 0.30  # of an inner lift, up or down: so far the ends come towards each other
GLASSES_EDGE = 20.0  # grey levels a pixel on the bridge of the nose, in a frame whose E is 60 px
GLASSES_SHARE = 0.25  # of the motion, where glasses would bend with the brows


@dataclass(frozen=True)
class Brows:
    """Polylines of both brows and of both upper lids, (n, 2) pixels from the right to the left; `share` is freedom."""

    line: NDArray[np.float32]
    lids: NDArray[np.float32]
    e_px: float
    share: float


def read_brows(photo: Picture, points: Landmarks) -> Brows:
    """The brows of a photo (H, W, 3), held back where they would bend glasses."""
    brows, lids = points[list(RIGHT_BROW + LEFT_BROW), :2], points[list(RIGHT_EYE_UPPER + LEFT_EYE_UPPER), :2]
    share = GLASSES_SHARE if bridge_edge(photo, points) > GLASSES_EDGE else 1.0
    ordered = [np.ascontiguousarray(each[np.argsort(each[:, 0])]) for each in (brows, lids)]
    return Brows(ordered[0], ordered[1], eye_unit(points), share)


def bridge_edge(photo: Picture, points: Landmarks) -> float:
    """The sharpest step down the bridge of the nose, grey levels a pixel at E = 60 px: skin is smooth, glasses not."""
    e_px = eye_unit(points)
    x, top, bottom = float(points[168, 0]), float(points[168, 1]) - 0.2 * e_px, float(points[5, 1])
    strip = photo[int(top) : int(bottom), int(x - 0.08 * e_px) : int(x + 0.08 * e_px) + 1]
    line = strip.mean(axis=(1, 2)).astype(np.float32)[:, None]
    line = cv2.resize(line, None, fx=1, fy=60 / e_px)[:, 0]
    return float(np.abs(np.diff(line)).max())


class BrowView:
    """Draws the brows."""

    def __init__(self, brows: Brows, frame: tuple[int, int]) -> None:
        e, line, lids = brows.e_px, brows.line, brows.lids
        left, right, top = float(line[0, 0]), float(line[-1, 0]), float(line[:, 1].min())
        patch = Patch.around(left - ASIDE_E * e, top - ABOVE_E * e, right + ASIDE_E * e, float(lids[:, 1].max()), frame)
        self._mesh = Mesh(patch, max(2, round(e / 20)))
        self._window = self._mesh.window(patch)
        x, y = self._mesh.nodes()
        brow_y = np.interp(x, line[:, 0], line[:, 1]).astype(np.float32)
        lid_y = np.interp(x, lids[:, 0], lids[:, 1]).astype(np.float32) - STILL_ABOVE_LID_E * e
        lift = smoothstep(brow_y - 0.95 * ABOVE_E * e, brow_y - 0.05 * e, y)
        lift *= 1 - smoothstep(brow_y + 0.03 * e, np.maximum(lid_y, brow_y + 0.15 * e), y)
        lift *= smoothstep(left - ASIDE_E * e, left + 0.15 * e, x)
        lift *= 1 - smoothstep(right - 0.15 * e, right + ASIDE_E * e, x)
        right, left = float(line[len(line) // 2 - 1, 0]), float(line[len(line) // 2, 0])
        beyond = np.maximum(np.maximum(right - x, x - left), 0)
        inner = lift * (1 - smoothstep(0, INNER_REACH_E * e, beyond))
        inwards = -np.tanh((x - (right + left) / 2) / max(1.0, (left - right) / 3)) * inner * DRAWN_TOGETHER
        still = np.zeros_like(lift)
        fields = np.stack([np.stack(each, axis=-1) for each in ((still, -lift), (still, -inner), (inwards, still))])
        self._fields = np.asarray(fields * e * brows.share, np.float32)

    def draw(self, canvas: Picture, pose: Pose) -> None:
        """Lift (negative: lower) both brows and their inner ends as the pose says, within reason."""
        lift, inner = (float(np.clip(each, -LIMIT_E, LIMIT_E)) for each in (pose.brow, pose.inner_brow))
        if lift or inner:
            weights = np.array((lift, inner, abs(inner)), np.float32)
            back = self._mesh.invert(np.tensordot(weights, self._fields, 1))
            canvas[self._mesh.patch.region] = look_up(canvas, self._window.sources(back))

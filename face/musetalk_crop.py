"""Which part of a portrait MuseTalk looks at, and how much of what it draws is shown. Knows no network and no motion.

The box is the one of its training: from cheek to cheek, the ridge of the nose at half its height and the chin just
above its foot. What is drawn shows in the lower face alone, and fades out inside it, so that eyes, glasses, hair and
background stay the photo's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from data.types import Picture
from face.landmarks import CHIN, NOSE_BASE, OVAL, Landmarks, eye_unit
from face.warp import Patch, Plane, quantised, smoothstep

FACE_PX = 256  # side of the squares that the network was trained on
NASION, NOSE_TIP = 168, 4  # of the face mesh
RIDGE = 2 / 3  # of the way between them lies the middle of the box, as the published landmark 29 of 68 does
CHIN_MARGIN = 0.04  # of the face's height, that the box reaches below the chin; the published 10 px of some 250
TOP_E, TOP_FADE_E = 0.15, 0.40  # above the nose's base begins what is shown; from nothing to all of it
EDGE_FADE_E = 0.20  # the same, inside the contour


@dataclass(frozen=True)
class Crop:
    """A box of the frame and what shows of a picture drawn for it: (H, W) of the box, 0 … 1."""

    box: Patch
    mask: Plane

    @classmethod
    def of(cls, points: Landmarks, size: tuple[int, int]) -> Crop:
        """For the face with these landmarks in a frame (H, W)."""
        oval, ridge = points[list(OVAL), :2], float((1 - RIDGE) * points[NASION, 1] + RIDGE * points[NOSE_TIP, 1])
        (left, _), (right, chin) = oval.min(axis=0), oval.max(axis=0)
        half = float(chin) - ridge
        box = Patch.around(float(left), ridge - half, float(right), chin + 2 * half * CHIN_MARGIN, size)
        return cls(box, _lower_face(points, box))

    def face(self, photo: Picture) -> Picture:
        """What is in the box, as a square of `FACE_PX`."""
        return np.asarray(
            cv2.resize(photo[self.box.region], (FACE_PX, FACE_PX), interpolation=cv2.INTER_AREA), np.uint8
        )

    def shown(self, frame: Picture, drawn: Picture, share: float) -> Picture:
        """A new frame with a share (0 … 1) of the square picture that was drawn for its box."""
        under = frame[self.box.region].astype(np.float32)
        over = cv2.resize(drawn, (self.box.width, self.box.height), interpolation=cv2.INTER_CUBIC)
        out = frame.copy()
        out[self.box.region] = quantised(under + (over - under) * (share * self.mask)[..., None])
        return out


def _lower_face(points: Landmarks, box: Patch) -> Plane:
    """1 about the mouth, 0 above the nose's base, beside the face and at the box's edges; an open jaw has room."""
    e_px, nose, chin = eye_unit(points), float(points[NOSE_BASE, 1]), float(points[CHIN, 1])
    foot = box.top + box.height
    contour = points[list(OVAL), :2].copy()
    contour[:, 1] += (foot - chin) * smoothstep(nose, chin, contour[:, 1])
    inside = np.zeros((box.height + 2, box.width + 2), np.uint8)  # a pixel more on each side, which stays 0
    cv2.fillConvexPoly(inside, cv2.convexHull(np.rint(contour - (box.left - 1, box.top - 1)).astype(np.int32)), (1,))
    inside[[0, -1]], inside[:, [0, -1]] = 0, 0
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    top = nose - TOP_E * e_px
    rows = smoothstep(top, top + TOP_FADE_E * e_px, np.arange(box.top, foot, dtype=np.float32))[:, None]
    return smoothstep(0, EDGE_FADE_E * e_px, depth) * rows

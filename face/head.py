"""Turns, nods and tilts the head of a portrait as one smooth warp. Knows nothing of mouths or eyes.

The mesh's depth, smoothed, makes a shallow relief; it is rotated about the neck and seen in perspective. The motion's
share falls from 1 on the head to 0 in the background, and from the chin over collar and shoulders to 0 at the frame's
foot, so that nothing has to be cut out or painted behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import CHIN, OVAL, Landmarks, eye_unit
from face.pose import Pose
from face.warp import Mesh, Patch, Plane, look_up, smoothstep

STEPS = 64  # nodes across the frame
FADE_E = 0.85  # from head to still background
CAMERA_E = 14.0  # distance of the camera: a portrait lens
PIVOT_BELOW_CHIN_E, PIVOT_BEHIND_E = 0.35, 1.1
EAR_DEPTH_E = 1.0  # behind the face's front, where hair and hat lie
DEPTH_SIGMA_E = 0.22
OUTSIDE_WEIGHT = 0.135  # of ear depth against one landmark at the same place: it leads beyond two sigmas
SHOULDER_SHARE = 0.28  # of the head's motion that the chest follows


@dataclass(frozen=True)
class Relief:
    """Per node of the frame's mesh: depth in pixels (negative is nearer) and the motion's share."""

    depth: Plane
    share: Plane
    pivot: tuple[float, float, float]


def frame_mesh(size: int) -> Mesh:
    """Nodes over the whole square frame."""
    return Mesh(Patch(0, 0, size, size), max(2, size // STEPS))


def read_relief(points: Landmarks, person: NDArray[np.uint8]) -> Relief:
    """From the landmarks and the person's mask (S, S)."""
    e_px = eye_unit(points)
    x, y = frame_mesh(person.shape[0]).nodes()
    chin = points[CHIN]
    centre = points[list(OVAL)].mean(axis=0)
    pivot = (float(centre[0]), float(chin[1] + PIVOT_BELOW_CHIN_E * e_px), float(PIVOT_BEHIND_E * e_px))
    return Relief(_depth(points, x, y, e_px), _share(points, person, x, y, e_px), pivot)


def _depth(points: Landmarks, x: Plane, y: Plane, e_px: float) -> Plane:
    """The mesh's depth about each node, weighted by nearness, and ear depth outside the face."""
    sigma = DEPTH_SIGMA_E * e_px
    apart = (x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2
    near = np.exp(-apart / (2 * sigma**2)).astype(np.float32)
    outside = np.float32(OUTSIDE_WEIGHT)
    depth = (near @ points[:, 2] + outside * EAR_DEPTH_E * e_px) / (near.sum(axis=-1) + outside)
    return np.asarray(cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.5), np.float32)


def _share(points: Landmarks, person: NDArray[np.uint8], x: Plane, y: Plane, e_px: float) -> Plane:
    size = person.shape[0]
    chin = float(points[CHIN, 1])
    head = (person > 90).astype(np.uint8)
    cv2.fillConvexPoly(head, np.rint(points[list(OVAL), :2]).astype(np.int32), (1,))
    head[min(size, int(chin + 0.25 * e_px)) :] = 0
    count, marked, _, _ = cv2.connectedComponentsWithStats(head)
    if count > 2:
        middle = np.rint(points[list(OVAL), :2].mean(axis=0)).astype(int)
        head = (marked == marked[middle[1], middle[0]]).astype(np.uint8)
    away = cv2.distanceTransform(1 - head, cv2.DIST_L2, 5)
    share: NDArray[Any] = 1 - smoothstep(0.12 * e_px, FADE_E * e_px, away)
    rows = np.arange(size, dtype=np.float32)
    body = SHOULDER_SHARE * (1 - smoothstep(chin + 0.8 * e_px, float(size - 1), rows))[:, None] * (person / 255.0)
    below = smoothstep(chin, chin + 1.0 * e_px, rows)[:, None]
    share = np.maximum(share, np.asarray(body * below, np.float32))
    share = cv2.GaussianBlur(share, (0, 0), 0.12 * e_px) * _inside(size, 0.25 * e_px)
    share[share < 0.004] = 0
    return np.asarray(cv2.remap(share, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _inside(size: int, margin: float) -> Plane:
    """1 inside, falling to 0 at the frame's edges, beyond which there is no photo."""
    edge = np.arange(size, dtype=np.float32)
    line = smoothstep(0, margin, np.minimum(edge, size - 1 - edge))
    return np.asarray(np.minimum(line[:, None], line[None]), np.float32)


class Head:
    """Draws a frame with its head turned."""

    def __init__(self, relief: Relief, size: int, e_px: float) -> None:
        self._relief, self._e_px = relief, e_px
        self._mesh = frame_mesh(size)
        self._window = self._mesh.window(self._mesh.patch)

    def draw(self, canvas: Picture, pose: Pose) -> Picture:
        """A new frame (H, W, 3), or the same one where the head is as in the photo."""
        if not (pose.yaw or pose.pitch or pose.roll or pose.shift_x or pose.shift_y):
            return canvas
        x, y = self._mesh.nodes()
        px, py, pz = self._relief.pivot
        around = np.stack((x - px, y - py, self._relief.depth - pz), axis=-1)
        turned = around @ rotation(pose.yaw, pose.pitch, pose.roll).T
        distance = CAMERA_E * self._e_px
        before, after = distance / (distance + around[..., 2]), distance / (distance + turned[..., 2])
        zoom = (after / before)[..., None]
        moved = turned[..., :2] * zoom - around[..., :2]
        moved += np.array((pose.shift_x, pose.shift_y), np.float32) * self._e_px
        field = np.asarray(moved * self._relief.share[..., None], np.float32)
        return look_up(canvas, self._window.sources(self._mesh.invert(field)))


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float32]:
    """x right, y down, z away from the camera; the nose (-z) goes right, down, and the crown clockwise."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array(((cy, 0, -sy), (0, 1, 0), (sy, 0, cy)))
    about_x = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
    about_z = np.array(((cr, -sr, 0), (sr, cr, 0), (0, 0, 1)))
    return np.asarray(about_z @ about_x @ about_y, np.float32)

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
from face.landmarks import CHIN, OVAL, Landmarks, eye_unit, oval_mask
from face.pose import Pose
from face.warp import Doubled, Field, Mesh, Patch, Plane, smoothstep

PERSON = 90  # of 255: from there a pixel counts as the person
STILL = 0.004  # a share below this is none
STEPS = 64  # nodes across the frame's shorter side
FADE_E = 0.85  # from head to still background
CAMERA_E = 14.0  # distance of the camera: a portrait lens
PIVOT_BELOW_CHIN_E, PIVOT_BEHIND_E = 0.35, 1.1
EAR_DEPTH_E = 1.0  # behind the face's front, where hair and hat lie
DEPTH_SIGMA_E = 0.22
OUTSIDE_WEIGHT = 0.135  # of ear depth against one landmark at the same place: it leads beyond two sigmas
SHOULDER_SHARE = 0.28  # of the head's motion that the chest follows
CHEST_BELOW_CHIN_E = 1.3  # from there down the chest rises whole with a breath
RISE_E, RIDE_E = 0.060, 0.022  # by which a full breath lifts the chest, and the head on it
BROADER_E = 0.035  # by which it moves each shoulder outwards
BREATH_FADE_E = 0.55  # from the person to still background


@dataclass(frozen=True)
class Relief:
    """Per node of the frame's mesh: depth in pixels (negative is nearer), the motion's share, and a breath's motion."""

    depth: Plane
    share: Plane
    pivot: tuple[float, float, float]
    breath: Field  # of a full breath, pixels


def frame_mesh(size: tuple[int, int]) -> Mesh:
    """Nodes over the whole frame (H, W)."""
    return Mesh(Patch(0, 0, size[1], size[0]), max(2, min(size) // STEPS))


def read_relief(points: Landmarks, person: NDArray[np.uint8]) -> Relief:
    """From the landmarks and the person's mask (H, W)."""
    e_px = eye_unit(points)
    x, y = frame_mesh((person.shape[0], person.shape[1])).nodes()
    chin = points[CHIN]
    centre = points[list(OVAL)].mean(axis=0)
    pivot = (float(centre[0]), float(chin[1] + PIVOT_BELOW_CHIN_E * e_px), float(PIVOT_BEHIND_E * e_px))
    breath = _breath(points, person, x, y, e_px)
    return Relief(_depth(points, x, y, e_px), _share(points, person, x, y, e_px), pivot, breath)


def _depth(points: Landmarks, x: Plane, y: Plane, e_px: float) -> Plane:
    """The mesh's depth about each node, weighted by nearness, and ear depth outside the face."""
    sigma = DEPTH_SIGMA_E * e_px
    apart = (x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2
    near = np.exp(-apart / (2 * sigma**2)).astype(np.float32)
    outside = np.float32(OUTSIDE_WEIGHT)
    depth = (near @ points[:, 2] + outside * EAR_DEPTH_E * e_px) / (near.sum(axis=-1) + outside)
    return np.asarray(cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.5), np.float32)


def _share(points: Landmarks, person: NDArray[np.uint8], x: Plane, y: Plane, e_px: float) -> Plane:
    high, wide = person.shape
    chin = float(points[CHIN, 1])
    head = ((person > PERSON) | oval_mask(person.shape, points)).astype(np.uint8)
    head[max(0, min(high, int(chin + 0.25 * e_px))) :] = 0
    count, marked, _, _ = cv2.connectedComponentsWithStats(head)
    if count > 2:
        middle = np.rint(points[list(OVAL), :2].mean(axis=0)).astype(int)
        head = (marked == marked[middle[1], middle[0]]).astype(np.uint8)
    away = cv2.distanceTransform(1 - head, cv2.DIST_L2, 5)
    share: NDArray[Any] = 1 - smoothstep(0.12 * e_px, FADE_E * e_px, away)
    rows = np.arange(high, dtype=np.float32)
    body = SHOULDER_SHARE * (1 - smoothstep(chin + 0.8 * e_px, float(high - 1), rows))[:, None] * (person / 255.0)
    below = smoothstep(chin, chin + 1.0 * e_px, rows)[:, None]
    share = np.maximum(share, np.asarray(body * below, np.float32))
    share = cv2.GaussianBlur(share, (0, 0), 0.12 * e_px) * _inside((high, wide), 0.25 * e_px)
    share[share < STILL] = 0
    return np.asarray(cv2.remap(share, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _breath(points: Landmarks, person: NDArray[np.uint8], x: Plane, y: Plane, e_px: float) -> Field:
    """The chest rises and broadens, and the head rides on it; nothing at the frame's edges and in the background."""
    high, wide = person.shape
    chin, middle = float(points[CHIN, 1]), float(points[list(OVAL), 0].mean())
    rows = np.arange(high, dtype=np.float32)[:, None]
    chest = smoothstep(chin, chin + CHEST_BELOW_CHIN_E * e_px, rows)
    foot = 1 - smoothstep(min(chin + 0.8 * e_px, high - 1.0 - e_px), high - 1.0, rows)
    away = cv2.distanceTransform((person <= PERSON).astype(np.uint8), cv2.DIST_L2, 5)
    near = cv2.GaussianBlur(1 - smoothstep(0, BREATH_FADE_E * e_px, away), (0, 0), 0.12 * e_px)
    held = np.asarray(near * _inside((high, wide), 0.25 * e_px), np.float32)
    held[held < STILL] = 0
    up = (RIDE_E + (RISE_E - RIDE_E) * chest) * foot * held
    aside = np.clip((np.arange(wide, dtype=np.float32)[None] - middle) / (2.5 * e_px), -1, 1)
    field = np.stack((BROADER_E * chest * foot * aside * held, -up), axis=-1) * e_px
    return np.asarray(cv2.remap(field.astype(np.float32), x, y, cv2.INTER_LINEAR), np.float32)


def _inside(size: tuple[int, int], margin: float) -> Plane:
    """1 inside, falling to 0 at the frame's edges, beyond which there is no photo."""
    edges = (np.arange(length, dtype=np.float32) for length in size)
    down, across = (smoothstep(0, margin, np.minimum(edge, edge[::-1])) for edge in edges)
    return np.asarray(np.minimum(down[:, None], across[None]), np.float32)


class Head:
    """Draws a frame with its head turned."""

    def __init__(self, relief: Relief, photo: Doubled, e_px: float) -> None:
        self._relief, self._e_px = relief, e_px
        self._photo = photo
        self._mesh = frame_mesh((photo.photo.shape[0], photo.photo.shape[1]))
        self._tiles = self._mesh.tiles()

    def draw(self, canvas: Picture, pose: Pose) -> Picture:
        """A new frame (H, W, 3), or the same one where the head is as in the photo."""
        if not (pose.yaw or pose.pitch or pose.roll or pose.shift_x or pose.shift_y or pose.breath):
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
        field = np.asarray(moved * self._relief.share[..., None] + pose.breath * self._relief.breath, np.float32)
        back, frame = self._mesh.invert(field), np.empty_like(canvas)
        for tile in self._tiles:
            frame[tile.patch.region] = tile.look(canvas, back, self._photo)
        return frame


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float32]:
    """x right, y down, z away from the camera; the nose (-z) goes right, down, and the crown clockwise."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array(((cy, 0, -sy), (0, 1, 0), (sy, 0, cy)))
    about_x = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
    about_z = np.array(((cr, -sr, 0), (sr, cr, 0), (0, 0, 1)))
    return np.asarray(about_z @ about_x @ about_y, np.float32)

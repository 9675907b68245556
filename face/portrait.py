"""Reads a portrait into a rig: finds the face, frames it, and measures what the renderer needs. Knows no motion."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.brows import read_brows
from face.eyes import read_eyes
from face.framing import Framed, frame_face
from face.head import read_relief
from face.landmarks import OVAL, Landmarks, aperture, eye_unit, landmarks
from face.light import Light, read_light
from face.lips import OPEN_IN_PHOTO, Lips, find_seam, read_mouth
from face.mouth import lips_box
from face.neutral import close_mouth, keep_teeth
from face.pose import Pose
from face.renderer import Renderer
from face.rig import Rig
from face.teeth import Interior, paint_interior
from face.warp import quantised, smoothstep

PERSON = 90  # of 255: from there a pixel counts as the person
NEARBY_E = 0.35  # about the person, the background fades from moving along to still
LEAST_READ, MOST_READ = 0.72, 1.4  # of the given aperture; a mesh that reads less or more has lost the mouth
PROBES = (
    0.10,
    0.16,
    0.22,
    0.28,
    0.34,
    0.40,
    0.46,
    0.52,
    0.60,
)  # apertures, E, read back by the mesh


def read_portrait(picture: Picture, face: int | None = None, size_px: int = 512) -> Rig:
    """A rig from a photo (H, W, 3) RGB; `face` counts from 1, left to right.

    Raises `NoFace`, `SeveralFaces`, `FaceTurned` or `BadPicture`.
    """
    framed = frame_face(picture, face, size_px)
    return calibrated(_assemble(framed))


def _assemble(framed: Framed) -> Rig:
    photo, points = framed.picture, framed.points
    e_px = eye_unit(points)
    light = read_light(photo, points)
    photo, lips, interior = _mouth(photo, points, light, e_px)
    right_eye, left_eye = read_eyes(photo, points)
    return Rig(
        photo=photo,
        person=_nearby(framed.person, points, e_px),
        e_px=e_px,
        lips=lips,
        interior=interior,
        right_eye=right_eye,
        left_eye=left_eye,
        brows=read_brows(photo, points),
        relief=read_relief(points, framed.person),
        rest_aperture=0.0,
        asked=np.array((0.0, 1.0), np.float32),
        given=np.array((0.0, 1.0), np.float32),
        warnings=framed.warnings,
    )


def _mouth(photo: Picture, points: Landmarks, light: Light, e_px: float) -> tuple[Picture, Lips, Interior]:
    """The photo with closed lips, where they are, and what is behind them."""
    reading = read_mouth(points)
    if reading.gap < OPEN_IN_PHOTO:
        lips = reading.lips(find_seam(photo, reading))
        return photo, lips, paint_interior(lips_box(lips, photo), lips, e_px, light)
    closed = close_mouth(photo, reading, light)
    patch = lips_box(closed.lips, photo)
    shown = keep_teeth(photo, reading, patch, light)
    if shown is None:
        return closed.photo, closed.lips, paint_interior(patch, closed.lips, e_px, light)
    interior = paint_interior(patch, closed.lips, e_px, light, shown.colour)
    return closed.photo, closed.lips, replace(interior, upper=shown.plate)


def _nearby(person: NDArray[np.uint8], points: Landmarks, e_px: float) -> NDArray[np.uint8]:
    """255 on the person's mask and on the face, falling to 0 in the background within `NEARBY_E`."""
    mask = (person > PERSON).astype(np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points[list(OVAL), :2]).astype(np.int32)), (1,))
    away = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    return quantised(255 * (1 - smoothstep(0, NEARBY_E * e_px, away)))


def calibrated(rig: Rig) -> Rig:
    """The rig with the curve from asked to given apertures, and its aperture at rest, as the face mesh reads them.

    The mesh takes lips that part by a few pixels for closed, so the curve is straight below the first probe.
    """
    renderer = Renderer(rig)
    read = np.array([_read_aperture(renderer, Pose(aperture=probe)) for probe in PROBES])
    smooth = np.convolve(np.pad(read, 1, "reflect", reflect_type="odd"), (0.25, 0.5, 0.25), "valid")
    believable = np.clip(smooth, LEAST_READ * np.array(PROBES), MOST_READ * np.array(PROBES))
    rising = np.maximum.accumulate(believable)
    asked = np.concatenate(((0.0,), rising + 1e-4 * np.arange(1, len(PROBES) + 1)))
    return replace(
        rig,
        rest_aperture=_read_aperture(renderer, Pose()),
        asked=asked.astype(np.float32),
        given=np.array((0.0, *PROBES), np.float32),
    )


def _read_aperture(renderer: Renderer, pose: Pose) -> float:
    points: Landmarks = landmarks(renderer.render(pose))
    return aperture(points)

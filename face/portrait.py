"""Reads a portrait into a rig: finds the face, frames it, and measures what the renderer needs. Knows no motion."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import NoFace
from data.types import Picture
from face.brows import read_brows
from face.chosen import Chosen, Frame
from face.eyes import read_eyes
from face.framing import EYES_AND_MOUTH, Framed, Seen, check_inside, check_photo, choose, frame_box, frame_points, look
from face.head import PERSON, read_relief
from face.landmarks import FaceBox, Landmarks, aperture, eye_unit, landmarks, oval_mask
from face.light import Light, read_light
from face.lips import OPEN_IN_PHOTO, Lips, find_seam, read_mouth
from face.manner import USUAL
from face.marked import marked_points
from face.mouth import lips_box
from face.neutral import close_mouth, keep_teeth
from face.pose import Pose
from face.quality import white_patches
from face.renderer import Renderer
from face.rig import Rig
from face.teeth import Interior, laid_over, paint_interior
from face.warp import quantised, smoothstep

BY_HAND = "its eyes and mouth were marked by hand, so they move less surely than a face that can be read"
NEARBY_E = 0.35  # about the person, the background fades from moving along to still
LEAST_READ, MOST_READ = 0.72, 1.2  # of the given aperture; a mesh that reads less or more errs about the lips
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


def read_portrait(picture: Picture, face: int | None = None, size_px: int = 512, frame: Frame = "square") -> Rig:
    """A rig from a photo (H, W, 3) RGB; `face` counts from 1, left to right; `size_px` is the frame's shorter side.

    Raises `NoFace`, `SeveralFaces`, `FaceTurned` or `BadPicture`.
    """
    return portrait_as_chosen(picture, Chosen(face, size_px, frame))


def portrait_as_chosen(picture: Picture, chosen: Chosen) -> Rig:
    """A rig from a photo, read as somebody chose; raises as `read_portrait` does."""
    framed = framed_as_chosen(picture, chosen)
    return calibrated(assembled(framed, chosen))


def framed_as_chosen(picture: Picture, chosen: Chosen) -> Framed:
    """Head and shoulders of the chosen face, of the photo inside the photo where there is one."""
    check_photo(picture)
    if chosen.marks:
        points = marked_points(chosen.marks)
        check_inside(picture, points, EYES_AND_MOUTH)  # all that a family marks; where the chin ends is a guess
        framed = frame_points(picture, points, chosen.size_px, chosen.frame)
        return replace(framed, warnings=(*framed.warnings, BY_HAND))
    seen = look(picture, straighten=chosen.straighten)
    return framed_box(seen, choose(seen.faces, chosen.face), chosen)


def framed_box(seen: Seen, box: FaceBox, chosen: Chosen) -> Framed:
    """The same of the face in the box, whichever was chosen."""
    framed = frame_box(seen.picture, box, chosen.size_px, chosen.frame)
    return replace(framed, warnings=(*framed.warnings, *seen.told, *white_patches(framed.picture, framed.points)))


def assembled(framed: Framed, chosen: Chosen) -> Rig:
    """The rig of a framed face, before the face mesh has read it back."""
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
        chosen=chosen,
        manner=USUAL,
    )


def _mouth(photo: Picture, points: Landmarks, light: Light, e_px: float) -> tuple[Picture, Lips, Interior]:
    """The photo with closed lips, where they are, and what is behind them."""
    reading = read_mouth(points)
    if reading.gap < OPEN_IN_PHOTO:
        lips = reading.lips(find_seam(photo, reading))
        return photo, lips, paint_interior(lips_box(lips, photo), lips, e_px, light)
    closed = close_mouth(photo, reading, light)
    patch = lips_box(closed.lips, photo)
    shown = keep_teeth(photo, reading, closed.lips, patch, light)
    if shown is None:
        return closed.photo, closed.lips, paint_interior(patch, closed.lips, e_px, light)
    interior = paint_interior(patch, closed.lips, e_px, light, shown.colour)
    return closed.photo, closed.lips, replace(interior, upper=laid_over(shown.plate, interior.upper))


def _nearby(person: NDArray[np.uint8], points: Landmarks, e_px: float) -> NDArray[np.uint8]:
    """255 on the person's mask and on the face, falling to 0 in the background within `NEARBY_E`."""
    still = ((person <= PERSON) & ~oval_mask(person.shape, points)).astype(np.uint8)
    away = cv2.distanceTransform(still, cv2.DIST_L2, 5)
    return quantised(255 * (1 - smoothstep(0, NEARBY_E * e_px, away)))


def calibrated(rig: Rig) -> Rig:
    """The rig with the curve from asked to given apertures, and its aperture at rest, as the face mesh reads them.

    The mesh takes lips that part by a few pixels for closed, so the curve is straight below the first probe. Where
    the mesh sees no face, as in one that was marked by hand, the rig stays as it is.
    """
    renderer = Renderer(rig)
    try:
        at_rest = _read_aperture(renderer, Pose())
        read = np.array([_read_aperture(renderer, Pose(aperture=probe)) for probe in PROBES])
    except NoFace:
        return rig
    smooth = np.convolve(np.pad(read, 1, "reflect", reflect_type="odd"), (0.25, 0.5, 0.25), "valid")
    believable = np.clip(smooth, LEAST_READ * np.array(PROBES), MOST_READ * np.array(PROBES))
    rising = np.maximum.accumulate(believable)
    asked = np.concatenate(((0.0,), rising + 1e-4 * np.arange(1, len(PROBES) + 1)))
    return replace(
        rig,
        rest_aperture=at_rest,
        asked=asked.astype(np.float32),
        given=np.array((0.0, *PROBES), np.float32),
    )


def _read_aperture(renderer: Renderer, pose: Pose) -> float:
    points: Landmarks = landmarks(renderer.render(pose))
    return aperture(points)

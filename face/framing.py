"""Chooses the face of a photo and frames head and shoulders. Knows nothing of mouths, eyes or motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.errors import BadPicture, FaceTurned, NoFace, SeveralFaces
from data.types import Picture
from face.crop import square
from face.landmarks import OVAL, FaceBox, Landmarks, close_landmarks, find_faces, is_upright, person_mask, turn

FACE_SHARE = 0.42  # face width over frame width
SMALLEST_SHARE = 0.35  # down to here the frame widens to take in hair and hats
EYES_DOWN = 0.40  # of the frame's height
EYES_LOWEST = 0.46  # down to here they give way to hair and hats
HEADROOM = 0.03  # of the frame, above hair or hat
SMALLEST_FACE_PX = 60
PLENTY_FACE_PX = 150  # below it a portrait is rendered smaller than asked
SMALLEST_FRAME_PX = 256
ENLARGEMENT = 1.4  # a photo is blown up at most so much
PROMINENT = 0.4  # a face under this share of the widest one is background
REACH_YAW, REACH_PITCH, REACH_ROLL = np.radians(32), np.radians(30), np.radians(40)
LARGEST_PX = 12_000  # longest side of a photo


@dataclass(frozen=True)
class Framed:
    """A square picture of head and shoulders with the landmarks in its pixels."""

    picture: Picture
    points: Landmarks
    person: Picture  # (S, S) uint8: 255 where the person is
    warnings: tuple[str, ...]


def frame_face(picture: Picture, face: int | None, size_px: int) -> Framed:
    """Find the face, judge whether it can be animated, and cut a square around it.

    Raises `NoFace`, `SeveralFaces`, `FaceTurned`, or `BadPicture` for arrays that are no photo.
    """
    _check(picture)
    box = _choose(find_faces(picture), face)
    if not is_upright(picture, box):
        raise FaceTurned("the photo lies on its side or upside down: turn it upright and give it again")
    points = _read(picture, box)
    check_turn(points)
    width = _face_width(points)
    if width < SMALLEST_FACE_PX:
        raise NoFace(
            f"the face is only {width:.0f} pixels wide, at least {SMALLEST_FACE_PX} are needed: "
            "give a larger scan or photo of it"
        )
    return _cut(picture, points, width, size_px)


def _check(picture: Picture) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise BadPicture("the photo is not an RGB picture with 8 bits a colour: convert it to JPEG or PNG")
    high, wide = picture.shape[:2]
    if min(high, wide) < SMALLEST_FACE_PX:
        raise BadPicture(f"the photo is only {wide} × {high} pixels: give one of at least 300 × 300")
    if max(high, wide) > LARGEST_PX:
        raise BadPicture(
            f"the photo is {wide} × {high} pixels: scale it down to at most {LARGEST_PX} on its longer side"
        )


def _choose(faces: list[FaceBox], face: int | None) -> FaceBox:
    if not faces:
        raise NoFace("no face found in this photo: give one that shows the whole face from the front, well lit")
    if face is not None:
        if not 1 <= face <= len(faces):
            raise NoFace(f"there is no face {face}: {len(faces)} found; count from the left, --face 1 to {len(faces)}")
        return faces[face - 1]
    widest = max(box.width for box in faces)
    prominent = [box for box in faces if box.width >= PROMINENT * widest]
    if len(prominent) > 1:
        listed = ", ".join(f"{number}: {_whereabouts(number, len(faces))}" for number in range(1, len(faces) + 1))
        raise SeveralFaces(f"{len(faces)} faces found ({listed}): say which with --face N")
    return prominent[0]


def _whereabouts(number: int, count: int) -> str:
    if number == 1:
        return "left"
    if number == count:
        return "right"
    return "middle" if count == 3 else f"{_ordinal(number)} from the left"


def _ordinal(number: int) -> str:
    return f"{number}{ {2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _read(picture: Picture, box: FaceBox) -> Landmarks:
    """The mesh of the face in the box, in pixels of the picture."""
    try:
        return close_landmarks(picture, box)
    except NoFace as err:
        raise FaceTurned(
            "a face was found, but it is turned away or covered so far that its mouth and eyes cannot be read: "
            "give a photo from the front"
        ) from err


def check_turn(points: Landmarks) -> None:
    """Raise `FaceTurned` for a head that is turned farther than can be animated."""
    for name, angle, reach in zip(
        ("to the side", "up or down", "on its side"), turn(points), (REACH_YAW, REACH_PITCH, REACH_ROLL), strict=True
    ):
        if abs(angle) > reach:
            raise FaceTurned(
                f"the face is turned {name} by about {np.degrees(abs(angle)):.0f}°, up to {np.degrees(reach):.0f}° "
                "can be animated: give a photo from the front, the right way up"
            )


def _face_width(points: Landmarks) -> float:
    oval = points[list(OVAL), :2]
    return float(np.ptp(oval[:, 0]))


def _cut(picture: Picture, points: Landmarks, width: float, size_px: int) -> Framed:
    eyes = points[[33, 263], :2].mean(axis=0)
    middle = float(points[list(OVAL), 0].mean())
    side = width / FACE_SHARE
    crown = _crown(picture, points, width)
    eyes_down = EYES_DOWN
    if crown is not None:
        above = (float(eyes[1]) - crown) / (1 - HEADROOM / EYES_LOWEST)  # from the eyes up, with headroom
        side = min(max(side, above / EYES_LOWEST), width / SMALLEST_SHARE)
        eyes_down = min(max(EYES_DOWN, above / side), EYES_LOWEST)
    side = min(side, max(width / 0.5, float(min(picture.shape[:2]))))
    size, warnings = _size(side, width, size_px)
    left = _inside(middle - side / 2, side, picture.shape[1])
    top = _inside(float(eyes[1]) - eyes_down * side, side, picture.shape[0])
    framed, scale, left, top = square(picture, left + side / 2, top + side / 2, side, size)
    moved = points * np.float32(scale)
    moved[:, :2] -= np.array((left * scale, top * scale), np.float32)
    mask = np.rint(person_mask(framed) * 255).astype(np.uint8)
    return Framed(framed, moved.astype(np.float32), mask, warnings)


def _crown(picture: Picture, points: Landmarks, width: float) -> float | None:
    """y of the top of hair or hat; None where the person cannot be told from the background."""
    centre = points[list(OVAL), :2].mean(axis=0)
    view, scale, _, top = square(picture, float(centre[0]), float(centre[1]), 4 * width, 256)
    mask = person_mask(view) > 0.6
    column = mask[:, 108:148].mean(axis=1) > 0.5
    rows = np.flatnonzero(column)
    if not len(rows):
        return None
    crown = top + float(rows[0]) / scale
    hairline = float(points[10, 1])
    return max(crown, 0.0) if crown < hairline else None


def _size(side: float, width: float, size_px: int) -> tuple[int, tuple[str, ...]]:
    """Frame side in pixels, a multiple of 16, and what to tell about it."""
    largest = max(SMALLEST_FRAME_PX, int(side * ENLARGEMENT) // 16 * 16)
    size = min(size_px // 2 * 2, largest)
    if size < size_px and width < PLENTY_FACE_PX:
        told = (
            f"the face is only {width:.0f} pixels wide, so the picture is made {size} × {size} pixels: "
            "a larger scan or photo looks sharper"
        )
        return size, (told,)
    return size, ()


def _inside(start: float, side: float, length: int) -> float:
    """Move a stretch into the photo where it fits."""
    return min(max(start, 0.0), length - side) if side <= length else (length - side) / 2

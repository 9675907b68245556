"""Chooses the face of a photo and frames head and shoulders. Knows nothing of mouths, eyes or motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.errors import BadPicture, FaceCutOff, FaceTooSmall, FaceTurned, LargePicture, NoFace, NoSuchFace, SeveralFaces
from data.types import Picture
from face.chosen import SIDES, Frame, frame_size
from face.crop import rectangle, square
from face.framed_photo import straightened
from face.landmarks import (
    CHIN,
    LEFT_BROW,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    OUTER_LOWER,
    OUTER_UPPER,
    OVAL,
    RIGHT_BROW,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    FaceBox,
    Landmarks,
    close_landmarks,
    eye_unit,
    find_faces,
    is_upright,
    person_mask,
    turn,
)
from face.light import CHEEKS

FACE_SHARE = 0.42  # face width over frame width
SMALLEST_SHARE = 0.35  # down to here the frame widens to take in hair and hats
MOST_SHARE = 0.62  # up to here it narrows to stay inside the photo
EYES_DOWN = 0.40  # of a square frame's height
EYES_LOWEST = 0.46  # down to here they give way to hair and hats
HEADROOM = 0.03  # of the frame, above hair or hat
SMALLEST_FACE_PX = 60
PLENTY_FACE_PX = 150  # below it a portrait is rendered smaller than asked
SMALLEST_FRAME_PX = 256
FELT = 0.04  # of the frame's width: what is missing there is seen
ENLARGEMENT = 1.4  # a photo is blown up at most so much
MOST_NAMED = 6  # faces, in a refusal
PROMINENT = 0.4  # a face under this share of the widest one is background
REACH_YAW, REACH_PITCH, REACH_ROLL = np.radians(32), np.radians(30), np.radians(40)
LARGEST_PX = 12_000  # longest side of a photo
STRAIGHTENED = (
    "this is a photo of a framed photo, so what is inside the frame was taken and straightened; "
    "`lantern portrait read --as-is` takes the photo as it is"
)
EYES_AND_MOUTH = (*RIGHT_EYE_UPPER, *RIGHT_EYE_LOWER, *LEFT_EYE_UPPER, *LEFT_EYE_LOWER, *OUTER_UPPER, *OUTER_LOWER)
WHOLE_FACE = (*EYES_AND_MOUTH, *RIGHT_BROW, *LEFT_BROW, *CHEEKS, CHIN)
OUTSIDE_E = 0.06  # by which the mesh may misplace what lies at the photo's edge
ABOVE_EYES_E = 0.45  # of the photo at least, for lids and brows to move in


@dataclass(frozen=True)
class Seen:
    """A photo, or the photo inside the frame that it shows; all its faces from the left; and what to tell of it."""

    picture: Picture
    faces: list[FaceBox]
    told: tuple[str, ...]


def look(picture: Picture, *, straighten: bool) -> Seen:
    """Who is in a photo; faces have the numbers of this list wherever they are spoken of. Raises `BadPicture`."""
    check_photo(picture)
    faces = find_faces(picture)
    inner = straightened(picture, leading_faces(faces)) if straighten else None
    return Seen(picture, faces, ()) if inner is None else Seen(inner, find_faces(inner), (STRAIGHTENED,))


@dataclass(frozen=True)
class Framed:
    """A picture of head and shoulders with the landmarks in its pixels."""

    picture: Picture
    points: Landmarks
    person: Picture  # (H, W) uint8: 255 where the person is
    warnings: tuple[str, ...]


def frame_face(picture: Picture, face: int | None, size_px: int, frame: Frame = "square") -> Framed:
    """Find the face, judge whether it can be animated, and frame it; `size_px` is the frame's shorter side.

    Raises `NoFace`, `SeveralFaces`, `FaceTurned`, or `BadPicture` for arrays that are no photo.
    """
    seen = look(picture, straighten=False)
    return frame_box(picture, choose(seen.faces, face), size_px, frame)


def frame_box(picture: Picture, box: FaceBox, size_px: int, frame: Frame) -> Framed:
    """Frame the face in the box; raises `NoFace`, `FaceTurned` or `BadPicture` where it cannot be animated."""
    if not is_upright(picture, box):
        raise FaceTurned("the photo lies on its side or upside down: turn it upright and give it again")
    points = read_mesh(picture, box)
    check_turn(points)
    check_inside(picture, points)
    width = face_width(points)
    if width < SMALLEST_FACE_PX:
        raise FaceTooSmall(
            f"the face is only {width:.0f} pixels wide, at least {SMALLEST_FACE_PX} are needed: "
            "give a larger scan or photo of it"
        )
    return frame_points(picture, points, size_px, frame)


def check_photo(picture: Picture) -> None:
    """Raise `BadPicture` for an array that is no photo, or one of no use."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise BadPicture("the photo is not an RGB picture with 8 bits a colour: convert it to JPEG or PNG")
    high, wide = picture.shape[:2]
    if min(high, wide) < SMALLEST_FACE_PX:
        raise FaceTooSmall(f"the photo is only {wide} × {high} pixels: give one of at least 300 × 300")
    if max(high, wide) > LARGEST_PX:
        raise LargePicture(
            f"the photo is {wide} × {high} pixels: scale it down to at most {LARGEST_PX} on its longer side"
        )


def choose(faces: list[FaceBox], face: int | None) -> FaceBox:
    """The face of that number, or the one that leads; raises `NoFace` or `SeveralFaces`."""
    if not faces:
        raise NoFace("no face found in this photo: give one that shows the whole face from the front, well lit")
    if face is not None:
        if not 1 <= face <= len(faces):
            raise NoSuchFace(
                f"there is no face {face}: {len(faces)} found; count from the left, --face 1 to {len(faces)}",
                faces=len(faces),
            )
        return faces[face - 1]
    leading = leading_faces(faces)
    if len(leading) > 1:
        numbers = range(1, len(faces) + 1) if len(faces) <= MOST_NAMED else ()
        listed = ", ".join(f"{number}: {_whereabouts(number, len(faces))}" for number in numbers)
        where = f" ({listed})" if listed else ""
        raise SeveralFaces(
            f"{len(faces)} faces found{where}: say which with --face N, as `lantern portrait faces` numbers them; "
            "`lantern animate` and `lantern portrait read` take everybody with --face all",
            faces=len(faces),
        )
    return leading[0]


def leading_faces(faces: list[FaceBox]) -> list[FaceBox]:
    """Those that are no background: nearly as wide as the widest."""
    widest = max((box.width for box in faces), default=0.0)
    return [box for box in faces if box.width >= PROMINENT * widest]


def _whereabouts(number: int, count: int) -> str:
    if number == 1:
        return "left"
    if number == count:
        return "right"
    return "middle" if count == 3 else f"{_ordinal(number)} from the left"


def _ordinal(number: int) -> str:
    return f"{number}{ {2: 'nd', 3: 'rd'}.get(number, 'th') }"


def read_mesh(picture: Picture, box: FaceBox, detections: int = 5) -> Landmarks:
    """The mesh of the face in the box, in pixels of the picture; raises `FaceTurned` where it cannot be read."""
    try:
        return close_landmarks(picture, box, detections)
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


def check_inside(picture: Picture, points: Landmarks, parts: tuple[int, ...] = WHOLE_FACE) -> None:
    """Raise `BadPicture` where the photo's edge cuts off one of these parts of a face."""
    high, wide = picture.shape[:2]
    unit = eye_unit(points)
    places = points[list(parts), :2]
    eyes = float(points[[*RIGHT_EYE_UPPER, *LEFT_EYE_UPPER], 1].min())
    outside = OUTSIDE_E * unit
    if (places < -outside).any() or (places > np.array((wide, high)) - 1 + outside).any() or eyes < ABOVE_EYES_E * unit:
        raise FaceCutOff("the photo's edge cuts off the face: give a photo that shows it from the forehead to the chin")


def face_width(points: Landmarks) -> float:
    """From cheek to cheek, pixels."""
    oval = points[list(OVAL), :2]
    return float(np.ptp(oval[:, 0]))


def frame_points(picture: Picture, points: Landmarks, size_px: int, frame: Frame) -> Framed:
    """Cut a frame about a face whose landmarks are known and lie in the photo."""
    width = face_width(points)
    eyes = points[[33, 263], :2].mean(axis=0)
    side, above = _side(picture, points, width)
    wide, high = (share / min(SIDES[frame]) for share in SIDES[frame])  # in sides of that square
    tightest = max(width / MOST_SHARE, 0.0 if above is None else above / EYES_LOWEST)
    side = min(side, max(tightest, min(picture.shape[0] / high, picture.shape[1] / wide)))
    eyes_down = EYES_DOWN if above is None else min(max(EYES_DOWN, above / side), EYES_LOWEST)
    size, warnings = _size(side * min(wide, high), width, size_px, frame)
    left = _inside(float(points[list(OVAL), 0].mean()) - wide * side / 2, wide * side, picture.shape[1])
    top = _inside(float(eyes[1]) - eyes_down * side, high * side, picture.shape[0])
    centre = left + wide * side / 2, top + high * side / 2
    framed, scale, left, top = rectangle(picture, *centre, wide * side, size)
    beyond = max(0.0, wide * side - picture.shape[1]) / (wide * side)
    if beyond > FELT:
        warnings = (*warnings, f"the photo is narrower than a {frame} frame: what is missing at its sides is blurred")
    moved = points * np.float32(scale)
    moved[:, :2] -= np.array((left * scale, top * scale), np.float32)
    mask = np.rint(person_mask(framed) * 255).astype(np.uint8)
    return Framed(framed, moved.astype(np.float32), mask, warnings)


def _side(picture: Picture, points: Landmarks, width: float) -> tuple[float, float | None]:
    """Side of the square that head and shoulders fill, and how far its top is to lie above the eyes, photo pixels."""
    side, crown = width / FACE_SHARE, _crown(picture, points, width)
    if crown is None:
        return side, None
    eyes = float(points[[33, 263], 1].mean())
    above = (eyes - crown) / (1 - HEADROOM / EYES_LOWEST)  # from the eyes up, with headroom
    return min(max(side, above / EYES_LOWEST), width / SMALLEST_SHARE), above


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


def _size(short: float, width: float, size_px: int, frame: Frame) -> tuple[tuple[int, int], tuple[str, ...]]:
    """(H, W) of the frame, given its shorter side in photo pixels, and what to tell about it."""
    largest = max(SMALLEST_FRAME_PX, int(short * ENLARGEMENT) // 16 * 16)
    size = min(size_px // 2 * 2, largest)
    high, wide = frame_size(size, frame)
    if size == size_px // 2 * 2:
        return (high, wide), ()
    why = f"the face is only {width:.0f} pixels wide" if width < PLENTY_FACE_PX else "the photo shows no finer detail"
    told = f"{why}, so the picture is made {wide} × {high} pixels: a larger scan or photo looks sharper"
    return (high, wide), (told,)


def _inside(start: float, side: float, length: int) -> float:
    """Move a stretch into the photo where it fits."""
    return min(max(start, 0.0), length - side) if side <= length else (length - side) / 2

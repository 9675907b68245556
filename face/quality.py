"""Says of each face of a photo how well it would come to life, and what would help. Knows no rig and no motion.

Thresholds were fitted on sample portraits that were blurred, darkened, faded, burnt out and lit from the side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import BadPicture
from data.types import Picture
from face.crop import square
from face.framing import PLENTY_FACE_PX, SMALLEST_FACE_PX, Seen, check_inside, check_turn, face_width, read_mesh
from face.landmarks import (
    FaceBox,
    Landmarks,
    aperture,
    eye_ratios,
    eye_unit,
    is_upright,
    oval_mask,
    turn,
)
from face.light import CHEEKS

Verdict = Literal["good", "usable", "poor", "refused"]
Level = NDArray[np.float32]  # (h, w) brightness, 0 … 255

NOSE_TIP = 4
MOST_FACES = 50  # of one photo, the largest ones
FINE_E_PX, FINE_SIDE_E = 40, 3.2  # E of the view in which sharpness is read, and its side
SHARP, SOFT = 0.26, 0.13  # share of the gradients that a blur of one pixel takes from such a view
DIM_LEVEL, DARK_LEVEL = 100.0, 55.0  # of the brightest 5 % of a face: dark skin has bright places too
BURNT_LEVEL, BURNT_MEDIAN = 250, 235.0  # of a pixel in which no drawing is left, and of a face that is burnt out
GLARE_SHARE = 0.025  # of a face's area in one piece
FADED_RANGE = 45.0  # grey levels between the darkest and the brightest 5 %
SIDE_LIT, HARSH = 0.65, 1.3  # stops between the cheeks
SHUT, NARROW = 0.13, 0.17  # opening over width of an eye
PARTED_E, OPEN_E = 0.04, 0.10  # between the inner lips
LOSS_BY_RADIAN, LOSS_BY_MOUTH_E, LOSS_BY_EYES, LOSS_BY_BLUR = 2.0, 2.0, 2.0, 1.5
WITHOUT_LAMP = "the photo taken again without the lamp in it, or a scan"
NOTICED = np.radians(12)  # a turn under it is not worth a word
PLACES: Final = {"the forehead": 151, "the eyes": 168, "the nose": 4, "the mouth": 13, "the chin": 199,
                 "the cheek on the left": 205, "the cheek on the right": 425}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One face, counted from the left. Angles have the signs of `face/pose.py`; None where unread.

    `lines` say what was measured, one thing each; `helps` say what would make it better.
    """

    number: int
    box: FaceBox
    verdict: Verdict
    yaw_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None
    sharpness: float | None
    mouth: Literal["closed", "parted", "open"] | None
    eyes: Literal["open", "narrow", "closed", "one closed"] | None
    lines: tuple[str, ...]
    helps: tuple[str, ...]


@dataclass(frozen=True)
class _Finding:
    line: str
    help: str | None = None
    worth: Verdict = "good"


def judged_faces(seen: Seen) -> tuple[Judged, ...]:
    """Every face, from left to right: up to `MOST_FACES` of the largest, with the numbers that all of them have."""
    boxes = list(enumerate(seen.faces, 1))
    largest = sorted(boxes, key=lambda each: -each[1].width)[:MOST_FACES]
    return tuple(judge(seen.picture, number, box) for number, box in sorted(largest, key=lambda each: each[0]))


def judge(picture: Picture, number: int, box: FaceBox) -> Judged:
    """What can be measured of the face in the box."""
    try:
        points = read_mesh(picture, box, detections=1)
    except BadPicture as err:
        return _refused(number, box, str(err))
    if not is_upright(picture, box):
        return _refused(number, box, "it lies on its side or upside down: turn the photo upright")
    width, angles = face_width(points), turn(points)
    view, seen = _fine_view(picture, points)
    level = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fineness = _fineness(level)
    mouth, eyes = _mouth(points), _eyes(points)
    yaw, pitch, roll = (float(np.degrees(angle)) for angle in angles)
    findings = [
        _size(width),
        _pose(points, angles),
        *_whole(picture, points),
        _sharp(fineness),
        *_light(level, seen),
        *(_Finding(line, WITHOUT_LAMP, "poor") for line in white_patches(view, seen)),
        _MOUTHS[mouth],
        _EYES[eyes],
    ]
    return Judged(
        number,
        box,
        max((each.worth for each in findings), key=_ORDER.index),
        yaw,
        pitch,
        roll,
        fineness,
        mouth,
        eyes,
        tuple(each.line for each in findings),
        tuple(each.help for each in findings if each.help is not None),
    )


_ORDER: Final[tuple[Verdict, ...]] = ("good", "usable", "poor", "refused")
_MOUTHS: Final = {
    "closed": _Finding("the lips are closed"),
    "parted": _Finding("the lips are parted: they are closed for the rest pose"),
    "open": _Finding("the mouth is open: it is closed for the rest pose, and the teeth that show are kept"),
}
_EYES: Final = {
    "open": _Finding("the eyes are open"),
    "narrow": _Finding("the eyes are narrow", worth="usable"),
    "one closed": _Finding("one eye is closed and stays so", "a photo with both eyes open", "usable"),
    "closed": _Finding("the eyes are closed and stay so", "a photo with open eyes", "usable"),
}


def _refused(number: int, box: FaceBox, why: str) -> Judged:
    return Judged(number, box, "refused", None, None, None, None, None, None, (why,), ())


def _size(width: float) -> _Finding:
    told = f"the face is {width:.0f} pixels wide"
    if width < SMALLEST_FACE_PX:
        return _Finding(f"{told}, at least {SMALLEST_FACE_PX} are needed", "a larger scan of it", "refused")
    if width < PLENTY_FACE_PX:
        return _Finding(
            f"{told}: enough for a small clip",
            f"a larger scan: {PLENTY_FACE_PX} pixels across the face and more",
            "usable",
        )
    return _Finding(f"{told}: plenty")


def _pose(points: Landmarks, angles: tuple[float, float, float]) -> _Finding:
    try:
        check_turn(points)
    except BadPicture as err:
        what, _, mend = str(err).partition(": ")
        return _Finding(what, mend, "refused")
    ways = (("right", "left"), ("down", "up"), ("clockwise", "counter-clockwise"))
    told = [
        f"{np.degrees(abs(angle)):.0f}° {way[angle < 0]}"
        for angle, way in zip(angles, ways, strict=True)
        if abs(angle) > NOTICED
    ]
    if not told:
        return _Finding("the face looks at the camera")
    return _Finding(f"the face is turned {' and '.join(told)}, as one sees it", worth="usable")


def _whole(picture: Picture, points: Landmarks) -> Iterator[_Finding]:
    try:
        check_inside(picture, points)
    except BadPicture as err:
        what, _, mend = str(err).partition(": ")
        yield _Finding(what, mend, "refused")


def loss(picture: Picture, points: Landmarks) -> float:
    """How much less suited for being shown than a sharp face that looks into the camera, eyes open, mouth closed."""
    yaw, pitch, _ = turn(points)
    return (
        LOSS_BY_RADIAN * (abs(yaw) + abs(pitch) / 2)
        + LOSS_BY_MOUTH_E * max(0.0, aperture(points) - PARTED_E)
        + LOSS_BY_EYES * max(0.0, 1 - min(eye_ratios(points)) / (NARROW + 0.05))
        + LOSS_BY_BLUR * max(0.0, 0.5 - sharpness(picture, points))
    )


def sharpness(picture: Picture, points: Landmarks) -> float:
    """Of a face, 0 … 1, at a size at which all faces compare: from `SHARP` upwards it is sharp."""
    return _fineness(cv2.cvtColor(_fine_view(picture, points)[0], cv2.COLOR_RGB2GRAY).astype(np.float32))


def _fine_view(picture: Picture, points: Landmarks) -> tuple[Picture, Landmarks]:
    """A square about the nose of one size in every photo, and the landmarks in it."""
    side, (x, y) = FINE_SIDE_E * eye_unit(points), points[NOSE_TIP, :2]
    view, scale, left, top = square(picture, float(x), float(y), side, round(FINE_SIDE_E * FINE_E_PX))
    return view, np.asarray((points - np.array((left, top, 0), np.float32)) * np.float32(scale), np.float32)


def _fineness(level: Level) -> float:
    """Share of the gradients that a blur of one pixel takes away: little from what is blurred already."""
    return 1 - _gradients(np.asarray(cv2.GaussianBlur(level, (0, 0), 1.0), np.float32)) / max(_gradients(level), 1e-3)


def _gradients(level: Level) -> float:
    return float(np.abs(np.diff(level, axis=0)).mean() + np.abs(np.diff(level, axis=1)).mean())


def _sharp(fineness: float) -> _Finding:
    if fineness >= SHARP:
        return _Finding("it is sharp")
    if fineness >= SOFT:
        return _Finding("it is a little soft", worth="usable")
    return _Finding("it is blurred", "a sharper photo, or the original print scanned anew", "poor")


def _light(level: Level, points: Landmarks) -> Iterator[_Finding]:
    face = level[oval_mask(level.shape, points)]
    dark, bright = (float(each) for each in np.quantile(face, (0.05, 0.95)))
    if np.median(face) > BURNT_MEDIAN:
        yield _Finding("it is burnt out: much of the face is plain white", "a darker photo or scan", "poor")
    elif bright < DARK_LEVEL:
        yield _Finding("it is very dark", "a brighter photo or scan", "poor")
    elif bright < DIM_LEVEL:
        yield _Finding("it is dark", "a brighter photo or scan", "usable")
    elif bright - dark < FADED_RANGE:
        yield _Finding("it is faded: little lies between its light and its dark", "`lantern restore`", "usable")
    else:
        yield _Finding("the light is good")
    right, left = (_cheek(level, points, each) for each in ((0, 2), (1, 3)))
    stops = float(np.log2((right + 8) / (left + 8)))
    if abs(stops) > SIDE_LIT:
        side = "left" if stops > 0 else "right"
        worth: Verdict = "poor" if abs(stops) > HARSH else "usable"
        yield _Finding(f"the light comes from the {side}, the other side lies in shade", None, worth)


def _cheek(level: Level, points: Landmarks, places: tuple[int, int]) -> float:
    reach = 0.15 * FINE_E_PX
    found = [
        np.median(level[max(0, int(y - reach)) : int(y + reach) + 1, max(0, int(x - reach)) : int(x + reach) + 1])
        for x, y in points[[CHEEKS[place] for place in places], :2]
    ]
    return float(np.mean(found))


def white_patches(picture: Picture, points: Landmarks) -> tuple[str, ...]:
    """A line where a white patch in one piece lies over the face, as a lamp leaves on glass or on glossy paper."""
    oval = oval_mask(picture.shape, points)
    burnt = ((picture.min(axis=-1) >= BURNT_LEVEL) & oval).astype(np.uint8)
    _, _, sizes, centres = cv2.connectedComponentsWithStats(burnt)
    if len(sizes) < 2 or np.median(picture[oval]) > BURNT_MEDIAN:
        return ()
    largest = 1 + int(sizes[1:, cv2.CC_STAT_AREA].argmax())
    if sizes[largest, cv2.CC_STAT_AREA] < GLARE_SHARE * oval.sum():
        return ()
    away = {name: np.hypot(*(points[index, :2] - centres[largest])) for name, index in PLACES.items()}
    return (f"a white patch lies over {min(away, key=lambda name: away[name])}, as of a lamp in the glass",)


def _mouth(points: Landmarks) -> Literal["closed", "parted", "open"]:
    gap = aperture(points)
    return "closed" if gap < PARTED_E else "parted" if gap < OPEN_E else "open"


def _eyes(points: Landmarks) -> Literal["open", "narrow", "closed", "one closed"]:
    right, left = eye_ratios(points)
    if max(right, left) < SHUT:
        return "closed"
    if min(right, left) < SHUT:
        return "one closed"
    return "narrow" if max(right, left) < NARROW else "open"

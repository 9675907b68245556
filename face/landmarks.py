"""Finds faces and their landmarks. The only file that knows mediapipe; knows nothing of rigs or motion.

Points are in pixels of the picture that was given: x to the right, y down, z towards the back of the head (negative
is nearer to the camera), all on one scale. The 478 points are those of the attention mesh (Grishchenko et al. 2020,
"Attention Mesh: High-fidelity Face Mesh Prediction in Real-time", arXiv:2006.10962).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import NoFace, NoLibrary
from data.types import Picture
from face.crop import square

Landmarks = NDArray[np.float32]  # (478, 3), pixels
Points = NDArray[np.float32]  # (n, 2), pixels
Mask = NDArray[np.float32]  # (H, W), 0 … 1

INNER_UPPER: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_UPPER: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
RIGHT_EYE_UPPER: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_EYE_LOWER: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_EYE_UPPER: Final = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_EYE_LOWER: Final = (263, 249, 390, 373, 374, 380, 381, 382, 362)
RIGHT_IRIS: Final = (468, 469, 470, 471, 472)
LEFT_IRIS: Final = (473, 474, 475, 476, 477)
RIGHT_BROW: Final = (70, 63, 105, 66, 107)
LEFT_BROW: Final = (300, 293, 334, 296, 336)
OVAL: Final = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
FOLDS: Final = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))  # right and left, from nose to mouth, downwards
CHIN, NOSE_BASE, FOREHEAD = 152, 2, 10
RIGHT_CORNER, LEFT_CORNER = 61, 291
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
# Pairs that lie mirrored in a face seen from the front, from its rim to its middle.
MIRRORED: Final = ((234, 454), (132, 361), (33, 263), (133, 362), (61, 291), (50, 280), (70, 300))

UPRIGHT_PITCH = 0.18  # radians by which foreheads lie before chins, the mean of faces that look at the camera
MIN_SCORE = 0.5  # of the detectors
SURE_SCORE = 0.8  # below it cups and folds of cloth look like faces too, so the mesh must find one as well
CONTRAST_LIMIT, HATCHING_PX = 3.0, 2.0  # of what is done to pictures in which no face is seen at first
TURNED_SCORE = 0.1  # a face on its head scores .2 to .95 less than the same upright
VIEW, VIEW_PX = 2.2, 640  # the mesh wants a close view: its side in face boxes, and in pixels
TILE_PX = 480  # faces of 60 px are found in tiles of this side
MAX_PICTURE_PX = 2_400  # pictures are brought down to this longest side before looking for faces
SAME_FACE = 0.35  # boxes that overlap more than this share of the smaller one are one face
JITTER = 0.006  # shift of the repeated detections, as a share of the picture's longer side

_thread = threading.local()
_stderr_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where a face is, in pixels, from brows to chin and cheek to cheek; `score` is the detector's, 0 … 1."""

    left: float
    top: float
    width: float
    height: float
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y)"""
        return self.left + self.width / 2, self.top + self.height / 2


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Close standard error to native code, which writes past `sys.stderr`."""
    with _stderr_lock:
        kept = os.dup(2)
        sink = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(sink, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(sink)


def _solution(name: str, **options: Any) -> Any:
    """One solution of each kind a thread: sharing one between threads crashes the process."""
    key = name + repr(sorted(options.items()))
    made = getattr(_thread, "made", None)
    if made is None:
        made = _thread.made = {}
    if key not in made:
        try:
            import mediapipe
        except ImportError as err:
            raise NoLibrary(f"mediapipe cannot be loaded ({err}): run make install, then lantern doctor") from err
        module, kind = name.split(".")
        made[key] = getattr(getattr(mediapipe.solutions, module), kind)(**options)
    return made[key]


def _run(name: str, picture: Picture, **options: Any) -> Any:
    with _silence():
        return _solution(name, **options).process(np.ascontiguousarray(picture))


# --- faces ---------------------------------------------------------------------------------------------------------


def find_faces(picture: Picture) -> list[FaceBox]:
    """All faces, from left to right. (H, W, 3) RGB; small faces are looked for in overlapping tiles.

    Where there is none, it is looked for again with the contrast evened out: faint prints, drawings and statues.
    """
    shrink = min(1.0, MAX_PICTURE_PX / max(picture.shape[:2]))
    small = picture
    if shrink < 1:
        reduced = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        small = np.asarray(reduced, np.uint8)
    boxes = _confirmed(small, _looked_for(small)) or _hardly_seen(small)
    faces = [
        FaceBox(box.left / shrink, box.top / shrink, box.width / shrink, box.height / shrink, box.score)
        for box in boxes
    ]
    return sorted(faces, key=lambda box: box.centre[0])


def _looked_for(small: Picture) -> list[FaceBox]:
    found: list[FaceBox] = []
    for left, top, side in _tiles(small.shape[0], small.shape[1]):
        tile = _padded(small[top : top + side, left : left + side], side)
        for model in (0, 1):
            found += _detect(tile, model, left, top)
    return _distinct(found)


def _confirmed(picture: Picture, boxes: list[FaceBox], sure: float = SURE_SCORE) -> list[FaceBox]:
    """Those of which the detector is sure, or in which the mesh finds a face as well."""
    return [box for box in boxes if box.score >= sure or _mesh(_close_view(picture, box)[0]) is not None]


def _hardly_seen(picture: Picture) -> list[FaceBox]:
    even = evened(picture)
    found = []
    for view in (even, np.asarray(cv2.GaussianBlur(even, (0, 0), HATCHING_PX), np.uint8)):
        found += _confirmed(view, _looked_for(view), sure=1.0)
    return _distinct(found)


def evened(picture: Picture) -> Picture:
    """The same with its contrast evened out from place to place (CLAHE; Zuiderveld 1994)."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(CONTRAST_LIMIT, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _tiles(height: int, width: int) -> Iterator[tuple[int, int, int]]:
    """Squares (left, top, side) that halve from the whole picture down to `TILE_PX`, overlapping by half."""
    side = max(height, width)
    while True:
        step = max(1, side // 2)
        for top in range(0, max(1, height - step), step):
            for left in range(0, max(1, width - step), step):
                yield left, top, side
        if side <= TILE_PX:
            return
        side = max(TILE_PX, side // 2)


def _padded(tile: Picture, side: int) -> Picture:
    """A square tile: the detectors squeeze anything else."""
    height, width = tile.shape[:2]
    if height == width == side:
        return tile
    square = np.zeros((side, side, 3), np.uint8)
    square[:height, :width] = tile
    return square


def _detect(tile: Picture, model: int, left: int, top: int) -> list[FaceBox]:
    result = _run("face_detection.FaceDetection", tile, model_selection=model, min_detection_confidence=MIN_SCORE)
    side = tile.shape[0]
    boxes = []
    for detection in result.detections or ():
        box = detection.location_data.relative_bounding_box
        boxes.append(
            FaceBox(
                left + box.xmin * side, top + box.ymin * side, box.width * side, box.height * side, detection.score[0]
            )
        )
    return boxes


def _distinct(boxes: list[FaceBox]) -> list[FaceBox]:
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda each: -each.score):
        if all(_overlap(box, other) < SAME_FACE for other in kept):
            kept.append(box)
    return kept


def _overlap(a: FaceBox, b: FaceBox) -> float:
    """Shared area as a share of the smaller box."""
    wide = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    high = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    return max(0.0, wide) * max(0.0, high) / max(1e-6, min(a.width * a.height, b.width * b.height))


# --- landmarks -----------------------------------------------------------------------------------------------------


def landmarks(picture: Picture, detections: int = 5) -> Landmarks:
    """The 478 points of the picture's one face: the median of `detections` (1 or 5) on slightly shifted copies.

    Raises `NoFace` where the mesh finds nothing.
    """
    shift = max(1, round(JITTER * max(picture.shape[:2])))
    found = []
    for right, down in ((0, 0), (shift, 0), (-shift, 0), (0, shift), (0, -shift))[:detections]:
        points = _mesh(_shifted(picture, right, down))
        if points is not None:
            found.append(points - np.array((right, down, 0), np.float32))
    if not found:
        raise NoFace("no face can be read in this picture: give a photo that shows the whole face from the front")
    return np.asarray(np.median(np.stack(found), axis=0), np.float32)


def close_landmarks(picture: Picture, box: FaceBox, detections: int = 5) -> Landmarks:
    """The 478 points of the face in the box, in pixels of the picture; raises `NoFace` where the mesh finds none."""
    view, scale, left, top = _close_view(picture, box)
    try:
        points = landmarks(view, detections)
    except NoFace:
        points = landmarks(evened(view), detections)
    points = np.asarray(points / np.float32(scale), np.float32)
    points[:, :2] += np.array((left, top), np.float32)
    return np.asarray(points, np.float32)


def is_upright(picture: Picture, box: FaceBox) -> bool:
    """Whether the face stands as in life. The detector finds turned faces too, only less surely, and the mesh then
    lays an upright face over them."""
    view = _close_view(picture, box)[0]
    sure = [_sureness(np.ascontiguousarray(np.rot90(view, quarters))) for quarters in range(4)]
    return max(sure[1:]) < sure[0] + TURNED_SCORE


def _sureness(view: Picture) -> float:
    return max((box.score for box in _detect(view, 0, 0, 0)), default=0.0)


def _close_view(picture: Picture, box: FaceBox) -> tuple[Picture, float, float, float]:
    return square(picture, *box.centre, VIEW * max(box.width, box.height), VIEW_PX)


def _mesh(picture: Picture) -> Landmarks | None:
    result = _run(
        "face_mesh.FaceMesh",
        picture,
        static_image_mode=True,
        refine_landmarks=True,
        max_num_faces=1,
        min_detection_confidence=MIN_SCORE,
    )
    if not result.multi_face_landmarks:
        return None
    height, width = picture.shape[:2]
    points = result.multi_face_landmarks[0].landmark
    found = np.array([(p.x * width, p.y * height, p.z * width) for p in points], np.float32)
    return found if np.isfinite(found).all() else None


def _shifted(picture: Picture, right: int, down: int) -> Picture:
    if not right and not down:
        return picture
    move = np.array(((1, 0, right), (0, 1, down)), np.float32)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, move, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def person_mask(picture: Picture) -> Mask:
    """How much each pixel belongs to a person, 0 … 1 (selfie segmentation)."""
    result = _run("selfie_segmentation.SelfieSegmentation", picture, model_selection=0)
    return np.asarray(np.clip(result.segmentation_mask, 0, 1), np.float32)


# --- readings ------------------------------------------------------------------------------------------------------


def eye_unit(points: Landmarks) -> float:
    """E: half the distance between the outer eye corners, in pixels."""
    return float(np.hypot(*(points[LEFT_EYE_OUTER, :2] - points[RIGHT_EYE_OUTER, :2])) / 2)


def oval_mask(shape: tuple[int, ...], points: Landmarks) -> NDArray[np.bool_]:
    """(H, W): where the face is, of a picture of that shape."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points[list(OVAL), :2]).astype(np.int32)), (1,))
    return mask > 0


def aperture(points: Landmarks) -> float:
    """The opening between the inner lips at the middle, in E."""
    return float(np.hypot(*(points[13, :2] - points[14, :2])) / eye_unit(points))


def eye_ratios(points: Landmarks) -> tuple[float, float]:
    """Mean opening over width of the right and of the left eye (Soukupová and Čech 2016, with nine points a lid)."""
    ratios = []
    for upper, lower in ((RIGHT_EYE_UPPER, RIGHT_EYE_LOWER), (LEFT_EYE_UPPER, LEFT_EYE_LOWER)):
        gaps = np.linalg.norm(points[list(upper[2:7]), :2] - points[list(lower[2:7]), :2], axis=1)
        width = float(np.hypot(*(points[upper[0], :2] - points[upper[-1], :2])))
        ratios.append(float(gaps.mean()) / max(width, 1e-6))
    return ratios[0], ratios[1]


def turn(points: Landmarks) -> tuple[float, float, float]:
    """Yaw, pitch and roll of the head in radians, read from the mesh's depth; `face/pose.py` has the signs.

    Yaw is the slope of depth along the lines between mirrored points; pitch that of the line from chin to forehead.
    """
    across = np.array([points[left] - points[right] for right, left in MIRRORED])
    upward = points[FOREHEAD] - points[CHIN]
    dx, dy, dz = np.median(across / np.linalg.norm(across, axis=1, keepdims=True), axis=0)
    yaw = float(np.arctan2(dz, np.hypot(dx, dy)))
    roll = float(np.arctan2(dy, dx))
    pitch = float(np.arctan2(-upward[2], np.hypot(upward[0], upward[1]))) - UPRIGHT_PITCH
    return yaw, pitch, roll

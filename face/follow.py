"""What a face does on one frame, read from its landmarks against those of its own neutral face. Knows no time, no
pictures and no rigs.

The head's turn is the one that lays the neutral face's firm points (eye corners, nose, temples) upon the frame's
(Umeyama 1991, "Least-squares estimation of transformation parameters between two point patterns"). The frame's face is
then turned back to the neutral one's place and size; what is left differs by expression alone. Lengths are in E of the
neutral face, so that it does not matter how near the camera is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face.head import CAMERA_E, PIVOT_BEHIND_E, PIVOT_BELOW_CHIN_E, rotation
from face.landmarks import (
    CHIN,
    LEFT_BROW,
    LEFT_CORNER,
    LEFT_EYE_LOWER,
    LEFT_EYE_OUTER,
    LEFT_EYE_UPPER,
    LEFT_IRIS,
    OVAL,
    RIGHT_BROW,
    RIGHT_CORNER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_OUTER,
    RIGHT_EYE_UPPER,
    RIGHT_IRIS,
    eye_ratios,
    eye_unit,
    turn,
)
from face.landmarks import aperture as aperture_of

Points = NDArray[np.float64]  # (478, 3), pixels
Kept = NDArray[np.float32]  # (len(KEPT), 3), pixels

# Neither forehead nor nostrils: brows and lips pull at their points, and pitch is read worse by them (r .81, not .88).
FIRM: Final = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 127, 356, 143, 372)
UPPER_LIP, UPPER_INNER, LOWER_INNER, LOWER_LIP = 0, 13, 14, 17
EYE_CORNERS: Final = (RIGHT_EYE_OUTER, RIGHT_EYE_UPPER[-1], LEFT_EYE_OUTER, LEFT_EYE_UPPER[-1])
INNER_BROWS: Final = (66, 107, 296, 336)
KEPT: Final = tuple(
    sorted(
        {
            *FIRM,
            *(UPPER_LIP, UPPER_INNER, LOWER_INNER, LOWER_LIP, RIGHT_CORNER, LEFT_CORNER, CHIN, 10, 50, 280),
            *RIGHT_EYE_UPPER,
            *RIGHT_EYE_LOWER,
            *LEFT_EYE_UPPER,
            *LEFT_EYE_LOWER,
            *RIGHT_IRIS,
            *LEFT_IRIS,
            *RIGHT_BROW,
            *LEFT_BROW,
            *OVAL,
        }
    )
)

CALM_SHARE, CALM_FRAMES = 0.12, (3, 15)  # of all frames, the calmest, of which the neutral face is the median
# How much of each thing weighs as much as any other against a frame's calm.
RESTLESS: Final = {"aperture": 0.10, "eyes": 0.20, "turn": 0.05, "width": 0.10}

# A pose is what makes a portrait look as the mesh sees the filmed face. Turned portraits look less turned to it than
# they were asked to be; fitted on clips rendered from known curves (`python -m tests.face.drive_report --fit`). Up and
# down, the eyes' gain is less than was fitted: the mesh's noise would shake them.
YAW_GAIN, PITCH_GAIN = 1.45, 1.50
PITCH_BY_CORNERS = -0.10  # radians an E: corners that sink as a mouth opens look to the mesh like a rising chin
GAZE_X_GAIN, GAZE_Y_GAIN = 1.9, 3.0


class Reading(NamedTuple):
    """Of one frame; lengths in E of the neutral face, angles in radians, signs as in `Pose`."""

    yaw: float
    pitch: float
    roll: float
    shift_x: float
    shift_y: float
    aperture: float
    width: float  # of the mouth, against the neutral one's, as a share
    corners: float  # up
    upper_lip: float  # thickness gained
    lower_lip: float
    right_eye: float  # opening, as a share of the neutral one's
    left_eye: float
    gaze_x: float
    gaze_y: float
    brow: float  # up
    inner_brow: float  # up, further than the whole brow


def kept(points: NDArray[np.float32]) -> Kept:
    """The few points that are read; a long clip is remembered by them alone."""
    return points[list(KEPT)].astype(np.float32)


def whole(few: Kept) -> Points:
    """Back in their places; the others are zero and never read."""
    points = np.zeros((478, 3))
    points[list(KEPT)] = few
    return points


def neutral_face(faces: NDArray[np.float32]) -> Points:  # (n, len(KEPT), 3) -> (478, 3)
    """The median of the calmest frames: lips together, eyes open, head where it mostly is."""
    count = int(np.clip(round(CALM_SHARE * len(faces)), *CALM_FRAMES))
    order = np.argsort(_unrest(faces))[:count]
    calmest = whole(faces[order[0]])
    laid = [_laid_upon(calmest, whole(faces[index])) for index in order]
    middle: Points = np.median(laid, axis=0)
    return middle


def _unrest(faces: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = []
    for few in faces:
        points = whole(few).astype(np.float32)
        width = float(np.hypot(*(points[LEFT_CORNER, :2] - points[RIGHT_CORNER, :2]))) / eye_unit(points)
        rows.append((aperture_of(points), float(np.mean(eye_ratios(points))), width, *turn(points)))
    opening, eyes, width, *angles = np.array(rows).T
    unrest = opening / RESTLESS["aperture"]
    unrest += np.maximum(0.0, 1.0 - eyes / np.percentile(eyes, 80)) / RESTLESS["eyes"]
    for course, size in ((width, "width"), *((angle, "turn") for angle in angles)):
        unrest += np.abs(course - np.median(course)) / RESTLESS[size]
    return np.asarray(unrest)


def read(few: Kept, neutral: Points) -> Reading:
    """One frame against the neutral face."""
    points, unit = whole(few), eye_unit(neutral.astype(np.float32))
    turned, scale, moved = _similarity(neutral[list(FIRM)], points[list(FIRM)])
    face = (points - moved) @ turned / scale
    away = (face - neutral) / unit
    yaw = YAW_GAIN * float(np.arctan2(turned[2, 0], turned[2, 2]))
    corners = -float(away[[RIGHT_CORNER, LEFT_CORNER], 1].mean())
    pitch = PITCH_GAIN * float(np.arcsin(np.clip(turned[2, 1], -1.0, 1.0))) + PITCH_BY_CORNERS * corners
    roll = _turn_in_plane(neutral[list(FIRM), :2], points[list(FIRM), :2])
    centre = (points - neutral)[list(FIRM), :2].mean(axis=0) / unit
    shift = centre - _carried(neutral / unit, yaw, pitch, roll)
    gaze = (_irises(face) - _irises(neutral)) / unit
    brows = -away[[*RIGHT_BROW, *LEFT_BROW], 1].mean()
    right, left = (_opening(face, eye) / _opening(neutral, eye) for eye in _EYES)
    return Reading(
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        shift_x=float(shift[0]),
        shift_y=float(shift[1]),
        aperture=_apart(face, UPPER_INNER, LOWER_INNER) / unit,
        width=_apart(face, RIGHT_CORNER, LEFT_CORNER) / _apart(neutral, RIGHT_CORNER, LEFT_CORNER) - 1.0,
        corners=corners,
        upper_lip=(_apart(face, UPPER_LIP, UPPER_INNER) - _apart(neutral, UPPER_LIP, UPPER_INNER)) / unit,
        lower_lip=(_apart(face, LOWER_INNER, LOWER_LIP) - _apart(neutral, LOWER_INNER, LOWER_LIP)) / unit,
        right_eye=right,
        left_eye=left,
        gaze_x=GAZE_X_GAIN * float(gaze[0]),
        gaze_y=GAZE_Y_GAIN * float(gaze[1]),
        brow=float(brows),
        inner_brow=float(-away[list(INNER_BROWS), 1].mean() - brows),
    )


# --- geometry --------------------------------------------------------------------------------------------------------

_EYES = ((RIGHT_EYE_UPPER, RIGHT_EYE_LOWER), (LEFT_EYE_UPPER, LEFT_EYE_LOWER))


def _similarity(from_: Points, onto: Points) -> tuple[Points, float, Points]:
    """(rotation, scale, move) that lays one row of points upon the other: p goes to scale · rotation p + move."""
    from_mean, onto_mean = from_.mean(axis=0), onto.mean(axis=0)
    a, b = from_ - from_mean, onto - onto_mean
    u, sizes, vt = np.linalg.svd(b.T @ a)
    upright = np.array((1.0, 1.0, np.sign(np.linalg.det(u @ vt))))
    turned = (u * upright) @ vt
    scale = float((sizes * upright).sum() / (a**2).sum())
    return turned, scale, onto_mean - scale * turned @ from_mean


def _turn_in_plane(from_: Points, onto: Points) -> float:
    """The angle, radians, that best turns one row of points in the picture (n, 2) into the other: depth is too noisy to
    say anything of it."""
    a, b = from_ - from_.mean(axis=0), onto - onto.mean(axis=0)
    return float(np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum()))


def _laid_upon(calmest: Points, points: Points) -> Points:
    turned, scale, moved = _similarity(calmest[list(FIRM)], points[list(FIRM)])
    laid: Points = (points - moved) @ turned / scale
    return laid


def _carried(neutral: Points, yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """How far the firm points' middle goes, E, when a head is turned about its neck, as `face/head.py` does."""
    below = neutral[CHIN, 1] + PIVOT_BELOW_CHIN_E
    pivot = np.array((neutral[list(OVAL), 0].mean(), below, PIVOT_BEHIND_E))
    around = neutral[list(FIRM)] - pivot
    turned = around @ rotation(yaw, pitch, roll).T
    zoom = (CAMERA_E + around[:, 2]) / (CAMERA_E + turned[:, 2])
    return np.asarray((turned[:, :2] * zoom[:, None] - around[:, :2]).mean(axis=0))


def _apart(points: Points, one: int, other: int) -> float:
    return float(np.hypot(*(points[one, :2] - points[other, :2])))


def _opening(points: Points, eye: tuple[tuple[int, ...], tuple[int, ...]]) -> float:
    upper, lower = (points[list(lid[2:7]), :2] for lid in eye)
    return float(np.hypot(*(upper - lower).T).mean())


def _irises(points: Points) -> NDArray[np.float64]:
    """Their middle against that of the eyes' corners."""
    return np.asarray(
        points[[RIGHT_IRIS[0], LEFT_IRIS[0]], :2].mean(axis=0) - points[list(EYE_CORNERS), :2].mean(axis=0)
    )

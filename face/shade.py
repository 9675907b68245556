"""How light on the skin about the mouth changes as it moves: a share of brightness for each thing that the mouth does.

A displacement moves what the photo shows, but a pushed lip also catches more light and a lifted cheek throws a deeper
fold beside the nose. These changes are soft, so they are kept on the coarse mesh of the fields and move with the skin.
Knows no motion; places are (u, v) of `face/lips.py`, strengths were fitted by eye on the faces of the tests.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.lips import Folds, Lips, curve_at
from face.warp import Plane, quantised, smoothstep

Shades = NDArray[np.float32]  # (2, h, w), shares of brightness added for one unit of pursing and of fold

FOLD_REACH_M = 0.20  # to the mouth's side of a fold's line, over which its shade dies away
BULGE_M = 0.30  # to the cheek's side
SOFT_FOLD, SOFT_BULGE = 0.10, 0.05  # darker fold and lighter cheek on a face without any
VALLEY_M, NEAR_SHARE = 0.28, 0.15  # sigma about a fold, wider than it; share of that by which texture is left out
VALLEY_MOST = 0.30  # of the fold's darkness that is doubled
LIT_UPPER, LIT_LOWER = 0.05, 0.12  # fronts of pushed lips
SHADE_UNDER, SHADE_CORNERS = 0.11, 0.05  # under the pushed lower lip, and where the corners are drawn in


def mouth_shades(photo: Picture, lips: Lips, x: Plane, y: Plane) -> Shades:
    """For the nodes at pixels (x, y): what full pursing adds, and what a fold twice as deep does."""
    u, v = lips.place(x, y)
    away = np.asarray(v - lips.seam_at(u), np.float32)
    return np.stack((_pursed(lips, u, away), -fold_depth(photo, lips.folds, lips.unit, x, y, u, v)))


def _pursed(lips: Lips, u: Plane, away: Plane) -> Plane:
    """More light on the lips' fronts, shade under them and in the corners."""
    thick, side = np.where(away < 0, curve_at(lips.upper, u), curve_at(lips.lower, u)), np.abs(lips.centred(u))
    middle = np.exp(-((side / 0.5) ** 2))
    front = np.exp(-(((np.abs(away) - 0.5 * thick) / (0.4 * thick)) ** 2)) * middle
    under = np.exp(-(((away - 1.25 * thick - 0.08) / 0.15) ** 2)) * (away > 0) * np.exp(-((side / 0.7) ** 2))
    corners = np.exp(-(((side - 1.02) / 0.2) ** 2) - (away / 0.22) ** 2)
    light = np.where(away < 0, LIT_UPPER, LIT_LOWER) * front - SHADE_UNDER * under - SHADE_CORNERS * corners
    return np.asarray(light, np.float32)


def fold_depth(photo: Picture, folds: Folds, unit: float, x: Plane, y: Plane, u: Plane, v: Plane) -> Plane:
    """Share of brightness that the fold from nose to mouth takes away at each place; a little below 0 on its cheek.

    What the photo shows of a fold counts as it is; on a smooth face a soft one is meant.
    """
    soft = np.zeros(u.shape, np.float32)
    for side, line in zip((-1, 1), folds, strict=True):
        away, along = _from_fold(side * line[0], line[1], side * u, v)
        inner = np.exp(-((away / np.where(away < 0, FOLD_REACH_M, 0.45 * FOLD_REACH_M)) ** 2))
        bulge = np.exp(-(((away - 0.5 * BULGE_M) / (0.5 * BULGE_M)) ** 2)) * (away > 0)
        soft += along * (side * u > 0) * (SOFT_FOLD * inner - SOFT_BULGE * bulge)
    near, about = (layer.mean(axis=-1) for layer in _near_and_about(photo, unit))
    share = np.clip((about - near) / np.maximum(about, 1.0), 0, VALLEY_MOST).astype(np.float32)
    valley = cv2.remap(share, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(soft + valley * along_folds(folds, u, v), np.float32)


def without_folds(photo: Picture, folds: Folds, unit: float, share: float, u: Plane, v: Plane) -> Picture:
    """The photo whose pixels lie at (u, v), its folds shallower by a share: filled to the colour of the skin about."""
    near, about = _near_and_about(photo, unit)
    fill = np.maximum(about - near, 0) * (share * along_folds(folds, u, v))[..., None]
    return quantised(photo + fill)


def along_folds(folds: Folds, u: Plane, v: Plane) -> Plane:
    """1 on the folds' lines, dying away beside them."""
    near = np.zeros(u.shape, np.float32)
    for side, line in zip((-1, 1), folds, strict=True):
        away, along = _from_fold(side * line[0], line[1], side * u, v)
        near += along * (side * u > 0) * np.exp(-((away / FOLD_REACH_M) ** 2))
    return near


def _from_fold(line_u: NDArray[np.float32], line_v: NDArray[np.float32], side: Plane, v: Plane) -> tuple[Plane, Plane]:
    """M beyond the fold's line towards the cheek, and 1 along it, fading at its ends."""
    slope = np.ptp(line_u) / max(float(np.ptp(line_v)), 1e-3)
    away = (side - np.interp(v, line_v, line_u)) / np.hypot(1.0, slope)
    top, bottom = float(line_v[0]), float(line_v[-1])
    along = smoothstep(top - 0.15, top + 0.25, v) * (1 - smoothstep(bottom - 0.35, bottom + 0.1, v))
    return np.asarray(away, np.float32), along


def _near_and_about(photo: Picture, unit: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The photo's colours without its finest texture, and without anything as narrow as a fold."""
    colours = photo.astype(np.float32)
    near, about = (cv2.GaussianBlur(colours, (0, 0), share * VALLEY_M * unit) for share in (NEAR_SHARE, 1.0))
    return np.asarray(near, np.float32), np.asarray(about, np.float32)

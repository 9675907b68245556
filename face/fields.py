"""How the skin about the mouth moves: smooth displacement fields, one for each thing a mouth does. Knows no pixels.

There are two sets, for the layer of the upper lip and all above it and for that of the lower lip and all below. They
agree beyond the mouth's corners; between them only what parts the lips differs. Places are (u, v) in the frame of
`face/lips.py`; shares and reaches were fitted by eye on three portraits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face.lips import Lips, U, curve_at
from face.warp import Field, Plane, smoothstep

Stack = NDArray[np.float32]  # (7, h, w, 2), one displacement field a weight
Reach = tuple[float, float]  # M above and below the seam

SIDE_M, TOP_M, BELOW_CHIN_M = 3.0, 0.75, 1.7  # where all ends: to the sides, above the nose base, below the chin
JAW_SHARE, RAISE_SHARE, LOWER_SHARE = 0.66, 0.18, 0.16  # of the aperture: jaw, upper lip, lower lip on its own
INWARD_SHARE, CORNER_SHARE = 0.24, 0.22  # of the aperture: how far the corners are drawn in, and down past the cheeks
NARROWED = 0.97  # of the way to the corners: there the lips begin to part
UPPER_BOW, LOWER_BOW = 2.4, 3.2  # 1 - |u|^a of the rims of an open mouth, fitted by eye
ROUND_BOW = 2.6  # of a rounded one, both rims
CORNERS_FROM_M = 0.75  # to the side, over which a corner's lift dies away
CHEEK_M = 0.9  # to the side, over which widening dies away
JAW_TOP_M, JAW_WIDE_M = -0.55, 2.05  # where cheeks begin to follow the jaw; how far sideways they do
NECK_FADE_M = 1.5  # below the chin, over which the jaw's motion dies away
PURSED_UPPER, PURSED_LOWER = 0.38, 0.36  # share that pushed lips gain in height
PURSED_WIDTH, PURSED_BEND = 0.28, 2.2  # share of its width that a rounded mouth loses, most of it towards the corners
PURSED_OPENING = 0.46  # width of a rounded opening against a spread one's
TUCK_RAISE_E = 0.03  # the upper lip then shows the edges of the teeth
WIDENING, LIP_M = 0.5, 0.15  # how much wider skin parts than lips, a length M beyond the lips
STILL_FROM = 0.9  # of the way to nose base and chin: from there the lips' parting does not reach
LEAST_FADE_M = 0.2
JAW_FULL = 0.72  # of the way to the chin: from there skin follows the jaw fully
OPENING_REACH: Reach = (0.7, 0.7)
INWARD_REACH: Reach = (0.8, 0.9)
SPREAD_REACH: Reach = (0.85, 1.0)
CORNER_REACH: Reach = (1.05, 0.6)
CORNER_BEND, CORNER_ASIDE = 2.2, 0.35  # lift goes with |u| to this power; lifted corners go outwards by this share
FREED = 0.85  # share of the upper lip's bow that the lower one loses when they part
TUCKED = 0.36  # share of the lower lip that is hidden when it is drawn in


def mouth_fields(lips: Lips, e_px: float, x: Plane, y: Plane, *, upper: bool) -> Stack:
    """Displacements in pixels for one unit of each weight of `face/mouth.py`: opening wide and round (a pixel),
    spread, corners (a pixel), pursing, tucking, and the lips' parting (by how much they no longer touch).
    """
    u, v = lips.place(x, y)
    away = v - lips.seam_at(u)
    fields = (
        _opening(lips, u, v, away, width=1.0, upper=upper) / lips.unit,
        _opening(lips, u, v, away, width=PURSED_OPENING, upper=upper) / lips.unit,
        _spread(lips, u, away),
        _corners(lips, u, away) / lips.unit,
        _purse(lips, u, away, upper=upper),
        _tuck(lips, e_px, u, away, upper=upper),
        _free(lips, u, away, upper=upper),
    )
    return np.asarray(np.stack(fields) * _still_rim(lips, u, v)[..., None], np.float32)


def _still_rim(lips: Lips, u: Plane, v: Plane) -> Plane:
    """1 inside the patch, 0 at its rim, so that nothing tears there."""
    above = smoothstep(lips.nose - TOP_M + 0.08, lips.nose - 0.05, v)
    below = 1 - smoothstep(lips.chin + BELOW_CHIN_M - 0.5, lips.chin + BELOW_CHIN_M - 0.1, v)
    beside = 1 - smoothstep(SIDE_M - 0.8, SIDE_M - 0.15, np.abs(u))
    return np.asarray(above * below * beside, np.float32)


def _torn(u: Plane, away: Plane, width: float, *, upper: bool) -> Plane:
    """How far the lips part along their length: 1 at the middle, 0 at the corners; wider away from the seam."""
    inside = np.clip(np.abs(u) / (width * (NARROWED + WIDENING * np.maximum(0, np.abs(away) - LIP_M))), 0, 1)
    open_bow = UPPER_BOW if upper else LOWER_BOW
    return np.asarray(1 - inside ** (open_bow if width == 1 else ROUND_BOW), np.float32)


def _rigid(lips: Lips, u: Plane, away: Plane, *, upper: bool) -> Plane:
    """1 over the lip, 0 at the nose base or the chin."""
    if upper:
        start, end, out = curve_at(lips.upper, u), -STILL_FROM * lips.nose, -away
    else:
        start, end, out = curve_at(lips.lower, u), STILL_FROM * lips.chin, away
    return np.asarray(1 - smoothstep(start, np.maximum(end, start + LEAST_FADE_M), out), np.float32)


def _jaw(lips: Lips, u: Plane, v: Plane) -> Plane:
    """How much of the jaw's drop each place follows where nothing is torn."""
    down = smoothstep(JAW_TOP_M, JAW_FULL * lips.chin, v)
    sideways = np.exp(-((np.abs(u) / JAW_WIDE_M) ** 4))
    neck = 1 - smoothstep(lips.chin + 0.05, lips.chin + NECK_FADE_M, v)
    return np.asarray(down * sideways * neck, np.float32)


def _opening(lips: Lips, u: Plane, v: Plane, away: Plane, *, width: float, upper: bool) -> Field:
    jaw = _jaw(lips, u, v)
    torn = _torn(lips.centred(u), away, width, upper=upper) * _rigid(lips, u, away, upper=upper)
    if upper:
        down = JAW_SHARE * jaw * (1 - torn) - RAISE_SHARE * torn
    else:
        down = JAW_SHARE * (jaw + (1 - jaw) * torn) + LOWER_SHARE * torn
    down = down + CORNER_SHARE * _at_corners(u) * _about(away, OPENING_REACH)
    inward = -INWARD_SHARE * _along(u) * _about(away, INWARD_REACH)
    return lips.vector(inward, np.asarray(down, np.float32))


def _along(u: Plane, bend: float = 1.0) -> Plane:
    """Sideways motion when the mouth widens by all of its half width: even over the lips, or with |u| to the power of
    `bend`; dying away in the cheek.
    """
    beyond = np.maximum(0, np.abs(u) - 1)
    return np.asarray(np.sign(u) * np.minimum(np.abs(u), 1) ** bend * np.exp(-((beyond / CHEEK_M) ** 2)), np.float32)


def _about(away: Plane, reach: Reach) -> Plane:
    """1 at the seam, dying away above and below it."""
    return np.asarray(np.exp(-((away / np.where(away < 0, *reach)) ** 2)), np.float32)


def _spread(lips: Lips, u: Plane, away: Plane) -> Field:
    along = _along(u) * _about(away, SPREAD_REACH)
    return lips.vector(along, np.zeros_like(along))


def _at_corners(u: Plane) -> Plane:
    """1 at the corners, 0 at the middle, dying away in the cheeks."""
    side = np.abs(u)
    beyond = np.exp(-(((side - 1) / CORNERS_FROM_M) ** 2))
    return np.asarray(np.where(side < 1, np.minimum(side, 1) ** CORNER_BEND, beyond), np.float32)


def _corners(lips: Lips, u: Plane, away: Plane) -> Field:
    down = -_at_corners(u) * _about(away, CORNER_REACH)
    return lips.vector(-CORNER_ASIDE * np.sign(u) * down, down)


def _purse(lips: Lips, u: Plane, away: Plane, *, upper: bool) -> Field:
    thick = curve_at(lips.upper if upper else lips.lower, u)
    reach = -lips.nose if upper else lips.chin
    out = -away if upper else away  # signed, so that no kink at the seam parts the lips
    room = np.maximum(LEAST_FADE_M, STILL_FROM * reach - thick)
    grown = np.where(out < thick, out, thick * (1 - smoothstep(0, 1, (out - thick) / room)))
    middle = np.clip(1 - u**4, 0, 1)
    gained = PURSED_UPPER if upper else PURSED_LOWER
    down = gained * grown * middle * (-1 if upper else 1)
    gathered = -PURSED_WIDTH * _along(lips.centred(u), PURSED_BEND) * _about(away, SPREAD_REACH)
    return lips.vector(np.asarray(gathered, np.float32), down.astype(np.float32))


def _free(lips: Lips, u: Plane, away: Plane, *, upper: bool) -> Field:
    """A lower lip that touches takes on the upper one's bow; a free one does not."""
    inner = np.abs(U) < NARROWED
    plain = np.polyval(np.polyfit(U[inner], lips.seam[inner], 2), U)
    bow = np.asarray(lips.seam - plain, np.float32) * np.clip((1 - np.abs(U)) / 0.3, 0, 1).astype(np.float32)
    down = np.zeros_like(u) if upper else -FREED * curve_at(bow, u) * _rigid(lips, u, away, upper=False)
    return lips.vector(np.zeros_like(u), np.asarray(down, np.float32))


def _tuck(lips: Lips, e_px: float, u: Plane, away: Plane, *, upper: bool) -> Field:
    torn = _torn(lips.centred(u), away, 1.0, upper=upper) * _rigid(lips, u, away, upper=upper)
    down = -TUCK_RAISE_E * e_px / lips.unit * torn if upper else -TUCKED * float(lips.lower.max()) * torn
    return lips.vector(np.zeros_like(down), np.asarray(down, np.float32))

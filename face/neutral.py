"""Closes the mouth of a portrait that shows teeth, and keeps the teeth. Knows nothing of motion.

Upper and lower lip are brought together along a line between them, a smile is relaxed (its corners come in and down,
cheeks sink, the folds from nose to mouth grow shallow, lips regain their height), and the dark wedges that it has in
its corners are healed. What the photo shows between the lips becomes a plate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.light import Colour, Light
from face.lips import Curve, Lips, MouthReading, U, curve_at, find_lower_rim
from face.shade import without_folds
from face.warp import Mesh, Patch, Plane, look_up, quantised, smoothstep

MEET_SHARE = 0.60  # of the way from the upper to the lower lip
UPPER_MOST_M, LOWER_MOST_M = 0.15, 0.22  # what the lips do by themselves; the jaw does the rest
ASIDE_M, ABOVE_NOSE_M = 2.6, 1.0  # how far from the mouth and above the nose base all this reaches
NECK_M = 1.3  # below the chin, over which a lifted jaw's motion dies away
SMILE_M = (-0.16, 0.04)  # v of the upper lip's rim: no smile, a full one
EASED_WIDTH = 0.16  # share of its width that the smile loses
EASED_CURVE = 0.75  # share of its curve
EASED_FOLD = 0.9  # share of the folds' depth
CHEEK_DROP_M, CHEEK_ASIDE_M, CHEEK_WIDE_M = 0.14, 1.45, 0.55  # how far cheeks sink; where, beside the nose base
PLUMP_UPPER, PLUMP_LOWER = 0.6, 0.25  # share of their height that lips regain
LIP_MARGIN_M = 0.05  # cut off the lips' inner rims, which hold the colour of what is behind
WEDGE_KNOTS = 23  # so far beyond its end an opening is taken for open: the wedge in its corner is dark
SEAM_DEPTH, SEAM_WIDTH_M = 0.42, 0.030  # of the line drawn where the lips meet
HEAL_FROM_M, HEAL_TO_M, HEAL_REACH_M = 0.70, 1.42, 0.28  # from there outwards to there, and so far about the seam
HEAL_DARK, HEAL_BRIGHT = 0.74, 1.25  # of the brightness about it: what lies beyond is no lip but a left-over


@dataclass(frozen=True)
class Closed:
    """The portrait with closed lips."""

    photo: Picture
    lips: Lips


def close_mouth(photo: Picture, reading: MouthReading, light: Light) -> Closed:
    """(H, W, 3) with parted lips -> the same with lips that meet."""
    reading = replace(reading, inner_lower=find_lower_rim(photo, reading))
    unit, (x, y) = reading.unit, reading.origin
    top, bottom = y + (reading.nose - ABOVE_NOSE_M) * unit, y + (reading.chin + NECK_M) * unit
    patch = Patch.around(x - ASIDE_M * unit, top, x + ASIDE_M * unit, bottom, photo.shape[:2])
    meet = _meeting_line(reading)
    frame = reading.lips(meet)
    eased = _eased_lips(reading, meet)
    smooth = _without_folds(photo, reading, patch)
    upper, lower = (_layer(smooth, reading, frame, patch, upper=each) for each in (True, False))
    u, v = eased.place(*patch.pixels())
    away = np.asarray(v - eased.seam_at(u), np.float32)
    above = np.clip(0.5 - away * eased.unit, 0, 1)[..., None]
    healed = _heal(quantised(upper * above + lower * (1 - above)), u, away, eased.unit)
    closed = photo.copy()
    closed[patch.region] = _draw_seam(healed, u, away, light.hue)
    return Closed(closed, eased)


def _smile(reading: MouthReading) -> float:
    """1 where the upper lip hangs below the corners, as in a smile; 0 where it arches, as over a dropped jaw."""
    middle = reading.inner_upper[np.abs(U) < 0.2].mean(keepdims=True)
    return float(smoothstep(*SMILE_M, middle)[0])


def _without_folds(photo: Picture, reading: MouthReading, patch: Patch) -> Picture:
    """The photo with folds from nose to mouth as shallow as they are without the smile."""
    u, v = reading.lips(reading.inner_upper).place(*patch.pixels())
    share = EASED_FOLD * _smile(reading)
    out = photo.copy()
    out[patch.region] = without_folds(photo[patch.region], reading.folds, reading.unit, share, u, v)
    return out


def _meeting_line(reading: MouthReading) -> Curve:
    share = min(MEET_SHARE, UPPER_MOST_M / max(reading.gap, 1e-3))
    line = reading.inner_upper + share * (reading.inner_lower - reading.inner_upper)
    middle = float(np.mean(line[np.abs(U) < 1]))
    return np.asarray(cv2.GaussianBlur((line + EASED_CURVE * (middle - line))[None], (0, 0), 2.0)[0], np.float32)


def _layer(photo: Picture, reading: MouthReading, frame: Lips, patch: Patch, *, upper: bool) -> Picture:
    """The patch as the upper or as the lower lip, moved to the meeting line, shows it."""
    mesh = Mesh(patch, max(2, round(reading.unit / 20)))
    u, v = frame.place(*mesh.nodes())
    side = np.abs(u)
    along = -EASED_WIDTH * _smile(reading) * np.sign(u) * np.minimum(side, 1)
    along *= np.exp(-((np.maximum(0, side - 1) / 0.7) ** 2))
    rim = curve_at(reading.inner_upper if upper else reading.inner_lower, u)
    outer = curve_at(reading.outer_upper if upper else reading.outer_lower, u)
    gap = cv2.dilate((reading.inner_lower - reading.inner_upper)[None], np.ones((1, WEDGE_KNOTS)))[0]
    opened = np.clip(curve_at(gap, u) / 0.15, 0, 1) * (1 - smoothstep(1.0, 1.2, side))
    rim = rim + LIP_MARGIN_M * opened * (-1 if upper else 1)
    thick = np.maximum(np.abs(outer - rim), 0.05)
    out = np.maximum((rim - v) if upper else (v - rim), 0)
    reach = np.abs(reading.nose if upper else 0.92 * reading.chin) - np.abs(outer)
    fade = 1 - smoothstep(0, 1, (out - thick) / np.maximum(reach, 0.2))
    beside = np.exp(-((np.maximum(0, side - 1) / 0.6) ** 2))
    plump = PLUMP_UPPER if upper else PLUMP_LOWER
    grown = plump * np.minimum(out, thick) * np.clip(1 - u * u, 0, 1) * (-1 if upper else 1)
    down = (curve_at(frame.seam, u + along) - rim + grown) * fade * beside
    if not upper:
        down = down - _jaw_lift(reading, frame) * (1 - fade) * _chin(reading, side, v)
    down = down + _smile(reading) * _sunk_cheek(reading, side, v)
    along = along * np.exp(-(out**2))
    field = frame.vector(np.asarray(along, np.float32), np.asarray(down, np.float32)) * _still_rim(reading, side, v)
    return look_up(photo, mesh.window(patch).sources(mesh.invert(field)))


def _still_rim(reading: MouthReading, side: Plane, v: Plane) -> NDArray[np.float32]:
    """1 inside the patch, 0 at its sides and its top, so that nothing tears there."""
    beside = 1 - smoothstep(ASIDE_M - 0.5, ASIDE_M - 0.1, side)
    return np.asarray(beside * smoothstep(0.05, 0.35, v - reading.nose + ABOVE_NOSE_M), np.float32)[..., None]


def _sunk_cheek(reading: MouthReading, side: Plane, v: Plane) -> Plane:
    """M by which cheeks hang lower without the smile."""
    aside, above = (side - CHEEK_ASIDE_M) / CHEEK_WIDE_M, (v - reading.nose) / CHEEK_WIDE_M
    return np.asarray(CHEEK_DROP_M * np.exp(-(aside**2) - above**2), np.float32)


def _jaw_lift(reading: MouthReading, frame: Lips) -> float:
    """M by which the chin rises: what a lower lip alone cannot do."""
    middle = np.abs(U) < 0.2
    return max(0.0, float((reading.inner_lower - frame.seam)[middle].mean()) - LOWER_MOST_M)


def _chin(reading: MouthReading, side: Plane, v: Plane) -> Plane:
    """1 at the chin, falling to 0 over cheeks and neck."""
    neck = 1 - smoothstep(reading.chin + 0.05, reading.chin + NECK_M - 0.05, v)
    return np.asarray(np.exp(-((side / 2.05) ** 4)) * neck, np.float32)


def _heal(joined: Picture, u: Plane, away: Plane, unit: float) -> Picture:
    """Paint over what is too dark or too bright to be lip or skin about the seam and beyond its ends."""
    grey = cv2.cvtColor(joined, cv2.COLOR_RGB2GRAY).astype(np.float32)
    usual = cv2.medianBlur(joined, 2 * max(2, round(0.22 * unit)) + 1)
    usual_grey = cv2.cvtColor(usual, cv2.COLOR_RGB2GRAY).astype(np.float32)
    corner = (np.abs(u) > HEAL_FROM_M) & (np.abs(u) < HEAL_TO_M) & (np.abs(away) < HEAL_REACH_M)
    near = corner | ((np.abs(away) < 0.05) & (np.abs(u) < 1))
    odd = near & ((grey < HEAL_DARK * usual_grey) | (grey > HEAL_BRIGHT * usual_grey))
    thin = (np.abs(away) < 1.3 / unit) & (np.abs(u) < 1.05)
    gaps = np.ones((2 * round(0.08 * unit) + 1,) * 2, np.uint8)
    whole = cv2.morphologyEx(odd.astype(np.uint8), cv2.MORPH_CLOSE, gaps)
    mask = cv2.dilate(whole | thin.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.inpaint(joined, mask, 0.08 * unit + 2, cv2.INPAINT_TELEA), np.uint8)


def _draw_seam(picture: Picture, u: Plane, away: Plane, hue: float) -> Picture:
    """Where lips meet little light comes out: a soft, reddish dark line that thins out at the corners."""
    inside = 1 - smoothstep(0.50, 1.02, np.abs(u))
    line = np.exp(-((away / (SEAM_WIDTH_M * (0.6 + 0.4 * inside))) ** 2))
    under = 0.35 * np.exp(-np.maximum(away, 0) / 0.06) * (away > 0)
    dark = SEAM_DEPTH * (0.35 + 0.65 * inside) * (1 - smoothstep(0.98, 1.1, np.abs(u)))
    loss = (dark * np.maximum(line, under))[..., None] * (1 + hue * np.array((-0.15, 0.05, 0.05), np.float32))
    return quantised(picture * (1 - loss))


def _eased_lips(reading: MouthReading, meet: Curve) -> Lips:
    """The lips in the frame of the eased mouth, whose corners have come inwards and down."""
    ends = curve_at(meet, np.array((-1.0, 1.0), np.float32))
    shrink = np.float32(1 / (1 - EASED_WIDTH * _smile(reading)))
    drop = float(ends.mean())
    cos, sin = np.cos(reading.angle), np.sin(reading.angle)
    origin = (reading.origin[0] - sin * drop * reading.unit, reading.origin[1] + cos * drop * reading.unit)
    lips = reading.lips(meet)
    seam = (curve_at(meet, U / shrink) - np.float32(drop)) * shrink
    upper = np.maximum(curve_at(reading.inner_upper - reading.outer_upper, U), 0.02) * (1 + PLUMP_UPPER) * shrink
    lower = np.maximum(curve_at(reading.outer_lower - reading.inner_lower, U), 0.02) * (1 + PLUMP_LOWER) * shrink
    return replace(
        lips,
        origin=(float(origin[0]), float(origin[1])),
        unit=reading.unit / float(shrink),
        seam=seam.astype(np.float32),
        upper=upper.astype(np.float32),
        lower=lower.astype(np.float32),
        nose=(reading.nose - drop) * float(shrink),
        chin=(reading.chin - _jaw_lift(reading, lips) - drop) * float(shrink),
        folds=(reading.folds - np.array((0.0, drop), np.float32)[:, None]) * shrink,
    )


# --- teeth ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """The upper teeth as the photo shows them: RGB and coverage in the pixels of a patch, and their colour."""

    plate: NDArray[np.uint8]  # (h, w, 4)
    colour: Colour


TOOTH_BRIGHT = 0.62  # of the skin's brightness, at least
TOOTH_PALE = 0.50  # (red - blue) / red, at most
RIM_M = 0.04  # along the lips' rims, which teeth do not reach
ENOUGH_TEETH = 0.18  # share of the opening
SHOWN_M = 0.17  # of the upper teeth below the meeting lips, at most; with less the mesh misreads how far it opens
ARCH_M, BENT_TO = 0.07, 0.85  # how far their edge rises at the corners; |u| from which nothing is known of it
LAST_TOOTH = (0.66, 1.05)  # |u| over which the row passes into the shade of the cheeks
ALL_TEETH = 0.5  # |u| to which what is dark is a gap of the row; beyond, it is shade
ONE_TONE = 0.7  # how far all teeth have one colour, of many brightnesses: what differs is glints and fringes


def keep_teeth(photo: Picture, reading: MouthReading, closed: Lips, patch: Patch, light: Light) -> Shown | None:
    """What the photo shows of the upper teeth, carried on under the lips; None where it shows too few."""
    place = reading.lips(reading.inner_upper)
    u, v = place.place(*patch.pixels())
    top, bottom = curve_at(reading.inner_upper, u), curve_at(reading.inner_lower, u)
    colour = photo[patch.region].astype(np.float32)
    between = (v > top + RIM_M) & (v < bottom - RIM_M) & (np.abs(u) < 0.97)
    pale = (colour[..., 0] - colour[..., 2]) / np.maximum(colour[..., 0], 1) < TOOTH_PALE
    tooth = between & pale & (colour.mean(axis=-1) > TOOTH_BRIGHT * float(light.skin.mean()))
    if not between.any() or tooth.sum() < ENOUGH_TEETH * between.sum():
        return None
    line = _edge(tooth, u, v, reading)
    edge = curve_at(line, u)
    own = np.median(colour[tooth], axis=0).astype(np.float32)
    toned = colour.mean(axis=-1, keepdims=True) * (own / own.mean())
    colour += ONE_TONE * (toned - colour)
    kept = between & (v < edge + 0.01) & (tooth | (np.abs(u) < ALL_TEETH))
    spread = _carried(colour, kept.astype(np.float32), reading.unit)
    soft = 1.0 / reading.unit
    cover = np.clip(0.5 - (v - edge) / (2 * soft), 0, 1) * (1 - smoothstep(*LAST_TOOTH, np.abs(u)))
    cover *= smoothstep(-0.45, -0.3, v - top)
    plate = np.concatenate((spread, 255 * cover[..., None]), axis=-1).astype(np.float32)
    return Shown(quantised(_drawn_up(plate, reading, closed, line, patch)), own)


def _drawn_up(
    plate: NDArray[np.float32], reading: MouthReading, closed: Lips, edge: Curve, patch: Patch
) -> NDArray[np.float32]:
    """The plate where the lips' closing would leave it, had the upper lip come all the way down over the teeth.

    A smile's teeth run along its curve; they are bent with the lips as those straighten.
    """
    cos, sin = np.cos(closed.angle), np.sin(closed.angle)
    along, down = U * closed.unit, closed.seam * closed.unit
    x, y = closed.origin[0] + cos * along - sin * down, closed.origin[1] + sin * along + cos * down
    place = reading.lips(reading.inner_upper)
    at, met = place.place(x.astype(np.float32), y.astype(np.float32))
    known = U[np.abs(U) <= BENT_TO]
    low, seam = np.interp(known, U, edge), np.interp(known, at, met)
    past = low - seam - SHOWN_M + ARCH_M * known**2  # M that the edge hangs too low
    past += max(0.0, -float(past[np.abs(known) < 0.2].mean()))  # teeth that hide more than that may
    lift = np.interp(place.place(*patch.pixels())[0], known, past).astype(np.float32)
    move = place.vector(np.zeros_like(lift), lift)
    rows, columns = np.indices(lift.shape, np.float32)
    source = (columns + move[..., 0]).astype(np.float32), (rows + move[..., 1]).astype(np.float32)
    return np.asarray(cv2.remap(plate, *source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _edge(tooth: NDArray[np.bool_], u: Plane, v: Plane, reading: MouthReading) -> Curve:
    """v of the lowest tooth along u, smoothed; at most the lower lip's rim."""
    lowest = np.full(U.shape, np.nan, np.float32)
    nearest = np.clip(np.searchsorted(U, u[tooth]), 0, len(U) - 1)
    for knot in np.unique(nearest):
        lowest[knot] = np.quantile(v[tooth][nearest == knot], 0.97)
    known = ~np.isnan(lowest)
    line = np.interp(U, U[known], lowest[known]).astype(np.float32)
    line = np.minimum(line, reading.inner_lower - RIM_M)
    line = cv2.GaussianBlur(cv2.medianBlur(line[None], 5), (0, 0), 4.0)[0]
    return np.asarray(line, np.float32)


def _carried(colour: NDArray[np.float32], valid: Plane, unit: float) -> NDArray[np.float32]:
    """Colours of valid pixels as they are, and carried on upwards and outwards beyond them."""
    out = np.empty_like(colour)
    out[:] = colour[valid > 0].mean(axis=0) * 0.5
    for sigma in (0.35 * unit, 0.12 * unit, 0.04 * unit + 0.5):
        weight = cv2.GaussianBlur(valid, (0, 0), sigma)[..., None]
        near = cv2.GaussianBlur(colour * valid[..., None], (0, 0), sigma) / np.maximum(weight, 1e-4)
        trust = np.clip(weight / 0.1, 0, 1)
        out = out * (1 - trust) + near * trust
    keep = valid[..., None]
    return np.asarray(colour * keep + out * (1 - keep), np.float32)

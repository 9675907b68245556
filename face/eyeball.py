"""What lies between the lids: whites, iris and the light on it, taken apart so that the iris can turn.

Knows the pixels of one eye; knows nothing of lids that move, of skin or of time. The lid's shade is taken off the
plates and laid on again where the lid is. What the plates cannot say of the photo (lashes before the eye, a vein)
stays with the lids.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.warp import Plane, quantised, smoothstep

Line = NDArray[np.float32]  # (w,) a value a column
Colours = NDArray[np.float32]  # (h, w, 3)
Plate = NDArray[np.uint8]  # (h, w, 3) or (h, w, 4)

# Lengths are in half widths of the eye where nothing else is said.
SHADE_REACH = 0.14  # below the upper lid, over which its shade dies away to a third
MOST_SHADE = 0.55  # of the light, just below the lid
EDGE = 0.10  # along the lids: lashes and the wet rim, no white
RIM_BELOW, RIM_ABOVE, RIM_PLACES = 0.12, 0.26, 28  # about the mesh's line the roots of the lashes are looked for
RIM_SHARE = 0.35  # of the way from lashes to white: there the rim is
RIM_OPEN = 0.2  # of the widest opening: columns that are more open tell where the rim is
RIM_DROP = 25.0  # grey levels from white to lashes, at least
NO_OPENING_PX = 1.2  # beyond the corners the lids' lines lie a pixel apart
FIT, FIT_STEPS = 0.125, 11  # how far the iris may lie from where the mesh puts it, and places tried along that
FIT_RADII = (0.84, 1.16, 9)  # radii tried, as shares of the mesh's
FIT_ANGLES = np.radians((-40, -28, -16, -4, 8, 20, 32, 44))  # about the horizontal, where lids hide nothing
FIT_LOYALTY = 24.0  # grey levels that a step of 1 away from the mesh must win
RIM = (0.98, 1.20)  # iris radii over which its coverage ends: the rim is soft
BESIDE = (1.10, 1.40)  # iris radii from which the photo's own lashes and veins stay
CLEAR = 1.16  # iris radii from which a pixel may count as white
PALENESS = 4  # power of its brightness by which a pixel tells what white is: corners and shade tell less
UNLIT = 0.35  # quantile of a ring of the iris that no glint reaches
GLINT, GLINT_WITHIN = (24.0, 52.0), 0.75  # grey levels above its ring, within so many radii: light on the cornea
GLINT_SHARE = 0.6  # of the iris's way; the cornea's own bulge carries its glint along by so much
BALL = 2.25  # iris radii from the eye's pivot to the iris: 13.3 mm and 5.9 mm
MOST_TINT = 0.85  # of the skin's colourfulness
OVER_IRIS = 0.85  # of what lies beside the iris goes where the iris comes
CLEAR_CONTRAST, LEAST_CLEAR = 0.5, 0.35  # of the skin's brightness; of the way
MOST_GRAIN = 9.0  # grey levels
GHOST = 0.06  # of motion, from which on nothing of the iris's old place may be left


@dataclass(frozen=True)
class Eyeball:
    """Plates in the pixels of the eye's patch, lit evenly; the iris is whole, also where lids hide it."""

    upper: Line  # y of the upper lid's rim, nearer to the photo's than the mesh has it
    whites: Plate  # (h, w, 3)
    iris: Plate  # (h, w, 4): RGB and coverage
    shine: Plate  # (h, w, 3): light to add
    centre: tuple[float, float]
    radius: float
    shade: float  # share of the light that is missing right under the upper lid
    clear: float  # 0 … 1, how well white and iris can be told apart: dim eyes can turn only a little believably


def read_eyeball(
    colour: Colours, ring: NDArray[np.float32], upper: Line, lower: Line, unit: float, skin: Colours
) -> Eyeball:
    """From the eye's patch, the mesh's iris (5, 2: centre and rim) in it, and the lines of the lids.

    `skin` (3,) is the usual colour of the lids.
    """
    rows = np.arange(colour.shape[0], dtype=np.float32)[:, None]
    upper = _fit_rim(colour.mean(axis=-1), upper, lower, ring, unit)
    seen = (rows > upper + 0.5) & (rows < lower - 0.5)
    open_columns = lower - upper > EDGE * unit
    seen &= open_columns[None]
    x, y, radius = _fit_iris(colour.mean(axis=-1), ring, seen, unit)
    away = _from(colour.shape[:2], x, y) / radius
    shade = _shade_strength(colour, rows - upper, seen & (away > CLEAR), unit)
    even = colour / _lid_shade(rows - upper, shade, unit)[..., None]
    whites = _whites(even, seen & (rows > upper + EDGE * unit) & (rows < lower - EDGE * unit) & (away > CLEAR), unit)
    whites = _paled(np.where((seen & (away > CLEAR))[..., None], _towards(even, whites), whites), skin)
    above = rows < lower - EDGE * unit - 0.5
    iris, shine = _iris(even, away, seen & above, seen & above & (rows > upper + EDGE * unit + 0.5))
    coverage = 255 * (1 - smoothstep(*RIM, away))
    plate = np.concatenate((iris, coverage[..., None]), axis=-1)
    whites += grain(colour, rows > lower + EDGE * unit)[..., None]
    apart = _contrast(whites, iris, seen & (away < 1)) / float(skin.mean())
    clear = min(1.0, max(LEAST_CLEAR, apart / CLEAR_CONTRAST))
    return Eyeball(upper, quantised(whites), quantised(plate), quantised(shine), (x, y), radius, shade, clear)


def _contrast(whites: Colours, iris: Colours, here: NDArray[np.bool_]) -> float:
    """Grey levels by which the white is lighter than the iris."""
    return float(np.median((whites - iris)[here].mean(axis=-1))) if here.any() else 0.0


def grain(colour: Colours, where: NDArray[np.bool_]) -> Plane:
    """Noise as strong as that of the photo there; the same on every build."""
    level = colour.mean(axis=-1)
    fine = level - cv2.GaussianBlur(level, (0, 0), 1.2)
    spread = float(np.median(np.abs(fine[where])) * 1.48) if where.any() else 0.0
    noise = np.random.default_rng(7).normal(0, 1, level.shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.7)
    return np.asarray(noise / max(1e-6, float(noise.std())) * min(spread, MOST_GRAIN), np.float32)


def _from(shape: tuple[int, ...], x: float, y: float) -> Plane:
    down, right = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.asarray(np.hypot(right - x, down - y), np.float32)


def _fit_rim(level: Plane, upper: Line, lower: Line, ring: NDArray[np.float32], unit: float) -> Line:
    """The upper lid's line, raised to the roots of the lashes where white shows under them, and evened out."""
    columns = np.arange(len(upper), dtype=np.float32)
    opening = np.maximum(lower - upper, 0)
    white = opening > RIM_OPEN * opening.max()
    white &= np.abs(columns - ring[0, 0]) > np.hypot(*(ring[1] - ring[0]))
    smooth = np.asarray(cv2.GaussianBlur(level, (0, 0), 0.6), np.float32)
    ways = np.linspace(-RIM_BELOW, RIM_ABOVE, RIM_PLACES, dtype=np.float32)[:, None]
    rows = np.asarray(upper - ways * unit, np.float32)
    seen = cv2.remap(smooth, np.broadcast_to(columns, rows.shape).copy(), rows, cv2.INTER_LINEAR)
    dark, light = seen.min(axis=0), seen.max(axis=0)
    told = white & (seen[0] - dark > RIM_DROP)
    if told.sum() < 3:
        return upper
    root = (seen < dark + RIM_SHARE * (light - dark)).argmax(axis=0)
    raised = np.interp(columns, columns[told], np.maximum(ways[root[told], 0], 0)).astype(np.float32)
    raised *= opening > NO_OPENING_PX
    raised = cv2.GaussianBlur(cv2.medianBlur(raised[None], 5), (0, 0), 0.10 * unit + 0.5)[0]
    return np.asarray(upper - raised * unit, np.float32)


def _fit_iris(
    level: Plane, ring: NDArray[np.float32], seen: NDArray[np.bool_], unit: float
) -> tuple[float, float, float]:
    """Centre and radius where it grows brightest outwards, near where the mesh has them."""
    level = np.asarray(cv2.GaussianBlur(level, (0, 0), 0.7), np.float32)
    x0, y0 = (float(each) for each in ring[0])
    r0 = float(np.hypot(*(ring[1:] - ring[0]).T).mean())
    angles = np.concatenate((FIT_ANGLES, np.pi - FIT_ANGLES))
    steps = FIT * unit * np.linspace(-1, 1, FIT_STEPS)
    tried = np.array([(x, y, r) for x in steps for y in steps for r in r0 * np.linspace(*FIT_RADII)], np.float32)

    def around(picture: Plane, share: float) -> Plane:
        reach = share * tried[:, 2:]
        x, y = x0 + tried[:, :1] + reach * np.cos(angles), y0 + tried[:, 1:2] + reach * np.sin(angles)
        return np.asarray(cv2.remap(picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR), np.float32)

    inner, outer, told = around(level, 0.85), around(level, 1.15), around(seen.astype(np.float32), 1.15)
    rise = (np.clip(outer - inner, -20, 60) * told).sum(axis=1) / np.maximum(told.sum(axis=1), 4)
    rise -= FIT_LOYALTY / unit * np.hypot(tried[:, 0], tried[:, 1])
    dx, dy, radius = tried[int(rise.argmax())]
    return x0 + float(dx), y0 + float(dy), float(radius)


def _shade_strength(colour: Colours, past: Plane, white: NDArray[np.bool_], unit: float) -> float:
    """How much darker the whites are under the upper lid than farther down."""
    level = colour.mean(axis=-1)
    under, free = white & (past < 0.12 * unit), white & (past > 0.22 * unit)
    if under.sum() < 4 or free.sum() < 4:
        return MOST_SHADE / 2
    lost = 1 - float(np.median(level[under])) / max(1.0, float(np.median(level[free])))
    return min(MOST_SHADE, max(0.0, lost))


def _lid_shade(past: Plane, strength: float, unit: float) -> Plane:
    """What a lid leaves of the light so many pixels below its edge."""
    return np.asarray(1 - strength * np.exp(-np.maximum(past, 0) / (SHADE_REACH * unit)), np.float32)


def _whites(even: Colours, known: NDArray[np.bool_], unit: float) -> Colours:
    """The white of the eye everywhere, carried in from where the photo shows it."""
    level = even.mean(axis=-1)
    if known.sum() < 4:
        known = known | (level >= np.quantile(level, 0.9))
    pale = np.clip(level / max(1.0, float(np.quantile(level[known], 0.95))), 0, 1) ** PALENESS
    return filled(even, np.asarray(known * pale, np.float32), unit, (1.2, 0.5, 0.2))


def _paled(whites: Colours, skin: Colours) -> Colours:
    """No redder than a white can be in light in which skin looks like this: some photos show hardly any white."""
    level = whites.mean(axis=-1, keepdims=True)
    tint, most = whites / np.maximum(level, 1) - 1, MOST_TINT * (skin / max(1.0, float(skin.mean())) - 1)
    excess = np.abs(tint).max(axis=-1, keepdims=True) / max(1e-3, float(np.abs(most).max()))
    return np.asarray(level * (1 + tint / np.maximum(excess, 1)), np.float32)


def filled(colour: Colours, valid: Plane, unit: float, reaches: tuple[float, ...]) -> Colours:
    """Colours carried in from valid pixels, from near where there are some and from farther where not."""
    out = np.empty_like(colour)
    out[:] = colour[valid > 0].mean(axis=0) if valid.any() else colour.mean(axis=(0, 1))
    for reach in reaches:
        sigma = reach * unit
        weight = cv2.GaussianBlur(valid, (0, 0), sigma)[..., None]
        carried = cv2.GaussianBlur(colour * valid[..., None], (0, 0), sigma) / np.maximum(weight, 1e-4)
        trust = np.clip(weight / 0.25, 0, 1)
        out = out * (1 - trust) + carried * trust
    return out


def _towards(even: Colours, whites: Colours) -> Colours:
    """The photo's own eye beside the iris, without what is much darker than a white: lashes and the iris's rim."""
    dark = smoothstep(8.0, 45.0, whites.mean(axis=-1) - even.mean(axis=-1))[..., None]
    return np.asarray(even * (1 - dark) + whites * dark, np.float32)


def _iris(even: Colours, away: Plane, seen: NDArray[np.bool_], sure: NDArray[np.bool_]) -> tuple[Colours, Colours]:
    """The whole iris without the light on it, and that light; `sure` is what no lash hides."""
    rings = np.linspace(0, RIM[1] + 0.3, 9)
    usual = np.stack([_ring_colour(even, away, sure, at, rings[1]) for at in rings])
    smooth = np.stack([np.interp(away, rings, usual[:, channel]) for channel in range(3)], axis=-1)
    spots = smoothstep(*GLINT, (even - smooth).mean(axis=-1)) * (away < GLINT_WITHIN) * seen
    bright = cv2.GaussianBlur(cv2.dilate(np.asarray(spots, np.float32), np.ones((3, 3))), (0, 0), 0.6)[..., None]
    own = even * (1 - bright) + smooth * bright
    weight = cv2.GaussianBlur(sure.astype(np.float32), (0, 0), 0.7)[..., None] * sure[..., None]
    iris = smooth * (1 - weight) + own * weight
    shine = np.maximum(even - own, 0) * (away < 1.1)[..., None] * seen[..., None]
    return np.asarray(iris, np.float32), np.asarray(shine, np.float32)


def _ring_colour(even: Colours, away: Plane, seen: NDArray[np.bool_], at: float, wide: float) -> NDArray[np.float32]:
    """The usual colour so far from the middle of the iris."""
    there = seen & (np.abs(away - at) < wide)
    if not there.any():
        there = np.abs(away - at) < wide + 0.2
    return np.asarray(np.quantile(even[there], UNLIT if at < RIM[0] else 0.5, axis=0), np.float32)


class BallView:
    """Draws what shows of one eye between its lids."""

    def __init__(self, ball: Eyeball, photo: Colours, lower: Line, unit: float) -> None:
        self._ball, self._unit = ball, unit
        self._whites, self._shine = ball.whites.astype(np.float32), ball.shine.astype(np.float32)
        self._iris = ball.iris.astype(np.float32) / np.array((1, 1, 1, 255), np.float32)
        y, x = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
        self._x, self._y = np.ascontiguousarray(x), np.ascontiguousarray(y)
        self._lower = lower
        self._left = photo - self._model(0.0, 0.0, ball.upper)[0]
        self._beside = smoothstep(*BESIDE, _from(y.shape, *ball.centre) / ball.radius)[..., None]

    def draw(self, x_px: float, y_px: float, upper: Line, lower: Line) -> Colours:
        """The eye turned so far, under lids at these lines; at rest exactly the photo."""
        way = np.hypot(x_px, y_px) + float(np.abs(upper - self._ball.upper).max() + np.abs(lower - self._lower).max())
        still = np.exp(-((way / (GHOST * self._unit)) ** 2))
        kept = self._left * (self._beside + (1 - self._beside) * np.float32(still))
        down = np.clip((self._y - upper) / np.maximum(lower - upper, 1), 0, 1)
        moved = self._y - (upper - self._ball.upper) * (1 - down) - (lower - self._lower) * down
        carried = cv2.remap(kept, self._x, moved, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        eye, cover = self._model(x_px, y_px, upper)
        return np.asarray(eye + carried * (1 - OVER_IRIS * (1 - still) * cover), np.float32)

    def _model(self, x_px: float, y_px: float, upper: Line) -> tuple[Colours, Colours]:
        """The plates so turned, and the iris's coverage (h, w, 1)."""
        x, y = self._ball.centre
        reach = BALL * self._ball.radius
        across, along = (np.sqrt(max(0.3, 1 - (way / reach) ** 2)) for way in (x_px, y_px))
        at_x, at_y = (self._x - x - x_px) / across + x, (self._y - y - y_px) / along + y
        iris = np.asarray(
            cv2.remap(self._iris, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_CUBIC), np.float32
        )
        cover = iris[..., 3:]
        lit = _lid_shade(self._y - upper, self._ball.shade, self._unit)[..., None]
        eye = (self._whites * (1 - cover) + iris[..., :3] * cover) * lit
        carried = np.array(((1, 0, GLINT_SHARE * x_px), (0, 1, GLINT_SHARE * y_px)), np.float32)
        shine = cv2.warpAffine(self._shine, carried, self._shine.shape[1::-1], flags=cv2.INTER_LINEAR)
        return np.asarray(eye + shine, np.float32), cover

"""Turns, narrows, widens and closes the eyes of a portrait. Knows nothing of brows, mouths or heads.

A little, a lid moves by warping the skin about it. Closing an eye so folds the skin above it, so for that a lid is
painted: a plate of skin filled in from around the eye, uncovered down to a moving edge, with the lashes carried along
as what they take from the light. Between the lids `face/eyeball.py` draws.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.eyeball import BallView, Colours, Eyeball, Line, filled, grain, read_eyeball
from face.landmarks import (
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    LEFT_IRIS,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    RIGHT_IRIS,
    Landmarks,
    eye_unit,
)
from face.pose import Pose
from face.warp import Patch, Plane, quantised, smoothstep

# Lengths are in half widths of the eye.
LASH_REACH = (0.10, 0.40)  # how far above the lid's edge the lashes' dark may reach: at least, at most
LASH_ROOT = 0.15  # the darkest lash is at most so far above the edge
LASH_RECOVERED = 0.75  # of the way from the darkest lash to the lightest skin above: there the lashes end
LASH_INSIDE = 0.04  # lashes reach so far below the lid's edge
RING_FROM, RING, RING_CLEAR = 0.04, 0.75, 0.10  # skin is taken from a ring between these, this far below the eye
LIT_QUANTILE = 0.62  # of the ring's brightness: what lies in the shade of brow or lashes is darker than a lid
DARKER, LIGHTER = 20.0, 32.0  # grey levels from there: lashes, frames of glasses and highlights are no skin
SHADOW_REACH, SHADOW_LEFT = 0.55, 0.3  # above the lashes: the shade of an open lid goes as it closes, but for a share
MEET = 0.05  # of the opening, above the lower lid: where closed lids meet
SHADED = 75.0  # grey levels from there: skin in the shade of the brow
GRAIN_SHARE = 0.8  # of the grain of the skin about the eye
LEAST_DARK = 0.7  # log light that even the palest closed lashes take
FRINGE_LENGTH, FRINGE_ROUGHNESS = 0.18, 0.40  # lashes hang from a closed lid, not all alike
SKIN_REACHES = (0.9, 0.45, 0.22)
ABOVE, BELOW = 1.0, 1.3  # the patch reaches so far beyond the lids

FARTHEST_E = 0.16  # of a look aside
UPPER_FOLLOWS, LOWER_FOLLOWS = 0.80, 0.30  # of the gaze's way up or down
UPPER_WIDENS, LOWER_WIDENS = 0.18, 0.06  # at most
UPPER_SQUINTS, LOWER_SQUINTS = 0.07, 0.24
LID_SOFT = 0.08  # inside a lid's line, over which the eyeball shows
LEAST_OPEN = 0.25  # of the opening, below which lids do not come by following and narrowing
UPPER_REACH, LOWER_REACH = 0.95, 1.25  # over which skin follows a lid
POUCH = 0.35  # under a lower lid, which moves with it whole
POUCH_AT, POUCH_WIDE = 0.42, 0.13  # the fold under a lower lid that is pushed up
POUCH_DARK = np.array((0.05, 0.08, 0.09), np.float32)  # share of the light that it loses, by colour


@dataclass(frozen=True)
class Eye:
    """One eye: its patch of the frame, the lids' lines in it (y a column), and the painted lid."""

    patch: Patch
    upper: Line  # y of the open lid's edge, pixels from the patch's top
    lower: Line
    inside: Line  # 1 between the corners, 0 beyond
    unit: float  # half the eye's width, pixels
    lid: Picture  # (h, w, 3) the photo with skin in place of the eye
    lashes: Colours  # what the lashes leave of the light, in the photo's place; 1 away from them
    e_px: float
    ball: Eyeball


def read_eyes(photo: Picture, points: Landmarks) -> tuple[Eye, Eye]:
    """The right and the left eye."""
    rings = ((RIGHT_EYE_UPPER, RIGHT_EYE_LOWER, RIGHT_IRIS), (LEFT_EYE_UPPER, LEFT_EYE_LOWER, LEFT_IRIS))
    right, left = (_read_eye(photo, points, *each) for each in rings)
    clear = min(right.ball.clear, left.ball.clear)  # eyes turn together
    right, left = (replace(each, ball=replace(each.ball, clear=clear)) for each in (right, left))
    return right, left


def _read_eye(
    photo: Picture, points: Landmarks, upper: tuple[int, ...], lower: tuple[int, ...], iris: tuple[int, ...]
) -> Eye:
    ring = points[list(upper + lower), :2]
    (left, top), (right, bottom) = ring.min(axis=0), ring.max(axis=0)
    unit = float(right - left) / 2
    patch = Patch.around(
        left - 0.45 * unit, top - ABOVE * unit, right + 0.45 * unit, bottom + BELOW * unit, photo.shape[:2]
    )
    columns = np.arange(patch.width, dtype=np.float32) + patch.left
    upper_line, lower_line = (_line(points, lid, columns, unit) - patch.top for lid in (upper, lower))
    lower_line = np.maximum(lower_line, upper_line + 1)
    inside = smoothstep(-0.34, 0.06, (np.minimum(columns - left, right - columns) / unit).astype(np.float32))
    colour = photo[patch.region].astype(np.float32)
    lid, top_line = _paint_lid(colour, upper_line, lower_line, inside, unit)
    lashes = _lash_light(colour, lid, upper_line, top_line, unit)
    painted = quantised(lid)
    ring = points[list(iris), :2] - np.array((patch.left, patch.top), np.float32)
    ball = read_eyeball(colour, ring, upper_line, lower_line, unit, np.median(lid.reshape(-1, 3), axis=0))
    return Eye(patch, upper_line, lower_line, inside, unit, painted, lashes, eye_unit(points), ball)


def _line(points: Landmarks, lid: tuple[int, ...], columns: Line, unit: float) -> Line:
    """y of a lid at each column of pixels."""
    x, y = points[list(lid), 0], points[list(lid), 1]
    order = np.argsort(x)
    line = np.interp(columns, x[order], y[order]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(line[None], (0, 0), 0.06 * unit + 0.4)[0], np.float32)


# --- the lid -------------------------------------------------------------------------------------------------------


def _paint_lid(colour: Colours, upper: Line, lower: Line, inside: Line, unit: float) -> tuple[Colours, Line]:
    """The photo with lid skin in place of the eye and its upper lashes, and y of where the lashes end above."""
    rows = np.arange(colour.shape[0], dtype=np.float32)[:, None]
    top = _lashes_end(colour, upper, inside, unit)
    eye = (rows > top) & (rows < lower + RING_CLEAR * unit) & (inside > 0.02)[None]
    hole = eye.astype(np.uint8)
    ring = (cv2.dilate(hole, _disc(RING * unit)) > 0) & (cv2.dilate(hole, _disc(RING_FROM * unit)) == 0)
    level = colour.mean(axis=-1)
    lit = float(np.quantile(level[ring], LIT_QUANTILE))
    valid = ring & (level > lit - DARKER) & (level < lit + LIGHTER)
    skin = filled(colour, valid.astype(np.float32), unit, SKIN_REACHES)
    down = np.clip((rows - top) / (lower - top), 0, 1)  # 0 where the lashes end above, 1 at the lower lid
    above = _row_above(colour, (level > lit - SHADED) & (level < lit + LIGHTER), top - 0.06 * unit, unit)
    lead = (1 - smoothstep(0.0, 0.75, down))[..., None]
    clear = skin
    skin = np.asarray(above * lead + skin * (1 - lead), np.float32)
    skin *= (1 + 0.05 * np.sin(np.pi * down) - 0.09 * smoothstep(0.6, 1.0, down))[..., None]
    skin += GRAIN_SHARE * grain(colour, valid)[..., None]
    blend = smoothstep(top - 0.10 * unit, top + 0.02 * unit, rows)
    blend *= 1 - smoothstep(lower + 0.10 * unit, lower + 0.28 * unit, rows)
    blend = (blend * inside)[..., None]
    painted = np.asarray(colour * (1 - blend) + skin * blend, np.float32)
    reach = smoothstep(top - SHADOW_REACH * unit, top - 0.5 * SHADOW_REACH * unit, rows)
    reach *= 1 - smoothstep(lower - 0.2 * unit, lower, rows)
    return _out_of_shade(painted, clear, reach * inside, unit), top


def _out_of_shade(lid: Colours, clear: Colours, reach: Plane, unit: float) -> Colours:
    """The lid brightened to the clear skin about the eye; what is too dark to be skin in shade stays as it is."""
    soft = cv2.GaussianBlur(lid, (0, 0), 0.05 * unit + 0.3)
    missing = np.maximum(0, clear - soft)
    shade = 1 - smoothstep(SHADED, 1.4 * SHADED, missing.mean(axis=-1))
    lifted = lid + (1 - SHADOW_LEFT) * missing * (reach * shade)[..., None]
    return np.asarray(np.minimum(lifted, np.maximum(lid, clear)), np.float32)


def _lashes_end(colour: Colours, upper: Line, inside: Line, unit: float) -> Line:
    """y, above the lid's edge, from which upwards there is skin again."""
    level = cv2.GaussianBlur(colour.mean(axis=-1), (0, 0), 0.6)
    least, most = (reach * unit for reach in LASH_REACH)
    ends = np.empty_like(upper)
    for column, edge in enumerate(upper):
        start = round(float(edge))
        upwards = level[max(0, start - int(np.ceil(most))) : start + 1, column][::-1]
        ends[column] = _recovered(upwards, 1 + int(LASH_ROOT * unit))
    ends = np.clip(ends, least, most)
    ends = cv2.GaussianBlur(cv2.medianBlur(ends[None].astype(np.float32), 5), (0, 0), 0.12 * unit)[0]
    return np.asarray(upper - ends * inside - least * (1 - inside), np.float32)


def _recovered(upwards: Line, root: int) -> int:
    """Pixels from a lid's edge up to skin, given the brightness upwards from it; the next dark thing ends this."""
    darkest = int(upwards[: root + 1].argmin())
    light, floor = float(upwards[darkest]), float(upwards[darkest])
    end = darkest
    for step in range(darkest, len(upwards)):
        if upwards[step] < light - 0.25 * (light - floor) - 1:
            break
        if upwards[step] > light:
            light, end = float(upwards[step]), step
    enough = floor + LASH_RECOVERED * (light - floor)
    return darkest + int(np.argmax(upwards[darkest : end + 1] >= enough))


def _row_above(colour: Colours, skin: NDArray[np.bool_], line: Line, unit: float) -> Colours:
    """The skin's colour along a line of the photo, evened out sideways: (1, w, 3)."""
    columns = np.arange(colour.shape[1], dtype=np.float32)[None]
    soft = filled(colour, skin.astype(np.float32), unit, (0.6, 0.25, 0.10))
    return np.asarray(
        cv2.remap(soft, columns, line[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _lash_light(colour: Colours, lid: Colours, upper: Line, top: Line, unit: float) -> Colours:
    rows = np.arange(colour.shape[0], dtype=np.float32)[:, None]
    ratio = np.clip((colour + 3) / (lid + 3), 0.06, 1.0)
    ratio = cv2.GaussianBlur(ratio, (0, 0), sigmaX=0.07 * unit + 0.2, sigmaY=0.2)
    band = smoothstep(top - 0.08 * unit, top + 0.04 * unit, rows)
    band *= 1 - smoothstep(upper, upper + LASH_INSIDE * unit + 0.5, rows)
    return np.asarray(1 - (1 - ratio) * band[..., None], np.float32)


# --- drawing -------------------------------------------------------------------------------------------------------


class EyeView:
    """Draws one eye."""

    def __init__(self, eye: Eye, photo: Picture) -> None:
        self._eye = eye
        self._photo = photo[eye.patch.region].astype(np.float32)
        self._lid = eye.lid.astype(np.float32)
        y, x = np.mgrid[: eye.patch.height, : eye.patch.width].astype(np.float32)
        self._x, self._y = np.ascontiguousarray(x), np.ascontiguousarray(y)
        self._lashes = np.log(eye.lashes)
        self._lengths, self._darkness = _fringe(eye)
        self._ball = BallView(eye.ball, self._photo, eye.lower, eye.unit)
        self._arch = _arch(eye)

    def draw(self, canvas: Picture, pose: Pose, blink: float) -> None:
        """Look where the pose says, with lids as it says, closed by `blink`: 0 open … 1 closed."""
        closed = float(np.clip(blink, 0, 1))
        moved = pose.gaze_x or pose.gaze_y or pose.widen or pose.squint
        if closed <= 0 and not moved:
            return
        eye, photo = self._eye, self._photo
        upper, lower = eye.upper, eye.lower
        if moved:
            upper, lower = self.lids(pose)
            photo = self._opened(pose, upper, lower)
        if closed > 0:
            photo = self._closed(photo, upper, lower, closed)
        canvas[eye.patch.region] = quantised(photo)

    # --- open ---

    def lids(self, pose: Pose) -> tuple[Line, Line]:
        """y of the edges of both open lids, a column, in pixels of the patch."""
        eye = self._eye
        widen, squint = (float(np.clip(each, 0, 1)) for each in (pose.widen, pose.squint))
        down = self._look(pose.gaze_y)
        upper = UPPER_FOLLOWS * down + (UPPER_SQUINTS * squint - UPPER_WIDENS * widen) * eye.unit
        lower = LOWER_FOLLOWS * down + (LOWER_WIDENS * widen - LOWER_SQUINTS * squint) * eye.unit
        upper_line, lower_line = eye.upper + upper * self._arch, eye.lower + lower * self._arch
        missing = np.maximum(0, LEAST_OPEN * (eye.lower - eye.upper) - (lower_line - upper_line)) / 2
        return upper_line - missing, lower_line + missing

    def _look(self, gaze: float) -> float:
        """Pixels by which the iris goes."""
        return float(np.clip(gaze, -FARTHEST_E, FARTHEST_E)) * self._eye.e_px * self._eye.ball.clear

    def _opened(self, pose: Pose, upper: Line, lower: Line) -> Colours:
        eye = self._eye
        above = 1 - smoothstep(0, UPPER_REACH * eye.unit, upper - self._y)
        below = 1 - smoothstep(POUCH * eye.unit, LOWER_REACH * eye.unit, self._y - lower)
        upper_half = self._y < (upper + lower) / 2
        source = self._y - np.where(upper_half, (upper - eye.upper) * above, (lower - eye.lower) * below)
        moved = cv2.remap(self._photo, self._x, source, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        skin = moved * self._pouch(float(np.clip(pose.squint, 0, 1)), lower)
        rim = eye.ball.upper + upper - eye.upper
        ball = self._ball.draw(self._look(pose.gaze_x), self._look(pose.gaze_y), rim, lower)
        soft = LID_SOFT * eye.unit
        within = np.clip((self._y - rim) / soft, 0, 1) * np.clip((lower - self._y) / soft, 0, 1)
        return np.asarray(skin + (ball - skin) * within[..., None], np.float32)

    def _pouch(self, squint: float, lower: Line) -> Colours:
        """The shade of the fold under the lower lid."""
        past = (self._y - lower) / self._eye.unit
        fold = np.exp(-(((past - POUCH_AT) / POUCH_WIDE) ** 2))
        return np.asarray(1 - squint * (fold * self._arch)[..., None] * POUCH_DARK, np.float32)

    # --- closing ---

    def _closed(self, photo: Colours, upper: Line, lower: Line, closed: float) -> Colours:
        eye = self._eye
        edge = upper + closed * (1 - MEET) * (lower - upper)
        past = self._y - edge
        above = np.clip(0.5 - past, 0, 1)[..., None]
        shade = 1 - 0.18 * min(1.0, 3 * closed) * np.exp(-np.maximum(past, 0) / (0.2 * eye.unit))
        hidden = _ramp(0.7, 1.0, closed)  # the strip that is left between the lids gives way to skin
        below = photo * (shade * (1 - hidden))[..., None] + self._lid * hidden
        drawn = (self._lid * above + below * (1 - above)) * self._lash_shade(edge, past, closed)
        # Near open the photo's own lid leads, so that the first step of a blink does not jump.
        beside = eye.inside[None] * (1 - smoothstep(0.16, 0.34, (self._y - lower) / eye.unit))
        share = (min(1.0, closed / 0.08) * beside)[..., None]
        return np.asarray(photo + (drawn - photo) * share, np.float32)

    def _lash_shade(self, edge: Line, past: Plane, closed: float) -> Colours:
        """The lashes' share of light: the photo's own band rides on the edge and folds down as the lid closes."""
        move = self._y - (edge - self._eye.upper)[None]
        riding = cv2.remap(self._lashes, self._x, move, cv2.INTER_LINEAR, borderValue=(0.0,))
        band = (1 - 0.5 * closed) * np.asarray(riding, np.float32)
        hang = np.clip(1 - past / self._lengths, 0, 1) * np.clip(1 + past / (0.06 * self._eye.unit + 0.5), 0, 1)
        return np.asarray(np.exp(band - (closed * hang)[..., None] * self._darkness), np.float32)


def _arch(eye: Eye) -> Line:
    """How far each column of a lid moves: 1 in the middle, 0 at the corners."""
    columns = np.flatnonzero(eye.inside > 0.5)
    first, last = (float(columns[0]), float(columns[-1])) if len(columns) else (0.0, float(len(eye.inside)))
    across = np.clip((np.arange(len(eye.inside)) - first) / max(1.0, last - first) * 2 - 1, -1, 1)
    return np.asarray((1 - across**2) ** 0.75, np.float32)


def _ramp(low: float, high: float, value: float) -> float:
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)


def _fringe(eye: Eye) -> tuple[Line, NDArray[np.float32]]:
    """Lengths of the hanging lashes a column, pixels, and how dark they are: (w,) and (1, w, 3) in log light.

    As dark as the lashes are in the photo, so that a pale or old eye keeps pale lashes.
    """
    rough = np.random.default_rng(11).uniform(1 - FRINGE_ROUGHNESS, 1 + FRINGE_ROUGHNESS, eye.upper.shape)
    rough = cv2.GaussianBlur(rough[None].astype(np.float32), (0, 0), 0.8)[0]
    lengths = np.maximum(1.0, FRINGE_LENGTH * eye.unit * rough)
    strongest = np.maximum(-np.log(eye.lashes).min(axis=0), LEAST_DARK)  # (w, 3)
    strongest = cv2.GaussianBlur(strongest[None], (0, 0), sigmaX=0.15 * eye.unit, sigmaY=0.1)
    return lengths.astype(np.float32), np.asarray(0.85 * strongest * eye.inside[None, :, None], np.float32)

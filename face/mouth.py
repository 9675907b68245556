"""Moves lips, jaw and cheeks of a closed-mouth portrait, and shows what lies behind. Knows nothing of eyes or heads.

The photo is used as two layers, the upper lip with all above it and the lower lip with all below. Both follow common
fields (jaw, width, corners, pursing); in one of them each the lips are torn apart along the seam. Fields are linear in
a handful of weights, so that a frame costs one small sum, one inversion a layer and three looks into the photo. The
light that changes with the skin's shape (`face/shade.py`) rides on the same mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.fields import BELOW_CHIN_M, JAW_SHARE, SIDE_M, TOP_M, TUCKED, mouth_fields
from face.light import Colour
from face.lips import Lips
from face.pose import Pose
from face.shade import mouth_shades
from face.teeth import Interior, InteriorView
from face.warp import Doubled, Field, Mesh, Patch, Plane, bilinear, lit, look_up, quantised, smoothstep

Mask = NDArray[np.uint8]  # (H, W)
STEP_M = 1 / 13  # of the mesh, M
BOX_ASIDE_M, BOX_ABOVE_M, BOX_BELOW_M = 1.35, 0.75, 1.5  # of the box in which the lips part
BOX_MARGIN_M = 0.7  # pixels come from so far around it
OVERLAP_PX = 0.3  # of the lower lip under the upper one, more than the fields' inversion errs
SEAM_REACH_M = 0.075  # about the seam, where lips that touch lie in each other's shade
RIM_SMOOTH, RIM_SMOOTH_M = 0.85, 0.05  # how smooth the rim is that this bares
SEEN, SEEN_MARGIN_E = 0.01, 0.06  # of a pixel between the lips; what about them shades what is seen
PARTED_E = 0.06  # opening from which that shade is gone
MEETING, WIDE_E = 0.5, 0.28  # share of a small opening that parts but the middle of the lips; none is from there
RIM_SHADE, RIM_M, RIM_LOWER = 0.25, 0.05, 0.4  # lips turn inwards at their rims, so far; less is lost on the lower one
RIM_ASIDE = (0.35, 0.9)  # |u| over which that shade dies away: where lips hardly part it would be a line
FOLD_BY_CORNERS, FOLD_BY_SPREAD = 7.0, 2.5  # how much deeper folds grow, per E and per share


@dataclass(frozen=True)
class Weights:
    """What the fields are summed with: `wide`, `round` and `corners` in pixels, the others as shares; `free` is 0 where
    the lips touch and 1 where they do not.
    """

    wide: float
    round: float
    spread: float
    corners: float
    purse: float
    tuck: float
    free: float

    @classmethod
    def of(cls, pose: Pose, aperture: float, e_px: float) -> Weights:
        """`aperture` is the calibrated one, E."""
        opening = max(0.0, aperture) * e_px
        rounded = min(1.0, max(0.0, pose.protrusion))
        middle = rounded + (1 - rounded) * MEETING * max(0.0, 1 - max(0.0, aperture) / WIDE_E)
        return cls(
            wide=opening * (1 - middle),
            round=opening * middle,
            spread=pose.spread,
            corners=pose.corners * e_px,
            purse=rounded,
            tuck=min(1.0, max(0.0, pose.tuck)),
            free=min(1.0, opening / (PARTED_E * e_px)),
        )

    def shades(self, e_px: float) -> NDArray[np.float32]:
        """(2,), what the shades of `face/shade.py` are summed with."""
        fold = FOLD_BY_CORNERS * self.corners / e_px + FOLD_BY_SPREAD * max(0.0, self.spread)
        return np.array((self.purse, max(-1.0, fold)), np.float32)

    @property
    def opening(self) -> float:
        """Pixels between the lips at the middle."""
        return self.wide + self.round

    def array(self) -> NDArray[np.float32]:
        """(7,), in the order of the fields."""
        return np.array(
            (self.wide, self.round, self.spread, self.corners, self.purse, self.tuck, self.free), np.float32
        )


class Mouth:
    """Draws the mouth of one portrait. `person` is 255 on the person and falls to 0 in the still background."""

    def __init__(self, doubled: Doubled, person: Mask, lips: Lips, e_px: float, interior: Interior) -> None:
        self._photo, photo = doubled, doubled.photo
        self._lips, self._e_px = lips, e_px
        self._patch, self._box = jaw_patch(lips, photo), lips_box(lips, photo)
        self._mesh = Mesh(self._patch, max(2, round(lips.unit * STEP_M)))
        self._tiles, self._close = self._mesh.tiles(), self._mesh.window(self._box)
        x, y = self._mesh.nodes()
        mine = cv2.remap(person, x, y, cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
        self._upper_fields, self._lower_fields = (
            mouth_fields(lips, e_px, x, y, upper=each) * mine for each in (True, False)
        )
        u, v = lips.place(x, y)
        self._above = (v < lips.seam_at(u))[..., None]
        self._shades = mouth_shades(photo, lips, x, y) * mine[..., 0]
        self._margin = lips_margin(lips, photo)
        u, v = lips.place(*self._margin.pixels())
        below = (v - lips.seam_at(u)) * lips.unit  # px
        self._places = np.stack((np.abs(u), below), axis=-1).astype(np.float32)
        self._upper, self._lower = (
            Lip.of(photo, self._margin, lips, interior.black, upper=each) for each in (True, False)
        )
        self._interior = InteriorView(interior, lips, e_px)
        self._edge_px = 1 + interior.soft_px

    def draw(self, canvas: Picture, pose: Pose, aperture: float) -> None:
        """Draw the mouth of `pose` onto the frame (H, W, 3), which holds the photo."""
        w = Weights.of(pose, aperture, self._e_px)
        array = w.array()
        if not array.any():
            return
        upper, lower = (
            self._mesh.invert((array @ stack.reshape(len(array), -1)).reshape(stack.shape[1:]))
            for stack in (self._upper_fields, self._lower_fields)
        )
        back = np.where(self._above, upper, lower)
        shade = w.shades(self._e_px) @ self._shades.reshape(2, -1)
        light = 1 + shade.reshape(self._shades.shape[1:])
        before, around = canvas.copy(), self._mesh.carried(light, back)
        for tile in self._tiles:
            canvas[tile.patch.region] = lit(tile.look(before, back, self._photo), tile.read(around))
        if w.opening or w.tuck:
            top, low = self._layer(self._upper, upper, w.free, light), self._layer(self._lower, lower, w.free, light)
            canvas[self._box.region] = self._lips_and_inside(canvas[self._box.region], top, low, pose, w)

    def _lips_and_inside(self, around: Picture, top: Layer, low: Layer, pose: Pose, w: Weights) -> Picture:
        """The box about the lips: the upper lip over the lower one over what is behind them."""
        hidden = w.tuck * TUCKED * float(self._lips.lower.max()) * self._lips.unit
        tucked = hidden * np.clip(1 - low.side**2, 0, 1)
        a_top = np.clip(0.5 - top.below / self._edge_px, 0, 1)
        a_low = np.clip(0.5 + (OVERLAP_PX + low.below - tucked) / self._edge_px, 0, 1)
        behind = np.clip(1 - a_top - a_low, 0, 1)
        a_low = 1 - a_top - behind  # where both lips are, the upper one hides the lower one
        out = top.colour * a_top[..., None] + low.colour * a_low[..., None]
        if behind.max() > SEEN:
            seen = _bounds(behind > SEEN, round(SEEN_MARGIN_E * self._e_px))
            jaw, between = JAW_SHARE * w.opening, behind[seen.region]
            inside = self._interior.view(seen, a_top[seen.region], between, jaw, w.opening, pose)
            out[seen.region] += inside * between[..., None]
        beyond = smoothstep(0.97, 1.05, np.minimum(top.side, low.side))[..., None]  # past the corners nothing parts
        out += (around - out) * beyond
        return quantised(out)

    def _layer(self, lip: Lip, back: Field, free: float, light: Plane) -> Layer:
        """A lip seen from the box."""
        near = self._close.read(self._mesh.carried(light, back))
        place = self._close.sources(back) - np.array((self._margin.left, self._margin.top), np.float32)
        side, below = cv2.split(bilinear(self._places, place))
        colour = lit(look_up(lip.parted(free), place), near)
        return Layer(colour, np.asarray(side, np.float32), np.asarray(below, np.float32))


@dataclass(frozen=True)
class Layer:
    """A lip in the box, and where in the photo each pixel lies: |u|, and pixels below the seam."""

    colour: Picture
    side: Plane
    below: Plane


@dataclass(frozen=True)
class Lip:
    """A lip, carried on past the seam, where the photo shows the other one: as it is, and out of the other's shade."""

    touching: Picture
    free: Picture

    @classmethod
    def of(cls, photo: Picture, box: Patch, lips: Lips, black: Colour, *, upper: bool) -> Lip:
        """The lip's pixels in the box; shade leads to `black`."""
        x, y = box.pixels()
        u, v = lips.place(x, y)
        inwards = (lips.seam_at(u) - v) * (1 if upper else -1)  # M from the seam into this lip
        inside = np.abs(u) < 1.02

        def shifted(by: Plane) -> NDArray[np.float32]:
            """The photo as seen `by` further into the lip, M."""
            move = lips.vector(np.zeros_like(by), by * np.float32(-1 if upper else 1))
            seen = cv2.remap(photo, x + move[..., 0], y + move[..., 1], cv2.INTER_LINEAR)
            return np.where(inside[..., None], seen, photo[box.region]).astype(np.float32)

        past = np.maximum(0, -inwards)
        reach = np.maximum(SEAM_REACH_M * (1 - np.clip(np.abs(u), 0, 1) ** 6), 1e-3)
        clear = shifted(np.asarray(past + reach * np.exp(-np.maximum(0, inwards) / reach), np.float32))
        smear = cv2.GaussianBlur(clear, (0, 0), RIM_SMOOTH_M * lips.unit)
        at_rim = (RIM_SMOOTH * np.exp(-2 * np.maximum(0, inwards) / reach) * inside)[..., None]
        clear += (smear - clear) * at_rim  # else each glint on the lip would be drawn out into a streak
        turned = RIM_SHADE * np.exp(-((np.maximum(0, inwards) / RIM_M) ** 2)) * (1 if upper else RIM_LOWER) * inside
        turned = turned * (1 - smoothstep(*RIM_ASIDE, np.abs(u)))
        touching = shifted(np.maximum(0, past - 0.5 / lips.unit).astype(np.float32))
        return cls(quantised(touching), quantised(clear + (black - clear) * turned[..., None]))

    def parted(self, share: float) -> Picture:
        """0 touches the other lip, 1 is free of it."""
        return np.asarray(cv2.addWeighted(self.touching, 1 - share, self.free, share, 0), np.uint8)


def jaw_patch(lips: Lips, photo: Picture) -> Patch:
    """All that moves when one speaks: from the nose to the neck, cheek to cheek."""
    (x, y), unit = lips.origin, lips.unit
    top, bottom = y + (lips.nose - TOP_M) * unit, y + (lips.chin + BELOW_CHIN_M) * unit
    return Patch.around(x - SIDE_M * unit, top, x + SIDE_M * unit, bottom, photo.shape[:2])


def lips_box(lips: Lips, photo: Picture) -> Patch:
    """Where the two layers part."""
    (x, y), unit = lips.origin, lips.unit
    top, bottom = y - BOX_ABOVE_M * unit, y + BOX_BELOW_M * unit
    return Patch.around(x - BOX_ASIDE_M * unit, top, x + BOX_ASIDE_M * unit, bottom, photo.shape[:2])


def lips_margin(lips: Lips, photo: Picture) -> Patch:
    """Where the pixels of that box may come from."""
    box, grow = lips_box(lips, photo), BOX_MARGIN_M * lips.unit
    return Patch.around(
        box.left - grow, box.top - grow, box.left + box.width + grow, box.top + box.height + grow, photo.shape[:2]
    )


def _bounds(mask: NDArray[np.bool_], margin: int) -> Patch:
    """The patch of the mask that holds all that is set, and a margin."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Patch.around(left - margin, top - margin, left + width + margin, top + height + margin, mask.shape)

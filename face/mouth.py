"""Moves lips, jaw and cheeks of a closed-mouth portrait, and shows what lies behind. Knows nothing of eyes or heads.

The photo is used as two layers, the upper lip with all above it and the lower lip with all below. Both follow common
fields (jaw, width, corners, pursing); in one of them each the lips are torn apart along the seam. Fields are linear in
a handful of weights, so that a frame costs one small sum, one inversion a layer and three looks into the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.fields import BELOW_CHIN_M, JAW_SHARE, SIDE_M, TOP_M, TUCKED, mouth_fields
from face.lips import Lips, curve_at
from face.pose import Pose
from face.teeth import Interior, InteriorView
from face.warp import Field, Mesh, Patch, Plane, look_up, quantised, smoothstep

Mask = NDArray[np.uint8]  # (H, W)
STEP_M = 1 / 13  # of the mesh, M
BOX_ASIDE_M, BOX_ABOVE_M, BOX_BELOW_M = 1.35, 0.75, 1.5  # of the box in which the lips part
BOX_MARGIN_M = 0.7  # pixels come from so far around it
PURSED_WIDTH = 0.24  # share of its width that a fully rounded mouth loses
OVERLAP_PX = 0.3  # of the lower lip under the upper one, more than the fields' inversion errs


@dataclass(frozen=True)
class Weights:
    """What the fields are summed with: `wide`, `round` and `corners` in pixels, the others as shares."""

    wide: float
    round: float
    spread: float
    corners: float
    purse: float
    tuck: float

    @classmethod
    def of(cls, pose: Pose, aperture: float, e_px: float) -> Weights:
        """`aperture` is the calibrated one, E."""
        opening = max(0.0, aperture) * e_px
        rounded = min(1.0, max(0.0, pose.protrusion))
        return cls(
            wide=opening * (1 - rounded),
            round=opening * rounded,
            spread=pose.spread - PURSED_WIDTH * rounded,
            corners=pose.corners * e_px,
            purse=rounded,
            tuck=min(1.0, max(0.0, pose.tuck)),
        )

    @property
    def opening(self) -> float:
        """Pixels between the lips at the middle."""
        return self.wide + self.round

    def array(self) -> NDArray[np.float32]:
        """(6,), in the order of the fields."""
        return np.array((self.wide, self.round, self.spread, self.corners, self.purse, self.tuck), np.float32)


class Mouth:
    """Draws the mouth of one portrait. `person` is 255 on the person and falls to 0 in the still background."""

    def __init__(self, photo: Picture, person: Mask, lips: Lips, e_px: float, interior: Interior) -> None:
        self._lips, self._e_px = lips, e_px
        self._patch, self._box = jaw_patch(lips, photo), lips_box(lips, photo)
        self._mesh = Mesh(self._patch, max(2, round(lips.unit * STEP_M)))
        self._around, self._close = self._mesh.window(self._patch), self._mesh.window(self._box)
        x, y = self._mesh.nodes()
        mine = cv2.remap(person, x, y, cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
        self._upper_fields, self._lower_fields = (
            mouth_fields(lips, e_px, x, y, upper=each) * mine for each in (True, False)
        )
        u, v = lips.place(x, y)
        self._above = (v < lips.seam_at(u))[..., None]
        self._margin = lips_margin(lips, photo)
        u, v = lips.place(*self._margin.pixels())
        below = (v - lips.seam_at(u)) * lips.unit  # px
        self._places = np.stack((np.abs(u), below), axis=-1).astype(np.float32)
        self._pursed_light = _pursed_light(lips, np.abs(u), below / lips.unit)
        self._upper = _edged(photo, self._margin, lips, upper=True)
        self._lower = _edged(photo, self._margin, lips, upper=False)
        self._interior = InteriorView(interior, lips, e_px)

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
        around = look_up(canvas, self._around.sources(np.where(self._above, upper, lower)))
        canvas[self._patch.region] = around
        canvas[self._box.region] = self._lips_and_inside(canvas[self._box.region], upper, lower, pose, w)

    def _lips_and_inside(self, around: Picture, upper: Field, lower: Field, pose: Pose, w: Weights) -> Picture:
        """The box about the lips: the upper lip over the lower one over what is behind them."""
        hidden = w.tuck * TUCKED * float(self._lips.lower.max()) * self._lips.unit
        top, side, over = self._layer(self._upper, self._close.sources(upper), w.purse)
        low, side_low, under = self._layer(self._lower, self._close.sources(lower), w.purse)
        a_top = np.clip(0.5 - over, 0, 1)
        a_low = np.clip(0.5 + OVERLAP_PX + under - hidden * np.clip(1 - side_low**2, 0, 1), 0, 1)
        behind = np.clip(1 - a_top - a_low, 0, 1)
        a_low = 1 - a_top - behind  # where both lips are, the upper one hides the lower one
        out = top * a_top[..., None] + low * a_low[..., None]
        if behind.max() > 0.01:
            jaw = JAW_SHARE * w.opening
            out += self._interior.view(a_top, a_low, jaw, w.opening, pose) * behind[..., None]
        between = (1 - smoothstep(0.97, 1.05, np.minimum(side, side_low)))[..., None]  # past the corners nothing parts
        out = around + (out - around) * between
        return quantised(out)

    def _layer(self, layer: Picture, sources: tuple[Plane, Plane], purse: float) -> tuple[Picture, Plane, Plane]:
        """A lip seen from the box, and where in the photo each pixel lies: |u|, and pixels below the seam."""
        place = sources[0] - self._margin.left, sources[1] - self._margin.top
        where = cv2.remap(self._places, *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if purse:
            layer = np.asarray(cv2.multiply(layer, 1 + purse * self._pursed_light, dtype=cv2.CV_8U), np.uint8)
        side, below = cv2.split(where)
        return look_up(layer, place), np.asarray(side, np.float32), np.asarray(below, np.float32)


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


# --- layers --------------------------------------------------------------------------------------------------------


def _edged(photo: Picture, box: Patch, lips: Lips, *, upper: bool) -> Picture:
    """The photo in the box, with the lip's own edge colour carried on past the seam, where the other lip was."""
    x, y = box.pixels()
    u, v = lips.place(x, y)
    past = (v - lips.seam_at(u)) * lips.unit * (1 if upper else -1)  # px into the other lip
    back = np.maximum(0, past - 0.5) * (-1 if upper else 1) / lips.unit
    shift = lips.vector(np.zeros_like(back), np.asarray(back, np.float32))
    carried = cv2.remap(photo, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR)
    inside = (np.abs(u) < 1.02)[..., None] & (past > 0.5)[..., None]
    return np.asarray(np.where(inside, carried, photo[box.region]), np.uint8)


def _pursed_light(lips: Lips, side: Plane, away: Plane) -> NDArray[np.float32]:
    """What pushing the lips forward adds to their light: more on their fronts, shade under them and in the corners."""
    thick = np.where(away < 0, curve_at(lips.upper, side), curve_at(lips.lower, side))
    middle = np.exp(-((side / 0.5) ** 2))
    front = np.exp(-(((np.abs(away) - 0.5 * thick) / (0.4 * thick)) ** 2)) * middle
    under = np.exp(-(((away - 1.25 * thick - 0.06) / 0.14) ** 2)) * (away > 0) * np.exp(-((side / 0.7) ** 2))
    corners = np.exp(-(((side - 1.02) / 0.16) ** 2) - (away / 0.18) ** 2)
    light = np.where(away < 0, 0.04, 0.09) * front - 0.08 * under - 0.12 * corners
    return np.repeat(np.asarray(light, np.float32)[..., None], 3, axis=-1)

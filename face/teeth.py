"""What is seen between parted lips: teeth, tongue and the dark behind. Knows nothing of lips or of motion.

Sizes are anatomical means: E, half the distance between the outer eye corners, is about 45 mm, so that an upper
central incisor of 8.5 × 10 mm is 0.19 × 0.22 E (Ash and Nelson, "Wheeler's Dental Anatomy"). At rest a lip shows
1 to 3 mm of the upper teeth, with age less of the upper and more of the lower ones (Vig and Brundo 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.light import Colour, Light
from face.lips import Lips
from face.pose import Pose
from face.warp import Patch, Plane, quantised, smoothstep

Plate = NDArray[np.uint8]  # (h, w, 4): RGB and coverage

UPPER_WIDTHS_E = (0.190, 0.150, 0.150, 0.115, 0.085, 0.06)  # from the middle outwards, foreshortened along the arch
LOWER_WIDTHS_E = (0.118, 0.125, 0.130, 0.110, 0.085, 0.06)
UPPER_EDGE_E = 0.03  # incisal edges of the upper teeth below the closed seam
LOWER_EDGE_E = 0.02  # of the lower teeth, jaw closed
TOOTH_HEIGHT_E = 0.23
TOOTH, TOOTH_CAST = (1.01, 0.98, 0.91), 0.6  # ivory, against skin; how far it takes on the light's colour
LOWER_LIGHT = 0.70  # that reaches the lower teeth
TONGUE, CAVITY = (1.02, 0.53, 0.50), (0.26, 0.11, 0.10)  # moist red; the dark behind is reddish, never black
DIM, LIT_FROM_E = 0.52, 0.10  # light that falls between barely parted lips; the opening that lets most of it in
LIT_BY_TUCK_E = 0.15  # a lower lip drawn in leaves the upper teeth in the light
TOOTH_BLUR_E = 0.010  # as soft as a photo is
ARCH_E = 0.075  # how far the edges rise at 0.5 E to the side


@dataclass(frozen=True)
class Interior:
    """Plates in the pixels of `patch` in the frame, for closed jaws."""

    patch: Patch
    upper: Plate
    lower: Plate
    tongue: Plate
    cavity: Colour
    black: Colour  # the photo's darkest, to which shade leads


def paint_interior(patch: Patch, lips: Lips, e_px: float, light: Light, tooth: Colour | None = None) -> Interior:
    """Teeth and tongue for a mouth whose inside the photo hides; `tooth` is the teeth's colour where it shows."""
    u, v = lips.place(*patch.pixels())
    x = u * lips.unit / e_px
    y = (v - float(lips.seam_at(np.zeros(1, np.float32))[0])) * lips.unit / e_px
    tooth = light.shows(TOOTH, TOOTH_CAST) if tooth is None else tooth
    lower = light.black + LOWER_LIGHT * (tooth - light.black)
    return Interior(
        patch,
        _plate(light.black, tooth, *_teeth(x, y, UPPER_WIDTHS_E, UPPER_EDGE_E, e_px, down=True), TOOTH_BLUR_E * e_px),
        _plate(light.black, lower, *_teeth(x, y, LOWER_WIDTHS_E, LOWER_EDGE_E, e_px, down=False), TOOTH_BLUR_E * e_px),
        _plate(light.black, light.shows(TONGUE), *_tongue(x, y), 0.0),
        light.shows(CAVITY),
        light.black,
    )


def _teeth(
    x: Plane, y: Plane, widths: tuple[float, ...], edge: float, e_px: float, *, down: bool
) -> tuple[Plane, Plane]:
    """Light and coverage of one row, x and y in E from the seam's middle; `down` for teeth that hang."""
    borders = np.concatenate(([0.0], np.cumsum(widths)))
    side = np.abs(x)
    index = np.clip(np.searchsorted(borders, side.ravel(), side="right").reshape(x.shape) - 1, 0, len(widths) - 1)
    centre, half = (borders[:-1] + borders[1:])[index] / 2, np.asarray(widths)[index] / 2
    within = np.clip(np.abs(side - centre) / half, 0, 1)  # 0 in the middle of a tooth, 1 between two
    sense = 1.0 if down else -1.0
    lengths = np.array((0.0, 0.014, 0.002, 0.02, 0.03, 0.04) if down else (0.004, 0.0, -0.004, 0.01, 0.02, 0.03))
    end = edge - sense * (ARCH_E * (side / 0.5) ** 2 + lengths[index] + 0.016 * within**4)
    past = (y - end) * sense  # E beyond the edge
    soft = 0.9 / e_px
    cover = np.clip(0.5 - past / (2 * soft), 0, 1) * np.clip((TOOTH_HEIGHT_E + past) / (2 * soft) + 0.5, 0, 1)
    light = 1 - 0.62 * smoothstep(0.12, 0.62, side.astype(np.float32))
    light *= 1 - 0.13 * within**6
    light *= 1 - 0.16 * np.exp(-((past / 0.02) ** 2))  # translucent edge
    light *= 1 - 0.22 * np.clip(-past / TOOTH_HEIGHT_E, 0, 1) ** 1.5
    cover = cover * (1 - smoothstep(0.56, 0.72, side.astype(np.float32)))
    return light, np.asarray(cover, np.float32)


def _tongue(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Light and coverage: its back rises into the dark behind, its tip lies lit behind the lower teeth."""
    inside = (y + 0.20 - 0.34 * (x / 0.5) ** 2).astype(np.float32)
    cover = smoothstep(-0.03, 0.10, inside)
    light = 0.45 + 0.55 * smoothstep(0.0, 0.30, inside)
    light *= 1 - 0.12 * np.exp(-((x / 0.03) ** 2)) * smoothstep(0.08, 0.2, inside)
    light *= 1 - 0.45 * np.clip(np.abs(x) / 0.5, 0, 1) ** 2
    return light, cover


def _plate(black: Colour, colour: Colour, light: Plane, cover: Plane, blur_px: float) -> Plate:
    rgb = black + (colour - black) * light[..., None]
    stack = np.concatenate((rgb, 255 * cover[..., None]), axis=-1).astype(np.float32)
    return quantised(cv2.GaussianBlur(stack, (0, 0), blur_px) if blur_px > 0.3 else stack)


class InteriorView:
    """Draws the inside for one frame: plates shifted with the jaw, in the shade of the lips."""

    def __init__(self, interior: Interior, lips: Lips, e_px: float) -> None:
        self._e_px = e_px
        self._cavity, self._black = interior.cavity, interior.black
        self._upper, self._lower, self._tongue = (
            plate.astype(np.float32) for plate in (interior.upper, interior.lower, interior.tongue)
        )
        self._down = (-np.sin(lips.angle), np.cos(lips.angle))

    def view(
        self, upper_lip: Plane, lower_lip: Plane, jaw_px: float, opening_px: float, pose: Pose
    ) -> NDArray[np.float32]:
        """(h, w) coverage of the lips -> (h, w, 3) colours, 0 … 255."""
        e = self._e_px
        out = np.empty((*upper_lip.shape, 3), np.float32)
        out[:] = self._cavity
        raised = float(np.clip(pose.tongue, 0, 1))
        tip = jaw_px * (0.80 - 0.72 * raised) + 0.02 * (1 - raised) * e
        _over(out, self._moved(self._tongue, tip), 0.72 + 0.28 * raised)
        _over(out, self._moved(self._lower, jaw_px))
        _over(out, self._upper)
        shade = 1 - 0.42 * cv2.GaussianBlur(upper_lip, (0, 0), 0.04 * e)
        shade -= 0.20 * cv2.GaussianBlur(lower_lip, (0, 0), 0.03 * e)
        lit = DIM + (1 - DIM) * (1 - np.exp(-(opening_px / e + LIT_BY_TUCK_E * pose.tuck) / LIT_FROM_E))
        return np.asarray(self._black + (out - self._black) * (shade * lit)[..., None], np.float32)

    def _moved(self, plate: NDArray[np.float32], down_px: float) -> NDArray[np.float32]:
        move = np.array(((1, 0, self._down[0] * down_px), (0, 1, self._down[1] * down_px)), np.float32)
        size = plate.shape[1::-1]
        moved = cv2.warpAffine(plate, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.float32)


def _over(out: NDArray[np.float32], plate: NDArray[np.float32], strength: float = 1.0) -> None:
    cover = plate[..., 3:] * np.float32(strength / 255)
    out += (plate[..., :3] - out) * cover

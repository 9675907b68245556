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

MOUTH_E = 0.58  # half the mouth's width, on the mean of faces
UPPER_WIDTHS_E = (0.190, 0.150, 0.150, 0.115, 0.085, 0.06)  # from the middle outwards, foreshortened along the arch
LOWER_WIDTHS_E = (0.118, 0.125, 0.130, 0.110, 0.085, 0.06)
UPPER_SHORTER_E = (0.0, 0.018, 0.004, 0.022, 0.03, 0.04)  # than the first incisor; the canine is long
LOWER_SHORTER_E = (0.004, 0.0, -0.004, 0.01, 0.02, 0.03)
UPPER_EDGE_E = 0.035  # incisal edges of the upper teeth below the closed seam
LOWER_EDGE_E = 0.0  # of the lower teeth, jaw closed
TOOTH_HEIGHT_E = 0.23
ARCH_E = 0.05  # how far the edges rise at 0.5 E to the side
CANINE = 2  # its place from the middle; it ends in a point
POINT_E, ROUND_E = 0.022, 0.016  # by which a canine's edge rises at its sides, and another tooth's
UNEVEN_E, UNEVEN_LIGHT = 0.006, 0.035  # largest differences of length and of light: nobody's are a row of blocks
GAP, GAP_SHARE = 0.26, 0.10  # light lost between two teeth, and over which share of a tooth's half
ROUNDED = 0.13  # light lost at a tooth's sides, which turn away
EDGE_LOSS, EDGE_GLASS_E = 0.13, 0.022  # the edge lets light through
NECK_LOSS = 0.16  # light lost towards the gum
ASIDE_LOSS, ASIDE_FROM_E, ASIDE_TO_E = 0.66, 0.20, 0.72  # light lost along the arch, in the shade of the cheeks
LAST_E = (0.54, 0.72)  # to the side, where the row passes into the dark

IVORY, TOOTH_SHARE = (1.02, 1.00, 0.93), 0.95  # against the white of the eyes, which teeth do not outshine
LOWER_LIGHT = 0.62  # that reaches the lower teeth
TONGUE, CAVITY = (0.86, 0.46, 0.43), (0.24, 0.10, 0.09)  # moist red; the dark behind is reddish, never black
DIM, LIT_FROM_E = 0.93, 0.08  # light that falls between barely parted lips; the opening that lets most of it in
LIT_BY_TUCK_E = 0.15  # a lower lip drawn in leaves the upper teeth in the light
DARK_BY_ROUNDING = 0.62  # light kept out by lips pushed forward …
HIDDEN_BY_ROUNDING_E = 0.15  # … which cover so much of the teeth
NEAR_E, BENEATH_E = 0.05, 0.03  # about a place, within which lips shade it; below the upper lip its own shade
NEAR_GAIN, NEAR_LOSS, BENEATH_LOSS = 1.6, 0.34, 0.32
CHEEKS, CHEEKS_FROM = 2.2, (0.15, 0.80)  # light on the insides of the cheeks against the dark; where they are, |u|
LEAST_BLUR_E = 0.008  # teeth are moist and round: no edge of theirs is sharper


@dataclass(frozen=True)
class Interior:
    """Plates in the pixels of `patch` in the frame, for closed jaws."""

    patch: Patch
    upper: Plate
    lower: Plate
    tongue: Plate
    cavity: Colour
    black: Colour  # the photo's darkest, to which shade leads
    soft_px: float  # how far the photo's edges are blurred


def paint_interior(patch: Patch, lips: Lips, e_px: float, light: Light, tooth: Colour | None = None) -> Interior:
    """Teeth and tongue for a mouth whose inside the photo hides; `tooth` is the teeth's colour where it shows."""
    u, v = lips.place(*patch.pixels())
    scale = (1 + lips.unit / (MOUTH_E * e_px)) / 2  # who has a wide mouth has wide teeth, in part
    x = np.asarray(lips.centred(u) * lips.unit / (scale * e_px), np.float32)
    y = np.asarray((v - float(lips.seam_at(np.zeros(1, np.float32))[0])) * lips.unit / (scale * e_px), np.float32)
    tooth = tooth_colour(light) if tooth is None else tooth
    cavity = light.shows(CAVITY)
    lower = cavity + LOWER_LIGHT * (tooth - cavity)
    soft = max(LEAST_BLUR_E * e_px, light.soft_px)

    def plate(colour: Colour, shape: tuple[Plane, Plane], seed: int) -> Plate:
        return _plate(light.black, colour, *shape, soft, _grain(x.shape, light, seed))

    return Interior(
        patch,
        plate(tooth, _teeth(x, y, UPPER_WIDTHS_E, UPPER_SHORTER_E, UPPER_EDGE_E, e_px, down=True), 1),
        plate(lower, _teeth(x, y, LOWER_WIDTHS_E, LOWER_SHORTER_E, LOWER_EDGE_E, e_px, down=False), 2),
        plate(light.shows(TONGUE), _tongue(x, y), 3),
        cavity,
        light.black,
        light.soft_px,
    )


def tooth_colour(light: Light) -> Colour:
    """Ivory in the light that falls on the eyes; in the tone of the print, where it has but one."""
    ivory = np.array(IVORY) if light.hue else np.ones(3)
    return np.asarray(light.black + TOOTH_SHARE * ivory * (light.white - light.black), np.float32)


def _teeth(
    x: Plane, y: Plane, widths: tuple[float, ...], shorter: tuple[float, ...], edge: float, e_px: float, *, down: bool
) -> tuple[Plane, Plane]:
    """Light and coverage of one row, x and y in E from the seam's middle; `down` for teeth that hang."""
    borders = np.concatenate(([0.0], np.cumsum(widths)))
    side = np.abs(x)
    index = np.clip(np.searchsorted(borders, side.ravel(), side="right").reshape(x.shape) - 1, 0, len(widths) - 1)
    centre, half = (borders[:-1] + borders[1:])[index] / 2, np.asarray(widths)[index] / 2
    within = np.clip(np.abs(side - centre) / half, 0, 1)  # 0 in the middle of a tooth, 1 between two
    uneven = np.random.default_rng(len(widths) + down).uniform(-1, 1, (2, 2, len(widths)))  # the same in every portrait
    uneven_length, uneven_light = uneven[:, (x > 0).astype(int), index]
    sense = 1.0 if down else -1.0
    rise = np.where(index == CANINE, POINT_E * within, ROUND_E * within**4)
    end = edge - sense * (ARCH_E * (side / 0.5) ** 2 + np.asarray(shorter)[index] + rise + UNEVEN_E * uneven_length)
    past = np.asarray((y - end) * sense, np.float32)  # E beyond the edge
    soft = 0.9 / e_px
    cover = np.clip(0.5 - past / (2 * soft), 0, 1) * np.clip((TOOTH_HEIGHT_E + past) / (2 * soft) + 0.5, 0, 1)
    light = 1 - ASIDE_LOSS * smoothstep(ASIDE_FROM_E, ASIDE_TO_E, side)
    light *= 1 - ROUNDED * within**3
    light *= 1 - GAP * smoothstep(1 - GAP_SHARE, 1.0, within.astype(np.float32))
    light *= 1 - EDGE_LOSS * np.exp(-((past / EDGE_GLASS_E) ** 2))
    light *= 1 - NECK_LOSS * np.clip(-past / TOOTH_HEIGHT_E, 0, 1) ** 1.5
    light *= 1 + UNEVEN_LIGHT * uneven_light
    cover = cover * (1 - smoothstep(*LAST_E, side))
    return np.asarray(light, np.float32), np.asarray(cover, np.float32)


def _tongue(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Light and coverage: its back rises into the dark behind, its tip lies lit behind the lower teeth."""
    inside = np.asarray(y + 0.17 - 0.42 * (x / 0.5) ** 2, np.float32)
    cover = smoothstep(-0.04, 0.12, inside)
    light = 0.55 + 0.45 * smoothstep(0.0, 0.20, inside)
    light *= 1 - 0.14 * np.exp(-((x / 0.035) ** 2)) * smoothstep(0.08, 0.2, inside)  # the furrow along its middle
    light *= 1 + 0.16 * np.exp(-(((np.abs(x) - 0.10) / 0.05) ** 2 + ((inside - 0.2) / 0.05) ** 2))  # moist
    light *= 1 - 0.45 * np.clip(np.abs(x) / 0.5, 0, 1) ** 2
    return np.asarray(light, np.float32), cover


def _grain(shape: tuple[int, ...], light: Light, seed: int) -> Plane:
    """Noise like the photo's, so that nothing looks pasted in: as strong, and as soft."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return np.asarray(noise * np.float32(light.grain), np.float32)


def _plate(black: Colour, colour: Colour, light: Plane, cover: Plane, blur_px: float, grain: Plane) -> Plate:
    rgb = black + (colour - black) * light[..., None]
    stack = cv2.GaussianBlur(np.concatenate((rgb, 255 * cover[..., None]), axis=-1).astype(np.float32), (0, 0), blur_px)
    stack[..., :3] += grain[..., None]
    return quantised(stack)


def laid_over(plate: Plate, beneath: Plate) -> Plate:
    """Both plates as one, the first in front."""
    front, back = plate.astype(np.float32), beneath.astype(np.float32)
    cover, left = front[..., 3:] / 255, (1 - front[..., 3:] / 255) * back[..., 3:] / 255
    both = np.maximum(cover + left, 1e-3)
    colour = (front[..., :3] * cover + back[..., :3] * left) / both
    return quantised(np.concatenate((colour, 255 * both), axis=-1))


class InteriorView:
    """Draws the inside for one frame: plates shifted with the jaw, in the shade of the lips."""

    def __init__(self, interior: Interior, lips: Lips, e_px: float) -> None:
        self._e_px = e_px
        self._black, self._dark = interior.black, interior.cavity
        u, _ = lips.place(*interior.patch.pixels())
        cheeks = 1 + (CHEEKS - 1) * smoothstep(*CHEEKS_FROM, np.abs(u))
        self._behind = interior.black + (interior.cavity - interior.black) * cheeks[..., None]
        self._upper, self._lower, self._tongue = (
            plate.astype(np.float32) for plate in (interior.upper, interior.lower, interior.tongue)
        )
        self._down = (-np.sin(lips.angle), np.cos(lips.angle))

    def view(
        self, seen: Patch, upper_lip: Plane, between: Plane, jaw_px: float, opening_px: float, pose: Pose
    ) -> NDArray[np.float32]:
        """(h, w) coverage of the upper lip and of what lies between the lips -> (h, w, 3) colours, 0 … 255.

        `seen` is the part of the plates that this is about, in their pixels.
        """
        e = self._e_px
        out = self._behind[seen.region].copy()
        raised, rounded = float(np.clip(pose.tongue, 0, 1)), float(np.clip(pose.protrusion, 0, 1))
        hidden = HIDDEN_BY_ROUNDING_E * rounded * e
        tip = jaw_px * (0.80 - 0.72 * raised) + 0.02 * (1 - raised) * e
        _over(out, self._moved(self._tongue, tip, seen), 0.88 + 0.12 * raised)
        _over(out, self._moved(self._lower, jaw_px + hidden, seen))
        _over(out, self._moved(self._upper, -hidden, seen))
        light = self._light(upper_lip, between)
        light *= DIM + (1 - DIM) * (1 - np.exp(-(opening_px / e + LIT_BY_TUCK_E * pose.tuck) / LIT_FROM_E))
        light *= 1 - DARK_BY_ROUNDING * rounded
        return np.asarray(self._dark + (out - self._dark) * light[..., None], np.float32)  # red light comes back

    def _light(self, upper_lip: Plane, between: Plane) -> Plane:
        """How much reaches each place past the lips about it, and past the upper lip above it."""
        e = self._e_px
        open_about = cv2.GaussianBlur(between, (0, 0), NEAR_E * e, borderType=cv2.BORDER_CONSTANT)
        drop = np.array(((1, 0, self._down[0] * BENEATH_E * e), (0, 1, self._down[1] * BENEATH_E * e)), np.float32)
        above = cv2.warpAffine(upper_lip, drop, upper_lip.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        above = cv2.GaussianBlur(above, (0, 0), 0.5 * BENEATH_E * e)
        reached = 1 - NEAR_LOSS * (1 - np.minimum(1, NEAR_GAIN * open_about))
        return np.asarray(reached * (1 - BENEATH_LOSS * above), np.float32)

    def _moved(self, plate: NDArray[np.float32], down_px: float, seen: Patch) -> NDArray[np.float32]:
        if not down_px:
            return plate[seen.region]
        x, y = self._down[0] * down_px - seen.left, self._down[1] * down_px - seen.top
        move, size = np.array(((1, 0, x), (0, 1, y)), np.float32), (seen.width, seen.height)
        moved = cv2.warpAffine(plate, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.float32)


def _over(out: NDArray[np.float32], plate: NDArray[np.float32], strength: float = 1.0) -> None:
    cover = plate[..., 3:] * np.float32(strength / 255)
    out += (plate[..., :3] - out) * cover

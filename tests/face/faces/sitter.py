"""A person before the camera: a photo enlarged to a portrait, its landmarks and its depth, bent, turned and lit anew.

Knows nothing of hair, glasses or single portraits. Colours are sRGB in 0 … 1; lengths and points on the face are in E,
half the distance between the outer eye corners: u to the right and v down from the middle between these corners.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from data.types import Picture
from face.landmarks import LEFT_EYE_OUTER, OVAL, RIGHT_EYE_OUTER, Landmarks, landmarks, person_mask
from face.landmarks import eye_unit as unit_of

Colour = NDArray[np.float32]  # (HEIGHT, WIDTH, 3), sRGB in 0 … 1
Field = NDArray[np.float32]  # (HEIGHT, WIDTH)
Places = NDArray[np.float32]  # (n, 2), E
Bend = Callable[[Places], Places]  # where each place of the face goes

WIDTH, HEIGHT = 640, 720  # pixels of a portrait
EYE_UNIT = 78.0  # pixels of E in a portrait
EYES_AT = (WIDTH / 2, 285.0)  # pixels
GRID_PX = 8  # warps are worked out this finely and interpolated
SKULL = (2.1, 3.1, 3.2)  # E: half the width, height and depth of a head with its hair, fitted to the mesh's rim
SKULL_AT = (0.0, 0.1, 2.6)  # E from between the eyes: right, down, and back
PIVOT = 1.2  # E behind the eyes; heads turn about it
STEEPEST = 2.4  # slope that light still knows: the rim of a mesh is steeper than a cheek
FINE = 3  # points per pixel and axis when a head is turned
NECK = (0.95, 1.75)  # E: half its width, and how far its middle lies behind the eyes


@dataclass(frozen=True)
class Sitter:
    """A portrait under way."""

    colour: Colour
    points: Landmarks  # pixels

    @property
    def origin(self) -> NDArray[np.float32]:
        """Pixels of the middle between the outer eye corners."""
        return np.asarray((self.points[RIGHT_EYE_OUTER, :2] + self.points[LEFT_EYE_OUTER, :2]) / 2, np.float32)

    @property
    def unit(self) -> float:
        """E in pixels."""
        return unit_of(self.points)

    @property
    def axes(self) -> NDArray[np.float32]:
        """Rows: rightwards and downwards along the face, one pixel long."""
        across = (self.points[LEFT_EYE_OUTER, :2] - self.points[RIGHT_EYE_OUTER, :2]) / (2 * self.unit)
        return np.array((across, (-across[1], across[0])), np.float32)

    def places(self, pixels: NDArray[np.float32]) -> Places:
        """Pixels as places on the face."""
        return np.asarray((pixels - self.origin) @ self.axes.T / self.unit, np.float32)

    def pixels(self, places: Sequence[tuple[float, float]] | Places) -> NDArray[np.float32]:
        """Places on the face as pixels."""
        return np.asarray(np.asarray(places, np.float32) * self.unit @ self.axes + self.origin, np.float32)

    def face_grid(self) -> tuple[Field, Field]:
        """u and v of each pixel."""
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        at = self.places(np.stack((x, y), -1).reshape(-1, 2)).reshape(HEIGHT, WIDTH, 2)
        return at[..., 0], at[..., 1]

    def seen_anew(self) -> Sitter:
        """The same with its landmarks read again."""
        return replace(self, points=landmarks(to_picture(self.colour)))

    def painted(self, colour: Colour) -> Sitter:
        """The same points under other colours."""
        return replace(self, colour=np.clip(colour, 0, 1).astype(np.float32))


def sit(photo: Picture, mirrored: bool = False) -> Sitter:
    """Head and shoulders of a photo's one face, upright, at the size of a portrait."""
    source = np.ascontiguousarray(photo[:, ::-1]) if mirrored else photo
    found = landmarks(source)
    across = (found[LEFT_EYE_OUTER, :2] - found[RIGHT_EYE_OUTER, :2]) / 2
    scale = EYE_UNIT / float(np.hypot(*across))
    angle = np.degrees(np.arctan2(across[1], across[0]))
    middle = (found[LEFT_EYE_OUTER, :2] + found[RIGHT_EYE_OUTER, :2]) / 2
    move = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), float(angle), scale)
    onto = np.asarray(move, np.float64)
    onto[:, 2] += np.array(EYES_AT) - middle
    clean = cv2.fastNlMeansDenoisingColored(source, None, 2, 3, 3, 9)
    large = cv2.warpAffine(clean, onto, (WIDTH, HEIGHT), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return Sitter(crisp(large.astype(np.float32) / 255, scale), found).seen_anew()


def crisp(colour: Colour, scale: float) -> Colour:
    """Edges drawn together again after an enlargement: a few steps of a shock filter (Osher and Rudin 1990)."""
    for _ in range(round(3 * (scale - 1))):
        grey = cv2.GaussianBlur(cv2.cvtColor(np.clip(colour, 0, 1), cv2.COLOR_RGB2GRAY), (0, 0), 1.3)
        gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
        xx, yy = cv2.Sobel(grey, cv2.CV_32F, 2, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 2)
        xy = cv2.Sobel(grey, cv2.CV_32F, 1, 1)
        along = gx * gx * xx + 2 * gx * gy * xy + gy * gy * yy
        sign = np.tanh(along / (gx * gx + gy * gy + 1e-6) * 8)
        wide, narrow = cv2.dilate(colour, CROSS), cv2.erode(colour, CROSS)
        step = np.where(sign[..., None] < 0, wide - colour, narrow - colour) * np.abs(sign)[..., None]
        colour = colour + 0.18 * step
    blurred = cv2.GaussianBlur(colour, (0, 0), 0.9 * scale)
    return np.asarray(np.clip(colour + 0.45 * (colour - blurred), 0, 1), np.float32)


CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def to_picture(colour: Colour) -> Picture:
    """8 bits."""
    return np.asarray(np.clip(np.rint(colour * 255), 0, 255), np.uint8)


# --- bending -------------------------------------------------------------------------------------------------------


def bent(sitter: Sitter, bend: Bend) -> Sitter:
    """The face's landmarks go where `bend` sends them; the rest follows as a thin plate fixed at the rim."""
    here = sitter.points[:468, :2]
    there = sitter.pixels(bend(sitter.places(here)))
    return replace(sitter, colour=carried(sitter.colour, here, there)).seen_anew()


def carried(colour: Colour, here: NDArray[np.float32], there: NDArray[np.float32]) -> Colour:
    """The picture bent so that the points `here` come to lie `there`; its rim stays."""
    rim = [(x, y) for x in np.linspace(0, WIDTH, 7) for y in (-40.0, HEIGHT + 40.0)]
    rim += [(x, y) for y in np.linspace(0, HEIGHT, 7) for x in (-40.0, WIDTH + 40.0)]
    targets, moves = np.concatenate((there, rim)), np.concatenate((here - there, np.zeros_like(rim)))
    plate = RBFInterpolator(targets, moves, smoothing=2.0)
    rows, columns = HEIGHT // GRID_PX + 1, WIDTH // GRID_PX + 1
    y, x = np.mgrid[0:rows, 0:columns] * float(GRID_PX)
    coarse = plate(np.stack((x, y), -1).reshape(-1, 2)).reshape(rows, columns, 2).astype(np.float32)
    py, px = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    fine = cv2.remap(coarse, px / GRID_PX, py / GRID_PX, cv2.INTER_CUBIC)
    moved = cv2.remap(colour, px + fine[..., 0], py + fine[..., 1], cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(moved, 0, 1), np.float32)


# --- form and light --------------------------------------------------------------------------------------------------


def depth(sitter: Sitter) -> Field:
    """How far each pixel stands towards the viewer, E: the face's mesh on an egg-shaped head on a neck."""
    u, v = sitter.face_grid()
    flat = sitter.places(sitter.points[:468, :2])
    z = -sitter.points[:468, 2:] / sitter.unit
    rows, columns = slice(0, HEIGHT, GRID_PX), slice(0, WIDTH, GRID_PX)
    coarse = np.stack((u[rows, columns], v[rows, columns]), -1)
    mesh = RBFInterpolator(flat, z, neighbors=24, smoothing=0.01)(coarse.reshape(-1, 2)).reshape(coarse.shape[:2])
    mesh = cv2.resize(mesh.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    inside = oval_mask(sitter, 0.25)
    egg = np.sqrt(np.clip(1 - ((u - SKULL_AT[0]) / SKULL[0]) ** 2 - ((v - SKULL_AT[1]) / SKULL[1]) ** 2, 0, 1))
    skull = SKULL[2] * egg - SKULL_AT[2]
    neck = NECK[0] * np.sqrt(np.clip(1 - (u / NECK[0]) ** 2, 0, 1)) - NECK[1]
    back = np.maximum(skull, np.where((v > 1) & (v < 2.7), neck, -9)).astype(np.float32)
    joined = back + (mesh - back) * inside
    return np.asarray(cv2.GaussianBlur(joined, (0, 0), 0.03 * sitter.unit), np.float32)


def oval_mask(sitter: Sitter, softness: float) -> Field:
    """1 inside the face's oval, falling to 0 at its edge over about `softness` E."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.rint(sitter.points[list(OVAL), :2]).astype(np.int32)], (1,))
    far = cv2.distanceTransform(mask, cv2.DIST_L2, 5) / (softness * sitter.unit)
    return np.asarray(smooth(np.clip(far, 0, 1)), np.float32)


def smooth(t: Field) -> Field:
    """0 … 1 with both ends level."""
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def relit(sitter: Sitter, towards: tuple[float, float, float], ambient: float, key: float) -> Sitter:
    """As if lit by one lamp (right, down, towards the viewer) in a dim room; the photo's own light is frontal."""
    z = cv2.GaussianBlur(depth(sitter), (0, 0), 0.09 * sitter.unit) * sitter.unit
    slope = np.stack((-cv2.Sobel(z, cv2.CV_32F, 1, 0, scale=1 / 8), -cv2.Sobel(z, cv2.CV_32F, 0, 1, scale=1 / 8)), -1)
    slope = slope * STEEPEST / np.maximum(STEEPEST, np.linalg.norm(slope, axis=-1, keepdims=True))
    normal = np.concatenate((slope, np.ones((HEIGHT, WIDTH, 1), np.float32)), -1)
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    lamp = np.array(towards, np.float32) / np.linalg.norm(towards)
    wrapped = np.clip((normal @ lamp + 0.15) / 1.15, 0, None)
    frontal = 0.55 + 0.45 * normal[..., 2]
    ratio = cv2.GaussianBlur((ambient + key * wrapped) / frontal, (0, 0), 0.02 * sitter.unit)
    person = person_mask(to_picture(sitter.colour))
    light = 1 + (ratio - 1) * person + (0.8 * ambient + 0.25 * key - 1) * (1 - person)
    return sitter.painted(to_srgb(to_linear(sitter.colour) * light[..., None]))


def to_linear(colour: Colour) -> Colour:
    """sRGB to light."""
    return np.asarray(np.clip(colour, 0, 1) ** 2.2, np.float32)


def to_srgb(light: Colour) -> Colour:
    """Light to sRGB; what is too bright is rolled off."""
    rolled = np.where(light > 0.8, 0.8 + 0.2 * np.tanh((light - 0.8) / 0.2), light)
    return np.asarray(np.clip(rolled, 0, 1) ** (1 / 2.2), np.float32)


def turned(sitter: Sitter, yaw: float, backdrop: Colour) -> Sitter:
    """The head turned to the viewer's right by `yaw` radians before a backdrop: every pixel a point that is moved."""
    z = depth(sitter)
    person = person_mask(to_picture(sitter.colour))
    u, v = sitter.face_grid()
    high = smooth(np.clip((2.9 - v) / 1.2, 0, 1))  # the shoulders stay
    angle = yaw * high
    u2 = u * np.cos(angle) + (z + PIVOT) * np.sin(angle)
    z2 = (z + PIVOT) * np.cos(angle) - u * np.sin(angle)
    place = sitter.pixels(np.stack((u2, v), -1).reshape(-1, 2)).reshape(HEIGHT, WIDTH, 2)
    size = (WIDTH * FINE, HEIGHT * FINE)
    big = [cv2.resize(f, size, interpolation=cv2.INTER_CUBIC) for f in (place, z2, sitter.colour, person)]
    keep = big[3] > 0.6
    order = np.argsort(big[1][keep])
    at = np.rint(big[0][keep][order]).astype(int)
    fit = (at[:, 0] >= 0) & (at[:, 0] < WIDTH) & (at[:, 1] >= 0) & (at[:, 1] < HEIGHT)
    drawn = np.full((HEIGHT, WIDTH, 4), 0, np.float32)
    drawn[at[fit, 1], at[fit, 0], :3] = big[2][keep][order][fit]
    drawn[at[fit, 1], at[fit, 0], 3] = 1
    holes = cv2.morphologyEx(drawn[..., 3], cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) - drawn[..., 3]
    filled = cv2.inpaint(to_picture(drawn[..., :3]), (holes > 0.5).astype(np.uint8), 3, cv2.INPAINT_TELEA) / 255.0
    cover = cv2.GaussianBlur(np.clip(drawn[..., 3] + holes, 0, 1), (0, 0), 1.2)
    cover = smooth(np.clip((cover - 0.4) / 0.6, 0, 1))[..., None]
    return sitter.painted(np.asarray(backdrop + (filled - backdrop) * cover, np.float32)).seen_anew()

"""Draws the portrait of the fictional grandfather from Hangzhou: painted by a program, after no person or photo.

A head is modelled as a height field (skull, brow, nose, lips, folds, wrinkles as smooth bumps and grooves), lit from
the upper left and coloured with a painter's ramp from shadow to light; eyes, lips, brows and hair are painted on top;
at last everything is laid down again in brush strokes that follow the forms, on a woven ground. The same seed gives the
same picture. It knows nothing of faces in photos, of landmarks or of the rest of the product.

    python data/samples/waigong/draw_portrait.py [portrait.jpg]
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

Field = npt.NDArray[Any]  # (h, w) float32, one value per fine pixel
Colour = npt.NDArray[Any]  # (h, w, 3) float32, sRGB in 0..1
Points = Sequence[tuple[float, float]]  # x from the middle of the face, y from the top, in picture pixels

Bump = tuple[float, tuple[float, float], tuple[float, float], float]  # height, middle, deviations, turn in radians
Stroke = tuple[npt.NDArray[np.float64], Colour, int]  # path in face pixels, colour, width in fine pixels

WIDTH, HEIGHT = 768, 896  # of the finished picture, pixels; every length below is in these pixels
FINE = 2  # fine pixels per picture pixel while painting
MIDDLE = 384.0  # x of the middle of the face
JPEG_QUALITY = 92
FULL_COLOUR = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444  # lips keep their colour to the edge
KEY_LIGHT = np.array([-0.50, -0.52, 0.69])  # towards the window, upper left and in front
COOL_TURN = np.array([-0.05, 0.02, 0.11], np.float32)  # what the room's light does to a colour, as factors above 1
WALL = -260  # pixels towards the viewer: far enough to throw no shadow on the shoulders
STEEPEST = 2.2  # slope
FILL_LIGHT = np.array([0.75, -0.05, 0.66])  # light thrown back by the room

# Half the width of the head from crown to chin, and how far its middle stands out towards the viewer.
HEAD_Y = (110, 114, 122, 136, 160, 200, 250, 310, 360, 410, 450, 490, 520, 548, 570, 583, 590, 593)
HEAD_HALF = (0, 36, 66, 95, 124, 149, 162, 166, 165, 161, 155, 144, 129, 106, 83, 62, 40, 0)
DEPTH_Y = (110, 125, 150, 190, 240, 300, 350, 400, 450, 500, 550, 575, 588, 593)
DEPTH = (0, 52, 88, 121, 142, 151, 147, 147, 150, 151, 147, 133, 108, 84)

SKIN_RAMP = (  # shade 0..1 -> sRGB, from deep shadow over the warm terminator to light
    (0.00, (58, 32, 28)),
    (0.20, (104, 60, 46)),
    (0.38, (152, 96, 74)),
    (0.55, (188, 134, 106)),
    (0.72, (213, 166, 135)),
    (0.87, (230, 191, 162)),
    (1.00, (247, 222, 198)),
)
KNIT_RAMP = ((0.0, (13, 17, 28)), (0.35, (27, 36, 54)), (0.7, (51, 64, 87)), (1.0, (92, 107, 130)))
SHIRT_RAMP = ((0.0, (96, 92, 92)), (0.35, (156, 154, 150)), (0.7, (214, 211, 202)), (1.0, (246, 241, 230)))
HAIR_RAMP = (
    (0.0, (46, 40, 38)),
    (0.3, (86, 79, 75)),
    (0.55, (134, 127, 121)),
    (0.8, (188, 182, 173)),
    (1.0, (236, 231, 221)),
)


def grid(random: np.random.Generator) -> tuple[Field, Field]:  # -> x, y
    """Where each fine pixel lies on the symmetric face; bent a little, since no face is symmetric."""
    rows, columns = np.mgrid[0 : HEIGHT * FINE, 0 : WIDTH * FINE].astype(np.float32)
    x, y = columns / FINE - MIDDLE, rows / FINE
    bend_x = 2.2 * np.sin(y / 95 + 0.6) * np.exp(-(((y - 400) / 220) ** 2))
    bend_y = 1.8 * np.tanh(x / 70) * np.exp(-(((y - 330) / 90) ** 2)) - 1.6 * np.tanh(x / 50) * np.exp(
        -(((y - 495) / 50) ** 2)
    )
    wobble = noise(random, 60, x.shape) * 1.1
    return (x + bend_x + wobble).astype(np.float32), (y + bend_y + 0.7 * wobble[::-1]).astype(np.float32)


def noise(random: np.random.Generator, size: float, shape: tuple[int, ...]) -> Field:
    """Smooth noise with features about `size` pixels across, mean 0 and deviation 1."""
    step = max(1, int(size * FINE / 3))
    rough: Field = random.standard_normal((shape[0] // step + 6, shape[1] // step + 6)).astype(np.float32)
    big = cv2.resize(
        cv2.GaussianBlur(rough, (0, 0), 1.0),
        (rough.shape[1] * step, rough.shape[0] * step),
        interpolation=cv2.INTER_CUBIC,
    )
    cut = big[2 * step : 2 * step + shape[0], 2 * step : 2 * step + shape[1]]
    return np.asarray((cut - cut.mean()) / cut.std(), np.float32)


def profile(ys: Sequence[float], values: Sequence[float], at: Field) -> Field:
    """A smooth curve through (ys, values), without overshoot (PCHIP), held beyond its ends."""
    return np.asarray(PchipInterpolator(ys, values)(np.clip(at, ys[0], ys[-1])), np.float32)


def bump(x: Field, y: Field, at: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Field:
    """A Gaussian of height 1 at `at`, with deviations `size`, turned by `turn` radians."""
    dx, dy = x - at[0], y - at[1]
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(np.exp(-0.5 * (((dx * cos + dy * sin) / size[0]) ** 2 + ((dy * cos - dx * sin) / size[1]) ** 2)))


def step(edge0: float, edge1: float, value: Field) -> Field:
    """0 at edge0, 1 at edge1, smooth between."""
    t = np.clip((value - edge0) / (edge1 - edge0), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blur(field: Field, size: float) -> Field:
    """Gaussian blur with a deviation of `size` picture pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), size * FINE), np.float32)


def curve(points: Points, count: int = 40) -> npt.NDArray[np.float64]:  # -> (count, 2)
    """A smooth curve through a few points, by chord length."""
    p = np.array(points, np.float64)
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(p, axis=0).T))]
    t = np.linspace(0, along[-1], count)
    return np.stack([PchipInterpolator(along, p[:, k])(t) for k in (0, 1)], axis=1)


def groove(shape: tuple[int, ...], lines: Sequence[tuple[Points, float]], width: float, mirror: bool = True) -> Field:
    """Tapered lines (points, strength), on both halves of the face, about `width` wide and `strength` deep."""
    out = np.zeros(shape, np.float32)
    for points, strength in lines:
        path = curve(points)
        taper = np.sin(np.linspace(0.12, np.pi - 0.05, len(path))) ** 0.7 * strength
        for side in (-1, 1) if mirror else (1,):
            pixels = to_pixels(path * (side, 1))
            one = np.zeros(shape, np.float32)
            for a, b, s in zip(pixels[:-1], pixels[1:], taper, strict=False):
                cv2.line(one, tuple(map(int, a)), tuple(map(int, b)), (float(s),), max(1, round(width * FINE * 0.7)))
            np.maximum(out, one, out=out)
    return blur(out, width * 0.45)


def ramp(stops: Sequence[tuple[float, tuple[int, int, int]]], shade: Field) -> Colour:
    """The colour that each shade has in a palette."""
    at = [s for s, _ in stops]
    return np.stack([np.interp(shade, at, [c[k] / 255 for _, c in stops]) for k in range(3)], -1).astype(np.float32)


def over(below: Colour, above: Colour | tuple[float, float, float], mask: Field) -> Colour:
    """Paints `above` on `below` where the mask says."""
    return np.asarray(below + (np.asarray(above, np.float32) - below) * np.clip(mask, 0, 1)[..., None], np.float32)


def vec(*values: float) -> Field:
    """A few numbers as float32."""
    return np.array(values, np.float32)


def to_pixels(path: npt.NDArray[Any], parts: int = 1) -> npt.NDArray[np.int32]:  # (n, 2) -> (n, 2)
    """Points of the face as fine pixels of the canvas, in so many parts of a pixel."""
    return np.asarray(np.rint(np.add(path, (MIDDLE, 0)) * (FINE * parts)), np.int32)


def rgb(r: float, g: float, b: float) -> tuple[float, float, float]:
    """An sRGB colour given in 0..255."""
    return r / 255, g / 255, b / 255


# --- the form ---------------------------------------------------------------------------------------------------------


def lip_seam(x: Field) -> Field:
    """y of the line between the closed lips: a small dip in the middle, the corners lifted a little."""
    a = np.abs(x)
    return np.asarray(
        498.0 + 1.6 * np.exp(-((a / 9) ** 2)) + 0.8 * np.exp(-(((a - 30) / 13) ** 2)) - 3.2 * (a / 60) ** 3
    )


def lip_edges(x: Field) -> tuple[Field, Field]:  # -> y of the upper edge, y of the lower edge
    """The borders of the red of the lips; both meet the seam at 60 pixels from the middle."""
    a = np.abs(x)
    open_ = np.clip(1 - (a / 60) ** 2, 0, 1)
    upper = lip_seam(x) - 13.2 * open_**0.95 - 2.4 * np.exp(-(((a - 10) / 8) ** 2)) + 1.2 * np.exp(-((a / 5) ** 2))
    return upper.astype(np.float32), (lip_seam(x) + 16.5 * open_**0.95).astype(np.float32)


def eye_lids(a: Field) -> tuple[Field, Field]:  # -> y of the upper lid's edge, y of the lower lid's edge
    """The eye's opening, as a function of the distance from the middle of the face (37.5..100.5)."""
    u = np.clip((a - 69) / 31.5, -1, 1)
    base = 355.5 + 1.3 * u
    upper = base - 11.2 * (1 - np.abs(u) ** 2.1) ** 0.85 * (1 - 0.20 * u)
    return upper.astype(np.float32), (base + 6.8 * (1 - np.abs(u) ** 2.4) * (1 + 0.12 * u)).astype(np.float32)


WRINKLES: Sequence[tuple[Points, float]] = (
    (((112, 349), (122, 343), (134, 333)), 1.5),  # crow's feet
    (((112, 355), (125, 354), (139, 351)), 1.8),
    (((110, 362), (123, 367), (137, 371)), 1.4),
    (((114, 368), (124, 377), (132, 387)), 0.9),
    (((11, 300), (12, 312), (16, 326)), 0.6),  # frown
    (((42, 371), (58, 380), (80, 381), (98, 373)), 1.0),  # under the eye
    (((47, 379), (62, 391), (84, 393), (102, 384)), 1.5),
    (((96, 428), (106, 452), (105, 480), (94, 506)), 0.5),  # cheek
    (((122, 425), (130, 447), (128, 474)), 0.5),
    (((92, 514), (94, 530), (88, 546)), 0.6),  # jowl
    (((50, 386), (66, 399), (88, 400)), 0.5),  # cheek, under the bag
    (((46, 336), (66, 331), (90, 333), (104, 341)), 0.35),  # above the lid
    (((65, 503), (71, 517), (72, 535)), 1.3),  # from the corners of the mouth
    (((10, 341), (3, 343), (0, 343)), 0.8),  # across the root of the nose
)
FOREHEAD: Sequence[tuple[Points, float]] = (
    (((-98, 232), (-60, 226), (-20, 233), (22, 229), (60, 224), (92, 231)), 1.0),
    (((-106, 256), (-62, 247), (-18, 255), (25, 252), (66, 246), (104, 254)), 1.3),
    (((-88, 277), (-52, 270), (-14, 278), (18, 276), (58, 269), (92, 276)), 1.0),
    (((-60, 211), (-20, 214), (30, 210)), 0.5),
)
LID_CREASE: Sequence[tuple[Points, float]] = ((((38, 352), (50, 343), (68, 338), (90, 341.5), (110, 355)), 1.0),)
NASOLABIAL: Sequence[tuple[Points, float]] = ((((43, 430), (53, 447), (66, 467), (77, 489), (80, 508)), 1.0),)


HEAD_BUMPS: Sequence[Bump] = (  # height, where, how large, turn
    (4, (62, 317), (42, 13), 0.05),  # brow ridge
    (5, (0, 250), (75, 42), 0),  # forehead
    (-12, (68, 348), (34, 17), 0),  # eye socket
    (-3, (34, 346), (10, 14), 0),
    (-7, (146, 285), (22, 42), 0),  # temple
    (11.5, (70, 351), (29, 16), 0),  # lids
    (5, (92, 334), (26, 11), 0.30),  # hood of the lid
    (14, (102, 402), (36, 25), 0.25),  # cheekbone
    (-7, (112, 474), (24, 34), 0),  # hollow of the cheek
    (8, (76, 443), (20, 26), 0.5),  # fat of the cheek
    (5.5, (72, 384), (25, 7.5), 0),  # bag under the eye
    (12, (0, 486), (54, 36), 0),  # round of the teeth
    (7, (96, 534), (17, 24), 0),  # jowl
    (8, (0, 559), (30, 19), 0),  # chin
    (-4, (52, 556), (12, 20), 0),
    (-7, (0, 529), (32, 8), 0),  # under the lip
    (-4, (66, 494), (7, 9), 0),  # corner of the mouth
    (-2.4, (0, 468), (5, 11), 0),  # groove under the nose
    (1.4, (10, 468), (4, 11), 0),
)
NOSE_BUMPS: Sequence[Bump] = (
    (12, (0, 432), (14.5, 13), 0),  # ball
    (10, (29.5, 442), (9.5, 8.5), 0),  # wing
    (2, (24, 436), (13, 9), 0),
    (-4.5, (22, 431), (4, 9), 0.45),  # between ball and wing
    (-5, (16, 451), (7, 3.4), -0.25),  # nostril
    (-2.5, (44, 438), (5, 11), 0),  # behind the wing
)


def bumps(x: Field, y: Field, table: Sequence[Bump]) -> Field:
    """The sum of a table's bumps, on both halves of the face."""
    total = np.zeros_like(x)
    for height, at, size, turn in table:
        total += height * bump(np.abs(x), y, at, size, turn)
    return total


def head_form(x: Field, y: Field, random: np.random.Generator) -> tuple[Field, Field]:  # -> height, mask
    """The head without ears, as pixels towards the viewer, and where it is."""
    a = np.abs(x)
    half = profile(HEAD_Y, HEAD_HALF, y)
    across = np.clip(1 - (a / np.maximum(half, 1e-3)) ** 2.3, 0, 1)
    z = profile(DEPTH_Y, DEPTH, y) * across**0.52 + bumps(x, y, HEAD_BUMPS) + nose_form(x, y) + lip_form(x, y)
    z = z - 5.0 * groove(x.shape, NASOLABIAL, 8) - 2.6 * groove(x.shape, NASOLABIAL, 3)
    z = z - 2.1 * groove(x.shape, WRINKLES, 2.6) - 2.6 * groove(x.shape, LID_CREASE, 2.2)
    z = z - 1.9 * groove(x.shape, FOREHEAD, 3.2, mirror=False) - 0.8 * groove(x.shape, FOREHEAD, 9, mirror=False)
    for size, height in ((14, 0.28), (4, 0.16), (40, 0.9)):  # skin is not smooth
        z = z + height * noise(random, size, x.shape)
    mask = np.clip((half - a) * FINE * 0.5 + 0.5, 0, 1) * (y > HEAD_Y[0])
    return np.asarray(z, np.float32), np.asarray(mask, np.float32)


def nose_form(x: Field, y: Field) -> Field:
    """The nose: bridge, ball of the tip, wings, and the hollows of the nostrils."""
    a = np.abs(x)
    rise = profile((308, 340, 370, 400, 424, 436, 446, 455, 464, 472), (0, 3.5, 10, 19, 28, 30, 25, 13, 4, 0), y)
    spread = profile((320, 350, 400, 430, 455), (21, 14, 16.5, 20, 24), y)
    return np.asarray(rise * np.exp(-0.5 * (a / spread) ** 2) + bumps(x, y, NOSE_BUMPS), np.float32)


def lip_form(x: Field, y: Field) -> Field:
    """Two soft rolls and the seam between them."""
    seam, (top, bottom) = lip_seam(x), lip_edges(x)
    up = np.clip((y - top) / np.maximum(seam - top, 1e-3), 0, 1)
    down = np.clip((bottom - y) / np.maximum(bottom - seam, 1e-3), 0, 1)
    inside = np.clip(1 - (np.abs(x) / 60) ** 2, 0, 1) ** 0.6
    upper = 3.5 * np.sin(np.pi * up**1.3) * (y <= seam) + 2.0 * bump(x, y, (0, 490), (8, 4))
    lower = 6.5 * np.sin(np.pi * down**0.9) * (y > seam)
    z = blur(np.asarray((upper + lower) * inside, np.float32), 0.8)
    return np.asarray(z - 2.8 * np.exp(-(((y - seam) / 1.8) ** 2)) * step(68, 50, np.abs(x)), np.float32)


def ear_form(x: Field, y: Field) -> tuple[Field, Field]:  # -> height, mask
    """Both ears, seen from the front: the rolled rim, the inner fold, the hollow and the lobe."""
    a = np.abs(x)
    lean = (y - 395) * -0.10
    u, v = (a - 169 - lean) / 22, (y - 392) / 58
    radius = np.sqrt(np.abs(u) ** 2.2 + np.abs(v) ** 2.4 + 0.18 * v * u)
    rim, fold = np.exp(-(((radius - 0.86) / 0.13) ** 2)), np.exp(-(((radius - 0.48) / 0.13) ** 2))
    z = (
        -8
        + 10 * rim * step(0.75, 0.2, v)
        + 5 * fold
        + 7 * bump(u, v, (0.1, 0.72), (0.5, 0.22))
        - 8 * bump(u, v, (0, 0.1), (0.4, 0.35))
    )
    return np.asarray(z, np.float32), np.asarray(np.clip((1 - radius) * 14 * FINE + 0.5, 0, 1), np.float32)


def neck_form(x: Field, y: Field) -> tuple[Field, Field]:  # -> height, mask
    """The neck down to the collar: a cylinder with two cords, the Adam's apple and rings of age."""
    a = np.abs(x)
    half = profile((480, 560, 620, 660, 720), (114, 107, 104, 112, 150), y)
    z = 66 * np.sqrt(np.clip(1 - (a / half) ** 2, 0, 1)) - 12
    z = z + 3 * bump(a, y, (42, 640), (10, 60), 0.25) + 3 * bump(x, y, (0, 632), (16, 22))
    rings = groove(
        x.shape,
        ((((-80, 622), (-30, 634), (30, 635), (82, 624)), 1.0), (((-70, 650), (0, 662), (72, 652)), 0.8)),
        3,
        mirror=False,
    )
    z = z - 1.6 * rings
    return np.asarray(z, np.float32), np.asarray(np.clip((half - a) * FINE * 0.5 + 0.5, 0, 1) * (y > 470), np.float32)


# --- light ------------------------------------------------------------------------------------------------------------


def light(z: Field, mask: Field, shadow: Field, hollow: float = 1.0) -> tuple[Field, Field, Field]:
    """Window light, light from the room and from above on a height field; hollows are darker (ambient occlusion).

    -> shade 0..1, gloss 0..1, and how far the room's cool light outweighs the window's, 0..1
    """
    dy, dx = np.gradient(z * FINE)
    steep = np.sqrt(1 + (dx**2 + dy**2) / STEEPEST**2)  # no form turns away altogether: paint keeps its rims soft
    dx, dy = dx / steep, dy / steep
    length = np.sqrt(dx**2 + dy**2 + 1)
    normal = np.stack([-dx, -dy, np.ones_like(dx)], -1) / length[..., None]
    key = np.clip((normal @ KEY_LIGHT + 0.12) / 1.12, 0, 1) * shadow
    fill = np.clip(normal @ FILL_LIGHT, 0, 1)
    half_way = np.add(KEY_LIGHT, (0, 0, 1))
    gloss = np.clip(normal @ (half_way / np.linalg.norm(half_way)), 0, 1) ** 28 * shadow
    occlusion = np.zeros_like(z)
    for size, weight in ((4, 0.45), (12, 0.45), (28, 0.35)):
        around = blur(z * mask, size) / np.maximum(blur(mask, size), 1e-3)
        occlusion += weight * np.clip((around - z) / size, -0.12, 0.8) * step(0.50, 0.85, blur(mask, size))
    bounce = 0.10 * np.clip(normal[..., 1], 0, 1)
    shade = (0.73 * key + 0.20 * fill + 0.17 * (0.75 - 0.25 * normal[..., 1]) + bounce) * np.exp(-hollow * occlusion)
    cool = np.clip(fill - key, 0, 1)
    return np.asarray(shade, np.float32), np.asarray(gloss, np.float32), np.asarray(cool, np.float32)


def cast_shadow(z: Field, reach: float = 150, softness: float = 9) -> Field:
    """1 where the key light arrives, 0 where something nearer to the window stands in its way."""
    small = cv2.resize(z, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    blocked = np.zeros_like(small)
    across, rise = KEY_LIGHT[:2], KEY_LIGHT[2]
    for distance in np.arange(3, reach, 3.0):
        move = np.array([[1, 0, -across[0] * distance], [0, 1, -across[1] * distance]], np.float32)
        nearer = cv2.warpAffine(small, move, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        blocked = np.maximum(blocked, (nearer - small - rise * distance) / (softness + 0.12 * distance))
    lit = 1 - step(-0.1, 1.0, blur(blocked.astype(np.float32), 1.2))
    return np.asarray(cv2.resize(lit, z.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


# --- paint ------------------------------------------------------------------------------------------------------------


def background(x: Field, y: Field, random: np.random.Generator) -> Colour:
    """A warm wall with a wash of bamboo green, lighter behind the lit cheek's far side, darker at the edges."""
    warm = np.clip((x + 420) / 900 + (y - 300) / 1600 + 0.10 * noise(random, 160, x.shape), 0, 1)
    wall = over(np.broadcast_to(vec(*rgb(168, 172, 140)), (*x.shape, 3)), rgb(214, 196, 160), warm)
    wall = over(wall, rgb(232, 219, 188), 0.62 * bump(x, y, (110, 330), (230, 250)))
    wall = over(wall, rgb(120, 128, 98), 0.55 * step(300, 620, np.hypot(x, (y - 420) * 0.85)))
    wall = over(wall, rgb(92, 108, 76), 0.34 * bamboo(x.shape))
    return np.asarray(wall + 0.012 * noise(random, 45, x.shape)[..., None] * vec(1.0, 0.9, 0.6), np.float32)


LEAVES = (  # a spray of bamboo as in an ink painting: root x, y, heading in degrees (0 right, 90 down), length
    *((-352, 60, 62, 120), (-352, 60, 96, 140), (-350, 58, 28, 96), (-318, 150, 74, 118), (-318, 150, 112, 96)),
    *((-318, 150, 40, 84), (-372, 238, 66, 112), (-372, 238, 100, 104), (-372, 238, 36, 70), (346, 20, 118, 104)),
    *((346, 20, 84, 120), (346, 20, 150, 86), (372, 128, 112, 100), (372, 128, 140, 74), (372, 128, 82, 108)),
)
TWIGS = (((-384, -6), (-352, 60), (-318, 150)), ((-384, 120), (-372, 238)), ((340, -6), (346, 20), (372, 128)))


def bamboo(shape: tuple[int, ...]) -> Field:
    """Leaves and twigs on the wall, soft as a wash, 0..1."""
    layer: Field = np.zeros(shape, np.float32)
    along = np.linspace(0, 1, 30)
    for number, (x, y, heading, length) in enumerate(LEAVES):
        turn = np.deg2rad(heading + (12 if number % 2 else -10) * along)
        axis = np.array([x, y]) + np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1) * length / 30, axis=0)
        half = (0.055 * length * np.sin(np.pi * along**0.75) ** 0.9)[:, None] * np.stack(
            [-np.sin(turn), np.cos(turn)], 1
        )
        outline = to_pixels(np.concatenate([axis + half, (axis - half)[::-1]]))
        one = np.zeros(shape, np.float32)
        cv2.fillPoly(one, [outline], (0.65 + 0.35 * ((number * 7) % 5) / 4,), cv2.LINE_AA)
        layer = 1 - (1 - layer) * (1 - 0.8 * one)
    for twig in TWIGS:
        path = to_pixels(curve(twig, 20))
        cv2.polylines(layer, [path], False, (0.7,), 3 * FINE, cv2.LINE_AA)
    return blur(layer, 1.6)


def skin_tint(x: Field, y: Field, random: np.random.Generator) -> Colour:
    """What multiplies the skin's ramp: blood in nose, cheeks, ears; shaven jaw; sallow temples; spots and pores."""
    a = np.abs(x)
    red = (
        0.9 * bump(x, y, (0, 432), (30, 18))
        + 0.75 * bump(a, y, (96, 420), (36, 26))
        + 0.9 * step(156, 176, a) * step(330, 380, y)
    )
    red = (
        red
        + 0.35 * bump(a, y, (70, 376), (30, 9))
        + 0.5 * bump(x, y, (0, 560), (28, 18))
        + 0.10 * noise(random, 22, x.shape)
    )
    beard = 0.75 * step(455, 500, y + 0.25 * a) * step(640, 560, y) * (1 - 0.5 * bump(a, y, (95, 470), (22, 20)))
    tint = np.ones((*x.shape, 3), np.float32)
    tint *= 1 + red[..., None] * vec(0.020, -0.085, -0.095)
    tint *= 1 + beard[..., None] * vec(-0.085, -0.045, -0.015)
    tint *= 1 - 0.07 * bump(x, y, (-12, 541), (46, 16))[..., None] * vec(0.8, 1.0, 1.2)  # a chin is not polished
    tired = bump(a, y, (60, 366), (26, 10)) + bump(a, y, (38, 352), (9, 12))
    tint *= 1 + tired[..., None] * vec(-0.07, -0.09, -0.06)
    tint *= 1 + step(290, 180, y)[..., None] * vec(0.0, 0.012, -0.02)
    tint *= 1 + 0.010 * noise(random, 9, x.shape)[..., None] * vec(0.6, 1.0, 1.1)
    tint *= 1 + 0.014 * noise(random, 2.2, x.shape)[..., None]
    for _ in range(46):  # age spots, most of them at the temples and cheeks
        side, cx = random.choice((-1, 1)), random.normal(112, 26)
        cy = random.choice((random.normal(285, 45), random.normal(420, 40)))
        size = random.uniform(1.0, 3.9) * (0.55 if cx < 80 else 1.0)
        spot = step(
            0.25,
            0.8,
            bump(x, y, (side * cx, cy), (size, size * random.uniform(0.7, 1.2))) + 0.08 * noise(random, 5, x.shape),
        )
        tint *= 1 - (random.uniform(0.06, 0.17) * spot)[..., None] * vec(0.8, 1.15, 1.4)
    return tint


def paint_lips(picture: Colour, x: Field, y: Field, shade: Field, gloss: Field, random: np.random.Generator) -> Colour:
    """The red of the lips, their fine upright lines, and the dark seam."""
    seam, (top, bottom) = lip_seam(x), lip_edges(x)
    inside = step(-1.8, 2.2, y - top) * step(-2.2, 2.0, bottom - y) * step(62, 54, np.abs(x))
    tone = np.where(y < seam, 0.30 + 0.32 * shade, shade)  # the upper lip looks down, away from the light
    lines = cv2.GaussianBlur(noise(random, 2.5, x.shape), (0, 0), sigmaX=0.6, sigmaY=9)
    red = ramp(
        ((0, (70, 30, 28)), (0.3, (122, 62, 54)), (0.55, (160, 92, 79)), (0.8, (190, 122, 104)), (1, (218, 162, 142))),
        blur(tone.astype(np.float32), 0.8) + 0.045 * lines,
    )
    picture = over(picture, red, 0.88 * inside)
    picture = over(picture, rgb(250, 214, 198), 0.22 * bump(x, y, (-9, 502), (20, 2.6)) + 0.35 * gloss * inside)
    thin = 1.7 - 0.7 * np.clip(np.abs(x) / 66, 0, 1)
    line = np.exp(-(((y - seam) / thin) ** 2)) * step(68, 60, np.abs(x))
    picture = over(picture, rgb(70, 28, 26), 0.90 * line)
    return over(picture, rgb(86, 44, 36), 0.5 * bump(np.abs(x), y, (63.5, 491.5), (3.2, 3.2)))


def paint_nostrils(picture: Colour, x: Field, y: Field) -> Colour:
    """The dark of the nostrils and the shadow line round the wings."""
    a = np.abs(x)
    return over(picture, rgb(66, 30, 26), 0.85 * step(0.35, 0.85, bump(a, y, (16.5, 451.5), (8, 3.4), -0.22)))


def paint_eyes(picture: Colour, x: Field, y: Field) -> Colour:
    """Both eyes: white, iris with its dark rim, pupil, window light, shadow of the lid, the lids' edges and lashes."""
    a = np.abs(x)
    upper, lower = eye_lids(a)
    across = step(36.9, 39.5, a) * step(101.1, 98.5, a)
    inside = step(-0.6, 0.6, y - upper) * step(-0.6, 0.6, lower - y) * across
    ball = np.sqrt(np.clip(1 - ((x - np.sign(x) * 70) / 44) ** 2 - ((y - 353) / 40) ** 2, 0, 1))
    white = ramp(((0, (120, 88, 76)), (0.5, (180, 156, 138)), (1, (226, 213, 196))), ball**1.5 * (0.86 - 0.0016 * x))
    white = over(
        white, rgb(196, 132, 118), 0.8 * bump(a, y, (39, 356), (4.5, 4)) + 0.35 * bump(a, y, (98, 355), (6, 6))
    )
    iris_x, iris_y = a - 69.5, y - 353.0
    r = np.hypot(iris_x, iris_y)
    turn = np.arctan2(iris_y, iris_x)
    rays = 0.5 + 0.5 * np.sin(turn * 31 + 2.3 * np.sin(turn * 7)) * np.sin(turn * 17 + 1)
    brown = ramp(
        ((0, (34, 19, 14)), (0.5, (72, 43, 27)), (1, (128, 82, 48))),
        np.clip(0.42 + 0.030 * iris_y + 0.022 * np.where(x > 0, iris_x, -iris_x) + 0.14 * (rays - 0.5), 0, 1),
    )
    brown = over(brown, rgb(30, 20, 18), step(9.6, 12.2, r) * 0.85)
    brown = over(brown, rgb(12, 8, 8), step(5.6, 4.4, r))
    eye = over(white, brown, step(13.2, 11.9, r))
    eye = over(eye, rgb(150, 146, 140), 0.22 * np.exp(-(((r - 12.6) / 1.1) ** 2)) * step(0, 8, iris_y))
    eye = over(eye, rgb(48, 26, 22), 0.72 * step(7.5, -0.5, y - upper) + 0.22 * step(5, 0, lower - y) * step(9, 13, r))
    glint_x = x - np.sign(x) * 69.5
    eye = over(eye, rgb(255, 250, 240), 0.95 * step(0.45, 0.75, bump(glint_x, y, (-4.6, 348.4), (2.5, 2.2))))
    eye = over(eye, rgb(214, 186, 150), 0.28 * bump(glint_x, y, (5, 358), (3.2, 2.4)))
    picture = over(picture, eye, inside)
    wet = np.exp(-(((y - lower - 1.2) / 1.3) ** 2)) * step(37, 46, a) * step(101, 93, a)
    picture = over(picture, rgb(226, 168, 148), 0.55 * wet)
    picture = over(
        picture, rgb(112, 64, 54), 0.5 * np.exp(-(((y - lower + 0.4) / 0.9) ** 2)) * step(40, 62, a) * step(102, 97, a)
    )
    fold = np.exp(-(((a - 37.5 - 0.10 * (y - 352) ** 2 / 4) / 1.5) ** 2)) * step(345, 350, y) * step(364, 358, y)
    picture = over(picture, rgb(126, 72, 58), 0.45 * fold)  # the fold of skin over the inner corner
    lash = np.exp(-(((y - upper + 0.9) / (0.9 + 0.6 * step(40, 85, a))) ** 2)) * step(35, 44, a) * step(107, 95, a)
    return over(picture, rgb(50, 30, 25), 0.86 * lash)


def hair_strokes(picture: Colour, strokes: Sequence[Stroke], strength: float) -> Colour:
    """Fine tapered strokes laid over the picture."""
    layer = np.clip(picture * 255, 0, 255).astype(np.uint8)
    for path, colour, width in strokes:
        pixels = to_pixels(path, 16)
        ink = tuple(float(c) * 255 for c in np.clip(colour, 0, 1))
        cut = max(2, int(len(pixels) * 0.6))
        cv2.polylines(layer, [pixels[:cut]], False, ink, max(1, round(width)), cv2.LINE_AA, 4)
        cv2.polylines(layer, [pixels[cut - 1 :]], False, ink, 1, cv2.LINE_AA, 4)
    return np.asarray(picture + (layer.astype(np.float32) / 255 - picture) * strength, np.float32)


def paint_brows(picture: Colour, random: np.random.Generator) -> Colour:
    """Grey brows: hairs rise at the inner end, lie outwards along the ridge, and hang at the outer end."""
    strokes: list[Stroke] = []
    middle = curve(((27, 320), (48, 316.5), (71, 314), (95, 317.5), (119, 332)), 101)
    for _ in range(700):
        side, t = random.choice((-1, 1)), random.beta(1.25, 1.5)
        root = middle[int(t * 100)] + (
            random.normal(0, 1.5),
            random.normal(2.0 - 1.0 * t, 3.6 - 1.7 * abs(2 * t - 0.8)),
        )
        angle = np.interp(t, (0, 0.25, 0.6, 1), (-1.25, -0.62, -0.10, 0.62)) + random.normal(0, 0.20)
        length = random.uniform(8, 15) * (1.25 if random.random() < 0.1 else 1)
        s = np.linspace(0, 1, 6)
        bow = angle + 0.5 * s
        path = root + np.stack([np.cos(bow) * s, np.sin(bow) * s], 1) * length
        grey = random.choice((0.28, 0.38, 0.52, 0.68, 0.82), p=(0.27, 0.25, 0.20, 0.17, 0.11)) * random.uniform(
            0.9, 1.1
        )
        strokes.append((path * (side, 1), vec(grey * 1.04, grey * 0.98, grey * 0.94), random.choice((1, 2))))
    return hair_strokes(picture, strokes, 0.70)


def paint_stubble(picture: Colour, random: np.random.Generator) -> Colour:
    """A day's grey stubble on lip, chin and jaw, pale and dark, hardly more than dots."""
    strokes: list[Stroke] = []
    while len(strokes) < 1500:
        x, y = random.uniform(-120, 120), random.uniform(462, 588)
        top, bottom = lip_edges(vec(x))
        lowest_hair = 466 + 0.22 * abs(x)
        if y < lowest_hair or (top[0] - 4 < y < bottom[0] + 3 and abs(x) < 66):
            continue
        way = np.pi / 2 - 0.006 * x + random.normal(0, 0.35)
        path = np.array([[x, y], [x + 2.2 * np.cos(way), y + 2.2 * np.sin(way)]])
        grey = random.choice((0.22, 0.45, 0.86), p=(0.3, 0.3, 0.4))
        strokes.append((path, vec(grey, grey * 0.97, grey * 0.93), 1))
    return hair_strokes(picture, strokes, 0.22)


def into_hair(a: Field, y: Field) -> Field:
    """How far a place lies within the hair, pixels: a receding front, deep corners, a small peak at the temples."""
    front = profile((0, 30, 58, 82, 104, 130), (186, 187, 182, 169, 164, 172), a) - y
    side = a - profile((120, 150, 172, 200, 230, 262, 300, 336, 366), (96, 102, 112, 126, 132, 142, 149, 149, 152), y)
    return np.maximum(front, 1.6 * side)


HAIR_Y = (93, 96, 103, 118, 150, 200, 260, 300, 330, 372)
HAIR_HALF = (0, 28, 55, 86, 122, 150, 165, 168, 167, 164)


def hair_form(x: Field, y: Field, head: Field, random: np.random.Generator) -> tuple[Field, Field]:  # -> height, mask
    """Short thin hair: a little volume over the skull, a soft border towards the forehead."""
    a = np.abs(x)
    half = profile(HAIR_Y, HAIR_HALF, y)
    outline = step(-1.5, 2.5, half - a + 1.6 * noise(random, 7, x.shape)) * (y > HAIR_Y[0])
    depth = profile(
        (0, 14, 38, 60),
        (0.0, 0.32, 0.88, 1.0),
        np.clip(into_hair(a, y) + 2 * noise(random, 6, x.shape) + 3 * noise(random, 28, x.shape), 0, 60),
    )
    thin = 1 - 0.36 * bump(x, y, (6, 160), (66, 18))  # the scalp shows through where it is thinnest
    mask = outline * depth * thin * step(378, 340, y + 4 * noise(random, 5, x.shape))
    round_ = np.sqrt(np.clip(1 - (a / np.maximum(half, 1)) ** 2.2, 0, 1))
    z = (
        np.maximum(head, 128 * round_ * profile((93, 105, 150, 220, 360), (0.25, 0.5, 0.85, 1.0, 0.9), y))
        + 3 * depth
        + 1.6 * noise(random, 13, x.shape)
    )
    return np.asarray(z, np.float32), np.asarray(mask, np.float32)


def paint_hair(picture: Colour, mask: Field, shade: Field, random: np.random.Generator) -> Colour:
    """Hair combed back and to one side, thousands of strokes from dark to light, sparse at the border."""
    picture = over(picture, ramp(HAIR_RAMP, 0.85 * shade), 0.72 * blur(mask, 2.5) ** 1.6)
    for count, lift, width, gather in ((5200, -0.22, 2, 2.3), (5200, 0.02, 1, 1.6), (3600, 0.20, 1, 1.1)):
        strokes: list[Stroke] = []
        clump = noise(random, 15, mask.shape)
        while len(strokes) < count:
            x, y = random.uniform(-178, 178), random.uniform(HAIR_Y[0], 376)
            row, column = int(y * FINE), int((x + MIDDLE) * FINE)
            if random.random() > mask[row, column] ** gather:
                continue
            path = hair_path(x, y, float(random.normal(0, 0.10) + 0.14 * clump[row, column]), random)
            if len(path) < 3:
                continue
            tone = shade[row, column] * 0.9 + lift + random.normal(0, 0.09) + 0.07 * clump[row, column]
            strokes.append((path, ramp(HAIR_RAMP, vec(tone))[0], width))
        picture = hair_strokes(picture, strokes, 0.75)
    return picture


def hair_path(x: float, y: float, bend: float, random: np.random.Generator) -> npt.NDArray[np.float64]:  # -> (n, 2)
    """One hair from its root: back over the top, or shorter, down and backwards at the sides; cut at the outline."""
    side = float(np.clip((y - 168) / 60, 0, 1) * np.clip((abs(x) - 95) / 40, 0, 1))
    back = np.interp(x, (-150, -75, 5, 150), (-2.6, -2.0, -1.3, -0.6))  # radians, y downwards
    down = 0.95 if x > 0 else np.pi - 0.95
    heading = (1 - side) * np.exp(1j * back) + side * np.exp(1j * down)
    s = np.linspace(0, 1, 7)
    turn = np.angle(heading) + bend + (0.5 * np.sign(x) * (1 - side) + random.normal(0, 0.12)) * s
    length = random.uniform(16, 36) * (1 - 0.62 * side)
    path = np.array([x, y]) + np.stack([np.cos(turn), np.sin(turn)], 1) * (s * length)[:, None]
    path = path[np.abs(path[:, 0]) < profile(HAIR_Y, HAIR_HALF, path[:, 1]) + random.uniform(0, 5)]
    return np.asarray(path[path[:, 1] > HAIR_Y[0] - 1 + random.uniform(0, 4)])


CLOTHES_RISE = 24.0  # how far the clothes were moved up after they were drawn, pixels
COLLAR = ((0, 690), (28, 683), (60, 665), (88, 636), (104, 605), (120, 624), (114, 676), (72, 762), (38, 732), (3, 701))


def collar_mask(shape: tuple[int, ...]) -> Field:
    """The two points of the shirt's collar, 0..1."""
    layer = np.zeros(shape, np.uint8)
    half = np.concatenate([curve(COLLAR[:5], 24), np.array(COLLAR[5:], np.float64)]) - (0, CLOTHES_RISE)
    for side in (-1, 1):
        cv2.fillPoly(layer, [to_pixels(half * (side, 1))], (255,))
    return blur(layer.astype(np.float32) / 255, 0.6)


def clothes_form(x: Field, y: Field, random: np.random.Generator) -> tuple[Field, Field, Field, Field]:
    """A knitted cardigan over a pale buttoned shirt -> height, mask of the knit, of the shirt, of its collar."""
    a = np.abs(x)
    y = y + CLOTHES_RISE + 0.014 * x
    shoulder = profile((0, 92, 150, 240, 330, 384), (614, 626, 658, 698, 734, 762), a)
    below = np.clip(y - shoulder, 0, 400)
    folds = 5.5 * noise(random, 110, x.shape) * step(0, 60, below)
    z = 78 * (1 - np.exp(-below / 70)) - 20 - 0.0011 * a**2 + folds
    opening = profile((610, 680, 770, 860, 900), (112, 98, 62, 24, 8), y) - a  # > 0 inside the V
    knit = np.clip(below * FINE * 0.5, 0, 1) * step(1.0, -1.0, opening)
    band = step(-34, -30, opening) * step(1.0, -1.0, opening)
    column = np.where(band > 0.5, opening / 6.0, x / 8.0)
    stitch = np.abs(np.sin(np.pi * column)) ** 0.6 * (
        0.75 + 0.25 * np.sin(2 * np.pi * (y / 8.5 + 0.55 * np.abs(np.mod(column, 1) - 0.5) * 2))
    )
    knit_z = z + 12 + 4.5 * step(-36, -28, opening) + 2.6 * stitch
    seams: Sequence[tuple[Points, float]] = (
        (((286, 690), (300, 760), (288, 840), (262, 925)), 1.0),
        (((262, 925), (220, 880), (206, 850)), 0.8),
    )
    knit_z -= 7 * groove(x.shape, seams, 9)
    collar = collar_mask(x.shape)
    placket = 1.6 * step(12, 10, np.abs(x - 2))
    raised = z + 22 - 0.05 * a + 1.2 * noise(random, 40, x.shape)
    form = np.where(knit > 0.5, knit_z, z - 4 + placket) * (1 - collar) + collar * raised
    shirt = step(-1, 1, opening) * step(688, 692, y - 0.9 * a) * (1 - collar)
    return np.asarray(form, np.float32), knit * (1 - collar), np.asarray(shirt, np.float32), collar


def paint_buttons(picture: Colour, x: Field, y: Field) -> Colour:
    """Two shirt buttons, each a pale disc with a shadow under it."""
    for height in (732, 802):
        picture = over(picture, rgb(120, 116, 110), 0.7 * step(7.5, 4.5, np.hypot(x - 3.5, y - height - 2)))
        picture = over(picture, rgb(232, 228, 216), step(5.8, 4.8, np.hypot(x - 2, y - height)))
        picture = over(picture, rgb(150, 146, 138), 0.8 * step(1.4, 0.7, np.hypot(np.abs(x - 2) - 1.5, y - height)))
    return picture


# --- the brush --------------------------------------------------------------------------------------------------------


def directions(picture: Colour, size: float) -> Field:
    """The angle along which the paint runs: across the steepest change (structure tensor, Kass and Witkin 1987)."""
    grey = cv2.GaussianBlur(picture.mean(-1), (0, 0), 1.5)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(f, (0, 0), size) for f in (gx * gx, gy * gy, gx * gy))
    slant = 2.5e-4  # where nothing changes the strokes all lean the same way
    xx, xy, yy = xx + 0.3 * slant, xy + 0.45 * slant, yy + 0.7 * slant
    return np.asarray(0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2, np.float32)


def brushwork(picture: Colour, care: Field, random: np.random.Generator) -> Colour:
    """Lays the picture down in curved strokes, broad ones first, finer where `care` asks (after Hertzmann 1998)."""
    canvas = np.clip(cv2.GaussianBlur(picture, (0, 0), 10) * 255, 0, 255).astype(np.uint8)
    height, width = canvas.shape[:2]
    for radius, amount, wanted in ((13, 1.3, 0.0), (7, 1.5, 0.0), (4, 1.6, 0.25), (2, 1.3, 0.55)):
        soft = cv2.GaussianBlur(picture, (0, 0), radius * 0.55)
        angle = directions(picture, radius * 1.6 + 3)
        count = int(width * height / (radius * radius * 4) * amount)
        xs, ys = random.uniform(0, width, count), random.uniform(0, height, count)
        for x0, y0, jitter in zip(xs, ys, random.normal(0, 0.017, (count, 3)), strict=True):
            if care[int(y0), int(x0)] < wanted:
                continue
            colour = soft[int(y0), int(x0)]
            path = [*brush_path(soft, angle, (x0, y0), np.pi, radius)[::-1], (x0, y0)]
            path += brush_path(soft, angle, (x0, y0), 0.0, radius)
            ink = np.clip((colour + jitter.mean() + 0.5 * jitter) * 255, 0, 255)
            line = np.rint(np.array(path) * 16).astype(np.int32)
            cv2.polylines(canvas, [line], False, ink.tolist(), radius, cv2.LINE_AA, 4)
    return np.asarray(canvas, np.float32) / 255


def brush_path(
    soft: Colour, angle: Field, start: tuple[float, float], turned: float, radius: float
) -> list[tuple[float, float]]:
    """Up to three steps of the brush from `start` along the paint, until the colour underneath changes."""
    height, width = angle.shape
    (x, y), path, heading = start, [], 0.0
    colour = soft[int(y), int(x)]
    for number in range(3):
        way = float(angle[int(y), int(x)]) + turned
        if number and np.cos(way - heading) < 0:
            way += np.pi
        heading, x, y = way, x + np.cos(way) * radius * 1.1, y + np.sin(way) * radius * 1.1
        if not (0 <= x < width and 0 <= y < height) or np.abs(soft[int(y), int(x)] - colour).sum() > 0.12:
            break
        path.append((x, y))
    return path


def bristles(picture: Colour, random: np.random.Generator) -> Field:
    """The fine relief that bristles leave along the strokes: noise smeared along the forms (Cabral and Leedom 1993)."""
    angle = directions(picture, 7)
    grain = random.standard_normal(angle.shape).astype(np.float32)
    y, x = np.mgrid[0 : angle.shape[0], 0 : angle.shape[1]].astype(np.float32)
    total = grain.copy()
    for way in (1, -1):
        px, py = x.copy(), y.copy()
        for _ in range(9):
            t = (
                cv2.remap(np.cos(2 * angle), px, py, cv2.INTER_LINEAR),
                cv2.remap(np.sin(2 * angle), px, py, cv2.INTER_LINEAR),
            )
            turn = 0.5 * np.arctan2(t[1], t[0])
            px, py = (px + way * np.cos(turn)).astype(np.float32), (py + way * np.sin(turn)).astype(np.float32)
            total += cv2.remap(grain, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(total / total.std(), np.float32)


def weave(random: np.random.Generator) -> Field:
    """The woven ground, at the picture's own size: crossing threads of uneven strength."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    threads = np.sin(2 * np.pi * x / 3.1) * np.cos(np.pi * y / 3.3) + np.sin(2 * np.pi * y / 3.3) * np.cos(
        np.pi * x / 3.1
    )
    return np.asarray(0.6 * threads + 0.8 * random.standard_normal(x.shape), np.float32)


def grade(picture: Colour) -> Colour:
    """A last glaze: a little warmer, a little deeper in contrast and colour."""
    deeper = picture + 0.06 * (picture - 0.5) * (1 - np.abs(2 * picture - 1)) * 2
    grey = deeper.mean(-1, keepdims=True)
    return np.asarray((grey + 1.01 * (deeper - grey)) * vec(1.012, 1.0, 0.982), np.float32)


@dataclass(frozen=True)
class Bust:
    """The forms of head and shoulders: heights in pixels towards the viewer, masks 0..1."""

    x: Field
    y: Field
    head: Field
    head_mask: Field
    ears: Field
    ear_mask: Field
    neck: Field
    neck_mask: Field
    cloth: Field
    knit: Field
    shirt: Field
    collar: Field
    hair: Field
    hair_mask: Field

    @property
    def dressed(self) -> Field:
        """Where there is any cloth."""
        return np.asarray(np.maximum.reduce([self.knit, self.shirt, self.collar]))

    def sunlight(self) -> tuple[Field, Field]:  # -> on hair and cloth, on the skin
        """Where the window's light arrives. Thin hair throws no shadow on the brow, nor an ear on the wall."""
        body = np.where(self.dressed > 0.5, self.cloth, np.where(self.neck_mask > 0.5, self.neck, WALL))
        face = np.where(self.head_mask > 0.5, self.head, np.where(self.ear_mask > 0.5, self.ears, body))
        crowned = np.where(self.hair_mask > 0.4, self.hair, face)
        return cast_shadow(crowned.astype(np.float32)), cast_shadow(np.maximum(face, -20).astype(np.float32))


def model(random: np.random.Generator) -> Bust:
    """Shapes head and shoulders."""
    x, y = grid(random)
    head = head_form(x, y, random)
    return Bust(
        x, y, *head, *ear_form(x, y), *neck_form(x, y), *clothes_form(x, y, random), *hair_form(x, y, head[0], random)
    )


def paint_clothes(picture: Colour, bust: Bust, sun: Field, random: np.random.Generator) -> Colour:
    """Shirt, buttons, cardigan and collar; darker on the side away from the window."""
    x, y = bust.x, bust.y
    shade, _, _ = light(bust.cloth, bust.dressed, sun)
    shade = shade * (1.02 - 0.22 * step(-120, 160, x) - 0.10 * step(700, 900, y))
    grain = 0.02 * noise(random, 3, x.shape)
    picture = paint_buttons(over(picture, ramp(SHIRT_RAMP, shade + grain), bust.shirt), x, y)
    picture = over(picture, ramp(KNIT_RAMP, shade * 0.98 + grain), bust.knit)
    return over(picture, ramp(SHIRT_RAMP, shade + grain), bust.collar)


def paint_face(bust: Bust, sun: Field, tint: Colour, random: np.random.Generator) -> Colour:
    """The face and all that is in it; the rest of the picture is to be masked away."""
    x, y = bust.x, bust.y
    shade, gloss, cool = light(bust.head, bust.head_mask, sun)
    face = ramp(SKIN_RAMP, shade) * tint + (0.055 * gloss)[..., None] * vec(1.0, 0.96, 0.88)
    face *= 1 + cool[..., None] * COOL_TURN
    face = paint_lips(face, x, y, shade, gloss, random)
    face = paint_stubble(face, random)
    return paint_brows(paint_eyes(paint_nostrils(face, x, y), x, y), random)


def portrait(seed: int = 1938) -> npt.NDArray[np.uint8]:  # -> (HEIGHT, WIDTH, 3) RGB
    """The whole painting, from the back to the front."""
    random = np.random.default_rng(seed)
    bust = model(random)
    x, y = bust.x, bust.y
    sun, sun_on_skin = bust.sunlight()
    tint = skin_tint(x, y, random)

    picture = background(x, y, random)
    shade, _, _ = light(bust.neck, bust.neck_mask, sun_on_skin)
    below_chin = 1 - 0.30 * step(680, 600, y)
    picture = over(picture, ramp(SKIN_RAMP, shade * below_chin) * tint, bust.neck_mask)
    picture = paint_clothes(picture, bust, sun, random)
    shade, _, _ = light(bust.ears, bust.ear_mask, sun_on_skin)
    picture = over(picture, ramp(SKIN_RAMP, shade * 0.92 - 0.03) * tint, bust.ear_mask)
    picture = over(picture, paint_face(bust, sun_on_skin, tint, random), bust.head_mask)
    shade, _, _ = light(bust.hair, bust.hair_mask, 0.45 + 0.55 * sun, 0.7)
    picture = paint_hair(picture, bust.hair_mask, blur(shade, 4), random)
    return finish(picture, care_map(bust), random)


def finish(picture: Colour, care: Field, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Brush strokes, the relief of bristles, darker corners, the last glaze and the woven ground."""
    painted = brushwork(picture, care, random)
    picture = painted + (picture - painted) * (0.18 + 0.62 * care)[..., None]
    picture = picture + 0.011 * bristles(picture, random)[..., None]
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    small = small * (1 - 0.16 * np.clip(np.hypot(rows, columns) - 0.55, 0, 1))[..., None]
    small = grade(small) + 0.007 * weave(random)[..., None]
    return np.asarray(np.clip(np.rint(small * 255), 0, 255), np.uint8)


def care_map(bust: Bust) -> Field:
    """How finely each place is painted, 0..1: most at the eyes and lips, less in the skin, least in the wall."""
    x, y, a = bust.x, bust.y, np.abs(bust.x)
    eyes = step(0.25, 0.75, bump(a, y, (70, 350), (40, 24)))
    mouth = step(0.25, 0.75, bump(x, y, (0, 496), (60, 17)))
    nose = 0.75 * bump(x, y, (0, 445), (42, 16))
    texture = np.maximum(bust.ear_mask, bust.dressed)
    rim = sum((np.abs(blur(m, 4) - blur(m, 1)) for m in (bust.head_mask, bust.neck_mask, texture)), np.zeros_like(x))
    surfaces = [0.36 * bust.head_mask, 0.90 * bust.hair_mask, 0.55 * texture, 0.6 * np.clip(3 * rim, 0, 1)]
    return blur(np.maximum.reduce([eyes, mouth, nose, *surfaces]).astype(np.float32), 3)


def main() -> None:
    """Paints the picture and writes it beside this file, or where the first argument says."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("portrait.jpg")
    picture = portrait()
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, FULL_COLOUR]
    cv2.imwrite(str(target), picture[..., ::-1], options)


if __name__ == "__main__":
    main()

"""What is painted on a portrait: skin's texture, strands of hair, glasses, clothes and backdrops.

Knows how each looks, nothing of whose portrait it is. Colours are sRGB in 0 … 1, places are in E from between the eyes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face.landmarks import (
    INNER_LOWER,
    INNER_UPPER,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    OUTER_LOWER,
    OUTER_UPPER,
    OVAL,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    person_mask,
)
from tests.face.faces.sitter import HEIGHT, WIDTH, Colour, Field, Places, Sitter, oval_mask, smooth, to_picture

Rgb = tuple[float, float, float]
Flow = Callable[[Places], Places]  # the direction in which hair grows at each place

FINE = 2  # pixels of the canvas for strands, per pixel and axis
LIDS = ((RIGHT_EYE_UPPER, RIGHT_EYE_LOWER), (LEFT_EYE_UPPER, LEFT_EYE_LOWER))


def noise(random: np.random.Generator, size: float) -> Field:
    """Smooth noise with features about `size` pixels across, mean 0 and deviation 1."""
    rough = random.standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    step = max(1, int(size / 3))
    small = cv2.resize(rough, (WIDTH // step, HEIGHT // step), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, size / step / 3))
    big = cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray((big - big.mean()) / big.std(), np.float32)


def over(below: Colour, above: NDArray[Any] | Rgb, mask: Field) -> Colour:
    """`above` laid on `below` where the mask says."""
    return np.asarray(below + (np.asarray(above, np.float32) - below) * np.clip(mask, 0, 1)[..., None], np.float32)


def blur(field: NDArray[Any], pixels: float) -> NDArray[np.float32]:
    """Gaussian, with a deviation in pixels."""
    return np.asarray(cv2.GaussianBlur(field.astype(np.float32), (0, 0), pixels), np.float32)


def polygon(pixels: NDArray[np.float32], softness: float) -> Field:
    """1 inside, with an edge `softness` pixels wide."""
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.fillPoly(mask, [np.rint(pixels * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    return blur(mask, softness) if softness else mask


def ring(sitter: Sitter, upper: Sequence[int], lower: Sequence[int], softness: float) -> Field:
    """What an upper and a lower row of landmarks enclose."""
    return polygon(sitter.points[[*upper, *reversed(lower)], :2], softness)


def eyes(sitter: Sitter, softness: float = 1.0) -> Field:
    """Inside the lids."""
    return np.asarray(sum(ring(sitter, *lids, softness) for lids in LIDS), np.float32)


def mouth(sitter: Sitter, softness: float = 1.0) -> Field:
    """Inside the lips: teeth, where they show."""
    return ring(sitter, INNER_UPPER, INNER_LOWER, softness)


def lips(sitter: Sitter, softness: float = 1.5) -> Field:
    """The red of the lips."""
    return np.clip(ring(sitter, OUTER_UPPER, OUTER_LOWER, softness) - mouth(sitter, softness), 0, 1)


def skin(sitter: Sitter) -> Field:
    """Where skin shows: near in hue to the cheeks, in the face or below it."""
    lab = cv2.cvtColor(blur(sitter.colour, 1.5), cv2.COLOR_RGB2LAB)
    cheeks = sitter.points[[50, 280, 205, 425, 118, 347, 151], :2].astype(int)
    usual = np.median([lab[y, x] for x, y in cheeks], axis=0)
    away = np.hypot(lab[..., 1] - usual[1], lab[..., 2] - usual[2]) + 0.35 * np.clip(
        usual[0] - 22 - lab[..., 0], 0, None
    )
    near = smooth(np.clip((19 - away) / 9, 0, 1)) * person_mask(to_picture(sitter.colour))
    u, v = sitter.face_grid()
    reach = smooth(np.clip((1.75 - np.abs(u)) / 0.2, 0, 1)) * smooth(np.clip((3.0 - v) / 0.3, 0, 1))
    face = np.maximum(near * reach, 0.0)
    return np.asarray(np.clip(face - eyes(sitter) - mouth(sitter), 0, 1), np.float32)


def pores(sitter: Sitter, random: np.random.Generator, strength: float) -> Sitter:
    """The grain of skin, as relief lit from above: what an enlargement has lost."""
    relief = 0.6 * noise(random, 2.2) + 0.5 * noise(random, 4.5) + 0.3 * noise(random, 9)
    lit = relief - np.roll(relief, (1, 1), (0, 1))
    grain = strength * (0.7 * lit / lit.std() + 0.35 * noise(random, 1))
    return sitter.painted(sitter.colour * (1 + (grain * (0.25 + 0.75 * skin(sitter)))[..., None]))


def strands(
    colour: Colour,
    roots: NDArray[np.float32],
    flow: Flow,
    lengths: NDArray[np.float32],
    tones: NDArray[np.float32],
    width: float,
) -> Colour:
    """Hairs painted one after another: roots (n, 2) and lengths in pixels, tones (n, 3)."""
    canvas = cv2.resize(colour, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    steps = 9
    paths = [roots.astype(np.float32)]
    for _ in range(steps):
        paths.append(paths[-1] + flow(paths[-1]) * (lengths / steps)[:, None])
    rows = np.rint((np.stack(paths, 1) + 0.5) * FINE * 16).astype(np.int32)
    for path, tone in zip(rows, tones, strict=True):
        cv2.polylines(canvas, [path[:6]], False, tone.tolist(), max(1, round(width * FINE)), cv2.LINE_AA, 4)
        cv2.polylines(canvas, [path[5:]], False, tone.tolist(), 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def scattered(mask: Field, count: int, random: np.random.Generator) -> NDArray[np.float32]:  # (count, 2) pixels
    """Places drawn at random, as densely as the mask says; the lowest first, so that upper hair lies over lower."""
    chance = mask.ravel().astype(np.float64)
    index = random.choice(chance.size, count, p=chance / chance.sum())
    at = np.stack((index % WIDTH, index // WIDTH), 1) + random.random((count, 2))
    return np.asarray(at[np.argsort(-at[:, 1])], np.float32)


def sampled(field: NDArray[np.float32], at: NDArray[np.float32]) -> NDArray[np.float32]:
    """The field's values at pixels (n, 2), held at its rim."""
    x, y = np.clip(at[:, 0], 0, WIDTH - 1).astype(int), np.clip(at[:, 1], 0, HEIGHT - 1).astype(int)
    return np.asarray(field[y, x], np.float32)


def backdrop(random: np.random.Generator, tone: Rgb) -> Colour:
    """A photographer's mottled cloth, lighter in the middle."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    light = 1.08 - 0.34 * np.clip(np.hypot(x * 0.8, y + 0.15), 0, 1.4) ** 2
    cloud = 0.045 * noise(random, 120) + 0.025 * noise(random, 45)
    return np.asarray(np.clip(np.array(tone) * (light + cloud)[..., None], 0, 1), np.float32)


def along_edges(mask: Field, colour: Colour, pixels: int) -> Field:
    """A rough mask that follows the picture's own edges: a guided filter (He, Sun and Tang 2013)."""
    guide, size = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), (2 * pixels + 1, 2 * pixels + 1)
    means = [cv2.blur(f, size) for f in (guide, mask, guide * mask, guide * guide)]
    slope = (means[2] - means[0] * means[1]) / (means[3] - means[0] ** 2 + 4e-4)
    offset = means[1] - slope * means[0]
    followed = cv2.blur(slope, size) * guide + cv2.blur(offset, size)
    return np.asarray(smooth(np.clip(1.3 * followed - 0.15, 0, 1)), np.float32)


def head_mask(sitter: Sitter, neck: float, trim: tuple[float, float]) -> Field:
    """Hair, face and a neck of half the width `neck`, without clothes; the hair cut to half a width and a height."""
    u, v = sitter.face_grid()
    person = smooth(np.clip((blur(person_mask(to_picture(sitter.colour)), 1.0) - 0.68) / 0.32, 0, 1))
    egg = (np.abs(u) / trim[0]) ** 2.3 + (np.abs(np.minimum(v, 0.3) - 0.3) / (trim[1] + 0.3)) ** 2.3
    upper = person * smooth(np.clip((1.05 - v) / 0.12, 0, 1)) * smooth(np.clip((1 - egg) / 0.05, 0, 1))
    chin = float(sitter.places(sitter.points[152:153, :2])[0, 1])
    face = cv2.erode(polygon(sitter.points[list(OVAL), :2], 0), np.ones((9, 9), np.uint8))
    throat = polygon(sitter.pixels([(-neck, chin - 0.7), (neck, chin - 0.7), (neck, 3.2), (-neck, 3.2)]), 0)
    lower = np.maximum(face, throat) * smooth(np.clip((v - 0.7) / 0.12, 0, 1))
    return np.asarray(np.maximum(upper, blur(lower, 1.6)), np.float32)


def flyaway(sitter: Sitter, hair: Field, random: np.random.Generator, count: int) -> Sitter:
    """Single hairs that stand out from the rim of the hair, as on any photo."""
    u, v = sitter.face_grid()
    soft = blur(hair, 5)
    rim = np.clip(1 - np.abs(soft - 0.62) / 0.2, 0, 1) * (hair > 0.5) * ((np.abs(u) > 1.5) | (v < -1.2))
    gx, gy = blur(cv2.Sobel(soft, cv2.CV_32F, 1, 0), 4), blur(cv2.Sobel(soft, cv2.CV_32F, 0, 1), 4)
    roots = scattered(rim.astype(np.float32), count, random)
    side = random.choice((-1.0, 1.0), count) * random.uniform(0.9, 2.2, count)
    wave = noise(random, 14)

    def flow(at: NDArray[np.float32]) -> NDArray[np.float32]:
        out = -np.stack((sampled(gx, at), sampled(gy, at)), 1)
        out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-4
        along = np.stack((-out[:, 1], out[:, 0]), 1) * (side + 0.4 * sampled(wave, at))[:, None]
        way = 0.5 * out + along + (0, 0.3)
        return np.asarray(way / (np.linalg.norm(way, axis=1, keepdims=True) + 1e-4), np.float32)

    tones = sampled(blur(sitter.colour, 3), roots) * random.uniform(0.7, 1.25, (count, 1))
    lengths = random.uniform(8, 30, count).astype(np.float32)
    drawn = strands(sitter.colour, roots, flow, lengths, np.clip(tones, 0, 1).astype(np.float32), 0.5)
    return sitter.painted(over(sitter.colour, drawn, np.full_like(hair, 0.38)))


def jumper(sitter: Sitter, random: np.random.Generator, tone: Rgb, neck_v: float, size: float) -> tuple[Colour, Field]:
    """A knitted jumper with a rolled collar, `neck_v` below the eyes, `size` times an adult's width: colours, mask."""
    u, v = sitter.face_grid()
    u = u / size
    a = np.abs(u)
    rise = np.clip((a - 0.8) / 2.6, 0, 1)
    shoulder = neck_v + 0.45 + 0.75 * rise**1.3 + 0.9 * np.clip(a - 2.7, 0, None) ** 2
    body = smooth(np.clip((v - shoulder) / 0.03 + 0.5, 0, 1))
    top = neck_v + 0.20 * np.sqrt(np.clip(1 - (u / 1.0) ** 2, 0, 1))
    half = 0.98 + 0.05 * np.clip(v - neck_v, 0, 1) - 0.16 * np.exp(-np.clip(v - neck_v + 0.03, 0, None) / 0.06)
    roll = smooth(np.clip((half - a) / 0.03, 0, 1)) * smooth(np.clip((v - top) / 0.03, 0, 1))
    roll *= smooth(np.clip((neck_v + 0.80 + 0.14 * (1 - a**2) - v) / 0.06, 0, 1))
    folds = 0.05 * noise(random, 120) + 0.03 * noise(random, 40)
    stitch = 0.045 * np.sin(v * 58 + 1.5 * np.abs(np.sin(u * 29))) + 0.03 * noise(random, 2)
    shade_body = (0.5 + 0.5 * smooth(np.clip((v - shoulder) / 0.6, 0, 1))) * (1 - 0.08 * u) + folds + stitch
    across = np.arcsin(np.clip(a / 1.06, 0, 1))
    rib = 0.07 * np.sin(across * 40 + 0.6 * noise(random, 30)) * np.cos(across)
    under = smooth(np.clip((v - top) / 0.4, 0, 1))
    shade_roll = (0.45 + 0.55 * np.cos(across)) * (0.6 + 0.4 * under) * (1 - 0.14 * u) + rib + folds
    shadow = 1 - 0.4 * np.exp(-np.clip(v - neck_v - 0.85, 0, None) / 0.15) * smooth(np.clip((1.35 - a) / 0.4, 0, 1))
    shade = shade_body * shadow * (1 - roll) + shade_roll * roll
    wool = np.array(tone, np.float32) * np.clip(shade, 0.05, 1.5)[..., None]
    return np.asarray(wool, np.float32), np.asarray(np.maximum(body, roll), np.float32)


def glasses(sitter: Sitter, rim: float, tone: Rgb) -> Sitter:
    """Thick-rimmed glasses with their shadow on the skin and a reflection on the lenses; `rim` in E."""
    shape, lens = np.zeros((HEIGHT * 4, WIDTH * 4), np.float32), np.zeros((HEIGHT * 4, WIDTH * 4), np.float32)
    thick = round(rim * sitter.unit * 4)
    for side in (-1, 1):
        angle = np.linspace(0, 2 * np.pi, 90)
        square = (np.abs(np.cos(angle)) ** 3.2 + np.abs(np.sin(angle)) ** 3.2) ** (-1 / 3.2)
        x = side * (0.69 + 0.52 * square * np.cos(angle))
        y = 0.08 + (0.44 + 0.04 * np.cos(angle)) * square * np.sin(angle)
        path = np.rint((sitter.pixels(np.stack((x, y), 1).astype(np.float32)) + 0.5) * 4 * 16).astype(np.int32)
        cv2.fillPoly(lens, [path], (1.0,), cv2.LINE_AA, 4)
        cv2.polylines(shape, [path], True, (1.0,), thick, cv2.LINE_AA, 4)
        temple = sitter.pixels([(side * 1.20, -0.16), (side * 1.30, -0.16), (side * 1.42, -0.12)])
        cv2.polylines(shape, [np.rint(temple * 64).astype(np.int32)], False, (1.0,), round(thick * 1.1), cv2.LINE_AA, 4)
    arch = sitter.pixels([(-0.2, -0.1), (-0.1, -0.15), (0.0, -0.17), (0.1, -0.15), (0.2, -0.1)])
    cv2.polylines(shape, [np.rint(arch * 64).astype(np.int32)], False, (1.0,), thick, cv2.LINE_AA, 4)
    rims, panes = (cv2.resize(f, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for f in (shape, lens))
    return _framed(sitter, np.asarray(rims, np.float32), np.asarray(panes, np.float32), tone)


def _framed(sitter: Sitter, rims: Field, panes: Field, tone: Rgb) -> Sitter:
    u, v = sitter.face_grid()
    drop = np.roll(blur(rims, 3.5), (7, 2), (0, 1)) * np.clip(oval_mask(sitter, 0.1) + 0.2, 0, 1)
    colour = sitter.colour * (1 - 0.42 * drop * (1 - rims))[..., None]
    streak = np.exp(-((((u - np.sign(u) * 0.66) * 0.8 + (v - 0.05) * 1.0 + 0.38) / 0.10) ** 2)) * panes
    colour = over(colour, (0.93, 0.96, 1.0), 0.09 * streak + 0.02 * panes)
    relief = blur(rims, 1.6)
    bevel = relief - np.roll(relief, (2, 1), (0, 1))
    mottle = 0.5 + 0.5 * np.tanh(1.5 * noise(np.random.default_rng(5), 14))
    horn = np.array(tone, np.float32) * (0.4 + 1.3 * mottle[..., None])
    gloss = np.clip(bevel, 0, None) * 1.1
    return sitter.painted(over(colour, horn + gloss[..., None], rims))

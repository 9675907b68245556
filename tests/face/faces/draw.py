"""Draws the faces: python -m tests.face.faces.draw [NAME …] writes them as JPEG beside this file.

The sitters are two portraits in the public domain (Grace Hopper by the US Navy, Eileen Collins by NASA); every picture
makes another person of them: other proportions, age, hair, skin, light and clothes. The same seed, the same picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face.landmarks import (
    person_mask,
)
from tests.face.faces.brush import (
    backdrop,
    blur,
    eyes,
    glasses,
    jumper,
    lips,
    mouth,
    noise,
    over,
    polygon,
    pores,
    sampled,
    scattered,
    strands,
)
from tests.face.faces.guise import Look, dressed, opened, posed, recoloured, unlined, with_mouth
from tests.face.faces.sitter import (
    HEIGHT,
    WIDTH,
    Colour,
    Places,
    Sitter,
    bent,
    relit,
    sit,
    smooth,
    to_picture,
    turned,
)
from tests.face.portraits import photo

HERE = Path(__file__).resolve().parent
QUALITY = 88
TURNED = 32  # degrees of the three-quarter view: the mesh, flatter than a head, reads 16
CAP = (  # of the sailor, E
    *((-1.78, -0.45), (-1.78, -1.58), (-1.45, -1.70), (-1.3, -2.1), (-0.8, -2.42), (-0.4, -2.7), (0.0, -2.78)),
    *((0.4, -2.72), (0.65, -2.5), (1.0, -2.35), (1.28, -2.05), (1.42, -1.8), (1.66, -1.72), (1.76, -1.3), (1.74, -0.5)),
)
BEARD = (  # E: from the sideburn along the cheek to the nose, mirrored; then round the chin
    *((-1.40, 0.30), (-1.24, 0.75), (-1.0, 1.05), (-0.72, 1.14), (-0.46, 1.08), (-0.20, 1.06), (0.0, 1.10)),
    *((0.20, 1.06), (0.46, 1.08), (0.72, 1.14), (1.0, 1.05), (1.24, 0.75), (1.40, 0.30)),
    *((1.30, 1.2), (1.05, 1.85), (0.55, 2.30), (0.0, 2.42), (-0.55, 2.30), (-1.05, 1.85), (-1.30, 1.2)),
)


def woman_glasses() -> Colour:
    """A red-haired woman with thick-rimmed glasses who smiles."""
    random = np.random.default_rng(11)

    def bend(at: Places) -> Places:
        """A longer, narrower face."""
        u, v = at.T
        low = smooth(np.clip((v - 0.2) / 1.6, 0, 1))
        return np.stack((u * (1 - 0.07 * low), v + 0.12 * low), 1)

    look = Look(cloth=(0.35, 0.42, 0.45), hair=(0.95, 0.48, 0.25), flesh=(1.0, 0.93, 0.90), trim=(2.3, 3.2))
    sitter = bent(posed(sit(photo("astronaut"), mirrored=True), look, random), bend)
    sitter = dressed(sitter, random, (0.16, 0.30, 0.28))
    return glasses(pores(sitter, random, 0.02), 0.115, (0.13, 0.06, 0.04)).colour


def dark() -> Colour:
    """A dark-skinned woman by the light of one lamp."""
    random = np.random.default_rng(12)

    def bend(at: Places) -> Places:
        """A broader nose, fuller lips, a rounder jaw."""
        u, v = at.T
        nose = np.exp(-((u / 0.42) ** 2) - ((v - 0.86) / 0.22) ** 2)
        round_lips = np.exp(-((u / 0.7) ** 2) - ((v - 1.3) / 0.3) ** 2)
        jaw = np.exp(-(((np.abs(u) - 1.2) / 0.4) ** 2) - ((v - 1.4) / 0.5) ** 2)
        return np.stack((u * (1 + 0.24 * nose + 0.08 * jaw), v + 0.30 * round_lips * (v - 1.32) + 0.04 * nose), 1)

    look = Look(
        cloth=(0.24, 0.22, 0.21),
        hair=(0.10, 0.085, 0.08),
        flesh=(0.30, 0.165, 0.105),
        hair_gamma=1.25,
        flesh_gamma=1.15,
        trim=(1.95, 2.35),
    )
    plain = sit(photo("astronaut"))
    sitter = posed(plain, look, random)
    sitter = recoloured(sitter, lips(plain), (0.80, 0.60, 0.62))
    sitter = recoloured(sitter, eyes(plain), (0.62, 0.56, 0.50), 1.1)
    sitter = recoloured(sitter, mouth(plain), (0.46, 0.41, 0.34), 1.1)
    sitter = dressed(bent(sitter, bend), random, (0.46, 0.40, 0.30))
    return pores(relit(sitter, (-0.75, -0.35, 0.6), 0.16, 1.15), random, 0.028).colour


def child() -> Colour:
    """A child of about eight with a closed mouth: large eyes, a small nose, round cheeks, a short chin."""
    random = np.random.default_rng(15)

    def bend(at: Places) -> Places:
        """An adult's proportions made a child's; what lies low moves most."""
        u, v = at.T
        low, chin = smooth(np.clip(v / 1.7, 0, 1)), smooth(np.clip((v - 1.5) / 0.9, 0, 1))
        small = np.exp(-((u / 0.9) ** 4) - ((v - 1.35) / 0.3) ** 2)
        nose = np.exp(-((u / 0.35) ** 2) - ((v - 0.8) / 0.3) ** 2)
        cheeks = np.exp(-(((np.abs(u) - 1.1) / 0.4) ** 2) - ((v - 1.0) / 0.4) ** 2)
        jaw = np.exp(-(((np.abs(u) - 0.9) / 0.4) ** 2) - ((v - 1.95) / 0.4) ** 2)
        lids = np.exp(-(((np.abs(u) - 0.70) / 0.40) ** 2) - (v / 0.28) ** 2)
        round_eyes = np.stack(((u - np.sign(u) * 0.70) * 0.18 * lids, v * 0.34 * lids), 1)
        narrow = u * (1 - 0.24 * nose + 0.09 * cheeks + 0.13 * jaw - 0.17 * small)
        return np.asarray(
            np.stack((narrow, v + 0.06 - 0.38 * low - 0.20 * chin - 0.05 * nose), 1) + round_eyes, np.float32
        )

    look = Look(
        cloth=(0.52, 0.46, 0.36), hair=(0.42, 0.27, 0.15), flesh=(1.03, 0.93, 0.88), neck=0.66, trim=(2.0, 2.45)
    )
    quiet = unlined(with_mouth(sit(photo("astronaut")), unlined(sit(photo("waigong")))))
    pale = recoloured(posed(quiet, look, random), lips(quiet, 2.5), (1.08, 1.14, 1.12))
    sitter = dressed(bent(pale, bend), random, (0.34, 0.44, 0.56), 0.74)
    return pores(sitter, random, 0.014).colour


def three_quarter() -> Colour:
    """An elderly woman with closed lips who looks past the camera, in three-quarter view."""
    random = np.random.default_rng(16)
    look = Look(
        cloth=(0.40, 0.34, 0.30),
        hair=(0.82, 0.80, 0.77),
        flesh=(1.0, 0.92, 0.88),
        hair_gamma=0.9,
        neck=0.78,
        trim=(1.95, 2.35),
    )
    quiet = with_mouth(sit(photo("astronaut")), unlined(sit(photo("hopper"))))
    red = lips(quiet, 2.5)
    soft = quiet.painted(over(quiet.colour, blur(quiet.colour, 1.6), 0.8 * red))  # enlarged lips are too crisp
    sitter = recoloured(posed(soft, look, random), red, (1.14, 1.03, 0.93))
    sitter = dressed(sitter, random, (0.30, 0.22, 0.30))
    return pores(turned(sitter, np.radians(TURNED), backdrop(random, look.cloth)), random, 0.02).colour


def laughing() -> Colour:
    """A black-haired woman who laughs with an open mouth and narrowed eyes."""
    random = np.random.default_rng(17)

    def bend(at: Places) -> Places:
        """The jaw down, the lids together, the cheeks up and out."""
        u, v = at.T
        jaw = smooth(np.clip((v - 1.30) / 0.22, 0, 1)) * np.exp(-((u / 1.25) ** 4))
        lids = np.exp(-(((np.abs(u) - 0.70) / 0.42) ** 2) - ((v - 0.02) / 0.16) ** 2)
        cheeks = np.exp(-(((np.abs(u) - 0.85) / 0.35) ** 2) - ((v - 0.65) / 0.28) ** 2)
        return np.stack((u * (1 + 0.05 * cheeks), v + 0.34 * jaw - 0.68 * lids * (v - 0.03) - 0.07 * cheeks), 1)

    look = Look(
        cloth=(0.56, 0.55, 0.50), hair=(0.13, 0.10, 0.085), flesh=(0.92, 0.78, 0.66), hair_gamma=1.25, trim=(2.15, 2.7)
    )
    calm = posed(sit(photo("astronaut"), mirrored=True), look, random)
    sitter = opened(calm, bent(calm, bend), random)
    return pores(dressed(sitter, random, (0.50, 0.20, 0.16)), random, 0.02).colour


def beard() -> Colour:
    """An old sailor with a full grey beard."""
    random = np.random.default_rng(13)

    def bend(at: Places) -> Places:
        """A heavier jaw and a longer nose."""
        u, v = at.T
        jaw = smooth(np.clip((v - 0.5) / 1.2, 0, 1))
        nose = np.exp(-((u / 0.4) ** 2) - ((v - 0.8) / 0.25) ** 2)
        return np.stack((u * (1 + 0.10 * jaw + 0.08 * nose), v + 0.06 * jaw + 0.05 * nose), 1)

    sitter = bent(sit(photo("hopper"), mirrored=True), bend)
    u, v = sitter.face_grid()
    person = person_mask(to_picture(sitter.colour))
    a = np.abs(u)
    cap = polygon(sitter.pixels(CAP), 1.0)
    side = 1.84 - 1.1 * np.clip((v - 1.0) / 0.6, 0, 1) ** 2  # ears and the hair behind them
    bare = (a < np.maximum(side, 1.0)) & (v > -0.5) & (v < 2.35)
    cut = np.maximum(cap, smooth(np.clip((person - 0.4) / 0.5, 0, 1)) * blur(bare.astype(np.float32), 1.5))
    paler = over(sitter.colour, cv2.cvtColor(sitter.colour, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, 2), 0.25 * cut)
    sitter = sitter.painted(over(backdrop(random, (0.34, 0.38, 0.40)), paler, cut))
    sitter = sitter.painted(over(sitter.colour, *jumper(sitter, random, (0.13, 0.16, 0.24), 1.85, 1.1)))
    return bearded(pores(sitter, random, 0.02), random).colour


def bearded(sitter: Sitter, random: np.random.Generator) -> Sitter:
    """A full beard and moustache over the lower face; the upper lip half hidden, the lower one free."""
    u, v = sitter.face_grid()
    sitter = recoloured(sitter, lips(sitter, 3.0), (0.72, 0.66, 0.66))
    seam = float(sitter.places(sitter.points[13:14, :2])[0, 1])
    below = blur(lips(sitter) + mouth(sitter), 2.0) * smooth(np.clip((v - seam + 0.10) / 0.06, 0, 1))
    whole = blur(polygon(sitter.pixels(BEARD), 0), 8) * np.clip(
        1.6 * blur(polygon(sitter.pixels(BEARD), 0), 8) - 0.2, 0, 1
    )
    region = np.asarray(whole * np.clip(1 - 1.7 * below, 0, 1), np.float32)
    bend_u, bend_v = noise(random, 46), noise(random, 26)

    def flow(at: NDArray[np.float32]) -> NDArray[np.float32]:
        x, y = sitter.places(at).T
        lip = np.exp(-(((y - 1.2) / 0.2) ** 2)) * np.exp(-((x / 0.75) ** 4))  # the moustache parts to both sides
        sideways = 1.1 * np.tanh(x / 0.12) * lip - 0.20 * x * (1 - lip) + 0.24 * sampled(bend_u, at)
        way = np.stack((sideways, 1 - 0.15 * lip + 0.15 * sampled(bend_v, at)), 1)
        return np.asarray(way / np.linalg.norm(way, axis=1, keepdims=True), np.float32)

    light = blur(cv2.cvtColor(sitter.colour, cv2.COLOR_RGB2GRAY), 9)
    # The hair turns away from the light at the sides, under the lower lip and under the moustache.
    side = 1 - 0.35 * np.clip(np.abs(u) - 0.4, 0, 1) - 0.15 * u
    under = (
        1
        - 0.45 * np.exp(-((u / 0.5) ** 4) - ((v - seam - 0.34) / 0.10) ** 2)
        - 0.30 * smooth(np.clip((v - 2.0) / 0.6, 0, 1))
    )
    shade = np.asarray((0.35 + 0.75 * light) * side * under, np.float32)
    colour = over(sitter.colour, np.array((0.36, 0.33, 0.30), np.float32) * shade[..., None], 0.8 * region)
    clumps = np.asarray(0.16 * noise(random, 7) + 0.12 * noise(random, 20), np.float32)
    for count, tone, width in ((7000, 0.50, 0.5), (7000, 0.68, 0.5), (4000, 0.88, 0.5)):
        roots = scattered(region, count, random)
        place, thick = sitter.places(roots), sampled(region, roots)
        chin = smooth(np.clip((place[:, 1] - 1.35) / 0.9, 0, 1))
        lengths = (
            (0.07 + 0.09 * thick + 0.36 * chin * np.exp(-((place[:, 0] / 0.7) ** 2)))
            * random.uniform(0.5, 1.15, count)
            * sitter.unit
        )
        tones = tone * sampled(shade, roots) * (1 + sampled(clumps, roots)) * random.uniform(0.8, 1.2, count)
        colour = strands(colour, roots, flow, lengths.astype(np.float32), warm(tones).astype(np.float32), width)
    return sitter.painted(colour)


def warm(tones: NDArray[np.float64]) -> NDArray[np.float64]:  # (n,) -> (n, 3)
    """Grey hair is a little yellow."""
    return np.asarray(np.clip(tones[:, None] * np.array((1.02, 0.99, 0.94)), 0, 1), np.float64)


def low() -> Colour:
    """A small old print: grey, faded, grainy, scratched and saved as a poor JPEG."""
    random = np.random.default_rng(14)
    look = Look(cloth=(0.5, 0.5, 0.48), hair=(0.7, 0.6, 0.5), flesh=(1.0, 1.0, 1.0), trim=(2.3, 3.0))
    sitter = dressed(posed(sit(photo("astronaut")), look, random), random, (0.2, 0.2, 0.22))
    lit = relit(sitter, (0.5, -0.6, 0.6), 0.35, 0.8)
    grey = blur(cv2.cvtColor(lit.colour, cv2.COLOR_RGB2GRAY), 1.6)
    grey = grey + 0.055 * noise(random, 1.6) + 0.03 * noise(random, 4) + 0.03 * noise(random, 150)
    faded = 0.24 + 0.60 * np.clip(grey, 0, 1) ** 0.9
    for _ in range(26):
        x, y = random.uniform(0, WIDTH), random.uniform(0, HEIGHT)
        slant, length = random.normal(0, 9), random.exponential(60)
        cv2.line(
            faded,
            (int(x), int(y)),
            (int(x + slant), int(y + length)),
            (float(random.choice((0.35, 0.85))),),
            1,
            cv2.LINE_AA,
        )
    small = cv2.resize(faded, None, fx=0.51, fy=0.51, interpolation=cv2.INTER_AREA)
    pale = np.repeat(small[..., None], 3, axis=2)
    poor = cv2.imencode(".jpg", to_picture(pale), [cv2.IMWRITE_JPEG_QUALITY, 38])[1]
    return np.asarray(cv2.imdecode(poor, cv2.IMREAD_COLOR) / np.float32(255), np.float32)


FACES = {each.__name__: each for each in (beard, child, dark, laughing, low, three_quarter, woman_glasses)}


def main(names: list[str]) -> None:
    """Writes the pictures that are named, or all."""
    for name in names or FACES:
        picture = to_picture(FACES[name]())
        cv2.imwrite(str(HERE / f"{name}.jpg"), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main(sys.argv[1:])

"""Letters of the samples drawn on paper, and what scanners and telephones do to paper. Used by tests and measuring."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from data.types import Picture

PAPER, INK = (250, 247, 238), (38, 38, 58)
WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots an inch
EDGE = 130
SAMPLES = Path(__file__).parents[2] / "data" / "samples"
SERIF = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
FONTS = Path("/usr/share/fonts")
HAN = next(iter(sorted(FONTS.glob("**/wqy-microhei.ttc"))), None)
KAI = next(iter(sorted(FONTS.glob("**/ukai.ttc"))), None)


@dataclass(frozen=True)
class Sheet:
    """A page as drawn, and its lines from the top."""

    picture: Picture
    lines: tuple[str, ...]


def sample_text(sample: str, name: str) -> str:
    """A sample's letter without the note at its head."""
    text = (SAMPLES / sample / f"{name}.txt").read_text("utf-8")
    return "\n".join(line for line in text.split("\n") if not line.startswith("#")).strip("\n")


def drawn(text: str, font: Path, size: int = 28, leading: float = 1.6) -> list[Sheet]:
    """The text on as many pages as it needs; an empty line sets paragraphs apart."""
    face = ImageFont.truetype(str(font), size)
    pages: list[Sheet] = []
    page, lines, y = _blank(), list[str](), EDGE
    for line in wrapped(text, face):
        if y > HEIGHT - EDGE - size:
            pages.append(Sheet(np.asarray(page), tuple(lines)))
            page, lines, y = _blank(), [], EDGE
        if line:
            ImageDraw.Draw(page).text((EDGE, y), line, INK, face)
            lines.append(line)
        y += round(size * leading * (1 if line else 0.7))
    return [*pages, Sheet(np.asarray(page), tuple(lines))]


def drawn_down(text: str, font: Path, size: int = 34) -> Picture:
    """Chinese as it used to be written: columns from the right to the left."""
    face = ImageFont.truetype(str(font), size)
    page = _blank()
    x, y = WIDTH - EDGE - size, EDGE
    for char in text:
        if char == "\n" or y > HEIGHT - EDGE - size:
            x, y = x - round(size * 1.9), EDGE
        if char != "\n":
            ImageDraw.Draw(page).text((x, y), char, INK, face)
            y += round(size * 1.15)
    return np.asarray(page)


def wrapped(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """Its lines as they fit between the edges: English breaks at spaces, Chinese anywhere but before punctuation."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in pieces(paragraph):
            if line and face.getlength((line + piece).rstrip()) > WIDTH - 2 * EDGE and piece not in "，。、；：！？”）":
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return lines


def pieces(text: str) -> list[str]:
    """Words with the space after them; Chinese characters one by one."""
    if any("\u4e00" <= char <= "\u9fff" for char in text):
        return list(text)
    return [word + " " for word in text.split(" ")]


def _blank() -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), PAPER)


# ---- what happens to paper


def tilted(picture: Picture, degrees: float) -> Picture:
    """Laid askew on the glass: grey round it."""
    image = Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 88, 86))
    return np.asarray(image)


def shadowed(picture: Picture) -> Picture:
    """The shadow of a hand and a telephone, from the lower left."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    dark = 1 / (1 + np.exp(((x / width) * 1.1 - (y / height) + 0.25) * 14))
    return np.asarray(np.clip(picture * (1 - 0.55 * dark)[..., None], 0, 255), np.uint8)


def photographed(picture: Picture, seed: int = 0, slant: float = 0.12) -> Picture:
    """By a telephone, from a slant, on a dark table: perspective, uneven light, a little blur, noise."""
    random = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    around, far = 0.16, slant * width
    table = np.array((74, 52, 38)) + random.normal(
        0, 6, (round(height * (1 + around)), round(width * (1 + 2 * around)), 3)
    )
    left, top = around * width, around / 2 * height
    jitter = random.uniform(-0.02, 0.02, (4, 2)) * width
    corners = np.array(
        [[left + far, top], [left + width - far, top], [left + width, top + height], [left, top + height]]
    )
    turn = cv2.getPerspectiveTransform(
        np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), (corners + jitter).astype(np.float32)
    )
    size = (table.shape[1], table.shape[0])
    paper = cv2.warpPerspective(picture, turn, size, flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.ones((height, width), np.float32), turn, size)[..., None]
    return noisy(
        blurred(shadowed(np.clip(paper * covered + table * (1 - covered), 0, 255).astype(np.uint8)), 0.8), 5, seed
    )


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def noisy(picture: Picture, sigma: float, seed: int = 0) -> Picture:
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def faded(picture: Picture) -> Picture:
    """Pale ink on yellowed paper."""
    yellow = np.array((222, 205, 165))
    return np.asarray(yellow + (picture.astype(float) - 247) * 0.32, np.float32).clip(0, 255).astype(np.uint8)


def smaller(picture: Picture, scale: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def jpeg(picture: Picture, quality: int = 40) -> Picture:
    return np.asarray(Image.open(io.BytesIO(saved(picture, "JPEG", quality=quality))))


def saved(picture: Picture, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind, **options)
    return out.getvalue()


CONDITIONS: dict[str, Callable[[Picture], Picture]] = {
    "scan": lambda page: page,
    "jpeg": lambda page: jpeg(page, 25),
    "tilt +3": lambda page: tilted(page, 3),
    "tilt -8": lambda page: tilted(page, -8),
    "tilt +20": lambda page: tilted(page, 20),
    "turned 90": lambda page: np.ascontiguousarray(np.rot90(page, 1)),
    "turned 180": lambda page: np.ascontiguousarray(np.rot90(page, 2)),
    "turned 270": lambda page: np.ascontiguousarray(np.rot90(page, 3)),
    "shadow": shadowed,
    "photo": photographed,
    "photo slanted": lambda page: jpeg(photographed(page, 1, 0.2), 50),
    "faded": lambda page: noisy(faded(page), 4),
    "blurred": lambda page: blurred(page, 2.0),
    "noisy": lambda page: noisy(page, 30),
    "small": lambda page: jpeg(smaller(page, 0.55), 60),
}


def shown(pictures: Sequence[Picture], height: int = 700) -> Picture:
    """Side by side, to look at."""
    return np.hstack(
        [np.asarray(Image.fromarray(p).resize((round(p.shape[1] * height / p.shape[0]), height))) for p in pictures]
    )

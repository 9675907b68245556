"""Telephone screens with chats, drawn as three messengers draw them. Used by tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from data.types import Picture

WIDTH, HEIGHT = 1080, 2340
SIZE = 42
BAR, TOP, ENTRY = 110, 260, 2190


@dataclass(frozen=True)
class Look:
    """The colours of one messenger, and whether it draws avatars and hours."""

    screen: str
    bar: str
    theirs: str
    mine: str
    ink: str
    mine_ink: str
    avatars: bool = False
    hours: bool = False


LOOKS = {
    "wechat light": Look("#ededed", "#ededed", "#ffffff", "#95ec69", "#191919", "#191919", avatars=True),
    "wechat dark": Look("#111111", "#191919", "#2c2c2c", "#3eb575", "#d5d5d5", "#061209", avatars=True),
    "whatsapp light": Look("#efeae2", "#008069", "#ffffff", "#d9fdd3", "#111b21", "#111b21", hours=True),
    "whatsapp dark": Look("#0b141a", "#202c33", "#202c33", "#005c4b", "#e9edef", "#e9edef", hours=True),
    "imessage light": Look("#ffffff", "#f6f6f6", "#e9e9eb", "#0a84ff", "#000000", "#ffffff"),
    "imessage dark": Look("#000000", "#1c1c1e", "#3b3b3d", "#0a84ff", "#ffffff", "#ffffff"),
}


def screen(look: Look, title: str, rows: Sequence[tuple[str, str]], font: Path, hour: str = "19:20") -> Picture:
    """`rows` are ("me" | "they" | "time", text), from the top."""
    page = Image.new("RGB", (WIDTH, HEIGHT), look.screen)
    draw, face = ImageDraw.Draw(page), ImageFont.truetype(str(font), SIZE)
    small = ImageFont.truetype(str(font), 30)
    draw.rectangle((0, 0, WIDTH, TOP - 40), look.bar)
    bar_ink = "#ffffff" if sum(ImageColor.getrgb(look.bar)) < 400 else "#000000"
    draw.text((60, 28), "9:41", bar_ink, small)
    draw.text((WIDTH / 2, 160), title, bar_ink, ImageFont.truetype(str(font), 48), anchor="mm")
    draw.rectangle((0, ENTRY, WIDTH, HEIGHT), look.bar)
    y = TOP
    for who, text in rows:
        if who == "time":
            draw.text((WIDTH / 2, y + 20), text, "#8a8a8a", small, anchor="mm")
            y += 80
        else:
            y = _bubble(draw, look, who == "me", text, y, (face, small), hour) + 36
    return np.asarray(page)


def _bubble(
    draw: ImageDraw.ImageDraw,
    look: Look,
    mine: bool,
    text: str,
    y: int,
    fonts: tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont],
    hour: str,
) -> int:
    face, small = fonts
    lines = _wrapped(text, face)
    wide = max(face.getlength(line) for line in lines) + 64 + (130 if look.hours else 0)
    high = len(lines) * 58 + 44
    edge = 150 if look.avatars else 30
    left = WIDTH - edge - wide if mine else edge
    if look.avatars:
        x = WIDTH - 130 if mine else 30
        draw.rounded_rectangle((x, y, x + 100, y + 100), 12, "#b07a4a" if mine else "#4a7ab0")
    draw.rounded_rectangle((left, y, left + wide, y + high), 28, look.mine if mine else look.theirs)
    for place, line in enumerate(lines):
        draw.text((left + 32, y + 20 + 58 * place), line, look.mine_ink if mine else look.ink, face)
    if look.hours:
        draw.text((left + wide - 110, y + high - 42), hour, "#808a90", small)
    return y + high


def _wrapped(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    lines, line = [], ""
    for piece in list(text) if not text.isascii() else [word + " " for word in text.split(" ")]:
        if line and face.getlength(line + piece.rstrip()) > WIDTH * 0.6:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]

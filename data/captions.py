"""Words written under a picture, a page of a line or two at a time, for what nobody says aloud. Knows no clip."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from data.label import PADDING_EM, Stamp, font_of, label_font, pill_size
from data.types import Language

TEXT_EM = 0.048  # of the shorter side
SMALLEST_TEXT_PX = 12
WIDEST = 0.86  # of the picture's width
LINES = 2  # a page
BELOW = 0.13  # of the height, below the words: there the label stands

_PIECES: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\S+\s*"),
    "zh": re.compile(r"[\w'-]+(?<=[A-Za-z0-9])|.[，。！？；：、”』」）]*", re.ASCII | re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some words at once, and how many characters these are."""

    stamp: Stamp
    chars: int


@lru_cache(maxsize=64)
def pages(text: str, language: Language, width: int, height: int) -> tuple[Page, ...]:
    """All of the text, for pictures of that size; none where this machine has no Chinese font for Chinese words."""
    if label_font(language) is None:
        return ()
    em = max(SMALLEST_TEXT_PX, round(TEXT_EM * min(width, height)))
    font = font_of(language, em)
    room = WIDEST * width - 2 * PADDING_EM[0] * em
    lines = _lines(text, language, lambda words: font.getlength(words) <= room)
    made = []
    for start in range(0, len(lines), LINES):
        shown = lines[start : start + LINES]
        across, down = pill_size("\n".join(shown), font, em)
        top, left = max(0, round((1 - BELOW) * height) - down), max(0, (width - across) // 2)
        stamp = Stamp.of("\n".join(shown), font, em, top, left, (width, height))
        made.append(Page(stamp, sum(map(len, shown))))
    return tuple(made)


def _lines(text: str, language: Language, fits: Callable[[str], bool]) -> list[str]:
    """As many pieces on a line as fit; one that is too long alone is cut anywhere."""
    lines = [""]
    for piece in _PIECES[language].findall(" ".join(text.split())):
        if fits((lines[-1] + piece).rstrip()):
            lines[-1] += piece
            continue
        lines.append("")
        for char in piece:
            if lines[-1] and not fits((lines[-1] + char).rstrip()):
                lines.append("")
            lines[-1] += char
    return [line.strip() for line in lines if line.strip()]

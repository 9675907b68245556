"""Joins the lines of written pages to paragraphs. Knows where lines stand and what they say, not how they were read.

A line goes on in the next one where that one's first word would not have fitted into the room it leaves at the right:
so greetings, addresses and signatures stay lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from data.importers.ocr import is_han

GAP = 1.4  # of the usual distance from line to line; more sets paragraphs apart
PITCH_PERCENTILE = 30  # of all distances is the usual one: where paragraphs are short, half of them are gaps
FEW_LINES = 6  # on so short a page all distances may be gaps; then a line's own height tells
FEW_PITCH = 1.4  # times that
INDENT = 1.2  # of a line's height by which a paragraph's first line may be set in
SLACK = 1.0  # characters by which a full line may end short
MARGIN_PERCENTILE = 90  # of where lines end: a few run over the margin
PAGE_NUMBER = re.compile(r"[-–—.\s]*(?:第\s*)?\d{1,3}\s*(?:页)?[-–—.\s]*|(?:page|p\.)\s*\d{1,3}", re.IGNORECASE)
ENDS = tuple(".!?。！？…”\"'’:：")

_HYPHEN = re.compile(r"(?<![\w-])(?P<first>[^\W\d_]+)-$")
_KEPT = re.compile(
    r"self|well|half|ex|non|all|ill|great|so|co|anti|mid|high|low|long|short|old|new|good|hard", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read, and its place in its page's pixels; a column is given as if it lay on its side."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    sure: bool

    @property
    def middle(self) -> float:
        """Half-way down."""
        return (self.top + self.bottom) / 2

    @property
    def char_px(self) -> float:
        """How wide a character is on average."""
        return (self.right - self.left) / max(1, len(self.text))


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and those stretches of it that were read without being sure, exactly as they stand there."""

    text: str
    doubtful: tuple[str, ...]


def joined(pages: Sequence[Sequence[Line]]) -> Written:
    """What several pages say, one after the other."""
    pages = [_without_number(page) if len(pages) > 1 else list(page) for page in pages]
    breaks: list[str] = []
    for place, page in enumerate(pages):
        if page and breaks:
            breaks.append(_page_break(next(p for p in reversed(pages[:place]) if p), page))
        elif page:
            breaks.append("")
        breaks += _breaks(page)
    lines = [line for page in pages for line in page]
    text, stretches = "", [line.text for line in lines]
    for place, (line, after) in enumerate(zip(lines, breaks, strict=True)):
        if after == " " and place:
            kept, between = _seam(stretches[place - 1], line.text)
            text = text[: len(text) - len(stretches[place - 1])] + kept + between
            stretches[place - 1] = kept
        else:
            text += after
        text += line.text
    return Written(text, tuple(part for part, line in zip(stretches, lines, strict=True) if not line.sure and part))


def _breaks(page: Sequence[Line]) -> list[str]:
    """What stands before each line but the first: a space where it goes on, a line's end, or a paragraph's."""
    if len(page) < 2:
        return []
    steps = [below.middle - above.middle for above, below in pairwise(page)]
    pitch, margin = float(np.percentile(steps, PITCH_PERCENTILE)), _margin(page)
    if len(page) < FEW_LINES:
        pitch = min(pitch, FEW_PITCH * float(np.median([line.bottom - line.top for line in page])))
    breaks = []
    for (above, below), step in zip(pairwise(page), steps, strict=True):
        if step > GAP * pitch:
            breaks.append("\n\n")
        elif below.left - above.left > INDENT * (below.bottom - below.top) or not _runs_on(above, below, margin):
            breaks.append("\n")
        else:
            breaks.append(" ")
    return breaks


def _runs_on(above: Line, below: Line, margin: float) -> bool:
    """Whether the next line's first word had no room, or it cannot begin anything."""
    if below.text[:1].islower() and not above.text.endswith((".", "!", "?", ":", ",")):
        return True
    first = below.text[:1] if is_han(below.text[:1]) else below.text.split(" ", 1)[0]
    return margin - above.right < (len(first) + SLACK) * below.char_px


def _page_break(before: Sequence[Line], page: Sequence[Line]) -> str:
    goes_on = _runs_on(before[-1], page[0], _margin(before)) and not before[-1].text.endswith(ENDS)
    return " " if goes_on else "\n\n"


def _margin(page: Sequence[Line]) -> float:
    return float(np.percentile([line.right for line in page], MARGIN_PERCENTILE))


def _seam(above: str, below: str) -> tuple[str, str]:
    """The upper line without a hyphen that only breaks a word, and what joins it to the lower one."""
    hyphen = _HYPHEN.search(above)
    if hyphen:
        kept = below[:1].isupper() or _KEPT.fullmatch(hyphen["first"])
        return above if kept else above[:-1], ""
    return above, "" if is_han(above[-1:]) and is_han(below[:1]) else " "


def _without_number(page: Sequence[Line]) -> list[Line]:
    """Without the page's number above or below everything else."""
    lines = list(page)
    if len(lines) > 1 and PAGE_NUMBER.fullmatch(lines[0].text):
        lines = lines[1:]
    if len(lines) > 1 and PAGE_NUMBER.fullmatch(lines[-1].text):
        lines = lines[:-1]
    return lines

"""Chats as pictures of a telephone's screen: WeChat, WhatsApp, iMessage, light and dark. Knows no letters.

A bubble is an area of one colour around words; what stands on the screen's own colour is the title, a time, or a note
of the app's. Bubbles at the right are the telephone's owner's. A chat of several people is not told apart: all that
stands at the left is given to the name in the title.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from data.dates import find_date
from data.errors import NoWriting
from data.importers.chat import ME, named
from data.importers.imported import File, Item
from data.importers.ocr import SURE, cut_out, find_lines, is_han, read_line
from data.importers.page import Box, from_top
from data.importers.scans import pictures_in
from data.types import Letter, Picture

TALLER = (1.7, 2.4)  # height over width of telephones' screens
PNG_HEAD = struct.Struct(">8s4x4sII")
PNG = b"\x89PNG\r\n\x1a\n"

SMALL_PX = 400  # the width at which areas of one colour are looked for
SAME_COLOUR = 6  # of 255, each channel, between neighbours in one area
STATUS_SHARE, TITLE_SHARE, ENTRY_SHARE = 0.035, 0.105, 0.93  # of the height: clock, title bar; where typing begins
SCREEN_WIDE = 0.9  # of the width; an area as wide is the screen itself
SAME_MESSAGE = 0.85  # of two readings' characters, on two screenshots

_HOUR = r"(?:上午|下午|凌晨|早上|晚上|中午)?\s*(?P<hour>\d{1,2})[:：.](?P<minute>\d\d)\s*(?P<half>[AaPp]\.?[Mm])?"
_TIME = re.compile(_HOUR)
_AT_END = re.compile(rf"\s*{_HOUR}\s*[√✓✔/vVJ\W]{{0,4}}$")
_ONLY_TIME = re.compile(rf"{_HOUR}\W*")
_RELATIVE = re.compile(
    r"today|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|今天|昨天|前天|星期|周[一二三四五六日]", re.IGNORECASE
)
_NO_NAME = re.compile(r"[\d\W_]*|.*(?:online|last seen|typing|在线|正在输入).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """One line on a screen, and the area of one colour that it stands on, in pixels of a small copy."""

    text: str
    sure: bool
    box: Box
    area: tuple[int, int, int, int]  # left, top, right, bottom
    screen: bool  # on the screen's own colour


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as it stands on one screenshot."""

    text: str
    mine: bool
    date: str | None
    doubtful: tuple[str, ...]


class Screenshots:
    """Reads PNG and JPEG screenshots."""

    name = "screenshot"

    def knows(self, file: File) -> bool:
        """A PNG of a telephone's shape. Screenshots sent on as JPEG are taken by name, as nothing else tells them."""
        head = file.head(PNG_HEAD.size)
        if len(head) < PNG_HEAD.size:
            return False
        mark, _, width, height = PNG_HEAD.unpack(head)
        return mark == PNG and bool(width) and TALLER[0] <= height / width <= TALLER[1]

    def read(self, file: File) -> Iterator[Item]:
        """The messages on one. Raises `BadText` and `BadPicture`."""
        return read_screens([file])


def read_screens(files: Sequence[File]) -> Iterator[Letter]:
    """The messages on screenshots that follow one another; what stands on two of them is given once.

    `author` is "me" for the telephone's owner, else the name in the title bar; another name there begins another chat.
    Raises `BadText` where no bubble is found, and `BadPicture`.
    """
    chats: list[tuple[str | None, list[tuple[str, Bubble]]]] = []
    for file in files:
        for picture in pictures_in(file):
            words = _words(picture)
            title, bubbles = _title(words, picture), [(file.name, bubble) for bubble in _bubbles(words, picture)]
            if chats and _same_chat(chats[-1][0], title):
                before, told = chats.pop()
                chats.append((before or title, _joined(told, bubbles)))
            else:
                chats.append((title, bubbles))
    if not any(told for _, told in chats):
        raise NoWriting(
            f"{files[0].name}: no messages were found on it: choose an uncut screenshot of a chat", file=files[0].name
        )
    for title, told in chats:
        for place, (name, bubble) in enumerate(told):
            author = ME if bubble.mine else title
            yield Letter(name, bubble.text, bubble.date, "message", named(author), title, place, bubble.doubtful)


def _same_chat(one: str | None, other: str | None) -> bool:
    """A title that was not read is the one before it; one read twice may differ in a letter."""
    return not one or not other or _alike(one, other) >= SAME_MESSAGE


def _words(picture: Picture) -> list[Words]:
    import cv2

    scale = SMALL_PX / picture.shape[1]
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST), np.uint8)
    words = []
    for box in from_top([Box.around(corners) for corners in find_lines(picture)]):
        reading = read_line(cut_out(picture, box.corners))
        area = _area(small, box, scale)
        if reading.text:
            screen = area[2] - area[0] > SCREEN_WIDE * SMALL_PX
            words.append(Words(reading.text, reading.sure >= SURE, box, area, screen))
    return words


def _area(small: NDArray[np.uint8], box: Box, scale: float) -> tuple[int, int, int, int]:
    """The area of one colour that a line stands on, flooded from beside its first letter."""
    import cv2

    height, width = small.shape[:2]
    left = int(np.clip(box.left * scale - 2, 0, width - 1))
    middle = int(np.clip((box.top + box.bottom) / 2 * scale, 0, height - 1))
    mask = np.zeros((height + 2, width + 2), np.uint8)
    near = (SAME_COLOUR,) * 3
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    _, _, _, (x, y, w, h) = cv2.floodFill(small, mask, (left, middle), (0, 0, 0), near, near, flags)
    return x, y, x + w, y + h


def _title(words: Sequence[Words], picture: Picture) -> str | None:
    """The largest words in the bar above the messages that can be a name."""
    height = picture.shape[0]
    bar = [
        one
        for one in words
        if STATUS_SHARE * height < (one.box.top + one.box.bottom) / 2 < TITLE_SHARE * height
        and not _NO_NAME.fullmatch(one.text)
    ]
    best = max(bar, key=lambda one: one.box.height, default=None)
    return None if best is None else best.text.strip("<>‹›《〈 ")


def _bubbles(words: Sequence[Words], picture: Picture) -> Iterator[Bubble]:
    """From the top. A time on the screen's own colour holds for what follows it."""
    height = picture.shape[0]
    date: str | None = None
    gathered: dict[tuple[int, int, int, int], list[Words]] = {}
    dates: dict[tuple[int, int, int, int], str | None] = {}
    for one in words:
        middle = (one.box.top + one.box.bottom) / 2 / height
        if not TITLE_SHARE < middle < ENTRY_SHARE:
            continue
        if _is_note(one):
            date = _day(one, date)
            continue
        gathered.setdefault(one.area, []).append(one)
        dates.setdefault(one.area, date)
    for area, lines in sorted(gathered.items(), key=lambda item: item[0][1]):
        bubble = _bubble(lines, _is_right(area), dates[area])
        if bubble.text:
            yield bubble


def _is_note(one: Words) -> bool:
    """A time or a note of the app's: on the screen's colour, or in the middle."""
    left, _, right, _ = one.area
    centred = abs((left + right) / 2 - SMALL_PX / 2) < 0.04 * SMALL_PX and right - left < SMALL_PX / 2
    return one.screen or centred


def _is_right(area: tuple[int, int, int, int]) -> bool:
    return area[0] > SMALL_PX - area[2]


def _bubble(lines: Sequence[Words], mine: bool, date: str | None) -> Bubble:
    """Its words; the hour that WhatsApp sets into a bubble's corner is taken off them."""
    texts: list[str] = []
    doubtful: list[str] = []
    for place, one in enumerate(lines):
        text, last = one.text, place == len(lines) - 1
        if last and (match := _AT_END.search(text)) and (match.start() or _ONLY_TIME.fullmatch(text)):
            date = date and _at(date[: len("2000-01-01")], match[0])
            text = text[: match.start()].rstrip()
        if text:
            texts.append(text)
            doubtful += [text] * (not one.sure)
    return Bubble(_flowing(texts), mine, date, tuple(doubtful))


def _flowing(texts: Sequence[str]) -> str:
    text = ""
    for part in texts:
        close = not text or (is_han(text[-1]) and is_han(part[0]))
        text += ("" if close else " ") + part
    return text


def _day(note: Words, date: str | None) -> str | None:
    """When what follows was written. "Yesterday", or an hour alone, counts from a day that nobody knows."""
    found = find_date(note.text)
    if found and note.sure:
        return _at(found.iso, note.text[: found.start] + note.text[found.end :])
    return None if found or _TIME.search(note.text) or _RELATIVE.search(note.text) else date


def _at(day: str, text: str) -> str:
    """ISO 8601 to the minute, if the text tells the hour and the day is a whole one."""
    match = _TIME.search(text)
    if not match or len(day) < len("2000-01-01"):
        return day
    hour, minute = int(match["hour"]), int(match["minute"])
    afternoon = (match["half"] or "").lower().startswith("p") or re.search("下午|晚上", text)
    hour = hour + 12 if afternoon and hour < 12 else hour
    return f"{day[:10]}T{hour:02}:{minute:02}" if hour < 24 and minute < 60 else day


# ---- one after the other


def _joined(told: list[tuple[str, Bubble]], more: list[tuple[str, Bubble]]) -> list[tuple[str, Bubble]]:
    """Without those at the beginning of `more` that end `told`. Of one that a screen's edge cut, the longer stays."""
    for count in range(min(len(told), len(more)), 0, -1):
        pairs = list(zip(told[-count:], more[:count], strict=True))
        if all(_same(one, other) for (_, one), (_, other) in pairs):
            kept = [max(pair, key=lambda piece: len(piece[1].text)) for pair in pairs]
            dated = [
                (name, replace(b, date=b.date or one.date))
                for (name, b), ((_, one), _) in zip(kept, pairs, strict=True)
            ]
            return [*told[:-count], *dated, *more[count:]]
    return [*told, *more]


def _same(one: Bubble, other: Bubble) -> bool:
    if one.mine != other.mine:
        return False
    short, long = sorted((one.text, other.text), key=len)
    cut = len(short) >= 4 and (long.startswith(short) or long.endswith(short))
    return cut or _alike(short, long) >= SAME_MESSAGE


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()

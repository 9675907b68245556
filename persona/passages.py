"""Reads letters and messages into sentences that know their place and date. Knows nothing of questions.

A letter is a head of `#` notes, a line of place and date, a salutation, paragraphs, a closing and a name. Only the
paragraphs are what the person said; salutation and closing show how they greeted and took leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as calendar_date
from typing import Final

from data.types import Letter, Source
from persona.language import HAN
from persona.sentences import joined, paragraphs_of, sentences_of

_MESSAGE: Final = re.compile(r"^\[?(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?\]?\s+(\S.*)$")
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NAMES: Final = "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS)
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTH_NAMES}),?\s+(\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST: Final = re.compile(rf"\b({_MONTH_NAMES})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_MONTH_ONLY: Final = re.compile(rf"\b({_MONTH_NAMES}),?\s+(\d{{4}})\b", re.IGNORECASE)
_CHINESE: Final = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*[日号])?)?")
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")

_HEAD_LINES: Final = 4  # place, date and salutation stand within these
_TAIL_LINES: Final = 4  # closing, name, a date below it
_SHORT_EN: Final = 60  # characters of a salutation or a closing
_SHORT_ZH: Final = 16
_SALUTATION_END: Final = (",", "，", ":", "：", "!", "！")
_SENTENCE_END: Final = tuple(".。!！?？…")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of theirs. `place` is its letter or message, `paragraph` and `number` count within that."""

    text: str
    file: str
    date: str | None
    place: int
    paragraph: int
    number: int
    last_of_place: bool
    kind: str

    @property
    def source(self) -> Source:
        """Where it stands, for a phrase."""
        return Source(file=self.file, date=self.date, quote=self.text)


@dataclass(frozen=True, slots=True)
class Read:
    """What a letter or a file of messages holds."""

    said: tuple[Said, ...]
    salutation: str | None = None
    closing: str | None = None
    name: str | None = None


def read(letter: Letter, place: int = 0) -> Read:
    """Sentences with their dates, and how the person greeted and closed. `place` numbers the first message."""
    body = _without_notes(letter.text)
    if letter.kind == "message":
        return Read(_messages(letter, body, place))
    lines = [line.rstrip() for line in body.split("\n")]
    date, lines = _dateline(letter.date, lines)
    salutation, lines = _salutation(lines)
    closing, name, lines = _closing(lines)
    return Read(_paragraphs(letter, "\n".join(lines), date, place), salutation, closing, name)


def read_all(letters: Iterable[Letter]) -> list[Read]:
    """Every letter, with places numbered through."""
    reads: list[Read] = []
    place = 0
    for letter in letters:
        reads.append(read(letter, place))
        place = max((one.place for one in reads[-1].said), default=place) + 1
    return reads


def date_in(text: str) -> str | None:
    """An ISO 8601 date written out in a line, as exact as it is there."""
    if match := _ISO.search(text):
        return _iso(*match.groups())
    if match := _CHINESE.search(text):
        return _iso(*match.groups())
    if match := _DAY_FIRST.search(text):
        return _iso(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.search(text):
        return _iso(match[3], _month(match[1]), match[2])
    if match := _MONTH_ONLY.search(text):
        return _iso(match[2], _month(match[1]))
    return None


def _month(name: str) -> str:
    return str(next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower().rstrip("."))))


def _iso(year: str, month: str | None = None, day: str | None = None) -> str | None:
    try:
        calendar_date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part.zfill(2) for part in (year, month, day) if part)


def _without_notes(text: str) -> str:
    lines = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    start = 0
    while start < len(lines) and (lines[start].startswith("#") or not lines[start].strip()):
        start += 1
    return "\n".join(lines[start:])


def _messages(letter: Letter, body: str, place: int) -> tuple[Said, ...]:
    """One message, or a file of dated ones; a line without a date goes on the message before it."""
    messages: list[tuple[str | None, list[str]]] = []
    for line in (line.strip() for line in body.split("\n") if line.strip()):
        match = _MESSAGE.match(line)
        date = _iso(*match.groups()[:3]) if match else None
        if match and date:
            messages.append((date, [match[4]]))
        elif messages:
            messages[-1][1].append(line)
        else:
            messages.append((letter.date, [line]))
    cut = (
        _paragraphs(letter, "\n\n".join(lines), date, place + number) for number, (date, lines) in enumerate(messages)
    )
    return tuple(one for said in cut for one in said)


def _paragraphs(letter: Letter, text: str, date: str | None, place: int) -> tuple[Said, ...]:
    cut = [(number, sentence) for number, block in enumerate(paragraphs_of(text)) for sentence in sentences_of(block)]
    return tuple(
        Said(sentence, letter.file, date, place, paragraph, number, number == len(cut) - 1, letter.kind)
        for number, (paragraph, sentence) in enumerate(cut)
    )


def _dateline(known: str | None, lines: list[str]) -> tuple[str | None, list[str]]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if line.strip() and len(line) <= _SHORT_EN and not line.endswith(_SENTENCE_END) and (date := date_in(line)):
            return known or date, lines[index + 1 :]
    return known, lines


def _salutation(lines: list[str]) -> tuple[str | None, list[str]]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        words = line.strip()
        if not words:
            continue
        if len(words) <= _short(words) and words.endswith(_SALUTATION_END):
            return joined(words), lines[index + 1 :]
        break
    return None, lines


def _closing(lines: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Trailing short lines that are no sentences: the closing ends with a comma, the name with nothing."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    tail: list[str] = []
    while kept and len(tail) < _TAIL_LINES and kept[-1].strip() and _is_tail(kept[-1].strip()):
        tail.insert(0, kept.pop().strip())
    tail = [line for line in tail if not date_in(line)]
    closing = next((line for line in tail if line.endswith((",", "，"))), None)
    name = tail[-1] if tail and tail[-1] != closing else None
    return closing, name, kept


def _is_tail(line: str) -> bool:
    return len(line) <= _short(line) and not line.endswith(_SENTENCE_END)


def _short(text: str) -> int:
    return _SHORT_ZH if HAN.search(text) else _SHORT_EN

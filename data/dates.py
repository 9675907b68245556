"""Dates as people write them, English and Chinese, to ISO 8601 as exact as they are known. Knows no files.

A date of only numbers whose day and month cannot be told apart (3/4/1987) is known by its year alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from data.errors import BadDate

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CHINESE_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_HAN = r"[〇零○一二三四五六七八九十\d]"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_YEAR}\s*-\s*(?P<month>\d{{1,2}})\s*-\s*(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d){_YEAR}\s*[/.]\s*(?P<month>\d{{1,2}})\s*[/.]\s*(?P<day>\d{{1,2}})(?!\d)",
        rf"(?P<year>{_HAN}{{4}})\s*年(?:\s*(?P<month>{_HAN}{{1,3}})\s*月(?:\s*(?P<day>{_HAN}{{1,3}})\s*[日号號])?)?",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}(?!\d)",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}(?!\d)",
        rf"\b{_MONTH},?\s+{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<first>\d{{1,2}})\s*[/.\-]\s*(?P<second>\d{{1,2}})\s*[/.\-]\s*{_YEAR}(?!\d)",
        rf"(?<![\d/.\-]){_YEAR}-(?P<month>0[1-9]|1[0-2])(?![\d-])",
        rf"(?<![\d/.\-]){_YEAR}(?![\d/.\-])",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date inside a text, and where it stands."""

    iso: str
    start: int
    end: int


def find_date(text: str) -> Found | None:
    """The first date of the most telling form in `text`; None where there is none, or only an impossible one."""
    for form in _FORMS:
        for match in form.finditer(text):
            iso = _iso(match.groupdict())
            if iso is not None:
                return Found(iso, match.start(), match.end())
    return None


def read_date(text: str) -> str:
    """A date that somebody typed, nothing around it. Raises `BadDate`."""
    found = find_date(text.strip())
    if found is None or (found.start, found.end) != (0, len(text.strip())):
        raise BadDate("this date cannot be read: write it as 1906-12-09, 1906-12 or 1906")
    return found.iso


def _iso(parts: dict[str, str | None]) -> str | None:
    year = _number(parts.get("year"))
    month = _number(parts.get("month"))
    day = _number(parts.get("day"))
    if parts.get("first"):
        month, day = _in_order(int(parts["first"] or 0), int(parts["second"] or 0))
    if year is None:
        return None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)])


def _in_order(first: int, second: int) -> tuple[int | None, int | None]:
    """Month and day of a numeric date, where it can be told which is which."""
    if first > 12 or first == second:
        return second, first
    return (first, second) if second > 12 else (None, None)


def _number(text: str | None) -> int | None:
    """Digits, Chinese digits (一九八七), Chinese numbers to 31 (二十三), and the names of months."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if text[:3].lower() in MONTHS:
        return MONTHS.index(text[:3].lower()) + 1
    if "十" in text:
        tens, _, ones = text.partition("十")
        return 10 * CHINESE_DIGITS.get(tens, 1) + CHINESE_DIGITS.get(ones, 0)
    digits = "".join(str(CHINESE_DIGITS.get(char, char)) for char in text)
    return int(digits) if digits.isdigit() else None

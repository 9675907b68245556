"""Says a date aloud, as month and year or in full. Knows nothing of what happened on it."""

from __future__ import annotations

import datetime
from typing import Final

from data.types import Language

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIGITS: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_ONES: Final = "零一二三四五六七八九"
_MONTHS_ZH: Final = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


def spoken(date: str, language: Language) -> str:
    """`1987-03-14` as "March 1987" or 一九八七年三月; the year alone where no month is known."""
    year, *rest = date.split("-")
    if language == "en":
        return f"{_MONTHS[int(rest[0]) - 1]} {year}" if rest else year
    month = f"{_MONTHS_ZH[int(rest[0]) - 1]}月" if rest else ""
    return f"{year.translate(_DIGITS)}年{month}"


def spoken_in_full(date: str, language: Language) -> str:
    """`1987-03-14` as "14 March 1987" or 一九八七年三月十四日; as much of it as is known."""
    parts = date[:10].split("-")
    if len(parts) < 3:  # the day is not known
        return spoken(date, language)
    day = int(parts[2])
    return f"{day} {spoken(date, 'en')}" if language == "en" else f"{spoken(date, 'zh')}{_tens(day)}日"


def _tens(number: int) -> str:
    """A Chinese number below a hundred: 十四, 二十, 三十一."""
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{_ONES[tens]}十"
    return lead + (_ONES[ones] if ones else "")


def month_of(date: str, language: Language, today: datetime.date | None) -> str:
    """As `spoken`, without the year where that is this year: "March"."""
    said = spoken(date, language)
    if today is None or date[:4] != f"{today.year}" or len(date) <= len("2026"):
        return said
    return said.split("年")[-1] if language == "zh" else said.split()[0]

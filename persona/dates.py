"""Says a date of the letters aloud, as month and year. Knows nothing of what was written on it."""

from __future__ import annotations

from typing import Final

from data.types import Language

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIGITS: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_MONTHS_ZH: Final = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


def spoken(date: str, language: Language) -> str:
    """`1987-03-14` as "March 1987" or 一九八七年三月; the year alone where no month is known."""
    year, *rest = date.split("-")
    if language == "en":
        return f"{_MONTHS[int(rest[0]) - 1]} {year}" if rest else year
    month = f"{_MONTHS_ZH[int(rest[0]) - 1]}月" if rest else ""
    return f"{year.translate(_DIGITS)}年{month}"

"""Dates, years and times of day as words, in English and in Chinese. Knows nothing of other numbers or of sound.

3/5/1952 is March in English, as Americans write it, unless the first number is above twelve; in Chinese as well.
"""

from __future__ import annotations

import re

from voice.numerals import Rule, cardinal, hanzi, one_by_one, ordinal, plural, year

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT_MONTHS = {name[:3]: name for name in MONTHS} | {"Sept": "September"}
_MONTH = "|".join([*MONTHS, "Sept", *(short for short in _SHORT_MONTHS if short not in ("May", "Sept"))])
_MONTH_NAME = rf"(?P<month>{_MONTH})\b(?:\.(?=,?\s+[\da-z]))?"  # "3 May." ends a sentence, "9 Dec. 1906" does not
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b"
_YEAR = r"(?P<year>1\d{3}|20\d\d|['’]\d\d)(?!\d|[.,]\d)"
# What stands before or after a number of four digits that is a year, or a count.
_OF_TIME = (
    "in|since|from|until|till|by|before|after|during|year|early|late|circa|spring|summer|autumn|fall|winter|of"
    f"|{_MONTH}"
)
_NO_PLURAL = "was|is|his|has|this|as|its|yes|us|always|perhaps|across"
_COUNTED = rf"(?!(?:{_NO_PLURAL})\b)[a-z]*(?:s|people|men|women|children|feet)\b"
TO = r"\s?[-–—~]{1,2}\s?"
_CLOCK = r"(?<![\d:.])([01]?\d|2[0-4])[:：]([0-5]\d)(?::[0-5]\d)?(?![\d:])"


def _english_date(match: re.Match[str]) -> str:
    parts = match.groupdict()
    month = _SHORT_MONTHS.get(parts["month"], parts["month"])
    on = ordinal(int(parts["day"]))
    said = f"the {on} of {month}" if match.start("day") < match.start("month") else f"{month} {on}"
    return f"{said} {english_year(parts['year'])}" if parts.get("year") else said


def english_year(digits: str) -> str:
    """A year as it is said: "1906" → "nineteen oh six", "'52" → "fifty two"."""
    if digits[0] in "'’":
        return f"oh {cardinal(digits[2])}" if digits[1] == "0" else cardinal(digits[1:])
    return year(digits)


def _numbered(first: int, month: int, day: int, match: re.Match[str]) -> str:
    """A date in numbers, or what was written where there is no such month or day."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    said = year(str(first)) if first >= 100 else english_year(f"'{first:02}")
    return f"{MONTHS[month - 1]} {ordinal(day)} {said}"


def _year_first(match: re.Match[str]) -> str:
    return _numbered(int(match[1]), int(match[3]), int(match[4]), match)


def _year_last(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[3])
    month, day = (second, first) if first > 12 else (first, second)
    return _numbered(int(match[4]), month, day, match)


def _english_time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    half = match.groupdict().get("half")
    if half:
        return f"{_clock(hour, minute)} {'ay' if half in 'aA' else 'P'} M"
    return _clock(hour, minute) if minute or hour > 12 else f"{cardinal(str(hour))} o'clock"


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour))
    if minute == 0:
        return said if hour <= 12 else f"{said} hundred"
    return f"{said} {'oh ' if minute < 10 else ''}{cardinal(str(minute))}"


def _decade(match: re.Match[str]) -> str:
    digits = match[1]
    if len(digits) == 2:
        return plural(cardinal(digits))
    return "two thousands" if digits == "2000" else plural(year(digits))


_ENDING = r"\s?(?P<half>[aApP])\.?\s?[mM]\b"
_LAST_STOP = r"(?:\.(?!\s+[A-Z]|\s*$))?"  # the stop of "p.m." where the sentence goes on

ENGLISH: list[Rule] = [
    (re.compile(r"(?<=\d:[0-5]\d)\s?[-–—~]\s?(?=\d{1,2}:[0-5]\d)"), " to "),
    (re.compile(r"(?<![\w.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\w-]|\.\d)"), _year_first),
    (re.compile(r"(?<![\w.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?![\w-]|\.\d)"), _year_last),
    (re.compile(rf"\b(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH_NAME}(?:,?\s+{_YEAR})?"), _english_date),
    (re.compile(rf"\b((?:{_MONTH})\b\.?\s[0-3]?\d)\s?[-–—]\s?([0-3]?\d)\b(?=,?\s|[.;!?]|$)"), r"\1 to the \2th"),
    (re.compile(r"\b((?i:on|by|until|since|before|after))\s(0?[1-9]|1[0-2])/([0-2]?[1-9]|[123]0|31)\b(?![/\d])"),
     lambda match: f"{match[1]} {MONTHS[int(match[2]) - 1]} {ordinal(int(match[3]))}"),
    (re.compile(rf"\b{_MONTH_NAME}\s+(?:the\s+)?{_DAY}(?!:)(?:,?\s+{_YEAR})?"), _english_date),
    (re.compile(rf"\b({'|'.join(short for short in _SHORT_MONTHS if short not in ('May', 'Mar'))})\.(?=\s+\d)"),
     lambda match: _SHORT_MONTHS[match[1]]),
    (re.compile(rf"(?<![\d:.])(1[0-2]|0?\d)(?:[:.]([0-5]\d)){_ENDING}{_LAST_STOP}"), _english_time),
    (re.compile(rf"(?<![\d:.])(1[0-2]|0?\d)(){_ENDING}{_LAST_STOP}"), lambda match: _clock(int(match[1]), 0)
     + (" ay M" if match["half"] in "aA" else " P M")),
    (re.compile(_CLOCK), _english_time),
    (re.compile(r"(?<![\d.,])['’]?(1\d\d0|20\d0|\d0)['’]?s\b"), _decade),
    (re.compile(r"(?<![\d.,])(1[1-9]\d\d|20\d\d)\s?[-–—]\s?(\d{4}|\d\d)(?![\d/]|[.,]\d)"),
     lambda match: f"{year(match[1])} to {english_year(match[2] if len(match[2]) == 4 else chr(39) + match[2])}"),
    (re.compile(r"(?<![\w'’])['’](\d\d)(?![\d'’])"), lambda match: english_year("'" + match[1])),
    (re.compile(rf"\b((?i:{_OF_TIME})\s+)(1[1-9]\d\d|20\d\d)(?![\d%]|[.,]\d)"),
     lambda match: match[1] + year(match[2])),
    (re.compile(rf"(?<![\w.,$£€¥+-])(1[1-9]\d\d|20\d\d)(?![\w%]|[.,]\d|\s+{_COUNTED})"), lambda match: year(match[1])),
]  # fmt: skip


def _chinese_date(first: str, month: str, day: str, match: re.Match[str]) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match.group()
    return f"{one_by_one(first)}年{hanzi(str(int(month)))}月{hanzi(str(int(day)))}日"


def _chinese_year_last(match: re.Match[str]) -> str:
    first, second = match[1], match[3]
    month, day = (second, first) if int(first) > 12 else (first, second)
    return _chinese_date(match[4], month, day, match)


def _chinese_time(match: re.Match[str]) -> str:
    hour, minutes = int(match[1]), int(match[2])
    said = "两点" if hour == 2 else f"{hanzi(str(hour))}点"
    return said if minutes == 0 else f"{said}{'零' if minutes < 10 else ''}{hanzi(str(minutes))}分"


_SCORED = "分以胜负输赢"  # 3:15 after one of these is a score

CHINESE: list[Rule] = [
    (re.compile(rf"(?<=[年月日号点分]){TO}(?=\d)|(?<=\d[:：][0-5]\d){TO}(?=\d{{1,2}}[:：])"), "到"),
    (re.compile(r"(?<![\d·])(\d{1,2})·(\d{1,2})(?![\d·])"), lambda match: one_by_one(match[1] + match[2])),
    (re.compile(r"(?<![\w.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d-]|\.\d)日?", re.A),
     lambda match: _chinese_date(match[1], match[3], match[4], match)),
    (re.compile(r"(?<![\w.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d-]|\.\d)", re.A), _chinese_year_last),
    (re.compile(r"(?<!\d)(\d{4})\s?[-–—~]{1,2}\s?(\d{4}|\d\d)(?=\s?年)"),
     lambda match: f"{one_by_one(match[1])}到{one_by_one(match[2])}"),
    (re.compile(r"(?<![\d.,])(1[1-9]\d\d|20\d\d)\s?[-–—~到至]{1,2}\s?(\d{4}|\d\d)(?!\d|[.,]\d|[个元块米人岁])"),
     lambda match: f"{one_by_one(match[1])}到{one_by_one(match[2])}"),
    (re.compile(r"(?<!\d)(\d{4})(?=\s?年)"), lambda match: one_by_one(match[1])),
    (re.compile(r"['’](\d\d)(?=\s?年)|(?<!\d)(\d\d)(?=\s?年\s?\d{1,2}\s?月|[后後])"),
     lambda match: one_by_one(match[1] or match[2])),
    (re.compile(rf"(?<![{_SCORED}]){_CLOCK}"), _chinese_time),
    (re.compile(r"(?<![\d.])0?2(?=\s?点(?!\d))"), "两"),
    (re.compile(r"(?<![\d.])0(\d)(?=\s?[点月日号分])"), lambda match: hanzi(match[1])),
]  # fmt: skip

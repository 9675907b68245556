"""Numbers and signs as words that espeak-ng reads well. Knows nothing of sentences or sound.

espeak-ng reads plain numbers in both languages; what it reads badly is put into words here: years, times, money and
ranges in English; everything with a digit in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from data.types import Language

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
GROUPS = ("", "万", "亿", "万亿")
LONGEST_NUMBER = 16  # digits; longer ones are read digit by digit, as are those that begin with a zero
LONGEST_MEANT = 11  # digits; a telephone number has as many

# Bounded, so that a page of digits is read in linear time; a comma counts only where it parts thousands.
_AMOUNT = r"(?:\d{1,3}(?:,\d{3}){1,8}|\d{1,40})(?:\.\d{1,40})?"

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_ABBREVIATIONS = {
    "e.g.": "for example,",
    "i.e.": "that is,",
    "etc.": "et cetera",
    "vs.": "versus",
    "Mr.": "Mister",
    "Mrs.": "Missis",
    "Ms.": "Miz",
    "Dr.": "Doctor",
    "Prof.": "Professor",
    "Capt.": "Captain",
    "Lt.": "Lieutenant",
    "St.": "Saint",
    "Jr.": "Junior",
    "Sr.": "Senior",
    "No.": "Number",
    "Jan.": "January",
    "Feb.": "February",
    "Aug.": "August",
    "Sept.": "September",
    "Oct.": "October",
    "Nov.": "November",
    "Dec.": "December",
}
_COINS = {
    "$": ("dollar", "美元"),
    "£": ("pound", "英镑"),
    "€": ("euro", "欧元"),
    "¥": ("yuan", "元"),
    "￥": ("yuan", "元"),
}
_UNITS = {
    "km": ("kilometres", "公里"),
    "kg": ("kilograms", "公斤"),
    "cm": ("centimetres", "厘米"),
    "mm": ("millimetres", "毫米"),
    "km/h": ("kilometres an hour", "公里每小时"),
    "°C": ("degrees Celsius", "摄氏度"),
    "°F": ("degrees Fahrenheit", "华氏度"),
}


def hanzi(digits: str) -> str:
    """A whole number in Chinese words: "105" → "一百零五"."""
    if len(digits) > LONGEST_NUMBER or len(digits) == LONGEST_MEANT or (digits[0] == "0" and len(digits) > 1):
        return one_by_one(digits)
    if int(digits) == 0:
        return DIGITS[0]
    text, gap = "", False
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)][::-1]
    for position, group in enumerate(groups):
        if int(group) == 0:
            gap = True
            continue
        gap = bool(text) and (gap or group[0] == "0")
        text += (DIGITS[0] if gap else "") + _thousand(str(int(group))) + GROUPS[len(groups) - 1 - position]
        gap = False
    return text[1:] if text.startswith("一十") else text


def one_by_one(digits: str) -> str:
    """Digit for digit in Chinese, as a year or a telephone number is read."""
    return "".join(DIGITS[int(digit)] for digit in digits)


def _thousand(digits: str) -> str:
    text, gap = "", False
    for position, digit in enumerate(digits):
        if digit == "0":
            gap = True
            continue
        text += (DIGITS[0] if gap else "") + DIGITS[int(digit)] + PLACES[len(digits) - 1 - position]
        gap = False
    return text


def _chinese_number(match: re.Match[str]) -> str:
    whole, _, fraction = match.group().replace(",", "").partition(".")
    return hanzi(whole) + (f"点{one_by_one(fraction)}" if fraction else "")


def _chinese_time(match: re.Match[str]) -> str:
    minutes = int(match[2])
    if minutes == 0:
        return f"{hanzi(str(int(match[1])))}点"
    return f"{hanzi(str(int(match[1])))}点{'零' if minutes < 10 else ''}{hanzi(str(minutes))}分"


def _english_year(match: re.Match[str]) -> str:
    century, year = match[1], match[2]
    if year == "00":
        return f"{century} hundred"
    return f"{century} oh {int(year)}" if year[0] == "0" else f"{century} {year}"


def _english_time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{hour} o'clock"
    return f"{hour} oh {minute}" if minute < 10 else f"{hour} {minute}"


def _spelled(match: re.Match[str]) -> str:
    return " ".join(match.group().replace(".", "")).upper()


def _listed(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _unit_rules(column: int) -> list[Rule]:
    coins = {sign: names[column] for sign, names in _COINS.items()}
    units = {sign: names[column] for sign, names in _UNITS.items()}
    plural, gap = ("s", " ") if column == 0 else ("", "")
    return [
        (
            re.compile(rf"([{re.escape(''.join(coins))}])\s?({_AMOUNT})元?"),
            lambda match: f"{match[2]}{gap}{coins[match[1]]}{plural if match[2] != '1' else ''}",
        ),
        (
            re.compile(rf"(?<=\d)\s?({_listed(units)})(?![A-Za-z/])"),
            lambda match: f"{gap}{units[match[1]]}",
        ),
    ]


_ENGLISH: list[Rule] = [
    (re.compile(rf"(?<![\w.])(?:{_listed(_ABBREVIATIONS)})(?=\s|$)"), lambda match: _ABBREVIATIONS[match.group()]),
    (re.compile(r"\b(?:[A-Za-z]\.){2,}(?![A-Za-z])"), _spelled),
    (re.compile(r"\b([A-Z])\.(?=\s+[A-Z])"), r"\1"),
    (re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])"), _english_time),
    *_unit_rules(0),
    (re.compile(r"(?<=\d)\s?[–—~]\s?(?=\d)|(?<=\d)-(?=\d)"), " to "),
    (re.compile(r"(?<![\w.,])[-−](?=\d)"), "minus "),
    (re.compile(r"(?<![\d.,])(1[1-9])(\d\d)(?!\d|[.,]\d)"), _english_year),
    (re.compile(r"\b([A-Za-z])-(?=\d)"), r"\1 "),
    (re.compile(r"\s?&\s?"), " and "),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"(?<=\d)\s?[+]\s?(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\s?[×x*]\s?(?=\d)"), " times "),
    (re.compile(r"\s?=\s?"), " equals "),
    (re.compile(r"#\s?(?=\d)"), "number "),
    (re.compile(r"@"), " at "),
]
_CHINESE: list[Rule] = [
    (re.compile(r"(?<![\d:])([01]?\d|2[0-3])[:](?:([0-5]\d))(?![\d:])"), _chinese_time),
    *_unit_rules(1),
    (re.compile(r"(?<=[\d年月日])\s?[-–—~]{1,2}\s?(?=\d)"), "到"),
    (re.compile(r"(?<!\d)(\d{4})(?=\s?(?:年|到\d{4}))"), lambda match: one_by_one(match[1])),
    (re.compile(r"(?<=到)(\d{4})(?!\d|[.,]\d|[^\W\d_])"), lambda match: one_by_one(match[1])),
    (re.compile(rf"({_AMOUNT})\s?%"), r"百分之\1"),
    (re.compile(r"(\d{1,8})\s?/\s?(\d{1,8})"), r"\2分之\1"),
    (re.compile(r"(?<![A-Za-z\d.])[-−](?=\d)"), "负"),
    (re.compile(r"(?<![A-Za-z])2(?=[个位只条次天年])(?<!\d2)"), "两"),
    (re.compile(rf"(?<![A-Za-z]){_AMOUNT}"), _chinese_number),
    (re.compile(r"\s?&\s?"), "和"),
    (re.compile(r"[+]"), "加"),
    (re.compile(r"[=]"), "等于"),
]


def in_words(text: str, language: Language) -> str:
    """Put what espeak-ng would misread into words of `language`."""
    for pattern, replacement in _CHINESE if language == "zh" else _ENGLISH:
        text = pattern.sub(replacement, text)
    return text

"""Dates as people write them, English and Chinese, to ISO 8601 as exact as they are known, and the lines that head or
sign a letter with one. Knows no files.

A date of only numbers whose day and month cannot be told apart (3/4/1987) is known by its year alone where it stands
in a text, and refused where somebody typed it.
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
_NUMERIC = rf"(?<!\d)(?P<first>\d{{1,2}})\s*[/.\-]\s*(?P<second>\d{{1,2}})\s*[/.\-]\s*{_YEAR}(?!\d)"
_DOTTED = re.compile(rf"(?P<day>\d{{1,2}})\.\s*(?P<month>\d{{1,2}})\.\s*{_YEAR}")  # dots: the day first
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
        _NUMERIC,
        rf"(?<![\d/.\-]){_YEAR}-(?P<month>0[1-9]|1[0-2])(?![\d-])",
        rf"(?<![\d/.\-]){_YEAR}(?![\d/.\-])",
    )
)

AROUND_CHARS = 40  # beside the date of a dateline, a place or a weekday; more, and the line is a sentence
_AROUND_HAN = 10  # Chinese characters
SENTENCE_ENDS = ".!?。！？…"
_ENDED_WORDS = 2  # "Boston, 3 May 1950." is no sentence for all its full stop
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_HAN_CHAR = re.compile(r"[\u3400-\u9fff]")
_SENTENCE_HAN = re.compile(r"[我你您他她它们的了是有没不就说讲]")
_SENTENCE_WORDS = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|we|you|he|she|they|it|me|us|him|them|when|since|until|till|that|which|who|because|if|is|"
    r"are|was|were|has|had|have|did|said|born|died|met|forgot|forgotten)\b"
)
_LEADING = re.compile(r"\s*(?:on|in|since|until|till|by|before|after|from|but|and|or|so|then|for|that|at|as)\b")
_BESIDE = re.compile(
    r"the|of|at|near|de|du|la|le|les|der|den|im|am|an|zu|um|und|von|pm|o'clock|st|nd|rd|th|written|dated|"
    r"(?:mid)?night|morning|(?:after)?noon|evening"
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


def dateline(line: str, set_off: bool = False) -> str | None:
    """The date of a line that heads or signs a letter: "Boston, 3 May 1950"; None where the line only speaks of a date.

    A line of running text may break anywhere, so beside the date it may hold names and hours alone. One that is
    `set_off`, a blank line or the text's edge on either side, may be worded more freely: "at the lake, July 1929".
    """
    line = line.strip()
    found = find_date(line)
    if found is None:
        return None
    before, after = line[: found.start], line[found.end :]
    around = f"{before} {after}"
    if len(around.strip()) > AROUND_CHARS or len(_HAN_CHAR.findall(around)) > _AROUND_HAN:
        return None
    if after.strip().endswith(tuple(SENTENCE_ENDS)) and len(around.split()) > _ENDED_WORDS:
        return None
    if _SENTENCE_HAN.search(around) or _SENTENCE_WORDS.search(around.casefold().replace("’", "'")):
        return None
    return found.iso if set_off or _is_bare(before, after) else None


def _is_bare(before: str, after: str) -> bool:
    """Whether names, hours and little words are all that stands around a date, and it is not led into a sentence."""
    if after.rstrip().endswith((",", "，", ";", "；")) or _LEADING.match(before.casefold()):
        return False
    words = _WORD.findall(f"{before} {after}")
    return all(word[0].isupper() or _HAN_CHAR.match(word) or _BESIDE.fullmatch(word) for word in words)


def read_date(text: str) -> str:
    """A date that somebody typed, nothing around it. Raises `BadDate`."""
    typed = text.strip()
    dotted = _DOTTED.fullmatch(typed)
    iso = _iso(dotted.groupdict()) if dotted else None
    if iso is not None:
        return iso
    found = find_date(typed)
    if found is None or (found.start, found.end) != (0, len(typed)):
        raise BadDate("this date cannot be read: write it as 1906-12-09, 1906-12 or 1906")
    if re.fullmatch(_NUMERIC, typed) and len(found.iso) == len("1906"):
        raise BadDate("nobody can tell the day of this date from its month: write it as 1906-12-09")
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

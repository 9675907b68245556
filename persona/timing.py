"""Which time a line speaks of: "when you were ten", 去年春节, "in the eighties", "in March 1987". Knows no letters.

"Last" and 去年 count from the day that is given as today, never from a clock. Festivals of the lunar calendar are found
by lunar_python. A time that no calendar tells ("before the war") is none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from persona.language import folded

FESTIVAL_DAYS: Final = 15  # people write of a festival for about as long, before and after

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|march|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_ONES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_WORDS: Final = (*_ONES, *_TEENS)
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HAN_DIGITS: Final = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_HAN: Final = "[〇零一二两三四五六七八九十\\d]"

# The solar months of a season, the year of the first; of winter, December opens the next year's.
_SEASONS: Final = {
    "spring": 3,
    "summer": 6,
    "autumn": 9,
    "fall": 9,
    "winter": 12,
    "春天": 3,
    "夏天": 6,
    "秋天": 9,
    "冬天": 12,
}
_LUNAR: Final = {
    "春节": (1, 1), "过年": (1, 1), "除夕": (1, 1), "年三十": (1, 1), "元宵": (1, 15), "端午": (5, 5), "七夕": (7, 7),
    "中秋": (8, 15), "重阳": (9, 9), "腊八": (12, 8), "spring festival": (1, 1), "chinese new year": (1, 1),
    "lunar new year": (1, 1), "lantern festival": (1, 15), "dragon boat festival": (5, 5), "mid-autumn": (8, 15),
}  # fmt: skip
_SOLAR: Final = {
    "christmas": (12, 25), "圣诞": (12, 25), "halloween": (10, 31), "万圣": (10, 31), "元旦": (1, 1),
    "new year's": (1, 1), "valentine": (2, 14), "情人节": (2, 14), "国庆": (10, 1), "清明": (4, 5),
    "thanksgiving": (11, 25),
}  # fmt: skip

_DATED: Final = re.compile(rf"\b(?P<month>{_MONTH})\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?P<year>1[89]\d\d|20\d\d)\b")
_DATED_ZH: Final = re.compile(rf"(?P<year>{_HAN}{{4}}|(?<!{_HAN}){_HAN}{{2}})年(?:(?P<month>{_HAN}{{1,2}})月)?")
_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?![\ds])")
_DECADE: Final = re.compile(
    r"\b(?:the )?(?:(?P<century>1[89]|20)(?P<tens>\d)0'?s|'?(?P<short>[2-9])0'?s\b|(?P<word>\w+?)ies\b)"
)
_DECADE_ZH: Final = re.compile(r"([二三四五六七八九])十年代|(?<!\d)([2-9])0年代")
_AGE: Final = re.compile(
    r"\b(?:when (?:you|i) (?:was|were)|at(?: the)? age(?: of)?|aged|at) (?P<age>\d{1,2}|[a-z]+(?:-[a-z]+)?)\b"
    r"(?! o'clock)"
)
_AGE_ZH: Final = re.compile(rf"(?P<age>{_HAN}{{1,3}})岁")
_YEARS_BACK: Final = {"大前年": 3, "前年": 2, "去年": 1, "今年": 0}
_LAST: Final = re.compile(r"\b(?P<which>last|this|past) (?P<what>[a-z'-]+(?: (?:new year|festival|boat festival))?)")


@dataclass(frozen=True, slots=True)
class Interval:
    """From one day to another, both within."""

    first: date
    last: date

    def holds(self, iso: str) -> bool:
        """Whether an ISO date, as exact as it is known, may lie within."""
        whole = _of_iso(iso)
        return whole is not None and whole.first <= self.last and self.first <= whole.last

    def follows(self, iso: str) -> bool:
        """Whether it begins only after all that an ISO date may mean."""
        whole = _of_iso(iso)
        return whole is not None and whole.last < self.first


def interval_of(line: str, today: date, born: str | None) -> Interval | None:
    """The time that a line speaks of, the most exact that it names."""
    plain = folded(line)
    return next((found for found in _intervals(plain, today, born) if found), None)


def _intervals(plain: str, today: date, born: str | None) -> Iterator[Interval | None]:
    year = _year_in(plain, today)
    if named := _festival(plain, year, today):
        yield named
    if season := next((name for name in _SEASONS if name in plain), None):
        yield _season(_SEASONS[season], year, today, plain)
    if found := _DATED.search(plain):
        yield _month(int(found["year"]), _MONTHS.index(found["month"][:3]) + 1)
    if (found := _DATED_ZH.search(plain)) and found["month"] and year:
        yield _month(year, _han_number(found["month"]))
    yield _decade(plain)
    if year:
        yield Interval(date(year, 1, 1), date(year, 12, 31))
    yield _age(plain, born)
    yield _recent(plain, today)


def _year_in(plain: str, today: date) -> int | None:
    if found := _YEAR.search(plain):
        return int(found[1])
    if found := _DATED_ZH.search(plain):
        return _han_year(found["year"], today)
    back = next((count for word, count in _YEARS_BACK.items() if word in plain), None)
    if back is None and (found := _LAST.search(plain)) and found["what"] == "year":
        back = 0 if found["which"] == "this" else 1
    return None if back is None else today.year - back


def _festival(plain: str, year: int | None, today: date) -> Interval | None:
    """A festival of a year that is named, or the last one: 去年春节, "last spring festival"."""
    name = next((name for name in (*_LUNAR, *_SOLAR) if name in plain), None)
    if name is None or (year is None and not re.search(r"\blast\b|上一?[个次回]|刚过", plain)):
        return None
    days = [_day_of(name, each) for each in ([year] if year else (today.year, today.year - 1))]
    day = next((each for each in days if year or each <= today), None)
    around = timedelta(days=FESTIVAL_DAYS)
    return None if day is None else Interval(day - around, day + around)


def _day_of(festival: str, year: int) -> date:
    if festival in _SOLAR:
        return date(year, *_SOLAR[festival])
    from lunar_python import Lunar

    solar = Lunar.fromYmd(year, *_LUNAR[festival]).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _season(first_month: int, year: int | None, today: date, plain: str) -> Interval | None:
    if year is None and not re.search(r"\blast\b", plain):
        return None
    for each in [year] if year else [today.year, today.year - 1]:
        last = first_month + 2
        end = _month(each + (last > 12), (last - 1) % 12 + 1).last
        if year or end <= today:
            return Interval(date(each, first_month, 1), end)
    return None


def _decade(plain: str) -> Interval | None:
    if found := _DECADE_ZH.search(plain):
        return _ten_years(1900 + 10 * int(found[2] or _HAN_DIGITS[found[1]]))
    for found in _DECADE.finditer(plain):
        if found["century"]:
            return _ten_years(int(found["century"]) * 100 + int(found["tens"]) * 10)
        tens = int(found["short"]) * 10 if found["short"] else _TENS.get(found["word"] + "y", 0)
        if tens and not re.search(
            r"\b(?:your|my|his|her|their) $", plain[: found.start()]
        ):  # "in your twenties" is an age
            return _ten_years(1900 + tens)
    return None


def _age(plain: str, born: str | None) -> Interval | None:
    year = int(born[:4]) if born else None
    found = _AGE.search(plain) or _AGE_ZH.search(plain)
    age = _number(found["age"]) if found else None
    if year is None or age is None:
        return None
    birth = _of_iso(born or "")
    if birth is None or birth.first != birth.last:  # the day is not known
        return Interval(date(year + age, 1, 1), date(year + age + 1, 12, 31))
    day = min(birth.first.day, monthrange(year + age, birth.first.month)[1])
    start = date(year + age, birth.first.month, day)
    return Interval(start, start + timedelta(days=365))


def _recent(plain: str, today: date) -> Interval | None:
    found = _LAST.search(plain)
    what = found["what"] if found else ""
    if "昨天" in plain or re.search(r"\byesterday\b", plain):
        return Interval(today - timedelta(days=1), today - timedelta(days=1))
    if what == "week" or re.search("上个?(?:星期|礼拜|周)", plain):
        return Interval(today - timedelta(days=today.weekday() + 7), today - timedelta(days=today.weekday() + 1))
    if what == "month" or "上个月" in plain:
        before = today.replace(day=1) - timedelta(days=1)
        return _month(before.year, before.month)
    if what[:3] in _MONTHS and re.fullmatch(_MONTH, what):
        month = _MONTHS.index(what[:3]) + 1
        return _month(today.year - (month >= today.month), month)
    return None


def _month(year: int, month: int) -> Interval:
    month = min(max(month, 1), 12)
    return Interval(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _ten_years(first: int) -> Interval:
    return Interval(date(first, 1, 1), date(first + 9, 12, 31))


def _of_iso(iso: str) -> Interval | None:
    """The days that a date may mean: `1987` is any day of that year."""
    parts = [int(part) for part in iso[:10].split("-") if part.isdigit()]
    if not parts:
        return None
    if len(parts) == 1:
        return Interval(date(parts[0], 1, 1), date(parts[0], 12, 31))
    if len(parts) == 2:
        return _month(*parts)
    day = date(*parts)
    return Interval(day, day)


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _WORDS:
        return _WORDS.index(word)
    tens, _, ones = word.partition("-")
    if tens in _TENS:
        return _TENS[tens] + (_WORDS.index(ones) if ones in _WORDS else 0)
    return _han_number(word) if set(word) <= {*_HAN_DIGITS, "十"} else None


def _han_number(word: str) -> int:
    """十二, 二十三, 三 or 12."""
    if word.isdigit():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    value = _HAN_DIGITS.get(ones, 0)
    return value + 10 * _HAN_DIGITS.get(tens, 1) if ten else value


def _han_year(word: str, today: date) -> int | None:
    """一九八七, 1987, 八七 or 03: a short one is the latest that is not to come."""
    digits = "".join(str(_HAN_DIGITS.get(sign, sign)) for sign in word)
    if not digits.isdigit():  # 十年: a length of time
        return None
    if len(digits) == 4:
        return int(digits) if "1500" <= digits <= "2200" else None
    century = today.year // 100 * 100
    return century + int(digits) - (100 if century + int(digits) > today.year else 0)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.numerals import called, cardinal, hanzi, ordinal, pairs, plural, roman, year

HAN_VALUES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
PLACE_VALUES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 10**8}


def value(words: str) -> int:
    """What Chinese number words stand for, read back by the largest place first."""
    for sign in ("亿", "万", "千", "百", "十"):
        head, found, tail = words.rpartition(sign)
        if found:
            return (value(head) if head else 1) * PLACE_VALUES[sign] + (value(tail) if tail else 0)
    return int("".join(str(HAN_VALUES[sign]) for sign in words))


@pytest.mark.parametrize(
    ("number", "words"),
    [("0", "零"), ("10", "十"), ("15", "十五"), ("105", "一百零五"), ("110", "一百一十"), ("1050", "一千零五十"),
     ("10005", "一万零五"), ("120034", "十二万零三十四"), ("100000000", "一亿"), ("1000000001", "十亿零一"),
     ("007", "零零七"), ("13800138000", "一三八零零一三八零零零"), ("2", "二"), ("20", "二十"), ("200", "两百"),
     ("222", "二百二十二"), ("2000", "两千"), ("22000", "两万二千")],
)  # fmt: skip
def test_numbers_in_chinese(number: str, words: str) -> None:
    assert hanzi(number) == words


@given(st.integers(0, 10**10 - 1))
def test_a_chinese_number_means_what_was_written(number: int) -> None:
    assert value(hanzi(str(number))) == number


def test_one_is_yao_where_digits_are_called() -> None:
    assert called("110") == "幺幺零"


@pytest.mark.parametrize(
    ("number", "words"),
    [("0", "zero"), ("1,105", "one thousand one hundred and five"), ("3.50", "three point five zero"),
     ("007", "zero zero seven"), ("1" * 17, " ".join(["one"] * 17))],
)  # fmt: skip
def test_numbers_in_english(number: str, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [("1906", "nineteen oh six"), ("1900", "nineteen hundred"), ("2008", "two thousand and eight"),
     ("2010", "twenty ten"), ("1066", "ten sixty six")],
)  # fmt: skip
def test_years_in_english(digits: str, words: str) -> None:
    assert year(digits) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [("305", "three oh five"), ("1214", "twelve fourteen"), ("300", "three hundred"), ("12", "twelve")],
)
def test_rooms_are_read_in_pairs(digits: str, words: str) -> None:
    assert pairs(digits) == words


def test_places_and_plurals_of_numbers() -> None:
    assert [ordinal(1), ordinal(12), ordinal(21)] == ["first", "twelfth", "twenty first"]
    assert [plural("fifty"), plural("nineteen hundred"), plural("six")] == ["fifties", "nineteen hundreds", "sixes"]


def test_roman_numerals_below_ninety_are_read() -> None:
    assert [roman(one) for one in ("I", "IV", "VIII", "XIV", "XLIX", "LXXXIX")] == [1, 4, 8, 14, 49, 89]
    assert [roman(one) for one in ("IIII", "VX", "IM", "", "ABC")] == [None] * 5

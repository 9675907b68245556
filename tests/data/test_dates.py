from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dates import MONTHS, dateline, find_date, read_date
from data.errors import BadDate

days = st.dates(min_value=date(1800, 1, 1), max_value=date(2099, 12, 31))
FULL = list(calendar.month_name)[1:]
HAN = "〇一二三四五六七八九"


def han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{HAN[tens]}十") + (HAN[ones] if ones else "")


@given(day=days)
def test_every_way_of_writing_a_day_is_the_same_day(day: date) -> None:
    month = FULL[day.month - 1]
    for written in (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month[:3]}. {day.day}th {day.year}",
        f"the {day.day}nd of {month.upper()}, {day.year}",
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{''.join(HAN[int(digit)] for digit in str(day.year))}年{han(day.month)}月{han(day.day)}日",
    ):
        found = find_date(f"Somewhere, {written} ")
        assert found is not None, written
        assert found.iso == day.isoformat(), written


@given(day=days)
def test_only_what_is_known_is_said(day: date) -> None:
    month = f"{day.year}-{day.month:02}"
    for written in (f"{FULL[day.month - 1]} {day.year}", f"{day.year}年{day.month}月", month):
        assert read_date(written) == month
    assert read_date(str(day.year)) == read_date(f"{day.year}年") == str(day.year)


@pytest.mark.parametrize(
    ("written", "iso"),
    [("3/4/1987", "1987"), ("25/12/1987", "1987-12-25"), ("12/25/1987", "1987-12-25"), ("5.5.1987", "1987-05-05")],
)
def test_day_and_month_of_a_numeric_date_are_told_apart_or_left_out(written: str, iso: str) -> None:
    found = find_date(written)
    assert found is not None
    assert found.iso == iso


@pytest.mark.parametrize("written", ["3/12/1921", "3-12-1921"])
def test_a_typed_date_whose_day_may_be_its_month_is_refused(written: str) -> None:
    with pytest.raises(BadDate, match="month"):
        read_date(written)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("12.3.1921", "1921-03-12"),
        ("23/12/1921", "1921-12-23"),
        ("12/23/1921", "1921-12-23"),
        ("5/5/1921", "1921-05-05"),
    ],
)
def test_a_typed_date_whose_day_is_plain_is_read(written: str, iso: str) -> None:
    assert read_date(written) == iso


@pytest.mark.parametrize("written", ["", "yesterday", "1987-13-01", "1987-02-30", "1200", "3 March", "born 1987", "87"])
def test_what_is_no_date_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadDate, match="1906-12-09"):
        read_date(written)


@pytest.mark.parametrize("text", ["room 1987/3", "call 0571-19871234", "item 19870303", "1,987 words", "page 3"])
def test_numbers_are_not_dates(text: str) -> None:
    assert find_date(text) is None


@given(text=st.text())
def test_any_text_is_read_or_left(text: str) -> None:
    found = find_date(text)
    assert found is None or 0 <= found.start < found.end <= len(text)


def test_the_months_are_those_of_the_calendar() -> None:
    assert [name[:3].lower() for name in FULL] == list(MONTHS)


@pytest.mark.parametrize(
    ("line", "running", "set_off"),
    [
        ("Boston, 3 May 1950", "1950-05-03", "1950-05-03"),
        ("Tuesday, the 3rd of May, 1950", "1950-05-03", "1950-05-03"),
        ("Monday evening, 3 May 1950, 10 pm", "1950-05-03", "1950-05-03"),
        ("杭州，2003年3月16日夜", "2003-03-16", "2003-03-16"),
        ("at the lake, July 1929", None, "1929-07"),
        ("On Tuesday, 3 May 1961", None, "1961-05-03"),
        ("Tom and Mary, 3 May 1961,", None, "1961-05-03"),
        ("I have not forgotten 3 May 1961, when", None, None),
        ("我们一九六二年结的婚", None, None),
        ("the barn burnt down in Springfield on 3 May 1961 and the harbour", None, None),
        ("It rains.", None, None),
    ],
)
def test_a_dateline_is_a_date_with_little_else_around_it(line: str, running: str | None, set_off: str | None) -> None:
    assert dateline(line) == running
    assert dateline(line, set_off=True) == set_off

"""A line's words for a time become two days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.timing import Interval, interval_of

TODAY = date(2024, 6, 15)
BORN = "1938-05-20"

TIMES = [
    ("What happened in 1966?", "1966-01-01", "1966-12-31"),
    ("What did you write in March 1987?", "1987-03-01", "1987-03-31"),
    ("What did you do on May 3, 1950?", "1950-05-01", "1950-05-31"),
    ("How was life in the eighties?", "1980-01-01", "1989-12-31"),
    ("What was it like in the 1950s?", "1950-01-01", "1959-12-31"),
    ("Where did you go last year?", "2023-01-01", "2023-12-31"),
    ("Where were you last month?", "2024-05-01", "2024-05-31"),
    ("What did you do last august?", "2023-08-01", "2023-08-31"),
    ("Where were you last summer?", "2023-06-01", "2023-08-31"),
    ("How was the winter of 1962?", "1962-12-01", "1963-02-28"),
    ("Who came last spring festival?", "2024-01-26", "2024-02-25"),
    ("What did you get last christmas?", "2023-12-10", "2024-01-09"),
    ("What were you like when you were ten?", "1948-05-20", "1949-05-20"),
    ("What did you dream of at twenty-three?", "1961-05-20", "1962-05-20"),
    ("去年春节你在哪里？", "2023-01-07", "2023-02-06"),
    ("前年中秋吃了什么？", "2022-08-26", "2022-09-25"),
    ("一九八七年三月你在做什么？", "1987-03-01", "1987-03-31"),
    ("八七年怎么样？", "1987-01-01", "1987-12-31"),
    ("1998年发大水了吗？", "1998-01-01", "1998-12-31"),
    ("八十年代日子好过吗？", "1980-01-01", "1989-12-31"),
    ("您十岁的时候在哪里念书？", "1948-05-20", "1949-05-20"),
    ("去年夏天热不热？", "2023-06-01", "2023-08-31"),
    ("上个月你写了什么？", "2024-05-01", "2024-05-31"),
    ("2016年除夕家里有谁？", "2016-01-24", "2016-02-23"),
]


@pytest.mark.parametrize(("line", "first", "last"), TIMES)
def test_a_time_is_understood(line: str, first: str, last: str) -> None:
    assert interval_of(line, TODAY, BORN) == Interval(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "line",
    [
        "What did you do before the war?",
        "Did you ever fall off a horse?",
        "How do you celebrate Christmas?",
        "过年吃什么？",
        "你在厂里干了十年吗？",
        "What did you do in your twenties?",
        "At what time did you get up?",
        "",
    ],
)
def test_what_no_calendar_tells_is_no_time(line: str) -> None:
    assert interval_of(line, TODAY, BORN) is None


@pytest.mark.parametrize("line", ["除夕晚上家里为什么不关灯？", "清明您去给谁上坟？"])
def test_a_festival_without_a_year_is_no_time_because_of_an_evening_or_a_grave(line: str) -> None:
    assert interval_of(line, TODAY, BORN) is None
    assert interval_of(f"上个{line}", TODAY, BORN) is not None


def test_an_interval_follows_what_was_written_before_it() -> None:
    march = Interval(date(1987, 3, 1), date(1987, 3, 31))
    assert [march.follows(iso) for iso in ("1986", "1987-02-28", "1987", "1987-03-01", "1988")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_an_age_needs_a_birth_date() -> None:
    assert interval_of("when you were ten", TODAY, None) is None


def test_a_birth_year_alone_leaves_two_years() -> None:
    assert interval_of("when you were ten", TODAY, "1938") == Interval(date(1948, 1, 1), date(1949, 12, 31))


def test_a_date_as_exact_as_known_lies_within_where_it_may() -> None:
    march = Interval(date(1987, 3, 1), date(1987, 3, 31))
    assert [march.holds(iso) for iso in ("1987", "1987-03", "1987-03-14", "1987-03-14T21:05")] == [True] * 4
    assert [march.holds(iso) for iso in ("1986", "1987-04", "1987-04-01")] == [False] * 3


@settings(deadline=None)
@given(st.text(max_size=60), st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_any_line_has_a_time_or_none(line: str, today: date) -> None:
    found = interval_of(line, today, BORN)
    assert found is None or found.first <= found.last

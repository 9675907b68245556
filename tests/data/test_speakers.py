from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.importers.chat import ME
from data.importers.imported import Item, LeftOut
from data.importers.speakers import Keys, Speaker, assigned, speakers, the_person
from data.types import Letter


def message(author: str | None, text: str, date: str | None = "2020-05-13T21:05") -> Letter:
    return Letter("a.txt", text, date, "message", author)


def test_everybody_who_speaks_is_shown_with_samples() -> None:
    items: list[Item] = [
        message("Ann", "Supper is\nready", "2020-05-13T21:05"),
        message("Tom", "ok", None),
        message("ann ", "Supper is ready"),
        message("Ann", "long " * 30, "2019-01-01T08:00"),
        message("Ann", "third"),
        LeftOut(3, "x"),
    ]
    assert speakers(items) == (
        Speaker("Ann", 4, "2019-01-01T08:00", "2020-05-13T21:05", ("Supper is ready", f"{('long ' * 30)[:59]}…")),
        Speaker("Tom", 1, None, None, ("ok",)),
    )


def test_the_words_of_the_person_have_no_author() -> None:
    assert assigned(message("\u202aANN  Lee\u202c", "a"), ["Ann Lee"]) == message(None, "a")
    assert assigned(message("Ann", "a"), ["Ann Lee"]) == message("Ann", "a")
    assert assigned(message(ME, "a"), ["Ann Lee", ME]) == message(None, "a")
    assert assigned(message("Ann", "a"), []) == message("Ann", "a")


def keys(*letters: Letter) -> list[str | None]:
    given = Keys()
    return [given.of(letter) for letter in letters]


def test_the_same_message_has_the_same_key_in_two_exports() -> None:
    android = message("Ann Lee", "Supper is\nready", "2020-05-13T21:05")
    ios = message("ann lee", "\u200eSupper is ready ", "2020-05-13T21:05:10")
    assert keys(android) == keys(ios)
    assert keys(assigned(android, ["Ann Lee"])) != keys(android)


def test_what_is_said_twice_in_a_minute_stays_twice_and_no_more() -> None:
    first = keys(message("Ann", "ok"), message("Ann", "ok", "2020-05-13T21:05:40"))
    second = keys(message("Ann", "ok"), message("Tom", "ok"), message("Ann", "ok"))
    assert len(set(first)) == 2
    assert len({*first, *second}) == 3


MINUTES = st.sampled_from(["2020-01-01T08:00", "2020-01-01T08:01"])


@given(st.lists(st.tuples(st.sampled_from(["Ann", "Tom", None]), st.text(max_size=3), MINUTES)))
def test_one_export_given_twice_adds_nothing(told: list[tuple[str | None, str, str]]) -> None:
    letters = [message(*one) for one in told]
    once = keys(*letters)
    assert len(set(once)) == len(letters)
    assert keys(*letters) == once


def test_what_has_no_minute_is_never_taken_for_another() -> None:
    assert keys(message("Ann", "ok", "2020-05-13"), message("Ann", "ok", None)) == [None, None]


@pytest.mark.parametrize(
    ("speaking", "person", "found"),
    [
        (["Tom", "ann  LEE"], "Ann Lee", ("ann  LEE",)),
        (["Tom", "Ann Lee mobile ❤️"], "Ann Lee", ("Ann Lee mobile ❤️",)),
        (["Tom", "Ann"], "Ann Lee", ("Ann",)),
        (["Ann", "Ann Lee"], "Ann Lee", ("Ann Lee",)),
        (["me", "林伯年（外公）"], "林伯年", ("林伯年（外公）",)),
        (["me", "伯年"], "林伯年", ("伯年",)),
        (["Lee", "Tom Lee"], "Ann Lee", ()),
        (["Ann Lee home", "Ann Lee mobile"], "Ann Lee", ()),
        (["Anna", "Joann"], "Ann", ()),
        (["me", "外公"], "林伯年", ()),
    ],
)
def test_the_person_is_found_by_name_where_it_is_no_guess(
    speaking: list[str], person: str, found: tuple[str, ...]
) -> None:
    assert the_person(speaking, person) == found


def test_the_family_may_say_under_which_names_the_person_speaks() -> None:
    assert the_person(["Mum", "me", "+49 170"], "Ann Lee", ["MUM", "+49 170", "Bea"]) == ("Mum", "+49 170")
    assert the_person(["Ann Lee", "Mum"], "Ann Lee", ["Bea"]) == ()

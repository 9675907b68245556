"""How names are compared."""

import pytest

from data.names import alike, folded


def test_a_name_is_the_same_whatever_its_case_and_white_space() -> None:
    assert folded("  Ann\u3000LEE ") == folded("ann lee")


@pytest.mark.parametrize(
    ("one", "other"), [("Lucy", "Lucy Hale"), ("LUCY hale", "lucy"), ("小雨", "陈小雨"), ("Zoë", "zoë")]
)
def test_one_person_may_have_both_names(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anne Lee"), ("Lucy Hale", "Lucy Lee"), ("小雨", "小明")])
def test_these_are_two(one: str, other: str) -> None:
    assert not alike(one, other)

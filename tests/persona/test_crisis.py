"""Signs that somebody may end or hurt themselves are found however they are spelt and whatever stands beside them."""

from __future__ import annotations

import pytest

from data.types import Language
from persona.crisis import danger_in
from tests.persona.cases import SAMPLES, cases
from tests.persona.measure_guard import cases as guard_cases


@pytest.mark.parametrize(("language", "outright"), [("en", "I want to kill myself."), ("zh", "我不想活了。")])
def test_no_harmless_words_beside_it_hide_what_is_said_outright(language: Language, outright: str) -> None:
    quiet = guard_cases(language, "development")["grief_no_danger"]
    assert [line for line in quiet if not danger_in(f"{line}. {outright}")] == []
    assert [line for line in quiet if not danger_in(f"{outright} {line}")] == []


def test_it_is_found_at_the_end_of_a_long_line() -> None:
    assert danger_in("We had tea and talked about the garden. " * 100 + "I want to kill myself.")


@pytest.mark.parametrize(
    "line",
    [
        "I WANT TO DIE",
        "i want to dieeeee",
        "I don’t want to live anymore",
        "i dont wnat to live anymore",
        "i wanna kil myself",
        "sucidal again",
        "我 不 想 活 了",
        "我.不.想.活.了",
        "我不想活了。。。",
        "爺爺，我不想活著了",
        "我想4",
        "想自鲨",
    ],
)
def test_slips_slang_and_spacing_do_not_hide_it(line: str) -> None:
    assert danger_in(line)


def test_an_ordinary_question_about_the_letters_is_no_sign() -> None:
    asked = [line for sample in SAMPLES for _, line in cases(f"questions_{sample}")]
    assert [line for line in asked if danger_in(line)] == []

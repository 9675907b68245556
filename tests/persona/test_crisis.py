"""Signs that somebody may end or hurt themselves: found in what mourners write, and not in grief itself."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from persona.crisis import CLEAR, POSSIBLE, danger_in, score
from tests.persona.cases import LANGUAGES, SAMPLES, cases

QUIET = ("grief", "everyday")
RECALL_FLOOR = 0.97  # either tier; what was reached is printed, and a change may not fall below this
FALSE_FLOOR = {"clear": 0.03, "possible": 0.10}  # of lines without danger: as said outright, at all


def share(lines: Iterable[str], at_least: int) -> float:
    scores = [score(line) for line in lines]
    return sum(points >= at_least for points in scores) / len(scores)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", ["dev", "test"])
def test_danger_is_found_and_grief_is_left_in_peace(
    half: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = cases(f"danger_{half}_{language}")
    danger = [line for kind, line in rows if kind == "danger"]
    quiet = [line for kind, line in rows if kind in QUIET]
    found, alone = share(danger, POSSIBLE), share(danger, CLEAR)
    false, false_alone = share(quiet, POSSIBLE), share(quiet, CLEAR)
    with capsys.disabled():
        print(
            f"\ndanger {language}, {half}: {found:.1%} of {len(danger)} found ({alone:.1%} clear); "
            f"false alarms {false:.1%} of {len(quiet)} ({false_alone:.1%} clear)"
        )
    assert len(danger) >= 60
    assert len(quiet) >= 75
    assert found >= RECALL_FLOOR
    assert false <= FALSE_FLOOR["possible"]
    assert false_alone <= FALSE_FLOOR["clear"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suicide_told_as_history_never_silences_the_persona(language: str) -> None:
    rows = [*cases(f"danger_dev_{language}"), *cases(f"danger_test_{language}")]
    told = [line for kind, line in rows if kind == "history"]
    assert len(told) >= 8
    assert [line for line in told if danger_in(line) == "clear"] == []


@pytest.mark.parametrize(("language", "outright"), [("en", "I want to kill myself."), ("zh", "我不想活了。")])
def test_no_harmless_words_beside_it_hide_what_is_said_outright(language: str, outright: str) -> None:
    rows = [*cases(f"danger_dev_{language}"), *cases(f"danger_test_{language}")]
    hidden = [
        line
        for kind, line in rows
        if kind in QUIET and "none" in (danger_in(f"{line}. {outright}"), danger_in(f"{outright} {line}"))
    ]
    assert hidden == []


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
    assert danger_in(line) == "clear"


def test_hints_add_up() -> None:
    one, other = "I'm a burden to everyone.", "There's no point in going on."
    assert danger_in(one) == danger_in(other) == "possible"
    assert danger_in(f"{one} {other}") == "clear"


def test_an_ordinary_question_about_the_letters_is_no_sign() -> None:
    asked = [line for sample in SAMPLES for _, line in cases(f"questions_{sample}")]
    assert sum(danger_in(line) != "none" for line in asked) <= 0.02 * len(asked)
    assert [line for line in asked if danger_in(line) == "clear"] == []

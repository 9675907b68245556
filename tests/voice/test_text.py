from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import Language
from voice.pronunciation import Pronunciations
from voice.text import (
    BREATH_PAUSE_S,
    LONGEST_CLAUSE,
    PARAGRAPH_PAUSE_S,
    PAUSES_S,
    clauses,
    plain,
)

CASES = tomllib.loads((Path(__file__).parent / "reading_cases.toml").read_text("utf-8"))["case"]
LISTED = Pronunciations({"Ab": "/ˈniːtʃə/", "年": "nian2", "c d": "see dee"})
# Signs that the rules look at, with any other character between them.
READABLE = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789.,:;-–—/%$¥£€°CFkmg ABIVXGPacpst'\"*_#@&+=()年月日号点个二第到零的儿，。！？!?½²㎡℃①\n…"
        ),
        st.characters(),
    ),
    max_size=60,
)


def said(text: str, language: Language = "en") -> str:
    return " | ".join(" / ".join(run.text for run in clause.runs) + clause.mark for clause in clauses(text, language))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_what_is_written_is_read_as_people_say_it(case: dict[str, str]) -> None:
    assert said(case["text"], "zh" if case["language"] == "zh" else "en") == case["said"]


@pytest.mark.parametrize("text", ["", " ", "……", "🙂", "!", "——", "()", "\x00\x07", "\ud800", "“”"])
def test_what_has_no_word_has_no_clause(text: str) -> None:
    assert list(clauses(text, "en")) == list(clauses(text, "zh")) == []


def test_each_script_goes_to_its_own_voice() -> None:
    (clause,) = clauses("She called me 外公 once", "en")
    assert [(run.text, run.language) for run in clause.runs] == [
        ("She called me", "en"),
        ("外公", "zh"),
        ("once", "en"),
    ]


@pytest.mark.parametrize(
    "text", ["word " * 4000, "鱼" * 20_000, "a" * 20_000, "1" * 20_000, "1," * 10_000, "(" * 20_000, "I" * 20_000]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_long_text_is_cut_into_breaths(text: str, language: Language) -> None:
    found = list(clauses(text, language))
    assert all(len(run.text) <= LONGEST_CLAUSE[run.language] for clause in found for run in clause.runs)
    if text[0] in "wa":
        assert sum(len(re.findall(r"[a-z]", run.text)) for clause in found for run in clause.runs) == len(
            text.replace(" ", "")
        )


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sign", ["1", "a", "鱼", "(", "$1", "儿", "?"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_of_100_000_characters_is_read_to_its_end(sign: str, language: Language) -> None:
    text = (sign * 100_000)[:100_000]
    count = sum(len(clause.runs) for clause in clauses(text, language))
    assert (count > 0) == bool(re.search(r"[^\W_]", text))


@given(READABLE, st.sampled_from(["en", "zh"]))
@settings(max_examples=500, deadline=None)
def test_any_text_can_be_read(text: str, language: Language) -> None:
    for clause in clauses(text, language, LISTED):
        assert clause.runs
        assert clause.pause_s > 0
        for run in clause.runs:
            assert run.text == run.text.strip() != ""
            assert run.text.encode()
            assert not re.search(r"[\d\0\ue000-\uf8ff\U000f0000-\U0010ffff]", run.text)
            assert all(0 <= start < end <= len(run.text) for start, end in run.stressed)
            assert all(0 <= one.start < one.end <= len(run.text) for one in run.sounds)


@given(READABLE, st.sampled_from(["en", "zh"]))
@settings(max_examples=500, deadline=None)
def test_plain_text_stays_as_it_is(text: str, language: Language) -> None:
    once = plain(text, language)
    assert plain(once, language) == once


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_plain_word_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    assert " ".join(run.text for clause in clauses(text, "en") for run in clause.runs).split() == words


def test_spoken_text_holds_no_sign_that_would_be_named() -> None:
    assert not set(plain("a *b* #c @d [e] {f} ~g^ <h> | / \\ = + 🙂", "en")) & set("*#@[]{}~^<>|/\\=+🙂")


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [
        ("One, two", PAUSES_S[","]),
        ("One; two", PAUSES_S[";"]),
        ("One — two", PAUSES_S["—"]),
        ("One… two", PAUSES_S["…"]),
        ("One. Two", PAUSES_S["."]),
        ("One.\n\nTwo", PARAGRAPH_PAUSE_S),
        ("One\nTwo. Three", PAUSES_S["."]),
    ],
)
def test_each_mark_has_its_own_silence(text: str, pause_s: float) -> None:
    assert next(clauses(text, "en")).pause_s == pause_s


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I walked down to the harbour in the rain because nobody had told me that the ship would be late", "en"),
        ("那天下着很大的雨我一个人走到码头去等船但是船一直到天黑都没有来", "zh"),
    ],
)
def test_a_long_clause_has_a_breath_before_a_conjunction(text: str, language: Language) -> None:
    first, second = clauses(text, language)
    assert (first.mark, first.pause_s) == (",", BREATH_PAUSE_S)
    assert second.runs[0].text.startswith(("because", "但是"))


def test_a_long_chinese_clause_is_cut_between_words() -> None:
    first, *_ = clauses("我们在西湖边上的茶馆里喝茶" * 6, "zh")
    assert len(first.runs[0].text) <= LONGEST_CLAUSE["zh"]
    assert first.runs[0].text.endswith(("我们", "在", "西湖", "边上", "的", "茶馆", "里", "喝茶"))


@pytest.mark.parametrize(
    ("text", "language", "melody"),
    [
        ("Did you sing?", "en", "?"),
        ("You came home?", "en", "?"),
        ("When you were young, did you sing?", "en", "?"),
        ("Do you know who he was?", "en", "?"),
        ("Where did you go?", "en", "."),
        ("How many years did you serve, Grace?", "en", "."),
        ("Why?", "en", "."),
        ("He sang. Did you?", "en", "?"),
        ("Who sang? Did you?", "en", "."),
        ("你吃饭了吗？", "zh", "?"),
        ("你知道他是谁吗？", "zh", "?"),
        ("你是杭州人？", "zh", "?"),
        ("你去哪里？", "zh", "."),
        ("你呢？", "zh", "."),
    ],
)
def test_a_question_for_yes_or_no_rises_and_any_other_falls(text: str, language: Language, melody: str) -> None:
    assert next(one for one in clauses(text, language) if one.mark == "?").melody == melody


@pytest.mark.parametrize(
    ("text", "stressed"),
    [
        ("I *really* mean it", ["really"]),
        ("I _really_ mean it", ["really"]),
        ("I **really mean** it", ["really mean"]),
        ("I NEVER said so", ["never"]),
        ("I said *never, ever* and went", ["never", "ever"]),
        ("我*真的*想你", ["真的"]),
        ("NEVER SAY SUCH THINGS", []),
        ("I worked for NASA and IBM", []),
        ("a snake_case_name, 2*3*4 and * this *", []),
    ],
)
def test_a_word_is_stressed_where_the_writer_marked_it(text: str, stressed: list[str]) -> None:
    runs = [run for clause in clauses(text, "en") for run in clause.runs]
    assert [run.text[start:end] for run in runs for start, end in run.stressed] == stressed

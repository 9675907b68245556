from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import Language
from voice.numerals import hanzi
from voice.text import LONGEST_CLAUSE, clauses, plain


def said(text: str, language: Language = "en") -> str:
    return " | ".join(" / ".join(run.text for run in clause.runs) + clause.mark for clause in clauses(text, language))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, my dear.", "Hello, | my dear."),
        ("“Don’t worry,” she said.", "Don't worry, | she said."),
        ("He left—never came back…", "He left, | never came back…"),
        ("I was (truly) happy 🙂!", "I was, | truly, | happy!"),
        ("a well-known, 'quoted' word", "a well-known, | quoted word."),
        ("fish, e.g. carp", "fish, | for example, | carp."),
        (
            "Dr. Lee came at 8:30 and 10:05, on time at 9:00.",
            "Doctor Lee came at 8 30 and 10 oh 5, | on time at 9 o'clock.",
        ),
        ("in 1952, 1906 or 1900", "in 19 52, | 19 oh 6 or 19 hundred."),
        ("1906–1992", "19 oh 6 to 19 92."),
        ("3.5 km for $4, or 1,000 kg", "3.5 kilometres for 4 dollars, | or 1,000 kilograms."),
        ("in the U.S. Navy", "in the U S Navy."),
        ("salt & pepper, 50%", "salt and pepper, | 50 percent."),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width."),
        ("bell\x07 and\x00 tab\there\u200b", "bell and tab here."),
        ("*stars* _and_ ~lines~ <b>", "stars and lines b."),
        ("No?! Yes!", "No? | Yes!"),
    ],
)
def test_english_is_read_as_people_say_it(text: str, words: str) -> None:
    assert said(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("清蒸鱼，没有味道。", "清蒸鱼, | 没有味道."),
        ("1952年8月15日，50%，3.5公里", "一九五二年八月十五日, | 百分之五十, | 三点五公里."),
        ("早上8:05走，10:30到", "早上八点零五分走, | 十点三十分到."),
        ("２个人，12个", "两个人, | 十二个."),
        ("我叫Grace Hopper，今年85岁", "我叫 / Grace Hopper, | 今年八十五岁."),
        ("她说：“Don't panic.”然后笑了……", "她说: | Don't panic. | 然后笑了…"),
        ("《红楼梦》（第1回）", "红楼梦, | 第一回,"),
        ("價格￥1,200元", "價格一千二百元."),
    ],
)
def test_chinese_is_read_as_people_say_it(text: str, words: str) -> None:
    assert said(text, "zh") == words


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
    ("number", "words"),
    [("0", "零"), ("10", "十"), ("15", "十五"), ("105", "一百零五"), ("110", "一百一十"), ("1050", "一千零五十"),
     ("10005", "一万零五"), ("120034", "十二万零三十四"), ("100000000", "一亿"), ("1000000001", "十亿零一"),
     ("007", "零零七"), ("13800138000", "一三八零零一三八零零零")],
)  # fmt: skip
def test_numbers_in_chinese(number: str, words: str) -> None:
    assert hanzi(number) == words


@pytest.mark.parametrize(
    "text", ["word " * 4000, "鱼" * 20_000, "a" * 20_000, "1" * 20_000, "1," * 10_000, "(" * 20_000]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_long_text_is_cut_into_breaths(text: str, language: Language) -> None:
    found = list(clauses(text, language))
    assert all(len(run.text) <= LONGEST_CLAUSE[run.language] for clause in found for run in clause.runs)
    if text[0] in "wa":
        assert sum(len(re.findall(r"[a-z]", run.text)) for clause in found for run in clause.runs) == len(
            text.replace(" ", "")
        )


@given(st.text(max_size=200), st.sampled_from(["en", "zh"]))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(text: str, language: Language) -> None:
    for clause in clauses(text, language):
        assert clause.runs
        assert clause.pause_s > 0
        assert all(run.text.encode() and "\0" not in run.text for run in clause.runs)


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_plain_word_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    assert " ".join(run.text for clause in clauses(text, "en") for run in clause.runs).split() == words


def test_spoken_text_holds_no_sign_that_would_be_named() -> None:
    assert not set(plain("a *b* #c @d [e] {f} ~g^ <h> | / \\ = + 🙂", "en")) & set("*#@[]{}~^<>|/\\=+🙂")

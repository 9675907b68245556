"""A letter broken into lines anywhere says what the unbroken one says, never half a sentence of it."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import Letter
from persona.layout import layout_of
from persona.passages import read
from tests.persona.cases import SAMPLES, letters

# A line may break after any Chinese character, but not inside a number or an English word, nor before a closing sign.
_BREAKABLE = re.compile(r"[A-Za-z0-9]+|[“‘（《]*[^A-Za-z0-9][”’）》，。！？：、；…]*")


def wrapped(text: str, columns: int) -> str:
    """The letter with each paragraph broken into lines of that width; Chinese characters take two columns."""
    return "\n".join("\n".join(_lines(paragraph, columns)) for paragraph in text.split("\n"))


def _lines(paragraph: str, columns: int) -> list[str]:
    if paragraph.isascii():
        return textwrap.wrap(paragraph, columns, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [""]
    for piece in _BREAKABLE.findall(paragraph):
        if len(lines[-1]) + len(piece) > columns // 2:
            lines.append("")
        lines[-1] += piece
    return lines


def said(text: str) -> list[str]:
    return [one.text for one in read(Letter("a.txt", text, None)).said]


@pytest.mark.parametrize("sample", SAMPLES)
@given(data=st.data())
@settings(deadline=None, max_examples=120)
def test_a_wrapped_letter_says_the_same_sentences(sample: str, data: st.DataObject) -> None:
    whole = [letter for letter in letters(sample) if letter.kind == "letter"]
    letter = data.draw(st.sampled_from(whole))
    broken = replace(letter, text=wrapped(letter.text, data.draw(st.integers(40, 80))))
    assert [one.text for one in read(broken).said] == [one.text for one in read(letter).said]
    assert (read(broken).salutation, read(broken).closing) == (read(letter).salutation, read(letter).closing)


@given(data=st.data())
@settings(deadline=None, max_examples=120)
def test_nor_does_it_lose_its_way_without_blank_lines(data: st.DataObject) -> None:
    letter = data.draw(st.sampled_from([letter for letter in letters("hopper") if letter.kind == "letter"]))
    columns = data.draw(st.integers(48, 80))  # the widest dateline stays whole
    dense = re.sub(r"\n+", "\n", wrapped(letter.text, columns))
    assert set(said(dense)) <= set(said(letter.text))


# Every sentence begins and ends as one; a piece of one does not, so that a cut shows.
_SENTENCES = (
    "If anybody tells you, dear, that after the fire in the harbour, I stole the silver spoons, laugh.",
    "I have not forgotten 3 May 1961, when I said I would never forgive your brother for the barn.",
    "Love, I told your father, with all its best wishes, always, is not what I was sending.",
    "I wrote: My dear friend, and then Yours ever, and on Tuesday, 3 May 1961, I tore it up.",
    "Boston, in May 1950, Mary, was no place for a girl.",
)


@given(
    parts=st.lists(st.sampled_from(_SENTENCES), min_size=1, max_size=6),
    widths=st.lists(st.integers(12, 80), min_size=1, max_size=12),
    greeted=st.booleans(),
    stopped=st.booleans(),
)
@settings(deadline=None, max_examples=600)
def test_no_ragged_break_makes_half_a_sentence(
    parts: list[str], widths: list[int], greeted: bool, stopped: bool
) -> None:
    text = " ".join(parts) if stopped else " ".join(parts).removesuffix(".")
    words, lines = text.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) >= widths[len(lines) % len(widths)]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    letter = "\n".join(["Dear Ann,", "", *lines, "", "Yours ever,", "Tom"] if greeted else lines)
    assert "".join(said(letter)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "I have not forgotten 3 May 1961, when I said I would never\nforgive your brother for the barn.",
        "I have not forgotten 3 May 1961,\nwhen I said I would never forgive him.",
        "On Tuesday, 3 May 1961\nI swore never to forgive him.",
        "If anybody tells you that after the fire in the harbour,\nI stole the silver spoons.",
        "It rains. Now I must go and find the cat, and I hope that\nyou are well",
        "It rains, and I went to see old Dr.\nSmith",
        "你妈妈老是跟人家讲：\n我偷了她的勺子。",
        "要是有人跟你讲，那年着火以后，\n勺子是我拿的。",
    ],
)
def test_a_line_inside_a_sentence_is_part_of_the_text(text: str) -> None:
    assert "".join(said(text)).replace(" ", "") == text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    ("text", "date", "salutation", "closing", "name"),
    [
        ("London, 3 May 1950\nDear Ann,\n{}\nYours,\nTom", "1950-05-03", "Dear Ann,", "Yours,", "Tom"),
        ("12 Elm Street\nLondon W1\n3 May 1950\n\nAnn,\n\n{}\n\nTom", "1950-05-03", "Ann,", None, "Tom"),
        ("At the lake, July 1929\n\n{}\n\nLove,\n\nGrandma", "1929-07", None, "Love,", "Grandma"),
        ("My dear Ann,\n{}\nWith love\nYour Tom\n3 May 1950", "1950-05-03", "My dear Ann,", "With love", "Your Tom"),
        ("{}\n\nBe brave on paper,\nMiss Hopper", None, None, "Be brave on paper,", "Miss Hopper"),
        ("{}\n\nYours, M.", None, None, "Yours, M.", None),
        ("{}", None, None, None, None),
    ],
)  # fmt: skip
def test_the_parts_of_a_letter_are_told_apart(
    text: str, date: str | None, salutation: str | None, closing: str | None, name: str | None
) -> None:
    parts = layout_of(text.format("It rains on the roses. The cat is asleep."))
    assert parts.text.strip() == "It rains on the roses. The cat is asleep."
    assert (parts.date, parts.salutation, parts.closing, parts.name) == (date, salutation, closing, name)


@pytest.mark.parametrize(
    ("text", "date", "salutation", "closing", "name"),
    [
        ("杭州，2003年3月16日\n小满：\n{}\n外公", "2003-03-16", "小满：", None, "外公"),
        ("亲爱的孩子们：\n\n{}\n\n此致\n敬礼！\n\n外公\n2003年3月16日", "2003-03-16", "亲爱的孩子们：", "此致", "外公"),
        ("小满：\n\n{}\n\n祝\n学习进步！\n爱你的外公\n二〇〇三年三月", "2003-03", "小满：", "祝", "爱你的外公"),
    ],
)
def test_and_those_of_a_chinese_one(
    text: str, date: str | None, salutation: str | None, closing: str | None, name: str | None
) -> None:
    parts = layout_of(text.format("桂花开了。猫在睡觉。"))
    assert parts.text.strip() == "桂花开了。猫在睡觉。"
    assert (parts.date, parts.salutation, parts.closing, parts.name) == (date, salutation, closing, name)


def test_a_last_wish_without_a_full_stop_is_not_taken_for_a_name() -> None:
    assert said("It rains.\n\nCome home soon, I am waiting") == ["It rains.", "Come home soon, I am waiting"]

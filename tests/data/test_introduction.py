from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import File, LeftOut, Told
from data.importers.introduction import Introduction

ENGLISH = """# Written for a demonstration.

She was my mother's mother.

Born
In Hangzhou, in the year of the tiger,
in a house with a well.

There were five of them.

Work: forty years at a lathe

## Sayings
- "Slowly, slowly."
- First sleep, then worry.

## Fishing
At four in the morning.

People:
"""

CHINESE = """出生：一九三八年，在乡下
【工作】
机床厂，八级车工。

脾气
急，心软。

三、口头禅
“慢慢来。”
不急。
家人：外婆，两个孩子
"""


def read(content: bytes) -> tuple[list[tuple[str | None, str]], list[LeftOut]]:
    items = list(Introduction().read(File.of("tell.md", content)))
    told = [item for item in items if isinstance(item, Told)]
    assert all(each.letter.kind == "told" and each.letter.author is None for each in told)
    return [(each.section, each.letter.text) for each in told], [item for item in items if isinstance(item, LeftOut)]


def test_paragraphs_stand_in_their_sections_and_sayings_are_one_a_line() -> None:
    told, left_out = read(ENGLISH.encode())
    assert told == [
        (None, "She was my mother's mother."),
        ("born", "In Hangzhou, in the year of the tiger,\nin a house with a well."),
        ("born", "There were five of them."),
        ("work", "forty years at a lathe"),
        ("sayings", "Slowly, slowly."),
        ("sayings", "First sleep, then worry."),
        ("Fishing", "At four in the morning."),
    ]
    assert left_out == [LeftOut(1, "a note"), LeftOut(1, "a heading with nothing under it")]


def test_a_number_within_a_saying_is_part_of_it() -> None:
    told, _ = read(b"Sayings\n1. Be there by 7. Or sleep outside.\nBorn\nIn Hull.")
    assert told[0] == ("sayings", "Be there by 7. Or sleep outside.")


def test_chinese_headings_are_known_in_their_usual_forms() -> None:
    told, left_out = read(CHINESE.encode("gb18030"))
    assert told == [
        ("born", "一九三八年，在乡下"),
        ("work", "机床厂，八级车工。"),
        ("temper", "急，心软。"),
        ("sayings", "慢慢来。"),
        ("sayings", "不急。"),
        ("people", "外婆，两个孩子"),
    ]
    assert left_out == []


def test_free_prose_is_told_without_a_section() -> None:
    told, left_out = read(b"She sang.\n\nShe never worked on Sundays.")
    assert told == [(None, "She sang."), (None, "She never worked on Sundays.")]
    assert left_out == []


def test_two_headings_make_an_introduction_and_one_does_not() -> None:
    assert Introduction().knows(File.of("a.txt", ENGLISH.encode()))
    assert Introduction().knows(File.of("a.txt", CHINESE.encode()))
    assert not Introduction().knows(File.of("a.txt", b"Dear Ann,\n\nWork: none.\n\nYours, M."))
    assert not Introduction().knows(File.of("a.txt", b"\x89PNG\r\n\x1a\n\0"))


def test_an_empty_form_is_refused() -> None:
    with pytest.raises(BadText, match="headings alone"):
        read(b"Born:\n\nWork:\n")


LINES = (
    "Born", "Work: at sea", "# A", "# A note.", "【B】", "口头禅：", '- "c"', "d", "“e”", "", "  ", "1. f", ":",
    "**People**",
)  # fmt: skip


@given(lines=st.lists(st.sampled_from(LINES), max_size=12))
def test_every_line_is_told_a_heading_or_counted(lines: list[str]) -> None:
    try:
        told, left_out = read("\n".join(lines).encode())
    except BadText:
        return
    said = "\n".join(words for _, words in told)
    for words in "cdef":
        assert said.count(words) >= sum(line.strip(' -"“”1.') == words for line in lines)
    assert sum(each.count for each in left_out if each.reason == "a note") == lines.count("# A note.")

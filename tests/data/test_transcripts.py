from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import File, LeftOut, Spoken
from data.importers.transcripts import Transcript

SRT = """1
00:00:01,000 --> 00:00:03,500
I was born in Hangzhou,

2
00:00:03,500 --> 00:00:06,000
<i>in the year of the tiger.</i>

3
00:00:09,250 --> 00:00:10,000
[clears throat]

4
00:01:10,000 --> 00:01:12,000
We had a well.
"""

VTT = """WEBVTT - a talk

NOTE made at home

intro
00:01.000 --> 00:03.000 align:start
<v Ann>Where did you grow up?</v>

00:03.200 --> 00:05.000
<v Tom>In a house
with a well &amp; a pear tree.
"""

ZOOM = """Interview, 3 March 2018

Ann  0:00
Where did you grow up?

Tom Kestrel  0:04
In Hangzhou.
We had a well.

Ann  1:02:10
And then?
"""


def read(text: str, name: str = "talk.srt") -> tuple[list[Spoken], dict[str, int]]:
    file = File.of(name, text.encode())
    assert Transcript().knows(file)
    items = list(Transcript().read(file))
    left_out = {item.reason: item.count for item in items if isinstance(item, LeftOut)}
    said = [item for item in items if isinstance(item, Spoken)]
    assert len(said) + len(left_out) == len(items)
    return said, left_out


def test_captions_of_one_sentence_are_joined_and_keep_their_times() -> None:
    said, left_out = read(SRT)
    assert [(each.letter.text, each.start_ms, each.end_ms) for each in said] == [
        ("I was born in Hangzhou, in the year of the tiger.", 1000, 6000),
        ("We had a well.", 70_000, 72_000),
    ]
    assert {each.letter.kind for each in said} == {"spoken"}
    assert {each.letter.author for each in said} == {None}
    assert left_out == {"a sound described in brackets": 1}


def test_a_dash_begins_a_turn_only_before_its_first_word() -> None:
    said, _ = read("1\n00:00:01,000 --> 00:00:03,500\nTom: A well-known man - a baker.\n")
    assert said[0].letter.text == "A well-known man - a baker."


def test_chinese_captions_are_joined_without_spaces() -> None:
    said, _ = read(
        "1\n00:00:01,000 --> 00:00:02,000\n我生在乡下，家门口\n\n2\n00:00:02,000 --> 00:00:03,000\n有一条河。\n"
    )
    assert [each.letter.text for each in said] == ["我生在乡下，家门口有一条河。"]


def test_captions_without_punctuation_stay_apart() -> None:
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n第{n}句话没有标点\n\n" for n in range(1, 6))
    said, _ = read(text)
    assert len(said) == 5


def test_captions_without_blank_lines_are_told_apart() -> None:
    said, left_out = read(SRT.replace("\n\n", "\n"))
    assert [each.letter.text for each in said] == [each.letter.text for each in read(SRT)[0]]
    assert left_out == {"a sound described in brackets": 1}


def test_the_voices_of_web_captions_are_the_authors() -> None:
    said, left_out = read(VTT, "talk.vtt")
    assert [(each.letter.author, each.letter.text) for each in said] == [
        ("Ann", "Where did you grow up?"),
        ("Tom", "In a house with a well & a pear tree."),
    ]
    assert [(each.letter.conversation, each.letter.place) for each in said] == [("talk", 0), ("talk", 1)]
    assert left_out == {"a line outside the captions": 1}


def test_lines_that_roll_up_are_said_once() -> None:
    text = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\nwe had a well\n\n00:02.000 --> 00:02.010\nwe had a well\n \n"
        "00:02.010 --> 00:04.000\nwe had a well\nand<00:03.000><c> a pear tree.</c>\n\n"
    ).replace("we had a well\n \n", "we had a well\n\n")
    said, left_out = read(text, "talk.vtt")
    assert " ".join(each.letter.text for each in said).count("pear tree") == 1
    assert left_out == {"a line of captions that is shown again": 1}


def test_names_before_colons_are_the_authors_and_last_until_the_next() -> None:
    text = (
        "00:00:01,000 --> 00:00:02,000\nANN: Were you happy?\n\n00:00:02,000 --> 00:00:03,000\nTOM: Mostly.\n\n"
        "00:00:03,000 --> 00:00:04,000\nI had a dog.\n\n00:00:04,000 --> 00:00:05,000\nANN: A big one?\n"
    )
    said, _ = read(text)
    assert [(each.letter.author, each.letter.text) for each in said] == [
        ("ANN", "Were you happy?"),
        ("TOM", "Mostly."),
        ("TOM", "I had a dog."),
        ("ANN", "A big one?"),
    ]


def test_a_single_colon_in_a_long_monologue_names_nobody() -> None:
    text = "".join(f"00:00:{n:02},000 --> 00:00:{n:02},900\nLine {n} ends.\n\n" for n in range(20))
    said, _ = read(text + "00:01:00,000 --> 00:01:01,000\nSometimes: never.\n")
    assert {each.letter.author for each in said} == {None}
    assert said[-1].letter.text == "Sometimes: never."


def test_what_somebody_says_whom_nobody_names_is_nobodys_guess() -> None:
    with pytest.raises(BadText, match="nobody is named"):
        read("00:00:01,000 --> 00:00:02,000\n- Where?\n- Here.\n")
    named = "".join(f"00:00:0{n},000 --> 00:00:0{n},900\nTOM: Yes, {n}.\n\n" for n in range(3))
    said, left_out = read(named + "00:00:05,000 --> 00:00:06,000\n- No.\n")
    assert {each.letter.author for each in said} == {"TOM"}
    assert left_out == {"a line of talk that names nobody": 1}


def test_a_text_with_names_and_times_is_a_transcript() -> None:
    said, left_out = read(ZOOM, "talk.txt")
    assert [(each.letter.author, each.letter.text, each.start_ms, each.end_ms) for each in said] == [
        ("Ann", "Where did you grow up?", 0, 4000),
        ("Tom Kestrel", "In Hangzhou. We had a well.", 4000, 3_730_000),
        ("Ann", "And then?", 3_730_000, None),
    ]
    assert left_out == {"a line before the first time": 1}


@pytest.mark.parametrize(
    "text",
    [
        "[00:00:01] 我生在乡下。\n[00:00:05] 家里有一口井。\n",
        "[00:01.000 --> 00:05.000]  我生在乡下。\n[00:05.000 --> 00:08.000]  家里有一口井。\n",
        "00:00:01 我生在乡下。\n00:00:05 家里有一口井。\n",
        "外公(00:00:01): 我生在乡下。\n外公(00:00:05): 家里有一口井。\n",
        "说话人1 00:01\n我生在乡下。\n\n说话人1 00:05\n家里有一口井。\n",
    ],
)
def test_the_usual_forms_of_texts_with_times_are_read(text: str) -> None:
    said, left_out = read(text, "talk.txt")
    assert [each.letter.text for each in said] == ["我生在乡下。", "家里有一口井。"]
    assert [each.start_ms for each in said] == [1000, 5000]
    assert left_out == {}


@pytest.mark.parametrize(
    "text",
    [
        "2003-05-01 19:20 Supper is ready\n2003-05-01 19:25 and cold\n",
        "Dear Ann,\n\nthe train leaves at\n19:20 and arrives at\n21:05.\n",
        "豆豆 2014-12-24 08:10:00\n来了\n\n外公 2014-12-24 08:11:00\n饭好了\n",
        "08:10:00 got up\n09:00:00 ate\n",
        "It took from 0:10\nto 0:20 at most.",
        "",
    ],
)
def test_letters_and_chats_with_hours_are_no_transcripts(text: str) -> None:
    assert not Transcript().knows(File.of("talk.srt", text.encode()))


def test_captions_without_words_are_refused() -> None:
    with pytest.raises(BadText, match="no words"):
        list(Transcript().read(File.of("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n[music]\n")))
    with pytest.raises(BadText):
        list(Transcript().read(File.of("a.vtt", b"WEBVTT\n")))


sentence = st.text(st.characters(categories=("Ll", "Lo")), min_size=1, max_size=20)


@given(sentences=st.lists(sentence, min_size=1, max_size=8))
def test_every_word_of_captions_comes_back_in_order(sentences: list[str]) -> None:
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{each}.\n\n" for n, each in enumerate(sentences))
    said, left_out = read(text)
    assert [each.letter.text for each in said] == [f"{each}." for each in sentences]
    assert left_out == {}


LINES = (
    "", "1", "00:00:01,000 --> 00:00:02,000", "00:01 --> x", "[00:02] hm", "Ann 0:03", "Ann: a", "- b", "<v", "<v T>",
    "♪", "WEBVTT", "{\\an8}c", "&lt;i>", "5:00 d",
)  # fmt: skip


@given(lines=st.lists(st.sampled_from(LINES)))
def test_any_mixture_of_lines_is_read_or_refused(lines: list[str]) -> None:
    file = File.of("a.vtt", "\n".join(lines).encode())
    Transcript().knows(file)
    with suppress(BadText):
        for item in Transcript().read(file):
            if isinstance(item, Spoken):
                assert item.letter.text.strip()
                assert item.end_ms is None or item.end_ms >= item.start_ms >= 0

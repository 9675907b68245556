from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import File, Item, LeftOut, read_letters
from data.importers.letters import PlainText
from data.importers.text import LARGEST_BYTES, decoded
from data.types import Letter

CHINESE = "杭州，1987年3月3日\n\n囡囡：\n\n院子里的桂花开了，外婆晒了两匾，等你回来做糖桂花。“慢慢来”，不急。\n\n外公"
ENGLISH = "Vassar College, 3 March 1987\n\nDear Ann,\n\nThe café on the corner has closed – for good.\n\nYours, M."


def letter_of(path: Path, content: bytes) -> Letter:
    path.write_bytes(content)
    read = read_letters(path)
    assert read.original == content
    assert len(read.letters) == 1
    return read.letters[0]


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_letters_are_read_in_every_unicode_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    assert letter_of(tmp_path / "a.txt", text.encode(encoding)) == Letter("a.txt", text, "1987-03-03")


def test_the_marks_of_markdown_are_no_words(tmp_path: Path) -> None:
    written = b"# Harvest\n\n> We went down to the lake to look\n> at the boats. 3 > 2."
    assert (
        letter_of(tmp_path / "a.md", written).text
        == "Harvest\n\nWe went down to the lake to look\nat the boats. 3 > 2."
    )
    assert "> at" in letter_of(tmp_path / "a.txt", written).text


@pytest.mark.parametrize(
    "mark", [codecs.BOM_UTF16_LE + "a林".encode("utf-16-le"), codecs.BOM_UTF16_BE + "a林".encode("utf-16-be")]
)
def test_both_orders_of_bytes_are_read(mark: bytes) -> None:
    assert decoded("a", mark) == "a林"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
def test_chinese_letters_of_older_computers_are_read(tmp_path: Path, encoding: str) -> None:
    assert letter_of(tmp_path / "a.txt", CHINESE.encode(encoding)).text == CHINESE


@pytest.mark.parametrize("text", ["好", "你好吗", "早上好。\n", "1998年 新年好", "OK，明天见"])
def test_even_very_short_chinese_notes_are_read(text: str) -> None:
    assert decoded("a", text.encode("gb18030")) == text


def test_western_letters_of_older_computers_are_read() -> None:
    assert decoded("a", ENGLISH.encode("cp1252")) == ENGLISH
    french = "Ma chère Élise, l’été a été très doux à la maison, et j’espère que tu viendras bientôt."
    assert decoded("a", french.encode("cp1252")) == french


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "koi8-r"])
def test_an_encoding_that_cannot_be_told_is_refused_rather_than_guessed(encoding: str) -> None:
    text = {
        "big5": "親愛的孩子們，今天下雨了，我在家裡寫信。",
        "shift_jis": "こんにちは、元気ですか。",
        "koi8-r": "Дорогая Анна, как ты?",
    }
    with pytest.raises(BadText, match="UTF-8"):
        decoded("a", text[encoding].encode(encoding))


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_become_one(tmp_path: Path, ends: str) -> None:
    assert letter_of(tmp_path / "a.txt", ENGLISH.replace("\n", ends).encode()).text == ENGLISH


def test_a_note_at_the_head_is_kept_in_the_original_and_left_out_of_the_text(tmp_path: Path) -> None:
    note = "# Written for a demonstration.\n# It quotes nothing.\n\n"
    assert letter_of(tmp_path / "a.txt", (note + ENGLISH).encode()).text == ENGLISH
    inside = ENGLISH + "\n# not a note"
    assert letter_of(tmp_path / "a.txt", inside.encode()).text == inside


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("3 March 1987", "1987-03-03"),
        ("March 3rd, 1987", "1987-03-03"),
        ("Tuesday, the 3rd of March, 1987", "1987-03-03"),
        ("1987-03-03", "1987-03-03"),
        ("1987年3月3日", "1987-03-03"),
        ("一九八七年三月三日", "1987-03-03"),
        ("Boston, March 1987", "1987-03"),
        ("1987年3月 于杭州", "1987-03"),
        ("1987", "1987"),
        ("Dear Ann,", None),
        ("On 3 March 1987 the two of us went down to the river and stayed there until dark.", None),
        ("I was born in 1931.", None),
        ("At the lake, July 1929", "1929-07"),
        ("It is long since\n3 May 1961, and\nI remember it.", None),
    ],
)
def test_the_date_at_the_head_is_found(tmp_path: Path, head: str, date: str | None) -> None:
    assert letter_of(tmp_path / "a.txt", f"{head}\n\nThe lake is calm today.\n".encode()).date == date


def test_the_date_that_signs_a_letter_is_found(tmp_path: Path) -> None:
    text = "囡囡：\n\n桂花开了。\n\n你寄来的照片收到了。\n\n外公\n1987年3月3日"
    assert letter_of(tmp_path / "a.txt", text.encode()).date == "1987-03-03"


def test_a_date_inside_the_letter_is_not_its_own(tmp_path: Path) -> None:
    text = "Dear Ann,\n\na\n\nb\n\nc\n\n3 March 1987\n\nd\n\ne\n\nf"
    assert letter_of(tmp_path / "a.txt", text.encode()).date is None


def test_messages_one_a_line_become_one_each(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(
        "# note\n2003-05-01 19:20 Supper is ready\n2003-05-01 19:25 and cold\nby now\n\n[2003-5-2 7:05] 早\n"
    )
    read = read_letters(path)
    assert read.letters == (
        Letter("chat.txt", "Supper is ready", "2003-05-01T19:20", "message"),
        Letter("chat.txt", "and cold\nby now", "2003-05-01T19:25", "message"),
        Letter("chat.txt", "早", "2003-05-02T07:05", "message"),
    )
    assert read.left_out == ()


def test_what_is_left_out_of_messages_is_counted_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(
        "2003-05-01 19:20 yes\n2003-05-01 19:21\n2003-05-01 19:22  \n2003-02-31 19:20 no\n2003-05-01 25:20 no\n"
    )
    read = read_letters(path)
    assert [letter.text for letter in read.letters] == ["yes"]
    assert set(read.left_out) == {
        LeftOut(2, "a message without words"),
        LeftOut(2, "a message with an impossible date"),
    }


@pytest.mark.parametrize(
    "chat",
    [
        "2003-05-01 19:20 Ann: Supper is ready\n2003-05-01 19:21 Tom: I burnt the kettle\n",
        "2003-05-01 19:20 Supper is ready\n2003-05-01 19:21 Tom: I burnt the kettle\n2003-05-01 19:22 Again\n",
        "2003-05-01 19:20 a\n" * 9 + "2003-05-01 19:21 Tom: b\n2003-05-01 19:22 Aunt Mary: c\n",
        "2003-05-01 19:20 a\n" * 9 + "2003-05-01 19:21 Tom: b\n2003-05-01 19:22 Tom: c\n",
        "2003-05-01 19:20 外公：饭好了\n2003-05-01 19:21 豆豆：来了\n",
        "[01/05/2003, 19:21:00] Tom: I burnt the kettle\n[01/05/2003, 19:22:10] Ann: Again\n",
        "01/05/2003, 19:21 - Tom: I burnt the kettle\n01/05/2003, 19:22 - Ann: Again\n",
        "5/1/03, 7:21\u202fPM - Tom: I burnt the kettle\n5/1/03, 7:22\u202fPM - Ann: Again\n",
        "\u200e[01.05.03, 19:21:00] Tom: I burnt it\n\u200e[01.05.03, 19:22:10] Ann: Again\n",
        "Messages are encrypted.\n2003-05-01 19:20 Tom: a\n2003-05-01 19:21 Ann: b\n",
        "豆豆 2014-12-24 08:10:00\n来了\n\n外公 2014-12-24 08:11:00\n饭好了\n",
        "2014年12月24日 上午8:10 豆豆\n来了\n2014年12月24日 上午8:11 外公\n饭好了\n",
        "Tom: I burnt the kettle\nAnn: Again?\nTom: Again.\n",
    ],
)
def test_a_chat_of_several_people_is_refused_with_what_to_keep(tmp_path: Path, chat: str) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(chat, encoding="utf-8")
    with pytest.raises(BadText, match=r"chat of several people: keep only .* `2003-05-01 19:20 text`"):
        read_letters(path)


def items_of(text: str) -> list[Item]:
    return list(PlainText().read(File.of("kitchen.txt", text.encode())))


def test_messages_that_name_their_speakers_have_authors_and_places() -> None:
    items = items_of(
        "2003-05-01 19:20 Ann: Supper: soup\n2003-05-01 19:21 Tom: I burnt\nthe kettle\n2003-05-01 19:22 (a photo)\n"
        "2003-05-01 19:23 Ann:\n"
    )
    assert items == [
        Letter("kitchen.txt", "Supper: soup", "2003-05-01T19:20", "message", "Ann", "kitchen", 0),
        Letter("kitchen.txt", "I burnt\nthe kettle", "2003-05-01T19:21", "message", "Tom", "kitchen", 1),
        LeftOut(1, "a message that names nobody"),
        LeftOut(1, "a message without words"),
    ]


def test_talk_set_down_by_names_has_authors_and_the_date_above_it() -> None:
    items = items_of("At home, 3 May 1950\n\n外公：饭好了\n趁热吃\n豆豆：来了\n外公：\n外公：慢慢来\n")
    assert items == [
        Letter("kitchen.txt", "饭好了\n趁热吃", "1950-05-03", "message", "外公", "kitchen", 0),
        Letter("kitchen.txt", "来了", "1950-05-03", "message", "豆豆", "kitchen", 1),
        Letter("kitchen.txt", "慢慢来", "1950-05-03", "message", "外公", "kitchen", 2),
        LeftOut(1, "a line before the first name"),
        LeftOut(1, "a message without words"),
    ]


@pytest.mark.parametrize(
    "chat",
    [
        "2003-05-01 19:20 Supper is ready\n2003-05-01 19:21 Tom: I burnt the kettle\n2003-05-01 19:22 Again\n",
        "01/05/2003, 19:21 - Tom: I burnt the kettle\n01/05/2003, 19:22 - Ann: Again\n",
    ],
)
def test_chats_in_which_whose_words_are_whose_would_be_a_guess_are_refused(chat: str) -> None:
    with pytest.raises(BadText, match="chat of several people"):
        items_of(chat)


TURN = st.tuples(st.sampled_from(["Ann", "Tom", "外公"]), st.sampled_from(["yes", "慢慢来", "I burnt it"]))


@given(turns=st.lists(TURN, min_size=3))
def test_everything_said_in_a_talk_comes_back_with_its_name(turns: list[tuple[str, str]]) -> None:
    items = items_of("Ann: first\nTom: second\n" + "".join(f"{name}: {words}\n" for name, words in turns))
    said = [(item.author, item.text) for item in items if isinstance(item, Letter)]
    assert said == [("Ann", "first"), ("Tom", "second"), *turns]


@pytest.mark.parametrize(
    "text",
    [
        "2003-05-01 19:20 Supper: soup\n2003-05-01 19:21 PS: bring bread\n2003-05-02 7:00 a\n2003-05-02 8:00 b\n",
        "2003-05-01 19:20 I said: come home\n2003-05-01 19:21 we ate at 19:00: late\n",
        "2003-05-01 19:20 see https://example.org\n2003-05-01 19:21 good night\n",
        "2015-01-06 07:32 外婆说：多穿一件\n2015-01-07 07:32 记得：吃药\n2015-01-08 07:32 早\n",
        "Dear Tom:\n\nIt rains. The recipe: eggs.\n\nPS: bring bread\n\nYours, M.",
        "小满：\n\n下雨了。\n\n外公",
    ],
)
def test_a_colon_alone_makes_no_chat(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.txt"
    path.write_text(text, encoding="utf-8")
    assert read_letters(path).letters


def test_a_letter_that_begins_with_a_day_and_hour_is_a_letter(tmp_path: Path) -> None:
    text = "2003-05-01 19:20 Hangzhou\n\nDear Ann,\n\nit rains."
    assert letter_of(tmp_path / "a.txt", text.encode()) == Letter("a.txt", text, "2003-05-01")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\t\r\n",
        codecs.BOM_UTF8,
        "\ufeff".encode("utf-16-le"),
        b"# only a note\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(256)),
        b"a letter\x07 that rings",
        b"with an escape \x1b[31m",
        "a C1 control \x9b".encode(),
        codecs.BOM_UTF16_LE + b"a",
        b"2003-05-01 19:20\n2003-05-01 19:21\n",
        b"a" * (LARGEST_BYTES + 1),
    ],
)
def test_what_is_no_letter_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(BadText) as told:
        read_letters(tmp_path / "a.txt")
    assert "a.txt" in str(told.value)
    assert "\n" not in str(told.value)


def test_missing_files_folders_and_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "a.docx").touch()
    for name in ("missing.txt", "folder.txt", "a.docx"):
        with pytest.raises(BadText, match=name):
            read_letters(tmp_path / name)


printable = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters="#\ufeff\u200b"), min_size=1
).filter(lambda text: bool(text.strip()))


@given(text=printable)
def test_every_text_comes_back_character_by_character(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    body = f"Dear Ann,\n{text}\nYours, M."
    for encoding in ("utf-8", "utf-16"):
        assert letter_of(path, body.encode(encoding)).text == body


@given(data=st.binary(max_size=300))
def test_any_bytes_are_either_a_text_or_refused(data: bytes) -> None:
    try:
        text = decoded("a", data)
    except BadText:
        return
    assert text.strip()
    assert all(char.isprintable() or not char.isascii() or char in "\n\t" for char in text)

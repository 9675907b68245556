"""Who is taken to have written a letter that does not come from the person alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.importers.writers import SOMEBODY, writer_of
from data.samples import sample


@pytest.mark.parametrize(
    ("person", "text", "author"),
    [
        ("Nan", "Dear Nan,\nThank you for the socks.\nLove from Lucy xx", "Lucy"),
        ("Nan", "Dear Nan, thank you for the socks. Love from Lucy", "Lucy"),
        ("Nan", "Dear Gran,\nThank you.", SOMEBODY),
        ("Nan", "Nan, I miss you so much.", SOMEBODY),
        ("Nan", "Happy birthday Nan!\nLove, Tom and Lucy", "Tom and Lucy"),
        ("Nan", "Dear Mum,\nI am well.\nLove, Jack", "Jack"),
        ("Margaret Hill", "Dear Margaret,\nThe roof leaks.\nKind regards,\nR. Stone", "R. Stone"),
        ("Margaret Hill", "Dear Mum,\nAll is well.\nYour loving daughter,\nLucy Hill\n\nP.S. Write soon.", "Lucy Hill"),
        ("外婆", "亲爱的外婆：\n我想你了。\n女儿小雨", "小雨"),
        ("外婆", "外婆：\n您好！我考上大学了。\n你的孙女 小雨\n2003年5月1日", "小雨"),
        ("外婆", "外婆，我想你了。", SOMEBODY),
        ("外婆", "姥姥：\n祝您身体健康！", SOMEBODY),
        ("李秀英", "妈妈：\n我很好。\n小雨", "小雨"),
    ],
)
def test_what_another_wrote_is_that_ones(person: str, text: str, author: str) -> None:
    assert (writer_of(text, person).author, writer_of(text, person).told) == (author, False)


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Nan", "Dear Tom,\nThe bees are well.\nLove, Nan"),
        ("Nan", "Dear Tom,\nThe bees are well.\nYour loving Gran"),
        ("Nan", "Dear Gran,\nThe bees are well.\nLove, Nan"),
        ("Margaret Hill", "Dear Lucy,\nThe bees are well.\nLots of love,\nMum xxx"),
        ("Margaret Hill", "Dear Sir,\nThe bins.\nYours faithfully,\nM. Hill"),
        ("Margaret Hill", "Dear Lucy,\nThe bees.\nM. H."),
        ("外婆", "小雨：\n你好！院子里的花开了。\n外婆\n2003年5月1日"),
        ("外婆", "小雨：\n院子里的花开了。\n外婆 字"),
        ("李秀英", "小雨：\n记得穿衣。\n妈妈"),
        ("李秀英", "妈妈：\n我很好。\n女儿 秀英"),
    ],
)
def test_what_they_signed_is_theirs(person: str, text: str) -> None:
    writer = writer_of(text, person)
    assert (writer.author, writer.told, writer.why.startswith("it is signed")) == (None, False, True)


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Margaret", "We gather today to remember Margaret. She was born in Leeds, and she loved bees."),
        ("Nan", "She was born in 1930. She had a cat."),
        ("Nan", "She always said “I love you more than you know, I do”. She had a cat."),
        ("外婆", "关于外婆：她养了一只黄猫。"),
    ],
)
def test_what_speaks_of_them_is_told(person: str, text: str) -> None:
    assert writer_of(text, person).told


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Nan", "Milk\nEggs\nBread"),
        ("Nan", "Take care of yourself."),
        ("Margaret Hill", "I remember him. He was a good man. I loved his songs."),
        ("外婆", "外婆今天包了饺子，你记得回来吃。"),
    ],
)
def test_where_nothing_tells_it_is_theirs_and_said_so(person: str, text: str) -> None:
    writer = writer_of(text, person)
    assert (writer.author, writer.told) == (None, False)
    assert f"give --author NAME if it was not {person}" in writer.why


def test_another_name_of_theirs_may_stand_under_it() -> None:
    assert writer_of("Dear Tom,\nCome soon.\nLove, Peggy", "Margaret Hill").author == "Peggy"
    assert writer_of("Dear Tom,\nCome soon.\nLove, Peggy", "Margaret Hill", ["Peggy"]).author is None


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_the_samples_letters_are_known_for_theirs(name: str) -> None:
    chosen = sample(name)
    for path in chosen.letters:
        assert writer_of(path.read_text(), chosen.person.name).why.startswith("it is signed"), path


@given(st.text(max_size=200), st.sampled_from(["Nan", "Margaret Hill", "外婆", "李秀英", "(", " "]))
def test_any_text_has_a_writer_and_a_reason(text: str, person: str) -> None:
    writer = writer_of(text, person)
    assert writer.why
    assert writer.author is None or writer.author.strip()

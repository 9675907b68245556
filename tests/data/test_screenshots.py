from __future__ import annotations

import numpy as np
import pytest

from data.errors import BadText
from data.importers.chat import ME
from data.importers.imported import File
from data.importers.screenshots import Screenshots, read_screens
from data.types import Letter, Picture
from tests.data.screens import LOOKS, screen
from tests.data.sheets import HAN, SERIF, saved

TALK = [
    ("time", "3 May 2016 at 7:20 PM"),
    ("they", "Did you find the old radio in the attic?"),
    ("me", "I did. It still works, if you hit it on the left side with a flat hand."),
    ("they", "I will come on Sunday then."),
    ("me", "Bring batteries."),
]
CHINESE = [
    ("they", "外公，鱼买好了吗？"),
    ("me", "买好了，一条鲈鱼。今天不蒸，红烧，你外婆同意了。"),
    ("they", "太好了！"),
]


def file(picture: Picture, name: str = "a.png") -> File:
    return File.of(name, saved(picture, "PNG"))


def said(letters: list[Letter]) -> list[tuple[str, str]]:
    return [("me" if letter.author == ME else "they", letter.text) for letter in letters]


@pytest.mark.parametrize("look", LOOKS)
def test_who_said_what_is_told_by_the_side(look: str) -> None:
    letters = list(read_screens([file(screen(LOOKS[look], "Joe", TALK, SERIF))]))
    assert said(letters) == TALK[1:]
    assert {letter.author for letter in letters} == {ME, "Joe"}
    assert {letter.conversation for letter in letters} == {"Joe"}
    assert [letter.place for letter in letters] == [0, 1, 2, 3]
    assert letters[0].kind == "message"


@pytest.mark.skipif(HAN is None, reason="the font WenQuanYi Micro Hei is not installed")
@pytest.mark.parametrize("look", ["wechat light", "wechat dark"])
def test_chinese_chats_are_read(look: str) -> None:
    assert HAN is not None
    letters = list(read_screens([file(screen(LOOKS[look], "外公", CHINESE, HAN))]))
    assert said(letters) == CHINESE
    assert letters[0].author == "外公"


def test_a_time_holds_for_what_follows_it_and_yesterday_is_no_date() -> None:
    rows = [*TALK, ("time", "Yesterday 9:15"), ("they", "I am on the train.")]
    letters = list(read_screens([file(screen(LOOKS["imessage light"], "Joe", rows, SERIF))]))
    assert [letter.date for letter in letters] == ["2016-05-03T19:20"] * 4 + [None]


def test_the_hour_in_a_bubble_is_its_time_and_not_its_text() -> None:
    rows = [("time", "3 May 2016"), *TALK[1:]]
    letters = list(read_screens([file(screen(LOOKS["whatsapp light"], "Joe", rows, SERIF, hour="21:45"))]))
    assert [letter.date for letter in letters] == ["2016-05-03T21:45"] * 4
    assert said(letters) == TALK[1:]


def test_what_stands_on_two_screenshots_is_said_once() -> None:
    look = LOOKS["imessage dark"]
    more = [*TALK[3:], ("they", "How many?"), ("me", "Four.")]
    files = [file(screen(look, "Joe", TALK, SERIF), "1.png"), file(screen(look, "Joe", more, SERIF), "2.png")]
    letters = list(read_screens(files))
    assert said(letters) == [*TALK[1:], *more[2:]]
    assert [letter.date for letter in letters] == ["2016-05-03T19:20"] * 4 + [None] * 2


def test_another_name_in_the_title_bar_is_another_chat() -> None:
    look = LOOKS["whatsapp light"]
    files = [file(screen(look, name, TALK[:2], SERIF), f"{name}.png") for name in ("Joe", "Margaret")]
    assert [(each.author, each.conversation, each.place) for each in read_screens(files)] == [
        ("Joe", "Joe", 0),
        ("Margaret", "Margaret", 0),
    ]


def test_the_same_words_said_twice_are_kept_twice() -> None:
    rows = [("me", "Good night."), ("they", "Good night."), ("me", "Good night.")]
    assert said(list(read_screens([file(screen(LOOKS["wechat light"], "Joe", rows, SERIF))]))) == rows


def test_a_telephones_screen_is_known_by_its_shape() -> None:
    assert Screenshots().knows(file(screen(LOOKS["wechat dark"], "Joe", TALK, SERIF)))
    assert not Screenshots().knows(file(np.zeros((100, 100, 3), np.uint8)))
    assert not Screenshots().knows(File.of("a.png", b"\x89PNG"))


def test_an_empty_screen_is_refused() -> None:
    with pytest.raises(BadText, match="no messages"):
        list(read_screens([file(screen(LOOKS["wechat light"], "Joe", [], SERIF))]))

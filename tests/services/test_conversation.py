"""A conversation in the terminal: who speaks is said first, sources can be asked for, and what is told is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.archive import Archive, Memorial
from data.identity import Passage
from data.types import Language, Letter, Person, Visitor
from services.build import Asker
from services.chat import Terminal
from services.conversation import Conversation, opening_of

LETTERS = (
    Letter("garden.txt", "Dear Tom,\n\nWe planted the beans along the south wall.", "1951-05-03"),
    Letter("sister.txt", "My sister Rose broke the blue teapot and blamed the cat.", "1952-05-03"),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def ann(archive: Archive) -> Memorial:
    memorial = archive.create(Person("Ann Lee", "1920-05-01", "1999-02-02", "en"))
    with archive.adding(memorial.id) as adding:
        for letter in LETTERS:
            adding.add_passages([Passage(letter)], letter.text.encode())
    return memorial


def typed(archive: Archive, memorial: Memorial, *lines: str, visitor: str | None = "Tom") -> list[str]:
    """What the terminal printed for these lines; the last is followed by Ctrl-D."""
    waiting, shown = iter(lines), list[str]()

    def ask() -> str:
        line = next(waiting, None)
        if line is None:
            raise EOFError
        shown.append(f"> {line}")
        return line

    Terminal(Conversation.begin(archive, memorial, Asker(visitor)), ask, shown.append).run()
    return shown


def test_it_says_first_that_a_program_speaks(archive: Archive, ann: Memorial) -> None:
    assert typed(archive, ann)[0] == "This is a program that answers with what Ann Lee wrote. It is not Ann Lee."


@pytest.mark.parametrize(
    ("language", "says"), [("en", "letters written for an exhibit about Ann Lee"), ("zh", "用为展示Ann Lee而写的信")]
)
def test_an_exhibit_says_that_they_wrote_none_of_it(language: Language, says: str) -> None:
    person = Person("Ann Lee", None, None, language, exhibit=True)
    opening = opening_of(Memorial("0" * 32, person), ())
    assert says in opening.notice
    assert opening.notice == opening.notices[language]
    assert "exhibit" in opening.notices["en"]  # whatever they wrote in, a reader of either language is told
    assert "展示" in opening.notices["zh"]
    assert "wrote" not in opening.notices["en"]


@pytest.mark.parametrize("line", ["/quit", "bye", "Goodbye."])
def test_a_goodbye_ends_it(archive: Archive, ann: Memorial, line: str) -> None:
    assert "> and now?" not in typed(archive, ann, line, "and now?")


def test_sources_say_where_the_last_answer_came_from(archive: Archive, ann: Memorial) -> None:
    shown = typed(archive, ann, "Tell me about the beans", "/sources")
    assert shown[-1] == "We planted the beans along the south wall.  [garden.txt, 1951-05-03]"


def test_what_is_told_is_kept_announced_and_told_back_the_next_time(archive: Archive, ann: Memorial) -> None:
    told = "The teahouse show was taken off the air"
    shown = typed(archive, ann, told)
    assert shown[-1].startswith(f"I will remember: “{told}” · ")
    assert [one.text for one in archive.memory(ann.id).remembered("Tom")] == [told]
    assert not any("I will remember" in line for line in typed(archive, ann, told))  # once
    assert any(told in line for line in typed(archive, ann, "What about the teahouse show?")[2:])
    assert not any(told in line for line in typed(archive, ann, "What about the teahouse show?", visitor="Rose")[2:])


def test_of_a_visitor_without_a_name_nothing_is_kept(archive: Archive, ann: Memorial) -> None:
    shown = typed(archive, ann, "I've moved to Leeds", "/remember my door is red", visitor=None)
    assert shown[-1] == "nothing is kept without a name: begin with --as NAME"
    assert archive.memory(ann.id).remembered() == []


@pytest.mark.parametrize(("visitor", "said"), [("Tom", True), (None, False)])
def test_nothing_is_called_worth_setting_down_that_is_not_set_down(
    archive: Archive, ann: Memorial, visitor: str | None, said: bool
) -> None:
    shown = typed(archive, ann, "I've moved to Leeds", visitor=visitor)
    assert any("worth setting down" in line for line in shown) == said
    assert bool(archive.memory(ann.id).remembered()) == said


def test_coming_back_and_giving_one_s_name_is_nothing_to_remember(archive: Archive, ann: Memorial) -> None:
    typed(archive, ann, "I'm back", "Hello again, it's Tom", "我又来了", "我是小雨", "It's me")
    assert archive.memory(ann.id).remembered() == []


def test_a_memory_is_kept_and_forgotten_by_command_and_only_by_its_visitor(archive: Archive, ann: Memorial) -> None:
    typed(archive, ann, "/remember my door is red")
    (kept,) = archive.memory(ann.id).remembered("Tom")
    typed(archive, ann, f"/forget {kept.id[:8]}", visitor="Rose")
    assert archive.memory(ann.id).remembered("Tom") == [kept]
    assert typed(archive, ann, f"/forget {kept.id[:8]}", "/memories")[-1] == "nothing yet"


def test_nothing_is_kept_of_a_line_in_danger(archive: Archive, ann: Memorial) -> None:
    typed(archive, ann, "I moved to Leeds and I want to kill myself")
    assert archive.memory(ann.id).remembered("Tom") == []


def test_a_line_that_cannot_be_answered_ends_nothing(archive: Archive, ann: Memorial) -> None:
    shown = typed(archive, ann, "x" * 3_000, "Tell me about the beans")
    assert any("2,000" in line for line in shown)
    assert shown[-1] == "│ We planted the beans along the south wall."


def test_the_word_by_which_a_visitor_was_called_greets_them(archive: Archive, ann: Memorial) -> None:
    archive.memory(ann.id).add_visitor(Visitor("Tom", "grandson", "my dear Tom"))
    assert "My dear Tom." in typed(archive, ann, "Hello")
    assert "My dear Tom." not in typed(archive, ann, "Hello", visitor="Rose")


@pytest.mark.parametrize(("visitor", "hears"), [("Tom", True), ("Rose", False), (None, False)])
def test_what_is_not_for_somebody_is_not_for_the_unknown_either(
    archive: Archive, ann: Memorial, visitor: str | None, hears: bool
) -> None:
    archive.memory(ann.id).add_visitor(Visitor("Tom"))
    archive.memory(ann.id).set_audience("sister.txt", ["Rose"])
    shown = typed(archive, ann, "Tell me about the teapot", visitor=visitor)
    assert any("blue teapot" in line for line in shown) == hears

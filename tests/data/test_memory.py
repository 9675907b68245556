"""What a memorial knows beside what the person left, and how it bears on what may be drawn on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.archive import Archive, Memorial
from data.errors import BadText, OneLine, UnknownMemorial, UnknownNote
from data.identity import Passage
from data.kept import confirmed
from data.members import Membership
from data.memory import Memory
from data.types import Known, Letter, Visitor
from tests.data.conftest import PERSON, everything, keep_letter
from tests.data.steady import guarded
from tests.data.test_passwords import QUICK

LETTER = Letter("1961-harbour.txt", "The harbour froze over.", "1961-02")
SCAN = Letter("scan.jpg", "Dear Tom,\nthe haibour iroze\nthe haibour iroze\nAnn", None, doubtful=("the haibour iroze",))


@pytest.fixture
def memory(archive: Archive, memorial: Memorial) -> Memory:
    return archive.memory(memorial.id)


def keep_told(archive: Archive, memorial: Memorial, text: str, author: str) -> None:
    with archive.adding(memorial.id) as adding:
        adding.add_passages([Passage(Letter("about.md", text, None, "told", author))], b"original")


def test_a_memorial_knows_nothing_at_first(archive: Archive, memorial: Memorial) -> None:
    assert archive.known(memorial.id) == Known()
    assert archive.known(memorial.id, "Tom") == Known(Visitor("Tom"))


def test_a_visitor_is_known_again_whatever_the_case_of_the_name(memory: Memory) -> None:
    memory.add_visitor(Visitor("Tom Lee", relation="grandson"))
    assert memory.add_visitor(Visitor("tom  lee", called="my boy")) == Visitor("Tom Lee", "grandson", "my boy")
    assert memory.visitors() == [Visitor("Tom Lee", "grandson", "my boy")]
    assert memory.visitor("TOM LEE") == Visitor("Tom Lee", "grandson", "my boy")
    assert memory.visitor("Bea") is None


def test_what_visitors_tell_is_remembered_for_each_of_them(
    archive: Archive, memorial: Memorial, memory: Memory
) -> None:
    told = memory.remember("Tom", "I passed my exam.", "2024-06-01")
    memory.remember("Bea", "We sold the house.")
    assert memory.remembered("tom") == [told]
    assert [each.text for each in memory.remembered()] == ["I passed my exam.", "We sold the house."]
    assert archive.known(memorial.id, "Tom").remembered == (told,)
    assert archive.known(memorial.id).remembered == ()


def test_a_memory_can_be_put_right_and_forgotten(memory: Memory, root: Path) -> None:
    told = memory.remember("Tom", "I passed my exam.", "2024-06-01")
    right = memory.correct(told.id[:6], "I failed my exam.")
    assert (right.id, right.text, right.date, right.visitor) == (told.id, "I failed my exam.", "2024-06-01", "Tom")
    assert memory.remembered() == [right]
    memory.forget(told.id)
    assert memory.remembered() == []
    with pytest.raises(UnknownNote, match="lantern memory"):
        memory.forget(told.id)


def test_what_has_the_same_beginning_is_not_guessed(memory: Memory) -> None:
    memory.remember("Tom", "one")
    for beginning in ("", "zz"):
        with pytest.raises(UnknownNote):
            memory.forget(beginning)
    assert len(memory.remembered()) == 1


def test_a_struck_sentence_stays_struck_until_that_is_undone(
    archive: Archive, memorial: Memorial, memory: Memory
) -> None:
    made = memory.strike("The harbour\n froze over.", "Bea")
    assert (made.kind, made.what, made.by, made.undone) == ("struck", "The harbour froze over.", "Bea", None)
    assert archive.known(memorial.id).struck == {"The harbour froze over."}
    undone = memory.undo(made.id[:8])
    assert undone.undone is not None
    assert archive.known(memorial.id).struck == frozenset()
    assert memory.corrections() == [undone]
    with pytest.raises(UnknownNote):
        memory.undo(made.id)


def test_nothing_is_drawn_from_a_file_left_out(archive: Archive, memorial: Memorial, memory: Memory) -> None:
    keep_letter(archive, memorial, LETTER)
    keep_told(archive, memorial, "She liked pears.", "Bea")
    letter, told = memory.leave_out(LETTER.file), memory.leave_out("about.md")
    assert archive.letters(memorial.id) == []
    assert archive.known(memorial.id).told == ()
    assert [kept.file for kept in archive.sources(memorial.id)] == [LETTER.file, "about.md"]
    memory.undo(letter.id)
    memory.undo(told.id)
    assert archive.letters(memorial.id) == [LETTER]


def test_what_is_not_for_somebody_is_not_among_what_they_are_told(
    archive: Archive, memorial: Memorial, memory: Memory
) -> None:
    keep_letter(archive, memorial, LETTER)
    keep_told(archive, memorial, "She liked pears.", "Bea")
    for file in (LETTER.file, "about.md"):
        memory.set_audience(file, ["Tom", "Tom"])
    assert archive.letters(memorial.id, "TOM") == []
    assert archive.known(memorial.id, "tom").told == ()
    assert archive.letters(memorial.id, "Bea") == []  # nobody knows yet who that is
    for name in ("Bea", "Tom Lee"):
        memory.add_visitor(Visitor(name))
    assert archive.letters(memorial.id, "Tom Lee") == []
    assert [each.not_for for each in archive.letters(memorial.id, "Bea")] == [("Tom",)]
    assert [each.not_for for each in archive.letters(memorial.id)] == [("Tom",)]
    memory.set_audience(LETTER.file, [])
    assert archive.letters(memorial.id, "Tom") == [LETTER]


def test_who_belongs_to_a_memorial_is_known_in_it(archive: Archive, memorial: Memorial, memory: Memory) -> None:
    keep_letter(archive, memorial, LETTER)
    memory.set_audience(LETTER.file, ["Tom"])
    keeper = archive.accounts(QUICK).found("Kay", "a lamp in the window")
    assert archive.letters(memorial.id, "kay")
    assert archive.letters(memorial.id, "Bea") == []
    archive.members(memorial.id).put(keeper.id, Membership("steward", "Bea"))
    assert archive.letters(memorial.id, "Bea")
    archive.members(memorial.id).put(keeper.id, Membership("steward", "Tom Lee"))
    assert archive.letters(memorial.id, "Tom Lee") == []


def test_what_the_family_tells_is_no_letter(archive: Archive, memorial: Memorial) -> None:
    keep_told(archive, memorial, "She liked pears.", "Bea")
    assert archive.letters(memorial.id) == []
    assert archive.known(memorial.id).told == (Letter("about.md", "She liked pears.", None, "told", "Bea"),)


def test_a_word_of_the_familys_is_explained_once(archive: Archive, memorial: Memorial, memory: Memory) -> None:
    memory.explain("kerfuffle", "a row")
    memory.explain("Kerfuffle", "a small row")
    memory.explain("囡囡", "女儿")
    assert archive.known(memorial.id).glossary == {"Kerfuffle": "a small row", "囡囡": "女儿"}
    memory.remove_word("KERFUFFLE")
    assert memory.glossary() == {"囡囡": "女儿"}
    with pytest.raises(UnknownNote):
        memory.remove_word("kerfuffle")


def test_a_doubtful_line_says_what_somebody_read(archive: Archive, memorial: Memorial) -> None:
    keep_letter(archive, memorial, SCAN)
    assert archive.letters(memorial.id) == [SCAN]
    (doubtful,) = archive.doubtful(memorial.id)
    assert (doubtful.file, doubtful.line) == ("scan.jpg", "the haibour iroze")
    with pytest.raises(OneLine):
        archive.confirm(memorial.id, doubtful.id, "the harbour\nfroze")
    archive.confirm(memorial.id, doubtful.id, "the harbour froze")
    (letter,) = archive.letters(memorial.id)
    assert letter.text == "Dear Tom,\nthe harbour froze\nthe harbour froze\nAnn"
    assert letter.doubtful == ()
    assert archive.doubtful(memorial.id) == []
    with pytest.raises(UnknownNote):
        archive.confirm(memorial.id, doubtful.id)


def test_a_doubtful_line_may_be_right_as_it_is(archive: Archive, memorial: Memorial) -> None:
    keep_letter(archive, memorial, SCAN)
    archive.confirm(memorial.id, archive.doubtful(memorial.id)[0].id)
    assert [(each.text, each.doubtful) for each in archive.letters(memorial.id)] == [(SCAN.text, ())]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1), min_size=1, unique=True))
def test_a_confirmed_line_changes_no_other(lines: list[str]) -> None:
    letter = Letter("a.jpg", "\n".join(lines), None, doubtful=tuple(lines))
    read = confirmed(letter, {lines[0]: "x"})
    assert read.text == "\n".join(["x", *lines[1:]])
    assert read.doubtful == tuple(lines[1:])


@pytest.mark.parametrize(
    "verb",
    [
        lambda memory, text: memory.add_visitor(Visitor(text)),
        lambda memory, text: memory.remember("Tom", text),
        lambda memory, text: memory.explain(text, "a meaning"),
        lambda memory, text: memory.explain("a word", text),
        lambda memory, text: memory.set_audience("a.txt", [text]),
    ],
)
@pytest.mark.parametrize("text", ["", " \n", "x" * 2_001], ids=["empty", "blank", "long"])
def test_words_that_say_nothing_or_too_much_are_refused(
    memory: Memory, verb: Callable[[Memory, str], object], text: str
) -> None:
    with pytest.raises(BadText, match="characters"):
        verb(memory, text)


def test_nothing_cannot_be_struck(memory: Memory) -> None:
    with pytest.raises(BadText):
        memory.strike(" \n")


def test_what_is_known_lasts_and_lies_nowhere_in_the_clear(root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.create(PERSON)
        memory = archive.memory(memorial.id)
        memory.add_visitor(Visitor("Tom-SECRET", "grandson-SECRET", "boy-SECRET"))
        memory.remember("Tom-SECRET", "exam-SECRET")
        memory.strike("quote-SECRET", "Bea-SECRET")
        memory.leave_out("file-SECRET")
        memory.set_audience("file-SECRET", ["Tom-SECRET"])
        memory.explain("word-SECRET", "meaning-SECRET")
        chat = Letter(
            "chat-SECRET", "hi-SECRET", None, "message", "Ann-SECRET", "conversation-SECRET", 1, ("hi-SECRET",)
        )
        with archive.adding(memorial.id) as adding:
            adding.add_passages([Passage(chat, "Ann-SECRET", "key-SECRET")], b"original-SECRET")
        archive.confirm(memorial.id, archive.doubtful(memorial.id)[0].id, "ho-SECRET")
    for path in everything(root):
        assert b"SECRET" not in path.read_bytes()
    with Archive.open(root) as archive:
        memory = archive.memory(memorial.id)
        assert memory.visitors() == [Visitor("Tom-SECRET", "grandson-SECRET", "boy-SECRET")]
        assert len(memory.corrections()) == 2
        assert [letter.text for letter in archive.letters(memorial.id)] == ["ho-SECRET"]


def test_one_memorial_knows_nothing_of_another(archive: Archive, memory: Memory) -> None:
    other = archive.memory(archive.create(PERSON).id)
    told = other.remember("Tom", "I passed my exam.")
    assert memory.remembered() == []
    with pytest.raises(UnknownNote):
        memory.forget(told.id)


def test_what_is_known_goes_with_the_memorial(archive: Archive, memorial: Memorial, memory: Memory) -> None:
    memory.remember("Tom", "I passed my exam.")
    archive.remove(memorial.id)
    with archive._store.reading() as rows:
        assert rows.notes("remembered", memorial.id) == []
    for verb in (memory.visitors, lambda: memory.remember("Tom", "more"), lambda: archive.known(memorial.id)):
        with pytest.raises(UnknownMemorial):
            verb()


GARDEN = "It stands in the garden behind."


def scan(text: str, *doubtful: str) -> Letter:
    return Letter("scan.jpg", text, None, doubtful=doubtful)


@pytest.mark.parametrize(
    ("given", "says", "text"),
    [
        (
            scan("Dear Tom, the haibour iroze and the ice held.", "the haibour iroze"),
            "the harbour froze",
            "Dear Tom, the harbour froze and the ice held.",
        ),
        (scan("我每天早上去公固散步，下午回家。", "早上去公固散"), "早上去公园散", "我每天早上去公园散步，下午回家。"),
        (scan("It stands in the qarden behind.", "It stands in the qar"), "It stands in the gar-", GARDEN),
        (scan("It stands in the qarden behind.", "It stands in the qar"), "It stands in the garden", GARDEN),
        (scan("I love you.\nlove", "love"), "Love", "I love you.\nLove"),
    ],
    ids=["in a paragraph", "in Chinese", "hyphen", "whole word", "a line of its own"],
)
def test_a_doubtful_line_is_put_right_within_its_paragraph(given: Letter, says: str, text: str) -> None:
    read = confirmed(given, {given.doubtful[0]: says})
    assert (read.text, read.doubtful) == (text, ())


def test_a_thousand_lines_of_one_paragraph_are_put_right_in_a_time_that_grows_with_it() -> None:
    lines = [f"the haibour iroze in the winter of {1000 + number}, and the ice held" for number in range(4_000)]
    with guarded():
        read = confirmed(scan(" ".join(lines), *lines), {line: line.replace("haibour", "harbour") for line in lines})
    assert read == scan(" ".join(lines).replace("haibour", "harbour"))


def test_a_line_that_cannot_be_told_apart_stays_doubtful(archive: Archive, memorial: Memorial) -> None:
    given = scan("I love you all. And love is patient, he said.", "love")
    assert confirmed(given, {"love": "live"}) == given
    assert confirmed(given, {"love": "love"}).doubtful == ()
    assert confirmed(given, {"elsewhere": "x"}) == given
    keep_letter(archive, memorial, given)
    (doubtful,) = archive.doubtful(memorial.id)
    with pytest.raises(BadText, match="more than once"):
        archive.confirm(memorial.id, doubtful.id, "live")
    assert archive.doubtful(memorial.id) == [doubtful]

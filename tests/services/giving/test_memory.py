"""`lantern memory`: what a memorial knows is listed, put right, and changes the next answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive
from data.identity import Passage
from data.types import Letter
from tests.services.conftest import Lantern
from tests.services.test_cli import refused

LETTER = "3 May 1961\n\nDear Tom,\n\nThe pear tree is in blossom again. I never liked the harbour.\n\nAnn\n"
SCAN = Letter("scan.jpg", "Dear Tom,\nthe haibour iroze", None, doubtful=("the haibour iroze",))


@pytest.fixture
def ann(ann: Lantern, tmp_path: Path) -> Lantern:
    (tmp_path / "1961.txt").write_text(LETTER)
    assert ann("add", "Ann Lee", tmp_path / "1961.txt").code == 0
    return ann


def memory(ann: Lantern, *arguments: str) -> Any:
    ran = ann("memory", "ann lee", *arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def said(ann: Lantern, line: str, *arguments: str) -> list[str]:
    """What was drawn from letters in the answer."""
    ran = ann("ask", "Ann Lee", line, *arguments, "--json")
    if ran.code == 2:
        return []
    return [phrase["text"] for phrase in ran.json["phrases"] if phrase["mark"] == "theirs"]


def test_everything_known_is_listed(ann: Lantern, tmp_path: Path) -> None:
    memory(ann, "visitor", "Tom", "--relation", "grandson", "--called", "my boy")
    memory(ann, "remember", "I passed my exam.", "--as", "Tom")
    memory(ann, "explain", "blossom-day", "the first of May")
    told = memory(ann, "list")
    assert told["files"] == [
        {
            "id": told["files"][0]["id"],
            "file": "1961.txt",
            "path": f"{tmp_path.name}/1961.txt",
            "kinds": {"letter": 1},
            "theirs": 1,
            "first": "1961-05-03",
            "last": "1961-05-03",
            "left_out": False,
            "not_for": [],
        }
    ]
    assert told["visitors"] == [{"name": "Tom", "relation": "grandson", "called": "my boy"}]
    assert [(each["text"], each["visitor"]) for each in told["remembered"]] == [("I passed my exam.", "Tom")]
    assert told["glossary"] == {"blossom-day": "the first of May"}
    shown = ann("memory", "Ann Lee").out
    for words in (
        "1961.txt: 1 letter, 1961-05-03",
        "visitor Tom, grandson, called my boy",
        "Tom told on",
        "first of May",
    ):
        assert words in shown


def test_doubtful_lines_come_first_and_are_put_right(ann: Lantern, archive: Archive) -> None:
    memorial = archive.find("Ann Lee")
    with archive.adding(memorial.id) as adding:
        adding.add_passages([Passage(SCAN)], b"the picture")
    assert "not read surely, in scan.jpg: the haibour iroze" in ann("memory", "Ann Lee", "list").out.splitlines()[0]
    (doubtful,) = memory(ann, "list", "--doubtful")["doubtful"]
    memory(ann, "correct", doubtful["id"], "the harbour froze")
    assert memory(ann, "list", "--doubtful") == {"doubtful": []}
    assert "the harbour froze" in {line for each in archive.letters(memorial.id) for line in each.text.split("\n")}
    refused(ann("memory", "Ann Lee", "confirm", doubtful["id"]), 2, "doubtful", "list")


def test_a_doubtful_line_can_be_confirmed_as_it_is(ann: Lantern, archive: Archive) -> None:
    memorial = archive.find("Ann Lee")
    with archive.adding(memorial.id) as adding:
        adding.add_passages([Passage(SCAN)], b"the picture")
    memory(ann, "confirm", memory(ann, "list")["doubtful"][0]["id"])
    assert memory(ann, "list")["doubtful"] == []


def test_what_was_struck_is_not_said_again_until_that_is_undone(ann: Lantern) -> None:
    line = "Tell me about the pear tree."
    assert "The pear tree is in blossom again." in said(ann, line)
    struck = memory(ann, "strike", "The pear tree  is in blossom again.", "--by", "Bea")
    assert "The pear tree is in blossom again." not in said(ann, line)
    (correction,) = memory(ann, "list")["corrections"]
    assert (correction["what"], correction["by"]) == ("The pear tree is in blossom again.", "Bea")
    memory(ann, "undo", struck["id"][:8])
    assert "The pear tree is in blossom again." in said(ann, line)
    assert "(undone " in ann("memory", "Ann Lee").out


def test_a_part_of_a_sentence_strikes_the_one_that_holds_it(ann: Lantern) -> None:
    assert memory(ann, "strike", "the pear tree")["what"] == "The pear tree is in blossom again."
    assert memory(ann, "strike", "i never liked the harbour")["what"] == "I never liked the harbour."


def test_what_stands_nowhere_or_in_several_sentences_cannot_be_struck(ann: Lantern) -> None:
    for words in ("I hate pears.", "e"):
        refused(ann("memory", "Ann Lee", "strike", words), 2, "as the answer showed it")


def test_nothing_is_drawn_from_a_file_left_out(ann: Lantern) -> None:
    out = memory(ann, "leave-out", "1961.TXT")
    assert said(ann, "Tell me about the pear tree.") == []
    assert memory(ann, "list")["files"][0]["left_out"]
    memory(ann, "undo", out["id"])
    assert said(ann, "Tell me about the pear tree.")


def test_what_is_not_for_somebody_is_not_told_to_them(ann: Lantern) -> None:
    memory(ann, "audience", "1961.txt", "--not-for", "Bea", "--not-for", "Joe")
    assert memory(ann, "list")["files"][0]["not_for"] == ["Bea", "Joe"]
    assert said(ann, "Tell me about the pear tree.", "--as", "bea") == []
    assert said(ann, "Tell me about the pear tree.", "--as", "Tom") == []
    memory(ann, "visitor", "Tom")
    assert said(ann, "Tell me about the pear tree.", "--as", "Tom")
    memory(ann, "audience", "1961.txt")
    assert said(ann, "Tell me about the pear tree.", "--as", "Bea")


def test_what_a_visitor_told_is_corrected_and_forgotten(ann: Lantern) -> None:
    told = memory(ann, "remember", "I passed my exam.", "--as", "Tom")
    assert memory(ann, "correct", told["id"][:8], "I failed my exam.")["text"] == "I failed my exam."
    memory(ann, "forget", told["id"][:8])
    assert memory(ann, "list")["remembered"] == []
    refused(ann("memory", "Ann Lee", "forget", told["id"]), 2, "list")


def test_a_word_is_explained_and_taken_out(ann: Lantern) -> None:
    memory(ann, "explain", "洁洁淡", "bland")
    memory(ann, "remove-word", "洁洁淡")
    assert memory(ann, "list")["glossary"] == {}
    refused(ann("memory", "Ann Lee", "remove-word", "洁洁淡"), 2, "glossary")


@pytest.mark.parametrize(
    "arguments",
    [
        ("leave-out", "nothing.txt"),
        ("audience", "nothing.txt", "--not-for", "Tom"),
        ("undo", "abcd1234"),
        ("confirm", "abcd1234-1"),
        ("correct", "abcd1234", "words"),
        ("explain", "", "words"),
        ("remember", "words"),
        ("telegraph",),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(ann: Lantern, arguments: tuple[str, ...]) -> None:
    refused(ann("memory", "Ann Lee", *arguments), 2)


def test_a_memorial_that_is_not_there_is_said(ann: Lantern) -> None:
    refused(ann("memory", "Nobody", "list"), 2, "lantern list")


def test_an_answer_names_the_letter_and_its_date(ann: Lantern) -> None:
    assert "[their own words: 1961.txt, 1961-05-03]" in ann("ask", "Ann Lee", "Tell me about the pear tree.").out


def test_a_name_of_nothing_is_nobodys(ann: Lantern) -> None:
    memory(ann, "audience", "1961.txt", "--not-for", "Bea")
    for nobody in ("", "  "):
        assert said(ann, "Tell me about the pear tree.", "--as", nobody) == []


def test_what_is_struck_or_left_out_twice_is_undone_once(ann: Lantern) -> None:
    for verb, what in (("strike", "the pear tree"), ("leave-out", "1961.txt")):
        first = memory(ann, verb, what)
        assert memory(ann, verb, what)["id"] == first["id"]
        memory(ann, "undo", first["id"])
    assert said(ann, "Tell me about the pear tree.")


def test_a_long_sentence_can_be_struck(ann: Lantern, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(f"The quince tree grew {'and grew ' * 400}until it fell.")
    assert ann("add", "Ann Lee", tmp_path / "long.txt", "--author", "").code in (0, 2)
    ann("add", "Ann Lee", tmp_path / "long.txt")
    assert len(memory(ann, "strike", "the quince tree")["what"]) > 2_000

"""Letters and chats that come as pictures: read by a machine, and never quoted where it was not sure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from data.archive import Archive
from data.store import KeptRow
from tests.data.screens import LOOKS, screen
from tests.data.sheets import SERIF, drawn, saved
from tests.services.conftest import Lantern
from tests.services.test_cli import refused

LETTER = """Leeds, 3 May 1961

Dear Tom,

The pear tree is in blossom again, and the bees have come back to the yard.

Ann"""
TALK = [("time", "3 May 2016 at 7:20 PM"), ("they", "The ladder is in the yard."), ("me", "Thank you.")]
SMUDGED = slice(270, 330)  # rows of the page: of its longest line


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of our own, without the samples."""
    return tmp_path / "home"


@pytest.fixture
def ann(lantern: Lantern) -> Lantern:
    assert lantern("new", "Ann Lee").code == 0
    return lantern


@pytest.fixture
def archive(home: Path, ann: Lantern) -> Iterator[Archive]:
    with Archive.open(home) as archive:
        yield archive


def rows(archive: Archive) -> list[KeptRow]:
    with archive._store.reading() as reading:
        return reading.sources(archive.find("Ann Lee").id)


def page(path: Path, text: str) -> Path:
    path.write_bytes(saved(drawn(text, SERIF)[0].picture, "PNG"))
    return path


def smudged(path: Path) -> Path:
    picture = drawn(LETTER, SERIF)[0].picture.copy()
    picture[SMUDGED] = cv2.GaussianBlur(picture[SMUDGED], (0, 0), 3)
    path.write_bytes(saved(picture, "PNG"))
    return path


def one(ran: Any) -> Any:
    assert ran.code == 0, ran.err
    (added,) = ran.json["added"]
    return added


def test_a_photo_of_a_letter_is_a_letter_whose_doubtful_lines_are_shown(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    path = smudged(tmp_path / "1961.png")
    shown = one(ann("add", "Ann Lee", path, "--preview", "--json"))
    assert (shown["as"], shown["kept"], shown["first"]) == ("scan", 1, "1961-05-03")
    assert shown["doubtful"]
    assert rows(archive) == []
    assert "not read surely: " in ann("add", "Ann Lee", path).out
    listed = ann("memory", "Ann Lee", "list", "--doubtful", "--json").json["doubtful"]
    assert [each["line"] for each in listed] == shown["doubtful"]
    memorial = archive.find("Ann Lee")
    (letter,) = archive.letters(memorial.id)
    assert letter.text.startswith("Leeds, 3 May 1961\n\nDear Tom,")
    assert archive._vault.get(memorial.id, rows(archive)[0].blob_id) == path.read_bytes()
    assert archive.rig(memorial.id) is None


def test_several_pages_are_one_letter_with_all_its_pictures(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    first = page(tmp_path / "1.png", "Dear Tom,\n\nThe bees have come back.")
    second = page(tmp_path / "2.png", "And the harbour froze over.")
    assert one(ann("add", "Ann Lee", first, second, "--as", "pages", "--json"))["kept"] == 1
    memorial = archive.find("Ann Lee")
    (letter,) = archive.letters(memorial.id)
    assert letter.text.endswith("And the harbour froze over.")
    kept = archive._vault.get(memorial.id, rows(archive)[0].blob_id)
    assert first.read_bytes() in kept
    assert second.read_bytes() in kept


def test_a_screenshot_says_who_is_who(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(saved(screen(LOOKS["whatsapp light"], "Ann Lee", TALK, SERIF), "PNG"))
    assert one(ann("add", "Ann Lee", tmp_path / "1.png", "--json"))["as"] == "screenshot"
    letters = archive.letters(archive.find("Ann Lee").id)
    assert [(letter.text, letter.author) for letter in letters] == [(TALK[1][1], None), (TALK[2][1], "me")]


def test_a_screenshot_of_nobody_known_asks_who_is_the_person(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(saved(screen(LOOKS["whatsapp light"], "Mum", TALK, SERIF), "PNG"))
    refused(ann("add", "Ann Lee", tmp_path / "1.png"), 2, "--person", "Mum (1)", "me (1)")
    assert rows(archive) == []
    assert ann("add", "Ann Lee", tmp_path / "1.png", "--person", "Mum").code == 0


def test_a_scan_of_a_letter_to_them_is_its_writers(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = page(tmp_path / "1.png", "Dear Ann,\n\nThe bees have come back to the yard.\n\nLove from Lucy")
    shown, added = (one(ann("add", "Ann Lee", path, "--as", "scan", *extra, "--json")) for extra in (["--preview"], []))
    assert shown == added
    assert (added["writer"]["name"], added["writer"]["sample"]) == ("Lucy", "Dear Ann,")
    assert [letter.author for letter in archive.letters(archive.find("Ann Lee").id)] == ["Lucy"]


def test_a_doubtful_line_within_a_paragraph_is_put_right_where_it_stands(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    assert ann("add", "Ann Lee", smudged(tmp_path / "1961.png")).code == 0
    memorial = archive.find("Ann Lee")
    doubtful = archive.doubtful(memorial.id)
    assert doubtful
    for number, each in enumerate(doubtful):
        assert ann("memory", "Ann Lee", "correct", each.id, f"Line {number} as I read it.").code == 0
    (letter,) = archive.letters(memorial.id)
    assert letter.doubtful == ()
    for number, each in enumerate(doubtful):
        assert f"Line {number} as I read it." in letter.text
        assert each.line not in letter.text

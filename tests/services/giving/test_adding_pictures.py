"""Letters and chats that come as pictures: read by a machine, and never quoted where it was not sure."""

from __future__ import annotations

import io
import zipfile
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from data.archive import Archive
from data.importers.again import FRAME, line_again
from data.importers.imported import File
from data.importers.ocr import glanced
from data.media import read_picture
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


def test_a_doubtful_line_is_shown_on_its_scan(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    assert ann("add", "Ann Lee", smudged(tmp_path / "1961.png")).code == 0
    memorial = archive.find("Ann Lee")
    whole = read_picture(tmp_path / "1961.png")
    for doubtful in archive.doubtful(memorial.id):
        out = tmp_path / f"{doubtful.id}.png"
        shown = ann("memory", "Ann Lee", "scan", doubtful.id, "--out", out, "--json")
        assert (shown.code, shown.json["line"]) == (0, doubtful.line)
        stretch = read_picture(out)
        assert stretch.shape[0] < whole.shape[0] / 3
        framed = np.argwhere((stretch == FRAME).all(axis=2))
        inside = stretch[
            framed[:, 0].min() + 5 : framed[:, 0].max() - 4, framed[:, 1].min() + 5 : framed[:, 1].max() - 4
        ]
        assert SequenceMatcher(None, glanced(inside).text, doubtful.line).ratio() > 0.8


def test_a_line_of_the_second_page_is_shown_on_it_and_one_that_is_gone_on_the_whole_first_page(tmp_path: Path) -> None:
    first = page(tmp_path / "1.png", "Dear Tom,\n\nThe bees have come back.")
    second = page(tmp_path / "2.png", "And the harbour froze over.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as kept:
        for place, path in enumerate((first, second), 1):
            kept.writestr(f"{place} {path.name}", path.read_bytes())
    pages = File.of("1.png", out.getvalue())
    whole = read_picture(first)
    assert line_again(pages, "And the harbour froze over.").shape[0] < whole.shape[0] / 3
    assert np.array_equal(line_again(pages, "12345 67890 quite another line"), whole)


def test_a_line_that_nobody_knows_is_not_shown(ann: Lantern, tmp_path: Path) -> None:
    refused(ann("memory", "Ann Lee", "scan", "3f93-1", "--out", tmp_path / "a.png"), 2, "no doubtful line")
    assert not (tmp_path / "a.png").exists()

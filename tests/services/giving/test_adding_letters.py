"""Letters that name no author: whose words they are, said before they are kept, and put right afterwards."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from data.archive import Archive
from tests.services.conftest import Lantern
from tests.services.giving.test_adding import hum, one, photo, speech, written
from tests.services.test_cli import refused

TO_NAN = "Dear Nan,\n\nThank you for the socks.\n\nLove from Lucy xx\n"
OF_NAN = "She was born in Leeds in 1930.\n\nShe had a cat.\n"
UNSIGNED = "The pear tree is in blossom again.\n"


@pytest.fixture
def nan(lantern: Lantern) -> Lantern:
    assert lantern("new", "Nan").code == 0
    return lantern


@pytest.fixture
def archive(home: Path, nan: Lantern) -> Iterator[Archive]:
    with Archive.open(home) as archive:
        yield archive


def kept(archive: Archive) -> list[tuple[str, str | None]]:
    memorial = archive.find("Nan").id
    return [(each.kind, each.author) for each in (*archive.letters(memorial), *archive.known(memorial).told)]


def test_a_preview_says_who_is_taken_for_the_writer_and_why(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    for name, text in (("lucy.txt", TO_NAN), ("life.txt", OF_NAN), ("pear.txt", UNSIGNED)):
        written(tmp_path, f"box/{name}", text)
    before, after = (nan("add", "Nan", tmp_path / "box", *extra, "--json").json for extra in (["--preview"], []))
    assert before == {**after, "passages": 0}
    writers = {each["file"]: each["writer"] for each in after["added"]}
    assert writers["box/lucy.txt"] == {
        "name": "Lucy",
        "told": False,
        "why": "it greets “Nan” and is signed “Lucy”: written to them",
        "sample": "Dear Nan,",
    }
    assert (writers["box/life.txt"]["name"], writers["box/life.txt"]["told"]) == ("the family", True)
    assert writers["box/pear.txt"]["why"] == "nothing says who wrote it: give --author NAME if it was not Nan"
    assert sorted(kept(archive), key=str) == [
        ("letter", "Lucy"),
        ("letter", None),
        ("told", "the family"),
        ("told", "the family"),
    ]


def test_the_family_knows_better_who_wrote_it(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", TO_NAN)
    for extra, author in (([], "Lucy"), (["--author", "nan"], None), (["--author", "Bea"], "Bea"), ([], "Lucy")):
        assert nan("add", "Nan", path, *extra).code == 0
        assert kept(archive) == [("letter", author)]


def test_the_same_file_read_as_another_kind_is_not_kept_twice(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", UNSIGNED)
    for extra, expected in (
        ([], [("letter", None)]),
        (["--as", "introduction"], [("told", "the family")]),
        (["--as", "introduction", "--author", "Bea"], [("told", "Bea")]),
        (["--as", "text"], [("letter", None)]),
    ):
        assert nan("add", "Nan", path, *extra).code == 0
        assert kept(archive) == expected
    written(tmp_path, "b.txt", UNSIGNED.replace("pear", "plum"))
    assert nan("add", "Nan", tmp_path / "b.txt").code == 0
    assert kept(archive) == [("letter", None)] * 2


def test_prose_that_is_said_to_be_a_letter_is_one(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    assert nan("add", "Nan", written(tmp_path, "a.txt", OF_NAN), "--as", "text").code == 0
    assert kept(archive) == [("letter", None)]


def test_a_preview_knows_what_is_there_already(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", TO_NAN)
    assert nan("add", "Nan", path).code == 0
    shown = one(nan("add", "Nan", path, "--preview", "--json"))
    assert (shown["kept"], shown["reason"]) == (0, "already there")
    assert one(nan("add", "Nan", path, "--author", "Bea", "--preview", "--json"))["reason"] is not None
    assert kept(archive) == [("letter", "Lucy")]


def test_a_preview_keeps_nothing_where_the_person_is_not_known(nan: Lantern, tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "[12.05.20, 21:05:10] Ann: Supper.\n[12.05.20, 21:06:10] Tom: ok\n")
    ran = nan("add", "Nan", path, "--preview", "--json")
    assert (one(ran)["kept"], len(one(ran)["speakers"])) == (0, 2)
    assert "who of them is Nan" in one(ran)["reason"]
    assert "nothing is kept before this is settled" in ran.json["warnings"][0]


@pytest.mark.parametrize("name", ["broken.jpg", "broken.wav"])
def test_a_preview_refuses_what_the_add_refuses(nan: Lantern, tmp_path: Path, name: str) -> None:
    content = photo()[:300] if name.endswith("jpg") else hum(1)[:40]
    for extra in ([], ["--preview"]):
        refused(nan("add", "Nan", written(tmp_path, name, content), *extra), 2, name)


def test_a_picture_without_a_face_may_be_a_letter(nan: Lantern, tmp_path: Path) -> None:
    Image.new("L", (300, 400), 235).save(tmp_path / "faint.png")
    refused(nan("add", "Nan", tmp_path / "faint.png", "--preview"), 2, "no face", "--as scan")


def test_a_tone_is_nobodys_voice(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    refused(nan("add", "Nan", written(tmp_path, "tone.wav", hum(4))), 2, "tone.wav", "no speech")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(
            "_chat.txt",
            "[12.05.20, 21:05:10] Nan: \u200e<attached: 1-AUDIO.wav>\n[12.05.20, 21:06:10] Tom: ok\n"
            "[12.05.20, 21:07:10] Nan: \u200e<attached: 2-AUDIO.wav>\n",
        )
        packed.writestr("1-AUDIO.wav", hum(4))
        packed.writestr("2-AUDIO.wav", speech(5))
    ran = nan("add", "Nan", written(tmp_path, "chat.zip", out.getvalue()), "--json")
    assert one(ran)["recordings"] == 1
    assert "1-AUDIO.wav: no speech was found" in one(ran)["reason"]
    voice = ran.json["learned"]["voice"]
    assert (voice["recordings"], voice["seconds"], voice["waiting"]) == (1, pytest.approx(5.0, abs=0.3), False)
    assert "Warning" not in ran.err
    assert [name.rpartition("/")[2] for name, _ in archive.recordings(archive.find("Nan").id)] == ["2-AUDIO.wav"]


def test_a_program_is_left_out_in_one_line(nan: Lantern, tmp_path: Path) -> None:
    written(tmp_path, "box/a.txt", UNSIGNED)
    written(tmp_path, "box/setup.exe", b"MZ\x90\0" + bytes(range(256)) * 4)
    ran = nan("add", "Nan", tmp_path / "box", "--preview", "--json")
    (left,) = [each for each in ran.json["added"] if not each["kept"]]
    assert (left["file"], left["reason"]) == ("box/setup.exe", "no kind of file that Lantern reads")
    assert ran.json["left_out"] == []


def test_a_name_that_the_family_gave_is_known_from_then_on(nan: Lantern, archive: Archive, tmp_path: Path) -> None:
    bees = written(tmp_path, "bees.txt", "My dear Tom,\n\nThe bees are awake.\n\nYour Gran Ruth\n")
    pears = written(tmp_path, "pears.txt", "My dear Tom,\n\nThe pears are ripe.\n\nYour Gran Ruth\n")
    assert nan("add", "Nan", bees).code == 0
    assert kept(archive) == [("letter", "Gran Ruth")]
    assert nan("add", "Nan", bees, "--person", "Gran Ruth").code == 0
    assert nan("add", "Nan", pears, bees).code == 0
    assert kept(archive) == [("letter", None)] * 2
    assert nan("add", "Nan", pears, "--author", "Aunt Ruth").code == 0
    assert sorted(kept(archive), key=str) == [("letter", "Aunt Ruth"), ("letter", None)]

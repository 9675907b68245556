"""Files of one name are told apart, wherever they are shown or named; and so is what was said to two people at once."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive
from data.identity import Passage
from data.types import Letter
from tests.services.conftest import Lantern
from tests.services.test_cli import refused

MOMENT_MS = 1589317500000
NAME = "message_1.json"


def thread(partner: str, *said: str, by: str = "Ann Lee") -> str:
    messages = [{"sender_name": partner, "timestamp_ms": MOMENT_MS, "content": "Hello?"}]
    messages += [{"sender_name": by, "timestamp_ms": MOMENT_MS, "content": text} for text in said]
    return json.dumps({"participants": [{"name": partner}, {"name": by}], "messages": messages, "title": partner})


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for partner, words in (("tom", "The pear tree is in blossom."), ("rose", "I never liked the harbour.")):
        path = tmp_path / "inbox" / f"{partner}_1" / NAME
        path.parent.mkdir(parents=True)
        path.write_text(thread(partner.title(), words))
    return tmp_path / "inbox"


def packed(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder.parent / "facebook"), "zip", folder.parent, folder.name))


def memory(ann: Lantern, *arguments: str) -> Any:
    ran = ann("memory", "ann lee", *arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def quoted(ann: Lantern, line: str, *arguments: str) -> list[tuple[str, str]]:
    """What was drawn from the person's own words, and from where."""
    ran = ann("ask", "Ann Lee", line, *arguments, "--json")
    told = [] if ran.code == 2 else ran.json["phrases"]
    return [(each["text"], each["source"]["file"]) for each in told if each["mark"] == "theirs"]


def words(archive: Archive) -> list[str]:
    return sorted(each.text for each in archive.letters(archive.find("Ann Lee").id) if each.author is None)


@pytest.mark.parametrize("given", ["folder", "zip", "one by one", "together"])
def test_files_of_one_name_are_told_apart_however_they_were_given(ann: Lantern, inbox: Path, given: str) -> None:
    files = [inbox / "tom_1" / NAME, inbox / "rose_1" / NAME]
    orders = {"folder": [[inbox]], "zip": [[packed(inbox)]], "one by one": [[path] for path in files]}
    for paths in orders.get(given, [files]):
        assert ann("add", "Ann Lee", *paths).code == 0
    ends = {"zip": ["rose_1", "tom_1"]}.get(given, [f"rose_1/{NAME}", f"tom_1/{NAME}"])
    assert sorted(file["file"] for file in memory(ann, "list")["files"]) == ends
    assert quoted(ann, "How is the pear tree?") == [("The pear tree is in blossom.", ends[1])]
    memory(ann, "leave-out", ends[0])
    memory(ann, "audience", "tom_1", "--not-for", "Lucy")
    shown = {file["file"]: (file["left_out"], file["not_for"]) for file in memory(ann, "list")["files"]}
    assert shown == {ends[0]: (True, []), ends[1]: (False, ["Lucy"])}
    assert quoted(ann, "What of the harbour?", "--as", "Tom") == []
    memory(ann, "visitor", "Tom")
    memory(ann, "visitor", "Lucy")
    assert quoted(ann, "How is the pear tree?", "--as", "Tom")
    assert not quoted(ann, "How is the pear tree?", "--as", "Lucy")


def test_a_name_that_several_files_have_is_asked_for_more_of(ann: Lantern, inbox: Path) -> None:
    assert ann("add", "Ann Lee", inbox).code == 0
    refused(ann("memory", "Ann Lee", "leave-out", NAME), 2, "2 files", f"rose_1/{NAME}", f"tom_1/{NAME}")
    memory(ann, "leave-out", "inbox")  # a folder is all that lies in it
    assert {file["left_out"] for file in memory(ann, "list")["files"]} == {True}


def test_what_a_preview_shows_has_the_paths_too(ann: Lantern, inbox: Path) -> None:
    files = [inbox / "tom_1" / NAME, inbox / "rose_1" / NAME]
    shown = ann("add", "Ann Lee", *files, "--preview", "--json").json["added"]
    assert [each["file"] for each in shown] == [f"tom_1/{NAME}", f"rose_1/{NAME}"]


def test_what_an_older_memorial_says_of_a_bare_name_holds_for_every_file_of_it(
    ann: Lantern, archive: Archive, inbox: Path
) -> None:
    memorial = archive.find("Ann Lee").id
    with archive.adding(memorial) as adding:
        adding.add_passages([Passage(Letter(NAME, "The bees are well.", None))], b"of old")
    archive.memory(memorial).set_audience(NAME, ["Lucy"])
    assert ann("add", "Ann Lee", inbox).code == 0
    told = memory(ann, "list")["files"]
    assert [file["file"] for file in told] == [NAME, f"rose_1/{NAME}", f"tom_1/{NAME}"]
    assert {tuple(file["not_for"]) for file in told} == {("Lucy",)}
    assert memory(ann, "leave-out", NAME)["what"] == NAME


def test_a_later_export_elsewhere_is_said_not_to_be_withheld_yet(ann: Lantern, inbox: Path, tmp_path: Path) -> None:
    assert ann("add", "Ann Lee", inbox / "tom_1" / NAME).code == 0
    memory(ann, "audience", NAME, "--not-for", "Lucy")
    again = shutil.copytree(inbox / "tom_1", tmp_path / "later") / NAME
    assert "tom_1/message_1.json is left out or not for everybody" in ann("add", "Ann Lee", again).err
    assert "left out or" not in ann("add", "Ann Lee", inbox / "tom_1" / NAME).err


GREETING = "Happy new year!"


def whatsapp(partner: str, *said: str, seconds: str = "") -> str:
    lines = [f"Ann Lee: {text}" for text in said] + [f"{partner}: And to you."]
    if seconds:
        return "".join(f"[01.01.20, 00:05:{seconds}] {line}\n" for line in lines)
    return "".join(f"01/01/2020, 00:05 - {line}\n" for line in lines) + "13/01/2020, 00:05 - Ann Lee: ok\n"


def added(ann: Lantern, path: Path, text: str) -> int:
    path.write_text(text)
    ran = ann("add", "Ann Lee", path, "--json")
    assert ran.code == 0, ran.err
    return int(ran.json["added"][0]["kept"])


def test_the_same_words_to_two_people_at_once_are_two(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    for partner in ("Tom", "Rose"):
        added(ann, tmp_path / f"WhatsApp Chat with {partner}.txt", whatsapp(partner, GREETING))
    assert words(archive) == [GREETING, GREETING, "ok", "ok"]


def test_two_chats_of_one_name_are_two(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    for partner in ("Tom", "Rose"):
        (tmp_path / partner).mkdir()
        added(ann, tmp_path / partner / "_chat.txt", whatsapp(partner, GREETING))
    assert words(archive) == [GREETING, GREETING, "ok", "ok"]
    assert added(ann, tmp_path / "Rose" / "_chat.txt", whatsapp("Rose", GREETING)) == 0


def test_one_chat_is_kept_once_with_and_without_seconds_and_from_two_exporters(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    assert added(ann, tmp_path / "WhatsApp Chat with Tom.txt", whatsapp("Tom", GREETING)) == 3
    assert added(ann, tmp_path / "_chat.txt", whatsapp("Tom", GREETING, seconds="31")) == 0
    assert added(ann, tmp_path / "tom.txt", f"2020-01-01 00:05 Ann Lee: {GREETING}\n2020-01-01 00:05 Tom: Yes.\n") == 1
    assert words(archive) == [GREETING, "ok"]


def test_a_chat_that_does_not_tell_with_whom_may_be_any(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    assert added(ann, tmp_path / "WhatsApp Chat with Tom.txt", whatsapp("Tom", GREETING)) == 3
    assert added(ann, tmp_path / "notes.txt", f"2020-01-01 00:05 {GREETING}\n2020-01-02 00:05 ok\n") == 1


def test_a_zip_of_a_family_keeps_each_chat_with_its_own_words(ann: Lantern, archive: Archive, inbox: Path) -> None:
    for partner in ("tom", "rose"):
        (inbox / f"{partner}_1" / NAME).write_text(thread(partner.title(), GREETING))
    with zipfile.ZipFile(packed(inbox)) as zipped:
        assert len(zipped.namelist()) >= 2
    assert ann("add", "Ann Lee", packed(inbox)).code == 0
    assert words(archive) == [GREETING, GREETING]
    assert ann("add", "Ann Lee", inbox).code == 0
    assert words(archive) == [GREETING, GREETING]

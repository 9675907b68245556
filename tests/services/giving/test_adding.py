"""What the family brings: seen before it is kept, kept whole or not at all, and each line kept or counted."""

from __future__ import annotations

import io
import wave
import zipfile
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.archive import Archive
from data.media import read_sound
from data.samples import sample
from data.types import RATE, Letter
from tests.services.conftest import Lantern, Ran
from tests.services.test_cli import refused

ANDROID = """\
12/05/2020, 20:59 - Messages and calls are end-to-end encrypted. Tap to learn more.
12/05/2020, 21:05 - Ann Lee: Supper is ready.
It is pear tart.
12/05/2020, 21:05 - Tom: ok
12/05/2020, 21:06 - Tom: ok
13/05/2020, 08:00 - Ann Lee: <Media omitted>
13/05/2020, 08:01 - Ann Lee: The pear tree is in blossom again.
"""
IOS = """\
[12.05.20, 21:05:10] Ann Lee: Supper is ready.
It is pear tart.
[12.05.20, 21:05:31] Thomas: ok
[14.05.20, 09:00:00] Ann Lee: Bring the ladder.
"""
INTRODUCTION = "Born: in 1920, in Leeds\nWork: She kept bees.\nSayings:\nWaste not, want not.\n"
CAPTIONS = "1\n00:00:01,000 --> 00:00:03,500\nI used to swim in the harbour.\n"


def kept(archive: Archive) -> list[Letter]:
    return archive.letters(archive.find("Ann Lee").id)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    (added,) = ran.json["added"]
    return added


def hum(seconds: float) -> bytes:
    out = io.BytesIO()
    samples = 0.3 * np.sin(2 * np.pi * 150 * np.arange(int(24_000 * seconds)) / 24_000)
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def speech(seconds: float) -> bytes:
    """Somebody who speaks."""
    out = io.BytesIO()
    recording = sample("hopper").recording
    samples = read_sound(recording, recording.read_bytes())[RATE : int(RATE * (1 + seconds))]
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def photo(shade: int = 90) -> bytes:
    out = io.BytesIO()
    ramp = np.linspace(0, shade, 300 * 200, dtype=np.float32).reshape(200, 300).astype(np.uint8)
    Image.fromarray(np.repeat(ramp[..., None], 3, axis=2)).save(out, "JPEG")
    return out.getvalue()


def test_a_chat_comes_in_with_the_persons_words_as_theirs(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    added = one(ann("add", "Ann Lee", written(tmp_path, "WhatsApp Chat with Tom.txt", ANDROID), "--json"))
    assert (added["as"], added["kept"], added["left_out"]) == ("whatsapp", 4, 2)
    assert {each["reason"]: each["count"] for each in added["reasons"]} == {
        "a note by the messenger, not by a person": 1,
        "a photo, voice note or other file that is not in this export": 1,
    }
    assert [(letter.text, letter.author, letter.date) for letter in kept(archive)] == [
        ("Supper is ready.\nIt is pear tart.", None, "2020-05-12T21:05"),
        ("ok", "Tom", "2020-05-12T21:05"),
        ("ok", "Tom", "2020-05-12T21:06"),
        ("The pear tree is in blossom again.", None, "2020-05-13T08:01"),
    ]


def test_a_preview_shows_who_speaks_and_keeps_nothing(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "chat.txt", ANDROID)
    added = one(ann("add", "Ann Lee", path, "--preview", "--json"))
    assert [(each["name"], each["count"], each["theirs"]) for each in added["speakers"]] == [
        ("Ann Lee", 2, True),
        ("Tom", 2, False),
    ]
    assert (added["first"], added["last"], added["passages"]) == ("2020-05-12T21:05", "2020-05-13T08:01", 4)
    shown = ann("add", "Ann Lee", path, "--preview").out
    for words in ("whatsapp", "4 would be kept", "2020-05-12 to 2020-05-13", "Ann Lee, 2 — the person", "1 left out"):
        assert words in shown
    assert kept(archive) == []


def test_a_preview_has_the_same_counts_as_what_is_then_kept(ann: Lantern, tmp_path: Path) -> None:
    written(tmp_path, "box/chat.txt", ANDROID)
    written(tmp_path, "box/about.md", INTRODUCTION)
    written(tmp_path, "box/.DS_Store", "x")
    before, after = (ann("add", "Ann Lee", tmp_path / "box", *extra, "--json").json for extra in (["--preview"], []))
    assert before["added"] == after["added"]
    assert before["left_out"] == after["left_out"] == [{"count": 1, "reason": "a file of the operating system's"}]


def test_who_is_the_person_is_asked_where_it_would_be_a_guess(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "chat.txt", ANDROID.replace("Ann Lee", "Mum"))
    refused(ann("add", "Ann Lee", path), 2, "--person", "Mum (2)", "Tom (2)")
    refused(ann("add", "Ann Lee", path, "--person", "Bea"), 2, "--person", "Mum (2)")
    shown = ann("add", "Ann Lee", path, "--preview", "--json")
    assert [each["theirs"] for each in shown.json["added"][0]["speakers"]] == [False, False]
    assert "--person" in shown.json["warnings"][0]
    assert kept(archive) == []
    assert ann("add", "Ann Lee", path, "--person", "mum").code == 0
    assert {letter.author for letter in kept(archive)} == {None, "Tom"}


def test_two_exports_of_one_chat_are_one_chat(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    first, second = written(tmp_path, "a.txt", ANDROID), written(tmp_path, "b.txt", IOS.replace("Thomas", "Tom"))
    assert one(ann("add", "Ann Lee", first, "--json"))["kept"] == 4
    again = one(ann("add", "Ann Lee", second, "--json"))
    assert (again["kept"], again["reasons"]) == (1, [{"count": 2, "reason": "already there"}])
    assert one(ann("add", "Ann Lee", first, "--json"))["kept"] == 0
    assert len(kept(archive)) == 5


def test_a_zip_is_read_whole_and_only_the_persons_voice_is_learnt(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    chat = ANDROID + (
        "14/05/2020, 10:00 - Ann Lee: PTT-20200514-WA0001.wav (file attached)\n"
        "14/05/2020, 10:01 - Tom: PTT-20200514-WA0002.wav (file attached)\n"
        "14/05/2020, 10:02 - Tom: IMG-20200514-WA0003.jpg (file attached)\n"
        "14/05/2020, 10:03 - Tom: STK-20200514-WA0004.webp (file attached)\n"
        "14/05/2020, 10:04 - Tom: DOC-20200514-WA0005.pdf (file attached)\n"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("WhatsApp Chat with Tom.txt", chat)
        packed.writestr("PTT-20200514-WA0001.wav", speech(1))
        packed.writestr("PTT-20200514-WA0002.wav", hum(2))
        packed.writestr("IMG-20200514-WA0003.jpg", photo())
        packed.writestr("STK-20200514-WA0004.webp", photo(50))
        packed.writestr("DOC-20200514-WA0005.pdf", b"%PDF-1.4")
    path = written(tmp_path, "WhatsApp Chat with Tom.zip", out.getvalue())
    shown = one(ann("add", "Ann Lee", path, "--preview", "--json"))
    assert (shown["passages"], shown["photos"], shown["recordings"], shown["left_out"]) == (4, 1, 1, 5)
    ran = ann("add", "Ann Lee", path, "--json")
    added = one(ran)
    assert (added["kept"], added["photos"], added["recordings"]) == (6, 1, 1)
    reasons = {each["reason"]: each["count"] for each in added["reasons"]}
    assert reasons["a voice note by somebody else"] == reasons["a sticker"] == 1
    assert reasons["a file that was sent along: give it by itself"] == 1
    assert any("no voice was learnt" in warning for warning in ran.json["warnings"])  # one second is too little
    memorial = archive.find("Ann Lee")
    assert [name.rpartition("/")[2] for name, _ in archive.recordings(memorial.id)] == ["PTT-20200514-WA0001.wav"]
    assert [name.rpartition("/")[2] for name, _ in archive.photos(memorial.id)] == ["IMG-20200514-WA0003.jpg"]
    assert archive.rig(memorial.id) is None
    assert one(ann("add", "Ann Lee", path, "--json"))["kept"] == 0


def test_one_who_sends_nothing_but_voice_notes_is_known(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        chat = "[12.05.20, 21:05:10] Ann Lee: \u200e<attached: 1-AUDIO.wav>\n[12.05.20, 21:06:10] Tom: ok\n"
        packed.writestr("_chat.txt", chat)
        packed.writestr("1-AUDIO.wav", speech(1))
    added = one(ann("add", "Ann Lee", written(tmp_path, "chat.zip", out.getvalue()), "--preview", "--json"))
    assert (added["recordings"], added["speakers"][0]["name"], added["speakers"][0]["theirs"]) == (1, "Tom", False)


def test_an_unpacked_export_is_as_good_as_its_zip(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    chat = ANDROID + "14/05/2020, 10:01 - Tom: PTT-20200514-WA0002.wav (file attached)\n"
    written(tmp_path, "box/WhatsApp Chat with Tom.txt", chat)
    written(tmp_path, "box/PTT-20200514-WA0002.wav", hum(8))
    written(tmp_path, "box/voice.wav", hum(9))
    ran = ann("add", "Ann Lee", tmp_path / "box", "--json")
    assert ran.code == 0, ran.err
    by_file = {each["file"]: each for each in ran.json["added"]}
    assert "a voice note by somebody else" in by_file["box/WhatsApp Chat with Tom.txt"]["reason"]
    assert "does not say who speaks" in by_file["box/voice.wav"]["reason"]
    assert set(by_file) == {"box/WhatsApp Chat with Tom.txt", "box/voice.wav"}
    assert list(archive.recordings(archive.find("Ann Lee").id)) == []


def test_a_folder_of_everything_is_told_apart(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    box = tmp_path / "box"
    written(box, "letters/1961.txt", "3 May 1961\n\nDear Tom,\n\nthe harbour froze over.\n\nAnn\n")
    written(box, "talk.srt", CAPTIONS)
    written(box, "about.md", INTRODUCTION)
    written(box, "mail.eml", "From: Ann Lee <a@b>\nTo: t@b\nDate: 1 May 2003 10:00:00 +0800\n\nThe bees are well.\n")
    written(box, "sea.jpg", photo())
    written(box, "style.css", "body { margin: 0 }")
    written(box, "broken.docx", b"PK\x03\x04 broken")
    written(box, ".hidden/secret.txt", "x")
    written(box, "Thumbs.db", "x")
    written(box, "empty.txt", "")
    (box / "link.txt").symlink_to(box / "about.md")
    ran = ann("add", "Ann Lee", box, "--json")
    assert ran.code == 0, ran.err
    roles = {each["file"]: each["as"] for each in ran.json["added"] if each["kept"]}
    assert roles == {
        "box/letters/1961.txt": "text",
        "box/talk.srt": "transcript",
        "box/about.md": "introduction",
        "box/mail.eml": "mail",
        "box/sea.jpg": "photo",
    }
    left = {each["file"]: each["reason"] for each in ran.json["added"] if not each["kept"]}
    assert left.keys() == {"box/style.css"}
    assert {each["reason"] for each in ran.json["left_out"]} == {
        "broken.docx is damaged: export it or send it anew",
        "a hidden file",
        "a file of the operating system's",
        "an empty file",
        "a link to a file elsewhere",
    }
    letters = {letter.file: letter for letter in kept(archive)}
    assert letters["box/mail.eml"].date == "2003-05-01T10:00"  # the writer's own clock
    assert letters["box/talk.srt"].kind == "spoken"
    told = archive.known(archive.find("Ann Lee").id).told
    assert {each.author for each in told} == {"the family"}
    assert ("Waste not, want not.", "sayings") in {(each.text, each.conversation) for each in told}


def test_what_is_told_is_told_by_whom(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "about.txt", "She kept bees and never wore gloves.")
    assert ann("add", "Ann Lee", path, "--as", "introduction", "--author", "Bea").code == 0
    (told,) = archive.known(archive.find("Ann Lee").id).told
    assert (told.kind, told.author) == ("told", "Bea")
    ran = ann("ask", "Ann Lee", "Did you keep bees?", "--json")
    sources = [phrase["source"] for phrase in ran.json["phrases"] if phrase["mark"] == "told"]
    assert [(each["file"], each["author"]) for each in sources] == [("about.txt", "Bea")]
    assert "[told by the family: Bea, about.txt]" in ann("ask", "Ann Lee", "Did you keep bees?").out


def test_a_stretch_of_a_recording_keeps_its_times(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    ann("add", "Ann Lee", written(tmp_path, "talk.srt", CAPTIONS))
    with archive._store.reading() as rows:
        assert [(row.start_ms, row.end_ms) for row in rows.sources(archive.find("Ann Lee").id)] == [(1_000, 3_500)]


def test_a_kind_can_be_said_and_a_wrong_one_lists_them(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, "notes.log", "The harbour froze over.")
    refused(ann("add", "Ann Lee", path), 2, "notes.log", "--as")
    refused(ann("add", "Ann Lee", path, "--as", "telegraph"), 2, "telegraph", "introduction", "portrait", "whatsapp")
    assert one(ann("add", "Ann Lee", path, "--as", "text", "--json"))["kept"] == 1
    assert one(ann("add", "Ann Lee", written(tmp_path, "a.jpg", photo()), "--as", "photo", "--json"))["kind"] == "photo"


TELEGRAM = """{"name": "Ann Lee", "type": "personal_chat", "id": 1, "messages": [
 {"id": 1, "type": "message", "date": "2020-05-12T21:05:00", "from": "Ann Lee", "from_id": "user1", "text": "Supper."},
 {"id": 2, "type": "message", "date": "2020-05-12T21:06:00", "from": "Tom", "from_id": "user2", "text": "ok"}]}"""
MESSENGER = """{"participants": [{"name": "Ann Lee"}, {"name": "Tom"}], "messages": [
 {"sender_name": "Tom", "timestamp_ms": 1589317560000, "content": "ok"},
 {"sender_name": "Ann Lee", "timestamp_ms": 1589317500000, "content": "Supper."}], "title": "Ann Lee"}"""
SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="2">
<sms address="+15550100" contact_name="Ann Lee" date="1589317500000" type="1" body="Supper." />
<sms address="+15550100" contact_name="Ann Lee" date="1589317560000" type="2" body="ok" /></smses>"""
IMESSAGE = "May 12, 2020  9:05:00 PM\nAnn Lee\nSupper.\n\nMay 12, 2020  9:06:00 PM\nMe\nok\n"
WECHAT = """localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender
1,2,1,0,0,1589317500,,Supper.,2020-05-12 21:05:00,Ann Lee,Ann,wxid_1
2,2,1,0,1,1589317560,,ok,2020-05-12 21:06:00,我,我,wxid_2
"""


@pytest.mark.parametrize(
    ("name", "content", "role", "other"),
    [
        ("result.json", TELEGRAM, "telegram", "Tom"),
        ("message_1.json", MESSENGER, "messenger", "Tom"),
        ("sms.xml", SMS, "sms", "me"),
        ("+15550100.txt", IMESSAGE, "imessage-text", "me"),
        ("messages.csv", WECHAT, "wechat", "me"),
    ],
)
def test_every_messengers_export_tells_who_is_who(
    ann: Lantern, archive: Archive, tmp_path: Path, name: str, content: str, role: str, other: str
) -> None:
    added = one(ann("add", "Ann Lee", written(tmp_path, name, content), "--json"))
    assert (added["as"], added["kept"]) == (role, 2)
    assert {(letter.text, letter.author) for letter in kept(archive)} == {("Supper.", None), ("ok", other)}


def test_an_author_is_not_given_to_a_chat(ann: Lantern, tmp_path: Path) -> None:
    refused(ann("add", "Ann Lee", written(tmp_path, "a.txt", ANDROID), "--author", "Tom"), 2, "--author", "--person")


def test_a_folder_without_anything_is_refused(ann: Lantern, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    refused(ann("add", "Ann Lee", tmp_path / "box"), 2, "no file")


def test_a_zip_bomb_is_refused(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_chat.txt", bytes(50_000_000))
    path = written(tmp_path, "chat.zip", out.getvalue())
    refused(ann("add", "Ann Lee", path), 2, "chat.zip", "unpack")
    written(tmp_path, "box/a.txt", "The harbour froze over.")
    path.rename(tmp_path / "box" / "chat.zip")
    ran = ann("add", "Ann Lee", tmp_path / "box", "--json")
    assert any("chat.zip would unpack" in each["reason"] for each in ran.json["left_out"])
    assert len(kept(archive)) == 1


def test_sql_in_a_chat_is_words(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    words = "'); DROP TABLE sources; --"
    ann("add", "Ann Lee", written(tmp_path, "a.txt", ANDROID.replace("Supper is ready.", words)))
    assert any(words in letter.text for letter in kept(archive))


def test_ctrl_c_leaves_nothing_half_done(
    ann: Lantern, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        assert kept(archive) == []  # what is written already is not yet seen
        raise KeyboardInterrupt

    memorial = archive.find("Ann Lee")
    before = archive._vault.blobs(memorial.id)
    with monkeypatch.context() as patch:
        patch.setattr("services.keeping._keep_sent", interrupted)
        assert ann("add", "Ann Lee", written(tmp_path, "a.txt", ANDROID)).code == 130
    assert kept(archive) == []
    assert archive._vault.blobs(memorial.id) == before
    assert one(ann("add", "Ann Lee", tmp_path / "a.txt", "--json"))["kept"] == 4


def test_a_large_chat_goes_through_a_job_and_is_kept_the_same(
    ann: Lantern, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bringing.LONG_BYTES", 10)
    monkeypatch.setattr("services.add_job.PIECE_BYTES", 100)
    added = one(ann("add", "Ann Lee", written(tmp_path, "a.txt", ANDROID), "--json"))
    assert (added["kept"], added["left_out"], added["speakers"][0]["theirs"]) == (4, 2, True)
    assert len(kept(archive)) == 4
    assert [job["state"] for job in ann("jobs", "--json").json["jobs"]] == ["done"]
    assert one(ann("add", "Ann Lee", tmp_path / "a.txt", "--json"))["kept"] == 0
    assert list(archive.home.root.joinpath("tmp").rglob("*.txt")) == []


def test_the_samples_recording_is_learnt_from_a_zip(ann: Lantern, archive: Archive, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("_chat.txt", "[12.05.20, 21:05:10] Ann Lee: \u200e<attached: 00000001-AUDIO.ogg>\n" + IOS)
        packed.writestr("00000001-AUDIO.ogg", sample("hopper").recording.read_bytes())
    added = one(ann("add", "Ann Lee", written(tmp_path, "chat.zip", out.getvalue()), "--json"))
    assert added["recordings"] == 1
    assert archive.voice_profile(archive.find("Ann Lee").id)


def test_a_recording_in_which_nobody_speaks_does_not_keep_the_rest_out(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    letter, tone = written(tmp_path, "a.txt", "The pear tree is in blossom.\n"), written(tmp_path, "tone.wav", hum(4))
    ran = ann("add", "Ann Lee", tone, letter, "--json")
    by_file = {each["file"]: each for each in ran.json["added"]}
    assert by_file["a.txt"]["kept"] == 1
    assert by_file["tone.wav"]["kept"] == 0
    assert "no speech was found" in by_file["tone.wav"]["reason"]
    assert [each.kind for each in archive.sources(archive.find("Ann Lee").id)] == ["letter"]


def test_a_photo_that_lies_in_a_folder_is_said_not_to_be_the_portrait(ann: Lantern, tmp_path: Path) -> None:
    written(tmp_path, "box/beach.jpg", photo())
    ran = ann("add", "Ann Lee", tmp_path / "box", "--json")
    assert one(ran)["photos"] == 1
    assert any("does not become the portrait" in warning for warning in ran.json["warnings"])
    assert not ran.json["learned"]["portrait"]


@pytest.mark.slow
def test_a_voice_is_learnt_anew_without_a_recording_that_was_left_out(
    ann: Lantern, archive: Archive, tmp_path: Path
) -> None:
    paths = written(tmp_path, "one.wav", speech(9)), written(tmp_path, "two.wav", speech(14))
    assert ann("add", "Ann Lee", *paths).code == 0
    assert ann("voice", "Ann Lee", "report", "--json").json["recordings"] == 2
    assert ann("memory", "Ann Lee", "leave-out", "two.wav").code == 0
    told = ann("voice", "Ann Lee", "enrol", "--json").json
    assert ([PurePath(file).name for file in told["files"]], told["waiting"]) == (["one.wav"], False)
    assert ann("add", "Ann Lee", written(tmp_path, "three.wav", paths[1].read_bytes())).code == 0
    assert ann("voice", "Ann Lee", "report", "--json").json["files"] == told["files"]

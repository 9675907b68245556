"""The files in what a family gives."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from data.errors import BadText
from data.importers import importer_for
from data.importers.gathered import EMPTY, HIDDEN, LINK, SYSTEM, UNOPENED, Found, gathered
from data.importers.imported import Attachment
from tests.data.steady import guarded

CHAT = "12/05/2020, 21:05 - Ann: ok\n12/05/2020, 21:06 - Tom: IMG-20200512-WA0001.jpg (file attached)\n"
TELEGRAM = {
    "name": "Ann",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "message", "date": "2020-05-12T21:05:00", "from": "Ann", "text": "", "photo": "photos/1.jpg"}
    ],
}
MESSENGER = {
    "participants": [{"name": "Ann"}, {"name": "Tom"}],
    "messages": [
        {"sender_name": "Ann", "timestamp_ms": 1589317500000, "photos": [{"uri": "messages/inbox/ann_1/photos/1.jpg"}]}
    ],
    "title": "Ann",
}


def made(folder: Path, **contents: str | bytes) -> Path:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def zipped(**contents: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return out.getvalue()


def found(*paths: Path) -> tuple[list[Found], Counter[str]]:
    left_out = Counter[str]()
    return list(gathered(paths, left_out)), left_out


def test_a_file_that_is_named_is_given_as_it_is(tmp_path: Path) -> None:
    (one,), left_out = found(made(tmp_path, **{"a.txt": "words"}) / "a.txt")
    assert (one.shown, one.named, one.file.path) == ("a.txt", True, tmp_path / "a.txt")
    assert not left_out
    with pytest.raises(BadText, match=r"b\.txt: there is no such file"):
        found(tmp_path / "b.txt")


def test_a_folder_is_walked_and_what_nobody_wants_is_counted(tmp_path: Path) -> None:
    box = made(tmp_path / "box", **{
        "a.txt": "a", "deep/er/b.txt": "b", ".c.txt": "c", ".git/config": "d", ".DS_Store": "e", "Thumbs.db": "f",
        "._a.txt": "g", "__MACOSX/a.txt": "h", "empty.txt": "",
    })  # fmt: skip
    (box / "link").symlink_to(tmp_path)
    (box / "gone.txt").symlink_to(tmp_path / "nothing")
    given, left_out = found(box)
    assert [(one.shown, one.named) for one in given] == [("box/a.txt", False), ("box/deep/er/b.txt", False)]
    assert left_out == {HIDDEN: 2, SYSTEM: 4, EMPTY: 1, LINK: 2}


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    import os

    box = made(tmp_path / "box", **{"a.txt": "a"})
    os.mkfifo(box / "pipe")
    given, left_out = found(box)
    assert len(given) == 1
    assert left_out == {UNOPENED: 1}


def test_a_zip_of_anything_is_a_folder_and_one_of_a_chat_is_whole(tmp_path: Path) -> None:
    made(tmp_path, **{
        "letters.zip": zipped(**{"1961/a.txt": "a", "b.txt": "b"}),
        "chat.zip": zipped(**{"_chat.txt": "[12.05.20, 21:05:10] Ann: ok\n"}),
    })  # fmt: skip
    given, _ = found(tmp_path / "letters.zip", tmp_path / "chat.zip")
    assert [one.shown for one in given] == ["letters.zip/1961/a.txt", "letters.zip/b.txt", "chat.zip"]
    with given[0].file.opened() as stream:
        assert stream.read() == b"a"


def test_a_dangerous_zip_is_refused_by_name_and_left_out_of_a_folder(tmp_path: Path) -> None:
    bad = zipped(**{"../../a.txt": "a"})
    made(tmp_path / "box", **{"a.zip": bad, "b.txt": b"b"})
    with pytest.raises(BadText, match=r"a\.zip"):
        found(tmp_path / "box" / "a.zip")
    given, left_out = found(tmp_path / "box")
    assert [one.shown for one in given] == ["box/b.txt"]
    assert len(left_out) == 1


SENT: list[tuple[dict[str, str | bytes], str, str]] = [
    ({"WhatsApp Chat.txt": CHAT, "IMG-20200512-WA0001.jpg": "x"}, "WhatsApp Chat.txt", "IMG-20200512-WA0001.jpg"),
    ({"result.json": json.dumps(TELEGRAM), "photos/1.jpg": "x"}, "result.json", "1.jpg"),
    (
        {"inbox/ann_1/message_1.json": json.dumps(MESSENGER), "inbox/ann_1/photos/1.jpg": "x"},
        "inbox/ann_1/message_1.json",
        "1.jpg",
    ),
]


@pytest.mark.parametrize(("contents", "chat", "sent"), SENT)
def test_what_was_sent_is_found_beside_an_unpacked_chat(
    tmp_path: Path, contents: dict[str, str | bytes], chat: str, sent: str
) -> None:
    given, _ = found(made(tmp_path / "box", **contents))
    (one,) = [each for each in given if each.shown == f"box/{chat}"]
    items = list(importer_for(one.file).read(one.file))
    assert [item.file.name for item in items if isinstance(item, Attachment)] == [sent]


def test_many_chats_with_many_photos_are_told_apart_in_a_time_that_grows_with_them(tmp_path: Path) -> None:
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for chat in range(400):
            archive.writestr(f"export/chat_{chat}/WhatsApp Chat with Tom.txt", CHAT)
            for photo in range(20):
                archive.writestr(f"export/chat_{chat}/IMG-20200512-WA{photo:04}.jpg", b"x")
    with guarded():
        chats = [each for each in gathered([packed], Counter()) if each.file.beside]
    assert len(chats) == 400
    assert all(len(each.file.beside) == 21 for each in chats)

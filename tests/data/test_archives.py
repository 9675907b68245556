from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers.archives import MOST_MEMBERS, SMALL_BYTES, folder, is_archive, members
from data.importers.imported import File


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def opened(content: bytes) -> dict[str, File]:
    return members(File.of("a.zip", content))


def test_members_are_files_with_their_own_names_and_can_be_read_again_and_again() -> None:
    found = opened(
        zipped({"chat/a.txt": b"hello", "chat/b.txt": b"", "__MACOSX/chat/._a.txt": b"x", ".DS_Store": b"x"})
    )
    assert {path: (file.name, file.size_bytes) for path, file in found.items()} == {
        "chat/a.txt": ("a.txt", 5),
        "chat/b.txt": ("b.txt", 0),
    }
    for _ in range(2):
        with found["chat/a.txt"].opened() as stream:
            assert stream.read(2) == b"he"
            stream.seek(0)
            assert stream.read() == b"hello"


def test_an_archive_is_open_only_while_a_member_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.txt": b"hello", "b.txt": b"x"}))
    streams: list[BinaryIO] = []

    def opened() -> BinaryIO:
        streams.append(path.open("rb"))
        return streams[-1]

    found = members(File("a.zip", path.stat().st_size, opened))
    assert [stream.closed for stream in streams] == [True]
    with found["a.txt"].opened() as member:
        assert [stream.closed for stream in streams] == [True, False]
        assert member.read() == b"hello"
    assert [stream.closed for stream in streams] == [True, True]


def test_a_file_that_is_no_archive_is_alone() -> None:
    file = File.of("a.txt", b"hello")
    assert folder(file) == {"a.txt": file}
    assert not is_archive(file)


@pytest.mark.parametrize("path", ["../a.txt", "a/../../b.txt", "/etc/passwd", "C:/a.txt", "..\\a.txt", "a\x1b[31m.txt"])
def test_paths_that_lead_out_of_the_archive_are_refused(path: str) -> None:
    with pytest.raises(BadText, match=r"a\.zip is unsafe: it holds a file with the path") as refused:
        opened(zipped({path: b"x"}))
    assert str(refused.value).isprintable()


def test_a_link_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadText, match="holds a link"):
        opened(packed.getvalue())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_path_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "one")
        archive.writestr("a.txt", "two")
    with pytest.raises(BadText, match=r"two files named 'a\.txt'"):
        opened(packed.getvalue())


def test_an_encrypted_archive_is_refused() -> None:
    content = zipped({"a.txt": b"hello"}, zipfile.ZIP_STORED)
    entry = content.index(b"PK\x01\x02")
    content = content[: entry + 8] + struct.pack("<H", 1) + content[entry + 10 :]
    with pytest.raises(BadText, match="encrypted: unpack it with its password"):
        opened(content)


def test_a_bomb_is_refused_before_anything_is_unpacked() -> None:
    with pytest.raises(BadText, match="would unpack to 60 MB"):
        opened(zipped({f"{n}": bytes(SMALL_BYTES) for n in range(3)}))


def test_a_member_never_unpacks_to_more_than_it_tells() -> None:
    content = zipped({"a.txt": bytes(1_000_000)})
    entry = content.index(b"PK\x01\x02")
    content = content[: entry + 24] + struct.pack("<I", 10) + content[entry + 28 :]
    file = opened(content)["a.txt"]
    try:
        with file.opened() as stream:
            assert len(stream.read()) <= 10
    except (BadText, zipfile.BadZipFile):
        pass


def test_too_many_members_are_refused() -> None:
    with pytest.raises(BadText, match="more than 50,000 files"):
        opened(zipped(dict.fromkeys(map(str, range(MOST_MEMBERS + 1)), b""), zipfile.ZIP_STORED))


def test_an_archive_inside_an_archive_stays_closed() -> None:
    inner = zipped({"a.txt": b"x"})
    assert list(opened(zipped({"b.zip": inner}))) == ["b.zip"]


def test_unusual_packings_are_refused() -> None:
    with pytest.raises(BadText, match="packed in an unusual way"):
        opened(zipped({"a.txt": b"x"}, zipfile.ZIP_LZMA))


@given(cut=st.integers(0, 400), data=st.binary(max_size=30))
def test_broken_archives_are_opened_or_refused(cut: int, data: bytes) -> None:
    whole = zipped({"chat/a.txt": b"hello" * 9, "b.txt": b"x"})
    place = cut % len(whole)
    for content in (b"PK\x03\x04" + data, whole[:place] + data, whole[:place] + data + whole[place + len(data) :]):
        is_archive(File.of("a.zip", content))
        try:
            found = opened(content)
        except BadText:
            continue
        assert len(found) <= 2

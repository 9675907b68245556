from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.errors import BadText
from data.importers import LARGEST_BYTES, read_letters
from data.importers.imported import File
from data.importers.text import OPENING_BYTES, decoded, opening, whole


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_the_mark_that_ends_a_text_of_ms_dos_is_no_part_of_it(encoding: str) -> None:
    text = "Dear Ann,\r\nit rains.\r\n" if encoding == "cp1252" else "早上好：\r\n桂花开了。\r\n"
    assert decoded("a", text.encode(encoding) + b"\x1a") == text.replace("\r\n", "\n")


@pytest.mark.parametrize("data", [b"a\x1ab", b"a\x1a\x1a", b"\x1a"])
def test_that_mark_anywhere_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadText):
        decoded("a", data)


def test_a_text_that_is_too_long_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * (LARGEST_BYTES + 1))
    with pytest.raises(BadText, match=r"a\.txt"):
        read_letters(tmp_path / "a.txt")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(BadText, match="plain file"):
        read_letters(tmp_path / "a.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "gb18030"])
@pytest.mark.parametrize("shift", range(5))
def test_the_opening_of_a_long_text_may_end_inside_a_character(encoding: str, shift: int) -> None:
    text = "a" * shift + "院子里的桂花开了。𠮷" * 10_000
    file = File.of("a", text.encode(encoding))
    assert file.size_bytes > OPENING_BYTES
    assert text.startswith(opening(file))
    assert len(opening(file)) > OPENING_BYTES // 6


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0", b"\xff\xfe\0"])
def test_what_is_no_text_has_no_opening(content: bytes) -> None:
    assert opening(File.of("a", content)) == ""


def test_a_file_that_is_gone_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    file = File.on_disk(path)
    assert whole(file, 5) == b"words"
    with pytest.raises(BadText, match="larger"):
        whole(file, 4)
    path.unlink()
    assert opening(file) == ""
    with pytest.raises(BadText, match=r"a\.txt"):
        whole(file)

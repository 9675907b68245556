from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.errors import BadText
from data.importers import LARGEST_BYTES, read_letters
from data.importers.text import decoded


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_the_mark_that_ends_a_text_of_ms_dos_is_no_part_of_it(encoding: str) -> None:
    text = "Dear Ann,\r\nit rains.\r\n" if encoding == "cp1252" else "早上好：\r\n桂花开了。\r\n"
    assert decoded("a", text.encode(encoding) + b"\x1a") == text.replace("\r\n", "\n")


@pytest.mark.parametrize("data", [b"a\x1ab", b"a\x1a\x1a", b"\x1a"])
def test_that_mark_anywhere_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadText):
        decoded("a", data)


def test_letters_in_memory_are_read_as_their_file_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("3 March 1987\n\nDear Ann,\n\nit rains.\n")
    from_file, content = read_letters(path), path.read_bytes()
    path.unlink()
    assert read_letters(path, content) == from_file
    with pytest.raises(BadText, match=r"a\.txt"):
        read_letters(path, b"a" * (LARGEST_BYTES + 1))


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(BadText, match="plain file"):
        read_letters(tmp_path / "a.txt")

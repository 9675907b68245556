from __future__ import annotations

import io
import zipfile
from typing import BinaryIO

import pytest

from data.importers.archives import members
from data.importers.gathered import Found
from data.importers.imported import File
from services import add_job
from services.add_job import AddOrder
from services.bringing import Batch, Brought

CONTENT = bytes(range(100))


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(add_job, "PIECE_BYTES", 7)
    return []


def order(opens: list[str]) -> AddOrder:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", CONTENT)
        archive.writestr("b.txt", b"")
    found = []
    for name, file in members(File.of("a.zip", packed.getvalue())).items():

        def opened(name: str = name, file: File = file) -> BinaryIO:
            opens.append(name)
            return file.opened()

        found.append(Found(File(name, file.size_bytes, opened), name))
    return AddOrder(Batch([Brought("text", (each,)) for each in found]))


def test_each_file_is_opened_once_however_many_pieces_it_has(opens: list[str]) -> None:
    given = dict(order(opens))
    assert opens == ["a.txt", "b.txt"]
    assert b"".join(given[f"file-0-{piece}"] for piece in range(15)) == CONTENT
    assert given["file-1-0"] == b""
    assert len(given) == 1 + 15 + 1


def test_a_piece_can_be_asked_for_out_of_its_turn_and_again(opens: list[str]) -> None:
    given = order(opens)
    for piece in (3, 3, 14, 0, 1):
        assert given[f"file-0-{piece}"] == CONTENT[7 * piece :][:7]

"""What arrives a piece at a time: nobody sees it before all of it is there, and nobody waits for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import vault
from data.adding import ROWS_AT_ONCE
from data.archive import Archive, Memorial
from data.errors import Busy
from data.identity import Passage
from data.types import Letter
from tests.data.conftest import PERSON, keep_letter
from tests.data.test_archive import blob_files

MANY = 2 * ROWS_AT_ONCE + 1


def chat(count: int = MANY) -> Iterator[Passage]:
    return (Passage(Letter("chat.txt", f"{number}", "2020-05-13", "message")) for number in range(count))


def test_nothing_is_seen_before_all_of_it_is_there(archive: Archive, memorial: Memorial) -> None:
    keep_letter(archive, memorial, Letter("a.txt", "before", None))
    with archive.adding(memorial.id) as adding:
        adding.add_passages(chat(), b"chat")
        assert adding.count() == MANY + 1
        with Archive.open(archive.home.root) as other:
            assert [letter.text for letter in other.letters(memorial.id)] == ["before"]
            assert other.count(memorial.id) == 1
            assert len(list(other.sources(memorial.id))) == 1
    assert archive.count(memorial.id) == MANY + 1


def test_others_write_while_much_arrives(archive: Archive, memorial: Memorial) -> None:
    another = archive.create(memorial.person)

    def slow() -> Iterator[Passage]:
        for number, passage in enumerate(chat()):
            if not number % ROWS_AT_ONCE:
                archive.memory(memorial.id).remember("Tom", f"{number}")
                keep_letter(archive, another, Letter("a.txt", f"{number}", None))
            yield passage

    with archive.adding(memorial.id) as adding:
        adding.add_passages(slow(), b"chat")
    assert archive.count(memorial.id) == MANY
    assert len(archive.memory(memorial.id).remembered()) == archive.count(another.id) == 3


def test_two_do_not_add_to_one_memorial_at_once(
    archive: Archive, memorial: Memorial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "BUSY_S", 0.2)
    with archive.adding(memorial.id) as adding:
        adding.add_passages(chat(1), b"chat")
        with Archive.open(archive.home.root) as other, pytest.raises(Busy, match="adds to this memorial"):
            keep_letter(other, memorial, Letter("a.txt", "words", None))
    assert archive.count(memorial.id) == 1


def test_what_a_broken_change_brought_goes(archive: Archive, memorial: Memorial) -> None:
    def broken() -> Iterator[Passage]:
        yield from chat()
        raise RuntimeError

    with pytest.raises(RuntimeError), archive.adding(memorial.id) as adding:
        adding.add_passages(broken(), b"chat")
    with archive._store.reading(sees_all=True) as rows:
        assert rows.sources(memorial.id) == []
    assert blob_files(archive) == set()


def killed(root: Path, memorial: Memorial) -> None:
    """Somebody dies over it."""
    child = os.fork()
    if child == 0:
        with Archive.open(root) as archive, archive.adding(memorial.id) as adding:
            adding.add_passages(chat(), b"chat")
            os._exit(9)
    os.waitpid(child, 0)


def test_what_a_crash_left_is_hidden_until_the_next_one_sweeps_it(root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.create(PERSON)
        with archive.home.writing():  # somebody writes all the while: nobody sweeps
            killed(root, memorial)
            assert archive.letters(memorial.id) == []
            keep_letter(archive, memorial, Letter("a.txt", "after", None))
            assert [letter.text for letter in archive.letters(memorial.id)] == ["after"]
        killed(root, memorial)
    with Archive.open(root) as archive:
        with archive._store.reading(sees_all=True) as rows:
            assert len(rows.sources(memorial.id)) == 1
        assert archive.count(memorial.id) == len(blob_files(archive)) == 1

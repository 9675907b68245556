"""What was read of a memorial is kept in memory until something of it changes, and never a moment longer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from data.archive import Archive, Memorial
from data.identity import Passage
from data.shelf import Shelf
from data.types import Letter, Person


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "home") as archive:
        yield archive


@pytest.fixture
def memorial(archive: Archive) -> Memorial:
    memorial = archive.create(Person("Ann", None, None, "en"))
    add(archive, memorial, "1947.txt", "Today we found a moth.")
    return memorial


def add(archive: Archive, memorial: Memorial, file: str, text: str, author: str | None = None) -> None:
    passage = Passage(Letter(file, text, "1947-09-09", author=author))
    with archive.adding(memorial.id) as adding:
        adding.add_passages([passage], text.encode())


def test_letters_and_files_are_read_once_while_nothing_changes(archive: Archive, memorial: Memorial) -> None:
    assert archive.letters(memorial.id)[0] is archive.letters(memorial.id, "Lucy")[0]
    assert archive.files(memorial.id)[0] is archive.files(memorial.id)[0]


def test_what_came_or_was_held_back_is_seen_at_once(archive: Archive, memorial: Memorial) -> None:
    assert [each.path for each in archive.files(memorial.id)] == ["1947.txt"]
    add(archive, memorial, "1948.txt", "The moth is in the book.")
    assert [each.path for each in archive.files(memorial.id)] == ["1947.txt", "1948.txt"]
    assert len(archive.letters(memorial.id)) == 2
    memory = archive.memory(memorial.id)
    memory.set_audience("1947.txt", ["Lucy"])
    memory.leave_out("1948.txt")
    assert [each.not_for for each in archive.letters(memorial.id)] == [("Lucy",)]
    assert archive.letters(memorial.id, "Lucy") == []


def test_what_arrives_is_seen_when_all_of_it_is_there(archive: Archive, memorial: Memorial) -> None:
    with archive.adding(memorial.id) as adding:
        adding.add_passages([Passage(Letter("1948.txt", "It is in the book.", None))], b"1948")
        before = archive.marks(memorial.id)
        assert len(archive.letters(memorial.id)) == 1
    assert not before.still_hold(archive.marks(memorial.id))
    assert len(archive.letters(memorial.id)) == 2


def test_another_author_is_seen_at_once_whatever_the_length_of_the_name(archive: Archive, memorial: Memorial) -> None:
    add(archive, memorial, "1950.txt", "I wrote this myself.", "Mary")
    before = archive.marks(memorial.id)
    add(archive, memorial, "1950.txt", "I wrote this myself.", "Lucy")
    assert not before.still_hold(archive.marks(memorial.id))
    assert [each.author for each in archive.letters(memorial.id)] == [None, "Lucy"]


def test_another_author_is_seen_though_the_clock_went_back(
    archive: Archive, memorial: Memorial, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, memorial, "1950.txt", "I wrote this myself.", "Mary")
    assert archive.letters(memorial.id)[1].author == "Mary"
    monkeypatch.setattr("data.store.rows._now", lambda: datetime(2000, 1, 1, tzinfo=UTC))
    for author in ("Lucy", "Ada"):
        add(archive, memorial, "1950.txt", "I wrote this myself.", author)
        assert archive.letters(memorial.id)[1].author == author


def test_what_many_ask_for_at_once_is_made_once() -> None:
    shelf, made, together = Shelf[str, str, int](most=2), list[int](), Barrier(8)

    def make() -> int:
        made.append(1)
        return len(made)

    def ask() -> None:
        together.wait()
        assert shelf.get("a", "mark", make) == 1

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert shelf.get("a", "another mark", make) == 2


def test_of_more_than_so_many_the_one_used_longest_ago_goes() -> None:
    shelf = Shelf[str, int, str](most=2)
    for key in ("a", "b", "a", "c"):
        shelf.get(key, 0, lambda: "made")
    assert shelf.get("a", 0, lambda: "anew") == shelf.get("c", 0, lambda: "anew") == "made"
    assert shelf.get("b", 0, lambda: "anew") == "anew"


def test_what_is_forgotten_while_it_is_made_is_not_kept() -> None:
    shelf = Shelf[str, int, str]()

    def made() -> str:
        shelf.forget("a".__eq__)
        return "of one that is gone"

    assert shelf.get("a", 0, made) == "of one that is gone"
    assert shelf.get("a", 0, lambda: "anew") == "anew"


def test_what_cannot_be_made_is_tried_again_and_leaves_nothing_behind() -> None:
    shelf = Shelf[str, int, int | None]()
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", 0, lambda: 1 // 0)
    assert shelf.get("a", 0, lambda: None) is None
    assert shelf.get("a", 0, lambda: 1) == 1
    assert shelf._making == {}


def test_what_nobody_used_for_a_while_goes() -> None:
    shelf = Shelf[str, int, str]()
    shelf.get("a", 0, lambda: "made")
    shelf.tidy(idle_s=60.0)
    assert shelf.holds("a", 0)
    shelf.tidy(idle_s=-1.0)
    assert not shelf.holds("a", 0)

"""The live conversation on this machine: how soon it answers, and what four at once get."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.archive import Archive
from data.samples import sample
from services.live.house import House
from services.live.room import Room
from services.live.tape import Piece
from tests.bench.bench_pipeline import lantern

ROUNDS = 20
LINES = ("Tell me about the Navy", "What did you think of ships?", "Tell me about your work", "And your mother?")


class Page:
    """Plays what comes as a browser does: from the first piece with a picture, in real time."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.phrase_s = self.first_s = self.stalled_s = self.long_s = 0.0
        self._something = threading.Event()
        room.enter(self)

    def wake(self) -> None:
        self._something.set()

    def dismiss(self, code: int, reason: str) -> None:
        pass

    def talk(self, line: str) -> None:
        began = last = time.perf_counter()
        performance = self.room.say(line, None)
        assert performance is not None
        there_s = played_s = 0.0
        has_ended = False
        while not has_ended or played_s < there_s:
            self._something.wait(0.02)
            self._something.clear()
            while (message := self.room.take(self)) is not None:
                now = time.perf_counter() - began
                if isinstance(message, Piece):
                    there_s = message.end_s
                    self.first_s = self.first_s or (now if there_s else 0.0)
                elif message["type"] == "phrase":
                    self.phrase_s = self.phrase_s or now
                has_ended = has_ended or (not isinstance(message, Piece) and message["type"] == "end")
            passed_s, last = time.perf_counter() - last, time.perf_counter()
            if there_s:
                self.stalled_s += max(0.0, passed_s - (there_s - played_s)) if not has_ended else 0.0
                played_s = min(there_s, played_s + passed_s)
                self.room.played(performance.tape.turn, played_s)
        self.long_s = there_s


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("live") / "home"
    lantern(home, "demo", "--out", home.parent / "out")
    with Archive.open(home) as archive:
        archive.accounts().found("Kay", "a lamp in the window")
        house = House(archive)
        yield house
        house.close()


def room(house: House) -> Room:
    memorial = house.archive.find(sample("hopper").person.name)
    house.troupe.cast(memorial)
    account = house.archive.accounts().all()[0]
    return house.enter(memorial, house.archive.conversations(memorial.id).create(account.id, None))


def told(name: str, seconds: list[float]) -> None:
    p50, p90, longest = (round(each * 1000) for each in np.percentile(seconds, [50, 90, 100]))
    print(f"\n{name}: median {p50} ms, 90 % within {p90} ms, longest {longest} ms")


def test_from_a_line_to_the_first_phrase_and_the_first_piece(house: House) -> None:
    there = room(house)
    Page(there).talk(LINES[0])
    phrases, pieces = [], []
    for turn in range(ROUNDS):
        page = Page(there)
        thread = threading.Thread(target=page.talk, args=[LINES[turn % len(LINES)]])
        thread.start()
        while not page.first_s:
            time.sleep(0.005)
        there.interrupt()
        thread.join()
        phrases.append(page.phrase_s)
        pieces.append(page.first_s)
    told("line → first phrase", phrases)
    told("line → first piece of sound and picture", pieces)


def test_four_at_once(house: House) -> None:
    pages = [Page(room(house)) for _ in LINES]
    threads = [threading.Thread(target=page.talk, args=[line]) for page, line in zip(pages, LINES, strict=True)]
    busy_s, began = time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cores = (time.process_time() - busy_s) / (time.perf_counter() - began)
    for page in pages:
        print(f"\nof four: first piece {page.first_s:.2f} s, stood still {page.stalled_s:.2f} s of {page.long_s:.1f} s")
    print(f"cores busy: {cores:.2f}; median first piece {statistics.median(each.first_s for each in pages):.2f} s")


def test_a_home_that_nobody_opened(tmp_path: Path) -> None:
    """What the first visitor waits for: everything is loaded anew."""
    home = tmp_path / "home"
    lantern(home, "demo", "--out", tmp_path / "out")
    with Archive.open(home) as archive:
        archive.accounts().found("Kay", "a lamp in the window")
        house = House(archive)
        memorial = archive.find(sample("hopper").person.name)
        began = time.perf_counter()
        house.opening(memorial, None)
        opened_s = time.perf_counter() - began
        page = Page(room(house))
        print(f"\nopening {opened_s:.2f} s, all engines {time.perf_counter() - began:.2f} s")
        page.room.shut(1001, "done")
        house.close()

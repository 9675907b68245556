"""How much the jobs hold: ten thousand waiting, and how soon one begins and ends."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.archive import Archive, Memorial
from data.types import Person
from orchestrator.jobs import Desk, Worker
from tests.bench.memory import rss_mb
from tests.small_jobs import DEAF, KINDS, NOTHING, WAIT

MANY = 10_000
MEMORIALS = 20
LOOKS = 500
ROUNDS = 5
ORDER = b"some words of a visitor's"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Archive.open(tmp_path / "home") as archive, Desk(archive) as desk:
        yield desk


def people(archive: Archive) -> list[Memorial]:
    return [archive.create(Person(f"No. {number}", None, None, "en")) for number in range(MEMORIALS)]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def wait_for(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.005)


@pytest.mark.timeout(900)
def test_ten_thousand_waiting_jobs(desk: Desk) -> None:
    memorials = people(desk.archive)
    ids: list[str] = []

    def hand_in(count: int) -> None:
        ids.extend(desk.enqueue(NOTHING, memorials[number % MEMORIALS].id, {"order": ORDER}) for number in range(count))

    first = 1_000 / seconds(lambda: hand_in(1_000))
    before = rss_mb()
    hand_in(MANY - 2_000)
    last = 1_000 / seconds(lambda: hand_in(1_000))
    print(f"\nhanded in: {first:.0f} a second, the last thousand of {MANY:,} {last:.0f} a second")
    print(f"memory: {before:.0f} MiB after the first thousand, {rss_mb():.0f} MiB after {MANY:,}")
    looked = LOOKS / seconds(lambda: [desk.standing(job_id) for job_id in ids[:LOOKS]])
    print(f"looked up: {looked:.0f} a second; listed all in {seconds(lambda: desk.standings(10)):.2f} s")
    workers: list[Worker | None] = []
    started = seconds(lambda: workers.append(Worker.start(desk, KINDS)))
    begun = seconds(lambda: wait_for(lambda: any(each.ended for each in desk.standings(1)[:1])))
    time.sleep(10)
    print(f"worker up after {started:.2f} s, first job done {begun:.2f} s later, {rss_mb():.0f} MiB while at work")
    assert workers[0] is not None
    workers[0].stop()


def test_from_handing_in_to_done_and_to_cancelled(desk: Desk) -> None:
    ann = desk.archive.create(Person("Ann", None, None, "en"))
    worker = Worker.start(desk, KINDS)
    assert worker is not None

    def do_nothing() -> None:
        job_id = desk.enqueue(NOTHING, ann.id, {"order": ORDER})
        wait_for(lambda: desk.standing(job_id).ended)

    idle = [seconds(do_nothing) for _ in range(ROUNDS)]
    print(f"\na job that does nothing, handed in to done: {statistics.median(idle) * 1000:.0f} ms")
    for kind in (WAIT, DEAF):
        stopped = []
        for _ in range(ROUNDS):
            job_id = desk.enqueue(kind, ann.id, {"order": ORDER})
            wait_for(lambda: desk.standing(job_id).state == "running")  # noqa: B023 — waited for here
            desk.cancel(job_id)
            stopped.append(seconds(lambda: wait_for(lambda: not worker.busy)))
        print(f"cancelled, {kind.name}: {statistics.median(stopped):.2f} s, {max(stopped):.2f} s at most")
    worker.stop()

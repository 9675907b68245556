"""Long work is followed as it goes, by many at once and with one look."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest

from data.errors import NotReady
from orchestrator import job, jobs
from orchestrator.job import Job, Kind, Progress, Standing
from orchestrator.jobs import Worker
from services.api import job_events
from services.api.job_events import Watch
from services.api.jobs import MOST_GOING
from tests import small_jobs
from tests.services.api.conftest import Served

QUEUED = Standing("0" * 32, "clip", "1" * 32, "queued", datetime(2024, 5, 1, tzinfo=UTC), None, None, None)
RUNNING = replace(QUEUED, state="running", progress=Progress("film", 0.5, 3.0))
DONE = replace(QUEUED, state="done")


@contextmanager
def working(served: Served, *kinds: Kind) -> Iterator[None]:
    """Somebody does this home's work meanwhile."""
    stop = Event()

    def work() -> None:
        worker = Worker.start(served.lantern.desk, kinds)
        assert worker is not None
        stop.wait(30)
        worker.stop()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def hand_in(served: Served, kind: Kind, role: str) -> str:
    given = {"order": b"a"}
    job_id: str = served.lantern.desk.enqueue(kind, served.memorial.id, given, served.ids[role])
    return job_id


def events(served: Served, role: str, job_id: str, **headers: str) -> list[dict[str, Any]]:
    """All of them, until the line closes."""
    found: list[dict[str, Any]] = []
    with served.client(role).stream("GET", served.url(f"/jobs/{job_id}/events"), headers=headers) as told:
        assert (told.status_code, told.headers["content-type"].split(";")[0]) == (200, "text/event-stream")
        event: dict[str, Any] = {}
        for line in told.iter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                event[name] = json.loads(value) if name == "data" else value
            elif event:
                found.append(event)
                event = {}
    return found


def test_a_job_is_followed_to_its_end_and_its_report(served: Served) -> None:
    job_id = hand_in(served, small_jobs.COUNT, "visitor")
    with working(served, small_jobs.COUNT):
        told = events(served, "visitor", job_id)
    assert [each["event"] for each in told] == ["progress"] * (len(told) - 1) + ["end"]
    assert len(told) > 1
    assert told[-1]["data"]["report"] == {"made": "a0123"}
    assert len({each["id"] for each in told}) == len(told)


def test_what_was_seen_last_is_not_sent_again(served: Served) -> None:
    job_id = hand_in(served, small_jobs.NOTHING, "visitor")
    with working(served, small_jobs.NOTHING):
        first = events(served, "visitor", job_id)
    again = events(served, "visitor", job_id, **{"Last-Event-ID": first[-1]["id"]})
    assert again == [first[-1]]  # an end is told as often as it is asked for


def test_a_failure_says_what_to_do(served: Served) -> None:
    def fails(_: Job) -> None:
        raise NotReady("there is no portrait yet: add a photo")

    kind = Kind("fails", fails, limit_s=60)
    job_id = hand_in(served, kind, "visitor")
    with working(served, kind):
        end = events(served, "visitor", job_id)[-1]["data"]
    assert (end["state"], end["problem"]["type"]) == ("failed", "/problems/not-ready")
    assert end["problem"]["detail"] == "there is no portrait yet: add a photo"


def test_a_visitor_sees_what_they_handed_in_and_contributors_all(served: Served) -> None:
    mine, theirs = (hand_in(served, small_jobs.COUNT, role) for role in ("visitor", "contributor"))
    seen = {
        role: {each["id"] for each in served.client(role).get(served.url("/jobs")).json()["items"]}
        for role in ("visitor", "contributor", "steward")
    }
    assert seen == {"visitor": {mine}, "contributor": {mine, theirs}, "steward": {mine, theirs}}
    vera = served.client("visitor")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/events")):
        assert vera.request(method, served.url(f"/jobs/{theirs}{path}")).status_code == 404
        assert vera.request(method, served.url(f"/jobs/{mine}{path}", served.other)).status_code == 404
    assert served.client("contributor").delete(served.url(f"/jobs/{mine}")).status_code == 403
    assert vera.delete(served.url(f"/jobs/{mine}")).json()["state"] == "cancelled"


def test_paging_reaches_all_of_ones_own_however_much_others_have_done(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LISTED_AT_ONCE", 2)
    handed_in = [hand_in(served, small_jobs.COUNT, role) for role in ("visitor", "steward", "steward", "visitor")]
    served.lantern.desk.cancel(handed_in[0])
    vera, found, after = served.client("visitor"), list[str](), None
    while not found or after:
        page = vera.get(served.url("/jobs"), params={"limit": 1} | ({"after": after} if after else {})).json()
        found += [each["id"] for each in page["items"]]
        after = page["next"]
    assert found == [handed_in[3], handed_in[0]]


def test_the_share_that_is_done_never_falls(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "TELLING_S", 0.0)
    desk, job_id, shares = served.lantern.desk, hand_in(served, small_jobs.COUNT, "visitor"), list[float | None]()
    with Job(desk.archive, job_id, served.memorial.id, lambda: False).step("film") as advance:
        for done, of in ((1, 2), (2, 8), (6, 8)):  # more to film shows itself
            advance(done, of)
            told = job.read_progress(desk.home.jobs, job_id)
            shares.append(None if told is None else told.share)
    assert shares == [0.5, 0.5, 0.75]


def test_what_came_of_a_job_is_told_to_who_handed_it_in_and_to_stewards(served: Served) -> None:
    def fails(_: Job) -> None:
        raise NotReady("the letter to Lucy cannot be read")

    kind = Kind("fails", fails, limit_s=60)
    path = served.url(f"/jobs/{hand_in(served, kind, 'visitor')}")
    with working(served, kind):
        events(served, "visitor", path.rpartition("/")[2])
    told = {role: "Lucy" in served.client(role).get(path).text for role in ("visitor", "contributor", "steward")}
    assert told == {"visitor": True, "contributor": False, "steward": True}


def test_whoever_has_much_waiting_waits_before_handing_in_more(served: Served) -> None:
    sten, cora = served.client("steward"), served.client("contributor")
    for _ in range(MOST_GOING):
        hand_in(served, small_jobs.COUNT, "steward")
    refused = sten.post(served.url("/tuning"), json={})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-much-at-once")
    sten.delete(served.url(f"/jobs/{sten.get(served.url('/jobs')).json()['items'][0]['id']}"))
    assert sten.post(served.url("/tuning"), json={}).status_code == 202
    assert cora.get(served.url("/jobs")).status_code == 200


class Looks:
    """A desk that counts how often somebody looks, and at how many jobs."""

    def __init__(self) -> None:
        self.now = QUEUED
        self.looks: list[int] = []

    def __call__(self, job_ids: Any) -> dict[str, Standing]:
        self.looks.append(len(job_ids))
        return {each: replace(self.now, id=each) for each in job_ids}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    monkeypatch.setattr(job_events, "LOOKING_S", 0.01)
    return Looks()


async def states(watch: Watch, job_id: str) -> list[str]:
    return [each.state async for each in watch.follow(job_id)]


def test_many_listeners_are_one_look(looks: Looks) -> None:
    async def listen() -> list[list[str]]:
        watch = Watch(looks)
        listening = [asyncio.create_task(states(watch, number * 32)) for number in "0011222"]
        await asyncio.sleep(0.05)
        looks.now = DONE
        return await asyncio.gather(*listening)

    assert asyncio.run(listen()) == [["queued", "done"]] * 7
    assert max(looks.looks) == 3  # jobs, looked at together


def test_nobody_looks_when_all_are_gone(looks: Looks) -> None:
    async def listen_and_go() -> int:
        watch = Watch(looks)
        listening = asyncio.create_task(states(watch, "0" * 32))
        await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.wait([listening])
        await asyncio.sleep(0.05)
        looks.looks.clear()
        await asyncio.sleep(0.1)
        return len(looks.looks)

    assert asyncio.run(listen_and_go()) == 0


def test_a_slow_listener_gets_the_latest_and_no_queue(looks: Looks) -> None:
    async def listen() -> list[str]:
        found: list[str] = []
        async for each in Watch(looks).follow("0" * 32):
            found.append(each.state)
            looks.now = RUNNING
            await asyncio.sleep(0.05)  # while it looks on, and does not listen
            looks.now = DONE
            await asyncio.sleep(0.05)
        return found

    assert asyncio.run(listen()) == ["queued", "done"]


def test_the_line_closes_after_a_while_and_is_opened_again(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "LONGEST_S", 0.05)
    assert asyncio.run(states(Watch(looks), "0" * 32)) == ["queued"]


def test_a_watch_that_is_closed_lets_all_go_and_looks_no_more(looks: Looks) -> None:
    async def listen() -> tuple[list[list[str]], int]:
        watch = Watch(looks)
        listening = [asyncio.create_task(states(watch, number * 32)) for number in "01"]
        await asyncio.sleep(0.05)
        await watch.close()
        heard = await asyncio.gather(*listening, states(watch, "2" * 32))
        return heard, len(asyncio.all_tasks())

    assert asyncio.run(listen()) == ([["queued"], ["queued"], []], 1)  # nothing is left but this one


def test_of_too_many_listeners_the_first_comes_again(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "MOST_LISTENERS", 2)

    async def listen() -> list[list[str]]:
        watch = Watch(looks)
        listening = []
        for _ in range(3):
            listening.append(asyncio.create_task(states(watch, "0" * 32)))
            await asyncio.sleep(0.05)
        looks.now = DONE
        return await asyncio.gather(*listening)

    assert asyncio.run(listen()) == [["queued"], ["queued", "done"], ["queued", "done"]]

"""A request that is sent twice is done once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from fastapi import APIRouter, Response
from pydantic import BaseModel
from starlette.testclient import TestClient

import data.answered
from data.errors import Refused
from services.api.access import AsVisitor, SignedIn
from services.api.idempotency import Idempotent
from services.api.throttle import Rate, Throttle
from tests.services.api.conftest import Served

KEY = {"Idempotency-Key": "4d2f-one"}


class Wish(BaseModel):
    """What is wanted."""

    text: str


class Counter:
    """A service that counts what is really done."""

    def __init__(self, served: Served) -> None:
        self.done: list[str] = []
        self.refuses = self.waits = False
        self.began, self.go_on = Event(), Event()
        router = APIRouter(route_class=Idempotent)

        @router.post("/made", status_code=201)
        def make(wish: Wish, response: Response, grant: SignedIn) -> Wish:
            self._do(wish.text)
            response.headers["Location"] = f"/made/{len(self.done)}"
            return wish

        @router.post("/memorials/{memorial_id}/made", status_code=201)
        def make_there(wish: Wish, member: AsVisitor) -> Wish:
            self._do(wish.text)
            return wish

        served.app.include_router(router)

    def _do(self, text: str) -> None:
        self.began.set()
        if self.waits:
            self.go_on.wait(10)
        if self.refuses:
            raise Refused("not today")
        self.done.append(text)


@pytest.fixture
def counter(served: Served) -> Iterator[Counter]:
    routes = list(served.app.router.routes)
    yield Counter(served)
    served.app.router.routes[:] = routes  # other tests have the same application


@pytest.fixture
def client(served: Served, counter: Counter) -> TestClient:
    return served.client("visitor")


def test_the_same_request_is_answered_again_and_done_once(client: TestClient, counter: Counter) -> None:
    first, again = (client.post("/made", json={"text": "a clip"}, headers=KEY) for _ in range(2))
    assert counter.done == ["a clip"]
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"text": "a clip"})
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


def test_without_a_key_each_is_done(client: TestClient, counter: Counter) -> None:
    for _ in range(2):
        assert client.post("/made", json={"text": "a clip"}).status_code == 201
    assert len(counter.done) == 2


def test_a_key_does_not_stand_for_two_things(client: TestClient, counter: Counter) -> None:
    client.post("/made", json={"text": "a clip"}, headers=KEY)
    other = client.post("/made", json={"text": "another"}, headers=KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-used")
    assert counter.done == ["a clip"]


def test_a_key_is_the_askers_own(served: Served, client: TestClient, counter: Counter) -> None:
    client.post("/made", json={"text": "a clip"}, headers=KEY)
    told = served.client("steward").post("/made", json={"text": "mine"}, headers=KEY)
    assert (told.status_code, told.json()) == (201, {"text": "mine"})


def test_one_that_is_being_answered_is_409(served: Served, client: TestClient, counter: Counter) -> None:
    counter.waits = True
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/made", json={"text": "a clip"}, headers=KEY)
        assert counter.began.wait(10)
        second = served.client("visitor").post("/made", json={"text": "a clip"}, headers=KEY)
        counter.go_on.set()
        assert (second.status_code, first.result().status_code) == (409, 201)
    assert counter.done == ["a clip"]


def test_what_failed_may_be_tried_again_under_its_key(client: TestClient, counter: Counter) -> None:
    counter.refuses = True
    assert client.post("/made", json={"text": "a clip"}, headers=KEY).status_code == 422
    counter.refuses = False
    assert client.post("/made", json={"text": "a clip"}, headers=KEY).status_code == 201


def test_what_is_not_as_documented_holds_no_key(client: TestClient, counter: Counter) -> None:
    assert client.post("/made", json={"no": "text"}, headers=KEY).status_code == 422
    assert client.post("/made", json={"text": "a clip"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 201])
def test_a_key_is_a_word(client: TestClient, counter: Counter, key: str) -> None:
    assert client.post("/made", json={"text": "a clip"}, headers={"Idempotency-Key": key}).status_code == 422
    assert counter.done == []


def test_who_may_not_come_in_any_more_learns_no_answer(served: Served, client: TestClient, counter: Counter) -> None:
    place = f"/memorials/{served.memorial.id}/made"
    assert client.post(place, json={"text": "a clip"}, headers=KEY).status_code == 201
    served.lantern.archive.members(served.memorial.id).remove(served.ids["visitor"])
    assert client.post(place, json={"text": "a clip"}, headers=KEY).status_code == 404


def test_of_many_keys_the_oldest_are_forgotten(
    client: TestClient, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.answered, "MOST_OF_ONE", 2)
    for name in ("one", "two", "three", "three", "two", "one"):
        client.post("/made", json={"text": name}, headers={"Idempotency-Key": name})
    assert counter.done == ["one", "two", "three", "one"]


def test_what_is_answered_again_counts_as_a_request(served: Served, counter: Counter) -> None:
    served.app.state.lantern = replace(served.lantern, throttle=Throttle(Rate(9, 60.0), Rate(2, 60.0)))
    client = served.client("visitor")
    told = [client.post("/made", json={"text": "a clip"}, headers=KEY).status_code for _ in range(3)]
    assert told == [201, 201, 429]


def test_after_a_day_a_key_is_free(client: TestClient, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/made", json={"text": "a clip"}, headers=KEY)
    monkeypatch.setattr(data.answered, "KEPT", timedelta(0))
    client.post("/made", json={"text": "a clip"}, headers=KEY)
    assert len(counter.done) == 2

"""How often somebody may ask and guess, with a clock that stands still until it is moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.app import attach
from services.api.pages import PLACE, site
from services.api.problems import Problem
from services.api.throttle import MOST_KEYS, OF_A_NAME, OF_AN_ADDRESS, Patience, Rate, Throttle
from tests.services.api.conftest import NAMES, PASSWORD, Served


class Clock:
    def __init__(self) -> None:
        self.at_s = 1_000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(Rate(4, 60.0), Rate(2, 60.0), clock)


@pytest.fixture
def slow(served: Served, clock: Clock) -> Served:
    """The small home with the limits of every day."""
    return limited(served, Throttle(clock=clock))


def limited(served: Served, throttle: Throttle) -> Served:
    """The same home with these limits."""
    lantern = replace(served.lantern, throttle=throttle)
    attach(served.app, lantern)
    return replace(served, lantern=lantern)


def wait_s(refused: pytest.ExceptionInfo[Problem]) -> int:
    assert refused.value.status == 429
    return int(refused.value.headers["Retry-After"])


def test_so_many_at_once_are_well_and_one_more_waits_for_its_share(throttle: Throttle, clock: Clock) -> None:
    for _ in range(4):
        throttle.request("mary", writes=False)
    with pytest.raises(Problem) as refused:
        throttle.request("mary", writes=False)
    assert wait_s(refused) == 15
    clock.at_s += 14.9
    with pytest.raises(Problem):
        throttle.request("mary", writes=False)
    clock.at_s += 0.1
    throttle.request("mary", writes=False)


def test_one_who_asks_too_often_is_in_nobodys_way(throttle: Throttle) -> None:
    for _ in range(2):
        throttle.request("mary", writes=True)
    with pytest.raises(Problem):
        throttle.request("mary", writes=True)
    throttle.request("mary", writes=False)
    throttle.request("tom", writes=True)


@given(pauses_s=st.lists(st.floats(0, 30), max_size=40))
def test_nobody_is_let_through_more_often_than_twice_the_rate(pauses_s: list[float]) -> None:
    clock, let_through = Clock(), list[float]()
    throttle = Throttle(Rate(4, 60.0), Rate(4, 60.0), clock)
    for pause_s in pauses_s:
        clock.at_s += pause_s
        try:
            throttle.request("mary", writes=False)
            let_through.append(clock.at_s)
        except Problem:
            pass
    for start_s in let_through:
        assert sum(start_s <= at_s < start_s + 60.0 for at_s in let_through) <= 8


def test_each_wrong_secret_doubles_the_wait_up_to_a_longest(throttle: Throttle, clock: Clock) -> None:
    patience = Patience(free=2, longest_s=5.0, forgotten_s=100.0)
    waits = []
    for _ in range(6):
        throttle.guess("mary", patience)
        try:
            throttle.guess("mary", patience)
        except Problem as refused:
            waits.append(int(refused.headers["Retry-After"]))
            clock.at_s += waits[-1]
    assert waits == [1, 2, 4, 5, 5]  # the first round was two free ones


def test_who_guesses_for_ever_waits_the_longest_each_time(throttle: Throttle, clock: Clock) -> None:
    for _ in range(2_000):
        throttle.guess("eve", OF_A_NAME)
        clock.at_s += OF_A_NAME.longest_s
    throttle.guess("eve", OF_A_NAME)
    with pytest.raises(Problem) as refused:
        throttle.guess("eve", OF_A_NAME)
    assert wait_s(refused) == OF_A_NAME.longest_s


def test_wrong_secrets_are_forgotten_after_a_while(throttle: Throttle, clock: Clock) -> None:
    patience = Patience(free=1, longest_s=5.0, forgotten_s=100.0)
    throttle.guess("mary", patience)
    throttle.guess("mary", patience)
    clock.at_s += 100.1
    throttle.guess("mary", patience)
    throttle.guess("mary", patience)


def test_a_right_secret_takes_only_itself_back(throttle: Throttle, clock: Clock) -> None:
    patience = Patience(free=2, longest_s=60.0, forgotten_s=1_000.0)
    for _ in range(3):
        throttle.guess("house", patience)
    clock.at_s += 1
    throttle.guess("house", patience)
    throttle.right("house")
    throttle.guess("house", patience)
    with pytest.raises(Problem) as refused:
        throttle.guess("house", patience)
    assert wait_s(refused) == 2  # as if the right one had not been


def test_what_is_remembered_of_callers_does_not_grow_without_end(throttle: Throttle, clock: Clock) -> None:
    throttle.guess("first", Patience(free=0, longest_s=60.0, forgotten_s=60.0))
    for number in range(MOST_KEYS):
        throttle.guess(f"other {number}", OF_A_NAME)
    throttle.guess("first", OF_A_NAME)  # the oldest is forgotten


# On the routes


def test_wrong_passwords_make_a_name_wait_and_then_the_right_one_is_let_in(slow: Served, clock: Clock) -> None:
    client, name = slow.client(), NAMES["visitor"]
    typed = {"name": name, "password": "not this one"}
    for _ in range(OF_A_NAME.free + 1):
        assert client.post("/api/v1/session", json=typed).status_code == 401
    refused = client.post("/api/v1/session", json={"name": name.upper(), "password": PASSWORD})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    clock.at_s += 1
    assert client.post("/api/v1/session", json={"name": name, "password": PASSWORD}).status_code == 201


def test_a_name_that_nobody_has_waits_as_any_other(slow: Served) -> None:
    client = slow.client()
    told = [client.post("/api/v1/session", json={"name": "Nobody", "password": "x"}) for _ in range(OF_A_NAME.free + 2)]
    assert [each.status_code for each in told] == [401] * (OF_A_NAME.free + 1) + [429]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/setup", {"link": "guess", "name": "Eve", "password": PASSWORD}),
        ("GET", "/api/v1/invitations/guess", None),
    ],
)
def test_an_address_that_guesses_links_waits(slow: Served, method: str, path: str, body: object) -> None:
    client = slow.client()
    for _ in range(OF_AN_ADDRESS.free + 1):
        assert client.request(method, path, json=body).status_code in (403, 404)
    assert client.request(method, path, json=body).status_code == 429


def test_guesses_of_ones_own_old_password_wait_too(slow: Served) -> None:
    client, guess = slow.client("visitor"), {"old": "not this one", "new": "four apples and a pear"}
    told = [client.put("/api/v1/account/password", json=guess).status_code for _ in range(OF_A_NAME.free + 2)]
    assert told == [403] * (OF_A_NAME.free + 1) + [429]


def test_an_account_that_asks_without_end_is_told_to_wait(served: Served, clock: Clock) -> None:
    hasty = limited(served, Throttle(Rate(3, 60.0), Rate(3, 60.0), clock))
    one, two = hasty.client("visitor"), hasty.program("visitor", "visitor")
    told = [client.get("/api/v1/memorials").status_code for client in (one, two, one, two)]
    assert told == [200, 200, 200, 429]  # one account, however it comes
    assert hasty.client("steward").get("/api/v1/memorials").status_code == 200
    assert [hasty.client().get("/api/v1/memorials").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_the_files_of_the_pages_are_never_too_many(served: Served, clock: Clock) -> None:
    client = limited(served, Throttle(Rate(1, 60.0), Rate(1, 60.0), clock)).client()
    assert [client.get(f"{PLACE}{site().digest}/talk.js").status_code for _ in range(3)] == [200] * 3
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]

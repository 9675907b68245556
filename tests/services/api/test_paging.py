"""Pages of a list: nothing twice, nothing lost, whatever is asked for."""

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from services.api import problems
from services.api.paging import Page, Paged, Window, cursor
from services.api.problems import Problem


@given(st.lists(st.text(min_size=1), unique=True), st.integers(1, 10))
def test_the_pages_are_the_list(items: list[str], limit: int) -> None:
    read: list[str] = []
    after: str | None = None
    while True:
        found, following = Window(limit, after).of(items, str)
        assert len(found) <= limit
        read += found
        if following is None:
            break
        after = found[-1]
        assert following == cursor(after)
    assert read == items


def test_what_was_added_in_front_moves_nothing() -> None:
    page, _ = Window(2, None).of(["b", "c", "d"], str)
    assert Window(2, page[-1]).of(["a", "b", "c", "d"], str) == (["d"], None)


def test_after_what_is_gone_one_begins_again() -> None:
    with pytest.raises(Problem) as refused:
        Window(2, "gone").of(["a"], str)
    assert (refused.value.status, refused.value.name) == (422, "gone")


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/numbers")
    def numbers(window: Paged) -> Page[str]:
        return window.page(range(5), int, str)

    return TestClient(app)


def test_a_cursor_is_handed_back_as_it_came(client: TestClient) -> None:
    first = client.get("/numbers?limit=3").json()
    assert first["items"] == ["0", "1", "2"]
    assert client.get("/numbers", params={"after": first["next"]}).json() == {"items": ["3", "4"], "next": None}


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40))
def test_no_cursor_of_somebody_elses_is_a_fault_of_ours(after: str) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/numbers")
    def numbers(window: Paged) -> Page[str]:
        return window.page(range(5), int, str)

    assert TestClient(app).get("/numbers", params={"after": after}).status_code in (200, 422)


def test_a_page_has_a_most(client: TestClient) -> None:
    told = client.get("/numbers?limit=100000")
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")

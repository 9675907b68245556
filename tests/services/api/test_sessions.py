"""Signing in and out, and the first account of a home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.archive import Archive
from data.settings import Settings
from orchestrator.jobs import Desk
from services.api.app import create_app
from services.api.context import Lantern
from services.api.entrance import CSRF_HEADER
from tests.data.test_passwords import QUICK
from tests.services.api.conftest import NAMES, ORIGIN, PASSWORD, Client, Served

SESSION, SETUP = "/api/v1/session", "/api/v1/setup"


def test_nobody_is_signed_in_at_first(served: Served) -> None:
    told = served.client().get(SESSION).json()
    assert told == {"account": None, "csrf": None, "first_start": False, "openid": False}


def test_who_signs_in_is_signed_in_until_they_sign_out(served: Served) -> None:
    client = served.client()
    told = client.post(SESSION, json={"name": " vera ", "password": PASSWORD}).json()
    assert told["account"] == {"id": served.ids["visitor"], "name": NAMES["visitor"], "keeper": False}
    assert client.get(SESSION).json() == told
    assert client.delete(SESSION, headers={CSRF_HEADER: told["csrf"]}).status_code == 204
    assert client.get(SESSION).json()["account"] is None
    assert not client.cookies


def test_a_session_that_was_ended_elsewhere_is_over_at_once(served: Served) -> None:
    lost, here = served.client("visitor"), served.client("visitor")
    sessions = here.get("/api/v1/account/sessions").json()["items"]
    [other] = [each["id"] for each in sessions if not each["current"]]
    assert here.delete(f"/api/v1/account/sessions/{other}").status_code == 204
    assert lost.get("/api/v1/account").status_code == 401


def test_signing_in_again_leaves_no_old_session_behind(served: Served) -> None:
    client = served.client()
    for _ in range(3):
        assert client.post(SESSION, json={"name": "Vera", "password": PASSWORD}).status_code == 201
    assert len(client.get("/api/v1/account/sessions").json()["items"]) == 1


def test_a_wrong_name_and_a_wrong_password_are_told_alike(served: Served) -> None:
    client = served.client()
    told = [
        client.post(SESSION, json={"name": name, "password": "not this one"}) for name in (NAMES["visitor"], "Nobody")
    ]
    assert told[0].status_code == told[1].status_code == 401
    assert told[0].json() == told[1].json()


def test_a_program_sees_whose_it_is_and_gets_no_token_for_pages(served: Served) -> None:
    told = served.program("visitor", "visitor").get(SESSION).json()
    assert told["account"]["name"] == NAMES["visitor"]
    assert told["csrf"] is None


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Lantern]:
    """A home in which nobody has an account."""
    home = tmp_path / "new"
    with Archive.open(home) as archive, Desk(archive) as desk:
        yield Lantern(Settings(home), archive, archive.accounts(QUICK), desk)


def secret_of(lantern: Lantern) -> str:
    link = lantern.first_start.link("http://127.0.0.1:8451/")
    assert link.startswith("http://127.0.0.1:8451/#start=")  # what stands behind # is in no log
    return link.partition("=")[2]


def test_the_link_on_the_console_makes_the_keeper_once(first: Lantern) -> None:
    client = Client(create_app(first), base_url=ORIGIN, headers={"Origin": ORIGIN})
    assert client.get(SESSION).json()["first_start"]
    asked = {"link": secret_of(first), "name": "Kay", "password": PASSWORD}
    told = client.post(SETUP, json=asked)
    assert told.status_code == 201
    assert told.json()["account"]["keeper"]
    assert client.get(SESSION).json() == told.json()
    again = Client(create_app(first), base_url=ORIGIN)
    assert again.post(SETUP, json={**asked, "name": "Eve"}).status_code == 409
    assert not again.get(SESSION).json()["first_start"]


@pytest.mark.parametrize("link", ["", "guess", "é"])
def test_without_the_link_nobody_makes_the_first_account(first: Lantern, link: str) -> None:
    client = Client(create_app(first), base_url=ORIGIN)
    assert client.post(SETUP, json={"link": link, "name": "Eve", "password": PASSWORD}).status_code == 403
    assert first.accounts.are_none()


@pytest.mark.parametrize(
    ("name", "password"),
    [("Kay", "too short"), ("", PASSWORD), ("Kay", ""), ("Kay Kestrel", "kay kestrel"), ("x" * 101, PASSWORD)],
)
def test_a_first_account_keeps_to_the_rules(first: Lantern, name: str, password: str) -> None:
    client = Client(create_app(first), base_url=ORIGIN)
    told = client.post(SETUP, json={"link": secret_of(first), "name": name, "password": password})
    assert told.status_code == 422
    assert first.accounts.are_none()


def test_another_start_has_another_link(first: Lantern, served: Served) -> None:
    assert secret_of(first) != secret_of(served.lantern)

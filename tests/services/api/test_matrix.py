"""Who may do what: every route and socket that there is, asked by everybody, in a memorial of theirs and in another."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketDenialResponse

from data.accounts import ROLES, Role
from services.api.access import Anyone, Needs, Signed
from services.api.app import PREFIX
from services.api.entrance import SAFE
from tests.services.api.conftest import Served, serve
from tests.services.api.routes import MEMORIAL, SOCKET, Way, ways

NOWHERE = "f" * 32  # a memorial that there is not

NO_ACCOUNT, TOO_LITTLE, NOTHING_THERE = 401, 403, 404
FAILED, LACKING = 500, 503  # lacking: this machine has no model, or no worker


# What is open to all, and what a visitor may change: written down once more, so that nobody opens a thing by mistake.
OPEN = {
    "GET /invitations/{secret}",
    "POST /invitations/{secret}",
    "GET /openid",
    "GET /openid/callback",
    "GET /session",
    "POST /session",
    "POST /setup",
}
VISITORS_CHANGE = {
    "POST /clips",
    "DELETE /clips/{clip_id}",
    "POST /clips/{clip_id}/anew",
    "POST /conversations",
    "DELETE /conversations/{conversation_id}",
    "SOCKET /conversations/{conversation_id}/live",
    "POST /conversations/{conversation_id}/turns",
    "POST /corrections",
    "DELETE /jobs/{job_id}",
    "POST /memory",
    "PATCH /memory/{note_id}",
    "DELETE /memory/{note_id}",
    "POST /speech",
}


@dataclass(frozen=True)
class Caller:
    """Somebody, their role in the memorial and in the other one."""

    name: str
    client: Callable[[Served], TestClient]
    own: Role | None
    other: Role | None
    signed_in: bool = True
    by_session: bool = True
    keeper: bool = False

    def __str__(self) -> str:
        return self.name


def browser(role: str | None) -> Callable[[Served], TestClient]:
    return lambda served: served.client(role, raise_server_exceptions=False)


def program(role: str, scope: Role, *, elsewhere: bool = False) -> Callable[[Served], TestClient]:
    return lambda served: served.program(
        role, scope, served.other if elsewhere else None, raise_server_exceptions=False
    )


CALLERS = (
    Caller("signed out", browser(None), None, None, signed_in=False, by_session=False),
    Caller("stranger", browser("stranger"), None, None),
    Caller("visitor", browser("visitor"), "visitor", None),
    Caller("contributor", browser("contributor"), "contributor", None),
    Caller("steward", browser("steward"), "steward", None),
    Caller("keeper", browser("keeper"), "steward", "steward", keeper=True),
    Caller("visitor's token of a steward", program("visitor", "steward"), "visitor", None, by_session=False),
    Caller("steward's token of a visitor", program("steward", "visitor"), "visitor", None, by_session=False),
    Caller(
        "steward's token of a contributor", program("steward", "contributor"), "contributor", None, by_session=False
    ),
    Caller("steward's token", program("steward", "steward"), "steward", None, by_session=False),
    Caller("keeper's token of a visitor", program("keeper", "visitor"), "visitor", "visitor", by_session=False),
    Caller("keeper's token", program("keeper", "steward"), "steward", "steward", by_session=False, keeper=True),
    Caller(
        "token of the other memorial", program("keeper", "steward", elsewhere=True), None, "steward", by_session=False
    ),
)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Home:
    """The small home; taken anew once somebody removed something from it."""

    def __init__(self, template: Path, app: FastAPI, folder: Path, caller: Caller) -> None:
        self._template, self._app, self._folder, self._caller = template, app, folder, caller
        self._held = ExitStack()
        self._again()

    def ask(self, way: Way, memorial_id: str) -> Answer:
        """What the caller is answered."""
        if way.method == SOCKET:
            return self._knock(way.url(memorial_id))
        body: Any = {} if way.method in ("POST", "PUT", "PATCH") else None
        answered = self.client.request(way.method, way.url(memorial_id), json=body, follow_redirects=False)
        if way.method == "DELETE" and answered.is_success:
            self._again()
        is_problem = answered.headers.get("Content-Type", "") == "application/problem+json"
        return Answer(answered.status_code, answered.json() if is_problem and answered.content else None)

    def close(self) -> None:
        self._held.close()

    def _knock(self, url: str) -> Answer:
        try:
            with self.client.websocket_connect(url):
                return Answer(101, None)
        except WebSocketDenialResponse as refused:
            return Answer(refused.status_code, refused.json())

    def _again(self) -> None:
        self._held.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._template, self._folder)
        self.served = serve(self._folder, "Grace Murray", "Ann Lee", self._app)
        self._held.callback(self.served.close)
        self.client = self._held.enter_context(self._caller.client(self.served))


@pytest.fixture(params=CALLERS, ids=str)
def caller(request: pytest.FixtureRequest) -> Caller:
    found: Caller = request.param
    return found


@pytest.fixture
def asked(caller: Caller, small_home: Path, small_app: FastAPI, tmp_path: Path) -> Iterator[Home]:
    home = Home(small_home, small_app, tmp_path / "home", caller)
    yield home
    home.close()


def test_every_route_says_who_may_ask(served: Served) -> None:
    unclear = {str(way): way.access for way in ways(served.app) if len(way.access) != 1}
    assert not unclear


def test_only_what_is_known_to_be_is_open_to_all(served: Served) -> None:
    found = {str(way) for way in ways(served.app) if PREFIX in way.path and isinstance(way.access[0], Anyone)}
    assert {each.replace(PREFIX, "") for each in found} == OPEN


def test_a_visitor_changes_only_what_is_known_to_be_theirs(served: Served) -> None:
    found = {
        str(way).replace(f"{PREFIX}/memorials/{{{MEMORIAL}}}", "")
        for way in ways(served.app)
        for access in way.access
        if isinstance(access, Needs) and access.role == "visitor" and way.method not in SAFE
    }
    assert found == VISITORS_CHANGE


def test_everybody_is_answered_as_their_role_allows(caller: Caller, asked: Home) -> None:
    unseen = None
    wrong = []
    for way in ways(asked.served.app):
        for name, role in (("own", caller.own), ("other", caller.other)) if way.has_memorial else (("", None),):
            answer = asked.ask(way, (asked.served.memorial if name == "own" else asked.served.other).id)
            if way.has_memorial and caller.signed_in and unseen is None:
                unseen = asked.ask(way, NOWHERE).body
            if fault := _fault(way, caller, role, answer, unseen):
                wrong.append(f"{way} {name}: {fault}, but {answer.status}")
    assert not wrong


def _fault(way: Way, caller: Caller, role: Role | None, answer: Answer, unseen: Any) -> str | None:
    """What an answer should have been, where it is something else. `unseen`: what is told of no memorial at all."""
    expected = _refusal(way, caller, role)
    if expected == NOTHING_THERE and way.method != "HEAD":
        return None if (answer.status, answer.body) == (NOTHING_THERE, unseen) else "nothing to be seen"
    if expected is not None:
        return None if answer.status == expected else f"{expected}"
    if answer.status >= FAILED and answer.status != LACKING:
        return "no failure"
    if isinstance(way.access[0], Anyone):
        return None
    return "no refusal" if answer.status in (NO_ACCOUNT, TOO_LITTLE) else None


def _refusal(way: Way, caller: Caller, role: Role | None) -> int | None:
    """The status with which the caller is refused; None where they may ask."""
    access = way.access[0]
    if isinstance(access, Anyone):
        return None
    if not caller.signed_in:
        return NO_ACCOUNT
    if isinstance(access, Signed):
        refused = (access.by_session and not caller.by_session) or (access.keeper and not caller.keeper)
        return TOO_LITTLE if refused else None
    assert isinstance(access, Needs)
    if role is None:
        return NOTHING_THERE
    return TOO_LITTLE if ROLES.index(role) < ROLES.index(access.role) else None

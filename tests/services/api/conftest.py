"""A small home as it is served, with somebody of every role in it; and one whose memorial can speak and move."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketTestSession

from data.accounts import ROLES, Accounts, Role
from data.archive import Archive, Memorial
from data.identity import Passage
from data.samples import sample
from data.settings import Settings
from data.types import Letter, Person
from orchestrator.jobs import Desk
from services.api.app import attach, create_app
from services.api.context import Lantern
from services.api.entrance import COOKIE, CSRF_HEADER, csrf_token
from services.api.throttle import Rate, Throttle
from tests.data.test_passwords import QUICK

NAMES = {"keeper": "Kay", "steward": "Sten", "contributor": "Cora", "visitor": "Vera", "stranger": "Max"}
PASSWORD = "a lamp in the window"
ORIGIN = "http://localhost"
BRISK = Rate(1_000_000, 60.0)  # tests ask faster than anybody
LETTERS = {
    "1944-a-letter.txt": (
        "1944-08-02",
        "Dear Mary,\nThe machine hums all night and I have learnt to sleep beside it.\n",
    ),
    "1947-a-moth.txt": (
        "1947-09-09",
        "Dear Mary,\nToday we found a moth in relay seventy. I taped it into the book.\n",
    ),
    "1961-to-vera.txt": ("1961-05-01", "Dear Vera,\nKeep the brass clock wound, and wear the blue coat in April.\n"),
}


class Client(TestClient):
    """Asks for sockets where it asks for everything else."""

    def websocket_connect(self, url: str, *given: Any, **options: Any) -> WebSocketTestSession:
        return super().websocket_connect(urljoin(ORIGIN.replace("http", "ws"), url), *given, **options)


@dataclass
class Served:
    """One home, served."""

    lantern: Lantern
    app: FastAPI
    memorial: Memorial
    other: Memorial  # shared with nobody
    ids: dict[str, str] = field(default_factory=dict)  # of the accounts, by role
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def accounts(self) -> Accounts:
        return self.lantern.accounts

    def client(self, role: str | None = None, **options: Any) -> TestClient:
        """A browser that is signed in as somebody of that role, or as nobody."""
        client = Client(self.app, base_url=ORIGIN, headers={"Origin": ORIGIN}, **options)
        if role is not None:
            self.sign_in(client, self.ids[role])
        return client

    def sign_in(self, client: TestClient, account_id: str) -> None:
        """Give a browser a session of an account."""
        secret = self.accounts.begin_session(account_id, "a browser")
        client.cookies.set(COOKIE, secret)
        client.headers[CSRF_HEADER] = csrf_token(secret)

    def program(self, role: str, scope: Role, memorial: Memorial | None = None, **options: Any) -> TestClient:
        """A program with a token of somebody of that role."""
        only = None if memorial is None else memorial.id
        secret, _ = self.accounts.add_token(self.ids[role], "a program", scope, only, None)
        return Client(self.app, base_url=ORIGIN, headers={"Authorization": f"Bearer {secret}"}, **options)

    def url(self, path: str = "", memorial: Memorial | None = None) -> str:
        """That of something in the memorial, or in another one."""
        return f"/api/v1/memorials/{(memorial or self.memorial).id}{path}"

    def close(self) -> None:
        self._open.close()


def serve(home: Path, memorial: str, other: str, app: FastAPI | None = None) -> Served:
    """The home at `home`, with the memorials of these names, by an application of its own or one that served before."""
    held = ExitStack()
    archive = held.enter_context(Archive.open(home))
    desk = held.enter_context(Desk(archive))
    lantern = Lantern(Settings(home), archive, archive.accounts(QUICK), desk, Throttle(BRISK, BRISK))
    roles = {name: role for role, name in NAMES.items()}
    ids = {roles[account.name]: account.id for account in lantern.accounts.all()}
    if app is None:
        app = create_app(lantern)
    else:
        attach(app, lantern)
    held.callback(app.state.house.close)
    return Served(lantern, app, archive.find(memorial), archive.find(other), ids, held)


def people(archive: Archive, memorial: Memorial) -> None:
    """Somebody of every role in it, and a stranger, whose memorial is no more."""
    accounts = archive.accounts(QUICK)
    accounts.found(NAMES["keeper"], PASSWORD)
    gone = archive.create(Person("Nobody", None, None, "en"))
    for role in ROLES:
        secret, _ = archive.members(memorial.id).invite(role, NAMES[role])
        assert accounts.join(secret, NAMES[role], PASSWORD)
    secret, _ = archive.members(gone.id).invite("visitor", NAMES["stranger"])
    assert accounts.join(secret, NAMES["stranger"], PASSWORD)
    archive.remove(gone.id)


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a memorial of three letters, an empty one, and the accounts."""
    home = tmp_path_factory.mktemp("served") / "home"
    with Archive.open(home) as archive:
        memorial = archive.create(Person("Grace Murray", "1906-12-09", "1992-01-01", "en"))
        with archive.adding(memorial.id) as adding:
            for file, (date, text) in LETTERS.items():
                adding.add_passages([Passage(Letter(file, text, date))], text.encode())
        archive.create(Person("Ann Lee", None, None, "en"))
        people(archive, memorial)
        with Desk(archive):
            pass
    return home


@pytest.fixture(scope="session")
def small_app(small_home: Path) -> FastAPI:
    """One application for all tests that serve the small home, one after the other: its routes take long to build."""
    served = serve(small_home, "Grace Murray", "Ann Lee")
    served.close()
    return served.app


@pytest.fixture
def served(small_home: Path, small_app: FastAPI, tmp_path: Path) -> Iterator[Served]:
    """The small home as it is served: without a portrait and a voice."""
    shutil.copytree(small_home, tmp_path / "home")
    served = serve(tmp_path / "home", "Grace Murray", "Ann Lee", small_app)
    yield served
    served.close()


@pytest.fixture(scope="session")
def talking_home(sample_home: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the sample memorial, which has a portrait and a voice, with the accounts."""
    home = tmp_path_factory.mktemp("talking") / "home"
    shutil.copytree(sample_home[0] / "home", home)
    with Archive.open(home) as archive:
        people(archive, archive.find(sample("hopper").person.name))
    return home


@pytest.fixture(scope="module")
def talking(talking_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample memorial as it is served; the tests of a module share it."""
    home = tmp_path_factory.mktemp("module") / "home"
    shutil.copytree(talking_home, home)
    served = serve(home, sample("hopper").person.name, "Ann Lee")
    yield served
    served.close()

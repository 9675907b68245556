"""`lantern serve` as a family starts it: a process of its own, on a free port, with the worker beside it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from data.archive import Archive
from data.errors import Refused
from data.settings import Settings
from orchestrator.job import Kind
from orchestrator.jobs import Desk
from services.serving import Place, check, serve
from tests.services.api.conftest import NAMES, PASSWORD

ROOT = Path(__file__).parents[3]
WAIT_S = 60.0
WAITED_FOR = ("-c", "import sys; from services.__main__ import main; sys.exit(main())")  # for every thread of it


@dataclass
class Process:
    """A running service, and the lines that it printed."""

    running: "subprocess.Popen[str]"
    lines: list[str]

    @property
    def address(self) -> str:
        return self.lines[0].rpartition(" ")[2].rstrip("/")

    @property
    def worker(self) -> psutil.Process | None:
        """The one beside it; it may just be dying."""
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.running.pid).children():
                if "worker" in child.cmdline():
                    return child
        return None

    @property
    def is_ready(self) -> bool:
        return self.get("/readyz").status_code == 200

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.address + path, timeout=WAIT_S)

    def ended(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """How it ends on a signal: its code, and what it said last."""
        self.running.send_signal(number)
        _, said = self.running.communicate(timeout=WAIT_S)
        return self.running.returncode, said


@contextmanager
def serving(home: Path, *options: str, by: tuple[str, str] = ("-m", "services")) -> Iterator[Process]:
    running = subprocess.Popen(
        [sys.executable, *by, "serve", "--port", "0", *options],
        env={"PATH": os.environ["PATH"], "HOME": str(home.parent), "LANTERN_HOME": str(home)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        assert running.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "Ctrl-C ends it.":
            line = running.stdout.readline()
            assert line, running.communicate()[1]
            lines.append(line.rstrip("\n"))
        yield Process(running, lines)
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=WAIT_S)


def becomes(true: Callable[[], Any]) -> Any:
    """What it gives once that is something."""
    until = time.monotonic() + WAIT_S
    while not (found := true()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


@pytest.fixture
def home(small_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_home, tmp_path / "home"))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One that was started for the first time."""
    with serving(tmp_path_factory.mktemp("first") / "home") as service:
        yield service


def test_the_first_start_shows_the_link_with_which_the_home_gets_its_keeper(service: Process) -> None:
    assert len(service.lines) == 3
    address, _, secret = service.lines[1].rpartition(": ")[2].partition("/#start=")
    assert address == service.address
    told = {"link": secret, "name": "Kay", "password": PASSWORD}
    made = httpx2.post(f"{address}/api/v1/setup", json=told, headers={"Origin": address}, timeout=WAIT_S)
    assert made.status_code == 201, made.text


def test_it_lives_and_gets_ready_with_its_worker(service: Process) -> None:
    assert service.get("/healthz").json() == {"status": "alive"}
    becomes(lambda: service.is_ready)
    assert set(service.get("/readyz").json()["checks"].values()) == {"ok"}


def test_a_taken_port_is_said_in_one_line(service: Process, home: Path) -> None:
    port = int(service.address.rpartition(":")[2])
    with Archive.open(home) as archive, pytest.raises(Refused, match=f"port {port} is taken"):
        serve(archive, Settings(home), Place(port), opened=print, debug=False)


def test_a_worker_that_dies_is_begun_again(service: Process) -> None:
    first = becomes(lambda: service.worker)
    first.kill()
    becomes(lambda: (found := service.worker) is not None and found.pid != first.pid)
    becomes(lambda: service.is_ready)


def test_ctrl_c_tells_who_talks_and_who_follows_a_job_and_ends_the_worker(home: Path) -> None:
    with Archive.open(home) as archive, Desk(archive) as desk:
        endless = desk.enqueue(Kind("endless", lambda _: None, limit_s=60), archive.memorials()[0].id, {})
    with serving(home, by=WAITED_FOR) as service:
        assert len(service.lines) == 2  # this home has its keeper
        worker = becomes(lambda: service.worker)
        with talking(service) as socket, following(service, endless) as told:
            code, said = service.ended()
            with pytest.raises(ConnectionClosed) as closed:
                drained(socket)
            assert list(told)[-1] == ""  # it ended as it should
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    unlogged = [line for line in said.splitlines() if not line.startswith("{")]
    assert (code, unlogged) == (130, ["lantern: stopped; nothing half-done is left"])
    assert '"fault"' not in said
    assert not worker.is_running()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda each: each.name)
def test_no_thread_outlives_the_service_once_it_answered(home: Path, number: signal.Signals) -> None:
    with serving(home, by=WAITED_FOR) as service:
        service.get("/api/v1/session").raise_for_status()  # answered by a thread of the pool
        assert service.ended(number)[0] == 130


def test_a_killed_service_takes_its_worker_along_and_another_one_goes_on(home: Path) -> None:
    with serving(home) as first:
        worker = becomes(lambda: first.worker)
        becomes(lambda: first.is_ready)
        with serving(home) as second:
            assert second.is_ready  # the first one's worker does its work
            first.running.kill()
            becomes(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
            becomes(lambda: second.is_ready)


@contextmanager
def signed_in(service: Process, role: str) -> Iterator[tuple[httpx2.Client, str]]:
    """A browser, and the path of the memorial."""
    told = {"name": NAMES[role], "password": PASSWORD}
    with httpx2.Client(base_url=service.address, headers={"Origin": service.address}, timeout=WAIT_S) as browser:
        session = browser.post("/api/v1/session", json=told).json()
        browser.headers["X-CSRF-Token"] = session["csrf"]
        yield browser, f"/api/v1/memorials/{browser.get('/api/v1/memorials').json()['items'][0]['id']}"


@contextmanager
def following(service: Process, job_id: str) -> Iterator[Iterator[str]]:
    """The lines that a contributor is told of a job, once the first came."""
    with (
        signed_in(service, "contributor") as (browser, memorial),
        browser.stream("GET", f"{memorial}/jobs/{job_id}/events") as told,
    ):
        lines = told.iter_lines()
        assert next(lines) == "event: progress"
        yield lines


@contextmanager
def talking(service: Process) -> Iterator[ClientConnection]:
    """A visitor's open conversation."""
    with signed_in(service, "visitor") as (browser, memorial):
        talk = browser.post(f"{memorial}/conversations", json={})
        assert talk.status_code == 201, talk.text
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    url = f"{service.address.replace('http', 'ws')}{memorial}/conversations/{talk.json()['id']}/live"
    with connect(url, origin=Origin(service.address), additional_headers={"Cookie": cookie}) as socket:
        assert json.loads(socket.recv())["type"] == "ready"
        yield socket


def drained(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=WAIT_S)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_nothing_but_this_machine_is_served_without_tls(host: str) -> None:
    with pytest.raises(Refused, match="--lan"):
        check(Place(0, host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.2.1"])
def test_this_machine_is_served_without_tls(host: str) -> None:
    check(Place(0, host))

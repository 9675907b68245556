"""A hundred visitors who only look at the portrait: what their sockets cost the server, in memory and in work."""

import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]
from websockets.sync.client import connect

from data.archive import Archive
from data.samples import sample
from tests.services.conftest import sample_home  # noqa: F401 — a fixture
from tests.services.pages.conftest import served

VISITORS, WINDOWS = 10, 10
LOOKED_S = 20.0


def test_a_hundred_who_are_idle(sample_home: tuple[Path, Any], tmp_path: Path) -> None:  # noqa: F811
    home = tmp_path / "home"
    shutil.copytree(sample_home[0] / "home", home)
    memorial_id, tokens = _visitors(home)
    with served(home) as house, ExitStack() as open_:
        server = _server_of(house.address)
        _come_in(house.address, memorial_id, tokens[0], open_)  # the engines are loaded, the loops are rendered
        _settle(server)
        before_mb = server.memory_info().rss / 2**20
        for token in tokens:
            for _ in range(WINDOWS):
                _come_in(house.address, memorial_id, token, open_)
        _settle(server)
        busy_s = _busy_s(server)
        time.sleep(LOOKED_S)
        busy_s = _busy_s(server) - busy_s
        more_mb = server.memory_info().rss / 2**20 - before_mb
    many = VISITORS * WINDOWS
    print(f"\n{many} idle: {more_mb / many:.2f} MiB each, {busy_s / LOOKED_S:.1%} of one core together")


def _visitors(home: Path) -> tuple[str, Sequence[str]]:
    """The sample memorial, and a token of each who was invited to it."""
    with Archive.open(home) as archive:
        memorial = archive.find(sample("hopper").person.name)
        accounts, members = archive.accounts(), archive.members(memorial.id)
        accounts.found("Kay", "a lamp in the window")
        tokens = []
        for number in range(VISITORS):
            secret, _ = members.invite("visitor", f"cousin {number}")
            joined = accounts.join(secret, f"cousin {number}", "a lamp in the window")
            assert joined is not None
            tokens.append(accounts.add_token(joined[0].id, "a window", "visitor", None, None)[0])
    return memorial.id, tokens


def _come_in(address: str, memorial_id: str, token: str, open_: ExitStack) -> None:
    bearer, place = {"Authorization": f"Bearer {token}"}, f"api/v1/memorials/{memorial_id}/conversations"
    begun = httpx2.post(f"{address}{place}", headers=bearer, timeout=60)
    assert begun.status_code == 201, begun.text
    url = f"{address}{place}/{begun.json()['id']}/live".replace("http", "ws", 1)
    socket = open_.enter_context(connect(url, additional_headers=bearer))
    assert "ready" in str(socket.recv(timeout=10))


def _server_of(address: str) -> psutil.Process:
    port = int(address.rstrip("/").rpartition(":")[2])
    for process in psutil.Process().children(recursive=True):
        if any(each.laddr.port == port and each.status == psutil.CONN_LISTEN for each in process.net_connections()):
            return process
    raise AssertionError(f"nobody listens at {address}")


def _settle(server: psutil.Process) -> None:
    """Until what was begun in the background is done."""
    quiet_s, busy_s = 0, _busy_s(server)
    while quiet_s < 3:
        time.sleep(1)
        now_s = _busy_s(server)
        quiet_s, busy_s = (quiet_s + 1 if now_s - busy_s < 0.1 else 0), now_s


def _busy_s(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)

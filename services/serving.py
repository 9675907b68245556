"""The service from its opening to its end: one process with the application, and the worker beside it.

It listens on this machine alone, or in the house over TLS; nothing it serves leaves a machine in the clear. At its end
who talks or follows a job is told, what is being answered is dropped, and the worker leaves its job for the next one.
Knows no route and prints nothing.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final

import uvicorn

from data.archive import Archive
from data.errors import Refused
from data.settings import Settings
from orchestrator.jobs import Desk
from services import certificate, logs
from services.api.app import create_app
from services.api.context import Lantern
from services.api.guarding import Guard, Limits
from services.api.job_events import Watches
from services.beside import Beside
from services.certificate import Issued
from services.heap import share_arenas
from services.punctual import Punctual
from services.whereabouts import ITSELF, OWN_NAMES, Whereabouts

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 — over TLS, and to private addresses alone
CONNECTIONS: Final = 500  # at once; a system allows a process some thousand open files
HEAD_BYTES: Final = 32_768
MESSAGE_BYTES: Final = 65_536  # of a socket: a line of 2,000 characters, with room
PING_S: Final = 20.0
GRACE_S: Final = 1  # for answers that are on their way
FAREWELL_S: Final = 0.5  # for the conversations and the followers to be told
ENDS_WITHIN_S: Final = 1.5  # whatever is still under way then
TENDED_EVERY_S: Final = 1
LOOKED_EVERY_S: Final = 60.0  # at the addresses of this machine


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen. In the house it takes TLS, so that a host of one's own is this machine or needs `in_house`."""

    port: int
    host: str = str(ITSELF)
    in_house: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What the family is told once it listens. The first start's link is there while there is no account."""

    address: str
    others: tuple[str, ...]  # that lead to the same
    fingerprint: str | None  # of the authority, in the house
    first_start: str | None


class Door:
    """The certificate of the house, kept up to date while it is served."""

    def __init__(self, archive: Archive) -> None:
        self._root = archive.home.root
        self.here = Whereabouts.look()
        self.issued = self._renewed()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.load_cert_chain(self.issued.file)
        self._look_at = time.monotonic() + LOOKED_EVERY_S

    def tend(self) -> None:
        """Take up another address, and another certificate before the old one ends."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOKED_EVERY_S
        self.here = Whereabouts.look()
        before, self.issued = self.issued, self._renewed()
        if before.served.certificate != self.issued.served.certificate:
            self.context.load_cert_chain(self.issued.file)  # for connections from now on
            logs.tell("certificate-renewed")

    def is_ours(self, name: str) -> bool:
        """Whether a browser may ask for this machine by that name."""
        return name in self.here.names

    def _renewed(self) -> Issued:
        return certificate.issued(self._root, self.here, datetime.now(UTC))


def check(place: Place) -> None:
    """Raises `Refused` for a place where words and passwords would go through the house in the clear."""
    if place.in_house or place.host == "localhost":
        return
    try:
        is_here = ip_address(place.host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise Refused(
            f"--host {place.host} would send passwords and words unencrypted through the network: give --lan, which "
            "serves the house over TLS"
        )


def serve(archive: Archive, settings: Settings, place: Place, opened: Callable[[Opened], None], *, debug: bool) -> None:
    """Serve a home until Ctrl-C. Raises `Refused` where the place cannot be had."""
    check(place)
    share_arenas()
    with _listening(place) as listener, logs.written(archive.home.logs, debug=debug), Desk(archive) as desk:
        lantern = Lantern(settings, archive, archive.accounts(), desk)
        door = Door(archive) if place.in_house else None
        is_ours = OWN_NAMES.__contains__ if door is None else door.is_ours
        guard = Guard(create_app(lantern), Limits(is_ours, only_near=place.in_house))
        server = Server(guard, lantern.watches, Beside(archive.home.root), door)
        opened(_told(lantern, door, listener.getsockname()[1]))
        try:
            server.run_on(listener)
        finally:
            server.beside.stop()
            logs.tell("closed")


class Server(uvicorn.Server):
    """uvicorn's own, with the worker beside it, and a farewell."""

    def __init__(self, guard: Guard, watches: Watches, beside: Beside, door: Door | None) -> None:
        self.beside = beside
        self._guard = guard
        self._watches = watches
        self._door = door
        super().__init__(
            uvicorn.Config(
                guard,
                loop="asyncio",
                http=Punctual,
                ws="websockets-sansio",
                ws_max_size=MESSAGE_BYTES,
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                ws_per_message_deflate=False,  # film does not shrink, and every socket would hold a dictionary
                log_config=None,
                access_log=False,  # with paths; ours has templates
                proxy_headers=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                h11_max_incomplete_event_size=HEAD_BYTES,
                timeout_graceful_shutdown=GRACE_S,
                callback_notify=self._tend,
                timeout_notify=TENDED_EVERY_S,
                ssl_context_factory=None if door is None else lambda _config, _default: door.context,
            )
        )

    def run_on(self, listener: socket.socket) -> None:
        """Serve until a signal comes, which is then raised again. What still computes in a thread is not waited for."""
        hung_up = signal.signal(signal.SIGHUP, lambda _number, frame: self.handle_exit(signal.SIGTERM, frame))
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self.serve([listener]))
        finally:
            signal.signal(signal.SIGHUP, hung_up)
            loop.run_until_complete(asyncio.sleep(0))  # what ends the threads of the routes is told once serving ended

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the worker, the conversations and who follows a job, then end as uvicorn does."""
        self.beside.ask_to_stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(self._guard.farewell(), self._watches.close()), FAREWELL_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(super().shutdown(sockets), ENDS_WITHIN_S)

    async def _tend(self) -> None:
        self.beside.tend()
        if self._door is not None:
            self._door.tend()


@contextmanager
def _listening(place: Place) -> Iterator[socket.socket]:
    host = EVERYWHERE if place.in_house and place.host == str(ITSELF) else place.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, place.port))
            listener.listen()
        except OSError as err:
            raise Refused(_unavailable(err, host, place.port)) from err
        yield listener


def _unavailable(err: OSError, host: str, port: int) -> str:
    if err.errno == errno.EADDRINUSE:
        return f"port {port} is taken: Lantern may be open already; close that, or give another one with --port"
    if err.errno == errno.EACCES:
        return f"port {port} is kept for the system: give one above 1023 with --port"
    return f"{host} is no address of this machine: leave --host out"


def _told(lantern: Lantern, door: Door | None, port: int) -> Opened:
    here = f"{'http' if door is None else 'https'}://{ITSELF}:{port}/"
    link = None if lantern.accounts.all() else lantern.first_start.link(here)
    if door is None:
        return Opened(here, (), None, link)
    hosts = [*map(str, door.here.addresses), door.here.local_name] if door.here.addresses else [str(ITSELF)]
    first, *others = [f"https://{host}:{port}/" for host in hosts]
    return Opened(first, tuple(others), door.issued.authority.fingerprint, link)

"""What every request may use, built once when the service starts. Knows no route."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from fastapi import Request, WebSocket
from starlette.requests import HTTPConnection

from data.accounts import Accounts
from data.archive import Archive
from data.settings import Settings
from orchestrator.jobs import Desk
from services.api.few import Few
from services.api.first_start import FirstStart
from services.api.job_events import Watches
from services.api.seen_faces import SeenFaces
from services.api.throttle import Throttle
from services.openid import OpenId


@dataclass(frozen=True, slots=True)
class Lantern:
    """One opened home, served."""

    settings: Settings
    archive: Archive
    accounts: Accounts
    desk: Desk
    throttle: Throttle = field(default_factory=Throttle)
    first_start: FirstStart = field(default_factory=FirstStart)
    openid: OpenId = field(default_factory=OpenId)
    watches: Watches = field(default_factory=Watches)
    few: Few = field(default_factory=Few)
    faces: SeenFaces = field(default_factory=SeenFaces)
    founding: Lock = field(default_factory=Lock)  # held while it is seen whether a sample is there, and made if not


def lantern_of(connection: HTTPConnection) -> Lantern:
    """That of the application which a request or a socket came to."""
    lantern: Lantern = connection.app.state.lantern
    return lantern


def of_request(request: Request) -> Lantern:
    """The same, as a dependency of a route."""
    return lantern_of(request)


def of_socket(socket: WebSocket) -> Lantern:
    """The same, as a dependency of a socket's route."""
    return lantern_of(socket)

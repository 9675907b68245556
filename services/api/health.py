"""How the service is: for whoever watches over it. Tells states and numbers, and nothing of anybody."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from data.errors import LanternError, NoRoom, NotReady
from data.home import Home
from services import metrics
from services.api.access import Anybody, NearOrKeeper
from services.api.context import Lantern, of_request
from services.doctor import FREE_MB

router = APIRouter(tags=["health"])

NUMBERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {}}, "description": "For Prometheus"}
}
ENDED_JOBS: Final = 1_000  # of those that have ended, the latest are counted


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Whether it can do its work; each check is `ok`, or the name of what is wrong."""

    ready: bool
    checks: dict[str, str] = Field(
        examples=[{"home": "ok", "database": "ok", "disk": "ok", "worker": "NotReady"}],
    )


@router.get("/healthz")
def healthz(_: Anybody) -> Alive:
    """Whether the process lives."""
    return Alive()


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "Something is not ready"}})
def readyz(request: Request, _: Anybody) -> JSONResponse:
    """Whether it can do its work: the home opens, its database answers, its disk has room, a worker is there."""
    lantern = of_request(request)
    checks = {name: _checked(check, lantern) for name, check in CHECKS.items()}
    told = Ready(ready=all(each == "ok" for each in checks.values()), checks=checks)
    return JSONResponse(told.model_dump(), 200 if told.ready else 503)


@router.get("/metrics", response_class=Response, responses=NUMBERS)
def metrics_(request: Request, _: NearOrKeeper) -> Response:
    """Counts and times as Prometheus reads them, from this machine itself or with a keeper's token."""
    standings = of_request(request).desk.standings(ENDED_JOBS)
    states = Counter[str](each.state for each in standings)
    return Response(metrics.exposition(states), headers={"Content-Type": metrics.CONTENT_TYPE})


def _home(lantern: Lantern) -> None:
    Home.peek(lantern.archive.home.root)


def _database(lantern: Lantern) -> None:
    lantern.archive.check()


def _disk(lantern: Lantern) -> None:
    if shutil.disk_usage(lantern.archive.home.root).free < FREE_MB * 2**20:
        raise NoRoom("the home folder's disk is nearly full")


def _worker(lantern: Lantern) -> None:
    if not lantern.archive.home.somebody_works():
        raise NotReady("nobody does the long work of this home")


CHECKS: Mapping[str, Callable[[Lantern], None]] = {
    "home": _home,
    "database": _database,
    "disk": _disk,
    "worker": _worker,
}


def _checked(check: Callable[[Lantern], None], lantern: Lantern) -> str:
    try:
        check(lantern)
    except (LanternError, OSError) as err:
        return type(err).__name__
    return "ok"

"""The application: its routes, its errors, its documentation. Knows every router, and nothing of what they do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI

from services.api import (
    account,
    clips,
    documentation,
    doubtful,
    faces,
    health,
    invitations,
    jobs,
    letters,
    members,
    memorials,
    memory,
    openid,
    pages,
    portrait,
    problems,
    sessions,
    sources,
    speech,
    trust,
    tuning,
    uploads,
    visitors,
    voice,
)
from services.api.context import Lantern
from services.api.guarding import BODY_BYTES
from services.country import country
from services.live import conversations, socket
from services.live.house import House

PREFIX = "/api/v1"
REFUSALS = (400, 401, 403, 404, 422, 429, 503, 507)  # of any route: who asks, what for, and the machine's own


def routers() -> tuple[APIRouter, ...]:
    """All of them, in the order of the documentation."""
    return (
        sessions.router,
        account.router,
        invitations.router,
        openid.router,
        members.router,
        memorials.router,
        uploads.router,
        sources.router,
        letters.router,
        doubtful.router,
        portrait.router,
        faces.router,
        speech.router,
        jobs.router,
        conversations.router,
        socket.router,
        voice.router,
        tuning.router,
        visitors.router,
        memory.router,
        clips.router,
    )


def unversioned() -> tuple[APIRouter, ...]:
    """What stands beside the API: how the service is, what a house needs to trust it, and the pages."""
    return (health.router, trust.router, pages.router)


def create_app(lantern: Lantern) -> FastAPI:
    """The application over one opened home."""
    app = FastAPI(
        title="Lantern",
        version="1",
        description=documentation.DESCRIPTION,
        openapi_tags=documentation.tags(),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        max_body_size=BODY_BYTES,
        lifespan=_open,
    )
    problems.install(app)
    for router in routers():
        app.include_router(router, prefix=PREFIX, responses=problems.responses(*REFUSALS))
    for router in unversioned():
        app.include_router(router)
    documentation.tell_access(app)
    attach(app, lantern)
    return app


def attach(app: FastAPI, lantern: Lantern) -> None:
    """Let an application serve this home."""
    app.state.lantern = lantern
    app.state.house = House(lantern.archive, country(os.environ))


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    """While the service runs; conversations that are under way end with it."""
    yield
    await to_thread.run_sync(app.state.house.close)

"""`Idempotency-Key`: a request that creates something or starts work may be sent again, and is done once.

    router = APIRouter(tags=["…"], route_class=Idempotent)

Every POST of such a router takes the header. The same key with the same body gives the same answer again, marked by
`Idempotency-Replayed: true`; with another body it is refused with 422, and with 409 while the first is still being
answered. What failed may be sent again under its key. Answers are kept for a day; those that hold a secret must not be,
so that their routes stand in a router without this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from data.answered import Answered, Asked, Reply
from services.api import problems
from services.api.access import member_of
from services.api.context import lantern_of
from services.api.entrance import count, grant_of
from services.api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATTERN = r"^[\x21-\x7e]{1,200}$"
KEPT_HEADERS = ("location", "content-type", "etag")

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def _key(
    _: Annotated[
        str | None,
        Header(
            alias=HEADER,
            pattern=PATTERN,
            description="Random and new for each thing to be done; sent again with the same body, it is done once.",
            examples=["0b9f4c1e-8a52-4f0e-9c55-6b1f6d3a2c77"],
        ),
    ] = None,
) -> None:
    """Only documents and checks the header: what is done with it happens around the whole route."""


class Idempotent(APIRoute):
    """The class of routes whose POSTs take the header."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        if "POST" in (given.get("methods") or ()):
            given["dependencies"] = [*(given.get("dependencies") or ()), Depends(_key)]
            given["responses"] = {**problems.responses(409), **(given.get("responses") or {})}
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Handle:
        """The route's own, done once for each key."""
        handle: Handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            asked = await _asked(request)
            return await handle(request) if asked is None else await _once(request, asked, handle)

        return once


async def _asked(request: Request) -> Asked | None:
    """The request as one with a key; None where it has none, or where the route will refuse it anyway."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None or not re.fullmatch(PATTERN, key):
        return None
    body = await request.body()
    return await run_in_threadpool(_by_whom, request, key, body)


def _by_whom(request: Request, key: str, body: bytes) -> Asked | None:
    """An answer is given again only to those who may still ask."""
    grant = grant_of(request)
    if grant is None:
        return None
    count(request, grant)
    memorial_id = request.path_params.get("memorial_id")
    if memorial_id is not None:
        member_of(request, grant, memorial_id)
    what = request.url.path + "?" + request.url.query
    return Asked(grant.account.id, what, key, body, memorial_id)


async def _once(request: Request, asked: Asked, handle: Handle) -> Response:
    answered = lantern_of(request).archive.answered()
    begun = await run_in_threadpool(answered.begin, asked)
    if isinstance(begun, Reply):
        return Response(begun.body, begun.status, {**begun.headers, REPLAYED: "true"})
    if begun == "another":
        raise Problem(422, "key-used", f"this {HEADER} stands for another request: take a new one")
    if begun == "open":
        raise Problem(409, "still-answering", "the first request with this key is still being answered: ask again soon")
    try:
        response = await handle(request)
    except BaseException:
        await run_in_threadpool(answered.drop, asked)
        raise
    await run_in_threadpool(_keep, answered, asked, response)
    return response


def _keep(answered: Answered, asked: Asked, response: Response) -> None:
    body = bytes(response.body).decode()
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answered.end(asked, Reply(response.status_code, body, headers))

"""Names for what a resource says at one moment, so that nobody fetches it twice or writes over what another changed.

A route that gives a resource declares `if_none_match: IfNoneMatch = None` and returns `reply(if_none_match, body)`; one
that changes it declares `if_match: IfMatch = None` and calls `check(if_match, tag(before))`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from services.api.problems import Problem

TAG_CHARS = 32

IfNoneMatch = Annotated[str | None, Header(description="An ETag: 304 where that is still what there is.")]
IfMatch = Annotated[str | None, Header(description="An ETag: 412 where that is not what there is any more.")]


def tag(told: BaseModel | Mapping[str, Any] | bytes | str) -> str:
    """The strong ETag of a resource; of a file, give what its content hangs on."""
    return f'"{sha256(told if isinstance(told, bytes) else _text(told).encode()).hexdigest()[:TAG_CHARS]}"'


def reply(if_none_match: str | None, body: BaseModel, headers: Mapping[str, str] | None = None) -> Response:
    """The resource with its ETag, or 304."""
    now = tag(body)
    tagged = {"ETag": now, "Cache-Control": "private, no-cache", **(headers or {})}
    if matches(if_none_match, now):
        return Response(status_code=304, headers=tagged)
    return JSONResponse(body.model_dump(mode="json"), headers=tagged)


def check(if_match: str | None, now: str) -> None:
    """Raises 412 where somebody else changed it meanwhile; who does not say what they saw is not asked."""
    if if_match is not None and not matches(if_match, now):
        raise Problem(412, "changed", "somebody changed this meanwhile: fetch it again", {"ETag": now})


def matches(told: str | None, now: str) -> bool:
    """Whether a list of ETags, or `*`, has the one of now; a weak one names the same thing (RFC 9110, 13.1.2)."""
    if told is None:
        return False
    given = [each.strip().removeprefix("W/") for each in told.split(",")]
    return "*" in given or now in given


def _text(told: BaseModel | Mapping[str, Any] | str) -> str:
    if isinstance(told, BaseModel):
        return told.model_dump_json()
    return told if isinstance(told, str) else json.dumps(told, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)

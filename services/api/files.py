"""Files over HTTP: whole, or the part that a player asks for (RFC 9110, 13 and 14). Knows bytes, and not what they are.

A file of the vault is checked out for the time of the handler: it is opened before the response begins, and what was
opened can be read to its end after its name is gone.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.api.etags import matches
from services.api.problems import Problem

PIECE_BYTES = 262_144
RANGE = re.compile(r"bytes=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*", re.ASCII)
SEVERAL = re.compile(r"bytes=[-\d \t]+(,[-\d \t]*)+", re.ASCII)

Handler = TypeVar("Handler", bound=Callable[..., Any])


def file_response(
    request: Request, content: bytes | Path, media_type: str, etag: str, filename: str | None = None
) -> Response:
    """The file, or the one range that is asked for, or 304. Where there is a `filename`, browsers save it under that.

    Several ranges in one request are refused with 416, as nothing that plays or saves needs them.
    """
    opened = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    try:
        size = opened.seek(0, os.SEEK_END)
        headers = _headers(etag, filename)
        if matches(request.headers.get("if-none-match"), etag):
            opened.close()
            return Response(status_code=304, headers=headers)
        wanted = _wanted(request, etag, size)
    except BaseException:
        opened.close()
        raise
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        opened.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_pieces(opened, start, end), status, headers, media_type)


def get_and_head(router: APIRouter, path: str, **documented: Any) -> Callable[[Handler], Handler]:
    """Decorates the route of a file: GET, and the same by HEAD, which tells a player how long it is."""

    def add(handler: Handler) -> Handler:
        router.add_api_route(path, handler, methods=["GET"], response_class=Response, **documented)
        router.add_api_route(path, handler, methods=["HEAD"], response_class=Response, include_in_schema=False)
        return handler

    return add


def documented(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """What the route of a file declares of its answers, beside the problems of its own."""
    content = {each: {"schema": {"type": "string", "format": "binary"}} for each in media_types}
    return {
        200: {"description": "The file", "content": content},
        206: {"description": "The range that was asked for", "content": content},
        304: {"description": "Not modified"},
    }


_SAFE: Final = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


def _headers(etag: str, filename: str | None) -> dict[str, str]:
    told = {**_SAFE, "ETag": etag}
    if filename is not None:
        plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename)
        told["Content-Disposition"] = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='', errors='replace')}"
        )
    return told


def _wanted(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None for all of it, as where the part is of another version of the file."""
    told, only_of = request.headers.get("range"), request.headers.get("if-range")
    if told is None or (only_of is not None and only_of != etag):
        return None
    if SEVERAL.fullmatch(told):
        raise _unsatisfied("several ranges in one request are not served: ask for one at a time", size)
    found = RANGE.fullmatch(told)
    if found is None:
        return None  # another unit, or not a range: RFC 9110 has it ignored
    first, last, suffix = found.groups()
    start = max(0, size - int(suffix)) if first is None else int(first)
    end = min(size, int(last) + 1) if last else size
    if first is not None and last and int(last) < int(first):
        return None
    if start >= end:
        raise _unsatisfied(f"the file has {size:,} bytes: nothing of it lies in that range", size)
    return start, end


def _unsatisfied(detail: str, size: int) -> Problem:
    return Problem(416, "range-not-satisfiable", detail, {"Content-Range": f"bytes */{size}"})


def _pieces(opened: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with opened:
        opened.seek(start)
        left = end - start
        while left and (piece := opened.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece

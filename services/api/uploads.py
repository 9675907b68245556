"""Files on their way in, a piece at a time: begun, asked how far they are, gone on with. Knows no kind of file.

After tus 1.0 (https://tus.io/protocols/resumable-upload): `HEAD` tells the offset, `PATCH` sends what comes there. A
piece is taken whole or not at all, and counted while it comes; nothing is held while one is waited for.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from data.uploads import KEPT, LARGEST_BYTES, LEAST_PIECE_BYTES, NAME_CHARS, PIECE_BYTES, Upload, Uploads, check_place
from services.api import problems
from services.api.access import AsContributor, Member
from services.api.idempotency import Idempotent
from services.api.paging import Page, Paged
from services.api.problems import Problem

PIECE_TYPE: Final = "application/offset+octet-stream"

router = APIRouter(prefix="/memorials/{memorial_id}/uploads", tags=["uploads"], route_class=Idempotent)

UploadId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of an upload.")]


class NewUpload(BaseModel):
    """A file that shall come. Its name is told to the family, and opens nothing."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description=f"Without folders, {NAME_CHARS} characters at most.", examples=["letter.txt"])
    size: int = Field(description=f"Bytes, {LARGEST_BYTES:,} at most.", examples=[2_048])
    sha256: str | None = Field(
        None,
        description="Of the whole file, as hexadecimal digits: what comes is held against it.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


class UploadBody(BaseModel):
    """A file of which `offset` bytes are here."""

    id: str = Field(examples=["5b1c0b8e6f5d4f0c9a3e7d2c1b0a9f8e"])
    name: str = Field(examples=["letter.txt"])
    size: int = Field(examples=[2_048])
    offset: int = Field(examples=[1_024])
    whole: bool = Field(description="All of it is here, and may be added.")
    ends_at: datetime = Field(description=f"Then it goes, unless more of it comes: after {KEPT.days} days.")


@router.post("", status_code=201, summary="Begin one", responses=problems.responses(413))
def begin(given: NewUpload, member: AsContributor, response: Response) -> UploadBody:
    """Before any of its bytes; whether there is room for it is said now."""
    upload = _uploads(member).begin(member.grant.account.id, given.name, given.size, given.sha256)
    response.headers["Location"] = f"/api/v1/memorials/{member.memorial.id}/uploads/{upload.id}"
    response.headers.update(_headers(upload))
    return _body(upload)


@router.get("", summary="One's own")
def all_(member: AsContributor, window: Paged) -> Page[UploadBody]:
    """The first begun first. What was added is not among them any more."""
    return window.page(_uploads(member).all(member.grant.account.id), lambda each: each.id, _body)


@router.get("/{upload_id}", summary="How far one is")
def one(upload_id: UploadId, member: AsContributor, response: Response) -> UploadBody:
    """Go on at `offset`."""
    upload = _uploads(member).one(member.grant.account.id, upload_id)
    response.headers.update(_headers(upload))
    return _body(upload)


@router.head("/{upload_id}", include_in_schema=False)
def offset(upload_id: UploadId, member: AsContributor) -> Response:
    """The same in headers alone."""
    return Response(headers=_headers(_uploads(member).one(member.grant.account.id, upload_id)))


def _expected(
    upload_id: UploadId,
    member: AsContributor,
    upload_offset: Annotated[int, Header(ge=0, description="Where the piece begins: 409 where that is elsewhere.")],
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> Upload:
    """The upload that a piece goes on with, before a byte of it is taken."""
    if content_type.partition(";")[0].strip().lower() != PIECE_TYPE:
        raise Problem(415, "unsupported-media-type", f"a piece is sent as {PIECE_TYPE}", {"Accept-Patch": PIECE_TYPE})
    upload = _uploads(member).one(member.grant.account.id, upload_id)
    check_place(upload, upload_offset, 0)
    return upload


Expected = Annotated[Upload, Depends(_expected)]


async def _piece(request: Request, upload: Expected) -> bytes:
    """The body, counted while it comes: never more of it in memory than a piece may have."""
    most = min(PIECE_BYTES, upload.size - upload.offset)
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise _too_much(most)
    held = bytearray()
    try:
        async for part in request.stream():
            if len(held) + len(part) > most:
                raise _too_much(most)
            held += part
    except ClientDisconnect as err:
        raise Problem(400, "broken-off", "the piece broke off: send it again") from err
    return bytes(held)


Piece = Annotated[bytes, Depends(_piece)]


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="Go on with one",
    max_body_size=PIECE_BYTES,
    responses={
        204: {"description": "The piece is kept", "headers": {"Upload-Offset": {"schema": {"type": "integer"}}}},
        **problems.responses(400, 409, 413, 415),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"{LEAST_PIECE_BYTES:,} to {PIECE_BYTES:,} bytes; the last piece may be shorter.",
            "content": {PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def append(upload: Expected, piece: Piece, member: AsContributor) -> Response:
    """The next piece. Of two that are sent for the same place, one is kept."""
    told = _uploads(member).append(member.grant.account.id, upload.id, upload.offset, piece)
    return Response(status_code=204, headers=_headers(told))


@router.delete("/{upload_id}", status_code=204, summary="Give one up")
def remove(upload_id: UploadId, member: AsContributor) -> None:
    """Nothing of it is left."""
    _uploads(member).remove(member.grant.account.id, upload_id)
    member.lantern.faces.forget_photo(member.memorial.id, upload_id)


def _uploads(member: Member) -> Uploads:
    return member.lantern.archive.uploads(member.memorial.id)


def _too_much(most: int) -> Problem:
    return Problem(413, "too-large", f"at most {most:,} bytes may come now: send them in smaller pieces")


def _headers(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.size),
        "Upload-Expires": format_datetime(upload.ends_at, usegmt=True),
        "Cache-Control": "no-store",
    }


def _body(upload: Upload) -> UploadBody:
    return UploadBody(
        id=upload.id,
        name=upload.name,
        size=upload.size,
        offset=upload.offset,
        whole=upload.is_whole,
        ends_at=upload.ends_at,
    )

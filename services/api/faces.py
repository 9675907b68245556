"""The faces of a photo, so that somebody can choose one: of a photo that is kept, and of one on its way in.

Their numbers are those that `face` means wherever a portrait is read or a photo is added.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.api import problems
from services.api.access import AsContributor, Member
from services.api.etags import tag
from services.api.few import OneOfFew
from services.api.files import documented, file_response, get_and_head
from services.api.given import PNG, file_of, name_of
from services.api.sources import FileId
from services.api.uploads import UploadId
from services.portraying import Faces

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["portrait"])

FaceNumber = Annotated[int, Path(ge=1, le=1_000_000, description="The number of a face.", examples=[1])]
AsIs = Annotated[bool, Query(description="Do not straighten a photo of a framed photo.")]


class FaceBody(BaseModel):
    """One face. `left`, `top`, `width` and `height` are its box, in pixels of the photo."""

    face: int = Field(description="Its number, counted from the left: `face` of a portrait.", examples=[1])
    left: int = Field(examples=[412])
    top: int = Field(examples=[180])
    width: int = Field(examples=[210])
    height: int = Field(examples=[210])
    picture: str = Field(
        description="Where the face is, cut out as a PNG of 240 × 240 pixels.",
        examples=["/api/v1/memorials/9b1f…/photos/1c9d…/faces/1"],
    )
    verdict: Literal["good", "usable", "poor", "refused"] = Field(description="How well it would come to life.")
    measured: list[str] = Field(examples=[["the lips are closed", "the eyes are open"]])
    would_help: list[str] = Field(description="What would make it better.", examples=[["a photo with open eyes"]])


class FacesBody(BaseModel):
    """A photo, the right way up, and everybody whose face was found in it."""

    width: int = Field(description="Pixels.", examples=[1_600])
    height: int = Field(examples=[1_200])
    straightened: bool = Field(
        description="It shows a framed photo: the boxes are places in what is inside the frame, straightened."
    )
    faces: list[FaceBody] = Field(description="From the left; none where no face was found.")


@router.get("/photos/{file_id}/faces", summary="The faces of a photo")
def of_photo(file_id: FileId, member: AsContributor, _: OneOfFew, as_is: AsIs = False) -> FacesBody:
    """To choose one of them for `POST /portrait` with this `photo`. The first time takes a second or two."""
    return _body(_kept(member, file_id, as_is=as_is), f"{_place(member)}/photos/{file_id}/faces", as_is=as_is)


@get_and_head(router, "/photos/{file_id}/faces/{number}", summary="One face of a photo", responses=documented(PNG))
def one_of_photo(
    file_id: FileId, number: FaceNumber, member: AsContributor, _: OneOfFew, request: Request, as_is: AsIs = False
) -> Response:
    """Cut out."""
    return _cut(request, _kept(member, file_id, as_is=as_is), number)


@router.get("/uploads/{upload_id}/faces", summary="The faces of an upload", responses=problems.responses(409))
def of_upload(upload_id: UploadId, member: AsContributor, _: OneOfFew, as_is: AsIs = False) -> FacesBody:
    """Of a photo, all of which is here; to choose one of them before it is added."""
    return _body(_coming(member, upload_id, as_is=as_is), f"{_place(member)}/uploads/{upload_id}/faces", as_is=as_is)


@get_and_head(
    router,
    "/uploads/{upload_id}/faces/{number}",
    summary="One face of an upload",
    responses=documented(PNG) | problems.responses(409),
)
def one_of_upload(
    upload_id: UploadId, number: FaceNumber, member: AsContributor, _: OneOfFew, request: Request, as_is: AsIs = False
) -> Response:
    """Cut out."""
    return _cut(request, _coming(member, upload_id, as_is=as_is), number)


def _kept(member: Member, file_id: str, *, as_is: bool) -> Faces:
    file, archive, memorial_id = file_of(member, file_id, "photo"), member.lantern.archive, member.memorial.id
    lent = partial(archive.original, memorial_id, file)
    return member.lantern.faces.of(memorial_id, file.blob_ids[0], name_of(file.path), lent, as_is=as_is)


def _coming(member: Member, upload_id: str, *, as_is: bool) -> Faces:
    uploads = member.lantern.archive.uploads(member.memorial.id)
    (upload,) = uploads.whole(member.grant.account.id, [upload_id])
    lent = partial(uploads.file, upload)
    return member.lantern.faces.of(member.memorial.id, upload_id, upload.name, lent, as_is=as_is)


def _place(member: Member) -> str:
    return f"/api/v1/memorials/{member.memorial.id}"


def _body(faces: Faces, place: str, *, as_is: bool) -> FacesBody:
    told, asked = faces.told, "?as_is=true" if as_is else ""
    each = [FaceBody(**face, picture=f"{place}/{face['face']}{asked}") for face in told["faces"]]
    return FacesBody(width=told["width"], height=told["height"], straightened=told["straightened"], faces=each)


def _cut(request: Request, faces: Faces, number: int) -> Response:
    if number not in faces.cut:
        raise problems.not_found()
    return file_response(request, faces.cut[number], PNG, tag(faces.cut[number]))

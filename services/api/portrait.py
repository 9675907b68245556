"""The face that speaks, the photo that it was read from, and the other photos. Knows no face from inside."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from data.errors import NotReady
from services import memory, portrait_job, portraying
from services.api import etags, problems
from services.api.access import AsContributor, AsSteward, AsVisitor
from services.api.etags import IfNoneMatch, tag
from services.api.few import OneOfFew
from services.api.files import documented, get_and_head
from services.api.given import SHOWN, file_of, hidden, name_of, picture
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in
from services.api.paging import Page, Paged
from services.api.sources import FileId

MOST_PHOTOS = 50  # for one portrait
LEAST_PX, MOST_PX = 256, 1080

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["portrait"], route_class=Idempotent)

Point = Annotated[list[float], Field(min_length=2, max_length=2, examples=[[210.0, 180.0]])]
Pair = Annotated[list[Point], Field(min_length=2, max_length=2, examples=[[[180.0, 200.0], [240.0, 202.0]]])]


class PortraitBody(BaseModel):
    """The face that speaks. What a newer program must read anew first has no size."""

    width: int | None = Field(description="Pixels.", examples=[512])
    height: int | None = Field(examples=[512])
    everybody: bool = Field(description="A photo of several people, all of whom move.")
    warnings: list[str] = Field(description="What the family should know of the photo.")
    engine: str = Field(examples=["portrait"])


class Portraying(BaseModel):
    """Uploads of one person, of which the first says who it is, or a photo that is kept; and what the family says."""

    model_config = ConfigDict(extra="forbid")

    uploads: list[str] = Field(
        default=[],
        max_length=MOST_PHOTOS,
        description="Photos, or a video.",
        examples=[["5b1c0b8e6f5d4f0c9a3e7d2c1b0a9f8e"]],
    )
    photo: str | None = Field(
        None,
        pattern="^[0-9a-f]{32}$",
        description="Instead of uploads: the id of a photo that is kept, as the list of photos has it.",
        examples=[None],
    )
    face: Annotated[int, Field(ge=1)] | Literal["all"] | None = Field(
        None, description="Which face of the first photo, as its `faces` number them; or everybody.", examples=[1]
    )
    speaker: int | None = Field(None, ge=1, description="Which face speaks, where everybody moves.")
    frame: Literal["square", "portrait", "landscape"] | None = None
    size_px: int | None = Field(None, ge=LEAST_PX, le=MOST_PX, description="The shorter side.")
    eyes: Pair | None = Field(None, description="Where both eyes are, if no face is found; pixels of the photo.")
    mouth: Pair | None = Field(None, description="Where the corners of the mouth are.")
    chin: Point | None = None
    as_is: bool = Field(False, description="Take a photo of a framed photo as it is.")

    def marks(self) -> tuple[float, ...]:
        """x and y of both eyes, both corners of the mouth, and the chin."""
        points = [*(self.eyes or ()), *(self.mouth or ()), *((self.chin,) if self.chin else ())]
        return tuple(each for point in points for each in point)


class PhotoBody(BaseModel):
    """A photo that the family gave."""

    id: str = Field(examples=["1c9d6f3a5b8e4d7f9a0c2e4b6d8f0a1c"])
    file: str = Field(examples=["garden.jpg"])
    date: str | None = Field(examples=["1961-05-01"])


@router.get(
    "/portrait",
    summary="The face that speaks",
    response_model=PortraitBody,
    responses={304: {"description": "Not modified"}},
)
def portrait(member: AsVisitor, if_none_match: IfNoneMatch = None) -> Response:
    """404 where there is none yet."""
    told = portraying.described(member.lantern.archive, member.memorial)
    if told is None:
        raise problems.not_found()
    return etags.reply(if_none_match, PortraitBody(**told))


@get_and_head(
    router,
    "/portrait/photo",
    summary="The photo that it was read from",
    responses=documented(*SHOWN) | problems.responses(416),
)
def photo_of_portrait(member: AsVisitor, _: OneOfFew, request: Request) -> Response:
    """The family's own, as it is."""
    try:
        file, content = member.lantern.archive.portrait_photo(member.memorial.id)
    except NotReady as err:
        raise problems.not_found() from err
    return picture(request, content, tag(content), name_of(file))


@router.post("/portrait", status_code=202, summary="Read a portrait")
def read(given: Portraying, member: AsSteward, response: Response) -> JobBody:
    """Of one photo or several, by a job; it is the one that is shown once that is done."""
    if bool(given.uploads) == (given.photo is not None):
        raise problems.Problem(422, "invalid", "give uploads, or a photo that is kept")
    if (given.eyes is None) != (given.mouth is None) or (given.chin is not None and given.eyes is None):
        raise problems.Problem(422, "invalid", "mark both eyes and both corners of the mouth")
    account_id, archive = member.grant.account.id, member.lantern.archive
    order = portrait_job.order(
        account_id,
        given.uploads,
        face=None if given.face is None else str(given.face),
        speaker=given.speaker,
        frame=given.frame,
        size_px=given.size_px or member.lantern.settings.size_px,
        marks=given.marks(),
        as_is=given.as_is,
        photo=given.photo,
    )
    if given.photo is not None:
        file_of(member, given.photo, "photo")
    archive.uploads(member.memorial.id).whole(account_id, given.uploads)
    return hand_in(member, "portrait", {"order": json.dumps(order).encode()}, response)


@router.get("/photos", summary="All photos")
def photos(member: AsContributor, window: Paged) -> Page[PhotoBody]:
    """That of the portrait among them."""
    is_hidden = hidden(member)
    given = memory.files(member.lantern.archive, member.memorial)
    there = [each for each in given if "photo" in each["kinds"] and not is_hidden(each["path"])]
    return window.page(there, lambda each: each["id"], _shown)


@get_and_head(router, "/photos/{file_id}", summary="One photo", responses=documented(*SHOWN) | problems.responses(416))
def photo(file_id: FileId, member: AsContributor, _: OneOfFew, request: Request) -> Response:
    """As it was given."""
    file = file_of(member, file_id, "photo")
    with member.lantern.archive.original(member.memorial.id, file) as path:
        return picture(request, path, tag(file.blob_ids[0]), name_of(file.path))


def _shown(file: dict[str, Any]) -> PhotoBody:
    return PhotoBody(id=file["id"], file=file["file"], date=file["first"])

"""Lines that a machine read and was not sure of: shown beside their scan, and put right by somebody who can read it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from data.kept import Doubtful
from services import memory
from services.api import problems
from services.api.access import AsContributor, Member
from services.api.etags import tag
from services.api.few import OneOfFew
from services.api.files import documented, file_response, get_and_head
from services.api.given import PNG, hidden
from services.api.idempotency import Idempotent
from services.api.paging import Page, Paged

LINE_CHARS = 2_000

router = APIRouter(prefix="/memorials/{memorial_id}/doubtful", tags=["sources"], route_class=Idempotent)

DoubtfulId = Annotated[str, Path(pattern="^[0-9a-f]{12}-[0-9]{1,6}$", description="The id of a doubtful line.")]


class DoubtfulBody(BaseModel):
    """A line that is not quoted before somebody looked at it."""

    id: str = Field(examples=["9f2c4e6a8b0d-3"])
    file: str = Field(examples=["1943-scan.jpg"])
    line: str = Field(description="As the machine read it.", examples=["I rnet her at the bakers"])


class Reading(BaseModel):
    """What the line says; without a text, what the machine read."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, max_length=LINE_CHARS, examples=["I met her at the baker's"])


class Read(BaseModel):
    """It may be quoted from now on."""

    id: str = Field(examples=["9f2c4e6a8b0d-3"])
    text: str = Field(examples=["I met her at the baker's"])


@router.get("", summary="Lines that nobody has looked at")
def all_(member: AsContributor, window: Paged) -> Page[DoubtfulBody]:
    """In the order of their letters."""
    seen = {each.id for each in _seen(member)}
    told = [each for each in memory.doubtful(member.lantern.archive, member.memorial) if each["id"] in seen]
    return window.page(told, lambda each: each["id"], lambda each: DoubtfulBody(**each))


@router.post("/{doubtful_id}", summary="Say what it says", responses=problems.responses(422))
def read(doubtful_id: DoubtfulId, given: Reading, member: AsContributor) -> Read:
    """Somebody looked at the scan. The line is one line: several are confirmed one by one."""
    line = _one(member, doubtful_id)
    member.lantern.archive.confirm(member.memorial.id, line.id, given.text)
    return Read(id=line.id, text=line.line if given.text is None else given.text)


@get_and_head(
    router,
    "/{doubtful_id}/scan",
    summary="The stretch of the scan around it",
    responses=documented(PNG) | problems.responses(416),
)
def scan(doubtful_id: DoubtfulId, member: AsContributor, _: OneOfFew, request: Request) -> Response:
    """With a frame around the line: the family's own picture."""
    line = _one(member, doubtful_id)
    __, picture = memory.scanned(member.lantern.archive, member.memorial, line.id)
    return file_response(request, picture, PNG, tag(picture), f"{line.id}.png")


def _seen(member: Member) -> list[Doubtful]:
    is_hidden = hidden(member)
    return [each for each in member.lantern.archive.doubtful(member.memorial.id) if not is_hidden(each.file)]


def _one(member: Member, doubtful_id: str) -> Doubtful:
    found = next((each for each in _seen(member) if each.id == doubtful_id), None)
    if found is None:
        raise problems.not_found()
    return found

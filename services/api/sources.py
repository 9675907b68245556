"""What the family gave: looked through before it is added, added, listed, read, left out. Knows no kind of file.

Contributors add and read; what a file may be used for, and for whom it is, stewards say. A file that is not for
somebody is not there for them.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from data.errors import NotForSome
from data.memory import not_for
from data.types import Letter
from services import bringing, memory, uploaded
from services.api import etags, problems
from services.api.access import AsContributor, AsSteward, Member
from services.api.etags import IfMatch, IfNoneMatch
from services.api.few import OneOfFew
from services.api.files import documented, get_and_head
from services.api.given import SENT, file_of, hidden, original
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in
from services.api.paging import Page, Paged
from services.report import Json

MOST_UPLOADS = 500  # of one request
NAME_CHARS = 200

router = APIRouter(prefix="/memorials/{memorial_id}/sources", tags=["sources"], route_class=Idempotent)

FileId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a file, as the list of sources has it.")]
Name = Annotated[str, Field(max_length=NAME_CHARS)]


class Adding(BaseModel):
    """Uploads, and what the family says of them."""

    model_config = ConfigDict(extra="forbid")

    uploads: list[str] = Field(
        min_length=1,
        max_length=MOST_UPLOADS,
        description="Their ids; all of each must be here.",
        examples=[["5b1c0b8e6f5d4f0c9a3e7d2c1b0a9f8e"]],
    )
    kind: str | None = Field(
        None, max_length=40, description="What all of them are, if a preview finds it wrongly.", examples=["whatsapp"]
    )
    person: list[Name] = Field(
        default=[], max_length=20, description="Names under which the person speaks in them.", examples=[["Ann"]]
    )
    author: Name | None = Field(
        None, description="Who wrote them, if not the person: kept, and never said as theirs.", examples=["Mary"]
    )
    face: int | None = Field(None, ge=1, description="Which face of a photo, from the left.", examples=[1])


class SourceBody(BaseModel):
    """A file that the family gave."""

    id: str = Field(examples=["1c9d6f3a5b8e4d7f9a0c2e4b6d8f0a1c"])
    file: str = Field(description="Its shortest name.", examples=["1961-05.txt"])
    path: str = Field(description="Its whole name.", examples=["letters/1961-05.txt"])
    kinds: dict[str, int] = Field(description="How many of each kind it holds.", examples=[{"letter": 1}])
    theirs: int = Field(description="How many of these are the person's.", examples=[1])
    first: str | None = Field(examples=["1961-05-01"])
    last: str | None = Field(examples=["1961-05-01"])
    left_out: bool = Field(description="Nothing of it is drawn on.")
    not_for: list[str] = Field(description="Names of those to whom nothing of it is said.", examples=[["Tom"]])


class ChangedSource(SourceBody):
    """The same after a change, and what the family should know of that."""

    told: list[str] = Field(default=[], examples=[["a recording that this voice was learnt from was left out: …"]])


class Change(BaseModel):
    """What is not given stays."""

    model_config = ConfigDict(extra="forbid")

    left_out: bool | None = Field(None, description="Draw on nothing of it; or on all of it again.")
    not_for: list[Name] | None = Field(None, max_length=100, description="An empty list: it is for everybody.")


class PassageBody(BaseModel):
    """One letter, message or stretch of speech of a file."""

    kind: str = Field(examples=["letter"])
    date: str | None = Field(examples=["1961-05-01"])
    author: str | None = Field(description="Null where it is the person.", examples=["Mary"])
    conversation: str | None = Field(description="The chat that it is of, or the heading that it stands under.")
    text: str = Field(examples=["Dear Vera,\nKeep the brass clock wound."])
    doubtful: list[str] = Field(description="Lines that a machine read, and nobody confirmed yet.")


class Preview(BaseModel):
    """What would come in. It is in `report` at once, or in the report of the job."""

    report: dict[str, Any] | None = Field(description="As `lantern add --preview --json` has it.")
    job: JobBody | None


@router.get("", summary="What was given")
def all_(member: AsContributor, window: Paged) -> Page[SourceBody]:
    """Every file, the first added first."""
    return window.page(_seen(member), lambda each: each["id"], lambda each: SourceBody(**each))


@router.post("", status_code=202, summary="Add uploads")
def add(given: Adding, member: AsContributor, response: Response) -> JobBody:
    """All of them or none, by a job. Uploads are gone once they are added; where the job fails they stay."""
    return hand_in(member, "add", {"order": json.dumps(_order(member, given)).encode()}, response)


@router.post(
    "/preview",
    summary="Look through uploads",
    responses={202: {"model": Preview, "description": "It takes longer: a job does it"}},
)
def preview(given: Adding, member: AsContributor, _: OneOfFew, response: Response) -> Preview:
    """What adding them would give; nothing is kept. Who speaks in a chat, say, and who of them is the person."""
    told = _order(member, given)
    report = uploaded.preview(member.lantern.archive, member.memorial, told)
    if report is not None:
        return Preview(report=report, job=None)
    response.status_code = 202
    return Preview(report=None, job=hand_in(member, "preview", {"order": json.dumps(told).encode()}, response))


@router.get(
    "/{file_id}", summary="One file", response_model=SourceBody, responses={304: {"description": "Not modified"}}
)
def one(file_id: FileId, member: AsContributor, if_none_match: IfNoneMatch = None) -> Response:
    """What is known of it."""
    return etags.reply(if_none_match, _one(member, file_id))


@router.patch("/{file_id}", summary="Leave it out, or say for whom it is not", responses=problems.responses(409, 412))
def change(file_id: FileId, given: Change, member: AsSteward, if_match: IfMatch = None) -> ChangedSource:
    """For all answers from now on. What was made of it before and would tell of it is withdrawn."""
    before = _one(member, file_id)
    etags.check(if_match, etags.tag(before))
    archive, told = member.lantern.archive, list[str]()
    if given.not_for is not None:
        _set_not_for(member, before.path, given.not_for)
    if given.left_out and not before.left_out:
        by = member.visitor or member.grant.account.name
        told += [each for each in (memory.leave_out(archive, member.memorial, before.path, by).get("voice"),) if each]
    if given.left_out is False and before.left_out:
        memory.draw_on(archive, member.memorial, before.path)
    return ChangedSource(**_one(member, file_id).model_dump(), told=told)


@router.get("/{file_id}/passages", summary="What it says")
def passages(file_id: FileId, member: AsContributor, window: Paged) -> Page[PassageBody]:
    """In its order."""
    file = file_of(member, file_id)
    after = window.after if isinstance(window.after, int) else 0
    found = member.lantern.archive.passages(member.memorial.id, file, after, window.limit + 1)
    shown, following = window.cut(found, lambda each: each[0])
    return Page(items=[_passage(letter) for _, letter in shown], next=following)


@get_and_head(
    router,
    "/{file_id}/original",
    summary="The file as it was given",
    responses=documented(*SENT) | problems.responses(416),
)
def original_(file_id: FileId, member: AsContributor, request: Request) -> Response:
    """To be saved; a picture or a sound may be shown or played."""
    return original(request, member, file_of(member, file_id))


def _order(member: Member, given: Adding) -> Json:
    """What a job is given, once it is sure that all is here. Raises what would keep it from being added."""
    bringing.check_takes(member.memorial, given.kind)
    account_id = member.grant.account.id
    member.lantern.archive.uploads(member.memorial.id).whole(account_id, given.uploads)
    said = given.model_dump(exclude={"uploads"})
    return uploaded.order(account_id, given.uploads, **said, size_px=member.lantern.settings.size_px)


def _seen(member: Member) -> list[Json]:
    is_hidden = hidden(member)
    return [each for each in memory.files(member.lantern.archive, member.memorial) if not is_hidden(each["path"])]


def _one(member: Member, file_id: str) -> SourceBody:
    found = next((each for each in _seen(member) if each["id"] == file_id), None)
    if found is None:
        raise problems.not_found()
    return SourceBody(**found)


def _set_not_for(member: Member, path: str, names: list[str]) -> None:
    """Raises `NotReady` where a folder that it lies in is not for somebody who should see it now."""
    kept = member.lantern.archive.memory(member.memorial.id)
    around = not_for({place: those for place, those in kept.audience().items() if place != path}, path)
    if left := [name for name in around if name not in names]:
        raise NotForSome(
            f"more than this file is not for {', '.join(left)}: change that of the folder first", names=left
        )
    kept.set_audience(path, names)


def _passage(letter: Letter) -> PassageBody:
    return PassageBody(
        kind=letter.kind,
        date=letter.date,
        author=letter.author,
        conversation=letter.conversation,
        text=letter.text,
        doubtful=list(letter.doubtful),
    )

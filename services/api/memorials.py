"""Who is remembered here: listed for those who are invited, made, told otherwise, removed. Knows nothing of what is in
one.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from data.accounts import Membership, Role
from data.archive import Archive, Memorial
from data.samples import Sample, sample
from data.types import Language
from orchestrator.job import Standing
from services import memorials, sampling, voices
from services.api import etags, problems, voice
from services.api.access import AsSteward, AsVisitor, Keeper, Member, SignedIn, member_of
from services.api.context import Lantern, lantern_of
from services.api.etags import IfMatch, IfNoneMatch
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in, shown
from services.api.paging import Page, Paged
from services.live.house import house_of
from services.report import new_report

router = APIRouter(prefix="/memorials", tags=["memorials"], route_class=Idempotent)

SampleName = Literal["hopper", "waigong"]


class MemorialBody(BaseModel):
    """Somebody who is remembered here, and what whoever asks may do there."""

    id: str = Field(examples=["9b1f6f0f9d7d4e0f8b6a1c2d3e4f5a6b"])
    name: str = Field(examples=["Ann Lee"])
    born: str | None = Field(examples=["1931-04"], description="As exact as it is known.")
    died: str | None = Field(examples=["2019-11-02"])
    language: Language = Field(description="The language that they wrote in.")
    exhibit: bool = Field(description="A sample: nothing in it is anybody's own.")
    role: Role
    visitor: str | None = Field(description="The name under which the family knows whoever asks.", examples=["Mary"])


class WholeMemorial(MemorialBody):
    """The same, with what is in it."""

    passages: int = Field(description="How many letters and messages.", examples=[214])
    portrait: bool = Field(description="There is a face that can move.")
    voice: bool = Field(description="There is a voice that can speak.")


class NewMemorial(BaseModel):
    """Somebody who shall be remembered."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(examples=["Ann Lee"])
    born: str | None = Field(None, examples=["1931-04"])
    died: str | None = Field(None, examples=["2019-11-02"])
    language: Language = "en"


class NewSample(BaseModel):
    """One of the memorials that come with the program, to try it on."""

    model_config = ConfigDict(extra="forbid")

    sample: SampleName


class MadeMemorial(BaseModel):
    """What was made. A sample is built by a job; there is none where it is built already."""

    memorial: MemorialBody
    job: JobBody | None = None


class ChangedMemorial(BaseModel):
    """What is told otherwise; what is not given stays, and null takes a date away."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, examples=["Ann Lee"])
    born: str | None = Field(None, examples=["1931-04"])
    died: str | None = Field(None, examples=["2019-11-02"])


@router.get("", summary="Those that are shared with one")
def all_(request: Request, grant: SignedIn, window: Paged) -> Page[MemorialBody]:
    """The oldest first. No other is told of."""
    lantern = lantern_of(request)
    mine = lantern.accounts.memberships(grant)
    there = [memorial for memorial in lantern.archive.memorials() if memorial.id in mine]
    return window.page(there, lambda each: each.id, lambda each: MemorialBody(**_told(each, mine[each.id])))


@router.post(
    "",
    status_code=201,
    summary="Make one",
    responses={200: {"model": MadeMemorial, "description": "The sample is there already"}},
)
def make(
    request: Request,
    response: Response,
    given: Annotated[
        NewMemorial | NewSample,
        Field(examples=[{"name": "Ann Lee", "born": "1931-04", "language": "en"}, {"sample": "hopper"}]),
    ],
    keeper: Keeper,
) -> MadeMemorial:
    """An empty one, or a sample, which is built by a job."""
    lantern = lantern_of(request)
    if isinstance(given, NewMemorial):
        made = memorials.new(lantern.archive, given.name, given.born, given.died, given.language)
        member = member_of(request, keeper, made.id)
        response.headers["Location"] = f"/api/v1/memorials/{made.id}"
        return MadeMemorial(memorial=_body(member))
    chosen = sample(given.sample)
    with lantern.founding:  # of two that want it at the same moment, one makes it
        there = sampling.there(lantern.archive, chosen)
        response.status_code = 201 if there is None else 200
        member = member_of(request, keeper, (there or lantern.archive.create(chosen.person)).id)
        job = None if there and sampling.is_built(lantern.archive, there) else _building(member, chosen, Response())
    response.headers["Location"] = f"/api/v1/memorials/{member.memorial.id}"
    return MadeMemorial(memorial=_body(member), job=job)


@router.get(
    "/{memorial_id}",
    summary="One of them",
    response_model=WholeMemorial,
    responses={304: {"description": "Not modified"}},
)
def one(member: AsVisitor, if_none_match: IfNoneMatch = None) -> Response:
    """With what is in it."""
    return etags.reply(if_none_match, _whole(member))


@router.patch("/{memorial_id}", summary="Tell it otherwise", responses=problems.responses(412))
def change(member: AsSteward, given: ChangedMemorial, if_match: IfMatch = None) -> WholeMemorial:
    """Another name, or other dates."""
    etags.check(if_match, etags.tag(_whole(member)))
    person = member.memorial.person
    told: dict[str, Any] = {"name": person.name, "born": person.born, "died": person.died}
    told |= {name: value for name, value in given.model_dump(exclude_unset=True).items() if name != "name" or value}
    changed = memorials.change(member.lantern.archive, member.memorial, **told)
    return _whole(Member(member.lantern, member.grant, changed, member.role, member.visitor))


@router.delete("/{memorial_id}", status_code=204, summary="Remove it")
def remove(member: AsSteward, request: Request) -> None:
    """With everything in it. Nothing can bring it back."""
    for standing in _going(member.lantern, member.memorial.id):
        member.lantern.desk.cancel(standing.id)
    member.lantern.archive.remove(member.memorial.id)
    house_of(request).shut_out(memorial_id=member.memorial.id)
    voice.samples.forget(member.memorial.id)
    member.lantern.faces.forget(member.memorial.id)


def _building(member: Member, chosen: Sample, response: Response) -> JobBody:
    """The job that builds the sample: the one that is at it, or a new one."""
    going = [each for each in _going(member.lantern, member.memorial.id) if each.kind == "sample"]
    if going:
        return shown(going[0])
    order = sampling.order(chosen.name, member.lantern.settings.size_px)
    return hand_in(member, "sample", {"order": json.dumps(order).encode()}, response)


def _going(lantern: Lantern, memorial_id: str) -> list[Standing]:
    return [each for each in lantern.desk.standings(0) if each.memorial_id == memorial_id]


def _whole(member: Member) -> WholeMemorial:
    archive: Archive = member.lantern.archive
    memorial_id = member.memorial.id
    return WholeMemorial(
        **_body(member).model_dump(),
        passages=archive.count(memorial_id),
        portrait=archive.rig(memorial_id) is not None,
        voice=voices.speaks(archive, memorial_id),
    )


def _body(member: Member) -> MemorialBody:
    return MemorialBody(**_told(member.memorial, Membership(member.role, member.visitor)))


def _told(memorial: Memorial, membership: Membership) -> dict[str, Any]:
    return {**new_report(memorial), "role": membership.role, "visitor": membership.visitor}

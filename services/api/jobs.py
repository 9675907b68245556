"""Long work over HTTP: handed in elsewhere, looked up, followed and cancelled here. Knows no kind of work.

A visitor sees what they handed in themselves; contributors see all work of the memorial, and stewards what came of it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from orchestrator.job import Standing, State
from services import report
from services.api import problems
from services.api.access import AsVisitor, Member
from services.api.etags import tag
from services.api.paging import Page, Paged
from services.api.problems import Problem
from services.build import kinds

router = APIRouter(tags=["jobs"])

MOST_GOING = 20  # of one account: others have work for this machine too

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a job.")]


class Failure(BaseModel):
    """What a job failed with, as a refusal would tell it, the facts included."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/several-faces"])
    detail: str = Field(examples=["2 faces found (1: left, 2: right): say which …"])


class JobBody(BaseModel):
    """Where a job stands. `report` is what came of it, once it is done: of the kind of the work."""

    id: str = Field(examples=["04e8c0de5b5f4a3a8a1c6c1f0a7d9b2e"])
    kind: str = Field(examples=["clip"])
    memorial: str = Field(examples=["9b1f6f0f9d7d4e0f8b6a1c2d3e4f5a6b"])
    state: State
    queued_at: datetime
    ended_at: datetime | None
    step: str | None = Field(examples=["film"])
    share: float | None = Field(description="Of the step: 0 to 1, where it is known.", examples=[0.42])
    left_s: float | None = Field(description="About how many seconds the step will take still.", examples=[12.5])
    problem: Failure | None = None
    report: dict[str, Any] | None = None


def hand_in(member: Member, kind_name: str, given: Mapping[str, bytes], response: Response) -> JobBody:
    """A new job of one who may have it done, as the answer of a route with status 202.

    Raises 429 where much of theirs is waiting already.
    """
    mine = [each for each in member.lantern.desk.standings(0) if each.by == member.grant.account.id]
    if len(mine) >= MOST_GOING:
        raise Problem(429, "too-much-at-once", f"{len(mine)} jobs of yours are not done yet: wait for some of them")
    kind = next(each for each in kinds() if each.name == kind_name)
    desk, memorial_id = member.lantern.desk, member.memorial.id
    job_id = desk.enqueue(kind, memorial_id, given, member.grant.account.id)
    response.headers["Location"] = f"/api/v1/memorials/{memorial_id}/jobs/{job_id}"
    return shown(desk.standing(job_id))


def shown(standing: Standing, **more: Any) -> JobBody:
    """A standing as the API tells it."""
    told = report.job_report(standing)
    del told["error"]
    return JobBody(**told, **more)


def _whole(member: Member, standing: Standing) -> JobBody:
    """With what came of it, which may name what is not for everybody: for who handed it in, and for stewards."""
    if standing.by != member.grant.account.id and not member.may("steward"):
        return shown(standing)
    if standing.state == "done":
        paper = member.lantern.archive.paper(member.memorial.id, standing.id, "report")
        return shown(standing, report=None if paper is None else json.loads(paper))
    if standing.state == "failed":
        told = problems.body(problems.problem(member.lantern.desk.failure(standing)))
        return shown(standing, problem={name: told[name] for name in told if name not in {"title", "status"}})
    return shown(standing)


def _may_see(member: Member, standing: Standing) -> bool:
    mine = standing.by is not None and standing.by == member.grant.account.id
    return standing.memorial_id == member.memorial.id and (mine or member.may("contributor"))


def _of(member: AsVisitor, job_id: JobId) -> Standing:
    standing = member.lantern.desk.standings_by_id([job_id]).get(job_id)
    if standing is None or not _may_see(member, standing):
        raise problems.not_found()
    return standing


Seen = Annotated[Standing, Depends(_of)]


@router.get("/memorials/{memorial_id}/jobs")
def list_jobs(member: AsVisitor, window: Paged) -> Page[JobBody]:
    """The long work of a memorial, the latest handed in first. What ended a month ago is forgotten."""
    found = (each for each in member.lantern.desk.history() if _may_see(member, each))
    return window.page(found, lambda each: each.id, shown)


@router.get("/memorials/{memorial_id}/jobs/{job_id}")
def get_job(member: AsVisitor, standing: Seen) -> JobBody:
    """Where one stands, and what came of it."""
    return _whole(member, standing)


@router.delete("/memorials/{memorial_id}/jobs/{job_id}")
def cancel_job(member: AsVisitor, standing: Seen) -> JobBody:
    """Let it end where it is, undone; one that has ended stays as it is. Another's takes a steward."""
    if standing.by != member.grant.account.id and not member.may("steward"):
        raise problems.forbidden("only a steward cancels what somebody else began", "for-stewards")
    member.lantern.desk.cancel(standing.id)
    return shown(member.lantern.desk.standing(standing.id))


@router.get(
    "/memorials/{memorial_id}/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses={200: {"description": "Events `progress` with a job as their data, and at last one `end`"}},
)
async def follow_job(
    member: AsVisitor,
    standing: Seen,
    last_event_id: Annotated[str | None, Header(description="What a reader has seen last is not sent again.")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Where it stands, each time that changes, as server-sent events.

    Comments in between keep the line open. After ten minutes it closes, and browsers open it again by themselves.
    """
    lantern = member.lantern
    async for now in lantern.watches.here(lantern.desk.standings_by_id).follow(standing.id):
        told = await run_in_threadpool(_whole, member, now)
        event_id = tag(told).strip('"')
        if now.ended or event_id != last_event_id:
            yield ServerSentEvent(data=told, event="end" if now.ended else "progress", id=event_id)

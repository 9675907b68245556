"""Clips that are kept: an answer to have, and farewells. Knows jobs, and not how a clip is made.

Everybody sees the clips that they had made; stewards see all. One in which something is heard that the family took back
since is shown to stewards alone, and says so; so is one of which nobody can tell, once the family takes anything back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from data.clips_kept import GONE, ClipKind, KeptClip
from data.errors import UnknownNote
from services import answers
from services.api import problems
from services.api.access import AsSteward, AsVisitor, Member
from services.api.etags import tag
from services.api.files import documented, file_response, get_and_head
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in
from services.api.paging import Page, Paged
from services.live.conversations import PhraseTold
from services.report import phrase_report

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["clips"], route_class=Idempotent)

NAME_CHARS = 80  # of a file, without its ending
LAST_PLACE = 2**31 - 1

ClipId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a clip: that of the job that made it.")]


class Wanted(BaseModel):
    """Which answer shall be kept as a clip: what was said there is said again."""

    conversation: str = Field(pattern="^[0-9a-f]{32}$", examples=["5f1d7c0a9e8b4c3d8f2a6b7c8d9e0f1a"])
    turn: int = Field(ge=0, le=LAST_PLACE, examples=[3])


class Farewell(BaseModel):
    """What the family wants the portrait to say. It is shown as written by them."""

    text: str = Field(
        min_length=1, max_length=answers.SCRIPT_CHARS, examples=["Thank you all for coming.\nLook after the garden."]
    )
    author: str | None = Field(None, min_length=1, max_length=200, description="Who wrote it.", examples=["Lucy"])


class ClipBody(BaseModel):
    """A clip. Every picture of it is labelled as made by a program."""

    id: str = Field(examples=["04e8c0de5b5f4a3a8a1c6c1f0a7d9b2e"])
    kind: ClipKind
    title: str = Field(
        description="The line that was answered, or how a farewell begins.", examples=["What of the moth?"]
    )
    text: str = Field(description="What is said in it.", examples=["We taped it into the book."])
    phrases: list[PhraseTold] = Field(description="The same, each with its mark and where it comes from.")
    outdated: bool = Field(
        description="Something in it was taken back since, or is not for whom it was made any more: remove it, or film "
        "it anew. Only stewards see such a clip. So it is where that is not known: in clips without `phrases`, of "
        "before they were kept, while the family takes anything back."
    )
    taken_back: list[str] = Field(
        description="Which sentences, as far as it is known.", examples=[["We taped it into the book."]]
    )
    author: str | None = Field(description="Who wrote a farewell.")
    mine: bool = Field(description="Whether it was made for whoever asks.")
    duration_s: float = Field(examples=[4.2])
    width: int = Field(examples=[512])
    height: int = Field(examples=[512])
    size_bytes: int = Field(examples=[412_345])
    added_at: datetime
    file: str = Field(description="Where the MP4 is.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A clip, the visitor for whom it was made as the family knows them now, and what is heard in it and was taken back
    since, or is not for them any more.

    `outdated` without that where it is not known.
    """

    clip: KeptClip
    visitor: str | None
    outdated: bool
    taken_back: list[str]


def _clip(member: AsVisitor, clip_id: ClipId) -> KeptClip:
    clip = member.lantern.archive.clips(member.memorial.id).one(clip_id)
    if not _is_theirs(member, clip):
        raise UnknownNote(GONE)
    return clip


Theirs = Annotated[KeptClip, Depends(_clip)]


def _shown_clip(member: AsVisitor, clip: Theirs) -> Shown:
    shown = next(_shown(member, [clip]), None)
    if shown is None:
        raise UnknownNote(GONE)
    return shown


Seen = Annotated[Shown, Depends(_shown_clip)]


@router.post("/clips", status_code=202)
def make_clip(member: AsVisitor, wanted: Wanted, response: Response) -> JobBody:
    """Have an answer of one's own conversation as a clip. The job's `report` has its id, which is the job's.

    Refused where the family has taken back something of it since, and where nobody spoke.
    """
    archive, account_id = member.lantern.archive, member.grant.account.id
    conversations = archive.conversations(member.memorial.id)
    conversations.one(account_id, wanted.conversation)
    turn = conversations.turn(wanted.conversation, wanted.turn)
    order = answers.kept_clip_order(archive, member.memorial, turn, member.visitor, account_id)
    return hand_in(member, "clip", {"order": order}, response)


@router.post("/farewells", status_code=202)
def make_farewell(member: AsSteward, farewell: Farewell, response: Response) -> JobBody:
    """Have the portrait say what the family wrote. Refused where a memorial must not say it."""
    archive, account_id = member.lantern.archive, member.grant.account.id
    order = answers.kept_farewell_order(archive, member.memorial, farewell.text, farewell.author, account_id)
    return hand_in(member, "farewell", {"order": order}, response)


@router.get("/clips")
def list_clips(member: AsVisitor, window: Paged) -> Page[ClipBody]:
    """One's own, and for stewards all, the latest first. One that is `outdated` is there for stewards alone."""
    theirs = [each for each in member.lantern.archive.clips(member.memorial.id).all() if _is_theirs(member, each)]
    return window.page(_shown(member, theirs), lambda each: each.clip.id, lambda each: _body(member, each))


@router.get("/clips/{clip_id}")
def get_clip(member: AsVisitor, shown: Seen) -> ClipBody:
    """What is known of one."""
    return _body(member, shown)


@get_and_head(router, "/clips/{clip_id}/file", responses=documented("video/mp4") | problems.responses(416))
def get_clip_file(request: Request, member: AsVisitor, shown: Seen) -> Response:
    """The MP4, whole or in part. Browsers save it under a name that says whose it is."""
    clip = shown.clip
    with member.lantern.archive.clips(member.memorial.id).file(clip.id) as path:
        return file_response(request, path, "video/mp4", tag(clip.id), _file_name(member, clip))


@router.post("/clips/{clip_id}/anew", status_code=202)
def make_clip_anew(member: AsVisitor, shown: Seen, response: Response) -> JobBody:
    """Film an answer anew, without what was taken back since. Once that is done it stands in the place of the old one.

    Refused where nothing of theirs is left of it, or is not known, and for a farewell: that is ordered anew.
    """
    order = answers.clip_again_order(member.lantern.archive, member.memorial, shown.clip, shown.visitor)
    return hand_in(member, "clip", {"order": order}, response)


@router.delete("/clips/{clip_id}", status_code=204)
def remove_clip(member: AsVisitor, clip: Theirs) -> None:
    """Remove it for good, outdated or not."""
    member.lantern.archive.clips(member.memorial.id).remove(clip.id)


def _is_theirs(member: Member, clip: KeptClip) -> bool:
    return clip.account_id == member.grant.account.id or member.may("steward")


def _shown(member: Member, clips: Iterable[KeptClip]) -> Iterator[Shown]:
    """Those that whoever asks may see, each held against what may be said today to whom it was made for."""
    members = member.lantern.archive.members(member.memorial.id).all()
    visitors: dict[str | None, str | None] = {each.account_id: each.visitor for each in members}
    still_heard = cache(partial(answers.still_heard, member.lantern.archive, member.memorial))
    holds_back = cache(partial(answers.holds_back, member.lantern.archive, member.memorial))
    for clip in clips:
        visitor, phrases = visitors.get(clip.account_id) or clip.about.visitor, clip.about.phrases
        outdated, taken_back = False, list[str]()
        if clip.kind == "answer":
            taken_back = [each.text for each in phrases if not still_heard(visitor)(each)]
            outdated = bool(taken_back) if phrases else holds_back(visitor)
        if not outdated or member.may("steward"):
            yield Shown(clip, visitor, outdated, taken_back)


def _file_name(member: Member, clip: KeptClip) -> str:
    """Without what any file system refuses."""
    told = f"{member.memorial.person.name}, {clip.about.title}"
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", told)[:NAME_CHARS].strip(" .") + ".mp4"


def _body(member: Member, shown: Shown) -> ClipBody:
    clip, about = shown.clip, shown.clip.about
    return ClipBody(
        id=clip.id,
        kind=clip.kind,
        title=about.title,
        text=about.text,
        phrases=[PhraseTold(**phrase_report(each)) for each in about.phrases],
        outdated=shown.outdated,
        taken_back=shown.taken_back,
        author=about.author,
        mine=clip.account_id == member.grant.account.id,
        duration_s=about.duration_s,
        width=about.width,
        height=about.height,
        size_bytes=about.size_bytes,
        added_at=clip.added_at,
        file=f"/api/v1/memorials/{member.memorial.id}/clips/{clip.id}/file",
    )

"""Conversations over HTTP: begun, listed and removed, and for programs a turn in words. Knows no socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from data.conversations import Conversations, KeptConversation, KeptTurn, Reason
from data.errors import UnknownNote
from data.label import WORDS, visible_words
from data.types import Language, Phrase
from services.api import etags, files, problems
from services.api.access import AsVisitor, Member
from services.api.few import OneOfFew
from services.api.idempotency import Idempotent
from services.api.paging import Page, Paged
from services.conversation import Opening
from services.live.house import House, house_of
from services.live.loops import LoopName
from services.live.retold import retold
from services.live.socket import LONGEST_CHARS, ConversationId
from services.report import Json, phrase_report

router = APIRouter(tags=["conversations"], route_class=Idempotent)


class OpeningTold(BaseModel):
    """What is shown before the first line."""

    notice: str = Field(examples=["This is a program that answers with what Ann Lee wrote. It is not Ann Lee."])
    notices: dict[Language, str] = Field(
        description="The same in each language: show it in the reader's.",
        examples=[{"en": "This is a program …", "zh": "这是一个程序……"}],
    )
    offers: list[str] = Field(description="What can be asked first.", examples=[["Ask about the moth in the relay"]])


class Media(BaseModel):
    """How the live pictures come: fragmented MP4 for Media Source Extensions."""

    width: int = Field(examples=[512])
    height: int = Field(examples=[512])
    mime: str = Field(examples=['video/mp4; codecs="avc1.64001e, mp4a.40.2"'])


class LoopUrls(BaseModel):
    """Where the portrait is found while nobody speaks."""

    idle: str
    listen: str
    poster: str


class ConversationTold(BaseModel):
    """A conversation of one's own."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    began_at: datetime
    spoken_at: datetime
    visitor: str | None = Field(description="The name under which one spoke when it began.", examples=["Vera"])


class Begun(ConversationTold):
    """A conversation with all that a page needs to show it. Without a portrait `media` and `loops` are null."""

    opening: OpeningTold
    label: str = Field(description="To be in sight whenever the portrait is.", examples=[WORDS["en"]])
    language: Language
    media: Media | None
    loops: LoopUrls | None


class SourceTold(BaseModel):
    """The letter behind a sentence."""

    file: str
    date: str | None
    quote: str
    author: str | None


class PhraseTold(BaseModel):
    """At most a sentence, with where it comes from."""

    text: str
    mark: str = Field(examples=["theirs"])
    source: SourceTold | None
    withheld: bool = Field(False, description="It was said, and was taken back since or is not for whoever asks.")


class TurnTold(BaseModel):
    """What was written, and what was said to it."""

    turn: int
    line: str
    phrases: list[PhraseTold]
    reason: Reason
    said_at: datetime


class Line(BaseModel):
    """What somebody writes."""

    text: str = Field(min_length=1, max_length=LONGEST_CHARS, examples=["What did you find in the relay?"])


class Empty(BaseModel):
    """Nothing needs to be told."""


@router.post("/memorials/{memorial_id}/conversations", status_code=201, responses=problems.responses(404, 409, 503))
def begin(member: AsVisitor, request: Request, response: Response, _: Empty | None = None) -> Begun:
    """Begin a conversation. The engines are loaded while one reads the notice."""
    house = house_of(request)
    opening = house.opening(member.memorial, member.visitor)
    kept = _kept(member).create(member.grant.account.id, member.visitor)
    response.headers["Location"] = f"{request.url.path}/{kept.id}"
    return _begun(member, house, kept, opening, request)


@router.get("/memorials/{memorial_id}/conversations", responses=problems.responses(404))
def conversations(member: AsVisitor, paged: Paged) -> Page[ConversationTold]:
    """One's own, the last spoken in first."""
    return paged.page(_kept(member).all(member.grant.account.id), lambda each: each.id, _told)


@router.get("/memorials/{memorial_id}/conversations/{conversation_id}", responses=problems.responses(404, 409, 503))
def conversation(member: AsVisitor, request: Request, conversation_id: ConversationId) -> Begun:
    """One of them, as when it began: a page that was loaded anew goes on with it."""
    house, kept = house_of(request), _own(member, conversation_id)
    return _begun(member, house, kept, house.opening(member.memorial, member.visitor), request)


@router.delete(
    "/memorials/{memorial_id}/conversations/{conversation_id}", status_code=204, responses=problems.responses(404)
)
def remove(member: AsVisitor, request: Request, conversation_id: ConversationId) -> None:
    """Remove one with all that was said in it. What the memorial was told to remember stays: see `memory`."""
    _own(member, conversation_id)
    _kept(member).remove(member.grant.account.id, conversation_id)
    house_of(request).removed(conversation_id)


@router.get("/memorials/{memorial_id}/conversations/{conversation_id}/turns", responses=problems.responses(404))
def turns(member: AsVisitor, conversation_id: ConversationId, paged: Paged) -> Page[TurnTold]:
    """What was said, the first first; each answer as far as it was said."""
    _own(member, conversation_id)
    after = paged.after if isinstance(paged.after, int) else -1
    found, following = paged.cut(_kept(member).turns(conversation_id, after, paged.limit + 1), lambda each: each.place)
    told = retold(member.lantern.archive, member.memorial, member.visitor)
    return Page(items=[_turn(each, told) for each in found], next=following)


@router.post(
    "/memorials/{memorial_id}/conversations/{conversation_id}/turns",
    status_code=201,
    responses=problems.responses(404, 409, 503),
)
def say(member: AsVisitor, _: OneOfFew, request: Request, conversation_id: ConversationId, line: Line) -> TurnTold:
    """Say a line and have the answer in words, with its sources: for programs. It interrupts an answer under way."""
    house, kept = house_of(request), _own(member, conversation_id)
    room = house.enter(member.memorial, kept)
    try:
        performance = room.say(line.text, member.visitor, in_words=True)
        assert performance is not None  # noqa: S101 — for the type alone: a line without an id is a new one
        performance.join()
    finally:
        house.left(room)
    if performance.error is not None:
        raise performance.error
    return _turn(_kept(member).turn(conversation_id, performance.tape.turn))


@files.get_and_head(
    router,
    "/memorials/{memorial_id}/loops/poster",
    responses=files.documented("image/jpeg") | problems.responses(404, 416),
)
def poster(member: AsVisitor, request: Request) -> Response:
    """The portrait at rest, labelled."""
    loops = house_of(request).loops
    mark = loops.mark(member.memorial)
    return files.file_response(request, _there(loops.poster(member.memorial)), "image/jpeg", etags.tag(mark))


@files.get_and_head(
    router,
    "/memorials/{memorial_id}/loops/{name}",
    responses=files.documented("video/mp4") | problems.responses(404, 416),
)
def loop(member: AsVisitor, request: Request, name: LoopName) -> Response:
    """The portrait while nobody speaks, or while the visitor does; labelled, and at rest at both ends."""
    loops = house_of(request).loops
    mark = loops.mark(member.memorial)
    return files.file_response(request, _there(loops.loop(member.memorial, name)), "video/mp4", etags.tag(mark + name))


def _there(content: bytes | None) -> bytes:
    if content is None:
        raise problems.not_found()
    return content


def _kept(member: Member) -> Conversations:
    return member.lantern.archive.conversations(member.memorial.id)


def _own(member: Member, conversation_id: str) -> KeptConversation:
    try:
        return _kept(member).one(member.grant.account.id, conversation_id)
    except UnknownNote as err:
        raise problems.not_found() from err


def _begun(member: Member, house: House, kept: KeptConversation, opening: Opening, request: Request) -> Begun:
    memorial = member.memorial
    looks = house.loops.looks(memorial)
    if looks is not None:
        house.loops.prepare(memorial)
    language = memorial.person.language

    def url(route: str, **parameters: str) -> str:
        path = request.app.url_path_for(route, memorial_id=memorial.id, **parameters)
        return f"{path}?{looks.mark[:8]}" if looks else str(path)

    return Begun(
        **_told(kept).model_dump(),
        opening=OpeningTold(notice=opening.notice, notices=dict(opening.notices), offers=list(opening.offers)),
        label=visible_words(language)[0],
        language=language,
        media=None if looks is None else Media(width=looks.width, height=looks.height, mime=looks.mime),
        loops=None
        if looks is None
        else LoopUrls(idle=url("loop", name="idle"), listen=url("loop", name="listen"), poster=url("poster")),
    )


def _told(kept: KeptConversation) -> ConversationTold:
    return ConversationTold(id=kept.id, began_at=kept.began_at, spoken_at=kept.spoken_at, visitor=kept.visitor)


def _turn(kept: KeptTurn, told: Callable[[Phrase], Json] = phrase_report) -> TurnTold:
    phrases = [PhraseTold(**told(each)) for each in kept.phrases]
    return TurnTold(turn=kept.place, line=kept.line, phrases=phrases, reason=kept.reason, said_at=kept.said_at)

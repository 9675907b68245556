"""What visitors told a memorial, and what is said to be wrong in it.

Everybody sees, mends and forgets what they told themselves; stewards see all of it. A visitor may say of a sentence
that they heard that it was never said; stewards see who did, and undo it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from data.memory import LONGEST_CHARS, Correction
from data.names import folded
from data.types import Remembered
from services import memory as verbs
from services.api import etags, problems
from services.api.access import AsSteward, AsVisitor, Member
from services.api.etags import IfMatch, IfNoneMatch
from services.api.idempotency import Idempotent
from services.api.paging import Page, Paged

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["memory"], route_class=Idempotent)

NoteId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of what was told.")]
CorrectionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a correction.")]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_CHARS, examples=["I play the violin now."])]


class Mended(BaseModel):
    """What somebody told, in the right words."""

    text: Text


class Told(Mended):
    """What somebody tells. Stewards may write down what somebody else told."""

    visitor: str | None = Field(None, max_length=LONGEST_CHARS, description="Who told it; whoever asks, where null.")


class NoteBody(BaseModel):
    """What a visitor told, in their own words. It is drawn on in their own conversations alone."""

    id: str = Field(examples=["5f1d7c0a9e8b4c3d8f2a6b7c8d9e0f1a"])
    text: Text
    date: str = Field(examples=["2024-05-01"])
    visitor: str = Field(examples=["Lucy"])


class Struck(BaseModel):
    """A sentence that the person never said."""

    quote: str = Field(
        min_length=1,
        max_length=LONGEST_CHARS,
        description="As the answer showed it.",
        examples=["Keep the clock wound."],
    )


class CorrectionBody(BaseModel):
    """What is not said any more: a sentence, or what a file holds. One that was undone stays as history."""

    id: str
    kind: Literal["struck", "left-out"]
    what: str = Field(description="The sentence, or the file.", examples=["Keep the clock wound."])
    by: str | None = Field(examples=["Lucy"])
    at: datetime
    undone: datetime | None


def _note(member: AsVisitor, note_id: NoteId) -> Remembered:
    found = (each for each in _notes(member) if each.id == note_id)
    if (note := next(found, None)) is None:
        raise problems.not_found()
    return note


Note = Annotated[Remembered, Depends(_note)]


@router.get("/memory")
def list_memory(member: AsVisitor, window: Paged) -> Page[NoteBody]:
    """What was told, the first told first: one's own, and for stewards everybody's."""
    return window.page(_notes(member), lambda each: each.id, _body)


@router.post("/memory", status_code=201, responses=problems.responses(409))
def tell(member: AsVisitor, told: Told, response: Response) -> NoteBody:
    """Tell something that shall be remembered in later conversations."""
    visitor = _teller(member, told.visitor)
    kept = verbs.remember(member.lantern.archive, member.memorial, told.text, visitor)
    response.headers["Location"] = f"/api/v1/memorials/{member.memorial.id}/memory/{kept['id']}"
    return NoteBody(**kept)


@router.get("/memory/{note_id}", response_model=NoteBody, responses={304: {"description": "Not modified"}})
def get_note(note: Note, if_none_match: IfNoneMatch = None) -> Response:
    """One thing that was told, with an ETag."""
    return etags.reply(if_none_match, _body(note))


@router.patch("/memory/{note_id}", responses=problems.responses(412))
def mend_note(member: AsVisitor, note: Note, mended: Mended, if_match: IfMatch = None) -> NoteBody:
    """Put it into other words; those before are gone."""
    etags.check(if_match, etags.tag(_body(note)))
    return _body(member.lantern.archive.memory(member.memorial.id).correct(note.id, mended.text))


@router.delete("/memory/{note_id}", status_code=204)
def forget_note(member: AsVisitor, note: Note) -> None:
    """Forget it for good."""
    member.lantern.archive.memory(member.memorial.id).forget(note.id)


@router.get("/corrections")
def list_corrections(member: AsVisitor, window: Paged) -> Page[CorrectionBody]:
    """What is said to be wrong, the undone too, the latest first: by oneself, and for stewards by everybody."""
    found = member.lantern.archive.memory(member.memorial.id).corrections()
    mine = _name(member)
    seen = [each for each in reversed(found) if member.may("steward") or each.by == mine]
    return window.page(seen, lambda each: each.id, _correction)


@router.post("/corrections", status_code=201)
def strike(member: AsVisitor, struck: Struck) -> CorrectionBody:
    """They never said that: it is not said again, to nobody, until a steward undoes it.

    Visitors can say so of what they may hear; contributors of everything.
    """
    archive, memorial = member.lantern.archive, member.memorial
    if member.may("contributor"):
        return CorrectionBody(**verbs.strike(archive, memorial, struck.quote, _name(member)))
    return CorrectionBody(**verbs.strike_heard(archive, memorial, struck.quote, member.visitor, _name(member)))


@router.delete("/corrections/{correction_id}")
def undo_correction(member: AsSteward, correction_id: CorrectionId) -> CorrectionBody:
    """Let it count no more; it stays as history."""
    return CorrectionBody(**verbs.undo(member.lantern.archive, member.memorial, correction_id))


def _notes(member: Member) -> list[Remembered]:
    """Those that whoever asks may see."""
    memory = member.lantern.archive.memory(member.memorial.id)
    if member.may("steward"):
        return memory.remembered()
    return [] if member.visitor is None else memory.remembered(member.visitor)


def _teller(member: Member, named: str | None) -> str:
    """Who tells: whoever asks, under the name by which the family knows them; a steward may name somebody."""
    mine = member.visitor
    if named is None and mine is None:
        raise problems.conflict("nobody has said yet who you are here: a steward can, among the members", "who-are-you")
    if named is None or (mine is not None and folded(named) == folded(mine)):
        return mine or ""
    if not member.may("steward"):
        raise problems.forbidden("only a steward writes down what somebody else told", "for-stewards")
    return named


def _name(member: Member) -> str:
    """Under which somebody corrects."""
    return member.visitor or member.grant.account.name


def _body(note: Remembered) -> NoteBody:
    return NoteBody(**asdict(note))


def _correction(correction: Correction) -> CorrectionBody:
    return CorrectionBody(**asdict(correction))

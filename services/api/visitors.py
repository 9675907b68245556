"""Who visits a memorial, and what the family's words mean. For those who tend it; knows no account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, BaseModel, Field

from data.errors import NameTaken
from data.memory import LONGEST_CHARS
from data.types import Visitor
from services.api import etags, problems
from services.api.access import AsContributor, AsSteward, Member
from services.api.etags import IfMatch, IfNoneMatch
from services.api.idempotency import Idempotent
from services.api.paging import Page, Paged

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["visitors"], route_class=Idempotent)

VisitorId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a visitor.")]
Word = Annotated[str, Path(min_length=1, max_length=200, description="A word of the family's.", examples=["囡囡"])]
OrNone = Annotated[str | None, AfterValidator(lambda text: text or None)]


class Known(BaseModel):
    """What is known of somebody who visits; what is null or empty is not known."""

    relation: OrNone = Field(None, max_length=LONGEST_CHARS, examples=["granddaughter"])
    called: OrNone = Field(
        None, max_length=LONGEST_CHARS, description="How the person addressed them.", examples=["my dear Lucy"]
    )


class NewVisitor(Known):
    """Somebody who visits."""

    name: str = Field(min_length=1, max_length=LONGEST_CHARS, examples=["Lucy"])


class VisitorBody(NewVisitor):
    """Somebody who visits, as they are known."""

    id: str = Field(examples=["5f1d7c0a9e8b4c3d8f2a6b7c8d9e0f1a"])


class Meaning(BaseModel):
    """What a word means, in plain words."""

    meaning: str = Field(min_length=1, max_length=LONGEST_CHARS, examples=["darling, of a small girl"])


class WordBody(Meaning):
    """A word of the family's or of a dialect."""

    word: str = Field(examples=["囡囡"])


@router.get("/visitors")
def list_visitors(member: AsSteward, window: Paged) -> Page[VisitorBody]:
    """All who are known by name, the first to come first."""
    known = member.lantern.archive.memory(member.memorial.id).visitors_by_id()
    return window.page(known.items(), lambda each: each[0], lambda each: _body(*each))


@router.post("/visitors", status_code=201, responses=problems.responses(409))
def add_visitor(member: AsSteward, new: NewVisitor, response: Response) -> VisitorBody:
    """Say who visits. One of that name must not be there yet."""
    memory = member.lantern.archive.memory(member.memorial.id)
    if memory.visitor(new.name.strip()) is not None:
        raise NameTaken("somebody of that name is known already: say more of them instead")
    name = memory.add_visitor(Visitor(new.name.strip(), new.relation, new.called)).name
    visitor_id = next(each for each, known in memory.visitors_by_id().items() if known.name == name)
    response.headers["Location"] = f"/api/v1/memorials/{member.memorial.id}/visitors/{visitor_id}"
    return _body(visitor_id, Visitor(name, new.relation, new.called))


@router.get("/visitors/{visitor_id}", responses={304: {"description": "Not modified"}}, response_model=VisitorBody)
def get_visitor(member: AsSteward, visitor_id: VisitorId, if_none_match: IfNoneMatch = None) -> Response:
    """One of them, with an ETag."""
    return etags.reply(if_none_match, _found(member, visitor_id))


@router.put("/visitors/{visitor_id}", responses=problems.responses(412))
def change_visitor(member: AsSteward, visitor_id: VisitorId, known: Known, if_match: IfMatch = None) -> VisitorBody:
    """Say anew what is known of them. The name stays, as what is kept for them and from them hangs on it."""
    etags.check(if_match, etags.tag(_found(member, visitor_id)))
    memory = member.lantern.archive.memory(member.memorial.id)
    return _body(visitor_id, memory.set_visitor(visitor_id, known.relation, known.called))


@router.delete("/visitors/{visitor_id}", status_code=204)
def remove_visitor(member: AsSteward, visitor_id: VisitorId) -> None:
    """Know them no more. What they told stays until it is forgotten."""
    member.lantern.archive.memory(member.memorial.id).remove_visitor(visitor_id)


@router.get("/glossary")
def list_glossary(member: AsContributor, window: Paged) -> Page[WordBody]:
    """The family's words, the first explained first."""
    words = member.lantern.archive.memory(member.memorial.id).glossary()
    return window.page(words.items(), lambda each: each[0], lambda each: WordBody(word=each[0], meaning=each[1]))


@router.put("/glossary/{word}")
def explain_word(member: AsContributor, word: Word, told: Meaning) -> WordBody:
    """Say in plain words what a word means, from the next answer on."""
    member.lantern.archive.memory(member.memorial.id).explain(word, told.meaning)
    return WordBody(word=word.strip(), meaning=told.meaning.strip())


@router.delete("/glossary/{word}", status_code=204)
def remove_word(member: AsContributor, word: Word) -> None:
    """Take a word out."""
    member.lantern.archive.memory(member.memorial.id).remove_word(word)


def _found(member: Member, visitor_id: str) -> VisitorBody:
    known = member.lantern.archive.memory(member.memorial.id).visitors_by_id().get(visitor_id)
    if known is None:
        raise problems.not_found()
    return _body(visitor_id, known)


def _body(visitor_id: str, visitor: Visitor) -> VisitorBody:
    return VisitorBody(id=visitor_id, name=visitor.name, relation=visitor.relation, called=visitor.called)

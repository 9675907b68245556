"""The links by which somebody comes to a memorial: seen and accepted by whoever has one. Knows no member."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from data.accounts import Account, Role
from data.members import Invitation
from data.types import Visitor
from services.api import entrance, problems
from services.api.access import Anybody
from services.api.context import lantern_of
from services.api.problems import Problem
from services.api.sessions import LONGEST_CHARS, SessionBody, begin, session
from services.api.throttle import OF_AN_ADDRESS, address_of

router = APIRouter(tags=["accounts"])

T = TypeVar("T")
Secret = Annotated[str, Path(max_length=100, description="What stands behind `#invitation=` in the link.")]


class InvitationBody(BaseModel):
    """To whose memorial, and as what."""

    memorial: str = Field(description="Who is remembered there.", examples=["Grace Hopper"])
    role: Role
    visitor: str | None = Field(description="The name under which the family knows whoever comes.", examples=["Mary"])
    ends_at: datetime


class Accepted(BaseModel):
    """A new account, or nothing from somebody who is signed in."""

    name: str | None = Field(None, max_length=LONGEST_CHARS, examples=["Mary"])
    password: str | None = Field(None, max_length=LONGEST_CHARS, examples=["a lamp in the window"])


class Member(BaseModel):
    """The session, and the memorial that is open now."""

    session: SessionBody
    memorial: str = Field(description="Its id.", examples=["9d8c5b1f2e3a4c7d8e9f0a1b2c3d4e5f"])
    role: Role


@router.get("/invitations/{secret}", summary="What a link opens")
def invitation(request: Request, secret: Secret, _: Anybody) -> InvitationBody:
    """For as long as nobody accepted it, and fourteen days at most."""
    invitation = waiting(request, secret)
    person = lantern_of(request).archive.memorial(invitation.memorial_id).person
    return InvitationBody(
        memorial=person.name, role=invitation.role, visitor=invitation.visitor, ends_at=invitation.ends_at
    )


@router.post(
    "/invitations/{secret}",
    status_code=201,
    summary="Accept an invitation",
    responses=problems.responses(409),
)
def accept(request: Request, response: Response, secret: Secret, given: Accepted, _: Anybody) -> Member:
    """Makes an account and signs in, or opens the memorial to the one that is signed in. A link opens once."""
    invitation = waiting(request, secret)
    if given.name is not None and given.password is not None:
        joined = lantern_of(request).accounts.join(secret, given.name, given.password)
        account = _still_waiting(joined)[0]
        told = begin(request, response, account)
    else:
        account = _signed_in(request)
        _still_waiting(lantern_of(request).accounts.accept(secret, account.id))
        told = session(request, None)
    welcome(request, invitation)
    return Member(session=told, memorial=invitation.memorial_id, role=invitation.role)


def waiting(request: Request, secret: str) -> Invitation:
    """The one that the secret opens; 404 where there is none, and 429 after too many of those."""
    lantern, who = lantern_of(request), f"link {address_of(request)}"
    lantern.throttle.guess(who, OF_AN_ADDRESS)
    invitation = _still_waiting(lantern.accounts.invitation(secret))
    lantern.throttle.right(who)
    return invitation


def welcome(request: Request, invitation: Invitation) -> None:
    """Let the memorial know whom the family knows by this name."""
    if invitation.visitor is not None:
        lantern_of(request).archive.memory(invitation.memorial_id).add_visitor(Visitor(invitation.visitor))


def _signed_in(request: Request) -> Account:
    grant = entrance.grant_of(request)
    if grant is None or grant.scope is not None:
        raise Problem(401, "not-signed-in", "choose a name and a password, or sign in first")
    return grant.account


def _still_waiting(found: T | None) -> T:
    if found is None:
        raise Problem(404, "not-found", "this link opens nothing any more: ask for another one")
    return found

"""Who belongs to a memorial, and who is invited to it. For its stewards; knows no password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from data.accounts import Membership, Role
from data.members import LONGEST_NAME_CHARS, Invitation, Members
from data.types import Visitor
from services.api import problems
from services.api.access import LOOPBACK, AsSteward, Member
from services.api.account import AccountId
from services.api.paging import Page, Paged
from services.live.house import house_of

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["members"])

InvitationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of an invitation.")]


class MemberBody(BaseModel):
    """An account in a memorial."""

    account_id: str
    name: str = Field(description="With which they sign in.", examples=["mary"])
    role: Role
    visitor: str | None = Field(description="The name under which the family knows them.", examples=["Mary"])
    keeper: bool = Field(description="Keeps this home: a steward of every memorial, and nobody can change that.")


class ChangedMember(BaseModel):
    """Another role, or another name under which the family knows them; what is not given stays."""

    role: Role | None = None
    visitor: str | None = Field(None, max_length=LONGEST_NAME_CHARS, examples=["Mary"])


class Invite(BaseModel):
    """Somebody who shall come."""

    role: Role = "visitor"
    visitor: str = Field(
        max_length=LONGEST_NAME_CHARS,
        description="The name under which the family knows them: what is kept from one of that name is kept from them.",
        examples=["Mary"],
    )


class Waiting(BaseModel):
    """An invitation that nobody has accepted yet, without its secret."""

    id: str
    role: Role
    visitor: str | None = Field(examples=["Mary"])
    added_at: datetime
    ends_at: datetime


class Invited(Waiting):
    """The only time that the link is told."""

    secret: str = Field(examples=["q0v5T0m1kzF3m0gqLq4b0c8o2l3s5t7u9w1x3y5z7A"])
    path: str = Field(description="Of the link, below the address of this service.", examples=["/#invitation=q0v5…"])
    only_here: bool = Field(description="It opens on this machine alone, as this was asked under its own address.")


@router.get("/members", summary="Who belongs to it")
def members(window: Paged, steward: AsSteward) -> Page[MemberBody]:
    """The keeper first, then the first to come first."""
    return window.page(_members(steward), lambda each: each.account_id, lambda each: each)


@router.patch("/members/{account_id}", summary="Another role or name", responses=problems.responses(409))
def change(account_id: AccountId, given: ChangedMember, steward: AsSteward) -> MemberBody:
    """At once, in every browser of theirs."""
    known = _member(steward, account_id)
    if known.keeper and given.role not in (None, "steward"):
        raise problems.conflict("the keeper of this home is a steward of every memorial in it", "keeper-is-steward")
    visitor = known.visitor if given.visitor is None else given.visitor
    _of(steward).put(account_id, Membership(given.role or known.role, visitor))
    if given.visitor is not None:
        steward.lantern.archive.memory(steward.memorial.id).add_visitor(Visitor(given.visitor))
    return _member(steward, account_id)


@router.delete(
    "/members/{account_id}",
    status_code=204,
    summary="Close it to somebody",
    responses=problems.responses(409),
)
def remove(account_id: AccountId, steward: AsSteward, request: Request) -> None:
    """Their account stays, and so does what they told here."""
    if _member(steward, account_id).keeper:
        raise problems.conflict("the keeper of this home is a steward of every memorial in it", "keeper-is-steward")
    _of(steward).remove(account_id)
    house_of(request).shut_out(steward.memorial.id, account_id)


@router.get("/invitations", summary="Who is invited")
def invitations(window: Paged, steward: AsSteward) -> Page[Waiting]:
    """Those that wait, the oldest first."""
    return window.page(_of(steward).invitations(), lambda each: each.id, _waiting)


@router.post("/invitations", status_code=201, summary="Invite somebody")
def invite(given: Invite, steward: AsSteward, request: Request) -> Invited:
    """The link opens once, for fourteen days. Send it to the one whom it is for, and nobody else."""
    secret, invitation = _of(steward).invite(given.role, given.visitor)
    return Invited(
        **_waiting(invitation).model_dump(),
        secret=secret,
        path=f"/#invitation={secret}",
        only_here=request.url.hostname in {"localhost", *LOOPBACK},
    )


@router.delete("/invitations/{invitation_id}", status_code=204, summary="Withdraw an invitation")
def withdraw(invitation_id: InvitationId, steward: AsSteward) -> None:
    """Its link opens nothing any more."""
    if not _of(steward).withdraw(invitation_id):
        raise problems.not_found()


def _of(steward: Member) -> Members:
    return steward.lantern.archive.members(steward.memorial.id)


def _members(steward: Member) -> Iterator[MemberBody]:
    roles = {each.account_id: Membership(each.role, each.visitor) for each in _of(steward).all()}
    for account in steward.lantern.accounts.all():
        membership = roles.get(account.id)
        if account.keeper:
            membership = Membership("steward", membership.visitor if membership else account.name)
        if membership is not None:
            yield MemberBody(
                account_id=account.id,
                name=account.name,
                role=membership.role,
                visitor=membership.visitor,
                keeper=account.keeper,
            )


def _member(steward: Member, account_id: str) -> MemberBody:
    """The one of that account; 404 where it is none of this memorial's, whatever else it is."""
    found = next((each for each in _members(steward) if each.account_id == account_id), None)
    if found is None:
        raise problems.not_found()
    return found


def _waiting(invitation: Invitation) -> Waiting:
    return Waiting(
        id=invitation.id,
        role=invitation.role,
        visitor=invitation.visitor,
        added_at=invitation.added_at,
        ends_at=invitation.ends_at,
    )

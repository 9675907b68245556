"""One's own account: its name, its password, where it is signed in, and its tokens. Knows nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from data.accounts import Account, Grant, Role, Session, Token
from services.api import entrance, etags, problems
from services.api.access import Keeper, Own, OwnKeeper
from services.api.context import lantern_of
from services.api.etags import IfMatch, IfNoneMatch
from services.api.paging import Page, Paged
from services.api.problems import Problem
from services.api.sessions import LONGEST_CHARS, Who, who
from services.api.throttle import OF_A_NAME
from services.live.house import house_of

router = APIRouter(tags=["accounts"])

MOST_DAYS = 3_650

SessionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a session.")]
TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a token.")]
AccountId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of an account.")]


class AccountBody(Who):
    """One's own."""

    has_password: bool = Field(description="Else another provider signs them in.")
    has_openid: bool = Field(description="Another provider may sign them in.")


class Renamed(BaseModel):
    """Another name to sign in with."""

    name: str = Field(max_length=LONGEST_CHARS, examples=["Mary Hale"])


class NewPassword(BaseModel):
    """A password and the one before it, where there is one."""

    old: str | None = Field(None, max_length=LONGEST_CHARS, examples=["a lamp in the window"])
    new: str = Field(max_length=LONGEST_CHARS, examples=["four apples and a pear"])
    keep_tokens: bool = Field(False, description="Tokens go on to work; else they end, as somebody else may have one.")


class GivenPassword(BaseModel):
    """A password for somebody who forgot theirs."""

    new: str = Field(max_length=LONGEST_CHARS, examples=["four apples and a pear"])


class SessionOf(BaseModel):
    """Where somebody is signed in."""

    id: str
    agent: str | None = Field(description="What the browser calls itself.", examples=["Mozilla/5.0 …"])
    current: bool = Field(description="The session that asks.")
    added_at: datetime
    seen_at: datetime = Field(description="When it was used last, to the hour.")
    ends_at: datetime


class TokenBody(BaseModel):
    """A program that may come in, without its secret."""

    id: str
    name: str = Field(examples=["the lamp in the hall"])
    scope: Role = Field(description="The role that it has at most.")
    memorial: str | None = Field(description="The only memorial that it sees.")
    added_at: datetime
    seen_at: datetime | None = Field(description="When it was used last, to the hour.")
    ends_at: datetime | None


class NewToken(BaseModel):
    """What a program shall be called, and what it may do."""

    name: str = Field(max_length=LONGEST_CHARS, examples=["the lamp in the hall"])
    scope: Role = Field("visitor", description="The role that it has at most.")
    memorial: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="The only memorial that it shall see.")
    days: int | None = Field(None, ge=1, le=MOST_DAYS, description="For how long; without, until it is removed.")


class MadeToken(BaseModel):
    """The only time that the secret is told."""

    token: TokenBody
    secret: str = Field(description="Send it as `Authorization: Bearer …`.", examples=["lantern_1Qk3…"])


@router.get("/account", response_model=AccountBody, summary="One's own account")
def account(grant: Own, if_none_match: IfNoneMatch = None) -> Response:
    """Of the session that asks."""
    return etags.reply(if_none_match, _body(grant.account))


@router.patch("/account", summary="Take another name", responses=problems.responses(409, 412))
def rename(request: Request, given: Renamed, grant: Own, if_match: IfMatch = None) -> AccountBody:
    """To sign in with; how the family knows somebody in a memorial is its stewards' to say."""
    etags.check(if_match, etags.tag(_body(grant.account)))
    accounts = lantern_of(request).accounts
    accounts.rename(grant.account.id, given.name)
    changed = accounts.account(grant.account.id)
    return _body(changed or grant.account)


@router.delete("/account", status_code=204, summary="Remove one's own account")
def remove(request: Request, response: Response, grant: Own) -> None:
    """With its sessions, tokens and conversations, for good. The keeper's stays as long as the home."""
    lantern_of(request).accounts.remove(grant.account)
    house_of(request).shut_out(account_id=grant.account.id)
    entrance.remove_cookie(request, response)


@router.put("/account/password", status_code=204, summary="Set another password")
def set_password(request: Request, given: NewPassword, grant: Own) -> None:
    """Every other session of the account ends, and every token, unless they shall be kept."""
    lantern, key = lantern_of(request), f"password {grant.account.id}"
    if grant.account.has_password:
        lantern.throttle.guess(key, OF_A_NAME)
        if not lantern.accounts.fits(grant.account.id, given.old or ""):
            raise Problem(403, "old-password", "the old password is another one: type it again")
        lantern.throttle.right(key)
    lantern.accounts.set_password(grant.account.id, given.new, grant.id, keep_tokens=given.keep_tokens)


@router.get("/account/sessions", summary="Where one is signed in")
def sessions(request: Request, window: Paged, grant: Own) -> Page[SessionOf]:
    """Each browser, the oldest first."""
    found = lantern_of(request).accounts.sessions(grant.account.id)
    return window.page(found, lambda each: each.id, lambda each: _session(each, grant))


@router.delete("/account/sessions/{session_id}", status_code=204, summary="Sign out there")
def end_session(request: Request, session_id: SessionId, grant: Own) -> None:
    """That browser has to sign in again."""
    if not lantern_of(request).accounts.end_session(grant.account.id, session_id):
        raise problems.not_found()


@router.get("/account/tokens", summary="The programs that may come in")
def tokens(request: Request, window: Paged, grant: Own) -> Page[TokenBody]:
    """The oldest first, without their secrets."""
    found = lantern_of(request).accounts.tokens(grant.account.id)
    return window.page(found, lambda each: each.id, _token)


@router.post("/account/tokens", status_code=201, summary="Let a program in")
def add_token(request: Request, given: NewToken, grant: Own) -> MadeToken:
    """It never may more than the account itself. The secret is told this once."""
    accounts = lantern_of(request).accounts
    if given.memorial is not None and accounts.membership(grant, given.memorial) is None:
        raise problems.not_found()
    lasts = None if given.days is None else timedelta(days=given.days)
    secret, token = accounts.add_token(grant.account.id, given.name, given.scope, given.memorial, lasts)
    return MadeToken(token=_token(token), secret=secret)


@router.delete("/account/tokens/{token_id}", status_code=204, summary="Let it in no more")
def remove_token(request: Request, token_id: TokenId, grant: Own) -> None:
    """At once."""
    if not lantern_of(request).accounts.remove_token(grant.account.id, token_id):
        raise problems.not_found()


@router.get("/accounts", summary="Everybody with an account")
def everybody(request: Request, window: Paged, _: Keeper) -> Page[Who]:
    """For the keeper, the oldest first."""
    return window.page(lantern_of(request).accounts.all(), lambda each: each.id, who)


@router.delete("/accounts/{account_id}", status_code=204, summary="Remove an account")
def remove_account(request: Request, account_id: AccountId, _: OwnKeeper) -> None:
    """With its sessions, tokens and conversations, for good."""
    accounts = lantern_of(request).accounts
    accounts.remove(_found(accounts.account(account_id)))
    house_of(request).shut_out(account_id=account_id)


@router.put("/accounts/{account_id}/password", status_code=204, summary="Give somebody a new password")
def give_password(request: Request, account_id: AccountId, given: GivenPassword, keeper: OwnKeeper) -> None:
    """For somebody who forgot theirs; all their sessions and tokens end. One's own is changed with the old one."""
    accounts = lantern_of(request).accounts
    if account_id == keeper.account.id:
        raise problems.conflict("this is your own account: change its password with the old one", "own-account")
    accounts.set_password(_found(accounts.account(account_id)).id, given.new)


def _found(account: Account | None) -> Account:
    if account is None:
        raise problems.not_found()
    return account


def _body(account: Account) -> AccountBody:
    told = who(account).model_dump()
    return AccountBody(**told, has_password=account.has_password, has_openid=account.has_openid)


def _session(session: Session, grant: Grant) -> SessionOf:
    return SessionOf(
        id=session.id,
        agent=session.agent,
        current=session.id == grant.id,
        added_at=session.added_at,
        seen_at=session.seen_at,
        ends_at=session.ends_at,
    )


def _token(token: Token) -> TokenBody:
    return TokenBody(
        id=token.id,
        name=token.name,
        scope=token.scope,
        memorial=token.memorial_id,
        added_at=token.added_at,
        seen_at=token.seen_at,
        ends_at=token.ends_at,
    )

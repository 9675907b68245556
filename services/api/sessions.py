"""Signing in and out, and the first account of a home. Knows no password: the accounts do."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from data.accounts import Account
from data.members import LONGEST_NAME_CHARS
from data.names import folded
from services.api import entrance, problems
from services.api.access import Anybody, Own
from services.api.context import lantern_of
from services.api.problems import Problem
from services.api.throttle import OF_A_NAME, OF_AN_ADDRESS, address_of

router = APIRouter(tags=["accounts"])

LONGEST_CHARS = 2_000  # of what is typed; the accounts say what is too long for them


class Who(BaseModel):
    """An account, as others in a memorial may know it."""

    id: str = Field(examples=["5f0c9a4e7d3b2a1860c4e2f7b9d81a35"])
    name: str = Field(examples=["Mary"])
    keeper: bool = Field(description="Keeps this home: a steward of every memorial in it.")


class SessionBody(BaseModel):
    """Who is signed in, and what a page needs to ask for more."""

    account: Who | None
    csrf: str | None = Field(description="Send this as `X-CSRF-Token` with whatever changes something.")
    first_start: bool = Field(description="Nobody has an account yet: the console shows the link that makes one.")
    openid: bool = Field(description="Another provider signs people in here: `GET /openid`.")


class SignIn(BaseModel):
    """A name and its password."""

    name: str = Field(max_length=LONGEST_CHARS, examples=["Mary"])
    password: str = Field(max_length=LONGEST_CHARS, examples=["a lamp in the window"])


class Setup(SignIn):
    """The first account, and the secret of the link on the console."""

    link: str = Field(max_length=LONGEST_CHARS, examples=["q0v5T0m1kzF3m0gqLq4b0c8o2l3s5t7u9w1x3y5z7A"])


@router.get("/session", summary="Who is signed in")
def session(request: Request, _: Anybody) -> SessionBody:
    """Open to all: the first thing that a page asks."""
    grant = entrance.grant_of(request)
    secret = entrance.session_secret(request)
    by_session = grant is not None and grant.scope is None and secret is not None
    return _body(request, None if grant is None else grant.account, secret if by_session else None)


@router.post("/session", status_code=201, summary="Sign in")
def sign_in(request: Request, response: Response, given: SignIn, _: Anybody) -> SessionBody:
    """The answer sets the cookie of the session. After a few wrong passwords, each takes longer than the one before."""
    lantern = lantern_of(request)
    name = folded(given.name)[:LONGEST_NAME_CHARS]
    guesses = {f"address {address_of(request)}": OF_AN_ADDRESS, f"name {name}": OF_A_NAME}
    for who, patience in guesses.items():
        lantern.throttle.guess(who, patience)
    account = lantern.accounts.sign_in(given.name, given.password)
    if account is None:
        raise Problem(401, "wrong-password", "the name and the password do not belong together: type both again")
    for who in guesses:
        lantern.throttle.right(who)
    return begin(request, response, account)


@router.delete("/session", status_code=204, summary="Sign out")
def sign_out(request: Request, response: Response, grant: Own) -> None:
    """Ends the session, and lets the browser forget its cookie."""
    lantern_of(request).accounts.end_session(grant.account.id, grant.id)
    entrance.remove_cookie(request, response)


@router.post("/setup", status_code=201, summary="Make the first account", responses=problems.responses(409))
def set_up(request: Request, response: Response, given: Setup, _: Anybody) -> SessionBody:
    """With the link that the console shows, as long as nobody has an account; signs in."""
    lantern, who = lantern_of(request), f"link {address_of(request)}"
    lantern.throttle.guess(who, OF_AN_ADDRESS)
    if not lantern.first_start.fits(given.link):
        raise problems.forbidden(
            "this is not the link of the first start: take the one that the console shows now", "old-link"
        )
    lantern.throttle.right(who)
    return begin(request, response, lantern.accounts.found(given.name, given.password))


def begin(request: Request, response: Response, account: Account) -> SessionBody:
    """A new session instead of the one that the browser may have."""
    accounts = lantern_of(request).accounts
    before = entrance.session_secret(request)
    old = None if before is None else accounts.by_session(before)
    if old is not None:
        accounts.end_session(old.account.id, old.id)
    secret = accounts.begin_session(account.id, request.headers.get("User-Agent"))
    entrance.set_cookie(request, response, secret)
    return _body(request, account, secret)


def who(account: Account) -> Who:
    """What is told of an account."""
    return Who(id=account.id, name=account.name, keeper=account.keeper)


def _body(request: Request, account: Account | None, secret: str | None) -> SessionBody:
    lantern = lantern_of(request)
    return SessionBody(
        account=None if account is None else who(account),
        csrf=None if secret is None else entrance.csrf_token(secret),
        first_start=account is None and lantern.accounts.are_none(),
        openid=lantern.settings.openid is not None,
    )

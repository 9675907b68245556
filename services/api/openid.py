"""Signing in by another provider. It opens accounts that are linked to it, and lets those in who hold an invitation;
nobody else gets an account by it. Knows no protocol.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from data.accounts import Account
from data.errors import LanternError
from data.settings import Provider
from services.api import entrance, problems
from services.api.access import Anybody, Own
from services.api.context import lantern_of
from services.api.few import OneOfFew
from services.api.invitations import waiting, welcome
from services.api.problems import Problem
from services.api.sessions import begin
from services.openid import Person

router = APIRouter(tags=["accounts"])

COOKIE: Final = "lantern-openid"
COOKIE_LASTS_S: Final = 600
LINK, INVITATION = "link", "invitation"  # what a flow is begun with

Invitation = Annotated[
    str | None, Query(max_length=100, description="The secret of an invitation, which a new account accepts.")
]
Link = Annotated[bool, Query(description="Let the provider sign in the account that is signed in now.")]


@router.get("/openid", status_code=303, response_class=RedirectResponse, summary="Sign in by another provider")
def go(
    request: Request, _: Anybody, __: OneOfFew, invitation: Invitation = None, link: Link = False
) -> RedirectResponse:
    """Sends the browser there; it comes back to `/openid/callback`."""
    lantern = lantern_of(request)
    given = {} if invitation is None else {INVITATION: invitation}
    if link:
        grant = entrance.grant_of(request)
        if grant is None or grant.scope is not None:
            raise Problem(401, "not-signed-in", "sign in first")
        given = {LINK: grant.account.id}
    begun = lantern.openid.begin(_provider(request), _back(request), given)
    response = RedirectResponse(begun.url, 303)
    response.set_cookie(
        entrance.cookie_name(request, COOKIE),
        begun.kept,
        max_age=COOKIE_LASTS_S,
        secure=entrance.is_secure(request),
        httponly=True,
        samesite="lax",  # the provider's page sends the browser back
    )
    return response


@router.get("/openid/callback", status_code=303, response_class=RedirectResponse, summary="Come back from the provider")
def come_back(request: Request, _: Anybody, __: OneOfFew) -> RedirectResponse:
    """Signs in and goes on to the pages. What went wrong is told there, behind `#openid-problem=`."""
    provider, response = _provider(request), RedirectResponse("/", 303)
    try:
        kept = request.cookies.get(entrance.cookie_name(request, COOKIE), "")
        person = lantern_of(request).openid.end(provider, _back(request), kept, dict(request.query_params))
        if LINK in person.given:
            _link(request, person)
        else:
            begin(request, response, _account(request, person))
    except LanternError as err:
        response = RedirectResponse(f"/#openid-problem={problems.problem(err).name}", 303)
    response.delete_cookie(
        entrance.cookie_name(request, COOKIE), secure=entrance.is_secure(request), httponly=True, samesite="lax"
    )
    return response


@router.delete("/account/openid", status_code=204, summary="Let the provider sign one in no more")
def unlink(request: Request, grant: Own) -> None:
    """Only for an account that has a password."""
    lantern_of(request).accounts.unlink(grant.account.id)


def _link(request: Request, person: Person) -> None:
    """Let this sign in the account that began it, which must be signed in still."""
    grant = entrance.grant_of(request)
    if grant is None or grant.account.id != person.given[LINK]:
        raise Problem(401, "not-signed-in", "somebody else is signed in by now: begin again")
    lantern_of(request).accounts.link(grant.account.id, person.issuer, person.subject)


def _account(request: Request, person: Person) -> Account:
    """Whom this signs in; raises where that is nobody."""
    known = lantern_of(request).accounts.of_openid(person.issuer, person.subject)
    secret = person.given.get(INVITATION)
    if secret is not None:
        return _invited(request, person, known, secret)
    if known is None:
        raise problems.forbidden(
            "nobody here has this sign-in: open the link of your invitation first", "unknown-sign-in"
        )
    return known


def _invited(request: Request, person: Person, known: Account | None, secret: str) -> Account:
    accounts, invitation = lantern_of(request).accounts, waiting(request, secret)
    if known is None:
        joined = accounts.join_by_openid(secret, person.name, person.issuer, person.subject)
        account = joined and joined[0]
    else:
        account = known if accounts.accept(secret, known.id) else None
    if account is None:
        raise problems.not_found()
    welcome(request, invitation)
    return account


def _provider(request: Request) -> Provider:
    provider = lantern_of(request).settings.openid
    if provider is None:
        raise Problem(404, "no-openid", "no other service signs people in here: use a name and a password")
    return provider


def _back(request: Request) -> str:
    return str(request.url_for("come_back"))

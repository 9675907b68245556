"""Who asks, and what they may do. Every route declares one of these; a test walks the routes and fails where one does
not.

    Anybody        no account is needed
    AnybodyAnyTime the same, however often: for the files of the pages, which are in memory and the same for all
    SignedIn       an account, by the cookie of its session or by a token
    Own            an account by its session alone: no token makes tokens or changes passwords
    Keeper         the account that keeps this home, by its session or a token of a steward's scope
    OwnKeeper      the same by its session alone: no token gives passwords or removes accounts
    NearOrKeeper   the same, or a program on this machine itself: for what tells numbers alone
    AsVisitor      somebody invited to the memorial in the path; AsContributor and AsSteward are more

What is not shared with somebody is 404 for them, so that nobody learns what there is; what they may see and not do is
403.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from data.accounts import ROLES, Grant, Role
from data.archive import Memorial
from data.errors import UnknownMemorial
from services.api import entrance, problems
from services.api.context import Lantern, lantern_of
from services.api.problems import Problem

MemorialId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a memorial.")]

LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a memorial. `visitor` is the name under which the family knows them; they cannot choose it."""

    lantern: Lantern
    grant: Grant
    memorial: Memorial
    role: Role
    visitor: str | None

    def may(self, role: Role) -> bool:
        """Whether they may do what this role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Anyone:
    """Marks a route that is open to all. `counted`: how often somebody may ask."""

    def __init__(self, *, counted: bool = True) -> None:
        self._counted = counted

    def __call__(self, connection: HTTPConnection) -> None:
        """Nothing is asked, but that a page of ours asks, and not too often."""
        entrance.check_origin(connection)
        if self._counted:
            entrance.count(connection, None)


class Signed:
    """An account. `by_session`: not by a token; `keeper`: the one that keeps this home."""

    def __init__(self, *, by_session: bool = False, keeper: bool = False) -> None:
        self.by_session = by_session
        self.keeper = keeper

    def __call__(self, connection: HTTPConnection) -> Grant:
        """Raises 401 without an account, 403 where it may not."""
        grant = entrance.grant_of(connection)
        entrance.count(connection, grant)
        if grant is None:
            raise Problem(401, "not-signed-in", "sign in first", {"WWW-Authenticate": "Bearer"})
        if self.by_session and grant.scope is not None:
            raise problems.forbidden("a token cannot do this: sign in with the account's name and password")
        if self.keeper and not (grant.account.keeper and grant.scope in (None, "steward") and not grant.memorial_id):
            raise problems.forbidden("only the keeper of this home may do this", "for-the-keeper")
        return grant


class Near(Signed):
    """A program on this machine itself, or the keeper; what a proxy hands on comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__(keeper=True)

    def __call__(self, connection: HTTPConnection) -> Grant | None:  # type: ignore[override]
        """Raises as for a keeper, but asks nothing of this machine."""
        client = connection.client
        if client is not None and client.host in LOOPBACK and "X-Forwarded-For" not in connection.headers:
            return None
        return super().__call__(connection)


class Needs:
    """A role in the memorial of the path, or one above it."""

    def __init__(self, role: Role) -> None:
        self.role: Final[Role] = role

    def __call__(self, connection: HTTPConnection, memorial_id: MemorialId) -> Member:
        """Raises 401 without an account, 404 without a role there, 403 with a lesser one."""
        member = member_of(connection, Signed()(connection), memorial_id)
        if not member.may(self.role):
            raise problems.forbidden(f"this takes the role of a {self.role}: ask a steward of the memorial")
        return member


def member_of(connection: HTTPConnection, grant: Grant, memorial_id: str) -> Member:
    """What a grant may do in one memorial; 404 where that is nothing."""
    lantern = lantern_of(connection)
    membership = lantern.accounts.membership(grant, memorial_id)
    if membership is None:
        raise problems.not_found()
    try:
        memorial = lantern.archive.memorial(memorial_id)
    except UnknownMemorial as err:
        raise problems.not_found() from err
    return Member(lantern, grant, memorial, membership.role, membership.visitor)


Anybody = Annotated[None, Depends(Anyone())]
AnybodyAnyTime = Annotated[None, Depends(Anyone(counted=False))]
SignedIn = Annotated[Grant, Depends(Signed())]
Own = Annotated[Grant, Depends(Signed(by_session=True))]
Keeper = Annotated[Grant, Depends(Signed(keeper=True))]
OwnKeeper = Annotated[Grant, Depends(Signed(by_session=True, keeper=True))]
NearOrKeeper = Annotated[Grant | None, Depends(Near())]
AsVisitor = Annotated[Member, Depends(Needs("visitor"))]
AsContributor = Annotated[Member, Depends(Needs("contributor"))]
AsSteward = Annotated[Member, Depends(Needs("steward"))]

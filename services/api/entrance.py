"""What a request or a socket proves: the cookie of a session, or a token. Knows accounts, and no route.

A browser sends a cookie with whatever any page makes it send. So what changes something needs the session's CSRF token
in a header too, which no other page can read, and a socket must come from a page of ours. A token is sent by a program
that means it, and needs neither.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from data.accounts import LONGEST, Grant
from services.api import problems
from services.api.context import lantern_of
from services.api.throttle import address_of

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "X-CSRF-Token"
COOKIE: Final = "lantern"
TLS_PREFIX: Final = "__Host-"  # browsers take such a cookie over TLS alone, for this host alone
COOKIE_LASTS_S: Final = int(LONGEST.total_seconds())  # the server ends a session that is not used sooner


def grant_of(connection: HTTPConnection) -> Grant | None:
    """Who asks; None where that is nobody. Raises 403 where another page may have made the browser ask."""
    scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return lantern_of(connection).accounts.by_token(token.strip())
    secret = session_secret(connection)
    grant = None if secret is None else lantern_of(connection).accounts.by_session(secret)
    if grant is not None and secret is not None:
        _check_meant(connection, secret)
    return grant


def count(connection: HTTPConnection, grant: Grant | None) -> None:
    """Raises 429 where an account, or an address that is signed in as none, asks too often. A request counts once,
    however many look at it.
    """
    if getattr(connection.state, "counted", False):
        return
    connection.state.counted = True
    who = f"address {address_of(connection)}" if grant is None else grant.account.id
    lantern_of(connection).throttle.request(who, writes=not _is_safe(connection))


def session_secret(connection: HTTPConnection) -> str | None:
    """What the cookie holds."""
    return connection.cookies.get(cookie_name(connection))


def csrf_token(secret: str) -> str:
    """That of a session: derived from its secret, which no page can read."""
    return hmac.new(secret.encode(), b"lantern/csrf", hashlib.sha256).hexdigest()


def cookie_name(connection: HTTPConnection, name: str = COOKIE) -> str:
    """A name of ours as the browser has it."""
    return f"{TLS_PREFIX}{name}" if is_secure(connection) else name


def is_secure(connection: HTTPConnection) -> bool:
    """Whether it came over TLS."""
    return connection.url.scheme in ("https", "wss")


def set_cookie(connection: HTTPConnection, response: Response, secret: str) -> None:
    """Let the browser keep the secret of a session."""
    response.set_cookie(
        cookie_name(connection),
        secret,
        max_age=COOKIE_LASTS_S,
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",  # a link of an invitation or a bookmark comes in signed in
    )


def remove_cookie(connection: HTTPConnection, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        cookie_name(connection), path="/", secure=is_secure(connection), httponly=True, samesite="lax"
    )


def check_origin(connection: HTTPConnection) -> None:
    """Raises 403 where a page of another origin would change something. Programs send no origin."""
    origin = connection.headers.get("Origin")
    if not _is_safe(connection) and origin is not None and origin.partition("://")[2] != connection.headers.get("Host"):
        raise problems.forbidden("this came from another page: open the page of this Lantern itself", "other-page")


def _check_meant(connection: HTTPConnection, secret: str) -> None:
    if _is_safe(connection):
        return
    check_origin(connection)
    if connection.scope["type"] == "websocket":
        if "Origin" not in connection.headers:  # every browser sends one with a socket
            raise problems.forbidden("a socket with a cookie comes from a page: programs use a token")
        return
    sent = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token(secret).encode()):
        raise problems.forbidden(f"the header {CSRF_HEADER} is missing or old: GET /session tells it", "old-page")


def _is_safe(connection: HTTPConnection) -> bool:
    """Whether it changes nothing. A socket may."""
    return connection.scope["type"] == "http" and connection.scope["method"] in SAFE

"""What stands around the whole application: whom it answers, how long it waits, what every answer carries, what is
written down of it. Knows no route.

A request for a name that is not this machine's is refused: a page elsewhere could have had its own name point here. A
body must keep coming: it has `patience_s`, and more with what has come, so that neither silence nor a trickle holds a
connection. How large it may be the routes say (`max_body_size`).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from logging import ERROR
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import metrics
from services.api.problems import MEDIA_TYPE, Problem, problem, respond, too_much
from services.logs import tell

BODY_BYTES: Final = 2**20  # of a request, unless its route says more
SLOWEST_BYTES_S: Final = 4_096  # a body may take so much longer with what has come
GOING_AWAY: Final = 1001
UNWELCOME: Final = 1008
NOWHERE: Final = "(none)"  # the template of a path that nothing answers to
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN: Final = "(other)"  # a method that is none of these: each would be counted on its own, for good

SECURITY: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # pages say what they need instead
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}


def anybody(_name: str) -> bool:
    """Answers to every name: for an application that no browser can reach."""
    return True


@dataclass(frozen=True, slots=True)
class Limits:
    """`is_ours` tells the names that this machine is asked by; `only_near` refuses addresses of the wide internet."""

    is_ours: Callable[[str], bool] = anybody
    only_near: bool = False
    patience_s: float = 15.0
    at_once: int = 200  # requests; conversations are not counted


@dataclass(slots=True)
class _Visit:
    """One request or socket, from its head to its end."""

    scope: Scope
    began: float = field(default_factory=time.monotonic)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    status: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    waited_s: float = 0.0
    whole: bool = False  # the body is here
    open: bool = False  # the socket was accepted

    @property
    def route(self) -> str:
        """The template; never the path, which may hold a secret."""
        template = getattr(self.scope.get("route"), "path", None)
        if template is None:
            return NOWHERE
        root = "/".join(self.scope["path"].split("/", 3)[:3])
        return f"{root}{template}" if root == "/api/v1" and not template.startswith(root) else template


class Guard:
    """The application with all of this around it."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._running = 0
        self._sockets: dict[str, Send] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one."""
        if scope["type"] == "http":
            await self._request(_Visit(scope), receive, send)
        elif scope["type"] == "websocket":
            await self._socket(_Visit(scope), receive, send)
        else:
            await self._app(scope, receive, send)

    async def farewell(self) -> None:
        """Tell all open conversations that the service goes away."""
        for send in list(self._sockets.values()):
            await send({"type": "websocket.close", "code": GOING_AWAY, "reason": "Lantern was closed"})

    async def _request(self, visit: _Visit, receive: Receive, send: Send) -> None:
        answer = _as_problem(visit, receive, _dressed(visit, send))
        visit.whole = not _has_body(visit.scope)
        self._running += 1
        try:
            self._check(visit.scope)
            await self._app(visit.scope, self._patient(visit, receive), answer)
        except Exception as err:  # noqa: BLE001 — an unforeseen one must not stop the others
            if not isinstance(err, Problem):
                tell("fault", err, ERROR, request=visit.id, route=visit.route)
            if not visit.status:
                await respond(problem(err))(visit.scope, receive, answer)
        finally:
            self._running -= 1
            method = visit.scope["method"]
            self._written(
                visit, method if method in METHODS else UNKNOWN, visit.status or HTTPStatus.INTERNAL_SERVER_ERROR
            )

    async def _socket(self, visit: _Visit, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "websocket.close":
                self._sockets.pop(visit.id, None)
                visit.status = message.get("code", 1000)
            elif message["type"] == "websocket.http.response.start":
                visit.status = message["status"]
            elif message["type"] == "websocket.accept":
                self._sockets[visit.id] = answer
                visit.open = True
                metrics.conversing(+1)
            elif message["type"] == "websocket.send":
                if visit.status:
                    return  # the farewell came first
                visit.sent_bytes += len(message.get("bytes") or message.get("text") or "")
            await send(message)

        try:
            self._check(visit.scope)
            await self._app(visit.scope, receive, answer)
        except Exception as err:  # noqa: BLE001
            if not isinstance(err, Problem):
                tell("fault", err, ERROR, request=visit.id, route=visit.route)
            if not visit.status:
                await answer({"type": "websocket.close", "code": UNWELCOME, "reason": ""})
        finally:
            self._sockets.pop(visit.id, None)
            if visit.open:
                metrics.conversing(-1)
            self._written(visit, "SOCKET", visit.status)

    def _check(self, scope: Scope) -> None:
        """Raises why this one is not let in."""
        name = _host(Headers(scope=scope).get("host", ""))
        if not self._limits.is_ours(name):
            raise Problem(421, "not-this-name", "this machine is not called that: use the address that Lantern printed")
        if self._limits.only_near and not _near(scope):
            raise Problem(403, "not-in-the-house", "Lantern answers only in the house that it stands in")
        if scope["type"] == "http" and self._running > self._limits.at_once:
            raise Problem(503, "busy", "too much is asked at this moment: try again", {"Retry-After": "2"})

    def _patient(self, visit: _Visit, receive: Receive) -> Receive:
        """The same, but a body that stays away raises."""

        async def received() -> Message:
            if visit.whole:
                return await receive()
            left_s = self._limits.patience_s + visit.received_bytes / SLOWEST_BYTES_S - visit.waited_s
            began = time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(left_s, 0.0))
            except TimeoutError as err:
                raise HTTPException(408, "the request came too slowly: try again on a better connection") from err
            visit.waited_s += time.monotonic() - began
            visit.received_bytes += len(message.get("body", b""))
            visit.whole = not message.get("more_body", False)
            return message

        return received

    def _written(self, visit: _Visit, method: str, status: int) -> None:
        took_s = time.monotonic() - visit.began
        metrics.request(method, visit.route, status, took_s)
        tell(
            "request",
            request=visit.id,
            method=method,
            route=visit.route,
            status=status,
            ms=round(took_s * 1_000, 1),
            received=visit.received_bytes,
            sent=visit.sent_bytes,
        )


def _dressed(visit: _Visit, send: Send) -> Send:
    """Every answer with its headers; one that comes before the whole of its request ends the connection."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            headers["X-Request-Id"] = visit.id
            if not visit.whole:
                headers["Connection"] = "close"
        elif message["type"] == "http.response.body":
            visit.sent_bytes += len(message.get("body", b""))
        await send(message)

    return answer


def _as_problem(visit: _Visit, receive: Receive, send: Send) -> Send:
    """The same, but where the framework refuses a body unread, in words of its own, ours go out instead."""
    is_instead = False

    async def answer(message: Message) -> None:
        nonlocal is_instead
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            is_instead = Headers(scope=message).get("content-type") != MEDIA_TYPE
            if is_instead:
                await respond(too_much())(visit.scope, receive, send)
        if not is_instead:
            await send(message)

    return answer


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _host(header: str) -> str:
    """The name in a Host header, without its port."""
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).lower().rstrip(".")


def _near(scope: Scope) -> bool:
    address = ip_address((scope.get("client") or ("127.0.0.1",))[0])
    return address.is_private or address.is_loopback or address.is_link_local

"""The live conversation over a WebSocket: JSON both ways, and pieces of the answer's picture and sound as bytes.

A message that is not understood is answered by a problem, and the socket stays open; who sends many of them is sent
away. Knows the room, and nothing of how an answer is made.
"""

from __future__ import annotations

import asyncio
import json
import math
import struct
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any, Literal

from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from data.errors import LanternError, UnknownNote
from services.api import problems
from services.api.access import AsVisitor, Member, Signed, member_of
from services.api.problems import Problem
from services.live.house import SOCKETS, House, house_of
from services.live.room import FULL, UNWELCOME, Room
from services.live.tape import Piece, Told

LONGEST_CHARS = 2_000  # of a line
LARGEST_MESSAGE = 16_384  # characters
PROBLEMS = 20  # of messages that are not understood, until somebody is sent away
RESUME_S = 1.0  # at least, from one to the next: each has much sent again
SAYING = 16  # lines that are taken at once: each waits for the answer before it, in a thread that routes do not lack

_saying: RunVar[CapacityLimiter] = RunVar("saying")

router = APIRouter(tags=["conversations"])

ConversationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a conversation.")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Say(_Message):
    """A line of the visitor's."""

    type: Literal["say"]
    id: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=LONGEST_CHARS)


class Interrupt(_Message):
    """The visitor types or speaks."""

    type: Literal["interrupt"]


class Played(_Message):
    """How far the page has played an answer."""

    type: Literal["played"]
    turn: int = Field(ge=0)
    s: float = Field(ge=0, allow_inf_nan=False)


class Resume(_Message):
    """What the page has of a turn after its line broke."""

    type: Literal["resume"]
    turn: int = Field(ge=0)
    phrases: int = Field(ge=0)
    pieces: int = Field(ge=0)


Heard = Say | Interrupt | Played | Resume
_HEARD: TypeAdapter[Heard] = TypeAdapter(Annotated[Heard, Field(discriminator="type")])


@router.websocket("/memorials/{memorial_id}/conversations/{conversation_id}/live")
async def live(socket: WebSocket, member: AsVisitor, conversation_id: ConversationId) -> None:
    """Somebody comes into their conversation."""
    house = house_of(socket)
    with house.seat(member.grant.account.id) as is_free:
        if not is_free:
            return await _turn_away(socket)
        room = await to_thread.run_sync(_room, house, member, conversation_id)
        line = _Line(socket, member, room)
        try:
            await socket.accept()
            await line.serve()
        finally:
            house.left(room, line)


async def _turn_away(socket: WebSocket) -> None:
    """Say why, on an open socket: a page is told nothing of one that was refused before."""
    many = Problem(429, "too-many", f"{SOCKETS} conversations of yours are open already: close one first")
    with suppress(RuntimeError, WebSocketDisconnect):  # gone already
        await socket.accept()
        await socket.send_text(json.dumps(_told(many)))
        await socket.close(FULL, many.name)


def _told(problem: Problem) -> dict[str, Any]:
    """A problem as the socket tells it: `type` says already what kind of message it is."""
    return {**problems.body(problem), "type": "problem", "problem": problem.name}


def _room(house: House, member: Member, conversation_id: str) -> Room:
    conversations = member.lantern.archive.conversations(member.memorial.id)
    try:
        kept = conversations.one(member.grant.account.id, conversation_id)
    except UnknownNote as err:
        raise problems.not_found() from err
    return house.enter(member.memorial, kept)


def _limiter() -> CapacityLimiter:
    """That of this event loop."""
    try:
        return _saying.get()
    except LookupError:
        limiter = CapacityLimiter(SAYING)
        _saying.set(limiter)
        return limiter


class _Line:
    """One open socket."""

    def __init__(self, socket: WebSocket, member: Member, room: Room) -> None:
        self._socket = socket
        self._member = member
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._something = asyncio.Event()
        self._farewell: tuple[int, str] | None = None
        self._problems = 0
        self._resumed_at = -math.inf

    def wake(self) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._something.set)

    def dismiss(self, code: int, reason: str) -> None:
        self._farewell = (code, reason)
        self.wake()

    async def serve(self) -> None:
        """Until either side has enough."""
        ready = self._room.enter(self)
        async with create_task_group() as both:
            both.start_soon(self._until, self._hear(), both.cancel_scope)
            both.start_soon(self._until, self._speak(ready), both.cancel_scope)
        if self._farewell is not None:
            with suppress(RuntimeError, WebSocketDisconnect):  # closed by the other side already
                await self._socket.close(*self._farewell)

    async def _until(self, work: Coroutine[Any, Any, None], scope: CancelScope) -> None:
        """Where one of both ends, so does the other."""
        with suppress(WebSocketDisconnect):
            await work
        scope.cancel()

    # What goes out

    async def _speak(self, ready: Told) -> None:
        await self._tell(ready)
        while self._farewell is None:
            self._something.clear()
            while self._farewell is None and (message := self._room.take(self)) is not None:
                await self._send(message)
            if self._farewell is None:
                await self._something.wait()

    async def _send(self, message: Told | Piece) -> None:
        if isinstance(message, Piece):
            await self._socket.send_bytes(struct.pack(">II", message.turn, message.number) + message.data)
        else:
            await self._tell(message)

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(json.dumps(message, ensure_ascii=False))

    async def _complain(self, problem: Problem) -> None:
        await self._tell(_told(problem))

    # What comes in

    async def _hear(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            try:
                await self._answer(_understood(received.get("text")))
            except LanternError as err:
                problem = problems.problem(err)
                await self._complain(problem)
                self._problems += 1
                if self._problems >= PROBLEMS or problem.status in (401, 404):
                    self.dismiss(UNWELCOME, problem.name)
                    return

    async def _answer(self, heard: Heard) -> None:
        match heard:
            case Say():
                await to_thread.run_sync(self._say, heard, limiter=_limiter())
            case Interrupt():
                self._room.interrupt()
            case Played():
                self._room.played(heard.turn, heard.s)
            case Resume():
                self._resume(heard)

    def _resume(self, heard: Resume) -> None:
        now = time.monotonic()
        if now - self._resumed_at < RESUME_S:
            raise Problem(429, "too-often", "resume once, after the line broke: wait a second before the next")
        self._resumed_at = now
        self._room.resume(heard.turn, heard.phrases, heard.pieces)

    def _say(self, heard: Say) -> None:
        """As whom the family knows them now. Whoever was shut out since the socket was opened is not answered."""
        grant = Signed()(self._socket)
        member = member_of(self._socket, grant, self._member.memorial.id)
        self._member.lantern.throttle.request(grant.account.id, writes=True)
        self._room.say(heard.text, member.visitor, heard.id)


def _understood(text: str | None) -> Heard:
    if text is None:
        raise Problem(422, "invalid", "the live socket takes JSON texts, no bytes")
    if len(text) > LARGEST_MESSAGE:
        raise Problem(413, "too-large", f"a message has at most {LARGEST_MESSAGE:,} characters")
    try:
        return _HEARD.validate_json(text)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "message"
        raise Problem(422, "invalid", f"{where}: {first['msg']}") from err

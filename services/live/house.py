"""All conversations that are under way in this process, and the engines that they share. Knows no socket."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from data.archive import Archive, Memorial
from data.conversations import KeptConversation
from services.build import Asker
from services.conversation import Opening, opening_of
from services.live.cast import Troupe
from services.live.loops import Loops
from services.live.pace import Gate
from services.live.room import REMOVED, UNWELCOME, Listener, Room

COMES_BACK_S = 60.0  # for which an answer waits for somebody whose line broke
SOCKETS = 20  # of one account at the same time
CLOSED = 1001  # the code with which sockets are closed when the service ends


@dataclass
class House:
    """One for each application."""

    archive: Archive
    country: str | None = None
    rooms: dict[str, Room] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.troupe = Troupe(self.archive)
        self.loops = Loops(self.archive, self.troupe)
        self._gate = Gate()
        self._guests = Counter[Room]()  # how many use each
        self._sockets = Counter[str]()  # of each account
        self._lock = threading.Lock()

    def opening(self, memorial: Memorial, visitor: str | None) -> Opening:
        """What somebody reads before the first line; everything else is loaded meanwhile."""
        asker = Asker(visitor, self.country)
        self.troupe.warm(memorial)
        return opening_of(memorial, self.troupe.speaker(memorial, asker).openings)

    @contextmanager
    def seat(self, account_id: str) -> Iterator[bool]:
        """Held by each socket of an account. Whether there was one: it may have so many and no more."""
        with self._lock:
            is_free = self._sockets[account_id] < SOCKETS
            taken = Counter({account_id: int(is_free)})
            self._sockets += taken
        try:
            yield is_free
        finally:
            with self._lock:
                self._sockets -= taken

    def enter(self, memorial: Memorial, kept: KeptConversation) -> Room:
        """The room of a conversation, opened if need be, for somebody who tells when they have left it."""
        with self._lock:
            if kept.id not in self.rooms:
                self.rooms[kept.id] = Room(self.archive, self.troupe, self._gate, memorial, kept, self.country)
            room = self.rooms[kept.id]
            self._guests[room] += 1
            return room

    def left(self, room: Room, listener: Listener | None = None) -> None:
        """They have, or were lost. After the last of them it goes: a little later where somebody may come back."""
        may_come_back = listener is not None and room.leave(listener)
        with self._lock:
            self._guests[room] -= 1
        if not may_come_back:
            self._drop(room)
            return
        timer = threading.Timer(COMES_BACK_S, self._drop, [room])
        timer.daemon = True
        timer.start()

    def removed(self, conversation_id: str) -> None:
        """A conversation is no more."""
        with self._lock:
            room = self.rooms.pop(conversation_id, None)
        if room is not None:
            room.shut(REMOVED, "removed")

    def shut_out(self, memorial_id: str | None = None, account_id: str | None = None) -> None:
        """A memorial is no more, or an account, or that account is not invited to that memorial any more."""
        code, reason = (REMOVED, "removed") if account_id is None else (UNWELCOME, "not invited any more")
        with self._lock:
            shut = [
                room
                for room in self.rooms.values()
                if memorial_id in (None, room.memorial.id) and account_id in (None, room.kept.account_id)
            ]
            for room in shut:
                del self.rooms[room.kept.id]
        for room in shut:
            room.shut(code, reason)
        if memorial_id is not None and account_id is None:
            self.troupe.forget(memorial_id)
            self.loops.forget(memorial_id)

    def close(self) -> None:
        """End everything."""
        with self._lock:
            rooms = list(self.rooms.values())
            self.rooms.clear()
        for room in rooms:
            room.shut(CLOSED, "the service ends")
        self.troupe.close()

    def _drop(self, room: Room) -> None:
        with self._lock:
            if self._guests[room] > 0:
                return
            del self._guests[room]
            if self.rooms.get(room.kept.id) is room:
                del self.rooms[room.kept.id]
        room.interrupt()


def house_of(connection: HTTPConnection) -> House:
    """That of the application which a request or a socket came to."""
    state: Any = connection.app.state
    house: House = state.house
    return house

"""All conversations that are under way in this process, and the engines that they share. Knows no socket."""

from __future__ import annotations

import threading
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
from services.live.room import REMOVED, Listener, Room

COMES_BACK_S = 60.0  # for which an answer waits for somebody whose line broke
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
        self._lock = threading.Lock()

    def opening(self, memorial: Memorial, visitor: str | None) -> Opening:
        """What somebody reads before the first line; everything else is loaded meanwhile."""
        asker = Asker(visitor, self.country)
        self.troupe.warm(memorial, asker)
        return opening_of(memorial, self.troupe.speaker(memorial, asker).openings)

    def room(self, memorial: Memorial, kept: KeptConversation) -> Room:
        """That of a conversation, opened if need be."""
        with self._lock:
            if kept.id not in self.rooms:
                self.rooms[kept.id] = Room(self.archive, self.troupe, self._gate, memorial, kept, self.country)
            return self.rooms[kept.id]

    def left(self, room: Room, listener: Listener) -> None:
        """A listener went or was lost: what is under way waits a little, and is dropped then."""
        if room.leave(listener):
            self._drop(room)
        elif room.is_empty():
            timer = threading.Timer(COMES_BACK_S, self._drop, [room])
            timer.daemon = True
            timer.start()

    def removed(self, conversation_id: str) -> None:
        """A conversation is no more."""
        with self._lock:
            room = self.rooms.pop(conversation_id, None)
        if room is not None:
            room.shut(REMOVED, "removed")

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
            if not room.is_empty():
                return
            if self.rooms.get(room.kept.id) is room:
                del self.rooms[room.kept.id]
        room.interrupt()


def house_of(connection: HTTPConnection) -> House:
    """That of the application which a request or a socket came to."""
    state: Any = connection.app.state
    house: House = state.house
    return house

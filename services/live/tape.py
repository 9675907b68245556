"""What is told of one answer, in its order: words, pieces of picture and sound, and how it ended. Knows no socket.

One thread writes it while another reads. The reader may go back to where a lost line broke off: a piece is kept until
it was played, and no more is written than what may wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.conversations import Reason

AHEAD_S = 2.0  # of sound and picture that may lie ahead of what was played
BEHIND_S = 1.0  # of it that is kept: what a page says it played is not always what it has
WAITING_BYTES = 4 << 20  # of pieces, at most
PAUSED_S = 1.0  # of waiting for room at once: a page that plays makes some four times a second
STALLED_S = 60.0  # for which an answer waits in all for a page that plays too slowly, or nothing: long work waits too

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the file that is played; `end_s` is where in the answer it ends."""

    turn: int
    number: int
    end_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """Where a piece was, once it was played."""

    number: int


class Tape:
    """That of one answer. `wake` is called, from whatever thread, when there is something new to read."""

    def __init__(self, turn: int, wake: Callable[[], None]) -> None:
        self.turn = turn
        self.ended: Reason | None = None
        self.played_s = self.made_s = self.read_s = 0.0
        self._wake = wake
        self._messages: list[Told | Piece | Gone] = []
        self._read = self._kept = 0  # messages before these were read, and let go
        self._waiting_bytes = 0
        self._waited_s = 0.0  # longer than the page played meanwhile
        self._waits_since: float | None = None  # on the monotonic clock, where it waits for room
        self._changed = threading.Condition()

    # Writing

    def tell(self, kind: str, **members: Any) -> None:
        """Write one message; nothing once the answer has ended."""
        with self._changed:
            if self.ended is None:
                self._messages.append({"type": kind, "turn": self.turn, **members})
        self._wake()

    def add(self, piece: Piece) -> bool:
        """Write a piece, and wait until there is room for another. False once the answer has ended, or where it is not
        played any more.
        """
        with self._changed:
            if self.ended is None:
                self._messages.append(piece)
                self.made_s = piece.end_s
                self._waiting_bytes += len(piece.data)
        self._wake()
        with self._changed:
            return self._wait_for_room() and self.ended is None

    def end(self, reason: Reason, **members: Any) -> bool:
        """Write how it ended, once; where it was not said to its end, what was not read yet is taken back."""
        with self._changed:
            if self.ended is not None:
                return False
            if reason != "said":
                self._messages[self._read :] = [each for each in self._messages[self._read :] if isinstance(each, dict)]
            self._messages.append({"type": "end", "turn": self.turn, "reason": reason, **members})
            self.ended = reason
            self._changed.notify_all()
        self._wake()
        return True

    # Reading

    def take(self) -> Told | Piece | None:
        """The next message, or None where there is none yet."""
        with self._changed:
            while self._read < len(self._messages):
                message = self._messages[self._read]
                self._read += 1
                if isinstance(message, Piece):
                    self.read_s = message.end_s
                if not isinstance(message, Gone):
                    return message
            return None

    @property
    def is_read(self) -> bool:
        """Whether all of it was."""
        return self.ended is not None and self._read == len(self._messages)

    @property
    def is_paused(self) -> bool:
        """Whether it has waited so long for a page that plays nothing that nobody need reckon with it."""
        since = self._waits_since
        return since is not None and time.monotonic() - since > PAUSED_S

    def played(self, until_s: float) -> None:
        """Somebody saw it so far: pieces before go, and others can come."""
        with self._changed:
            self.played_s = max(self.played_s, min(until_s, self.made_s))
            self._let_go(self.played_s - BEHIND_S)
            self._changed.notify_all()

    def rejoin(self, phrases: int, pieces: int) -> bool:
        """Go back to where somebody is who has so many of both.

        False where a piece that they lack is not kept any more: then there are only words for them.
        """
        with self._changed:
            place = 0
            for number, message in enumerate(self._messages, 1):
                if _is_had(message, phrases, pieces):
                    place = number
            self._read = place
            rest = self._messages[place:]
            whole = not any(isinstance(each, Gone) for each in rest)
            if not whole:
                self._messages[place:] = [each for each in rest if isinstance(each, dict)]
            return whole

    # Inside

    def _wait_for_room(self) -> bool:
        """False where the page has kept it waiting too long, all in all."""
        began_s, played_s = time.monotonic(), self.played_s
        self._waits_since = began_s
        goes_on = self._changed.wait_for(lambda: self.ended is not None or self._has_room(), STALLED_S - self._waited_s)
        self._waits_since = None
        lost_s = (time.monotonic() - began_s) - (self.played_s - played_s)
        self._waited_s = max(0.0, self._waited_s + lost_s)
        return goes_on and self._waited_s < STALLED_S

    def _has_room(self) -> bool:
        return self.made_s - self.played_s < AHEAD_S and self._waiting_bytes < WAITING_BYTES

    def _let_go(self, before_s: float) -> None:
        while self._kept < self._read:
            message = self._messages[self._kept]
            if isinstance(message, Piece):
                if message.end_s > before_s:
                    return
                self._messages[self._kept] = Gone(message.number)
                self._waiting_bytes -= len(message.data)
            self._kept += 1


def _is_had(message: Told | Piece | Gone, phrases: int, pieces: int) -> bool:
    if isinstance(message, dict):
        return bool(message["type"] == "phrase" and message["index"] < phrases)
    return message.number < pieces

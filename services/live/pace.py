"""How many pictures a second each answer gets: all of them, or fewer where the machine or somebody's line is slow, and
whose turn it is to be drawn. Knows no face and no socket.

Sound is never touched. Who is least ahead of what they have played is drawn next, so that several who talk at once
lack the same, and all of them have fewer pictures rather than one a standstill.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.types import AudioChunk, Shot
from orchestrator.stages import Face
from services.live.tape import Tape

PACES = (1, 2, 5)  # frames that one picture stands for: 25, then 15, then 5 pictures a second of shots of 200 ms
SHORT_S, AMPLE_S = 0.5, 1.4  # ahead of what was played: below, fewer pictures; above, more
UNSENT_S = 1.0  # that wait for a line which is slower than the answer: fewer pictures
SHOTS_BETWEEN = 5  # from one change to the next, so that its effect is seen first


@dataclass
class Pacer:
    """The pace of one answer."""

    tape: Tape
    _level: int = 0
    _since: int = 0  # shots

    def __call__(self) -> int:
        """For how many frames one picture of the next shot stands."""
        self._since += 1
        if self.tape.played_s and self._since >= SHOTS_BETWEEN:
            ahead_s = self.tape.made_s - self.tape.played_s
            unsent_s = self.tape.made_s - self.tape.read_s
            if ahead_s < SHORT_S or unsent_s > UNSENT_S:
                self._change(+1)
            elif ahead_s > AMPLE_S:
                self._change(-1)
        return PACES[self._level]

    def _change(self, by: int) -> None:
        level = min(max(self._level + by, 0), len(PACES) - 1)
        if level != self._level:
            self._level, self._since = level, 0


class Gate:
    """Lets one shot be drawn at a time, which takes all cores; of those who wait, first who is least ahead."""

    def __init__(self) -> None:
        self._drawn: Tape | None = None
        self._waiting: list[Tape] = []
        self._changed = threading.Condition()

    def take(self, tape: Tape) -> None:
        """Wait for one's turn."""
        with self._changed:
            self._waiting.append(tape)
            self._choose()
            self._changed.wait_for(lambda: self._drawn is tape)

    def give_back(self) -> None:
        """Somebody else's turn."""
        with self._changed:
            self._drawn = None
            self._choose()

    def _choose(self) -> None:
        if self._drawn is None and self._waiting:
            self._drawn = min(self._waiting, key=lambda tape: tape.made_s - tape.played_s)
            self._waiting.remove(self._drawn)
            self._changed.notify_all()


@dataclass
class Paced:
    """A face that draws in turn and at the pace of one answer."""

    face: Face
    tape: Tape
    gate: Gate
    _pacer: Pacer = field(init=False)
    _is_ours: bool = False  # the turn

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.tape)

    def animate(self, audio: Iterator[AudioChunk]) -> Iterator[Shot]:
        """As the face does; it has its turn from when it has the sound until the shot is drawn."""
        shots = self.face.animate(self._in_turn(audio), self._pacer)
        try:
            for shot in shots:
                self._give_back()
                yield shot
        finally:
            self._give_back()
            close = getattr(shots, "close", None)
            if close is not None:
                close()

    def _in_turn(self, audio: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
        for chunk in audio:
            self.gate.take(self.tape)
            self._is_ours = True
            yield chunk
            self._give_back()

    def _give_back(self) -> None:
        if self._is_ours:
            self._is_ours = False
            self.gate.give_back()

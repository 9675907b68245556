"""How many pictures a second each answer gets: all of them, or fewer where the machine or somebody's line is slow, and
whose turn it is to be drawn. Knows no face and no socket.

Sound is never touched. Who is least ahead of what they have played is drawn next, so that several who talk at once
lack the same, and all of them have fewer pictures rather than one a standstill. The pace is chosen before the first
picture, from how many are drawn and how long that took so far; after that it follows how far ahead the answer is.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from data.types import FPS, FRAMES_PER_CHUNK, AudioChunk, Shot
from orchestrator.stages import Face
from services.live.tape import Tape

PACES = (1, 2, 5)  # frames that one picture stands for: 25, then 15, then 5 pictures a second of shots of 200 ms
COARSEST = len(PACES) - 1
# Ahead of what was played: below the first, fewer pictures; above the second, as many more as all can have by what is
# known of drawing; above the third, more all the same: nearly all that may lie ahead does, so much is known too badly.
SHORT_S, AMPLE_S, PLENTY_S = 0.5, 1.0, 1.6
UNSENT_S = 1.0  # that wait for a line which is slower than the answer: fewer pictures
SHOTS_BETWEEN = 5  # from one change to the next, so that its effect is seen first
SHOT_S = FRAMES_PER_CHUNK / FPS
BUSY = 0.9  # of the time at most may go into drawing: more, and nobody who fell behind would come forward again
REMEMBERED = 0.1  # of what is known of drawing is from the last shot


@dataclass
class Pacer:
    """The pace of one answer."""

    tape: Tape
    gate: Gate
    _level: int = 0
    _since: int = 0  # shots
    _crowd: int = 0

    def __call__(self) -> int:
        """For how many frames one picture of the next shot stands."""
        self._since += 1
        finest, crowd = self.gate.finest(), self.gate.crowd
        if crowd > self._crowd:
            self._change(max(self._level, self._to_begin_with(finest) if self._crowd == 0 else finest))
        self._crowd = crowd
        if self.tape.played_s and self._since >= SHOTS_BETWEEN:
            ahead_s = self.tape.made_s - self.tape.played_s
            unsent_s = self.tape.made_s - self.tape.read_s
            if ahead_s < SHORT_S or unsent_s > UNSENT_S:
                self._change(min(self._level + 1, COARSEST))
            elif ahead_s > (AMPLE_S if self._level > finest else PLENTY_S):
                self._change(max(self._level - 1, 0))
        return PACES[self._level]

    def _to_begin_with(self, finest: int) -> int:
        """Among others one step below what all can have: nothing is ahead yet that would bridge a gap."""
        return min(finest + 1, COARSEST) if self.gate.crowd > 1 else finest

    def _change(self, level: int) -> None:
        if level != self._level:
            self._level, self._since = level, 0


class Gate:
    """Lets one shot be drawn at a time, which takes all cores; of those who wait, first who is least ahead."""

    def __init__(self, cores: int = os.cpu_count() or 1) -> None:
        self._under_way = list[Tape]()
        self._cores = cores
        self._round_s = 0.0  # in which each core draws one picture
        self._drawn: Tape | None = None
        self._waiting: list[Tape] = []
        self._changed = threading.Condition()

    @property
    def crowd(self) -> int:
        """How many answers are drawn now; not those whose page plays nothing, so that they wait."""
        with self._changed:
            return sum(not tape.is_paused for tape in self._under_way)

    def come(self, tape: Tape) -> None:
        """One more is drawn."""
        with self._changed:
            self._under_way.append(tape)

    def go(self, tape: Tape) -> None:
        """It is not drawn any more."""
        with self._changed:
            self._under_way.remove(tape)

    def finest(self) -> int:
        """The place in `PACES` of the most pictures that all who are drawn can have together."""
        crowd = self.crowd
        for level, every in enumerate(PACES):
            if crowd * self._rounds(math.ceil(FRAMES_PER_CHUNK / every)) * self._round_s <= SHOT_S * BUSY:
                return level
        return COARSEST

    def drew(self, pictures: int, took_s: float) -> None:
        """Learn from a shot how long drawing takes."""
        round_s = took_s / self._rounds(pictures)
        self._round_s += (round_s - self._round_s) * (REMEMBERED if self._round_s else 1.0)

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

    def _rounds(self, pictures: int) -> int:
        return math.ceil(pictures / self._cores)

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
    _began: float | None = None  # our turn, if it is

    def animate(self, audio: Iterator[AudioChunk]) -> Iterator[Shot]:
        """As the face does; it has its turn from when it has the sound until the shot is drawn."""
        self.gate.come(self.tape)
        shots = self.face.animate(self._in_turn(audio), Pacer(self.tape, self.gate))
        try:
            for shot in shots:
                self._learn(shot)
                self._give_back()
                yield shot
        finally:
            self.gate.go(self.tape)
            self._give_back()
            close = getattr(shots, "close", None)
            if close is not None:
                close()

    def _in_turn(self, audio: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
        for chunk in audio:
            self.gate.take(self.tape)
            self._began = time.monotonic()
            yield chunk
            self._give_back()

    def _learn(self, shot: Shot) -> None:
        if self._began is not None:
            self.gate.drew(len(range(0, len(shot.frames), shot.every)), time.monotonic() - self._began)

    def _give_back(self) -> None:
        if self._began is not None:
            self._began = None
            self.gate.give_back()

"""One conversation while somebody is in it, or may come back to it. Knows no socket: whoever listens is told to look.

A line said while an answer is under way interrupts it, and the same line sent twice is answered once, however long lies
between: the second time its words are told again, where they can have been lost. Who comes back goes on where the line
broke; one who comes anew while another listens takes the other's place.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from data.archive import Archive, Memorial
from data.conversations import KeptConversation, KeptTurn
from data.errors import UnknownMemorial, UnknownNote
from data.types import Language, Phrase, Turn
from orchestrator.stages import Animator, Face
from services import voices
from services.build import Asker
from services.conversation import Conversation
from services.live.cast import Cast, Troupe
from services.live.pace import Gate, Paced
from services.live.performance import Performance
from services.live.retold import retold
from services.live.tape import Piece, Tape, Told
from services.report import Json

UNREAD_TAPES = 4  # of somebody who says much and hears nothing

# The codes with which a socket is closed
TAKEN = 4001  # another took its place
FULL = 4029  # the account has too many open: come back later
REMOVED = 4004  # the conversation is no more
UNWELCOME = 1008  # whoever is there is not invited any more, or sends nonsense


class Listener(Protocol):
    """Whoever is in the room. Both are called from any thread."""

    def wake(self) -> None:
        """There is something to take."""

    def dismiss(self, code: int, reason: str) -> None:
        """Go: the place is not yours any more."""


class Room:
    """Threads share it."""

    def __init__(
        self,
        archive: Archive,
        troupe: Troupe,
        gate: Gate,
        memorial: Memorial,
        kept: KeptConversation,
        country: str | None = None,
    ) -> None:
        self.memorial = memorial
        self.kept = kept
        self._country = country
        self._archive = archive
        self._troupe = troupe
        self._gate = gate
        self._lock = threading.RLock()
        self._listener: Listener | None = None
        self._is_shut = False
        self._joined = True  # whether the listener is to be told of what was under way when it came
        self._heard: dict[str, int] | None = None  # the ids of lines, and the turns in which they were answered
        self._tapes: deque[Tape] = deque(maxlen=UNREAD_TAPES)
        self._running: Performance | None = None
        self._winding_down: Performance | None = None
        before = archive.conversations(memorial.id).last_turns(kept.id)
        self._next = before[-1].place + 1 if before else 0
        self._turns = [each for turn in before for each in _as_turns(turn.line, turn.phrases, self.language)]

    @property
    def language(self) -> Language:
        """That of the memorial."""
        return self.memorial.person.language

    # Who listens

    def enter(self, listener: Listener) -> Told:
        """Take the place of whoever listens; gives what the newcomer is told first."""
        with self._lock:
            if self._listener is not None:
                self._listener.dismiss(TAKEN, "opened elsewhere")
            self._listener = listener
            self._joined = not self._tapes
            return {"type": "ready", "turn": self._next, "listening": not self._is_speaking()}

    def leave(self, listener: Listener) -> bool:
        """Go, or be lost. Whether they may come back for what was not read yet."""
        with self._lock:
            if self._listener is not listener:
                return False
            self._listener = None
            return bool(self._tapes) and not self._tapes[-1].is_read

    def shut(self, code: int, reason: str) -> None:
        """Send everybody away, and end what is under way. Nothing is said here any more."""
        with self._lock:
            self._is_shut = True
            self._send_away(code, reason)
            self._stop()
            last = self._winding_down
        if last is not None:
            last.join()

    # What is said

    def say(
        self, line: str, visitor: str | None, line_id: str | None = None, *, in_words: bool = False
    ) -> Performance | None:
        """Answer a line of somebody whom the family knows by that name now; None where it was said already.

        `in_words`: without sound and picture. Raises `UnknownNote` where the room was shut.
        """
        with self._lock:
            before = self._winding_down
        if before is not None:
            before.join()  # so that at most two are at work here, however much is said
        line_id = line_id or uuid.uuid4().hex
        with self._lock:
            if self._is_shut:
                raise UnknownNote("this conversation is not here any more: begin another")
            heard = self._lines_heard()
            if line_id in heard:
                self._retell(heard[line_id], visitor)
                return None
            self._stop()
            tape = Tape(self._next, self._wake)
            asker = Asker(visitor, self._country)
            self._running = self._performance(tape, line, line_id, asker, in_words=in_words)
            heard[line_id] = tape.turn
            if not self._joined:
                self._tapes.clear()
                self._joined = True
            self._next += 1
            self._tapes.append(tape)
            tape.tell("turn", id=line_id, line=line)
            self._running.start()
            return self._running

    def interrupt(self) -> None:
        """End the answer that is under way, if one is."""
        with self._lock:
            self._stop()

    def played(self, turn: int, until_s: float) -> None:
        """The page has played an answer so far."""
        with self._lock:
            for tape in self._tapes:
                if tape.turn == turn:
                    tape.played(until_s)

    def resume(self, turn: int, phrases: int, pieces: int) -> None:
        """Go on where somebody was who has so much of a turn; of a later one they have nothing."""
        with self._lock:
            self._joined = True
            if not self._tapes or turn > self._tapes[-1].turn:
                return
            tape = self._tapes[-1]
            self._tapes = deque([tape], UNREAD_TAPES)
            had = (phrases, pieces) if turn == tape.turn else (0, 0)
            if not tape.rejoin(*had):
                self._stop()
        self._wake()

    def take(self, listener: Listener) -> Told | Piece | None:
        """The next message for the one who listens."""
        with self._lock:
            if listener is not self._listener or not self._joined:
                return None
            while self._tapes:
                message = self._tapes[0].take()
                if message is not None or len(self._tapes) == 1 or not self._tapes[0].is_read:
                    return message
                self._tapes.popleft()
            return None

    # Inside

    def _send_away(self, code: int, reason: str) -> None:
        if self._listener is not None:
            self._listener.dismiss(code, reason)

    def _wake(self) -> None:
        listener = self._listener
        if listener is not None:
            listener.wake()

    def _is_speaking(self) -> bool:
        return self._running is not None and self._running.tape.ended is None

    def _stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._settle(self._running)

    def _settle(self, performance: Performance) -> None:
        """From here on it belongs to what was said before."""
        with self._lock:
            if performance is not self._running:
                return
            self._running, self._winding_down = None, performance
            self._turns += _as_turns(performance.line, performance.said(), self.language)

    def _lines_heard(self) -> dict[str, int]:
        if self._heard is None:
            self._heard = self._archive.conversations(self.memorial.id).answered(self.kept.id)
        return self._heard

    def _retell(self, place: int, visitor: str | None) -> None:
        """The words of an answer, to a page that lost its line before it heard of it, and comes back after that."""
        if self._is_speaking() or any(tape.turn == place for tape in self._tapes):
            return  # who resumes hears of it
        try:
            turn = self._archive.conversations(self.memorial.id).turn(self.kept.id, place)
        except UnknownNote:
            return  # nothing was said to it
        told = retold(self._archive, self.memorial, visitor)
        tape = Tape(place, self._wake)
        self._tapes.append(tape)
        tape.tell("turn", id=turn.line_id, line=turn.line)
        for index, phrase in enumerate(turn.phrases):
            tape.tell("phrase", index=index, language=phrase.language, spoken=False, **told(phrase))
        tape.end(turn.reason, duration_s=0.0, remembered=None, problem=None)

    def _performance(self, tape: Tape, line: str, line_id: str, asker: Asker, *, in_words: bool) -> Performance:
        conversation: list[Conversation] = []
        turns = tuple(self._turns)

        def words() -> Iterator[Phrase]:
            speaker = self._troupe.speaker(self.memorial, asker)
            memory = self._archive.memory(self.memorial.id)
            persona, openings = speaker.persona, speaker.openings
            conversation.append(Conversation(self.memorial, persona, openings, memory, asker.name, turns))
            yield from conversation[0].say(line)

        def over(performance: Performance) -> Json:
            self._settle(performance)
            self._keep(performance, line_id)
            told = conversation[0].remember_last() if conversation and performance.tape.ended is None else None
            return {"remembered": None if told is None else {"id": told.id, "text": told.text}}

        def cast() -> Cast | None:
            return None if in_words else self._troupe.cast(self.memorial)

        def paced(face: Face) -> Animator:
            return Paced(face, tape, self._gate)

        silent = voices.silent(voices.chosen(self._archive, self.memorial.id).mode)
        return Performance(tape, line, words, silent, cast, self._archive.home.talking, paced, over)

    def _keep(self, performance: Performance, line_id: str) -> None:
        """As far as it was said. A line that could not be answered is no turn."""
        reason, phrases = performance.tape.ended or "said", performance.said()
        if reason == "failed" and not phrases:
            return
        turn = KeptTurn(performance.tape.turn, performance.line, phrases, reason, datetime.now(UTC), line_id)
        try:
            self._archive.conversations(self.memorial.id).add_turn(self.kept.id, turn)
        except (UnknownNote, UnknownMemorial):
            self._send_away(REMOVED, "removed")  # somebody removed it while it was going on


def _as_turns(line: str, phrases: tuple[Phrase, ...], language: Language) -> list[Turn]:
    said = ("" if language == "zh" else " ").join(phrase.text for phrase in phrases)
    return [Turn("visitor", line), *([Turn("persona", said)] if said else [])]

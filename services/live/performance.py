"""One answer as it happens: words, then sound and picture, onto its tape. Knows no socket and nobody who listens.

It runs in a thread of its own, which ends within one item once its tape was ended by somebody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field

from data.errors import Cancelled, LanternError
from data.stream import Stream
from data.types import FPS, Phrase, Sentence, Shot
from orchestrator.ahead import Line
from orchestrator.flow import perform
from orchestrator.stages import Animator, Face
from services import logs, metrics
from services.answers import SPEAKING_RATE, Said
from services.api import problems
from services.live.cast import Cast
from services.live.tape import Piece, Tape
from services.report import Json, phrase_report

PHRASES_AHEAD = 1_000  # the words of an answer are few: who reads need not wait for the sound


@dataclass
class Performance:
    """`words` finds the answer, and `silent` tells which of them nobody says; `cast` is what is heard and seen of it,
    or None where it can only be read; `talking` is held meanwhile. `over` is called once at its end, before the tape
    tells the end of one that was said, and gives what the tape tells beside.
    """

    tape: Tape
    line: str
    words: Callable[[], Iterator[Phrase]]
    silent: Callable[[Phrase], bool]
    cast: Callable[[], Cast | None]
    talking: Callable[[], AbstractContextManager[None]]
    paced: Callable[[Face], Animator]
    over: Callable[[Performance], Json]
    phrases: list[Phrase] = field(default_factory=list)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._starts: dict[int, float] = {}  # s, of the phrases that are heard
        self._is_heard = False
        self._pieces = self._frames = 0
        self._sentence: Sentence | None = None
        self._thread = threading.Thread(target=self._run, name="answer", daemon=True)

    def start(self) -> None:
        """In the background."""
        self._thread.start()

    def join(self) -> None:
        """Wait until nothing of it runs any more."""
        self._thread.join()

    def stop(self) -> None:
        """End it here."""
        self.tape.end("interrupted", duration_s=round(self.tape.made_s, 2), remembered=None, problem=None)

    def said(self) -> tuple[Phrase, ...]:
        """All of it where it came to its end or is only read; else the phrases of which something was played."""
        if self.tape.ended != "interrupted" or not self._is_heard:
            return tuple(self.phrases)
        played_s = self.tape.played_s
        begun = {index for index, start_s in self._starts.items() if start_s < played_s}
        return tuple(each for index, each in enumerate(self.phrases) if index in begun or each.mark == "notice")

    def _run(self) -> None:
        metrics.talking(+1)
        try:
            with self.talking():
                self._perform()
        except Cancelled:
            self.stop()
        except Exception as err:  # noqa: BLE001 — whatever it is, the visitor is told, and the next line is answered
            self._fail(err)
        finally:
            metrics.talking(-1)
        self._end()

    def _end(self) -> None:
        try:
            more = self.over(self)
        except Exception as err:  # noqa: BLE001 — the same
            self._fail(err)
        else:
            self.tape.end("said", duration_s=round(self.tape.made_s, 2), problem=None, **more)

    def _fail(self, error: Exception) -> None:
        """Tell whoever listens; a fault, and what nobody can be told any more, is written down for the keeper."""
        self.error = error
        told = problems.body(problems.problem(error))
        is_told = self.tape.end("failed", duration_s=round(self.tape.made_s, 2), remembered=None, problem=told)
        if not is_told or not isinstance(error, LanternError):
            logs.tell("answer-failed", error, logging.ERROR)

    def _perform(self) -> None:
        """Raises `Cancelled` where the tape was ended meanwhile."""
        line = Line()
        try:
            phrases = line.ahead(self._told(), PHRASES_AHEAD)
            cast = self.cast()
            if cast is not None:
                self._is_heard = True
                with closing(perform(Said(phrases), cast.voice, self.paced(cast.face), [])) as shots:
                    self._film(shots, cast)
            for _ in phrases:
                pass
        finally:
            line.stop()
        self._go_on()

    def _told(self) -> Iterator[Phrase]:
        for phrase in self.words():
            self._go_on()
            index = len(self.phrases)
            self.phrases.append(phrase)
            spoken = phrase.mark != "notice" and not self.silent(phrase)
            self.tape.tell("phrase", index=index, language=phrase.language, spoken=spoken, **phrase_report(phrase))
            if index == 0:
                metrics.first_phrase(self._took_s())
            yield phrase

    def _film(self, shots: Iterator[Shot], cast: Cast) -> None:
        first = next(shots, None)
        if first is None:
            return  # nothing but notices
        height, width = first.frames.shape[1:3]
        with closing(Stream(width, height, cast.label())) as stream:
            head = stream.begin()
            self.tape.tell("media", mime=stream.mime, width=width, height=height)
            self._add(head)
            self._show(first, stream)
            for shot in shots:
                self._show(shot, stream)
            self._add(stream.finish())

    def _show(self, shot: Shot, stream: Stream) -> None:
        if shot.sentence is not None and shot.sentence is not self._sentence:
            self._cue(shot.sentence)
        self._sentence = shot.sentence
        piece = stream.write(shot)
        if self._frames == 0:
            metrics.first_piece(self._took_s())
        if shot.every > 1:
            metrics.frames_left_out(len(shot.frames) - len(range(0, len(shot.frames), shot.every)))
        self._frames += len(shot.frames)
        self._add(piece)

    def _cue(self, sentence: Sentence) -> None:
        """Tell when its phrases are heard: the first exactly, those after it by how fast people speak."""
        start_s = self._frames / FPS
        for phrase in sentence.phrases:
            index = next(place for place, each in enumerate(self.phrases) if each is phrase)
            self._starts[index] = start_s
            self.tape.tell("cue", phrase=index, start_s=round(start_s, 3))
            start_s += len(phrase.text) / SPEAKING_RATE[phrase.language]

    def _add(self, data: bytes) -> None:
        piece = Piece(self.tape.turn, self._pieces, self._frames / FPS, data)
        self._pieces += 1
        if not self.tape.add(piece):
            raise Cancelled("stopped, or not played any more")

    def _took_s(self) -> float:
        return time.monotonic() - self._began

    def _go_on(self) -> None:
        if self.tape.ended is not None:
            raise Cancelled("stopped")

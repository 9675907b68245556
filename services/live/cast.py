"""Who speaks, sounds and is seen: the engines of each memorial, loaded once for all who talk with it. Knows no socket.

What changed meanwhile is loaded anew: whatever the family held back, or a visitor had forgotten, is not said from then
on. What nobody used for ten minutes is let go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from data.archive import Archive, Marks, Memorial
from data.errors import LanternError, NotReady
from data.label import Label
from data.types import Phrase
from orchestrator.stages import Face, Voice
from services import answers, build, voices
from services.build import Asker, Speaker

IDLE_S = 600.0
TIDIED_S = 60.0  # how often it is looked what is idle
SPEAKERS = 16  # at most: each holds the words of a memorial as one visitor may hear them

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cast:
    """Voice and face of a memorial; both are used by several answers at once. `silent` tells what nobody says."""

    voice: Voice
    face: Face
    label: Callable[[], Label]
    silent: Callable[[Phrase], bool]


class Troupe:
    """All of them. Threads share it: what one is loading, another waits for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._speakers = _Shelf[Speaker](most=SPEAKERS)
        self._faces = _Shelf[Face | None]()
        self._casts = _Shelf[Cast | None]()
        self._warming = set[str]()
        self._closed = threading.Event()
        self._caretaker = threading.Thread(target=self._tidy, name="caretaker", daemon=True)
        self._starting = threading.Lock()

    def speaker(self, memorial: Memorial, asker: Asker) -> Speaker:
        """Who answers this visitor now."""
        self._take_care()
        marks = self._archive.marks(memorial.id)
        return self._speakers.get((memorial.id, asker), marks, lambda: build.speaker(self._archive, memorial, asker))

    def face(self, memorial: Memorial) -> Face | None:
        """How it looks; None where there is no portrait yet."""
        self._take_care()
        marks = self._archive.marks(memorial.id)
        return self._faces.get(memorial.id, marks, lambda: self._load_face(memorial))

    def cast(self, memorial: Memorial) -> Cast | None:
        """How that sounds and looks; None where there is no portrait or no voice yet."""
        marks = self._archive.marks(memorial.id)
        return self._casts.get(memorial.id, marks, lambda: self._load(memorial))

    def warm(self, memorial: Memorial) -> None:
        """Load voice and face in the background, where they are not there yet and nobody is at it."""
        if self._casts.holds(memorial.id, self._archive.marks(memorial.id)):
            return
        with self._starting:
            if memorial.id in self._warming:
                return
            self._warming.add(memorial.id)

        def load() -> None:
            try:
                with suppress(LanternError):  # it is told when somebody speaks
                    self.cast(memorial)
            finally:
                self._warming.discard(memorial.id)

        threading.Thread(target=load, name="warming", daemon=True).start()

    def forget(self, memorial_id: str) -> None:
        """Let go of a memorial that is no more."""
        self._speakers.forget(lambda key: isinstance(key, tuple) and key[0] == memorial_id)
        self._casts.forget(lambda key: key == memorial_id)
        self._faces.forget(lambda key: key == memorial_id)

    def close(self) -> None:
        """Nothing is loaded any more."""
        self._closed.set()

    def _tidy(self) -> None:
        while not self._closed.wait(TIDIED_S):
            self._speakers.tidy()
            self._casts.tidy()
            self._faces.tidy()

    def _take_care(self) -> None:
        with self._starting:
            if not self._caretaker.is_alive() and not self._closed.is_set():
                self._caretaker.start()

    def _load_face(self, memorial: Memorial) -> Face | None:
        try:
            return build.face(self._archive, memorial)
        except NotReady:
            return None

    def _load(self, memorial: Memorial) -> Cast | None:
        archive, face = self._archive, self.face(memorial)
        try:
            voice = None if face is None else build.voice(archive, memorial)
        except NotReady:
            voice = None
        if face is None or voice is None:
            return None
        words = answers.words_of(memorial)
        return Cast(
            voice,
            face,
            lambda: answers.label(archive, memorial, words),
            voices.silent(voices.chosen(archive, memorial.id).mode),
        )


@dataclass(slots=True)
class _Held(Generic[T]):
    marks: Marks
    what: T
    used_at: float


class _Shelf(Generic[T]):
    """Things by their key, each made once for all who ask at the same time."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        self._held: dict[Hashable, _Held[T]] = {}

    def get(self, key: Hashable, marks: Marks, make: Callable[[], T]) -> T:
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            held = self._held.get(key)
            if held is None or not held.marks.still_hold(marks):
                held = _Held(marks, make(), 0.0)
            with self._lock:
                held.used_at = time.monotonic()
                self._held[key] = held
                self._shorten()
            return held.what

    def holds(self, key: Hashable, marks: Marks) -> bool:
        with self._lock:
            held = self._held.get(key)
            return held is not None and held.marks.still_hold(marks)

    def forget(self, is_gone: Callable[[Hashable], bool]) -> None:
        with self._lock:
            for key in [key for key in self._making if is_gone(key)]:
                del self._making[key]
                self._held.pop(key, None)

    def tidy(self) -> None:
        with self._lock:
            now = time.monotonic()
            for key in [key for key, held in self._held.items() if now - held.used_at > IDLE_S]:
                del self._held[key]

    def _shorten(self) -> None:
        while self._most is not None and len(self._held) > self._most:
            del self._held[min(self._held, key=lambda key: self._held[key].used_at)]

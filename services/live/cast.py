"""Who speaks, sounds and is seen: the engines of each memorial, loaded once for all who talk with it. Knows no socket.

What changed meanwhile is loaded anew: whatever the family held back, or a visitor had forgotten, is not said from then
on. What nobody used for ten minutes is let go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from data.archive import Archive, Marks, Memorial
from data.errors import LanternError, NotReady
from data.label import Label
from data.shelf import Shelf
from data.types import Phrase
from orchestrator.stages import Face, Voice
from services import answers, build, voices
from services.build import Asker, Speaker

IDLE_S = 600.0
TIDIED_S = 60.0  # how often it is looked what is idle
SPEAKERS = 16  # at most: each holds the words of a memorial as one visitor may hear them


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
        self._speakers = Shelf[tuple[str, Asker], Marks, Speaker](SPEAKERS, Marks.still_hold)
        self._faces = Shelf[str, Marks, Face | None](still_holds=Marks.still_hold)
        self._casts = Shelf[str, Marks, Cast | None](still_holds=Marks.still_hold)
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
        self._speakers.forget(lambda key: key[0] == memorial_id)
        self._casts.forget(memorial_id.__eq__)
        self._faces.forget(memorial_id.__eq__)

    def close(self) -> None:
        """Nothing is loaded any more."""
        self._closed.set()

    def _tidy(self) -> None:
        while not self._closed.wait(TIDIED_S):
            self._speakers.tidy(IDLE_S)
            self._casts.tidy(IDLE_S)
            self._faces.tidy(IDLE_S)

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

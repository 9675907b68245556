"""Rooms in which small real stages speak, so that a turn takes milliseconds."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive, Memorial
from data.conversations import Conversations, KeptConversation
from data.label import Label
from data.types import Phrase
from orchestrator.stages import Face, Persona, Voice
from services.build import Asker, Speaker
from services.live.cast import Cast
from services.live.house import House
from services.live.performance import Performance
from services.live.room import Room
from services.live.tape import Piece, Told
from tests.services.api.conftest import served, small_app, small_home, talking, talking_home
from tests.small_stages import Colour, Tone, Words, phrase

__all__ = ["served", "small_app", "small_home", "talking", "talking_home"]  # fixtures of the whole service

PATIENCE_S = 20.0
BEHIND_S = 1.0


@dataclass
class SmallTroupe:
    """The same engines for everybody, never loaded and never let go."""

    persona: Persona = field(default_factory=lambda: Words([phrase("Good morning.")]))
    voice: Voice = field(default_factory=Tone)
    face: Face | None = field(default_factory=Colour)

    def speaker(self, memorial: Memorial, asker: Asker) -> Speaker:
        return Speaker(self.persona, ())

    def cast(self, memorial: Memorial) -> Cast | None:
        if self.face is None:
            return None
        return Cast(self.voice, self.face, lambda: Label("en", {}), lambda _: False)

    def forget(self, memorial_id: str) -> None:
        pass

    def close(self) -> None:
        pass


class Page:
    """Somebody who listens: takes what comes, and plays a second behind it; one that is `slow` plays nothing."""

    def __init__(self, talk: "Talk", *, slow: bool = False) -> None:
        self.house = talk.house
        self.room = talk.house.enter(talk.memorial, talk.kept)
        self.told: list[Told] = []
        self.pieces: list[Piece] = []
        self.dismissed: tuple[int, str] | None = None
        self._slow = slow
        self._something = threading.Event()
        self.ready = self.room.enter(self)

    def leave(self) -> None:
        """Go, or be lost."""
        self.house.left(self.room, self)

    def wake(self) -> None:
        self._something.set()

    def dismiss(self, code: int, reason: str) -> None:
        self.dismissed = (code, reason)
        self._something.set()

    def take(self) -> Told | Piece | None:
        """One message, if there is one."""
        message = self.room.take(self)
        if isinstance(message, Piece):
            self.pieces.append(message)
            if not self._slow:
                self.room.played(message.turn, max(0.0, message.end_s - BEHIND_S))
        elif message is not None:
            self.told.append(message)
        return message

    def until(self, there: Callable[["Page"], Any]) -> None:
        """Take until it is so."""
        began = time.monotonic()
        while not there(self):
            if self.take() is None:
                self._something.wait(0.02)
                self._something.clear()
            assert time.monotonic() - began < PATIENCE_S, [each["type"] for each in self.told]

    def until_more(self) -> None:
        """Take until there is one message more."""
        had = len(self.told) + len(self.pieces)
        self.until(lambda page: len(page.told) + len(page.pieces) > had)

    def until_the_end(self, turn: int = 0) -> Told:
        """Take until that turn has ended; gives its end."""
        self.until(lambda page: page.ends(turn))
        return self.ends(turn)[0]

    def ends(self, turn: int) -> list[Told]:
        return [each for each in self.told if each["type"] == "end" and each["turn"] == turn]

    def kinds(self, turn: int = 0) -> list[str]:
        return [each["type"] for each in self.told if each["turn"] == turn]

    def words(self, turn: int = 0) -> list[str]:
        return [each["text"] for each in self.told if each["type"] == "phrase" and each["turn"] == turn]

    def film(self, turn: int = 0) -> bytes:
        return b"".join(each.data for each in self.pieces if each.turn == turn)


@dataclass
class Talk:
    """A conversation, and those who give the answers in it."""

    archive: Archive
    memorial: Memorial
    house: House
    troupe: SmallTroupe
    kept: KeptConversation

    @property
    def room(self) -> Room:
        """Where somebody is."""
        return self.house.rooms[self.kept.id]

    @property
    def conversations(self) -> Conversations:
        return self.archive.conversations(self.memorial.id)

    def say(self, line: str, line_id: str | None = None, visitor: str = "Tom") -> Performance:
        """Somebody says a line that was not said before."""
        performance = self.room.say(line, visitor, line_id)
        assert performance is not None
        return performance

    def says(self, *phrases: Phrase | str) -> None:
        """What the persona answers from now on."""
        self.troupe.persona = Words([phrase(each) if isinstance(each, str) else each for each in phrases])


@pytest.fixture
def talk(small_home: Path, tmp_path: Path) -> Iterator[Talk]:
    before = set(threading.enumerate())
    shutil.copytree(small_home, tmp_path / "home")
    with Archive.open(tmp_path / "home") as archive:
        memorial = archive.find("Ann Lee")
        account = archive.accounts().all()[0]
        troupe, house = SmallTroupe(), House(archive)
        house.troupe = troupe  # type: ignore[assignment]
        yield Talk(archive, memorial, house, troupe, archive.conversations(memorial.id).create(account.id, "Tom"))
        house.close()
        left = [each for each in threading.enumerate() if each not in before and each.name == "answer"]
        for thread in left:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in left)

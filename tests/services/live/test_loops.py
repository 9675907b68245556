"""The portrait while nobody speaks: made once, and for each memorial by itself."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from data.archive import Memorial
from data.types import Shot
from services.live.loops import GIVES_WAY_S, Loops
from tests.services.live.conftest import PATIENCE_S, Talk
from tests.small_stages import Colour


@dataclass
class Counted(Colour):
    """Tells how often it was asked to move; `hold` is waited for before."""

    hold: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    idled: int = 0

    def idle(self) -> Iterator[Shot]:
        self.idled += 1
        self.asked.set()
        self.hold.wait(PATIENCE_S)
        yield from super().idle()


class Faces(dict[str, Counted]):
    """One for each memorial."""

    def face(self, memorial: Memorial) -> Counted:
        return self.setdefault(memorial.id, Counted())


def test_what_a_page_must_know_is_found_out_once(talk: Talk) -> None:
    troupe = Faces()
    loops, face = Loops(talk.archive, troupe), troupe.face(talk.memorial)  # type: ignore[arg-type]
    face.hold.set()
    assert loops.looks(talk.memorial) == loops.looks(talk.memorial)
    assert face.idled == 1
    assert loops.poster(talk.memorial) == loops.poster(talk.memorial)
    assert face.idled == 2
    assert loops.loop(talk.memorial, "idle") == loops.loop(talk.memorial, "idle")
    assert face.idled == 3


def test_while_one_memorial_is_drawn_others_are_shown(talk: Talk) -> None:
    troupe, other = Faces(), talk.archive.find("Grace Murray")
    loops, slow, quick = Loops(talk.archive, troupe), troupe.face(talk.memorial), troupe.face(other)  # type: ignore[arg-type]
    quick.hold.set()
    drawing = threading.Thread(target=loops.loop, args=[talk.memorial, "idle"])
    drawing.start()
    assert slow.asked.wait(PATIENCE_S)
    assert loops.loop(other, "idle")
    assert drawing.is_alive()
    slow.hold.set()
    drawing.join()


def test_a_loop_is_looked_after_in_the_background_once(talk: Talk) -> None:
    troupe = Faces()
    loops, face = Loops(talk.archive, troupe), troupe.face(talk.memorial)  # type: ignore[arg-type]
    for _ in range(3):
        loops.prepare(talk.memorial)
    assert sum(thread.name == "loops" for thread in threading.enumerate()) == 1
    face.hold.set()
    for thread in threading.enumerate():
        if thread.name == "loops":
            thread.join(PATIENCE_S)
    assert loops.loop(talk.memorial, "listen")
    assert face.idled == 2


def test_while_somebody_is_answered_the_portrait_is_drawn_between(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()
    monkeypatch.setattr("services.live.loops.time.sleep", waited.append)
    troupe = Faces()
    loops, face = Loops(talk.archive, troupe), troupe.face(talk.memorial)  # type: ignore[arg-type]
    face.hold.set()
    with talk.archive.home.talking():
        assert loops.loop(talk.memorial, "idle")
    assert GIVES_WAY_S in waited
    waited.clear()
    assert loops.loop(talk.memorial, "listen")
    assert GIVES_WAY_S not in waited

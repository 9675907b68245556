"""The engines of a memorial stay for as long as somebody talks with it, and no longer."""

import gc
import time
import weakref

import pytest

from orchestrator.stages import Face, Voice
from services import build
from services.build import Speaker
from services.live.cast import Troupe
from tests.services.live.conftest import PATIENCE_S, Page, Talk
from tests.small_stages import Colour, Tone, Words, phrase


def test_engines_that_nobody_used_for_a_while_leave_the_memory(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[weakref.ref[Colour] | weakref.ref[Tone]]()

    def face(*_: object) -> Face:
        made.append(weakref.ref(colour := Colour()))
        return colour

    def voice(*_: object) -> Voice:
        made.append(weakref.ref(tone := Tone()))
        return tone

    monkeypatch.setattr(build, "face", face)
    monkeypatch.setattr(build, "voice", voice)
    monkeypatch.setattr(build, "speaker", lambda *_: Speaker(Words([phrase("Good morning.")]), ()))
    monkeypatch.setattr("services.live.cast.TIDIED_S", 0.01)
    talk.house.troupe = troupe = Troupe(talk.archive)
    page = Page(talk)
    performance = talk.say("Hello")
    assert page.until_the_end()["reason"] == "said"
    assert page.pieces
    performance.join()
    assert [each() is not None for each in made] == [True, True]
    monkeypatch.setattr("services.live.cast.IDLE_S", 0.0)
    began = time.monotonic()
    while any(each() is not None for each in made):
        gc.collect()
        time.sleep(0.01)
        assert time.monotonic() - began < PATIENCE_S
    talk.say("Hello again")
    assert page.until_the_end(1)["reason"] == "said"
    assert len(made) == 4
    troupe.close()

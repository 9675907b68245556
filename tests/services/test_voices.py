"""A voice speaks for as long as all that it was learnt from may be drawn on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.archive import Archive, Memorial
from data.errors import BadHome, NotReady
from data.types import Person
from services import voices
from voice import parts

FILES = ("box/voicemail.wav", "box/tape.wav")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path / "home")


@pytest.fixture
def ann(archive: Archive) -> Memorial:
    memorial = archive.create(Person("Ann Lee", "1931", "2019", "en"))
    with archive.adding(memorial.id) as adding:
        for file in FILES:
            adding.add_recording(file, file.encode())
    return memorial


def learnt_from(*files: str) -> bytes:
    return parts.pack({"report": json.dumps({"files": files}).encode()})


def keep(archive: Archive, ann: Memorial, *files: str, must_wait: bool = False) -> bool:
    heard = {"person": 1, "voice": [1.0, 0.0], "pieces": [], "files": files}
    with archive.adding(ann.id) as adding:
        return voices.keep(archive, adding, learnt_from(*files), json.dumps(heard).encode(), must_wait=must_wait)


@pytest.mark.parametrize("place", [FILES[1], "box"])
def test_it_falls_silent_with_a_recording_that_is_left_out_and_speaks_again_with_it(
    archive: Archive, ann: Memorial, place: str
) -> None:
    keep(archive, ann, *FILES)
    left = archive.memory(ann.id).leave_out(place)
    with pytest.raises(NotReady, match=r"left out.*enrol"):
        voices.of(archive, ann.id)
    assert voices.person_before(archive, ann.id) is None
    archive.memory(ann.id).undo(left.id)
    assert voices.report(voices.of(archive, ann.id))["files"] == list(FILES)
    assert voices.person_before(archive, ann.id) == [1.0, 0.0]


def test_a_recording_that_it_was_not_learnt_from_changes_nothing(archive: Archive, ann: Memorial) -> None:
    keep(archive, ann, FILES[0])
    archive.memory(ann.id).leave_out(FILES[1])
    assert voices.speaks(archive, ann.id)


def test_one_that_waits_cannot_be_heard_or_adopted_either(archive: Archive, ann: Memorial) -> None:
    keep(archive, ann, FILES[0])
    assert keep(archive, ann, *FILES, must_wait=True)
    voices.note_heard(archive, ann.id, voices.waiting(archive, ann.id))
    archive.memory(ann.id).leave_out(FILES[1])
    with pytest.raises(NotReady, match="left out"):
        voices.of(archive, ann.id, new=True)
    with pytest.raises(NotReady, match="left out"):
        voices.adopt(archive, ann.id)
    assert voices.report(voices.of(archive, ann.id))["files"] == [FILES[0]]


def test_a_new_one_takes_the_place_of_one_that_fell_silent_at_once(archive: Archive, ann: Memorial) -> None:
    keep(archive, ann, *FILES)
    voices.choose(archive, ann.id, "cloned")
    archive.memory(ann.id).leave_out(FILES[1])
    assert not keep(archive, ann, FILES[0], must_wait=True)
    assert voices.report(voices.of(archive, ann.id))["files"] == [FILES[0]]


def test_one_of_which_nobody_knows_what_it_was_learnt_from_does_not_speak(archive: Archive, ann: Memorial) -> None:
    with archive.adding(ann.id) as adding:
        adding.set_voice(parts.pack({"report": b"{}"}))
    with pytest.raises(BadHome, match=r"older version.*enrol"):
        voices.of(archive, ann.id)


def test_what_a_clip_rests_on_changes_with_the_voice_and_the_choice(archive: Archive, ann: Memorial) -> None:
    states = {voices.state(archive, ann.id)}
    keep(archive, ann, FILES[0])
    states.add(voices.state(archive, ann.id))
    voices.choose(archive, ann.id, "narrator")
    states.add(voices.state(archive, ann.id))
    voices.set_names(archive, ann.id, {"Nan": "/næn/"})
    states.add(voices.state(archive, ann.id))
    assert len(states) == 4
    assert voices.state(archive, ann.id) in states

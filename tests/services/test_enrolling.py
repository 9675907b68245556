"""Which recordings a voice is learnt from, and how much of each is heard."""

from __future__ import annotations

import io
import wave
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.archive import Archive, Memorial
from data.errors import BadRecording, NotReady
from data.types import RATE, Person
from services.enrolling import LEAST_EACH_S, MOST_HEARD_S, MOST_RECORDINGS, Recording, excerpts, most_of_each_s

LENGTHS = st.lists(st.floats(0.1, 20_000.0), min_size=1, max_size=MOST_RECORDINGS)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path / "home")


@pytest.fixture
def ann(archive: Archive) -> Memorial:
    return archive.create(Person("Ann Lee", "1931", "2019", "en"))


def hum(seconds: float, hz: float = 150.0) -> bytes:
    written = io.BytesIO()
    samples = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(RATE * seconds)) / RATE)
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return written.getvalue()


def brought(file: str, content: bytes) -> Recording:
    return Recording(file, partial(bytes, content))


@given(LENGTHS)
def test_no_more_is_heard_than_is_wanted_and_no_less_where_there_is_more(lengths_s: list[float]) -> None:
    most_s = most_of_each_s(lengths_s)
    heard_s = sum(min(each, most_s) for each in lengths_s)
    wanted_s = min(MOST_HEARD_S, sum(lengths_s))
    assert heard_s == pytest.approx(wanted_s) or (most_s == LEAST_EACH_S and heard_s > wanted_s)


def test_a_long_tape_gets_what_many_notes_leave_over() -> None:
    assert most_of_each_s([10.0] * 59 + [7_200.0]) == pytest.approx(MOST_HEARD_S - 590)


def test_each_recording_is_heard_once_under_the_name_that_it_came_with_first(archive: Archive, ann: Memorial) -> None:
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/one.wav", hum(3))
    heard = excerpts(archive, ann, [brought("again.wav", hum(3)), brought("two.wav", hum(5))])
    assert [(file, len(each.samples) / RATE) for file, each in heard] == [("box/one.wav", 3), ("two.wav", 5)]


def test_what_was_left_out_is_not_learnt_from_under_another_name(archive: Archive, ann: Memorial) -> None:
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/one.wav", hum(3))
    archive.memory(ann.id).leave_out("box")
    fresh = [brought("again.wav", hum(3)), brought("box/two.wav", hum(5))]
    with pytest.raises(NotReady, match="every recording is left out"):
        excerpts(archive, ann, fresh)
    assert [file for file, _ in excerpts(archive, ann, [*fresh, brought("three.wav", hum(2))])] == ["three.wav"]


def test_one_that_cannot_be_heard_is_passed_over_unless_it_is_the_only_one(archive: Archive, ann: Memorial) -> None:
    broken = brought("broken.wav", hum(3)[:40])
    assert [file for file, _ in excerpts(archive, ann, [broken, brought("whole.wav", hum(2))])] == ["whole.wav"]
    with pytest.raises(BadRecording, match=r"broken\.wav"):
        excerpts(archive, ann, [broken])

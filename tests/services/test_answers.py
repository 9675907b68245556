"""A clip whose making was broken off goes on with its words, unless something was held back since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive, Memorial
from orchestrator.job import Abandoned, Job
from services import answers, voices

GRACE = "Grace Hopper"
JOB = "0" * 32


@pytest.fixture
def broken_off(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """A home in which a clip was begun: its words are found, and the filming breaks off each time."""

    def breaks_off(*_: object) -> Any:
        raise Abandoned

    monkeypatch.setattr(answers, "film", breaks_off)
    archive = Archive.open(home)
    with archive.adding(archive.find(GRACE).id) as adding:
        order = answers.clip_order("How did you learn mathematics?", tmp_path / "answer.mp4")
        adding.add_paper(JOB, "order", order)
    goes_on(archive)
    return archive


def grace(archive: Archive) -> Memorial:
    return archive.find(GRACE)


def goes_on(archive: Archive) -> None:
    with pytest.raises(Abandoned):
        answers.make_clip(Job(archive, JOB, grace(archive).id, lambda: False))


def words(archive: Archive) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archive.paper(grace(archive).id, JOB, "words") or b"[]")
    return found


def files(archive: Archive) -> set[str]:
    return {each["source"]["file"] for each in words(archive) if each["source"] is not None}


def test_it_goes_on_with_the_words_that_were_found(broken_off: Archive) -> None:
    before = words(broken_off)
    assert before
    goes_on(broken_off)
    assert words(broken_off) == before


def test_nothing_is_said_of_what_was_left_out_meanwhile(broken_off: Archive) -> None:
    (file, *_) = files(broken_off)
    broken_off.memory(grace(broken_off).id).leave_out(file)
    goes_on(broken_off)
    assert words(broken_off)
    assert file not in files(broken_off)


def test_a_film_that_was_made_before_is_not_delivered(broken_off: Archive) -> None:
    memorial = grace(broken_off)
    with broken_off.adding(memorial.id) as adding:
        adding.add_paper(JOB, "report", b"{}")
        adding.add_paper(JOB, "clip", b"a film of what is left out now")
    voices.choose(broken_off, memorial.id, "narrator")
    goes_on(broken_off)
    assert broken_off.paper(memorial.id, JOB, "clip") is None

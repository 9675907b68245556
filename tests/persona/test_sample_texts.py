"""The texts of the samples say what they are, and every sentence can be spoken."""

from __future__ import annotations

import re

import pytest

import data.samples
from persona.passages import read_all
from tests.persona.cases import SAMPLES, letters

DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")
UNSPEAKABLE = re.compile(r"[#@*_<>{}\[\]\\/|=~^%&]|https?:|\b[A-Z]{3,}\b|\d{5,}")


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_file_says_at_its_head_that_it_quotes_nothing(sample: str) -> None:
    given = data.samples.sample(sample)
    for path in (*given.letters, *given.messages):
        head = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
        assert "demonstration" in " ".join(head) or "演示" in " ".join(head)
        assert "quotes nothing" in " ".join(head) or "没有引用" in " ".join(head)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sentence_is_clean_when_spoken_and_has_a_date(sample: str) -> None:
    said = [one for each in read_all(letters(sample)) for one in each.said]
    assert len(said) >= 200
    assert [one.text for one in said if UNSPEAKABLE.search(one.text)] == []
    assert all(one.date and DAY.fullmatch(one.date) for one in said)
    assert all(one.text[-1] in ".!?。！？…" for one in said)

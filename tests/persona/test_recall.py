"""The threshold: questions that the letters answer are answered, others are not."""

from __future__ import annotations

import pytest

from data.types import Turn
from tests.persona.cases import SAMPLES, cases, recollection

RECALL_AT_LEAST = 0.9  # share of answerable questions whose answer holds what it should
FALSE_AT_MOST = 0.1  # share of unanswerable questions that get words of theirs


def answer_of(sample: str, line: str) -> str:
    """What the persona says in the letters' own words."""
    phrases = recollection(sample).reply([Turn("visitor", line)])
    return " ".join(phrase.text for phrase in phrases if phrase.mark == "exhibit")


@pytest.mark.parametrize("sample", SAMPLES)
def test_questions_are_answered_and_nothing_is_invented(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = cases(f"questions_{sample}")
    answers = [(expected, line, answer_of(sample, line)) for expected, line in rows]
    known = [row for row in answers if row[0] != "-"]
    missed = [row for row in known if not any(word in row[2] for word in row[0].split("|"))]
    unknown = [row for row in answers if row[0] == "-"]
    false = [row for row in unknown if row[2]]
    with capsys.disabled():
        print(
            f"\n{sample}: {len(known) - len(missed)} of {len(known)} answered, {len(false)} of {len(unknown)} falsely"
        )
        for expected, line, answer in (*missed, *false):
            print(f"    {line} -> {answer or 'nothing'} (wanted {expected})")
    assert len(known) >= 30
    assert len(unknown) >= 20
    assert len(missed) <= (1 - RECALL_AT_LEAST) * len(known)
    assert len(false) <= FALSE_AT_MOST * len(unknown)

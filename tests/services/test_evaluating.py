"""`lantern evaluate` counts what it says it counts, and refuses what is no question set."""

import json
from pathlib import Path

import pytest

from tests.services.conftest import ANN, Lantern

LETTER = "Dear Tom,\n\nWe planted the beans along the south wall.\n"
ROWS = [
    {"question": "Where did you plant the beans?", "right": "We planted the beans along the south wall."},
    {"question": "What did you plant in the garden of Rome?", "right": None},
    {"question": "Who was your dentist in Kyoto?", "right": "No such sentence."},
]


@pytest.fixture
def questions(lantern: Lantern, tmp_path: Path) -> Path:
    letter = tmp_path / "1951-05-03 garden.txt"
    letter.write_text(LETTER)
    assert lantern("add", ANN, letter).code == 0
    asked = tmp_path / "asked.jsonl"
    asked.write_text("\n".join(json.dumps(row) for row in ROWS))
    return asked


def test_every_question_is_counted_with_what_became_of_it(lantern: Lantern, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    told = lantern("evaluate", ANN, questions, "--json", "--out", report).json
    assert told["questions"] == 3
    assert sum(told[each] for each in ("right", "wrong", "unanswered", "false", "declined")) == 3
    assert told["answers"][0]["outcome"] == "right"
    assert told["answers"][0]["sources"][0]["file"] == "1951-05-03 garden.txt"
    assert told["right_share"] == 0.5
    assert told["false_share"] in (0.0, 1.0)
    assert "1 rightly" in report.read_text()
    assert "Where did you plant the beans?" in report.read_text()


@pytest.mark.parametrize("content", [b"", b"what?", b"\xff\xfe\x00", b'[{"question": 1, "right": null}]'])
def test_what_is_no_question_set_is_refused_in_one_line(lantern: Lantern, tmp_path: Path, content: bytes) -> None:
    asked = tmp_path / "asked.jsonl"
    asked.write_bytes(content)
    ran = lantern("evaluate", "Grace Hopper", asked)
    assert ran.code == 2
    assert ran.err.count("\n") == 1

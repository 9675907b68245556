"""The written cases of this folder, and the two sample memorials as the persona is given them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from data.types import Language, Letter, Person
from persona.recollection import Recollection

_CASES = Path(__file__).with_name("cases")
_SAMPLES = Path(__file__).parents[2] / "data" / "samples"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SAMPLES = ("hopper", "waigong")


def cases(name: str) -> list[tuple[str, str]]:
    """Rows of a file: (what is expected, the line)."""
    rows = [row for row in (_CASES / f"{name}.tsv").read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return [(expected, line) for expected, line in (row.split("\t") for row in rows)]


@cache
def letters(name: str) -> tuple[Letter, ...]:
    told = json.loads((_SAMPLES / name / "memorial.json").read_text("utf-8"))
    written = [Letter(file, (_SAMPLES / name / file).read_text("utf-8"), None) for file in told["letters"]]
    chats = [Letter(file, (_SAMPLES / name / file).read_text("utf-8"), None, "message") for file in told["messages"]]
    return (*written, *chats)


@cache
def person(name: str) -> Person:
    told = json.loads((_SAMPLES / name / "memorial.json").read_text("utf-8"))
    return Person(told["name"], told["born"], told["died"], told["language"], exhibit=True)


@cache
def recollection(name: str) -> Recollection:
    return Recollection(person(name), letters(name))


def question(name: str) -> str:
    return str(json.loads((_SAMPLES / name / "memorial.json").read_text("utf-8"))["question"])

"""The written cases of this folder, and the two sample memorials as the persona is given them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from data.importers import read_letters
from data.samples import sample
from data.types import Language, Letter, Person
from persona.recollection import Recollection

_CASES = Path(__file__).with_name("cases")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SAMPLES = ("hopper", "waigong")


def cases(name: str) -> list[tuple[str, str]]:
    """Rows of a file: (what is expected, the line)."""
    rows = [row for row in (_CASES / f"{name}.tsv").read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return [(expected, line) for expected, line in (row.split("\t") for row in rows)]


@cache
def letters(name: str) -> tuple[Letter, ...]:
    given = sample(name)
    return tuple(letter for path in (*given.letters, *given.messages) for letter in read_letters(path).letters)


def person(name: str) -> Person:
    return sample(name).person


@cache
def recollection(name: str) -> Recollection:
    return Recollection(person(name), letters(name))


def question(name: str) -> str:
    return sample(name).question

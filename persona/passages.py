"""Reads letters and messages into sentences that know their place and date. Knows nothing of questions.

A letter is a line of place and date, a salutation, paragraphs, a closing and a name. Only the paragraphs are what the
person said; salutation and closing show how they greeted and took leave.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.types import Letter, Source
from persona.layout import layout_of
from persona.sentences import paragraphs_of, sentences_of


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of theirs. `place` is its letter or message, `paragraph` and `number` count within that."""

    text: str
    file: str
    date: str | None
    place: int
    paragraph: int
    number: int
    last_of_place: bool
    kind: str

    @property
    def source(self) -> Source:
        """Where it stands, for a phrase."""
        return Source(file=self.file, date=self.date, quote=self.text)


@dataclass(frozen=True, slots=True)
class Read:
    """What a letter or a message holds."""

    said: tuple[Said, ...]
    salutation: str | None = None
    closing: str | None = None
    name: str | None = None


def read(letter: Letter, place: int = 0) -> Read:
    """Sentences with their dates, and how the person greeted and closed. `place` numbers the letter."""
    if letter.kind == "message":
        return Read(_paragraphs(letter, letter.text, letter.date, place))
    parts = layout_of(letter.text)
    said = _paragraphs(letter, parts.text, letter.date or parts.date, place)
    return Read(said, parts.salutation, parts.closing, parts.name)


def read_all(letters: Iterable[Letter]) -> list[Read]:
    """Every letter, with places numbered through."""
    return [read(letter, place) for place, letter in enumerate(letters)]


def _paragraphs(letter: Letter, text: str, date: str | None, place: int) -> tuple[Said, ...]:
    cut = [(number, sentence) for number, block in enumerate(paragraphs_of(text)) for sentence in sentences_of(block)]
    return tuple(
        Said(sentence, letter.file, date, place, paragraph, number, number == len(cut) - 1, letter.kind)
        for number, (paragraph, sentence) in enumerate(cut)
    )

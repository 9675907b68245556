"""Reads letters and messages into sentences that know their place and date. Knows nothing of questions.

A letter is a line of place and date, a salutation, paragraphs, a closing and a name. Only the paragraphs are what the
person said; salutation and closing show how they greeted and took leave.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from data.dates import find_date
from data.types import Letter, Source
from persona.language import HAN
from persona.sentences import joined, paragraphs_of, sentences_of

_HEAD_LINES: Final = 4  # place, date and salutation stand within these
_TAIL_LINES: Final = 4  # closing, name, a date below it
_SHORT_EN: Final = 60  # characters of a salutation or a closing
_SHORT_ZH: Final = 16
_SALUTATION_END: Final = (",", "，", ":", "：", "!", "！")
_SENTENCE_END: Final = tuple(".。!！?？…")


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
    lines = [line.rstrip() for line in letter.text.split("\n")]
    date, lines = _dateline(letter.date, lines)
    salutation, lines = _salutation(lines)
    closing, name, lines = _closing(lines)
    return Read(_paragraphs(letter, "\n".join(lines), date, place), salutation, closing, name)


def read_all(letters: Iterable[Letter]) -> list[Read]:
    """Every letter, with places numbered through."""
    return [read(letter, place) for place, letter in enumerate(letters)]


def _paragraphs(letter: Letter, text: str, date: str | None, place: int) -> tuple[Said, ...]:
    cut = [(number, sentence) for number, block in enumerate(paragraphs_of(text)) for sentence in sentences_of(block)]
    return tuple(
        Said(sentence, letter.file, date, place, paragraph, number, number == len(cut) - 1, letter.kind)
        for number, (paragraph, sentence) in enumerate(cut)
    )


def _dateline(known: str | None, lines: list[str]) -> tuple[str | None, list[str]]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if line.strip() and len(line) <= _SHORT_EN and not line.endswith(_SENTENCE_END) and (found := find_date(line)):
            return known or found.iso, lines[index + 1 :]
    return known, lines


def _salutation(lines: list[str]) -> tuple[str | None, list[str]]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        words = line.strip()
        if not words:
            continue
        if len(words) <= _short(words) and words.endswith(_SALUTATION_END):
            return joined(words), lines[index + 1 :]
        break
    return None, lines


def _closing(lines: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Trailing short lines that are no sentences: the closing ends with a comma, the name with nothing."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    tail: list[str] = []
    while kept and len(tail) < _TAIL_LINES and kept[-1].strip() and _is_tail(kept[-1].strip()):
        tail.insert(0, kept.pop().strip())
    tail = [line for line in tail if find_date(line) is None]
    closing = next((line for line in tail if line.endswith((",", "，"))), None)
    name = tail[-1] if tail and tail[-1] != closing else None
    return closing, name, kept


def _is_tail(line: str) -> bool:
    return len(line) <= _short(line) and not line.endswith(_SENTENCE_END)


def _short(text: str) -> int:
    return _SHORT_ZH if HAN.search(text) else _SHORT_EN

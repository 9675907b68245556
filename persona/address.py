"""To whom a sentence of theirs speaks, and whether it does so kindly. Knows neither who reads it nor when."""

from __future__ import annotations

from typing import Final, Literal

from persona.language import folded
from persona.patterns import pattern
from persona.tense import is_general

_FILE: Final = "address.toml"
_Kind = Literal["addressed", "of_reader", "counsels"]


def is_addressed(sentence: str) -> bool:
    """Whether it is said to somebody: it holds a "you", or tells to do something."""
    return _is("addressed", sentence)


def speaks_of_reader(sentence: str) -> bool:
    """Whether it says what the writer felt for the reader: "I am proud of you"."""
    return _is("of_reader", sentence)


def counsels(sentence: str) -> bool:
    """Whether it tells what one can do, rather than what happened."""
    return _is("counsels", sentence) or (is_addressed(sentence) and is_general(sentence))


def _is(kind: _Kind, sentence: str) -> bool:
    return bool(pattern(_FILE, kind).search(folded(sentence)))

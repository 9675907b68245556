"""Whose matters a line and a sentence speak of: those of the one who wrote, or of the one who reads.

In a visitor's question "you" is the person; in a letter of theirs "you" is whoever got it. Knows no letters, and of
relatives only by what words they are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from persona.address import counsels
from persona.language import folded
from persona.patterns import pattern, table

_FILE: Final = "perspective.toml"
_Kind = Literal[
    "you", "i", "view", "past", "reader_first", "writer", "somebody", "how", "denial", "of_loss", "hard_to_hear"
]
_OLDER: Final = "爹|(?<!姑)娘"  # so people called their own parents, and no grandchild does
Whose = Literal["writer", "reader"]
_OF_ADDRESSED: Final = r"(?:\byour (?:\w+ )?|(?:你|您)们?的?)"
_OF_SPEAKER: Final = r"(?:\b(?:my|our) (?:\w+ )?|我们?的?)"


def asks_of_writer(line: str) -> bool:
    """Whether a line asks for something of the person's own, and not for what they thought or advised."""
    return _is("you", line) and not brings_in_visitor(line) and not _is("view", line)


def brings_in_visitor(line: str) -> bool:
    """Whether a line speaks of the visitor too."""
    return _is("i", line)


def asks_how(line: str) -> bool:
    """Whether a line asks how a thing is done."""
    return _is("how", line)


def denies(sentence: str) -> bool:
    """Whether a sentence says what something is not: it tells nothing of that."""
    return _is("denial", sentence)


def is_of_loss(line: str) -> bool:
    """Whether a visitor tells of work, a home or a partner that is gone."""
    return _is("of_loss", line)


def is_hard_to_hear(sentence: str) -> bool:
    """Whether a sentence on what somebody has just lost would sound like a reproach: "a good job will not wait"."""
    return _is("hard_to_hear", sentence)


def is_of_reader(sentence: str) -> bool:
    """Whether a sentence says something of the one who got it, or tells them what to do, and names nobody else."""
    return _is("reader_first", sentence) or (counsels(sentence) and not _is("somebody", sentence))


def speaks_of_writer(sentence: str) -> bool:
    """Whether a sentence speaks of the one who wrote it."""
    return _is("writer", sentence)


@dataclass(frozen=True, slots=True)
class Kin:
    """A relative that a visitor's line names: "your mother" is the writer's, "my mother" the reader's."""

    name: str
    whose: Whose

    def is_named(self, sentence: str) -> bool:
        """Whether a sentence of theirs speaks of that one, and not of the other's."""
        return _whose(sentence, self.name) == self.whose

    def is_in(self, passage: Iterable[str]) -> bool:
        """Whether a passage may speak of that one: it names no other one's, nor another relative instead."""
        sentences = list(passage)
        whose = {_whose(one, self.name) for one in sentences} - {None}
        if whose:
            return self.whose in whose
        named = set().union(*map(relatives_in, sentences))
        return not named or self.name in named


def relatives_in(text: str) -> set[str]:
    """Every relative that a text names, whosever."""
    plain = folded(text)
    return {name for name, words in _kin().items() if re.search(words, plain)}


def kin_in(line: str) -> Kin | None:
    """The relative that a line names, and whose."""
    plain = folded(line)
    for name, words in _kin().items():
        if re.search(rf"{_OF_ADDRESSED}(?:{words})", plain):
            return Kin(name, "writer")
        if re.search(rf"{_OF_SPEAKER}(?:{words})", plain):
            return Kin(name, "reader")
    return None


def _whose(sentence: str, kin: str) -> Whose | None:
    """Whose such a relative a sentence names; None where it names none, or nobody's in particular."""
    plain, words = folded(sentence), _kin()[kin]
    if re.search(rf"{_OF_ADDRESSED}(?:{words})", plain):
        return "reader"
    return "writer" if re.search(rf"{_OF_SPEAKER}(?:{words})|{_OLDER}", plain) and re.search(words, plain) else None


def _is(kind: _Kind, text: str) -> bool:
    return bool(pattern(_FILE, kind).search(folded(text)))


@cache
def _kin() -> dict[str, str]:
    found: dict[str, str] = table(_FILE)["kin"]
    return found

"""Finds what may show that a visitor, or somebody they love, is in danger. Knows no weights and no answers.

The kinds follow what is known to come before an attempt: the wish to die, no way on, being a burden (Joiner, Why People
Die by Suicide, 2005), a plan, means at hand (the C-SSRS, Posner et al., 2011), farewells; joining the dead is the
mourner's own. It reads one line at a time, and only words: irony, silence and a worsening from line to line escape it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from persona.language import folded
from persona.patterns import BETWEEN_HAN, in_both_languages, table

_FILE: Final = "crisis.toml"
_DRAWN_OUT: Final = re.compile(r"([a-z])\1{2,}")
_SLIP_LETTERS: Final = 6  # a letter left out or doubled is forgiven from this length on: shorter words have neighbours


@dataclass(frozen=True, slots=True)
class _Signs:
    traditional: dict[int, int]
    words: frozenset[str]
    spelling: tuple[tuple[re.Pattern[str], str], ...]
    sayings: re.Pattern[str]
    kinds: tuple[re.Pattern[str], ...]


def kinds_in(line: str) -> tuple[int, ...]:
    """Which kinds of signs the line shows, by their place in the file."""
    signs = _signs()
    plain = signs.sayings.sub(" ", _plain(line, signs))
    return tuple(at for at, kind in enumerate(signs.kinds) if kind.search(plain))


def _plain(line: str, signs: _Signs) -> str:
    """Folded, without apostrophes, gaps between Chinese characters, drawn-out letters and slips of the finger."""
    text = folded(line).replace("'", "").replace("`", "").translate(signs.traditional)
    text = _DRAWN_OUT.sub(r"\1", BETWEEN_HAN.sub("", text))
    text = re.sub(r"[a-z]+", lambda word: _mended(word.group(), signs.words), text)
    for wrong, right in signs.spelling:
        text = wrong.sub(right, text)
    return text


def _mended(typed: str, words: frozenset[str]) -> str:
    return typed if typed in words else next((word for word in words if _slipped(typed, word)), typed)


def _slipped(typed: str, word: str) -> bool:
    """Whether the word was meant: two letters swapped, or in a long word one left out or one too many."""
    if typed[0] != word[0]:
        return False
    if len(typed) == len(word):
        return sorted(typed) == sorted(word)
    longer, shorter = sorted((typed, word), key=len, reverse=True)
    if len(longer) != len(shorter) + 1 or len(word) < _SLIP_LETTERS:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


@cache
def _signs() -> _Signs:
    held = table(_FILE)
    groups: dict[str, str] = held["groups"]
    return _Signs(
        traditional=str.maketrans(held["traditional"]["from"], held["traditional"]["to"]),
        words=frozenset(held["spelling"]["words"].split()),
        spelling=tuple((re.compile(wrong), right) for wrong, right in held["spelling"]["instead"]),
        sayings=in_both_languages(held["sayings"], groups),
        kinds=tuple(in_both_languages(kind, groups) for kind in held["kind"]),
    )

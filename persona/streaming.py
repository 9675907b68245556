"""Turns pieces of text into whole words, up to where a stop begins. Knows no tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from persona.language import HAN

_WORD: Final = re.compile(rf"\s*(?:{HAN.pattern}|(?:(?!{HAN.pattern})\S)+(?=\s|{HAN.pattern}))")
_LAST_WORDS: Final = re.compile(rf"\s*(?:{HAN.pattern}|(?:(?!{HAN.pattern})\S)+)")


def words(pieces: Iterable[str], stops: Sequence[str] = ()) -> Iterator[str]:
    """Words with the white space before them, Chinese ones by the character; nothing of a stop, or behind it."""
    held = ""
    for piece in pieces:
        held += piece
        if ends := [at for stop in stops if (at := held.find(stop)) >= 0]:
            held = held[: min(ends)]
            break
        safe, at = len(held) - _begun_stop(held, stops), 0
        while (word := _WORD.match(held, at)) and word.end() <= safe:
            yield word[0]
            at = word.end()
        held = held[at:]
    yield from _LAST_WORDS.findall(held)


def _begun_stop(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end may be the beginning of a stop."""
    return max(
        (n for stop in stops for n in range(1, min(len(stop), len(text)) + 1) if text.endswith(stop[:n])), default=0
    )

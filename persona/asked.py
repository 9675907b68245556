"""What kind of thing a question asks for (a colour, a number, a place), and whether a sentence says such a thing.

Knows no topics and no letters.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

from persona.patterns import in_both_languages, table

Kind = Literal["colour", "money", "number", "year", "time", "place", "person", "name", "reason", "feeling"]

_FILE: Final = "asked.toml"


def kinds_asked(line: str) -> tuple[Kind, ...]:
    """Every kind of thing that a folded line asks for, those that a sentence shows most surely first."""
    return tuple(kind for kind, pattern in _patterns("asks").items() if pattern.search(line))


def says(kind: Kind, sentence: str) -> bool:
    """Whether a folded sentence holds a thing of that kind."""
    return bool(_patterns("says")[kind].search(sentence))


@cache
def _patterns(key: Literal["asks", "says"]) -> dict[Kind, re.Pattern[str]]:
    kinds: dict[Kind, dict[str, list[str]]] = table(_FILE)[key]
    return {kind: in_both_languages(entries, {}) for kind, entries in kinds.items()}

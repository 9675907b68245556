"""Tells whether a sentence is as true today as on the day it was written. Knows no dates, and not what is asked in it.

So is only what is told of the past ("my first wage was two pounds"), lasting ("I have always loved the sea") or general
("measure twice and cut once"), and does not count from its day, as "tomorrow" and "I am well" do.
"""

from __future__ import annotations

from typing import Final, Literal

from persona.language import folded
from persona.patterns import pattern

_FILE: Final = "framing.toml"
_Kind = Literal["of_its_day", "past", "present", "lasting", "general", "somebodys"]


def holds_on_any_day(sentence: str) -> bool:
    """Whether the sentence is of what was, what lasts or what is so in general."""
    plain = folded(sentence)
    told_of_past = _is("past", plain) and not _is("present", plain)
    return not _is("of_its_day", plain) and (told_of_past or is_general(sentence) or _is("lasting", plain))


def is_general(sentence: str) -> bool:
    """Whether it is said of nobody in particular, as advice and proverbs are."""
    plain = folded(sentence)
    return _is("general", plain) and not _is("somebodys", plain)


def _is(kind: _Kind, plain: str) -> bool:
    return bool(pattern(_FILE, kind).search(plain))

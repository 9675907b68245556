"""Tells whether a visitor asks what they are talking to. Knows the questions, not the answers."""

from __future__ import annotations

from typing import Final, Literal

from persona.likeness import kind_of
from persona.patterns import pattern, plain

Asking = Literal["alive", "identity", "presence", "afterlife"]

_FILE: Final = "identity.toml"
_KINDS: Final[tuple[Asking, ...]] = ("alive", "identity", "presence", "afterlife")


def asks_what_this_is(line: str) -> Asking | None:
    """Which question about the speaker the line asks, if any; one that no pattern knows is about what answers."""
    if kind_of(line, "visitor") != "identity":
        return None
    said = plain(line)
    return next((kind for kind in _KINDS if pattern(_FILE, kind).search(said)), "identity")

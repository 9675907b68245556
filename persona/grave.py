"""Tells what is not brought up unasked: illness, death, and anger. Knows neither who asks nor why."""

from __future__ import annotations

from typing import Final

from persona.language import folded
from persona.patterns import pattern

_FILE: Final = "grave.toml"


def is_grave(text: str) -> bool:
    """Whether a sentence, or a line, speaks of illness, death or anger."""
    return is_loss(text) or bool(pattern(_FILE, "anger").search(folded(text)))


def is_loss(text: str) -> bool:
    """Whether it speaks of illness or death."""
    return bool(pattern(_FILE, "loss").search(folded(text)))


def asks_for_grave(line: str) -> bool:
    """Whether a line leads to such things by itself."""
    return is_grave(line) or bool(pattern(_FILE, "asked").search(folded(line)))

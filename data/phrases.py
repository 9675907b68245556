"""Phrases as JSON, and back. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.types import Phrase, Source, Span


def phrases_of(told: Iterable[dict[str, Any]]) -> list[Phrase]:
    """What `asdict` made of phrases, as phrases again."""
    return [
        Phrase(**{
            **each,
            "source": each["source"] and Source(**each["source"]),
            "recording": each["recording"] and Span(**each["recording"]),
        })
        for each in told
    ]  # fmt: skip

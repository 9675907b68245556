"""Lets a real recording say what it holds: a sentence of theirs that was spoken on a tape is marked `their-voice`, with
its place there. Knows where sentences stand, not how they sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.names import covers, folded
from data.types import Phrase, Span, Turn

if TYPE_CHECKING:
    from persona.guard import Persona

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where some words can be heard. `file` is where they are written down, with all its folders."""

    file: str
    text: str
    span: Span


class Recorded:
    """The persona, with those of its sentences marked that are all that a stretch of a recording says."""

    def __init__(self, persona: Persona, places: Iterable[Place]) -> None:
        self._persona = persona
        self._places: dict[str, list[Place]] = {}
        for place in places:
            self._places.setdefault(_said(place.text), []).append(place)

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """The same phrases."""
        for phrase in self._persona.reply(turns):
            span = self._span(phrase)
            yield phrase if span is None else replace(phrase, mark="their-voice", recording=span)

    def _span(self, phrase: Phrase) -> Span | None:
        if phrase.mark != "theirs" or phrase.source is None:
            return None
        file = phrase.source.file
        return next((each.span for each in self._places.get(_said(phrase.text), ()) if covers(file, each.file)), None)


def _said(text: str) -> str:
    """The words alone: punctuation is not heard."""
    return " ".join(_WORD.findall(folded(text)))

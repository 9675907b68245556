"""The protocols that the stages satisfy by shape alone. Knows no engine.

Stages are blocking iterators: a clip drains what a live page shows, and closing an iterator cancels it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from data.types import AudioChunk, Pace, Phrase, Sentence, Shot, Turn, unhurried


class Persona(Protocol):
    """Finds the words."""

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """Answer the last turn. Phrases hold at most one sentence each."""


class Voice(Protocol):
    """Turns sentences into sound."""

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """Sound of one sentence, times counted from its own start; the last chunk is marked `last`."""


class Animator(Protocol):
    """Turns sound into a moving portrait."""

    def animate(self, audio: Iterator[AudioChunk]) -> Iterator[Shot]:
        """One shot a chunk, from the rest pose; after the last chunk a soundless return to rest."""


class Face(Animator, Protocol):
    """A portrait that lives, whether it speaks or not."""

    def animate(self, audio: Iterator[AudioChunk], pace: Pace = unhurried) -> Iterator[Shot]:
        """The same, with a picture for as many frames as the pace says."""

    def idle(self) -> Iterator[Shot]:
        """One loop of quiet life, from and to the rest pose."""

    def listen(self) -> Iterator[Shot]:
        """One loop of listening to the visitor, from and to the rest pose."""

"""Decides what may be called theirs: a whole sentence of a letter, word for word. Knows nothing of who says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data.types import Letter, Source
from persona.passages import Said, read
from persona.sentences import even


class Originals:
    """Every sentence of theirs with its source, looked up by its evened text."""

    def __init__(self, sentences: Iterable[Said]) -> None:
        self._evened = {said: even(said.text) for said in sentences}
        self._sources: dict[str, Source] = {}
        for said, evened in self._evened.items():
            self._sources.setdefault(evened, said.source)

    @classmethod
    def of(cls, letters: Sequence[Letter]) -> Originals:
        """Those of some letters."""
        return cls(said for letter in letters for said in read(letter).said)

    def source_of(self, text: str) -> Source | None:
        """Where the whole sentence stands, or None where it is not theirs to the letter."""
        return self._sources.get(even(text))

    def evened(self, said: Said) -> str:
        """The evened text of one of these sentences."""
        return self._evened[said]

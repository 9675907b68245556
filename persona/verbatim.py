"""Decides what may be called theirs: a whole sentence of a letter, word for word. Knows nothing of who says it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from data.types import Letter, Source
from persona.passages import Said, read
from persona.sentences import joined

_WIDTHS: Final = ("<wide>", "<narrow>")


def even(text: str) -> str:
    """NFC, widths of signs and white space evened out; nothing else.

    Of NFKC only the width forms are folded: the rest of it turns 10² into 102 and ½ into 1⁄2, which is another number.
    """
    composed = unicodedata.normalize("NFC", text)
    return joined("".join(_narrow(char) for char in composed))


def _narrow(char: str) -> str:
    return unicodedata.normalize("NFKC", char) if unicodedata.decomposition(char).startswith(_WIDTHS) else char


class Originals:
    """Every sentence of theirs with its source, looked up by its evened text."""

    def __init__(self, sentences: Iterable[Said]) -> None:
        self._sources: dict[str, Source] = {}
        for said in sentences:
            self._sources.setdefault(even(said.text), said.source)

    @classmethod
    def of(cls, letters: Sequence[Letter]) -> Originals:
        """Those of some letters."""
        return cls(said for letter in letters for said in read(letter).said)

    def source_of(self, text: str) -> Source | None:
        """Where the whole sentence stands, or None where it is not theirs to the letter."""
        return self._sources.get(even(text))


def verbatim(text: str, letters: Sequence[Letter]) -> Source | None:
    """The source of a sentence that stands in the letters word for word, else None."""
    return Originals.of(letters).source_of(text)

"""Decides what may be called theirs: a whole sentence of a letter, word for word. Knows nothing of who says it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from data.types import Letter, Source
from persona.passages import Said, read
from persona.sentences import joined

_WIDTHS: Final = ("<wide>", "<narrow>")
_WIDE_OR_NARROW: Final = (0x3000, *range(0xFF01, 0xFFEF))  # the ideographic space, and Unicode's block of such forms


def even(text: str) -> str:
    """NFC, widths of signs and white space evened out; nothing else.

    Of NFKC only the width forms are folded: the rest of it turns 10² into 102 and ½ into 1⁄2, which is another number.
    """
    composed = unicodedata.normalize("NFC", text)
    return joined(composed.translate(_narrowed()))


@cache
def _narrowed() -> dict[int, str]:
    """Every sign of another width to its usual form."""
    return {
        code: unicodedata.normalize("NFKC", chr(code))
        for code in _WIDE_OR_NARROW
        if unicodedata.decomposition(chr(code)).startswith(_WIDTHS)
    }


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

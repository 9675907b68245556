"""Keeps a model to whole sentences of theirs and a closed list of words between them, so that it cannot misquote.

The text is a row of pieces. At the border of one any open piece may begin, or the text may end; within one only what
goes on with it may come. A path through tokens stands for a piece, never the other way round: what is said is the
sentence itself, not what its tokens decode to. Knows no model and no likelihood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from data.types import Language
from persona.excerpts import leans_back
from persona.passages import Said
from persona.patterns import table
from persona.sentences import even

Trail = tuple[int, ...]  # the tokens of a piece

SENTENCES: Final = 4  # in one answer
_FILE: Final = "connectives.toml"
_BEFORE: Final[dict[Language, str]] = {"en": " ", "zh": ""}  # a piece, the first as well


class Codec(Protocol):
    """Turns text into tokens and back, as something that goes on with what stands before it."""

    def continuing(self, text: str) -> list[int]:
        """The tokens of a text."""
        ...

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole sentence of theirs, or words of ours between two of them where `said` is None.

    `after` is the sentence without which it is not understood ("He was tall."): it may only come right behind that.
    """

    text: str
    said: Said | None = None
    after: Said | None = None


def connectives(language: Language) -> list[Piece]:
    """The words of ours."""
    return [Piece(text) for text in table(_FILE)[language]["between"]]


def sentences(passages: Iterable[Sequence[Said]], in_order: bool = False) -> list[Piece]:
    """The sentences of some passages, each once; in order, each but the first only behind the one before it."""
    found: dict[str, Piece] = {}
    for said in passages:
        before = {later: earlier for earlier, later in pairwise(said) if in_order or leans_back(later.text)}
        for one in said:
            found.setdefault(even(one.text), Piece(one.text, one, before.get(one)))
    return list(found.values())


class Spans:
    """One text on its way. `room` is how many tokens it may have, and `ends` are those that end it."""

    def __init__(
        self, pieces: Iterable[Piece], codec: Codec, ends: Collection[int], language: Language, room: int
    ) -> None:
        if not ends:
            raise ValueError("a text that no token ends would have no end")
        self.said: list[Piece] = []
        self._ends = frozenset(ends)
        self._pieces = self._written(pieces, _BEFORE[language], codec)
        self._room = room
        self._typed: Trail = ()  # of the piece that is being said
        self._open = self._next()

    def options(self) -> list[int]:
        """The tokens that may come: those that go on with a piece; at a border, every beginning and the ends."""
        at = len(self._typed)
        following = dict.fromkeys(path[at] for path in self._open if path[:at] == self._typed)
        ends = sorted(self._ends) if not self._typed and self._may_end() else []
        return [*following, *ends]

    def take(self, token: int) -> bool:
        """One of them came: whether the text goes on after it."""
        if not self._typed and token in self._ends:
            return False
        self._typed = (*self._typed, token)
        self._room -= 1
        if (piece := self._open.get(self._typed)) is not None:
            self.said.append(piece)
            self._typed = ()
            self._open = self._next()
        return True

    def _written(self, pieces: Iterable[Piece], before: str, codec: Codec) -> dict[Trail, Piece]:
        """Each piece by its path, as far as the tokenizer has words for it.

        Of two of which one begins with the other's path only the longer is there, so that every border can be seen.
        """
        paths = {tuple(codec.continuing(before + piece.text)): piece for piece in pieces}
        sound = sorted(path for path, piece in paths.items() if self._stands_for(path, piece, codec))
        begun = {path for path, later in pairwise(sound) if later[: len(path)] == path}
        return {path: piece for path, piece in paths.items() if path in set(sound) - begun}

    def _stands_for(self, path: Trail, piece: Piece, codec: Codec) -> bool:
        return bool(path) and self._ends.isdisjoint(path) and even(codec.decode(path)) == even(piece.text)

    def _may_end(self) -> bool:
        """Behind a sentence, not behind words of ours; an answer of nothing is none."""
        return bool(self.said) and self.said[-1].said is not None

    def _next(self) -> dict[Trail, Piece]:
        """What may be said at this border."""
        behind = self.said[-1].said if self.said else None
        theirs = self._sentences(behind, self._room)
        if behind is None:
            return theirs
        ours = {
            path: piece
            for path, piece in self._pieces.items()
            if piece.said is None and piece not in self.said and self._sentences(None, self._room - len(path))
        }
        return theirs | ours

    def _sentences(self, behind: Said | None, room: int) -> dict[Trail, Piece]:
        """The sentences not said yet that are understood behind another one, and for which there is room."""
        if sum(piece.said is not None for piece in self.said) >= SENTENCES:
            return {}
        return {
            path: piece
            for path, piece in self._pieces.items()
            if piece.said is not None and piece not in self.said and piece.after in (None, behind) and len(path) <= room
        }

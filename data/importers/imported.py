"""What an importer gives. Knows no kind of file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data.types import Letter


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many pieces of a file were not taken, and why."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave. `original` is the file as it was."""

    letters: tuple[Letter, ...]
    left_out: tuple[LeftOut, ...]
    original: bytes


class Importer(Protocol):
    """One kind of file."""

    def reads(self, path: Path) -> bool:
        """Whether this is a file of that kind, by its name."""

    def read(self, path: Path, original: bytes) -> Imported:
        """Everything in its bytes; the path only names them. Raises `BadText`."""

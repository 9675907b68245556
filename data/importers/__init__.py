"""What turns files that the family has into letters. Each kind of file has a module of its own; this one chooses."""

from __future__ import annotations

from pathlib import Path

from data import files
from data.errors import BadText
from data.importers.imported import Imported, Importer, LeftOut
from data.importers.letters import PlainText
from data.importers.text import LARGEST_BYTES

__all__ = ["IMPORTERS", "LARGEST_BYTES", "Imported", "Importer", "LeftOut", "PlainText", "read_letters"]

IMPORTERS: tuple[Importer, ...] = (PlainText(),)


def read_letters(path: Path, content: bytes | None = None) -> Imported:
    """The letters or messages in a file, by the importer for its kind. Raises `BadText`.

    Where `content` is given, the path only names it.
    """
    for importer in IMPORTERS:
        if importer.reads(path):
            return importer.read(path, files.read(path, LARGEST_BYTES, BadText) if content is None else content)
    raise BadText(f"{path.name}: letters of this kind are not read yet: save it as .txt")

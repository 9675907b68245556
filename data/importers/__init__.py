"""What turns files that the family has into letters. Each kind of file has a module of its own; this one chooses."""

from __future__ import annotations

from pathlib import Path

from data.errors import BadText
from data.importers.imported import Imported, Importer, LeftOut
from data.importers.letters import PlainText

__all__ = ["IMPORTERS", "Imported", "Importer", "LeftOut", "PlainText", "read_letters"]

IMPORTERS: tuple[Importer, ...] = (PlainText(),)


def read_letters(path: Path) -> Imported:
    """The letters or messages in a file, by the importer for its kind. Raises `BadText`."""
    for importer in IMPORTERS:
        if importer.reads(path):
            return importer.read(path)
    raise BadText(f"{path.name}: letters of this kind are not read yet: save it as .txt")

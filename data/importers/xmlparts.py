"""Reads the XML inside Word and OpenDocument files, piece by piece, and trusts nothing in it. Knows no element."""

from __future__ import annotations

from typing import Protocol

from data.errors import Damaged, TooMuch
from data.importers.imported import File
from data.importers.text import UNREADABLE

PIECE_BYTES = 65_536
LARGEST_PART_BYTES = 100_000_000  # unpacked: 5 MB of words and all their markup
# What unpacking and the XML parser say by turns; the parser's own error is a SyntaxError.
BROKEN_PART = (*UNREADABLE, RuntimeError, SyntaxError, LookupError, MemoryError)


class Shown(Protocol):
    """Takes elements as they come."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def data(self, text: str) -> None:
        """Words inside it."""

    def end(self, tag: str) -> None:
        """It ends."""

    def close(self) -> None:
        """The part ends."""


def show(file: File, part: File, shown: Shown, damaged: str) -> None:
    """Hand on all of a part. Raises `BadText`, which says `damaged` where it is."""
    from defusedxml.ElementTree import XMLParser

    if part.size_bytes > LARGEST_PART_BYTES:
        raise TooMuch(f"{file.name} holds too much text: cut it into shorter files", file=file.name)
    try:
        parser = XMLParser(target=shown, forbid_dtd=True)
        with part.opened() as stream:
            while piece := stream.read(PIECE_BYTES):
                parser.feed(piece)
        parser.close()
    except BROKEN_PART as err:
        raise Damaged(damaged, file=file.name) from err

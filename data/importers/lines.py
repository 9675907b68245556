"""A long text, line by line, and any file's bytes, with one kind of error. Knows no format."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from data.errors import Damaged, NoChat
from data.importers.imported import File
from data.importers.text import OPENING_BYTES, UNREADABLE, encoding

LONGEST_CHARS = 2_000_000  # of a line; a longer one is no text that people wrote
PIECE_CHARS = 100_000


@contextmanager
def reading(file: File) -> Iterator[BinaryIO]:
    """The file's bytes; `BadText` where they cannot be read to their end."""
    try:
        with file.opened() as stream:
            yield stream
    except UNREADABLE as err:
        raise Damaged(f"{file.name} cannot be read: it is damaged, or gone: give it anew", file=file.name) from err


def lines(file: File) -> Iterator[str]:
    """Each line of a text without its end, whichever system wrote it. Raises `BadText`."""
    with _decoded(file) as text:
        yield from _lines(file.name, text)


def pieces(file: File) -> Iterator[str]:
    """A text in pieces of some size, cut anywhere, for one whose lines may be of any length. Raises `BadText`."""
    with _decoded(file) as text:
        while piece := text.read(PIECE_CHARS):
            yield piece


@contextmanager
def _decoded(file: File) -> Iterator[io.TextIOWrapper]:
    with reading(file) as raw:
        code = encoding(file.name, raw.read(OPENING_BYTES))
        raw.seek(0)
        try:
            yield io.TextIOWrapper(raw, code, newline=None)
        except UnicodeDecodeError as err:
            raise Damaged(f"{file.name} is damaged: save it anew as UTF-8", file=file.name) from err


def _lines(name: str, text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_CHARS):
        if len(line) >= LONGEST_CHARS:
            raise NoChat(f"{name} has a line of more than {LONGEST_CHARS:,} characters: it is no chat", file=name)
        if "\0" in line:
            raise NoChat(f"{name} is not plain text: export the chat anew", file=name)
        yield line.rstrip("\n")

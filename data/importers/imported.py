"""What an importer is given and what it gives. Knows no kind of file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from data import files
from data.errors import BadText
from data.types import Letter


@dataclass(frozen=True, slots=True)
class File:
    """A file of the family's: one on a disk, or one inside another. `name` is its own, without folders.

    `path` is where it lies, if it lies on a disk by itself. `beside` are the files of the folder that it was brought
    with, by their paths from there: what was sent in a chat.
    """

    name: str
    size_bytes: int
    opened: Callable[[], BinaryIO]  # a fresh stream from its beginning each time, which can seek
    path: Path | None = None
    beside: Mapping[str, File] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def on_disk(cls, path: Path, name: str | None = None) -> File:
        """Named after its path, or otherwise. Raises `BadText` where it is none or cannot be read."""
        return cls(name or path.name, files.size(path, BadText), lambda: path.open("rb"), path)

    @classmethod
    def of(cls, name: str, content: bytes) -> File:
        """A file that is in memory already."""
        return cls(name, len(content), lambda: io.BytesIO(content))

    def head(self, size_bytes: int) -> bytes:
        """Its first bytes."""
        with self.opened() as stream:
            return stream.read(size_bytes)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many pieces of a file were not taken, and why."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside another: a voice note or a photo in a chat. `author` is who sent it, `date` ISO 8601."""

    file: File
    author: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in a stretch of a recording that is not in this file: `letter` is its transcript.

    Times are milliseconds since the recording began; `end_ms` is None where the file does not tell it.
    """

    letter: Letter
    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the family tells under a heading: one of `introduction.SECTIONS`, or their own, or None without one."""

    letter: Letter
    section: str | None


Item = Letter | Spoken | Told | Attachment | LeftOut


class Importer(Protocol):
    """One kind of file."""

    name: str  # as `--preview` shows it and `--as` takes it: "whatsapp"

    def knows(self, file: File) -> bool:
        """Whether this is a file of that kind, by its beginning rather than its ending. Cheap, and never raises."""

    def read(self, file: File) -> Iterator[Item]:
        """Everything in it, in its own order and without reading it whole: each piece is given, or counted.

        A chat's letters carry the name of who wrote them as it stands there; who the person is, others decide. Raises
        `BadText`.
        """

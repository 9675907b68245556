"""What a family gave, as it may be handed to somebody's browser. Knows no route.

What a file is called or claims to be is nobody's word to take: its first bytes say which of a few harmless types it is
sent as, and everything else is sent as bytes to be saved. No page is ever made of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from fastapi import Request, Response

from data.kept import KeptFile
from data.media import own_picture_bytes, read_picture
from data.names import covers
from services.api import problems
from services.api.access import Member
from services.api.etags import tag
from services.api.files import file_response

HEAD_BYTES = 64
BYTES: Final = "application/octet-stream"
PNG: Final = "image/png"
_TYPES: Final = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xf2\xf3\xfa\xfb]"), "audio/mpeg"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb".{4}ftypM4[AB] ", re.DOTALL), "audio/mp4"),
)
SENT: Final = (BYTES, *(name for _, name in _TYPES))
SHOWN: Final = ("image/jpeg", PNG, "image/gif", "image/webp")  # by every browser


def hidden(member: Member) -> Callable[[str], bool]:
    """Whether a file is not for somebody: nothing is hidden from a steward, who says for whom each is."""
    if member.role == "steward":
        return lambda _path: False
    memory = member.lantern.archive.memory(member.memorial.id)
    restricted = {place for place, names in memory.audience().items() if names}
    places = restricted if member.visitor is None else memory.barred(member.visitor)
    return lambda path: any(covers(place, path) for place in places)


def file_of(member: Member, file_id: str, kind: str | None = None) -> KeptFile:
    """The file of that id, of some kind; 404 where there is none, or none for whoever asks."""
    file = member.lantern.archive.file(member.memorial.id, file_id)
    if hidden(member)(file.path) or (kind is not None and kind not in file.kinds):
        raise problems.not_found()
    return file


def original(request: Request, member: Member, file: KeptFile) -> Response:
    """A file as it was given, to be saved or played."""
    with member.lantern.archive.original(member.memorial.id, file) as path:
        return file_response(request, path, media_type(_head(path)), tag(file.blob_ids[0]), name_of(file.path))


def picture(request: Request, content: Path | bytes, etag: str, name: str) -> Response:
    """A photo as it was given; as PNG where browsers do not show what a telephone took."""
    kind = media_type(_head(content))
    if kind in SHOWN:
        return file_response(request, content, kind, etag, name)
    data = content if isinstance(content, bytes) else content.read_bytes()
    shown = own_picture_bytes(read_picture(Path(name), data))
    return file_response(request, shown, PNG, etag, f"{PurePosixPath(name).stem}.png")


def media_type(head: bytes) -> str:
    """As which a file may be sent, by how it begins."""
    return next((name for begins, name in _TYPES if begins.match(head)), BYTES)


def name_of(path: str) -> str:
    """A file's own name, without folders."""
    return PurePosixPath(path).name


def _head(content: Path | bytes) -> bytes:
    if isinstance(content, bytes):
        return content[:HEAD_BYTES]
    with content.open("rb") as file:
        return file.read(HEAD_BYTES)

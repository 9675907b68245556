"""Opens zip archives that a family was sent, and trusts nothing in them. Knows nothing of what they hold.

Nothing is ever written to a disk by its name. An archive inside an archive is a file like any other here, and is
never opened by itself.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from typing import BinaryIO, cast

from data.errors import BadText, Damaged, Locked, TooMuch
from data.importers.imported import File
from data.importers.text import UNREADABLE

MOST_MEMBERS = 50_000
MOST_BYTES = 8_000_000_000  # unpacked: years of a family's videos
MOST_RATIO = 200  # unpacked over packed; a chat of nothing but "ok" comes to 120
SMALL_BYTES = 20_000_000  # unpacked; below that no ratio harms

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # of a member: what it begins with, and how long its name and extras are
_KEYS = 1  # in a member's flags: it is encrypted
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (*UNREADABLE, NotImplementedError, RuntimeError, struct.error, OverflowError)
_LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_archive(file: File) -> bool:
    """By its first bytes. Never raises."""
    try:
        return file.head(4) in _SIGNATURES
    except UNREADABLE:
        return False


def folder(file: File) -> dict[str, File]:
    """The files in an archive by their paths in it; a file that is none, with those beside it. Raises `BadText`."""
    return members(file) if is_archive(file) else {**file.beside, file.name: file}


def members(file: File) -> dict[str, File]:
    """The files in an archive by their paths in it, `/` between folders. Raises `BadText` where it is not harmless."""
    try:
        with file.opened() as stream, zipfile.ZipFile(stream) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as err:
        raise Damaged(f"{file.name} is damaged: export it or send it anew", file=file.name) from err
    _refuse_bomb(file, infos)
    found: dict[str, File] = {}
    for info in infos:
        path = _path(file, info)
        if path.startswith(_LEFT_BY_SYSTEMS[0]) or path.rpartition("/")[2] in _LEFT_BY_SYSTEMS:
            continue
        if path in found:
            raise Damaged(
                f"{file.name} holds two files named {_shown(path)}: it is damaged: export it or send it anew",
                file=file.name,
            )
        found[path] = File(path.rpartition("/")[2], info.file_size, _opener(file, info))
    return found


def _refuse_bomb(file: File, infos: list[zipfile.ZipInfo]) -> None:
    """The sizes that an archive tells bind it: no more is ever unpacked."""
    if len(infos) > MOST_MEMBERS:
        raise TooMuch(
            f"{file.name} holds more than {MOST_MEMBERS:,} files: unpack it and give those that matter", file=file.name
        )
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MOST_BYTES or unpacked > max(SMALL_BYTES, MOST_RATIO * file.size_bytes):
        raise TooMuch(
            f"{file.name} would unpack to {unpacked // 10**6:,} MB: unpack it and give the files that matter",
            file=file.name,
        )


def _path(file: File, info: zipfile.ZipInfo) -> str:
    """A member's path, where it is one that nobody need fear."""
    path = info.filename.replace("\\", "/")
    if info.flag_bits & _KEYS:
        raise Locked(f"{file.name} is encrypted: unpack it with its password, and give the files in it", file=file.name)
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or not path.isprintable():
        raise BadText(
            f"{file.name} is unsafe: it holds a file with the path {_shown(path)}: ask whoever sent it for the files"
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadText(f"{file.name} is unsafe: it holds a link, {_shown(path)}: ask whoever sent it for the files")
    if info.compress_type not in _PACKINGS:
        raise BadText(f"{file.name} is packed in an unusual way: unpack it and give the files in it")
    return path


def _opener(file: File, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        with ExitStack() as closing:
            try:
                stream = closing.enter_context(file.opened())
                stream.seek(info.header_offset)
                signature, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
                if signature != _SIGNATURES[0]:
                    raise zipfile.BadZipFile("no member begins here")
                stream.seek(name_bytes + extra_bytes, os.SEEK_CUR)
                member = zipfile.ZipExtFile(stream, "r", info, close_fileobj=True)
            except _BROKEN as err:
                raise Damaged(f"{file.name} is damaged: export it or send it anew", file=file.name) from err
            closing.pop_all()  # the file closes with its member: a family may have more zips than a system opens files
            return cast(BinaryIO, member)

    return opened


def _shown(path: str) -> str:
    return ascii(path[:60])

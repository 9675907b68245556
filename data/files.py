"""Writes files whole or not at all, and says in one line why a file could not be written. Knows no format."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.errors import NoRoom, NotWritable

PUBLIC = 0o666  # what goes out to the family; the umask decides
PRIVATE = 0o600  # what stays in the home folder

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = {
    errno.EROFS: "it lies on a read-only disk: choose another folder",
    errno.EACCES: "permission is denied: choose another folder, or change its permissions",
    errno.EPERM: "permission is denied: choose another folder, or change its permissions",
    errno.ENOTDIR: "a part of its path is a file, not a folder: choose another folder",
    errno.EISDIR: "a folder of that name is there: choose another name",
    errno.ENOENT: "its folder does not exist: make the folder first",
    errno.ENAMETOOLONG: "its name is too long: choose a shorter one",
    errno.ELOOP: "its path is a loop of links: choose another folder",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns the system's errors about writing `path` into `NoRoom` and `NotWritable`; others pass as they are."""
    try:
        yield
    except OSError as err:
        if err.errno in FULL:
            raise NoRoom(f"{path.name}: the disk is full or limits file sizes: make room there") from err
        if err.errno in CLOSED:
            raise NotWritable(f"{path} cannot be written: {CLOSED[err.errno]}") from err
        raise


@contextmanager
def replacing(path: Path, mode: int = PUBLIC) -> Iterator[Path]:
    """An empty file beside `path` to write to; it takes the place of `path` when the block ends well.

    On any exception, Ctrl-C included, it is removed and `path` stays as it was. Errors of the block's own writes are
    for the block to wrap in `explained`: they may have to do with other files.
    """
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with explained(path):
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        yield part
        with explained(path):
            publish(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def publish(part: Path, path: Path) -> None:
    """Move a finished file to its place so that a power cut leaves either the old file or the whole new one."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    _flush(part)
    part.replace(path)
    _flush(path.parent)


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """The whole file at once, or `NoRoom` or `NotWritable` and no change."""
    with replacing(path, mode) as part, explained(path):
        part.write_bytes(data)


def folder(path: Path) -> Path:
    """Make a folder, with those above it, that only its owner may enter."""
    with explained(path):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _flush(path: Path) -> None:
    """To the disk itself. A folder is flushed so that a rename in it lasts."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

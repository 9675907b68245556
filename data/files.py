"""Writes files whole or not at all, reads what the family gives, and says in one line why not. Knows no format."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from data.errors import BadHome, NoRoom, NotWritable, Refused

PUBLIC = 0o666  # what goes out to the family; the umask decides
PRIVATE = 0o600  # what stays in the home folder
PART = re.compile(r"\.lantern-[0-9a-f]{16}\.part")  # the name of a file that is not whole yet; short on every disk

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = {
    errno.EROFS: "it lies on a read-only disk: choose another folder",
    errno.EACCES: "permission is denied: choose another folder, or change its permissions",
    errno.EPERM: "permission is denied: choose another folder, or change its permissions",
    errno.ENOTDIR: "a part of its path is a file, not a folder: choose another folder",
    errno.EEXIST: "a file of that name is there, where a folder is wanted: choose another folder",
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
    part = path.with_name(f".lantern-{secrets.token_hex(8)}.part")
    try:
        with explained(path):
            _check_place(path)  # before an hour's work, not after it
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
    _check_place(path)
    flush(part)
    part.replace(path)
    flush(path.parent)


def try_place(path: Path) -> None:
    """Raises `NotWritable` or `NoRoom` where a file could not be written to `path` now; leaves nothing there."""
    part = path.with_name(f".lantern-{secrets.token_hex(8)}.part")
    with explained(path):
        _check_place(path)
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        finally:
            part.unlink(missing_ok=True)


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """The whole file at once, or `NoRoom` or `NotWritable` and no change."""
    with replacing(path, mode) as part, explained(path):
        part.write_bytes(data)


def folder(path: Path) -> Path:
    """Make a folder, with those above it, that only its owner may enter."""
    with explained(path):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def size(path: Path, refusal: type[Refused] = Refused) -> int:
    """The bytes of a file that the family gives; `refusal` where it is none, or cannot be read."""
    with _opened(path, refusal) as file:
        return os.fstat(file.fileno()).st_size


def read(path: Path, most_bytes: int, refusal: type[Refused] = Refused) -> bytes:
    """The whole of a file that the family gives; `refusal` where it is none, too large, or cannot be read."""
    with _opened(path, refusal) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > most_bytes:
            raise refusal(f"{path.name} is larger than {_amount(most_bytes)}: make it smaller or cut it up")
        data = file.read(size_bytes + 1)
    if len(data) > size_bytes:
        raise refusal(f"{path.name} grows while it is read: try again when it is whole")
    return data


@contextmanager
def stream(data: bytes | Path) -> Iterator[BinaryIO]:
    """What is in memory, or in a file, to be read a piece at a time."""
    with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as source:
        yield source


@contextmanager
def _opened(path: Path, refusal: type[Refused]) -> Iterator[BinaryIO]:
    """What is no plain file (a pipe, a device) is never opened: it might not end, or not begin."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise refusal(f"{path.name} is a folder: give the files in it")
        if not stat.S_ISREG(kind):
            raise refusal(f"{path.name} is no plain file: choose a file")
        with path.open("rb") as file:
            yield file
    except (FileNotFoundError, NotADirectoryError) as err:
        raise refusal(f"{path.name}: there is no such file: check its name") from err
    except (OSError, ValueError) as err:
        raise refusal(f"{path.name} cannot be read: check its name and its permissions") from err
    except MemoryError as err:
        raise refusal(f"{path.name} does not fit into memory: make it smaller") from err


def expanded(path: Path) -> Path:
    """The absolute path, its `~` followed; `BadHome` where that leads to nobody's folder."""
    try:
        return path.expanduser().absolute()
    except (RuntimeError, KeyError) as err:
        raise BadHome(f"{path} names no user's folder on this machine: set LANTERN_HOME to the whole path") from err


def _amount(size_bytes: int) -> str:
    return f"{size_bytes // 10**9} GB" if size_bytes >= 10**9 else f"{size_bytes // 10**6} MB"


def _check_place(path: Path) -> None:
    """Nothing of that name, or a file that can be replaced; raises the system's own error."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def flush(path: Path) -> None:
    """To the disk itself. A folder is flushed so that a rename in it lasts."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

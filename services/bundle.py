"""A file for another machine, sealed so that only who has its key can read it. Knows nothing of what is in it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken

from data.errors import Refused
from data.files import read, write

What = Literal["lesson", "learnt"]

LARGEST_BYTES = 4 << 30
_HEAD = "lantern {what} 1\n"


class WrongKey(Refused):
    """The bundle does not open with the key."""


def new_key() -> str:
    """For one bundle, and what comes back for it."""
    return Fernet.generate_key().decode()


def pack(path: Path, what: What, data: bytes, key: str) -> None:
    """Write it. Raises Refused where the key is none."""
    write(path, _head(what) + _cipher(key).encrypt(zlib.compress(data)))


def unpack(path: Path, what: What, key: str) -> bytes:
    """What is in it. Raises Refused for another file, or another key."""
    given, head = read(path, LARGEST_BYTES, Refused), _head(what)
    if not given.startswith(head):
        raise Refused(f"{path.name} is no such bundle: {_MADE_BY[what]} makes one")
    try:
        return zlib.decompress(_cipher(key).decrypt(given.removeprefix(head)))
    except (InvalidToken, zlib.error) as err:
        raise WrongKey(f"{path.name} does not open with this key: give that printed with it, or copy it anew") from err


_MADE_BY: dict[What, str] = {"lesson": "`lantern tune MEMORIAL --pack FILE`", "learnt": "`lantern learn FILE`"}


def _head(what: What) -> bytes:
    return _HEAD.format(what=what).encode()


def _cipher(key: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError as err:
        raise Refused("that is no key of a bundle: it has 44 characters, as `lantern tune --pack` printed it") from err

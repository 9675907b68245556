"""Passwords as Argon2id hashes. Knows nobody's name.

The parameters are the second recommendation of RFC 9106: 64 MiB, three passes, four lanes. A hash tells with which it
was made, so that those may grow: an older hash is made anew when its password is next given.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property
from threading import Semaphore

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from data.errors import WeakPassword

__all__ = ["RFC_9106_LOW_MEMORY", "Parameters", "Passwords"]

FEWEST_CHARS, MOST_CHARS = 10, 1_000
AT_ONCE = 2  # each holds 64 MiB while it works


class Passwords:
    """Makes hashes and holds passwords against them; a few at a time, however many are asked for."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._room = Semaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """What is kept of it; raises `BadText` where it is too short."""
        if not FEWEST_CHARS <= len(password) <= MOST_CHARS:
            most = f"{MOST_CHARS:,}"
            raise WeakPassword(
                f"a password has {FEWEST_CHARS} to {most} characters: a few words in a row are best",
                fewest=FEWEST_CHARS,
            )
        with self._room:
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the one of which this was kept. Where there is none, that takes as long to say."""
        nobodys = self._nobodys  # made at the first look, whoever that is at
        against = nobodys if kept is None else kept
        with self._room:
            try:
                self._hasher.verify(against, _normal(password[:MOST_CHARS]))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether this was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self.hashed(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """The same password typed on another keyboard (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password)

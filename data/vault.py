"""Encrypted files, and the sealing of short texts. Knows no tables and does not ask what it keeps.

Each memorial has a random key of its own, wrapped by the home's key; forgetting that one small file makes everything
of the memorial unreadable at once. All encryption is AES-256-GCM; from a memorial's key HKDF derives one key for each
blob, one for texts and one for fingerprints. What belongs to no memorial has a key that is derived from the home's.

A blob is cut into chunks after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015): a chunk's nonce holds its number and whether
it is the last one, its associated data the memorial and the blob. So a blob that was cut short, rearranged, exchanged
for another or moved to another memorial is not read but reported.

    vault/<memorial>/key       nonce, wrapped key
    vault/<memorial>/removed   there once somebody asked to remove the memorial: no folder with blobs goes without it
    vault/<memorial>/<blob>    b"LNTB", version, salt (32), then chunks of 1 MiB + 16 bytes; the last may be shorter
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data import files
from data.errors import BadHome, Busy
from data.home import Home

CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
NONCE_BYTES = 12
SALT_BYTES = 32
KEY_BYTES = 32
BUSY_S, LOOK_S = 30.0, 0.05  # how long to wait for another who adds, and between two looks

MAGIC = b"LNTB\x01"
KEY_FILE = "key"
TOMBSTONE = "removed"
NO_MEMORIAL = ""  # in place of an id: what belongs to the home itself

DAMAGED = "a file in {folder} is damaged or was exchanged: put the home folder back from a backup"


class Vault:
    """Blobs and sealed texts of all memorials of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._root = home.vault
        self._keys: dict[tuple[str, str], bytes] = {}  # by memorial and purpose

    def found(self, memorial_id: str) -> None:
        """Give a new memorial its key."""
        place = files.folder(self._root / memorial_id) / KEY_FILE
        nonce, key = secrets.token_bytes(NONCE_BYTES), secrets.token_bytes(KEY_BYTES)
        wrapped = nonce + AESGCM(self._home.key).encrypt(nonce, key, _context("key", memorial_id))
        files.write(place, wrapped, files.PRIVATE)

    def condemn(self, memorial_id: str) -> None:
        """Mark the memorial as one that shall go, so that a sweep may finish what a crash broke off."""
        mark = files.folder(self._root / memorial_id) / TOMBSTONE
        with files.explained(mark):
            mark.touch(files.PRIVATE)  # empty: there is room for it on a full disk
            files.flush(mark.parent)

    def reprieve(self, memorial_id: str) -> None:
        """Take the mark away again: the memorial stayed after all."""
        self.discard(memorial_id, TOMBSTONE)

    def may_go(self, memorial_id: str) -> bool:
        """Whether no row is needed to know that nobody wants this folder: it is condemned, or never held a blob."""
        folder = self._root / memorial_id
        return (folder / TOMBSTONE).exists() or not any(self._is_blob(path) for path in folder.iterdir())

    def forget(self, memorial_id: str) -> None:
        """Destroy the memorial's key, then remove its blobs. Once the key is gone nothing can be brought back."""
        for known in [known for known in self._keys if known[0] == memorial_id]:
            del self._keys[known]
        folder = self._root / memorial_id
        with files.explained(folder):
            if (folder / KEY_FILE).exists():
                _overwrite(folder / KEY_FILE)
                (folder / KEY_FILE).unlink()
            for path in folder.iterdir() if folder.exists() else ():
                if path.name != TOMBSTONE:  # the last to go: a crash before leaves a folder that may still go
                    path.unlink()
            if folder.exists():
                shutil.rmtree(folder)

    @contextmanager
    def alone(self, memorial_id: str) -> Iterator[None]:
        """Held by the one who adds to a memorial; `Busy` where somebody else has been at it all the while."""
        with files.explained(self._root / memorial_id):
            folder = os.open(self._root / memorial_id, os.O_RDONLY)
        until = time.monotonic() + BUSY_S
        try:
            while not _is_free(folder):
                if time.monotonic() > until:
                    raise Busy("another Lantern adds to this memorial: try again when it is done")
                time.sleep(LOOK_S)
            yield
        finally:
            os.close(folder)

    def put(self, memorial_id: str, data: bytes | Path) -> str:
        """Keep a blob, or a file a piece at a time; it can be seen under its id only once it is whole."""
        blob_id = secrets.token_hex(16)
        part = self._home.temporary()
        try:
            with files.explained(self._home.root):
                with part.open("wb") as out, files.stream(data) as source:
                    self._encrypt(memorial_id, blob_id, source, out)
                files.publish(part, self._root / memorial_id / blob_id)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        return blob_id

    def get(self, memorial_id: str, blob_id: str) -> bytes:
        """The whole blob; `BadHome` where a single bit of it changed."""
        return b"".join(self._decrypt(memorial_id, blob_id))

    @contextmanager
    def checkout(self, memorial_id: str, *blob_ids: str) -> Iterator[Path]:
        """The blobs one behind the other as a file of the home's, gone after the block."""
        path = self._home.temporary()
        try:
            with files.explained(self._home.root), path.open("wb") as out:
                for blob_id in blob_ids:
                    out.writelines(self._decrypt(memorial_id, blob_id))
            yield path
        finally:
            path.unlink(missing_ok=True)

    def discard(self, memorial_id: str, blob_id: str) -> None:
        """Remove one blob; it is well if it is gone already."""
        path = self._root / memorial_id / blob_id
        with files.explained(path):
            path.unlink(missing_ok=True)

    def seal(self, memorial_id: str, text: str, place: str = "") -> bytes:
        """A short text for a column. `place` (table, column, row) is bound to it, so that cells cannot be exchanged."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(self._derived(memorial_id, "text"))
        plain = text.encode("utf-8", "surrogatepass")  # names of files may hold lone surrogates
        return nonce + cipher.encrypt(nonce, plain, _context("text", memorial_id, place))

    def unseal(self, memorial_id: str, sealed: bytes, place: str = "") -> str:
        """The text that `seal` was given; `BadHome` where it was changed or comes from another place."""
        cipher = AESGCM(self._derived(memorial_id, "text"))
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, _context("text", memorial_id, place)).decode("utf-8", "surrogatepass")
        except (InvalidTag, ValueError) as err:
            raise BadHome("an entry of the database is damaged: put the home folder back from a backup") from err

    def fingerprint(self, memorial_id: str, *parts: bytes | Path) -> bytes:
        """HMAC-SHA-256 of what was given: finds the same thing again and tells nobody without the key what it is."""
        digest = hmac.new(self._derived(memorial_id, "fingerprint"), digestmod=sha256)
        for part in parts:
            if isinstance(part, bytes):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
                continue
            digest.update(part.stat().st_size.to_bytes(8, "big"))
            with part.open("rb") as source:
                while piece := source.read(CHUNK_BYTES):
                    digest.update(piece)
        return digest.digest()

    def seal_home(self, text: str, place: str) -> bytes:
        """As `seal`, for what belongs to no memorial."""
        return self.seal(NO_MEMORIAL, text, place)

    def unseal_home(self, sealed: bytes, place: str) -> str:
        """The text that `seal_home` was given."""
        return self.unseal(NO_MEMORIAL, sealed, place)

    def fingerprint_home(self, *parts: bytes) -> bytes:
        """As `fingerprint`, for what belongs to no memorial."""
        return self.fingerprint(NO_MEMORIAL, *parts)

    def memorials(self) -> set[str]:
        """The ids of all that have a folder here, half-made ones included."""
        if not self._root.exists():
            return set()
        return {path.name for path in self._root.iterdir() if path.is_dir()}

    def blobs(self, memorial_id: str) -> set[str]:
        """The ids of all blobs of a memorial, those included that no row speaks of."""
        return {path.name for path in (self._root / memorial_id).iterdir() if self._is_blob(path)}

    @staticmethod
    def _is_blob(path: Path) -> bool:
        return path.name not in {KEY_FILE, TOMBSTONE} and not files.PART.fullmatch(path.name)

    def _key(self, memorial_id: str) -> bytes:
        if memorial_id == NO_MEMORIAL:
            return _derive(self._home.key, "home")
        path = self._root / memorial_id / KEY_FILE
        try:
            wrapped = path.read_bytes()
        except FileNotFoundError as err:
            raise BadHome(f"{path} is missing: what was kept of this memorial cannot be read any more") from err
        nonce, body = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self._home.key).decrypt(nonce, body, _context("key", memorial_id))
        except (InvalidTag, ValueError) as err:
            raise BadHome(f"{path} is damaged: put the home folder back from a backup") from err

    def _derived(self, memorial_id: str, purpose: str) -> bytes:
        """The memorial's key for one purpose."""
        known = (memorial_id, purpose)
        if known not in self._keys:
            self._keys[known] = _derive(self._key(memorial_id), purpose)
        return self._keys[known]

    def _encrypt(self, memorial_id: str, blob_id: str, source: BinaryIO, out: BinaryIO) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        cipher = AESGCM(_derive(self._derived(memorial_id, "blob"), "blob", salt))
        context = _context("blob", memorial_id, blob_id)
        out.write(MAGIC + salt)
        chunk, index = source.read(CHUNK_BYTES), 0
        while chunk or not index:
            following = source.read(CHUNK_BYTES)
            out.write(cipher.encrypt(_nonce(index, last=not following), chunk, context))
            chunk, index = following, index + 1

    def _decrypt(self, memorial_id: str, blob_id: str) -> Iterator[bytes]:
        path = self._root / memorial_id / blob_id
        context = _context("blob", memorial_id, blob_id)
        damaged = DAMAGED.format(folder=path.parent)
        try:
            with path.open("rb") as blob:
                header = blob.read(len(MAGIC) + SALT_BYTES)
                if header[: len(MAGIC)] != MAGIC or len(header) != len(MAGIC) + SALT_BYTES:
                    raise BadHome(damaged)
                cipher = AESGCM(_derive(self._derived(memorial_id, "blob"), "blob", header[len(MAGIC) :]))
                left = os.fstat(blob.fileno()).st_size - len(header)
                index = 0
                while left > 0 or index == 0:
                    chunk = blob.read(CHUNK_BYTES + TAG_BYTES)
                    left -= len(chunk)
                    yield cipher.decrypt(_nonce(index, last=left <= 0), chunk, context)
                    index += 1
        except (InvalidTag, ValueError) as err:
            raise BadHome(damaged) from err
        except OSError as err:
            raise BadHome(f"a file in {path.parent} is missing: put the home folder back from a backup") from err


def _is_free(folder: int) -> bool:
    """Whether it is ours now."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _derive(key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=_context(purpose)).derive(key)


def _nonce(index: int, *, last: bool) -> bytes:
    """7 zero bytes, the chunk's number (4), whether it is the last (1); every blob has a key of its own."""
    return bytes(7) + index.to_bytes(4, "big") + bytes([last])


def _context(*parts: str) -> bytes:
    """What a ciphertext is for, told so that no two purposes are written alike."""
    return _sized("lantern/1", *parts[:-1]) + len(last := parts[-1].encode()).to_bytes(4, "big") + last


@lru_cache(maxsize=100)  # the same before each of a memorial's texts
def _sized(*parts: str) -> bytes:
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


def _overwrite(path: Path) -> None:
    """As far as the disk lets us: on solid-state disks the old block may outlive it, wrapped by the home's key."""
    with path.open("r+b") as handle:
        handle.write(secrets.token_bytes(path.stat().st_size))
        handle.flush()
        os.fsync(handle.fileno())

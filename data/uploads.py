"""Files on their way into a memorial, a piece at a time, each going on where it was broken off. Knows no web.

A piece is a paper in the vault: nothing lies in the clear on a disk, and what a restart leaves is whole pieces alone.
Pieces are sealed before the transaction that says how far a file is now, so that nobody waits for anybody's bytes, and
of two that come for the same place one is kept.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from data.adding import Adding
from data.arrival import check_there
from data.errors import BadHome, BadName, BadText, Damaged, Empty, OutOfStep, TooLarge, UnknownNote
from data.store import Rows, Store, UploadRow
from data.vault import Vault

LARGEST_BYTES = 2 << 30  # of one file
MOST_BYTES = 20 << 30  # of a memorial, told of and not added yet
MOST_FILES = 2_000  # the same, counted
PIECE_BYTES = 8 << 20  # at most: so much is in memory at a time for each who sends
LEAST_PIECE_BYTES = 64 << 10  # but for the last: each piece is a file of the vault
KEPT = timedelta(days=7)  # since the last piece
MADE, MADE_CHARS = "made", 12  # what was made of several uploads is a paper of each of them, under one name

NAME_CHARS = 200
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they reorder what stands around them
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `offset` is how many of its bytes are here, in `pieces`; `sha256` is None where nobody told it."""

    id: str
    account_id: str
    name: str
    size: int
    sha256: str | None
    ends_at: datetime  # unless more of it comes
    offset: int = 0
    pieces: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here, and is what was told of it."""
        return self.offset == self.size

    @property
    def papers(self) -> list[str]:
        """The names of its pieces, in their order."""
        return [_piece(number) for number in range(self.pieces)]


@dataclass(frozen=True, slots=True)
class _About:
    """What is sealed of it."""

    name: str = field(repr=False)
    size: int
    sha256: str | None
    offset: int = 0
    pieces: int = 0


class Uploads:
    """Those of one memorial. What is of another account is not there for whoever asks."""

    def __init__(
        self, vault: Vault, store: Store, adding: Callable[[], AbstractContextManager[Adding]], memorial_id: str
    ) -> None:
        self._vault = vault
        self._store = store
        self._adding = adding
        self._memorial_id = memorial_id

    def begin(self, account_id: str, name: str, size: int, sha256: str | None = None) -> Upload:
        """A new one, before any of its bytes. Raises `BadText` and `TooLarge`."""
        about = _About(_checked_name(name), size, None if sha256 is None else _checked_digest(sha256))
        if size < 1:
            raise Empty(f"{about.name} is empty: there is nothing in it to keep", file=about.name)
        if size > LARGEST_BYTES:
            raise TooLarge(
                f"{about.name} is larger than {LARGEST_BYTES >> 30} GiB: cut it up, or make it smaller", file=about.name
            )
        now = datetime.now(UTC)
        upload_id = secrets.token_hex(16)
        row = UploadRow(upload_id, self._memorial_id, account_id, self._seal(upload_id, about), now, now)
        with self._adding() as adding:
            adding.also(partial(self._admit, row, about))
        return self._upload(row, about)

    def all(self, account_id: str) -> list[Upload]:
        """The first begun first."""
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            found = rows.uploads.all(self._memorial_id)
        return [self._upload(row, self._about(row)) for row in found if row.account_id == account_id]

    def one(self, account_id: str, upload_id: str) -> Upload:
        """The one of that id; raises `UnknownNote`."""
        with self._store.reading() as rows:
            row, about = self._found(rows, upload_id)
        if row.account_id != account_id:
            raise _unknown()
        return self._upload(row, about)

    def append(self, account_id: str, upload_id: str, offset: int, piece: bytes) -> Upload:
        """The same with one more piece, which begins at `offset`.

        Raises `OutOfStep` where it does not begin where the file ends by now, `TooLarge` where it is more than was told
        of, and `BadText` where the whole is not what was told: then nothing of it is kept.
        """
        upload = self.one(account_id, upload_id)
        if not piece:
            raise BadText("this piece is empty: send what comes next")
        check_place(upload, offset, len(piece))
        upload = replace(upload, offset=offset + len(piece), pieces=upload.pieces + 1)
        if not upload.is_whole and len(piece) < LEAST_PIECE_BYTES:
            raise BadText(f"a piece has at least {LEAST_PIECE_BYTES >> 10} KiB, but for the last: send more at a time")
        if upload.is_whole and upload.sha256 is not None and self._digest(upload, piece) != upload.sha256:
            self.remove(account_id, upload_id)
            raise Damaged(
                f"{upload.name} is not what its SHA-256 says: it changed or was damaged: send it anew", file=upload.name
            )
        with self._adding() as adding:
            adding.also(partial(self._advance, upload_id, offset, len(piece)))
            adding.add_paper(upload_id, _piece(upload.pieces - 1), piece)
        return upload

    def remove(self, account_id: str, upload_id: str) -> None:
        """Forget one, with all that is here of it."""
        self.one(account_id, upload_id)
        with self._adding() as adding:
            forget(adding, [upload_id])

    def whole(self, account_id: str, upload_ids: Sequence[str]) -> list[Upload]:
        """Those of these ids, all of which are here entirely; they are kept longer, as somebody means to use them.

        Raises `UnknownNote` and `OutOfStep`.
        """
        found = [self.one(account_id, each) for each in dict.fromkeys(upload_ids)]
        for each in found:
            if not each.is_whole:
                raise OutOfStep(
                    f"{each.name}: {each.offset:,} of {each.size:,} bytes are here: send the rest first", file=each.name
                )
        with self._adding() as adding:
            for each in found:
                adding.also(partial(self._advance, each.id, each.size, 0))
        return found

    @contextmanager
    def file(self, upload: Upload) -> Iterator[Path]:
        """Its content, as a file that is gone after the block."""
        with self._store.reading() as rows:
            blob_ids = [rows.paper(self._memorial_id, upload.id, name) for name in upload.papers]
        there = [each for each in blob_ids if each is not None]
        if len(there) != upload.pieces or not there:
            raise _unknown()
        with self._vault.checkout(self._memorial_id, *there) as path:
            yield path

    # What was made of them on the way

    def made(self, upload_id: str, key: str) -> bytes | None:
        """What was made under this key of an upload, and maybe of others."""
        with self._store.reading() as rows:
            blob_id = rows.paper(self._memorial_id, upload_id, _made(key))
        return None if blob_id is None else self._vault.get(self._memorial_id, blob_id)

    def keep_made(self, upload_ids: Sequence[str], key: str, data: bytes) -> None:
        """Keep what was made of these until the first of them goes. Raises `UnknownNote` where one is gone already."""
        with self._adding() as adding:
            for upload_id in dict.fromkeys(upload_ids):
                adding.also(partial(self._check_here, upload_id))
                adding.add_paper(upload_id, _made(key), data)

    # Inside

    def _check_here(self, upload_id: str, rows: Rows) -> None:
        self._found(rows, upload_id)

    def _admit(self, row: UploadRow, about: _About, rows: Rows) -> None:
        waiting = [self._about(each) for each in rows.uploads.all(self._memorial_id)]
        if len(waiting) >= MOST_FILES or sum(each.size for each in waiting) + about.size > MOST_BYTES:
            raise TooLarge(
                f"{MOST_FILES:,} files or {MOST_BYTES >> 30} GiB wait to be added already: add them, or remove some"
            )
        rows.uploads.add(row)

    def _advance(self, upload_id: str, offset: int, size: int, rows: Rows) -> None:
        _, about = self._found(rows, upload_id)
        if about.offset != offset:
            raise _elsewhere(about.offset)
        grown = replace(about, offset=offset + size, pieces=about.pieces + (size > 0))
        rows.uploads.set(upload_id, self._seal(upload_id, grown))

    def _digest(self, upload: Upload, last: bytes) -> str:
        """Of the pieces that are here, and the one that is not kept yet."""
        digest = sha256()
        for name in upload.papers[:-1]:
            with self._store.reading() as rows:
                blob_id = rows.paper(self._memorial_id, upload.id, name)
            if blob_id is None:
                raise _unknown()
            digest.update(self._vault.get(self._memorial_id, blob_id))
        digest.update(last)
        return digest.hexdigest()

    def _found(self, rows: Rows, upload_id: str) -> tuple[UploadRow, _About]:
        row = rows.uploads.find(self._memorial_id, upload_id)
        if row is None:
            raise _unknown()
        return row, self._about(row)

    def _about(self, row: UploadRow) -> _About:
        try:
            return _About(**json.loads(self._vault.unseal(self._memorial_id, row.about, _cell(row.id))))
        except TypeError as err:
            raise BadHome("an entry of the database is damaged: put the home folder back from a backup") from err

    def _seal(self, upload_id: str, about: _About) -> bytes:
        return self._vault.seal(self._memorial_id, json.dumps(asdict(about)), _cell(upload_id))

    def _upload(self, row: UploadRow, about: _About) -> Upload:
        ends_at = row.touched_at.replace(tzinfo=UTC) + KEPT
        return Upload(row.id, row.account_id, about.name, about.size, about.sha256, ends_at, about.offset, about.pieces)


def check_place(upload: Upload, offset: int, size: int) -> None:
    """Raises what would keep a piece of that many bytes from going on there."""
    if offset != upload.offset:
        raise _elsewhere(upload.offset)
    if offset + size > upload.size:
        raise TooLarge(
            f"{upload.name} was said to have {upload.size:,} bytes, and this is more: begin it anew", file=upload.name
        )


def forget(adding: Adding, upload_ids: Sequence[str]) -> None:
    """Some of a memorial with all that is here of them, in the change that made something of them."""

    def forget_made(upload_id: str, rows: Rows) -> None:
        adding.replaced += rows.remove_alike_papers(adding.memorial_id, upload_id, MADE)

    for upload_id in upload_ids:
        adding.also(partial(forget_made, upload_id))
        adding.remove_papers(upload_id)
        adding.also(partial(_forget_row, upload_id))


def _forget_row(upload_id: str, rows: Rows) -> None:
    rows.uploads.remove(upload_id)


def _checked_name(name: str) -> str:
    """The name of a file alone. It is only ever told, and never opened by; but what tells it trusts it."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > NAME_CHARS:
        raise BadName(f"a file's name has 1 to {NAME_CHARS} characters: rename it", most=NAME_CHARS)
    if re.search(r"[/\\]", name) or name in {".", ".."}:
        raise BadName("a file's name has no folders in it: give the name alone", most=NAME_CHARS)
    if any(unicodedata.category(char) in _UNSEEN for char in name) or _TURNING.search(name):
        raise BadName("a file's name has a character that cannot be shown: rename it", most=NAME_CHARS)
    return name


def _checked_digest(told: str) -> str:
    if not _SHA256.fullmatch(told.lower()):
        raise BadText("a SHA-256 has 64 hexadecimal digits")
    return told.lower()


def _piece(number: int) -> str:
    return f"piece-{number}"


def _made(key: str) -> str:
    return MADE + sha256(key.encode()).hexdigest()[:MADE_CHARS]


def _cell(upload_id: str) -> str:
    return f"uploads.about.{upload_id}"


def _elsewhere(offset: int) -> OutOfStep:
    return OutOfStep(f"{offset:,} bytes are here: go on from there")


def _unknown() -> UnknownNote:
    return UnknownNote("this upload is not here, or not any more: begin it anew")

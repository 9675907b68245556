"""The queries about files that are on their way in. Knows no key: what is told of them comes and goes sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data.store.schema import uploads


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A file of which all, some or nothing is here yet. `touched_at` is when the last of it came."""

    id: str
    memorial_id: str
    account_id: str
    about: bytes
    added_at: datetime
    touched_at: datetime


class UploadRows:
    """Inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, memorial_id: str) -> list[UploadRow]:
        """Those of a memorial, the first begun first."""
        return self._found(uploads.c.memorial_id == memorial_id)

    def find(self, memorial_id: str, upload_id: str) -> UploadRow | None:
        """The one of that id."""
        found = self._found((uploads.c.memorial_id == memorial_id) & (uploads.c.id == upload_id))
        return found[0] if found else None

    def untouched_since(self, then: datetime) -> list[UploadRow]:
        """Those of all memorials to which nothing has come since."""
        return self._found(uploads.c.touched_at < then)

    def add(self, row: UploadRow) -> None:
        """A new one."""
        self._connection.execute(insert(uploads).values(**{name: getattr(row, name) for name in UploadRow.__slots__}))

    def set(self, upload_id: str, about: bytes) -> None:
        """More of it came."""
        change = update(uploads).where(uploads.c.id == upload_id)
        self._connection.execute(change.values(about=about, touched_at=datetime.now(UTC)))

    def remove(self, upload_id: str) -> None:
        """Forget it; its papers go by themselves."""
        self._connection.execute(delete(uploads).where(uploads.c.id == upload_id))

    def _found(self, which: Any) -> list[UploadRow]:
        query = select(*(uploads.c[name] for name in UploadRow.__slots__)).where(which)
        rows = self._connection.execute(query.order_by(uploads.c.added_at, uploads.c.id))
        return [UploadRow(*row) for row in rows]

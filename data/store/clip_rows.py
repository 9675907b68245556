"""The queries about clips that are kept. Knows no key: what is told of them comes and goes sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from data.store.records import columns, records, values
from data.store.schema import accounts, clips


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clip as the table holds it."""

    id: str
    memorial_id: str
    account_id: str | None
    kind: str
    about: bytes
    blob_id: str
    added_at: datetime


class ClipRows:
    """Inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, memorial_id: str) -> list[ClipRow]:
        """Those of a memorial, the latest first."""
        query = select(*columns(clips, ClipRow)).where(clips.c.memorial_id == memorial_id)
        return records(ClipRow, self._connection.execute(query.order_by(clips.c.added_at.desc(), clips.c.id)))

    def find(self, memorial_id: str, clip_id: str) -> ClipRow | None:
        """The one of that id."""
        query = select(*columns(clips, ClipRow)).where(clips.c.memorial_id == memorial_id, clips.c.id == clip_id)
        return next(iter(records(ClipRow, self._connection.execute(query))), None)

    def add(self, row: ClipRow) -> None:
        """A new one; nobody's where the account is gone that wanted it."""
        account = select(accounts.c.id).where(accounts.c.id == row.account_id).scalar_subquery()
        self._connection.execute(insert(clips).values({**values(row), "account_id": account}))

    def remove(self, clip_id: str) -> None:
        """The clip; what becomes of its blob is for whoever asks."""
        self._connection.execute(delete(clips).where(clips.c.id == clip_id))

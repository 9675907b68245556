"""The queries about requests that were answered once. Knows fingerprints, and nothing of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from data.store.schema import answered


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A request with a key. It has no body while it is being answered."""

    request: bytes
    body: bytes | None


class AnsweredRows:
    """The queries, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: bytes) -> AnsweredRow | None:
        """The one of that key."""
        query = select(answered.c.request, answered.c.body).where(answered.c.key == key)
        row = self._connection.execute(query).first()
        return None if row is None else AnsweredRow(*row)

    def add(self, key: bytes, request: bytes, account_id: str) -> None:
        """One that is about to be answered."""
        values = {"key": key, "request": request, "account_id": account_id, "added_at": datetime.now(UTC)}
        self._connection.execute(insert(answered).values(**values))

    def set(self, key: bytes, status: int, body: bytes) -> None:
        """It was answered so."""
        self._connection.execute(update(answered).where(answered.c.key == key).values(status=status, body=body))

    def remove(self, key: bytes) -> None:
        """Forget one; it is well if it is gone."""
        self._connection.execute(delete(answered).where(answered.c.key == key))

    def make_room(self, account_id: str, most: int) -> None:
        """For one more of an account, of which there shall be so many: the oldest answered go."""
        of_them = answered.c.account_id == account_id
        latest = select(answered.c.key).where(of_them).order_by(answered.c.added_at.desc()).limit(most - 1)
        self._connection.execute(
            delete(answered).where(of_them, answered.c.status.is_not(None), answered.c.key.not_in(latest))
        )

    def remove_older(self, all_before: datetime, open_before: datetime) -> None:
        """Forget those of long ago, and those of which nobody will say the end."""
        is_open = (answered.c.status.is_(None)) & (answered.c.added_at < open_before)
        self._connection.execute(delete(answered).where(is_open | (answered.c.added_at < all_before)))

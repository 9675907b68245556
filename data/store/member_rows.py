"""The queries about who belongs to which memorial, and who is invited. Knows no key: names come and go sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data.store.records import columns, records, values
from data.store.schema import invitations, members


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A role of an account in a memorial."""

    memorial_id: str
    account_id: str
    role: str
    visitor: bytes | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A role that waits for somebody who has the link."""

    id: str
    memorial_id: str
    role: str
    visitor: bytes | None
    added_at: datetime
    ends_at: datetime
    accepted_at: datetime | None


class MemberRows:
    """Inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Members

    def member(self, memorial_id: str, account_id: str) -> MemberRow | None:
        """The role of one account in one memorial."""
        those = (members.c.memorial_id == memorial_id, members.c.account_id == account_id)
        return next(iter(self._members(*those)), None)

    def members(self, memorial_id: str) -> list[MemberRow]:
        """All of a memorial, the first to come first."""
        return self._members(members.c.memorial_id == memorial_id)

    def memberships(self, account_id: str) -> list[MemberRow]:
        """All of an account."""
        return self._members(members.c.account_id == account_id)

    def put(self, row: MemberRow) -> None:
        """A new member, or another role or name of one."""
        those = (members.c.memorial_id == row.memorial_id, members.c.account_id == row.account_id)
        change = update(members).where(*those).values(role=row.role, visitor=row.visitor)
        if not self._connection.execute(change).rowcount:
            self._connection.execute(insert(members).values(**values(row)))

    def remove(self, memorial_id: str, account_id: str) -> bool:
        """Whether there was one."""
        gone = delete(members).where(members.c.memorial_id == memorial_id, members.c.account_id == account_id)
        return self._connection.execute(gone).rowcount > 0

    # Invitations

    def invitation(self, secret: bytes) -> InvitationRow | None:
        """The one that a secret with this hash opens."""
        return next(iter(self._invitations(invitations.c.secret == secret)), None)

    def invitations(self, memorial_id: str) -> list[InvitationRow]:
        """All of a memorial, the oldest first."""
        return self._invitations(invitations.c.memorial_id == memorial_id)

    def invite(self, row: InvitationRow, secret: bytes) -> None:
        """A new invitation."""
        self._connection.execute(insert(invitations).values(secret=secret, **values(row)))

    def accept(self, invitation_id: str, accepted_at: datetime) -> bool:
        """Whether nobody had accepted it before."""
        open_ones = update(invitations).where(invitations.c.id == invitation_id, invitations.c.accepted_at.is_(None))
        return self._connection.execute(open_ones.values(accepted_at=accepted_at)).rowcount > 0

    def withdraw(self, memorial_id: str, invitation_id: str) -> bool:
        """Whether the memorial had it."""
        those = (invitations.c.memorial_id == memorial_id, invitations.c.id == invitation_id)
        return self._connection.execute(delete(invitations).where(*those)).rowcount > 0

    # Inside

    def _members(self, *which: Any) -> list[MemberRow]:
        query = select(*columns(members, MemberRow)).where(*which).order_by(members.c.id)
        return records(MemberRow, self._connection.execute(query))

    def _invitations(self, which: Any) -> list[InvitationRow]:
        query = select(*columns(invitations, InvitationRow)).where(which)
        rows = self._connection.execute(query.order_by(invitations.c.added_at, invitations.c.id))
        return records(InvitationRow, rows)

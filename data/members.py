"""Who belongs to one memorial, and who is invited to it. Knows no password and no web.

The name under which the family knows somebody is the stewards' to give: what is kept from Lucy is kept from whoever
comes in under that name, so no two members have the same.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from data.arrival import check_there
from data.errors import BadName, NameTaken
from data.names import folded
from data.store import Rows, Store
from data.store.member_rows import InvitationRow, MemberRow
from data.vault import Vault

Role = Literal["visitor", "contributor", "steward"]  # each may do what the one before it may
ROLES: tuple[Role, ...] = get_args(Role)
Clock = Callable[[], datetime]

INVITED = timedelta(days=14)
LONGEST_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in one memorial. `visitor` is the name under which the family knows them."""

    role: Role
    visitor: str | None


@dataclass(frozen=True, slots=True)
class MemberOf:
    """An account, and its role."""

    account_id: str
    role: Role
    visitor: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A role that waits for somebody who has the link."""

    id: str
    memorial_id: str
    role: Role
    visitor: str | None
    added_at: datetime
    ends_at: datetime
    accepted_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether somebody can still accept it."""
        return self.accepted_at is None and now < self.ends_at


class Members:
    """Those of one memorial. Every change is one transaction."""

    def __init__(self, vault: Vault, store: Store, memorial_id: str, now: Clock) -> None:
        self._vault = vault
        self._store = store
        self._memorial_id = memorial_id
        self._now = now

    def all(self) -> list[MemberOf]:
        """The first to come first."""
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
            found = rows.members.members(self._memorial_id)
        return [MemberOf(row.account_id, role(row.role), self._visitor_of(row), row.added_at) for row in found]

    def membership(self, account_id: str) -> Membership | None:
        """That of one account."""
        with self._store.reading() as rows:
            row = rows.members.member(self._memorial_id, account_id)
        return None if row is None else self.membership_of(row)

    def membership_of(self, row: MemberRow) -> Membership:
        """What a row of this memorial says."""
        return Membership(role(row.role), self._visitor_of(row))

    def knows(self, name: str) -> bool:
        """Whether a member has this name, or the keeper, whatever its case."""
        with self._store.reading() as rows:
            return folded(name) in set(map(folded, self._known(rows)))

    def put(self, account_id: str, membership: Membership) -> None:
        """Somebody new, or another role or name for somebody; raises `Taken` where another member has the name."""
        with self._store.changing() as rows:
            check_there(rows, self._memorial_id, for_change=True)
            self.put_among(rows, account_id, membership)

    def put_among(self, rows: Rows, account_id: str, membership: Membership) -> None:
        """The same inside a change that is under way."""
        self._check_free(rows, membership.visitor, but=account_id)
        place = f"members.visitor.{account_id}"
        sealed = self._sealed(membership.visitor, place)
        rows.members.put(MemberRow(self._memorial_id, account_id, membership.role, sealed, self._now()))

    def remove(self, account_id: str) -> bool:
        """Whether there was one."""
        with self._store.changing() as rows:
            return rows.members.remove(self._memorial_id, account_id)

    # Invitations

    def invite(self, role: Role, visitor: str | None) -> tuple[str, Invitation]:
        """The secret of the link, which nobody can be told again, and what it opens."""
        now, secret = self._now(), secrets.token_urlsafe()
        invitation = Invitation(secrets.token_hex(16), self._memorial_id, role, visitor, now, now + INVITED, None)
        with self._store.changing() as rows:
            check_there(rows, self._memorial_id, for_change=True)
            self._check_free(rows, visitor)
            sealed = self._sealed(visitor, f"invitations.visitor.{invitation.id}")
            row = InvitationRow(invitation.id, self._memorial_id, role, sealed, now, invitation.ends_at, None)
            rows.members.invite(row, hashed(secret))
        return secret, invitation

    def invitations(self) -> list[Invitation]:
        """Those that wait, the oldest first."""
        with self._store.reading() as rows:
            found = rows.members.invitations(self._memorial_id)
        invitations = (self.invitation_of(row) for row in found)
        return [invitation for invitation in invitations if invitation.is_open(self._now())]

    def invitation_of(self, row: InvitationRow) -> Invitation:
        """What a row of this memorial says."""
        place = f"invitations.visitor.{row.id}"
        visitor = None if row.visitor is None else self._vault.unseal(self._memorial_id, row.visitor, place)
        return Invitation(
            row.id, self._memorial_id, role(row.role), visitor, row.added_at, row.ends_at, row.accepted_at
        )

    def withdraw(self, invitation_id: str) -> bool:
        """Whether there was such an invitation."""
        with self._store.changing() as rows:
            return rows.members.withdraw(self._memorial_id, invitation_id)

    # Inside

    def _visitor_of(self, row: MemberRow) -> str | None:
        place = f"members.visitor.{row.account_id}"
        return None if row.visitor is None else self._vault.unseal(self._memorial_id, row.visitor, place)

    def _sealed(self, visitor: str | None, place: str) -> bytes | None:
        return None if visitor is None else self._vault.seal(self._memorial_id, visitor, place)

    def check_keeper(self, rows: Rows, account_id: str, name: str) -> None:
        """Raises `Taken` where the keeper would be known here by a name that another member has."""
        row = rows.members.member(self._memorial_id, account_id)
        if row is None or row.visitor is None:
            self._check_free(rows, name, but=account_id)

    def _check_free(self, rows: Rows, visitor: str | None, but: str | None = None) -> None:
        if visitor is None:
            return
        if folded(checked_name(visitor)) in set(map(folded, self._known(rows, but))):
            raise NameTaken("another member is known by this name: write the name so that the two can be told apart")

    def _known(self, rows: Rows, but: str | None = None) -> Iterator[str]:
        """The names of all members but one. The keeper's is that of the account, until a steward gives another."""
        found = {row.account_id: self._visitor_of(row) for row in rows.members.members(self._memorial_id)}
        for row in rows.accounts.all():
            if row.keeper and found.get(row.id) is None:
                found[row.id] = self._vault.unseal_home(row.name, f"accounts.name.{row.id}")
        yield from (name for account_id, name in found.items() if name is not None and account_id != but)


def role(text: str) -> Role:
    """One of those there are; the table holds no other."""
    return next(each for each in ROLES if each == text)


def hashed(secret: str) -> bytes:
    """What is kept of a secret that is random and long."""
    return hashlib.sha256(secret.encode()).digest()


def checked_name(name: str) -> str:
    """A name that somebody can read; raises `BadText`."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME_CHARS or not name.isprintable():
        raise BadName(f"a name has 1 to {LONGEST_NAME_CHARS} characters that can be read", most=LONGEST_NAME_CHARS)
    return name


def utc_now() -> datetime:
    """The time as accounts and invitations count it."""
    return datetime.now(UTC)

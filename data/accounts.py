"""Who may come in: accounts, what proves that somebody is one, and their roles in memorials. Knows no web.

Names are sealed and looked up by fingerprint, passwords are Argon2id hashes, and of the secrets that open a session, a
token or an invitation only SHA-256 is kept: nobody who reads the database can sign in with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import KeeperStays, KeeperThere, LastWayIn, ManyTokens, NameTaken, SignInTaken, WeakPassword
from data.members import ROLES, Clock, Invitation, Members, Membership, Role, checked_name, hashed, role, utc_now
from data.names import folded
from data.passwords import FEWEST_CHARS, Passwords
from data.store import Rows, Store
from data.store.account_rows import AccountRow, SessionRow, TokenRow
from data.vault import Vault

__all__ = ["ROLES", "Account", "Accounts", "Grant", "Membership", "Role", "Session", "Token"]

IDLE = timedelta(days=30)  # a session ends so long after it was used last
LONGEST = timedelta(days=180)  # and so long after it began at the latest
SEEN_EVERY = timedelta(hours=1)  # how exactly it is kept when something was used: each is a write
TOKEN_PREFIX = "lantern_"  # noqa: S105 — by which a lost token is known to be one
MOST_TOKENS = 50  # of an account


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. The keeper has the home's key, and is a steward of every memorial in it."""

    id: str
    name: str
    keeper: bool
    has_password: bool = True  # else another provider signs them in
    has_openid: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What a session or a token proves. `scope` is None for a session, and the highest role of a token."""

    account: Account
    id: str  # of the session or the token
    scope: Role | None = None
    memorial_id: str | None = None  # the only one that a token sees


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, and what it calls itself."""

    id: str
    agent: str | None
    added_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program that may come in. `scope` is the role that it has at most, `memorial_id` the only one that it sees."""

    id: str
    name: str
    scope: Role
    memorial_id: str | None
    added_at: datetime
    seen_at: datetime | None
    ends_at: datetime | None


class Accounts:
    """Those of one home. Every change is one transaction."""

    def __init__(self, vault: Vault, store: Store, passwords: Passwords, now: Clock = utc_now) -> None:
        self._vault = vault
        self._store = store
        self._passwords = passwords
        self._now = now

    # Accounts

    def all(self) -> list[Account]:
        """The oldest first."""
        with self._store.reading() as rows:
            return [self._account(row) for row in rows.accounts.all()]

    def are_none(self) -> bool:
        """Whether nobody has an account yet."""
        with self._store.reading() as rows:
            return not rows.accounts.all()

    def account(self, account_id: str) -> Account | None:
        """The one of that id."""
        with self._store.reading() as rows:
            row = rows.accounts.account(account_id)
        return None if row is None else self._account(row)

    def found(self, name: str, password: str) -> Account:
        """The first account: the keeper's. Raises `Taken` where there is one already."""
        kept = self._new(name, password)
        with self._store.changing() as rows:
            if rows.accounts.all():
                raise KeeperThere("this home has its keeper already: sign in, or ask them for an invitation")
            return self._add(rows, name, kept, keeper=True)

    def sign_in(self, name: str, password: str) -> Account | None:
        """Whose name and password these are. That nobody has the name takes as long to say as that they do not fit."""
        with self._store.reading() as rows:
            row = rows.accounts.named(self._lookup(name))
        kept = None if row is None else row.password
        if not self._passwords.fits(password, kept) or row is None or kept is None:
            return None
        if self._passwords.is_old(kept):
            with self._store.changing() as rows:
                rows.accounts.set_password(row.id, self._passwords.hashed(password))
        return self._account(row)

    def rename(self, account_id: str, name: str) -> None:
        """Another name to sign in with; raises `Taken` where somebody else has it.

        The family knows the keeper by it, where no steward gave them another name: so no member may have it either.
        """
        name = checked_name(name)
        with self._store.changing() as rows:
            self._check_free(rows, name, but=account_id)
            row = rows.accounts.account(account_id)
            for memorial_id, _ in rows.memorials() if row is not None and row.keeper else ():
                self._members(memorial_id).check_keeper(rows, account_id, name)
            rows.accounts.rename(account_id, self._lookup(name), self._sealed_name(account_id, name))

    def fits(self, account_id: str, password: str) -> bool:
        """Whether it is the account's password."""
        with self._store.reading() as rows:
            row = rows.accounts.account(account_id)
        return self._passwords.fits(password, None if row is None else row.password)

    def set_password(
        self, account_id: str, password: str, session_id: str | None = None, *, keep_tokens: bool = False
    ) -> None:
        """Another password. Every session but this one ends, and so does every token, unless they shall be kept: who
        knew the old password may have made one. Nothing where there is no such account any more.
        """
        account = self.account(account_id)
        if account is None:
            return
        kept = self._new(account.name, password)
        with self._store.changing() as rows:
            rows.accounts.set_password(account_id, kept)
            rows.accounts.end_sessions(account_id, but=session_id)
            if not keep_tokens:
                rows.accounts.end_tokens(account_id)

    def remove(self, account: Account) -> None:
        """The account with its sessions, tokens and conversations, for good."""
        if account.keeper:
            raise KeeperStays(
                "the keeper's account stays as long as this home: remove its folder to end everything in it"
            )
        with self._store.changing() as rows:
            rows.accounts.remove(account.id)

    # Another provider's sign-in

    def of_openid(self, issuer: str, subject: str) -> Account | None:
        """The account which that provider's account signs in."""
        with self._store.reading() as rows:
            row = rows.accounts.of_openid(self._openid(issuer, subject))
        return None if row is None else self._account(row)

    def link(self, account_id: str, issuer: str, subject: str) -> None:
        """Let that provider's account sign this one in; raises `Taken` where it signs in another."""
        with self._store.changing() as rows:
            self._link(rows, account_id, self._openid(issuer, subject))

    def unlink(self, account_id: str) -> None:
        """Let no provider sign it in any more; it needs a password for that."""
        with self._store.changing() as rows:
            row = rows.accounts.account(account_id)
            if row is not None and row.password is None:
                raise LastWayIn("this account has no password yet: set one first, or nobody could sign in any more")
            rows.accounts.set_openid(account_id, None)

    # Sessions

    def begin_session(self, account_id: str, agent: str | None) -> str:
        """The secret of a new session."""
        now, secret, session_id = self._now(), secrets.token_urlsafe(), secrets.token_hex(16)
        sealed = None if agent is None else self._vault.seal_home(agent, f"sessions.agent.{session_id}")
        with self._store.changing() as rows:
            rows.accounts.sweep(now)
            row = SessionRow(session_id, account_id, sealed, now, now, now + IDLE)
            rows.accounts.add_session(row, hashed(secret))
        return secret

    def by_session(self, secret: str) -> Grant | None:
        """What the secret of a session proves."""
        now = self._now()
        with self._store.reading() as rows:
            row = rows.accounts.session(hashed(secret))
            account = None if row is None else rows.accounts.account(row.account_id)
        if row is None or account is None or row.ends_at <= now:
            return None
        if now - row.seen_at >= SEEN_EVERY:
            with self._store.changing() as rows:
                rows.accounts.see_session(row.id, now, min(now + IDLE, row.added_at + LONGEST))
        return Grant(self._account(account), row.id)

    def sessions(self, account_id: str) -> list[Session]:
        """Those of an account that last, the oldest first."""
        with self._store.reading() as rows:
            found = rows.accounts.sessions(account_id)
        return [self._session(row) for row in found if row.ends_at > self._now()]

    def end_session(self, account_id: str, session_id: str) -> bool:
        """Whether the account had it."""
        with self._store.changing() as rows:
            return rows.accounts.end_session(account_id, session_id)

    # Tokens

    def add_token(
        self, account_id: str, name: str, scope: Role, memorial_id: str | None, lasts: timedelta | None
    ) -> tuple[str, Token]:
        """The secret of a new token, which nobody can be told again, and what it opens."""
        now, secret = self._now(), TOKEN_PREFIX + secrets.token_urlsafe()
        ends_at = None if lasts is None else now + lasts
        token = Token(secrets.token_hex(16), checked_name(name), scope, memorial_id, now, None, ends_at)
        sealed = self._vault.seal_home(token.name, f"tokens.name.{token.id}")
        with self._store.changing() as rows:
            rows.accounts.sweep(now)
            if len(rows.accounts.tokens(account_id)) >= MOST_TOKENS:
                raise ManyTokens(
                    f"an account has at most {MOST_TOKENS} tokens: remove those that are not used", most=MOST_TOKENS
                )
            row = TokenRow(token.id, account_id, sealed, scope, memorial_id, now, None, ends_at)
            rows.accounts.add_token(row, hashed(secret))
        return secret, token

    def by_token(self, secret: str) -> Grant | None:
        """What a token proves."""
        now = self._now()
        with self._store.reading() as rows:
            row = rows.accounts.token(hashed(secret))
            account = None if row is None else rows.accounts.account(row.account_id)
        if row is None or account is None or (row.ends_at is not None and row.ends_at <= now):
            return None
        if row.seen_at is None or now - row.seen_at >= SEEN_EVERY:
            with self._store.changing() as rows:
                rows.accounts.see_token(row.id, now)
        return Grant(self._account(account), row.id, role(row.scope), row.memorial_id)

    def tokens(self, account_id: str) -> list[Token]:
        """Those of an account, the oldest first."""
        with self._store.reading() as rows:
            return [self._token(row) for row in rows.accounts.tokens(account_id)]

    def remove_token(self, account_id: str, token_id: str) -> bool:
        """Whether the account had it."""
        with self._store.changing() as rows:
            return rows.accounts.remove_token(account_id, token_id)

    # Memorials

    def membership(self, grant: Grant, memorial_id: str) -> Membership | None:
        """What a grant may do in one memorial; None where that is nothing."""
        return self.memberships(grant, only=memorial_id).get(memorial_id)

    def memberships(self, grant: Grant, only: str | None = None) -> dict[str, Membership]:
        """The same of every memorial that it sees, the oldest memorial first."""
        with self._store.reading() as rows:
            if only is None:
                there = [memorial_id for memorial_id, _ in rows.memorials()]
            else:
                there = [only] if rows.knows(only) else []
            found = {row.memorial_id: row for row in rows.members.memberships(grant.account.id)}
        seen = {}
        for memorial_id in there:
            row = found.get(memorial_id)
            membership = None if row is None else self._members(memorial_id).membership_of(row)
            if grant.account.keeper:
                membership = Membership("steward", (membership and membership.visitor) or grant.account.name)
            if membership is not None and grant.memorial_id in (None, memorial_id):
                seen[memorial_id] = _limited(membership, grant.scope)
        return seen

    # Invitations

    def invitation(self, secret: str) -> Invitation | None:
        """What the secret of a link opens, while somebody can still accept it."""
        with self._store.reading() as rows:
            return self._invitation(rows, secret)

    def accept(self, secret: str, account_id: str) -> Invitation | None:
        """Let an account have what the link opens, once; None where it opens nothing any more."""
        with self._store.changing() as rows:
            invitation = self._invitation(rows, secret)
            if invitation is not None:
                self._admit(rows, invitation, account_id)
        return invitation

    def join(self, secret: str, name: str, password: str) -> tuple[Account, Invitation] | None:
        """The same for somebody who has no account yet."""
        kept = self._new(name, password)
        with self._store.changing() as rows:
            invitation = self._invitation(rows, secret)
            if invitation is None:
                return None
            account = self._add(rows, name, kept, keeper=False)
            self._admit(rows, invitation, account.id)
        return account, invitation

    def join_by_openid(self, secret: str, name: str, issuer: str, subject: str) -> tuple[Account, Invitation] | None:
        """The same for somebody whom another provider signs in."""
        with self._store.changing() as rows:
            invitation = self._invitation(rows, secret)
            if invitation is None:
                return None
            account = self._add(rows, self._free_name(rows, name), None, keeper=False)
            self._link(rows, account.id, self._openid(issuer, subject))
            self._admit(rows, invitation, account.id)
        return account, invitation

    # Inside

    def _new(self, name: str, password: str) -> str:
        """The hash of a new password, once the account's name and the password will do."""
        if folded(checked_name(name)) == folded(password):
            raise WeakPassword("the password is the name: choose another password", fewest=FEWEST_CHARS)
        return self._passwords.hashed(password)

    def _add(self, rows: Rows, name: str, kept: str | None, *, keeper: bool) -> Account:
        name, account_id = checked_name(name), secrets.token_hex(16)
        self._check_free(rows, name)
        row = AccountRow(account_id, self._sealed_name(account_id, name), kept, None, keeper, self._now())
        rows.accounts.add(row, self._lookup(name))
        return self._account(row)

    def _admit(self, rows: Rows, invitation: Invitation, account_id: str) -> None:
        """Who is a member already keeps the name that they have, and the higher of the two roles."""
        rows.members.accept(invitation.id, self._now())
        members = self._members(invitation.memorial_id)
        row = rows.members.member(invitation.memorial_id, account_id)
        known = Membership(invitation.role, None) if row is None else members.membership_of(row)
        higher = max(known.role, invitation.role, key=ROLES.index)
        members.put_among(rows, account_id, Membership(higher, known.visitor or invitation.visitor))

    def _link(self, rows: Rows, account_id: str, openid: bytes) -> None:
        linked = rows.accounts.of_openid(openid)
        if linked is not None and linked.id != account_id:
            raise SignInTaken("that sign-in belongs to another account here: sign in with it instead")
        rows.accounts.set_openid(account_id, openid)

    def _check_free(self, rows: Rows, name: str, but: str | None = None) -> None:
        row = rows.accounts.named(self._lookup(name))
        if row is not None and row.id != but:
            raise NameTaken("somebody has this name already: choose another one")

    def _free_name(self, rows: Rows, name: str) -> str:
        """The name, or with a number behind it where somebody has it."""
        name, number = checked_name(name), 1
        while rows.accounts.named(self._lookup(tried := name if number == 1 else f"{name} {number}")) is not None:
            number += 1
        return tried

    def _invitation(self, rows: Rows, secret: str) -> Invitation | None:
        row = rows.members.invitation(hashed(secret))
        invitation = None if row is None else self._members(row.memorial_id).invitation_of(row)
        return invitation if invitation is not None and invitation.is_open(self._now()) else None

    def _members(self, memorial_id: str) -> Members:
        return Members(self._vault, self._store, memorial_id, self._now)

    def _account(self, row: AccountRow) -> Account:
        name = self._vault.unseal_home(row.name, f"accounts.name.{row.id}")
        return Account(row.id, name, row.keeper, row.password is not None, row.openid is not None)

    def _session(self, row: SessionRow) -> Session:
        agent = None if row.agent is None else self._vault.unseal_home(row.agent, f"sessions.agent.{row.id}")
        return Session(row.id, agent, row.added_at, row.seen_at, row.ends_at)

    def _token(self, row: TokenRow) -> Token:
        name = self._vault.unseal_home(row.name, f"tokens.name.{row.id}")
        return Token(row.id, name, role(row.scope), row.memorial_id, row.added_at, row.seen_at, row.ends_at)

    def _lookup(self, name: str) -> bytes:
        return self._vault.fingerprint_home(b"accounts.lookup", folded(name).encode())

    def _openid(self, issuer: str, subject: str) -> bytes:
        return self._vault.fingerprint_home(b"accounts.openid", issuer.encode(), subject.encode())

    def _sealed_name(self, account_id: str, name: str) -> bytes:
        return self._vault.seal_home(name, f"accounts.name.{account_id}")


def _limited(membership: Membership, scope: Role | None) -> Membership:
    """A token has its scope at most."""
    if scope is None:
        return membership
    return Membership(min(membership.role, scope, key=ROLES.index), membership.visitor)

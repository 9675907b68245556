"""The queries about accounts, and about what proves that somebody is one. Knows no key: names come and go sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.sql.schema import Table

from data.store.records import columns, records, values
from data.store.schema import accounts, sessions, tokens


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as the table holds it."""

    id: str
    name: bytes
    password: str | None
    openid: bytes | None
    keeper: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in."""

    id: str
    account_id: str
    agent: bytes | None
    added_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A program that may come in."""

    id: str
    account_id: str
    name: bytes
    scope: str
    memorial_id: str | None
    added_at: datetime
    seen_at: datetime | None
    ends_at: datetime | None


class AccountRows:
    """Inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Accounts

    def all(self) -> list[AccountRow]:
        """The oldest first."""
        return self._accounts()

    def account(self, account_id: str) -> AccountRow | None:
        """The one of that id."""
        return next(iter(self._accounts(accounts.c.id == account_id)), None)

    def named(self, lookup: bytes) -> AccountRow | None:
        """The one whose name has that fingerprint."""
        return next(iter(self._accounts(accounts.c.lookup == lookup)), None)

    def of_openid(self, openid: bytes) -> AccountRow | None:
        """The one that another provider signs in."""
        return next(iter(self._accounts(accounts.c.openid == openid)), None)

    def add(self, row: AccountRow, lookup: bytes) -> None:
        """A new account."""
        self._connection.execute(insert(accounts).values(lookup=lookup, **values(row)))

    def rename(self, account_id: str, lookup: bytes, name: bytes) -> None:
        """Another name to sign in with."""
        self._change(account_id, lookup=lookup, name=name)

    def set_password(self, account_id: str, password: str) -> None:
        """Another hash of a password."""
        self._change(account_id, password=password)

    def set_openid(self, account_id: str, openid: bytes | None) -> None:
        """Let another provider sign them in, or let it no more."""
        self._change(account_id, openid=openid)

    def remove(self, account_id: str) -> None:
        """The account and all rows that are its own."""
        self._connection.execute(delete(accounts).where(accounts.c.id == account_id))

    # Sessions

    def session(self, secret: bytes) -> SessionRow | None:
        """The one that a secret with this hash opens."""
        return next(iter(self._sessions(sessions.c.secret == secret)), None)

    def sessions(self, account_id: str) -> list[SessionRow]:
        """Those of an account, the oldest first."""
        return self._sessions(sessions.c.account_id == account_id)

    def add_session(self, row: SessionRow, secret: bytes) -> None:
        """A new one."""
        self._connection.execute(insert(sessions).values(secret=secret, **values(row)))

    def see_session(self, session_id: str, seen_at: datetime, ends_at: datetime) -> None:
        """It was used, and lasts longer for that."""
        change = update(sessions).where(sessions.c.id == session_id)
        self._connection.execute(change.values(seen_at=seen_at, ends_at=ends_at))

    def end_session(self, account_id: str, session_id: str) -> bool:
        """Whether the account had it."""
        return self._remove(sessions, account_id, session_id)

    def end_sessions(self, account_id: str, but: str | None = None) -> None:
        """All of an account, but for one."""
        gone = delete(sessions).where(sessions.c.account_id == account_id)
        self._connection.execute(gone if but is None else gone.where(sessions.c.id != but))

    def sweep(self, now: datetime) -> None:
        """Forget the sessions and tokens that have ended."""
        for table in (sessions, tokens):
            self._connection.execute(delete(table).where(table.c.ends_at <= now))

    # Tokens

    def token(self, secret: bytes) -> TokenRow | None:
        """The one that a secret with this hash is."""
        return next(iter(self._tokens(tokens.c.secret == secret)), None)

    def tokens(self, account_id: str) -> list[TokenRow]:
        """Those of an account, the oldest first."""
        return self._tokens(tokens.c.account_id == account_id)

    def add_token(self, row: TokenRow, secret: bytes) -> None:
        """A new one."""
        self._connection.execute(insert(tokens).values(secret=secret, **values(row)))

    def see_token(self, token_id: str, seen_at: datetime) -> None:
        """It was used."""
        self._connection.execute(update(tokens).where(tokens.c.id == token_id).values(seen_at=seen_at))

    def remove_token(self, account_id: str, token_id: str) -> bool:
        """Whether the account had it."""
        return self._remove(tokens, account_id, token_id)

    def end_tokens(self, account_id: str) -> None:
        """All of an account."""
        self._connection.execute(delete(tokens).where(tokens.c.account_id == account_id))

    # Inside

    def _accounts(self, *which: Any) -> list[AccountRow]:
        query = select(*columns(accounts, AccountRow)).where(*which)
        rows = self._connection.execute(query.order_by(accounts.c.added_at, accounts.c.id))
        return records(AccountRow, rows)

    def _sessions(self, which: Any) -> list[SessionRow]:
        query = select(*columns(sessions, SessionRow)).where(which)
        rows = self._connection.execute(query.order_by(sessions.c.added_at, sessions.c.id))
        return records(SessionRow, rows)

    def _tokens(self, which: Any) -> list[TokenRow]:
        query = select(*columns(tokens, TokenRow)).where(which)
        rows = self._connection.execute(query.order_by(tokens.c.added_at, tokens.c.id))
        return records(TokenRow, rows)

    def _change(self, account_id: str, **values: Any) -> None:
        self._connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))

    def _remove(self, table: Table, account_id: str, row_id: str) -> bool:
        gone = delete(table).where(table.c.account_id == account_id, table.c.id == row_id)
        return self._connection.execute(gone).rowcount > 0

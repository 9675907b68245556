"""Accounts, what they may see, and what is said and made there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = "('visitor', 'contributor', 'steward')"


def upgrade() -> None:
    """Make their tables, and an index that tells whether any source changed."""
    op.create_index("sources_by_arrival", "sources", ["memorial_id", "arrival", "added_at"])
    _accounts()
    _entrances()
    _work()
    _talk()


def _accounts() -> None:
    op.create_table(
        "accounts",
        _id(),
        sa.Column("lookup", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("password", sa.String(200)),
        sa.Column("openid", sa.LargeBinary, unique=True),
        sa.Column("keeper", sa.Boolean, nullable=False),
        _time("added_at"),
    )
    op.create_table(
        "sessions",
        _id(),
        sa.Column("secret", sa.LargeBinary, nullable=False, unique=True),
        _account(),
        sa.Column("agent", sa.LargeBinary),
        _time("added_at"),
        _time("seen_at"),
        _time("ends_at"),
    )
    op.create_table(
        "tokens",
        _id(),
        sa.Column("secret", sa.LargeBinary, nullable=False, unique=True),
        _account(),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        _memorial(nullable=True),
        _time("added_at"),
        _time("seen_at", nullable=True),
        _time("ends_at", nullable=True),
    )


def _entrances() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Integer, primary_key=True),
        _memorial(),
        _account(),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("visitor", sa.LargeBinary),
        _time("added_at"),
        sa.UniqueConstraint("memorial_id", "account_id", name="one_role_a_memorial"),
        sa.CheckConstraint(f"role IN {ROLES}", name="known_role"),
    )
    op.create_table(
        "invitations",
        _id(),
        sa.Column("secret", sa.LargeBinary, nullable=False, unique=True),
        _memorial(),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("visitor", sa.LargeBinary),
        _time("added_at"),
        _time("ends_at"),
        _time("accepted_at", nullable=True),
        sa.CheckConstraint(f"role IN {ROLES}", name="known_role_invited"),
    )


def _work() -> None:
    op.create_table(
        "uploads",
        _id(),
        _memorial(),
        _account(),
        sa.Column("about", sa.LargeBinary, nullable=False),
        _time("added_at"),
        _time("touched_at"),
    )
    op.create_table(
        "answered",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("request", sa.LargeBinary, nullable=False),
        _account(),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        _time("added_at"),
    )


def _talk() -> None:
    op.create_table(
        "conversations",
        _id(),
        _memorial(),
        _account(),
        sa.Column("visitor", sa.LargeBinary),
        _time("added_at"),
        _time("spoken_at"),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        _time("added_at"),
        sa.UniqueConstraint("conversation_id", "place", name="one_turn_a_place"),
    )
    op.create_table(
        "clips",
        _id(),
        _memorial(),
        _account(nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.LargeBinary, nullable=False),
        sa.Column("blob_id", sa.String(32), sa.ForeignKey("blobs.id"), nullable=False, index=True),
        _time("added_at"),
        sa.CheckConstraint("kind IN ('answer', 'farewell')", name="known_kind_of_clip"),
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _memorial(*, nullable: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey("memorials.id", ondelete="CASCADE")
    return sa.Column("memorial_id", sa.String(32), key, nullable=nullable, index=True)


def _account(*, nullable: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey("accounts.id", ondelete="SET NULL" if nullable else "CASCADE")
    return sa.Column("account_id", sa.String(32), key, nullable=nullable, index=True)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

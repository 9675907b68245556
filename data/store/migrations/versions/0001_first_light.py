"""Memorials, their blobs, what they came with, and what was made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "memorials",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("person", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("id", sa.String(32), primary_key=True),
        _memorial(),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("memorial_id", "fingerprint", name="one_blob_a_content"),
    )
    op.create_index("ix_blobs_memorial_id", "blobs", ["memorial_id"])
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer, primary_key=True),
        _memorial(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("file", sa.LargeBinary, nullable=False),
        sa.Column("author", sa.LargeBinary),
        sa.Column("date", sa.LargeBinary),
        sa.Column("text", sa.LargeBinary),
        sa.Column("blob_id", sa.String(32), sa.ForeignKey("blobs.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("memorial_id", "fingerprint", name="one_source_a_content"),
        sa.CheckConstraint("kind IN ('letter', 'message', 'recording', 'photo')", name="known_kind"),
    )
    op.create_index("ix_sources_blob_id", "sources", ["blob_id"])
    for name in ("portraits", "voices"):
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            _memorial(),
            sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
            sa.Column("blob_id", sa.String(32), sa.ForeignKey("blobs.id"), nullable=False),
            sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        )
        for column in ("memorial_id", "source_id", "blob_id"):
            op.create_index(f"ix_{name}_{column}", name, [column])


def _memorial() -> sa.Column[str]:
    return sa.Column("memorial_id", sa.String(32), sa.ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False)

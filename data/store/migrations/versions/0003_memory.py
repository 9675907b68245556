"""What was said and told, chats with their places, and what the family says beside the sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the sources, and make the tables of notes."""
    with op.batch_alter_table("sources") as sources:
        for column in ("conversation", "doubtful", "occurrence"):
            sources.add_column(sa.Column(column, sa.LargeBinary))
        for column in ("place", "start_ms", "end_ms"):
            sources.add_column(sa.Column(column, sa.Integer))
        sources.create_unique_constraint("one_source_an_occurrence", ["memorial_id", "occurrence"])
        sources.drop_constraint("known_kind", type_="check")
        kinds = "kind IN ('letter', 'message', 'spoken', 'told', 'recording', 'photo')"
        sources.create_check_constraint("known_kind", kinds)
    for name in ("visitors", "remembered", "corrections", "audience", "glossary", "confirmations"):
        op.create_table(
            name,
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("memorial_id", sa.String(32), sa.ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False),
            sa.Column("note", sa.LargeBinary, nullable=False),
            sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("undone_at", sa.DateTime(timezone=True)),
        )
        op.create_index(f"ix_{name}_memorial_id", name, ["memorial_id"])

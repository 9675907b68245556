"""What arrives a piece at a time is hidden until all of it is there; whom a message was exchanged with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An occurrence may come once with each partner."""
    op.add_column("memorials", sa.Column("arriving", sa.BigInteger))
    with op.batch_alter_table("sources") as sources:
        sources.add_column(sa.Column("arrival", sa.BigInteger))
        sources.add_column(sa.Column("partner", sa.LargeBinary))
        sources.drop_constraint("one_source_an_occurrence", type_="unique")
        sources.create_index("sources_by_occurrence", ["memorial_id", "occurrence"])

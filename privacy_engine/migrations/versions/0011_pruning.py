"""From which position on the log is published."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the list of minimum indexes; without a row nothing is pruned."""
    op.create_table(
        "log_pruning",
        sa.Column("minimum_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("pruned_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("minimum_index", name=op.f("pk_log_pruning")),
    )


def downgrade() -> None:
    """Drop the list; what was pruned is published again, and its tiles are made of its entries."""
    op.drop_table("log_pruning")

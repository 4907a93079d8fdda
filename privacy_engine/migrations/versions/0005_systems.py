"""Rows that wait for an officer's decision, and what went before it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("partly", "waits")


def upgrade() -> None:
    """Add what a system deleted so far, and which of its rows wait."""
    for name in _COLUMNS:
        op.add_column("workflow_system", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take both out again."""
    with op.batch_alter_table("workflow_system") as table:
        for name in reversed(_COLUMNS):
            table.drop_column(name)

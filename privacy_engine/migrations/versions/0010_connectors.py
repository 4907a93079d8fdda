"""What was asked of systems outside, and how it went."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEXED = ("case", "last_at", "reference", "system")


def upgrade() -> None:
    """Create the list of deliveries."""
    op.create_table(
        "system_delivery",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('accepted','answered','failed','refused')",
            name=op.f("ck_system_delivery_state_known"),
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_system_delivery")),
    )
    for column in _INDEXED:
        op.create_index(op.f(f"ix_system_delivery_{column}"), "system_delivery", [column])


def downgrade() -> None:
    """Drop the list of deliveries."""
    op.drop_table("system_delivery")

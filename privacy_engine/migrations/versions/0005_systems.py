"""Rows that wait for an officer's decision, and drills, and comparisons."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("partly", "waits")
_COVERAGE = ("unmapped", "undeclared")


def upgrade() -> None:
    """Add what a system deleted so far, and which of its rows wait."""
    for name in _COLUMNS:
        op.add_column("workflow_system", sa.Column(name, sa.JSON(), nullable=True))
    for name in _COVERAGE:
        op.add_column(
            "system_test", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.create_table(
        "drill",
        sa.Column("drill", sa.String(length=32), nullable=False),
        sa.Column("planted", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('running','passed','failed')", name="outcome_known"),
        sa.PrimaryKeyConstraint("drill"),
    )
    op.create_table(
        "drill_exercise",
        sa.Column("drill", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.String(length=16), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("drill", "exercise"),
    )
    op.create_index("ix_drill_exercise_case", "drill_exercise", ["case"])
    op.create_table(
        "system_reimport",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("back", sa.Integer(), nullable=False),
        sa.Column("known_again", sa.Integer(), nullable=False),
        sa.Column("compared_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("since_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("system"),
    )


def downgrade() -> None:
    """Take all of it out again."""
    op.drop_table("system_reimport")
    op.drop_table("drill_exercise")
    op.drop_table("drill")
    with op.batch_alter_table("system_test") as table:
        for name in reversed(_COVERAGE):
            table.drop_column(name)
    with op.batch_alter_table("workflow_system") as table:
        for name in reversed(_COLUMNS):
            table.drop_column(name)

"""Retention: pauses, what holds left, digests of what went, renewable holds, looks by row."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_RUN = ("paused_at", "paused_why", "follows", "still_held", "executed_sha256")
_PROGRESS = ("batches", "failures", "digest")


def _text(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("retention_run") as run:
        run.add_column(sa.Column("paused_at", UtcDateTime(), nullable=True))
        run.add_column(_text("paused_why", 500))
        run.add_column(_text("follows", 32))
        run.add_column(sa.Column("still_held", sa.Integer(), nullable=True))
        run.add_column(_text("executed_sha256", 64))
    with op.batch_alter_table("retention_hold") as hold:
        hold.add_column(_text("nature", 16, "dispute"))
    with op.batch_alter_table("retention_progress") as progress:
        progress.add_column(_count("batches"))
        progress.add_column(_count("failures"))
        progress.add_column(_text("digest", 64))
    op.create_table(
        "retention_look",
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("last_run_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_retention_look")),
    )
    held = sa.text("outcome = 'held'")
    op.create_index(
        "ix_workflow_step_held",
        "workflow_step",
        ["outcome"],
        sqlite_where=held,
        postgresql_where=held,
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_index("ix_workflow_step_held", table_name="workflow_step")
    op.drop_table("retention_look")
    with op.batch_alter_table("retention_progress") as progress:
        for name in _PROGRESS:
            progress.drop_column(name)
    with op.batch_alter_table("retention_hold") as hold:
        hold.drop_column("nature")
    with op.batch_alter_table("retention_run") as run:
        for name in _RUN:
            run.drop_column(name)

"""What reports and auditors keep beyond the first tables."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the register of issued reports, and the auditors' seats and notes."""
    op.create_table(
        "audit_note",
        sa.Column("sample", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("finding", sa.String(length=12), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sample", "event_id", name=op.f("pk_audit_note")),
    )
    op.create_table(
        "audit_seat",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_audit_seat")),
    )
    op.create_table(
        "issued_report",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=True),
        sa.Column("schedule", sa.String(length=64), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_issued_report")),
    )
    for name in ("number", "sha256", "series", "schedule", "issued_at"):
        op.create_index(op.f(f"ix_issued_report_{name}"), "issued_report", [name])


def downgrade() -> None:
    """Drop them; the register can be read from the log again, seats and notes cannot."""
    op.drop_table("issued_report")
    op.drop_table("audit_seat")
    op.drop_table("audit_note")

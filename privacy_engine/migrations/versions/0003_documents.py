"""Changes of documents on their way, and on which surface a version was shown."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a change has come through, and who was told."""
    op.create_table(
        "document_change",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("supersedes", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("begun_by", sa.String(length=64), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("notice_at", UtcDateTime(), nullable=True),
        sa.Column("carried_at", UtcDateTime(), nullable=True),
        sa.Column("carried", sa.JSON(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_document_change")),
    )
    op.create_index(op.f("ix_document_change_document"), "document_change", ["document"])
    op.create_table(
        "document_telling",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_document_telling")),
    )
    for column in ("case", "subject_id"):
        op.create_index(op.f(f"ix_document_telling_{column}"), "document_telling", [column])
    op.create_table(
        "consent_evidence",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_consent_evidence")),
    )
    op.create_index(op.f("ix_consent_evidence_key_id"), "consent_evidence", ["key_id"])
    with op.batch_alter_table("document_showing") as showing:
        showing.add_column(
            sa.Column("surface", sa.String(length=100), nullable=False, server_default="")
        )


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("document_showing") as showing:
        showing.drop_column("surface")
    op.drop_table("consent_evidence")
    op.drop_table("document_telling")
    op.drop_table("document_change")

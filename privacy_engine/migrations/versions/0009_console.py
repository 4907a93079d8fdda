"""Agents' services, drafts from the mailbox, imports and saved views."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what was not there."""
    op.create_table(
        "agent",
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("verify_key", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("web_url", sa.String(length=500), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("paired_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("origin IN ('by_hand','directory')", name="ck_agent_origin_known"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent"),
    )
    op.create_table(
        "agent_directory",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_agent_directory"),
    )
    op.create_table(
        "agent_pairing",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_agent_pairing"),
    )
    with op.batch_alter_table("agent_pairing", schema=None) as batch_op:
        batch_op.create_index(("ix_agent_pairing_until"), ["until"], unique=False)

    op.create_table(
        "agent_request",
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("told_digest", sa.String(length=64), nullable=True),
        sa.Column("told_outcome", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_agent_request"),
        sa.UniqueConstraint("request_id", name="uq_agent_request_request_id"),
    )
    with op.batch_alter_table("agent_request", schema=None) as batch_op:
        batch_op.create_index(("ix_agent_request_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "agent_token",
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_token"),
        sa.UniqueConstraint("hash", name="uq_agent_token_hash"),
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("validity", sa.Integer(), nullable=False),
        sa.Column("last_uid", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.Column("fault_since", UtcDateTime(), nullable=True),
        sa.Column("watched_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_mailbox"),
    )
    op.create_table(
        "request_draft",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("mail_event", sa.String(length=26), nullable=False),
        sa.Column("message_event", sa.String(length=26), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("suggested", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=True),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("request", sa.String(length=32), nullable=True),
        sa.Column("filed_by", sa.String(length=64), nullable=True),
        sa.Column("filed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open','request','message','automatic','no_request')",
            name="ck_request_draft_state_known",
        ),
        sa.PrimaryKeyConstraint("case", name="pk_request_draft"),
        sa.UniqueConstraint("message_key", name="uq_request_draft_message_key"),
    )
    with op.batch_alter_table("request_draft", schema=None) as batch_op:
        batch_op.create_index(("ix_request_draft_received_at"), ["received_at"], unique=False)
        batch_op.create_index(("ix_request_draft_state"), ["state"], unique=False)
        batch_op.create_index(("ix_request_draft_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name="pk_saved_view"),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(("ix_saved_view_made_by"), ["made_by"], unique=False)


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_view_made_by")

    op.drop_table("saved_view")
    with op.batch_alter_table("request_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_request_draft_subject_id")
        batch_op.drop_index("ix_request_draft_state")
        batch_op.drop_index("ix_request_draft_received_at")

    op.drop_table("request_draft")
    op.drop_table("mailbox")
    op.drop_table("agent_token")
    with op.batch_alter_table("agent_request", schema=None) as batch_op:
        batch_op.drop_index("ix_agent_request_agent_id")

    op.drop_table("agent_request")
    with op.batch_alter_table("agent_pairing", schema=None) as batch_op:
        batch_op.drop_index("ix_agent_pairing_until")

    op.drop_table("agent_pairing")
    op.drop_table("agent_directory")
    op.drop_table("agent")

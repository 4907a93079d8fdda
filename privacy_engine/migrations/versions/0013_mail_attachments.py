"""What came attached to messages in the privacy mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLE = "mail_attachment"


def upgrade() -> None:
    """Create the table; of messages read before, the attachments stay in the mailbox."""
    op.create_table(
        _TABLE,
        sa.Column("mail_event", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mail_event", "number", name=op.f(f"pk_{_TABLE}")),
    )
    for column in ("case", "key_id"):
        op.create_index(op.f(f"ix_{_TABLE}_{column}"), _TABLE, [column])


def downgrade() -> None:
    """Drop the files; the messages stay in the mailbox."""
    op.drop_table(_TABLE)

"""What a request keeps beyond the first tables: evidence, doubt, appeal, answers to compare."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "rights_request"
_ANSWERS = "verification_answers"
_INDEX = "ix_rights_request_appeal_due_on"


def upgrade() -> None:
    """Add the columns; what is there already has given, doubted and said nothing."""
    with op.batch_alter_table(_TABLE, schema=None) as table:
        table.add_column(
            sa.Column("evidence", sa.String(length=400), nullable=False, server_default="")
        )
        table.add_column(sa.Column("suspected_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("follows", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("follows_why", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("followed_by", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("unread", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("appealed_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("appeal_due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("appeal_outcome", sa.String(length=16), nullable=True))
        table.create_index(_INDEX, ["appeal_due_on"], unique=False)
    op.create_table(
        _ANSWERS,
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )


def downgrade() -> None:
    """Drop the columns; `log rebuild` fills them again after the next upgrade."""
    op.drop_table(_ANSWERS)
    with op.batch_alter_table(_TABLE, schema=None) as table:
        table.drop_index(_INDEX)
        for name in (
            "appeal_outcome",
            "appeal_due_on",
            "appealed_at",
            "unread",
            "followed_by",
            "follows_why",
            "follows",
            "suspected_at",
            "evidence",
        ):
            table.drop_column(name)

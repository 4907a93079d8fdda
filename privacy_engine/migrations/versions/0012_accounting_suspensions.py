"""What authorities asked to leave out of persons' accountings of disclosures."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLE = "accounting_suspension"


def upgrade() -> None:
    """Create the register; it is filled by what is recorded from now on."""
    op.create_table(
        _TABLE,
        sa.Column("suspension", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=True),
        sa.Column("recipient", sa.String(length=64), nullable=True),
        sa.Column("form", sa.String(length=8), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("suspension", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_subject_id"), _TABLE, ["subject_id"])


def downgrade() -> None:
    """Drop the register; the log keeps what it was read from."""
    op.drop_table(_TABLE)

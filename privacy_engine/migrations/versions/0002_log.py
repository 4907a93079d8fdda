"""What the log keeps beyond the first tables: a seal on every row about who is who."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEALED = (
    "vault_alias",
    "vault_key",
    "vault_link",
    "vault_site",
    "vault_suppression",
    "vault_erasure_notice",
)


def upgrade() -> None:
    """Add the column; the engine fills it in the same transaction, for it alone has the key."""
    for table in _SEALED:
        op.add_column(table, sa.Column("seal", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop the column again."""
    for table in _SEALED:
        op.drop_column(table, "seal")

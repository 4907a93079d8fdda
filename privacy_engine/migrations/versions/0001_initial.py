"""The first tables, and the triggers that keep the log append-only."""

from alembic import op
from sqlmodel import SQLModel

from privacy_engine.database import append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_event", "log_entry", "log_checkpoint")


def upgrade() -> None:
    """Create every table, then forbid changes to the append-only ones."""
    bind = op.get_bind()
    SQLModel.metadata.create_all(bind)
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, dialect=bind.dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop every table."""
    SQLModel.metadata.drop_all(op.get_bind())

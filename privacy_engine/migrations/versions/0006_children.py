"""Cases that ask a parent, and a parent's yes and no in the consent ledger."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from privacy_engine.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = "'suspected','known','deleting','cleared','deleted'"
_SLOTS = "'refusal','asked','own','uncontested','claim'"
_LEDGER = ("consent_ledger", "consent_state")


def upgrade() -> None:
    """Add what the parent's answer needs; old rows were never asked."""
    with op.batch_alter_table("children_case", schema=None) as table:
        table.add_column(sa.Column("asked_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("answer_due_at", UtcDateTime(), nullable=True))
        for name, length in (("parent", 16), ("method", 32)):
            kind = sa.String(length=length)
            table.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        _allow(
            table, "children_case_state", "state", f"{_STATES},'asking','consented','withdrawn'"
        )
    for name in _LEDGER:
        with op.batch_alter_table(name, schema=None) as table:
            _allow(table, f"{name}_slot", "slot", f"{_SLOTS},'parent_yes','parent_no'")


def downgrade() -> None:
    """Take it back; rows that only the newer tables can say go."""
    op.execute("DELETE FROM children_case WHERE state IN ('asking','consented','withdrawn')")
    with op.batch_alter_table("children_case", schema=None) as table:
        _allow(table, "children_case_state", "state", _STATES)
        for name in ("method", "parent", "answer_due_at", "asked_at"):
            table.drop_column(name)
    for name in _LEDGER:
        op.execute(f"DELETE FROM {name} WHERE slot IN ('parent_yes','parent_no')")  # noqa: S608
        with op.batch_alter_table(name, schema=None) as table:
            _allow(table, f"{name}_slot", "slot", _SLOTS)


def _allow(table: BatchOperations, start: str, column: str, values: str) -> None:
    """Let a column hold these values and no others."""
    name = op.f(f"ck_{start}_known")
    table.drop_constraint(name, type_="check")
    table.create_check_constraint(name, f"{column} IN ({values})")

"""Write the first migration from the models; until a first release there is only this one.

`python tools/write_first_migration.py` writes it anew; a test compares models and migrations.
"""

import importlib
import pkgutil
import re
import textwrap
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import privacy_engine
from privacy_engine.database import UtcDateTime

TARGET = Path(privacy_engine.__file__).parent / "migrations/versions/0001_initial.py"
_HEAD = '''"""The first tables, and the triggers that keep the log append-only."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime, append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_event", "log_entry", "log_checkpoint")
TABLES = (
{tables})


def upgrade() -> None:
    """Create every table, then forbid changes to the append-only ones."""
{calls}    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, dialect=dialect):
            op.execute(statement)


def downgrade() -> None:
    """Drop every table."""
    for table in reversed(TABLES):
        op.drop_table(table)
'''


def import_models() -> None:
    """Import every module of the package, so that every table is declared."""
    for module in pkgutil.walk_packages(privacy_engine.__path__, "privacy_engine."):
        if not re.search(r"migrations\.(versions|env)|__main__|standalone_verifier", module.name):
            importlib.import_module(module.name)


def script() -> MigrationScript:
    """Return what it takes to get from an empty database to the models."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"target_metadata": SQLModel.metadata, "render_item": _render}
        )
        return produce_migrations(context, SQLModel.metadata)


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _areas(code: str) -> dict[str, list[str]]:
    """Return the statements by the first word of the table that they belong to."""
    areas: dict[str, list[str]] = {}
    area = ""
    for line in textwrap.dedent(f"    {code}").splitlines():
        found = re.match(r"op\.create_table\([\"'](\w+)[\"']", line)
        area = found[1].split("_")[0] if found else area
        if area and "###" not in line:
            areas.setdefault(area, []).append(line)
    return areas


def main() -> None:
    """Write the file; format it afterwards."""
    import_models()
    upgrade = script().upgrade_ops
    assert upgrade is not None
    code = render_python_code(upgrade, render_item=_render)
    areas = _areas(code)
    tables = re.findall(r"create_table\([\"'](\w+)", code)
    text = _HEAD.format(
        tables="".join(f'    "{table}",\n' for table in tables),
        calls="".join(f"    _create_{area}()\n" for area in areas),
    )
    for area, lines in areas.items():
        body = "\n".join(f"    {line}" if line.strip() else "" for line in lines)
        text += f"\n\ndef _create_{area}() -> None:\n{body}\n"
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

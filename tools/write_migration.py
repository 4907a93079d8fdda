"""Print what a new migration must do: the difference between the models and the last migration.

`python tools/write_migration.py` prints the statements; put them into the next numbered file under
`privacy_engine/migrations/versions/`. A migration that was released is never changed.
"""

import importlib
import pkgutil
import re
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import privacy_engine
from privacy_engine import migrations
from privacy_engine.database import UtcDateTime, open_database


def import_models() -> None:
    """Import every module of the package, so that every table is declared."""
    for module in pkgutil.walk_packages(privacy_engine.__path__, "privacy_engine."):
        if not re.search(r"migrations\.(versions|env)|__main__|standalone_verifier", module.name):
            importlib.import_module(module.name)


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def main() -> None:
    """Migrate an empty database, and print what the models have beyond it."""
    import_models()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder)}/migrated.db")
        migrations.upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"render_item": _render, "render_as_batch": True}
            )
            script = produce_migrations(context, SQLModel.metadata)
        engine.dispose()
    for part in (script.upgrade_ops, script.downgrade_ops):
        if part is not None:
            print(render_python_code(part, render_item=_render, render_as_batch=True))


if __name__ == "__main__":
    main()

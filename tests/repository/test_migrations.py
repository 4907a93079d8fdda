"""Migrations are one line of history: every installation walks the same steps."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from privacy_engine import migrations
from privacy_engine.database import open_database
from tests.repository.files import PACKAGE
from tools.write_migration import import_models


def test_migrations_are_linear() -> None:
    scripts = ScriptDirectory(str(PACKAGE / "migrations"))
    assert len(scripts.get_heads()) == 1
    steps = list(scripts.walk_revisions())
    assert [step.revision for step in steps if step.is_merge_point or step.is_branch_point] == []


def _is_ours(_item: object, name: str | None, *_: object) -> bool:
    return not str(name).startswith("tests_")  # a register that only a test declares


def test_migrations_create_what_the_models_declare(tmp_path: Path) -> None:
    import_models()
    engine = open_database(f"sqlite:///{tmp_path}/migrated.db")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        assert compare_metadata(context, SQLModel.metadata) == [], "run tools.write_migration.py"
    engine.dispose()

"""Migrations are one line of history: every installation walks the same steps."""

from alembic.script import ScriptDirectory

from tests.repository.files import PACKAGE


def test_migrations_are_linear() -> None:
    scripts = ScriptDirectory(str(PACKAGE / "migrations"))
    assert len(scripts.get_heads()) == 1
    steps = list(scripts.walk_revisions())
    assert [step.revision for step in steps if step.is_merge_point or step.is_branch_point] == []

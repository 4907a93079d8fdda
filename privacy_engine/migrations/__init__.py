"""Database migrations: numbered, linear, the same on SQLite and PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_HERE = Path(__file__).parent


def upgrade(
    engine: Engine, *, then: Callable[[Connection, str | None], None] | None = None
) -> None:
    """Bring the database to the newest revision, in one transaction.

    `then` runs within it, told the revision from before (None of an empty database), for what
    needs more than the database: a crash leaves all of it undone.

    Several processes may start at once: on PostgreSQL the second waits for the first one's lock
    on the version table, on SQLite for its writer's lock, and then finds nothing to do.
    """
    config = _config()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1886547814)")
        config.attributes["connection"] = connection
        former = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config, "head")
        if then:
            then(connection, former)


def is_current(engine: Engine) -> bool:
    """Return whether the database is at the newest revision."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config

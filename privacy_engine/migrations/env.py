"""What alembic runs: the revisions, over the connection that `upgrade` hands it."""

from alembic import context
from sqlmodel import SQLModel

import privacy_engine.database

assert privacy_engine.database.NAMING  # noqa: S101  constraint names are set on import

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

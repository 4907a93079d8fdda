"""An engine that keeps the schedule, beside the sample site's database."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from privacy_engine import clock, sample_site
from privacy_engine.engine import Engine
from privacy_engine.retention import actions
from privacy_engine.retention.register import Run
from privacy_engine.transaction import Actor, Role
from privacy_engine.workflow.steps import disposal
from tests.snapshots import Snapshot, changes, snapshot

DAY_OF_SITE = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
PREPARES = Actor(Role.STAFF, "a1" * 16)
APPROVES = Actor(Role.STAFF, "b2" * 16)


@dataclass(frozen=True)
class Site:
    """The engine at one moment, and the sample site's own database."""

    engine: Engine
    database: sa.Engine

    @property
    def path(self) -> Path:
        return Path(str(self.database.url.database))

    def snapshot(self) -> Snapshot:
        """Return every row of the site."""
        return snapshot(self.path)

    def loses(self, *, at_most: bool = False, **doomed: str) -> AbstractContextManager[None]:
        """Expect that meanwhile these rows go and nothing else changes; see `losing`."""
        return losing(self.path, at_most=at_most, **doomed)

    def count(self, table: str, where: str = "1 = 1") -> int:
        """Return how many rows of a table fulfil a condition."""
        with self.database.connect() as connection:
            query = sa.text(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608  a test's
            return int(connection.execute(query).scalar_one())

    def change(self, statement: str) -> None:
        """Change the site as its own developers do, behind the engine's back."""
        with self.database.begin() as connection:
            connection.execute(sa.text(statement))

    def approved(self, series: str) -> Run:
        """Preview a series and approve it by somebody else."""
        made = disposal.preview_series(self.engine, series, actor=PREPARES)
        return self.engine.run(
            lambda tx: actions.approve(tx, made.run.run, preview_sha256=made.run.preview_sha256),
            actor=APPROVES,
        )


@contextmanager
def losing(database: Path, *, at_most: bool = False, **doomed: str) -> Iterator[None]:
    """Expect that meanwhile the rows that fulfil their table's condition go, and nobody else's.

    The whole database is compared; `at_most` is for what is stopped halfway.
    """
    before = snapshot(database)
    expected = {
        (table, row) for table, where in doomed.items() for row in _rows(database, table, where)
    }
    yield
    found = changes(before, snapshot(database))
    assert [item for item in found if item.after is not None] == [], "nothing that stays changed"
    gone = {(item.table, tuple(item.before.values())) for item in found}
    assert gone <= expected, "nobody else was touched"
    assert at_most or gone == expected, "all of it went"


def _rows(database: Path, table: str, where: str) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608  a test's
        return set(connection.execute(query))


@pytest.fixture
def site(engine: Engine) -> Iterator[Site]:
    """The engine on SQLite, at noon of the day for which the site was written."""
    with _beside(engine) as made:
        yield made


@pytest.fixture
def any_site(any_engine: Engine) -> Iterator[Site]:
    """The same on each of the two databases in turn."""
    with _beside(any_engine) as made:
        yield made


@contextmanager
def _beside(engine: Engine) -> Iterator[Site]:
    path = Path(engine.settings.root) / "var" / "sample-site" / "site.db"
    sample_site.create(path, on=DAY_OF_SITE)
    database = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with clock.fixed(NOON):
        yield Site(engine, database)
    database.dispose()

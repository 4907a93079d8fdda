"""A row that somebody else changes while a batch is about to delete it, on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.retention import actions, register, running
from privacy_engine.retention.register import Run
from privacy_engine.retention.sources import Source
from privacy_engine.transaction import Transactions
from privacy_engine.workflow.steps.disposal_sources import SqlSource
from tests.factories import visits_system
from tests.functional.retention.conftest import APPROVES, NOON, PREPARES


@pytest.fixture
def visits(postgres_database: str) -> Iterator[sa.Engine]:
    """A site's table of twelve visits: ten past their time, two young ones."""
    database = sa.create_engine(postgres_database, poolclass=sa.NullPool)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE visits"
                " (id INTEGER PRIMARY KEY, account TEXT, path TEXT, seen_on DATE)"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO visits SELECT i, i, '/', CASE WHEN i <= 10 THEN DATE '2026-01-02'"
                " ELSE DATE '2026-11-02' END FROM generate_series(1, 12) AS n(i)"
            )
        )
    yield database
    database.dispose()


def _sources(database: sa.Engine) -> Callable[[Transactions, str], list[Source]]:
    system = visits_system(database.url.render_as_string(hide_password=False))
    return lambda engine, _series: [SqlSource(engine, system)]


def _waits_for_a_row(connection: sa.Connection) -> bool:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    return bool(connection.execute(sa.text(query)).scalar_one())


def _visits(database: sa.Engine) -> list[sa.Row[Any]]:
    with database.connect() as connection:
        return list(connection.execute(sa.text("SELECT * FROM visits ORDER BY id")).all())


def test_a_row_touched_between_choice_and_deletion_stays_and_is_counted_as_it_is(
    engine: Engine, visits: sa.Engine
) -> None:
    sources, ended, before = _sources(visits), [], _visits(visits)
    with clock.fixed(NOON):
        made = actions.preview(engine, "web-logs", sources=sources, actor=PREPARES).run
        engine.run(
            lambda tx: actions.approve(tx, made.run, preview_sha256=made.preview_sha256),
            actor=APPROVES,
        )

        def carry_out() -> None:
            ended.append(running.carry_out(engine, made.run, sources=sources))

        run = threading.Thread(target=carry_out)
        with visits.connect() as visitor, visits.connect() as watcher:
            # Not committed yet: the batch still reads the old date, chooses the row, and waits.
            visitor.execute(sa.text("UPDATE visits SET seen_on = '2026-11-20' WHERE id = 1"))
            run.start()
            while run.is_alive() and not _waits_for_a_row(watcher):
                watcher.rollback()
                sleep(0.01)
            assert run.is_alive()
            visitor.commit()
        run.join()
    [done] = ended
    touched, *others = _visits(visits)
    assert tuple(touched) == (*before[0][:3], date(2026, 11, 20))
    assert others == before[10:]
    assert (done.disposed, done.failed, done.found_after) == (9, 0, 0)
    assert done.executed_sha256 != done.preview_sha256
    assert _rows_in_report(engine, done) == 3


def _rows_in_report(engine: Engine, done: Run) -> int:
    with engine.reading() as tx:
        [table] = tx.event(str(register.get(tx.session, done.run).ended_event)).data["tables"]
    return int(table["rows"])

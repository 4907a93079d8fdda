"""What befalls a run: kills, cut connections, a full disk, a slow site, somebody who says stop."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from privacy_engine import clock
from privacy_engine.errors import Conflict, Forbidden, Unavailable
from privacy_engine.process import child_environment
from privacy_engine.retention import actions, register, rules, running
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import State
from privacy_engine.retention.sources import Batches, Ended, Source, Wanted
from privacy_engine.transaction import ENGINE, Transactions
from privacy_engine.workflow.steps import disposal
from privacy_engine.workflow.steps.disposal_sources import sources
from tests.engines import REPOSITORY
from tests.functional.retention.conftest import APPROVES, Site

DUE = "seen_on <= '2026-08-22'"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ROWS", 4)


def _state(site: Site, run: Run) -> Run:
    with site.engine.reading() as tx:
        return register.get(tx.session, run.run)


class _Between:
    """A system as it is, with something that happens before each batch."""

    def __init__(self, inner: Source, happens: Callable[[], None]) -> None:
        self._inner, self._happens = inner, happens
        self.system = inner.system
        self.survey, self.sample, self.count_due = inner.survey, inner.sample, inner.count_due

    @contextmanager
    def disposing(self, wanted: Wanted, table: str) -> Iterator[Batches]:
        with self._inner.disposing(wanted, table) as opened:
            self._opened = opened
            yield self

    def batch(self, most: int, *, after: object = None) -> Ended:
        self._happens()
        return self._opened.batch(most, after=after)


def _with(happens: Callable[[], None]) -> Any:
    def found(engine: Transactions, series: str) -> list[Source]:
        return [_Between(source, happens) for source in sources(engine, series)]

    return found


# Somebody says stop ----------------------------------------------------------------------


def test_a_paused_run_stands_still_and_goes_on_where_it_stood(site: Site) -> None:
    run, batches = site.approved("web-logs"), [0]

    def pause_in_the_third() -> None:
        batches[0] += 1
        if batches[0] == 3:
            site.engine.run(lambda tx: actions.pause(tx, run.run, reason="the fair is on"))

    with site.loses(at_most=True, web_logs=DUE):
        still = running.carry_out(site.engine, run.run, sources=_with(pause_in_the_third))
    assert still.is_paused
    assert 0 < site.count("web_logs", DUE) < run.due
    with site.loses(), pytest.raises(Conflict, match="the fair is on"):
        disposal.carry_out(site.engine, run.run)
    with pytest.raises(Forbidden):
        site.engine.run(lambda tx: actions.resume(tx, run.run), actor=ENGINE)
    site.engine.run(lambda tx: actions.resume(tx, run.run), actor=APPROVES)
    with site.loses(web_logs=DUE):
        done = disposal.carry_out(site.engine, run.run)
    assert (done.state, done.disposed) == (State.DONE, run.due)
    assert done.executed_sha256 == done.preview_sha256


def test_only_a_run_under_way_can_be_paused(site: Site) -> None:
    run = site.approved("web-logs")
    with pytest.raises(Conflict, match="only one under way"):
        site.engine.run(lambda tx: actions.pause(tx, run.run, reason="no"))
    with pytest.raises(Conflict, match="not paused"):
        site.engine.run(lambda tx: actions.resume(tx, run.run), actor=APPROVES)


# The site is slow, or away ---------------------------------------------------------------


def test_a_site_that_answers_slowly_is_left_in_peace(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, seconds = site.approved("web-logs"), [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: seconds.append(seconds[-1] + 2) or seconds[-1])
    with site.loses(at_most=True, web_logs=DUE):
        still = disposal.carry_out(site.engine, run.run)
    assert still.is_paused
    assert "slowly" in still.paused_why
    assert site.count("web_logs", DUE) > 0


def test_too_many_failures_stop_a_run_and_one_does_not(site: Site) -> None:
    run = site.approved("web-logs")

    def away() -> None:
        raise Unavailable("listing-database cannot be reached")

    with site.loses():
        for _ in range(2):
            with pytest.raises(Unavailable):
                running.carry_out(site.engine, run.run, sources=_with(away))
        still = running.carry_out(site.engine, run.run, sources=_with(away))
    assert still.paused_why == "3 of 3 batches in listing-database failed"
    site.engine.run(lambda tx: actions.resume(tx, run.run), actor=APPROVES)
    with site.loses(web_logs=DUE):
        assert disposal.carry_out(site.engine, run.run).disposed == run.due


def test_a_full_disk_of_the_engine_stops_a_run_that_goes_on_later(site: Site) -> None:
    run = site.approved("web-logs")
    database = site.engine.database

    def quota(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    pages = sa.text("CREATE TABLE filler AS SELECT randomblob(4000) AS x")
    with database.begin() as connection:
        connection.execute(pages)
    sa.event.listen(database, "connect", quota)
    database.dispose()
    try:
        with site.loses(at_most=True, web_logs=DUE), pytest.raises(Unavailable):
            _fill_and_run(site, run)
    finally:
        sa.event.remove(database, "connect", quota)
        database.dispose()
    with database.begin() as connection:
        connection.execute(sa.text("DROP TABLE filler"))
    with site.loses(web_logs=DUE):
        done = disposal.carry_out(site.engine, run.run)
    assert (done.state, done.found_after) == (State.DONE, 0)


def _fill_and_run(site: Site, run: Run) -> None:
    """Leave the engine no free page, then let it run: its first event finds no room."""
    with site.engine.database.connect() as connection:
        for size in (60_000, 4_000, 500, 100):
            fill = sa.text(f"INSERT INTO filler SELECT randomblob({size})")
            for _ in range(2_000):
                try:
                    connection.execute(fill)
                    connection.commit()
                except sa.exc.OperationalError:
                    connection.rollback()
                    break
    disposal.carry_out(site.engine, run.run)


# The database restarts, the process dies --------------------------------------------------


@pytest.mark.slow
def test_connections_that_are_cut_cost_a_call_and_nothing_else(any_site: Site) -> None:
    if any_site.engine.settings.on_sqlite:
        pytest.skip("a file has no connection to cut")
    run, left = any_site.approved("web-logs"), [2, 5]
    calls = [0]

    def cut(_place: str, _done: int, _total: int) -> None:
        calls[0] += 1
        if left and calls[0] >= left[0]:
            left.pop(0)
            with any_site.engine.database.connect() as connection:
                connection.execute(
                    sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            any_site.engine.database.dispose()

    with any_site.loses(web_logs=DUE):
        for _ in range(4):
            try:
                done = disposal.carry_out(any_site.engine, run.run, progress=cut)
            except Unavailable:
                continue
            break
    assert (done.state, done.disposed, done.found_after) == (State.DONE, run.due, 0)


@pytest.mark.slow
def test_a_run_survives_kills(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ROWS", 10_000)
    columns = [item["name"] for item in sa.inspect(site.database).get_columns("web_logs")]
    values = {"id": "(SELECT max(id) FROM web_logs) + i", "seen_on": "'2026-01-05'"}
    chosen = ", ".join(values.get(name, f"one.{name}") for name in columns)
    site.change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"  # noqa: S608
        f" INSERT INTO web_logs SELECT {chosen}"
        " FROM n, (SELECT * FROM web_logs ORDER BY id LIMIT 1) AS one"
    )
    run = site.approved("web-logs")
    root = Path(site.engine.settings.root)
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "config.toml", root)
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root)]
    with site.loses(web_logs=DUE):
        for _ in range(3):
            process = subprocess.Popen(
                [*command, "retention", "run", run.run],
                stderr=subprocess.PIPE,
                env=child_environment(
                    {"PRIVACY_ENGINE_DATABASE_URL": site.engine.settings.database_url}
                ),
            )
            assert process.stderr is not None
            assert b"web_logs" in process.stderr.readline()
            process.kill()
            process.communicate()
        assert 0 < site.count("web_logs", DUE) < run.due
        done = disposal.carry_out(site.engine, run.run)
    assert (done.state, done.found_after, site.count("web_logs", DUE)) == (State.DONE, 0, 0)
    assert done.disposed is not None
    assert done.disposed <= run.due

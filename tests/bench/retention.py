"""A run of the retention schedule beside bare batched DELETE of the same rows in the same run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep

import sqlalchemy as sa

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.retention import actions, running
from privacy_engine.retention.register import Run
from privacy_engine.retention.sources import Source
from privacy_engine.transaction import Actor, Role, Transactions
from privacy_engine.workflow.steps.disposal_sources import SqlSource
from tests.bench import worlds
from tests.bench.table import Row
from tests.engines import make_engine
from tests.factories import visits_system

SERIES, SYSTEM = "web-logs", "listing-database"
LAST_DUE = "2026-08-22"
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
BARE_ROWS = 10_000  # as many as a batch of the engine's ever takes
PREPARES, APPROVES = Actor(Role.STAFF, "a1" * 16), Actor(Role.STAFF, "b2" * 16)


@dataclass(frozen=True)
class Measured:
    """Seconds for preview, run and bare deletes; the longest wait elsewhere; memory in MB."""

    preview: float
    run: float
    bare: float
    waited: float
    memory: float
    disposed: int


def sweep(folder: Path, size: float) -> list[Row]:
    """Measure one million expired rows of ten (PostgreSQL) and of five millions (SQLite)."""
    due = max(1_000, int(1_000_000 * size))
    with worlds.postgres() as server:
        on_postgres = _measure(
            folder / "pg", worlds.empty_database(server), due=due, rows=10 * due
        )
    path = folder / "site.db"
    path.touch()
    on_sqlite = _measure(folder / "lite", f"sqlite:///{path}", due=due, rows=5 * due)
    return [
        *_rows("PostgreSQL", on_postgres, due=due, of=10 * due, times=1.5),
        *_rows("SQLite", on_sqlite, due=due, of=5 * due, times=2.0)[1:],
    ]


def _rows(on: str, found: Measured, *, due: int, of: int, times: float) -> list[Row]:
    what = f"{due:,} expired of {of:,} rows on {on}"
    rate = f"{found.disposed / found.run:,.0f} rows/s"
    bare = f"{found.disposed / found.bare:,.0f} rows/s, bare batched DELETE"
    seconds, most = f"{found.preview:.1f} s", "10 s for each million"
    return [
        Row(
            f"preview of {what}",
            seconds,
            most,
            found.preview / (10 * due / 1_000_000),
            1,
            most=True,
            unit="x",
        ),
        Row(f"disposal of {what}", rate, bare, found.run / found.bare, times, most=True, unit="x"),
        Row(
            f"longest wait of another connection, {on}",
            f"{found.waited * 1_000:.0f} ms",
            "200 ms",
            found.waited / 0.2,
            1,
            most=True,
            unit="x",
        ),
        Row(
            f"memory of the process that ran it, {on}",
            f"{found.memory:.0f} MB",
            "200 MB",
            found.memory / 200,
            1,
            most=True,
            unit="x",
        ),
    ]


def _measure(folder: Path, url: str, *, due: int, rows: int) -> Measured:
    database = sa.create_engine(url, poolclass=sa.NullPool)
    for table in ("visits", "bare_visits"):
        _fill(database, table, rows=rows, every=rows // due)
    engine = make_engine(folder)
    system = visits_system(url)

    def sources(engine: Transactions, series: str) -> list[Source]:
        del series
        return [SqlSource(engine, system)]

    with clock.fixed(NOW):
        # With the same company as the run has: what another connection does costs both.
        _settle(database)
        with _other_connection(database, "bare_visits", rows=rows):
            bare = _timed(lambda: _delete_bare(database, due=due))
        began = perf_counter()
        found = actions.preview(engine, SERIES, sources=sources, actor=PREPARES)
        preview = perf_counter() - began
        _approve(engine, found.run)
        _settle(database)
        with _other_connection(database, "visits", rows=rows) as waited:
            began = perf_counter()
            done = running.carry_out(engine, found.run.run, sources=sources)
            run = perf_counter() - began
    assert done.disposed == due
    assert done.executed_sha256 == done.preview_sha256
    database.dispose()
    return Measured(preview, run, bare, max(waited), _peak_memory(), due)


def _fill(database: sa.Engine, table: str, *, rows: int, every: int) -> None:
    """Make a table of visits, in which each `every`th is past its time, spread evenly."""
    is_sqlite = database.dialect.name == "sqlite"
    day = "TEXT" if is_sqlite else "DATE"
    number = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"  # noqa: S608
        " SELECT i FROM n"
        if is_sqlite
        else f"SELECT i FROM generate_series(1, {rows}) AS n(i)"  # noqa: S608
    )
    old, young = ("'2026-01-02'", "'2026-11-02'")
    cast = "" if is_sqlite else "::date"
    values = (
        "i, 'account-' || (i % 50000), '/therapists/near/truckee?page=' || i,"
        f" (CASE WHEN i % {every} = 0 THEN {old} ELSE {young} END){cast}"
    )
    columns = f"id INTEGER PRIMARY KEY, account TEXT, path TEXT, seen_on {day}"
    if is_sqlite:  # as a site has it, which must be read while it is written
        with database.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with database.begin() as connection:
        for statement in (
            f"CREATE TABLE {table} ({columns})",
            f"INSERT INTO {table} SELECT {values} FROM ({number}) AS numbers",  # noqa: S608
            f"CREATE INDEX {table}_seen ON {table} (seen_on)",
        ):
            connection.execute(sa.text(statement))
    if not is_sqlite:
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM ANALYZE {table}")


def _settle(database: sa.Engine) -> None:
    """Let PostgreSQL write out what came before, which else is paid by whoever comes next."""
    if database.dialect.name == "postgresql":
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")


def _delete_bare(database: sa.Engine, *, due: int) -> None:
    """Delete the same rows in batches, each of them committed, and nothing else."""
    query = sa.text(
        "DELETE FROM bare_visits WHERE id IN (SELECT id FROM bare_visits WHERE seen_on <= :day"
        " AND id > :after ORDER BY id LIMIT :most) RETURNING id"
    )
    done, after = 0, 0
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        while True:
            values = {"day": LAST_DUE, "after": after, "most": BARE_ROWS}
            gone = connection.execute(query, values).scalars().all()
            connection.commit()
            if not gone:
                break
            done, after = done + len(gone), max(gone)
    assert done == due


def _approve(engine: Engine, run: Run) -> None:
    engine.run(
        lambda tx: actions.approve(tx, run.run, preview_sha256=run.preview_sha256), actor=APPROVES
    )


@contextmanager
def _other_connection(database: sa.Engine, table: str, *, rows: int) -> Iterator[list[float]]:
    """Change rows from a second connection all the while; yields how long each change waited."""
    waited, stop = [0.0], threading.Event()

    def change() -> None:
        number = 1
        change_one = sa.text(f"UPDATE {table} SET path = path WHERE id = :row")  # noqa: S608
        with database.connect() as connection:
            while not stop.is_set():
                number = number * 48_271 % 2_147_483_647
                row = 1 + number % rows
                began = perf_counter()
                _insist(connection, change_one, row)
                waited.append(perf_counter() - began)
                stop.wait(0.01)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield waited
    finally:
        stop.set()
        thread.join()


def _insist(connection: sa.Connection, change: sa.TextClause, row: int) -> None:
    """Change a row as soon as it is free.

    SQLite lets one write, and lets whoever waits sleep for a tenth of a second at a time: asked
    here each millisecond, so that the lock is measured and not the sleep.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    while True:
        try:
            connection.execute(change, {"row": row})
            connection.commit()
        except sa.exc.OperationalError:
            connection.rollback()
            sleep(0.001)
        else:
            return


def _timed(work: object) -> float:
    began = perf_counter()
    assert callable(work)
    work()
    return perf_counter() - began


def _peak_memory() -> float:
    """Return the most memory that this process ever held, in MB."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1_000

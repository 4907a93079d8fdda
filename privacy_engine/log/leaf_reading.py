"""Reads the leaves of the log in their order; a large log with every core of the machine."""

import multiprocessing
import os
from collections.abc import Generator, Iterator
from multiprocessing.connection import Connection

from sqlalchemy import text
from sqlmodel import Session

from privacy_engine import database
from privacy_engine.errors import Unavailable
from privacy_engine.log.leaf_pages import PAGE, Database, Leaves, read_pages, send_pages

# To start a process takes as long as reading about so many entries.
_ENTRIES_PER_PROCESS = 50_000
# Never a fork of this process: SQLite's locks do not survive one.
_processes = multiprocessing.get_context("spawn")


def read_leaves(session: Session, *, processes: int | None = None) -> Generator[Leaves]:
    """Yield the leaves of every entry, page by page; nothing follows a page with a gap.

    Memory does not grow with the log. On PostgreSQL every process reads the session's snapshot; on
    SQLite each has one of its own, and entries below this session's end never change.

    Args:
        session: a transaction of its own; PostgreSQL's must be repeatable read.
        processes: how many read; None: as many as this one may use cores, if the log is worth it.

    Raises:
        Unavailable: a process that read ended before its work, or the database did not answer it.
    """
    newest = session.execute(text("SELECT max(position) FROM log_entry")).scalar_one()
    end = 0 if newest is None else int(newest) + 1
    if processes is None:
        processes = min(len(os.sched_getaffinity(0)), end // _ENTRIES_PER_PROCESS)
    if processes > 1:
        pages = _read_apart(_place(session), end, processes)
    else:
        # The driver itself: what SQLAlchemy makes of a row takes longer than its hashes.
        pages = read_pages(session.connection().connection, 0, end)
    for leaves in pages:
        yield leaves
        if not leaves.hashes:
            return


def _place(session: Session) -> Database:
    url = session.connection().engine.url
    if database.on_sqlite(session):
        return Database(str(url.database))
    name = url.set(drivername="postgresql").render_as_string(hide_password=False)
    statement = text("SELECT pg_export_snapshot(), current_setting('search_path')")
    snapshot, search_path = session.execute(statement).one()
    return Database(name, snapshot, search_path)


def _read_apart(place: Database, end: int, processes: int) -> Iterator[Leaves]:
    """Yield the pages that so many processes read in turn."""
    pipes, workers = [], []
    try:
        for number in range(processes):
            here, there = _processes.Pipe()
            share = {"first": number * PAGE, "end": end, "step": processes * PAGE}
            worker = _processes.Process(
                target=send_pages, args=(there, place), kwargs=share, daemon=True
            )
            worker.start()
            there.close()
            pipes.append(here)
            workers.append(worker)
        for number in range(-(-end // PAGE)):
            yield _received(pipes[number % processes])
    finally:
        for pipe in pipes:
            pipe.close()
        for worker in workers:
            worker.kill()
            worker.join()


def _received(pipe: Connection) -> Leaves:
    try:
        answer: Leaves | str = pipe.recv()
    except (EOFError, OSError) as error:
        raise Unavailable("a process that read the log ended before its work") from error
    if isinstance(answer, str):
        raise Unavailable(f"the database did not give the whole log ({answer})")
    return answer

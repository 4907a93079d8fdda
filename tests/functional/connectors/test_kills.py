"""A call that dies in the middle, or loses its connection, leaves all of a person or nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from privacy_engine.connectors.protocol import Correction
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.connectors.sql.database import open_database
from privacy_engine.errors import EngineError
from privacy_engine.process import child_environment
from tests.functional.connectors.databases import execute, fill, snapshot
from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, MAYA, NOTE_MAP, NOTES, PEOPLE
from tests.functional.connectors.test_sql_connector import ORDER, connector

pytestmark = pytest.mark.functional
KEYS = {"clients": ("id",), "notes": ("id",)}
REPOSITORY = Path(__file__).parents[3]
MAP = CLIENT_MAP + NOTE_MAP
NEW = (Correction("clients", "name", "Maya Tallow-Reed"),)

# Stands in for a worker: it stops behind a statement, for as long as it is let. While somebody is
# deleted or corrected, only statements that change their rows count.
WORKER = """
import sys, time
from sqlalchemy import event
from privacy_engine.connectors.sql.database import open_database
from tests.functional.connectors.test_kills import MAP, calls, connector
url, action, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
seen = 0
def stop(connection, cursor, statement, parameters, context, many):
    global seen
    words = statement.replace('"', "").replace("`", "").split()
    target = words[{"DELETE": 2, "UPDATE": 1}.get(words[0], 0)]
    writes = words[0] in {"DELETE", "UPDATE"} and not target.startswith("pe_")
    counts = writes or action in {"locate", "copy"}
    seen += counts
    if counts and seen == at:
        print("here", flush=True)
        time.sleep(60)
event.listen(open_database(url), "after_cursor_execute", stop)
subject = connector(url, MAP)
calls(subject)[action]()
print("done", flush=True)
"""


def filled(url: str) -> None:
    execute(url, CLIENTS, NOTES)
    fill(url, {"clients": PEOPLE, "notes": [(1, 1, "a"), (2, 2, "b"), (3, 1, "c")]})


def killed(url: str, action: str, at: int) -> str:
    """Kill a worker behind its `at`-th change; return its last word."""
    environment = child_environment({"PYTHONPATH": str(REPOSITORY)})
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, url, action, str(at)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=REPOSITORY,
    )
    assert worker.stdout is not None
    said = worker.stdout.readline().strip()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    return said


@pytest.mark.slow
@pytest.mark.parametrize("action", ["delete", "correct"])
def test_a_worker_that_is_killed_leaves_everything_and_the_next_one_goes_on(
    database_url: str, action: str
) -> None:
    filled(database_url)
    before = snapshot(database_url, KEYS)
    for at in (1, 2):  # a correction tries first, on no row, whether it may
        assert killed(database_url, action, at) == "here"
        wait_for_locks(database_url)
        assert snapshot(database_url, KEYS) == before
    subject = connector(database_url, MAP)
    if action == "correct":
        assert subject.correct(MAYA, NEW).done
        return
    assert subject.delete(MAYA, ORDER).done
    after = snapshot(database_url, KEYS)
    assert {name: set(rows) for name, rows in after.items()} == {"clients": {2, 3}, "notes": {2}}
    assert after["clients"][2] == before["clients"][2]


@pytest.mark.slow
@pytest.mark.parametrize("action", ["locate", "copy"])
def test_a_worker_that_is_killed_while_it_reads_leaves_nothing_behind(
    database_url: str, action: str
) -> None:
    filled(database_url)
    before = snapshot(database_url, KEYS)
    read = calls(connector(database_url, MAP))[action]
    whole = read()
    for at in (3, 6):  # in the walk, and when rows are being fetched
        assert killed(database_url, action, at) == "here"
        wait_for_locks(database_url)
        assert snapshot(database_url, KEYS) == before, "no table of the walk either"
        assert read() == whole


def calls(subject: SqlConnector) -> dict[str, Callable[[], Any]]:
    """Return every call about client 1."""
    return {
        "locate": lambda: subject.locate(MAYA),
        "copy": lambda: list(subject.copy(MAYA)),
        "correct": lambda: subject.correct(MAYA, NEW),
        "delete": lambda: subject.delete(MAYA, ORDER),
    }


def wait_for_locks(url: str) -> None:
    """Wait until the server has noticed that the worker is gone, and let go of its locks."""
    for _ in range(100):
        try:
            execute(url, "UPDATE clients SET name = name WHERE id = 1")
        except sa.exc.SQLAlchemyError:
            time.sleep(0.1)
        else:
            return


def breaks_at(url: str, at: int, work) -> bool:
    """Break the connection before the `at`-th statement of a call; false when it sends fewer."""
    seen = 0

    def cut(connection, cursor, *_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            connection.connection.driver_connection.close()

    engine = open_database(url)
    event.listen(engine, "before_cursor_execute", cut)
    try:
        with suppress(EngineError):  # and nothing of the driver's own, which may hold values
            work()
    finally:
        event.remove(engine, "before_cursor_execute", cut)
    return seen >= at


@pytest.mark.parametrize("name", ["locate", "copy", "correct", "delete"])
def test_a_connection_that_is_lost_at_any_statement_leaves_everything(
    database_url: str, name: str
) -> None:
    filled(database_url)
    before = snapshot(database_url, KEYS)
    subject = connector(database_url, MAP)
    subject.locate(MAYA)
    for at in range(1, 200):
        if not breaks_at(database_url, at, calls(subject)[name]):
            break
        assert snapshot(database_url, KEYS) == before, f"before statement {at}"
    assert at > 5
    left = snapshot(database_url, KEYS)
    changed = [key for key, row in left["clients"].items() if row != before["clients"][key]]
    assert changed == ([1] if name == "correct" else [])
    assert set(left["clients"]) == ({2, 3} if name == "delete" else {1, 2, 3}), (
        "only the whole call counts"
    )

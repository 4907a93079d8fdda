"""Pages of leaf hashes, read through a bare driver: also what a process of its own does for them.

It imports neither SQLAlchemy nor SQLModel: loading those takes a process as long as reading some
hundred thousand entries.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from privacy_engine.log import merkle
from privacy_engine.log.findings import Finding
from privacy_engine.log.merkle import HASH_BYTES

PAGE = 4_096
_ENTRIES = (
    "SELECT log_entry.position, log_event.leaf, log_event.leaf_hash FROM log_entry"
    " LEFT JOIN log_event ON log_event.event_id = log_entry.event_id"
    " WHERE log_entry.position >= {start} AND log_entry.position < {end}"
    " ORDER BY log_entry.position"
)


@dataclass(frozen=True)
class Leaves:
    """The leaf hashes from position `start` on, end to end, and what was found about them."""

    start: int
    hashes: bytes
    finding: Finding

    def split(self) -> list[bytes]:
        """Return the hashes, 32 bytes each."""
        ends = range(HASH_BYTES, len(self.hashes) + 1, HASH_BYTES)
        return [self.hashes[end - HASH_BYTES : end] for end in ends]


@dataclass(frozen=True)
class Database:
    """Where another process reads what this transaction reads.

    `snapshot` and `search_path` are PostgreSQL's; both are empty for a SQLite file.
    """

    name: str = field(repr=False)
    snapshot: str = ""
    search_path: str = ""


def read_pages(connection: Any, first: int, end: int, *, step: int = PAGE) -> Iterator[Leaves]:
    """Yield a page at every `step` positions from `first` on, from a driver's connection."""
    for start in range(first, end, step):
        before = min(start + PAGE, end)
        with closing(connection.cursor()) as cursor:
            cursor.execute(_ENTRIES.format(start=start, end=before))
            rows = cursor.fetchall()
        yield _hashed(rows, start, before)


def _hashed(rows: Sequence[Any], start: int, end: int) -> Leaves:
    finding = Finding(checked=len(rows))
    if [row[0] for row in rows] != list(range(start, end)):
        finding.fault(f"positions from {start} on are not without a gap")
        return Leaves(start, b"", finding)
    found = [merkle.leaf_hash(row[1] or b"") for row in rows]
    if found != [row[2] for row in rows]:
        for (position, leaf, stored), digest in zip(rows, found, strict=True):
            if leaf is None:
                finding.fault(f"nothing stands at position {position}")
            elif bytes(stored) != digest:
                finding.fault(f"the entry at position {position} has another hash than stored")
    return Leaves(start, b"".join(found), finding)


def send_pages(pipe: Connection, database: Database, *, first: int, end: int, step: int) -> None:
    """Send the pages of `read_pages` into a pipe: the whole of a process's work.

    A database that does not answer is sent as the name of its error. The pipe holds about one
    page, and then its writer waits: no process runs far ahead.
    """
    try:
        with closing(_opened(database)) as connection:
            for leaves in read_pages(connection, first, end, step=step):
                pipe.send(leaves)
    except OSError:
        return  # nobody listens any more
    except Exception as error:  # noqa: BLE001  of two drivers; whoever asked says it
        pipe.send(type(error).__name__)


def _opened(database: Database) -> Any:
    if not database.snapshot:
        import sqlite3  # noqa: PLC0415  one of the two drivers

        # A file that is not there is an error, and not a new and empty log.
        name = f"{Path(database.name).absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(name, uri=True, isolation_level=None, timeout=60)
        connection.execute("BEGIN")
        return connection
    import psycopg  # noqa: PLC0415  one of the two drivers

    shared = psycopg.connect(database.name)
    try:
        shared.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        shared.execute(f"SET TRANSACTION SNAPSHOT '{database.snapshot}'".encode())
        shared.execute("SELECT set_config('search_path', %s, true)", [database.search_path])
    except psycopg.Error:  # whoever lent the snapshot is gone
        shared.close()
        raise
    return shared

"""A large log is read by several processes at once: they find what one finds."""

from hashlib import sha256
from multiprocessing import Pipe

import psycopg
import pytest
from sqlalchemy import text

from privacy_engine import clock
from privacy_engine.database import on_sqlite
from privacy_engine.errors import Unavailable
from privacy_engine.identifiers import ulid
from privacy_engine.log import bulk, leaf_pages, leaf_reading, merkle, sealing, tree_verification
from privacy_engine.log.sealing import Leaf
from privacy_engine.log.tables import APPEND_ONLY, LogEventRow, LogPendingRow

ENTRIES = 2 * leaf_pages.PAGE + 100
PLACE = leaf_pages.PAGE + 7


@pytest.fixture
def filled(any_engine):
    """A log of three pages, whose tables let themselves be spoiled."""
    now = clock.now()
    events = []
    for number in range(ENTRIES):
        chance = sha256(b"%d" % number).digest()
        leaf = Leaf((chance,) * 3, chance[:16], "consent.given", chance[16:], now).entry()
        head = (ulid(now), "consent.given", "listing-site", now)
        events.append((*head, leaf, merkle.leaf_hash(leaf), b"sealed", chance))

    def accept(tx):
        bulk.insert_rows(tx.session, LogEventRow, bulk.Rows(sealing.EVENT_COLUMNS, events))
        waiting = bulk.Rows(("event_id",), [row[:1] for row in events])
        bulk.insert_rows(tx.session, LogPendingRow, waiting)

    any_engine.run(accept)
    any_engine.sequence()
    return any_engine


def spoil(engine, statement):
    """Change the log as somebody who owns the database can."""
    with engine.transaction() as tx:
        for table in APPEND_ONLY:
            if on_sqlite(tx.session):
                for verb in ("update", "delete"):
                    tx.session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
            else:
                tx.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        tx.session.execute(text(statement), {"place": PLACE})


def found(engine, *, processes):
    with engine.reading() as tx:
        return tree_verification.verify_tree(
            tx.session, engine.ring, engine.settings.origin, processes=processes
        )


def test_two_processes_find_a_whole_log_whole(filled):
    statements = found(filled, processes=2)
    assert [one.outcome for one in statements] == ["holds"] * 4
    with filled.reading() as tx:
        assert statements[2].why == f"{tx.head().size:,} entries"
    assert statements == found(filled, processes=1)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            "UPDATE log_event SET leaf_hash = leaf WHERE event_id ="
            " (SELECT event_id FROM log_entry WHERE position = :place)",
            f"the entry at position {PLACE} has another hash than stored",
        ),
        (
            "DELETE FROM log_entry WHERE position = :place",
            f"positions from {leaf_pages.PAGE} on are not without a gap",
        ),
    ],
    ids=["hash", "gap"],
)
def test_two_processes_say_the_fault_that_one_says(filled, statement, why):
    spoil(filled, statement)
    statements = found(filled, processes=2)
    assert statements[2].why.startswith(why)
    assert statements == found(filled, processes=1)


def test_a_process_that_is_lost_is_not_a_log_that_holds(filled, monkeypatch):
    elsewhere = leaf_pages.Database("/nowhere/privacy-engine.db")
    monkeypatch.setattr(leaf_reading, "_place", lambda _: elsewhere)
    with pytest.raises(Unavailable, match=r"did not give the whole log \(OperationalError\)"):
        found(filled, processes=2)


def test_a_reader_whose_snapshot_is_gone_leaves_no_connection_open(postgres_database, monkeypatch):
    plain = postgres_database.replace("postgresql+psycopg://", "postgresql://")
    opened = []

    def connect(url):
        opened.append(real(url))
        return opened[-1]

    real = psycopg.connect
    monkeypatch.setattr(psycopg, "connect", connect)
    here, there = Pipe()
    with here, there:
        gone = leaf_pages.Database(plain, "00000003-00000001-1", "public")
        leaf_pages.send_pages(there, gone, first=0, end=1, step=1)
        assert here.recv() in {"InvalidParameterValue", "UndefinedObject"}  # as its version says
    assert [one.closed for one in opened] == [True]

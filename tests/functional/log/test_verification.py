"""`log verify`: what was stored is found whole, and every spoiled byte is found."""

import sqlite3
from contextlib import contextmanager
from datetime import timedelta

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from privacy_engine import clock, migrations
from privacy_engine.log import verification
from privacy_engine.log.findings import Outcome
from privacy_engine.log.tables import APPEND_ONLY
from tests.engines import make_engine
from tests.functional.log import story

# Every column whose bytes the log answers for. Times of signing are for people to read: the signed
# text holds none, a witness's does, and nothing is decided by them.
COVERED = (
    ("log_event", "event_id"),
    ("log_event", "kind"),
    ("log_event", "site"),
    ("log_event", "recorded_at"),
    ("log_event", "leaf"),
    ("log_event", "leaf_hash"),
    ("log_event", "envelope"),
    ("log_event", "dedupe_key"),
    ("log_entry", "position"),
    ("log_entry", "event_id"),
    ("log_tile", "level"),
    ("log_tile", "number"),
    ("log_tile", "hashes"),
    ("log_tally", "kind"),
    ("log_tally", "site"),
    ("log_tally", "count"),
    ("log_checkpoint", "size"),
    ("log_checkpoint", "note"),
    ("sealed_part", "event_id"),
    ("sealed_part", "scope"),
    ("sealed_part", "key_id"),
    ("sealed_part", "sealed"),
    ("sealed_part", "content_mac"),
    ("vault_key", "key_id"),
    ("vault_key", "epoch"),
    ("vault_key", "wrapped"),
    ("vault_key", "owner"),
    ("vault_key", "scope"),
    ("vault_alias", "kind"),
    ("vault_alias", "hash"),
    ("vault_alias", "subject_id"),
    ("vault_alias", "claimed"),
    ("vault_site", "subject_id"),
    ("vault_site", "site"),
    ("vault_suppression", "hash"),
    ("vault_suppression", "action"),
    ("vault_erasure_notice", "hash"),
    ("vault_erasure_notice", "site"),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """One told SQLite database whose triggers are gone, and its bytes to go back to."""
    root = tmp_path_factory.mktemp("spoiled")
    engine = make_engine(root)
    story.give_register(engine)
    told = story.tell(engine)
    story.erase(engine, told.otto)
    with engine.transaction() as tx:
        tx.destroy_rescan_key(story.CASE)
        tx.append("site.added", {"name": "waits for its position"})
    path = engine.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as raw:
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                raw.execute(f"DROP TRIGGER {table}_no_{verb}")
    pristine = sqlite3.connect(":memory:")
    raw.backup(pristine)
    raw.close()
    yield engine, path, pristine
    pristine.close()
    engine.close()


@contextmanager
def opened(path, pristine):
    """The database to spoil; afterwards it is as it was."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield raw
    finally:
        pristine.backup(raw)
        raw.close()


def spoiled(value, at, bit):
    if isinstance(value, int):
        return value ^ (1 << (bit % 4))
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    raw[at % len(raw)] ^= 1 << bit
    if isinstance(value, str):
        return bytes(raw).decode("latin-1")
    return bytes(raw)


@pytest.mark.parametrize(("table", "column"), COVERED)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 10_000), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(database, table, column, *, which, at, bit):
    engine, path, pristine = database
    with opened(path, pristine) as raw:
        rows = raw.execute(
            f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY rowid"  # noqa: S608
        ).fetchall()
        rowid, before = rows[which % len(rows)]
        change = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608
        try:
            raw.execute(change, (spoiled(before, at, bit), rowid))
        except sqlite3.IntegrityError:
            return  # the database itself refuses it
        assert story.failing(engine), "a spoiled value was not found"


def test_no_flipped_bit_of_what_names_an_entry_ends_the_search(database):
    engine, path, pristine = database
    query = (
        "SELECT log_event.rowid, leaf FROM log_event JOIN sealed_part USING (event_id)"
        " WHERE scope = 'person' ORDER BY log_event.rowid"
    )
    with opened(path, pristine) as raw:
        rowid, before = raw.execute(query).fetchone()
    begin = before.index(b'"i"')
    for at in range(begin, begin + 30):
        with opened(path, pristine) as raw:
            flipped = spoiled(before, at, 4)
            raw.execute("UPDATE log_event SET leaf = ? WHERE rowid = ?", (flipped, rowid))
            assert story.failing(engine), at


TREE = [
    *[("log_event", "leaf"), ("log_event", "leaf_hash"), ("log_entry", "position")],
    *[("log_entry", "event_id"), ("log_tile", "hashes"), ("log_checkpoint", "note")],
]


@pytest.mark.parametrize(("table", "column"), TREE)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 10_000), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_the_tree_alone_finds_what_was_flipped_in_it(database, table, column, *, which, at, bit):
    engine, path, pristine = database
    assert not story.failing_tree(engine)
    with opened(path, pristine) as raw:
        query = f"SELECT rowid, {column} FROM {table} ORDER BY rowid"  # noqa: S608
        rows = raw.execute(query).fetchall()
        if table == "log_event":  # what waits for its position is in no tree yet
            rows = rows[:-1]
        rowid, before = rows[which % len(rows)]
        change = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608
        try:
            raw.execute(change, (spoiled(before, at, bit), rowid))
        except sqlite3.IntegrityError:
            return  # the database itself refuses it
        assert story.failing_tree(engine), "a spoiled value was not found"


@pytest.mark.parametrize(
    "table", ["log_event", "log_entry", "log_tile", "log_tally", "sealed_part", "log_pending"]
)
def test_any_deleted_row_is_found(database, table):
    engine, path, pristine = database
    rowids = [row[0] for row in pristine.execute(f"SELECT rowid FROM {table}")]  # noqa: S608
    assert rowids
    for rowid in rowids:
        with opened(path, pristine) as raw:
            raw.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608
            assert story.failing(engine), f"row {rowid} of {table}"
    assert not story.failing(engine)


def test_a_whole_log_holds_and_says_what_it_counted(told):
    engine, _ = told
    found = {one.number: one for one in story.statements(engine)}
    assert [one.outcome for one in found.values()] == [Outcome.HOLDS] * 10
    assert found[1].why.endswith("9 entries")
    assert found[7].why == "0 parts were destroyed"
    assert found[9].why == "0 wait"


def test_an_erasure_leaves_a_log_that_verifies(told):
    engine, ids = told
    story.erase(engine, ids.maya)
    with engine.transaction() as tx:
        assert tx.destroy_rescan_key(story.CASE) == 1
    engine.sequence()
    assert not story.failing(engine)
    with engine.reading() as tx:
        message = tx.event(ids.message)
        assert message.subject_id is None
        assert "text" not in message.data


def test_a_part_deleted_without_record_is_found(told):
    engine, ids = told
    with engine.transaction() as tx:
        tx.session.execute(
            text("DELETE FROM sealed_part WHERE event_id = :event"), {"event": ids.message}
        )
    assert story.failing(engine) == {7: "1 parts are gone, and the log records that of 0"}


def test_rows_from_before_there_were_seals_get_theirs_with_the_upgrade(told):
    engine, _ = told
    config = migrations._config()
    with engine.database.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        with connection.begin():
            command.downgrade(config, "0001")
    engine.prepare()
    assert not story.failing(engine)
    with engine.transaction() as tx:
        tx.session.execute(text("UPDATE vault_alias SET seal = NULL"))
    engine.prepare()
    assert "vault_alias" in story.failing(engine)[10]


@pytest.mark.parametrize("column", ["leaf", "leaf_hash", "envelope", "dedupe_key"])
def test_spoiled_bytes_are_found_on_postgresql(engine_on_postgres, column):
    engine = engine_on_postgres
    story.give_register(engine)
    told = story.tell(engine)
    with engine.database.begin() as connection:
        connection.execute(text("ALTER TABLE log_event DISABLE TRIGGER USER"))
        connection.execute(
            text(
                f"UPDATE log_event SET {column} = set_byte({column}, 7, "  # noqa: S608
                f"get_byte({column}, 7) # 1) WHERE event_id = :event"
            ),
            {"event": told.message},
        )
    assert story.failing(engine)


def test_the_database_itself_refuses_to_change_the_log(told):
    engine, _ = told
    for table in APPEND_ONLY:
        with pytest.raises(Exception, match="append-only"), engine.database.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608


def test_what_waits_too_long_is_said(engine):
    story.give_register(engine)
    with engine.transaction() as tx:
        tx.append("site.added", {"name": "late"})
    later = clock.now() + timedelta(minutes=25)
    with engine.reading() as tx:
        found = verification.verify(tx.session, engine.ring, engine.settings.origin, now=later)
    assert found[8].outcome is Outcome.FAILS
    assert "has waited 25 minutes" in found[8].why


def test_an_empty_log_is_not_checked_rather_than_praised(engine):
    found = {one.number: one.outcome for one in story.statements(engine)}
    assert found[1] is Outcome.NOT_CHECKED
    assert found[9] is Outcome.HOLDS


def test_a_checkpoint_of_another_key_is_found(told_on_sqlite, tmp_path):
    engine, _ = told_on_sqlite
    other = make_engine(tmp_path / "other")
    with engine.reading() as tx:
        found = verification.verify(tx.session, other.ring, engine.settings.origin, now=tx.now)
    other.close()
    assert found[0].outcome is Outcome.FAILS
    assert found[4].outcome is Outcome.FAILS

"""What a deletion leaves when it fails, what is copied and corrected, what a test finds."""

import sqlite3
import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import (
    Correction,
    DeleteOrder,
    Identifiers,
    SearchedTwice,
    Severity,
    Verdict,
    verdict,
)
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.errors import Conflict, InvalidInput, Unavailable
from privacy_engine.instance.data_map import System, parse
from privacy_engine.sample_site import create
from tests.functional.connectors.databases import Snapshot, execute, fill, whole
from tests.functional.connectors.graphs import (
    ANONYMOUS_MAP,
    CLIENT_MAP,
    CLIENTS,
    MAYA,
    NOTE_MAP,
    NOTES,
    PEOPLE,
    SHARED,
    SHARED_MAP,
)

REPOSITORY = Path(__file__).parents[3]
ORDER = DeleteOrder(date(2026, 11, 22), b"k" * 32)
MAYA_OF_THE_SITE = Identifiers(emails=("maya.tallow@example.org",), accounts=("1",))


def connector(url: str, tables: str) -> SqlConnector:
    head = '[[systems]]\ncode = "site"\nconnector = "sql"\nurl = "sqlite:///x"\n'
    found, faults = parse("data-map.toml", head + tables)
    assert not faults
    return SqlConnector(found.systems[0], url=url)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "var" / "sample-site" / "site.db"
    create(path)
    return path


@pytest.fixture
def system() -> System:
    path = REPOSITORY / "policies" / "data-map.toml"
    return parse(path, path.read_text(encoding="utf-8"))[0].system("listing-database")


@pytest.mark.functional
def test_a_failure_in_the_middle_leaves_everything(database_url: str):
    execute(
        database_url,
        # The database refuses the hash, after other rows were changed already.
        CLIENTS.replace("email VARCHAR(80)", "email VARCHAR(80) CHECK (LENGTH(email) < 30)"),
        NOTES,
    )
    fill(database_url, {"clients": PEOPLE, "notes": [(1, 1, "a"), (2, 2, "b")]})
    before = whole(database_url)
    notes = NOTE_MAP.replace('"clients" }', '"clients", on_delete = "unlink" }')
    subject = connector(database_url, ANONYMOUS_MAP + notes)
    for order in (DeleteOrder(ORDER.on, ORDER.hash_key, dry_run=True), ORDER):
        with pytest.raises(Conflict) as refused:
            subject.delete(MAYA, order)
        assert "tallow" not in str(refused.value).lower()
        assert whole(database_url) == before


REFUSING = {
    "sqlite": ["CREATE TRIGGER no BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'Maya'); END"],
    "mysql": [
        "CREATE TRIGGER no BEFORE DELETE ON notes FOR EACH ROW"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Maya'"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '%%', 'Maya'; END $$",
        "CREATE TRIGGER no BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


@pytest.mark.functional
def test_a_trigger_that_refuses_is_met_in_the_dry_run(database_url: str):
    kind = sa.make_url(database_url).get_backend_name()
    execute(database_url, CLIENTS, NOTES, *REFUSING[kind])
    fill(database_url, {"clients": PEOPLE, "notes": [(1, 1, "a"), (2, 2, "b")]})
    before = whole(database_url)
    subject = connector(database_url, CLIENT_MAP + NOTE_MAP)
    for order in (DeleteOrder(ORDER.on, ORDER.hash_key, dry_run=True), ORDER):
        with pytest.raises(Conflict, match="site refused") as refused:
            subject.delete(MAYA, order)
        assert "Maya" not in refused.value.detail
        assert whole(database_url) == before


@pytest.mark.functional
def test_a_trigger_that_swallows_a_deletion_is_noticed(tmp_path: Path):
    path = tmp_path / "site.db"
    path.touch()
    url = f"sqlite:///{path}"
    swallow = "CREATE TRIGGER stay BEFORE DELETE ON clients BEGIN SELECT RAISE(IGNORE); END"
    execute(url, CLIENTS, NOTES, swallow)
    fill(url, {"clients": PEOPLE, "notes": [(1, 1, "a")]})
    before = whole(url)
    with pytest.raises(Conflict, match="stayed as they were"):
        connector(url, CLIENT_MAP + NOTE_MAP).delete(MAYA, ORDER)
    assert whole(url) == before


@pytest.mark.functional
def test_ten_thousand_rows_at_full_speed(database_url: str):
    execute(database_url, CLIENTS, NOTES, "CREATE INDEX by_client ON notes (client_id)")
    rows = [(at, 1 if at <= 10_001 else 2, "x" * 50) for at in range(1, 20_001)]
    fill(database_url, {"clients": PEOPLE, "notes": rows})
    before = whole(database_url)
    told: list[tuple[str, int, int]] = []
    started = time.perf_counter()
    done = connector(database_url, CLIENT_MAP + NOTE_MAP).delete(
        MAYA, ORDER, progress=lambda *step: told.append(step)
    )
    assert time.perf_counter() - started < 10
    assert {item.table: item.count for item in done.removed} == {"clients": 1, "notes": 10_001}
    assert told == [("notes", 10_001, 10_001), ("clients", 1, 1)]
    assert whole(database_url) == without_maya(before)


@pytest.mark.functional
def test_a_very_large_subject_goes_in_steps_that_are_told(tmp_path: Path):
    path = tmp_path / "site.db"
    path.touch()
    url = f"sqlite:///{path}"
    execute(url, CLIENTS, NOTES, "CREATE INDEX by_client ON notes (client_id)")
    rows = [(at, 1 if at <= 50_000 else 2, "x") for at in range(1, 50_011)]
    fill(url, {"clients": PEOPLE, "notes": rows})
    before = whole(url)
    told: list[tuple[str, int, int]] = []
    connector(url, CLIENT_MAP + NOTE_MAP).delete(
        MAYA, ORDER, progress=lambda *step: told.append(step)
    )
    assert [done for table, done, _ in told if table == "notes"] == [20_000, 40_000, 50_000]
    assert whole(url) == without_maya(before)


def without_maya(before: Snapshot) -> Snapshot:
    """Return what is left when client 1 and her notes are gone and nothing else changed."""
    return {
        "clients": {key: row for key, row in before["clients"].items() if key != 1},
        "notes": {key: row for key, row in before["notes"].items() if row["client_id"] != 1},
    }


@pytest.mark.functional
def test_a_copy_shows_the_persons_part_only(database_url: str):
    execute(database_url, *SHARED)
    fill(
        database_url,
        {
            "clients": PEOPLE,
            "messages": [
                (1, 1, "maya@tallow.example", "ana@therapy.example", "hello", "welcome"),
                (2, 2, "otto@fern.example", "ana@therapy.example", "hi", "hi Otto"),
            ],
        },
    )
    copied = list(connector(database_url, SHARED_MAP).copy(MAYA))
    assert [(record.table, dict(record.values)) for record in copied] == [
        ("clients", {"email": "maya@tallow.example", "name": "Maya Tallow"}),
        (
            "messages",
            {
                "client_id": 1,
                "from_email": "maya@tallow.example",
                "to_email": None,
                "body": "hello",
                "reply": None,
            },
        ),
    ]


@pytest.mark.functional
def test_a_correction_changes_the_persons_rows_only(database_url: str):
    execute(database_url, CLIENTS)
    fill(database_url, {"clients": PEOPLE})
    before = whole(database_url)
    subject = connector(database_url, CLIENT_MAP)
    done = subject.correct(MAYA, (Correction("clients", "name", "Maya Tallow-Reed"),))
    assert done.done
    renamed = {**before["clients"][1], "name": "Maya Tallow-Reed"}
    assert whole(database_url) == {"clients": before["clients"] | {1: renamed}}
    for wrong in (Correction("clients", "id", 7), Correction("lost", "name", "x")):
        with pytest.raises(InvalidInput):
            subject.correct(MAYA, (wrong,))


@pytest.mark.functional
def test_the_map_is_compared_with_the_live_schema(database_url: str):
    execute(
        database_url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL,"
        " name VARCHAR(10) UNIQUE, phone VARCHAR(20))",
        "CREATE TABLE forgotten (id INTEGER PRIMARY KEY, client_id INTEGER,"
        " FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE)",
    )
    text = ANONYMOUS_MAP.replace("keyed_hash", "null")
    found = {(item.severity, item.message) for item in connector(database_url, text).test()}
    assert {message for severity, message in found if severity is Severity.FAULT} == {
        "table forgotten refers to mapped rows, but the data map does not name it",
        "clients.email cannot be empty, but its rule empties it",
        "clients.name is unique, but its rule gives rows the same value",
        "clients.name is too short for the hash that its rule leaves",
    }
    warnings = {message for severity, message in found if severity is Severity.WARNING}
    assert "table forgotten is not in the data map: map it, or list it in not_personal" in warnings
    assert any("clients.phone is not declared" in message for message in warnings)
    assert any("no index on" in message for severity, message in found if severity == "slow")


@pytest.mark.functional
def test_what_the_map_names_and_the_schema_lacks(database_url: str):
    execute(database_url, "CREATE TABLE clients (id INTEGER PRIMARY KEY, name VARCHAR(80))")
    subject = connector(database_url, CLIENT_MAP + NOTE_MAP)
    assert {item.message for item in subject.test()} == {
        "clients.email does not exist",
        "table notes does not exist",
    }
    with pytest.raises(Conflict, match=r"clients|notes"):
        subject.locate(MAYA)


@pytest.mark.functional
def test_a_key_that_does_not_tell_rows_apart_is_refused(database_url: str):
    execute(database_url, "CREATE TABLE clients (id INTEGER, email VARCHAR(80), name VARCHAR(80))")
    fill(database_url, {"clients": PEOPLE})
    with pytest.raises(Conflict, match="does not tell its rows apart"):
        connector(database_url, CLIENT_MAP).delete(MAYA, ORDER)


@pytest.mark.functional
def test_the_sample_sites_schema_fits_the_reference_map(site: Path, system: System):
    findings = SqlConnector(system, url=f"sqlite:///{site}").test()
    assert {item.severity for item in findings} == {Severity.SLOW}
    assert {item.column for item in findings} == {"phone"}, "the rest is indexed"


@pytest.mark.functional
def test_a_client_of_the_sample_site_goes_and_nobody_else_loses_anything(
    site: Path, system: System
):
    url = f"sqlite:///{site}"
    before = whole(url)
    subject = SqlConnector(system, url=url)
    found = subject.locate(MAYA_OF_THE_SITE)
    done = subject.delete(MAYA_OF_THE_SITE, ORDER)
    after = whole(url)

    text = site.read_bytes()
    assert b"maya.tallow" not in text.lower(), "not even in freed pages"
    billed = [row["billed_to"] for row in after["invoices"].values()]
    assert billed.count("Maya Tallow") == 2, "kept on a ground"
    changed = {
        (name, key)
        for name, rows in after.items()
        for key, row in rows.items()
        if row != before[name][key]
    }
    mine = {
        (name, key)
        for name, rows in before.items()
        for key, row in rows.items()
        if row.get("client_id") == 1
    }
    referred = {
        ("clients", key) for key, row in before["clients"].items() if row["referred_by"] == 1
    }
    assert changed <= mine | referred
    for name, key in referred:
        assert {**before[name][key], "referred_by": None} == after[name][key]
    assert done.done
    (ground,) = done.retained
    assert (ground.table, ground.count, ground.until.year) == ("invoices", 2, 2033)

    again = subject.locate(MAYA_OF_THE_SITE)
    counts = SearchedTwice(
        before={item.table: item.count for item in (*found.counts, *found.shared)},
        removed={item.table: item.count for item in done.removed},
        retained={item.table: item.count for item in done.retained},
        after={item.table: item.count for item in (*again.counts, *again.shared)},
    )
    assert verdict(counts, searchable=True) is Verdict.ERASED


@pytest.mark.functional
def test_the_child_who_wrote_by_the_contact_form(site: Path, system: System):
    url = f"sqlite:///{site}"
    robin = Identifiers(emails=("robin.alder@example.org",))
    before, subject = whole(url), SqlConnector(system, url=url)
    assert subject.locate(robin).found == 1
    assert subject.delete(robin, ORDER).done
    assert subject.locate(robin).found == 0
    ((wrote, _),) = [item for item in before["messages"].items() if "Robin" in str(item)]
    after, messages = whole(url), dict(before["messages"])
    messages[wrote] = after["messages"][wrote]
    assert after == before | {"messages": messages}, "nobody else was touched"
    assert b"Robin" not in site.read_bytes()


@pytest.mark.functional
def test_a_password_is_named_and_never_shown(site: Path, system: System):
    subject = SqlConnector(system, url=f"sqlite:///{site}")
    (account,) = [item for item in subject.copy(MAYA_OF_THE_SITE) if item.table == "clients"]
    assert account.withheld == ("password_hash",)
    assert "password_hash" not in account.values
    shown = {name for row in subject.locate(MAYA_OF_THE_SITE).sample for name, _ in row.values}
    assert "password_hash" not in shown


def test_a_missing_file_is_not_made(tmp_path: Path, system: System):
    subject = SqlConnector(system, url="sqlite:///lost.db", root=tmp_path)
    with pytest.raises(Unavailable, match=r"lost\.db does not exist"):
        subject.locate(MAYA)
    assert subject.test()[0].severity is Severity.FAULT
    assert not (tmp_path / "lost.db").exists()


def test_nobody_is_searched_for_by_nothing(site: Path, system: System):
    subject = SqlConnector(system, url=f"sqlite:///{site}")
    with pytest.raises(InvalidInput):
        subject.locate(Identifiers())
    with pytest.raises(InvalidInput):
        subject.delete(MAYA, DeleteOrder(ORDER.on, b"short"))


def test_a_server_that_is_down_is_unavailable(system: System):
    subject = SqlConnector(system, url="postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(Unavailable) as refused:
        subject.locate(MAYA)
    assert "secret" not in str(refused.value)


def test_two_sample_sites_are_the_same(tmp_path: Path):
    for name in ("a.db", "b.db"):
        create(tmp_path / name)
    one, two = (whole(f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    assert one == two
    with pytest.raises(Conflict):
        create(tmp_path / "a.db")


@pytest.mark.functional
def test_the_write_ahead_log_forgets_too(site: Path, system: System, tmp_path: Path):
    url = f"sqlite:///{site}"
    execute(url, "PRAGMA journal_mode=WAL")
    with sqlite3.connect(site) as open_all_the_while:
        assert open_all_the_while.execute("SELECT count(*) FROM clients").fetchone() == (28,)
        SqlConnector(system, url=url).delete(MAYA_OF_THE_SITE, ORDER)
        left = site.read_bytes() + site.with_name("site.db-wal").read_bytes()
    open_all_the_while.close()
    assert b"maya.tallow" not in left.lower()
    create(tmp_path / "plain.db")
    plain = f"sqlite:///{tmp_path / 'plain.db'}"
    SqlConnector(system, url=plain).delete(MAYA_OF_THE_SITE, ORDER)
    assert whole(url) == whole(plain)


@pytest.mark.functional
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_forgotten_schema_cannot_be_hit_either(database_url: str):
    execute(
        database_url,
        CLIENTS,
        "CREATE SCHEMA crm",
        "CREATE TABLE crm.cards (id INTEGER PRIMARY KEY,"
        " client_id INTEGER REFERENCES clients (id) ON DELETE SET NULL)",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'Maya')",
        "INSERT INTO crm.cards VALUES (7, 1)",
    )
    before = whole(database_url)
    subject = connector(database_url, CLIENT_MAP)
    done = subject.delete(MAYA, ORDER)
    assert [(item.table, item.count) for item in done.needs_decision] == [
        ("crm.cards", 1),
        ("clients", 1),
    ]
    assert not done.removed
    assert whole(database_url) == before
    assert subject.test()[0].message.startswith("table crm.cards refers to mapped rows")

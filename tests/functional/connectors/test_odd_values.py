"""Sites write into their columns what they like; nobody is missed, and nothing lost, for that."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import (
    Correction,
    DeleteOrder,
    Identifiers,
    Severity,
)
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.connectors.sql.database import told_apart
from privacy_engine.connectors.sql.draft import draft
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import parse
from tests.functional.connectors.databases import execute
from tests.functional.connectors.graphs import CLIENT_MAP, MAYA

ORDER = DeleteOrder(date(2026, 11, 22), b"k" * 32)
CLIENTS = "CREATE TABLE clients (id INTEGER PRIMARY KEY, email {}, name VARCHAR(80))"
INVOICES = """
[systems.tables.invoices]
series = "invoices"
key = ["id"]
identities = { email = "email" }
on_delete = "keep"
keep = { ground = "legal_obligation", citation = "26 USC 6501", period = "P7Y", trigger = "at" }
"""


def connector(url: str, tables: str) -> SqlConnector:
    head = '[[systems]]\ncode = "site"\nconnector = "sql"\nurl = "sqlite:///x"\n'
    found, faults = parse("data-map.toml", head + tables)
    assert not faults
    return SqlConnector(found.systems[0], url=url)


def kind_of(url: str) -> str:
    return sa.make_url(url).get_backend_name()


def rows_of(url: str, tables: list[str]) -> dict[str, dict[Any, tuple[Any, ...]]]:
    """Return every row as the driver gives it, by its first column."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == set(tables)
        every = {name: sa.select(sa.text("*")).select_from(sa.table(name)) for name in tables}
        listed = {name: connection.execute(query) for name, query in every.items()}
        return {name: {row[0]: tuple(row) for row in rows} for name, rows in listed.items()}


def deleted(url: str, tables: str, who: Identifiers = MAYA) -> dict[str, set[Any]]:
    """Delete a person; return the keys of what went, and see that all else is as it was."""
    subject = connector(url, tables)
    names = [table.name for table in subject.system.tables]
    before = rows_of(url, names)
    subject.delete(who, ORDER)
    after = rows_of(url, names)
    gone = {name: set(before[name]) - set(after[name]) for name in names}
    assert after == {
        name: {key: row for key, row in rows.items() if key not in gone[name]}
        for name, rows in before.items()
    }
    assert not [item for item in subject.locate(who).counts if item.table != "invoices"]
    return gone


def only(database_url: str, kind: str, why: str) -> None:
    """Skip a test of what one kind of database alone has."""
    if kind_of(database_url) != kind:
        pytest.skip(why)


@pytest.mark.functional
def test_blanks_and_line_ends_around_an_address(database_url: str):
    execute(database_url, CLIENTS.format("VARCHAR(80)"))
    written = ["Maya@Tallow.example ", " maya@tallow.example", "maya@tallow.example\r\n"]
    others = ["maya@tallow.example.org ", "x maya@tallow.example", "a-maya@tallow.example "]
    insert = sa.text("INSERT INTO clients (id, email) VALUES (:id, :email)")
    with sa.create_engine(database_url, poolclass=sa.NullPool).begin() as connection:
        for number, email in enumerate([*written, *others], start=1):
            connection.execute(insert, {"id": number, "email": email})
    assert deleted(database_url, CLIENT_MAP) == {"clients": {1, 2, 3}}


@pytest.mark.functional
def test_letters_beyond_english_however_they_are_kept(database_url: str):
    alphabets = ["latin1", "ucs2", "utf8mb4"] if kind_of(database_url) == "mysql" else [""]
    who = Identifiers(emails=("müller@tallow.example",))
    written = ["müller@tallow.example", "MÜLLER@Tallow.example", "Müller@tallow.example"]
    others = ["muller@tallow.example", "mueller@tallow.example"]
    insert = sa.text("INSERT INTO clients (id, email) VALUES (:id, :email)")
    for alphabet in alphabets:
        kept = f"VARCHAR(80) CHARACTER SET {alphabet}" if alphabet else "VARCHAR(80)"
        execute(database_url, "DROP TABLE IF EXISTS clients", CLIENTS.format(kept))
        with sa.create_engine(database_url, poolclass=sa.NullPool).begin() as connection:
            for number, email in enumerate([*written, *others], start=1):
                connection.execute(insert, {"id": number, "email": email})
        assert deleted(database_url, CLIENT_MAP, who) == {"clients": {1, 2, 3}}


@pytest.mark.functional
def test_texts_in_different_orders_of_letters_refer_to_each_other(database_url: str):
    only(database_url, "mysql", "others compare them")
    execute(
        database_url,
        CLIENTS.format("VARCHAR(80)") + " COLLATE utf8mb4_general_ci",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, by_name VARCHAR(80) COLLATE"
        " utf8mb4_unicode_ci, by_id VARCHAR(20) COLLATE utf8mb4_unicode_ci,"
        " old_name VARCHAR(80) CHARACTER SET latin1)",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'maya'),"
        " (2, 'otto@fern.example', 'otto')",
        "INSERT INTO notes VALUES (1, 'maya', NULL, NULL), (2, NULL, '1', NULL),"
        " (3, NULL, NULL, 'maya'), (4, 'otto', '2', 'otto')",
    )
    links = ", ".join(
        f'{{ columns = ["{column}"], to = "clients", to_columns = ["{to}"] }}'
        for column, to in (("by_name", "name"), ("by_id", "id"), ("old_name", "name"))
    )
    notes = f'[systems.tables.notes]\nseries = "a"\nkey = ["id"]\nreferences = [{links}]\n'
    assert deleted(database_url, CLIENT_MAP + notes) == {"clients": {1}, "notes": {1, 2, 3}}


@pytest.mark.functional
def test_a_telephone_that_is_a_number(database_url: str):
    execute(
        database_url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80),"
        " phone BIGINT)",
        "INSERT INTO clients (id, phone) VALUES (1, 15305550134), (2, 15305550135)",
    )
    tables = CLIENT_MAP.replace('email = "email"', 'phone = "phone"', 1)
    who = Identifiers(phones=("+1 (530) 555-0134",))
    assert deleted(database_url, tables, who) == {"clients": {1}}


@pytest.mark.functional
def test_a_type_in_which_nobody_can_be_found_is_told_before(database_url: str):
    if kind_of(database_url) == "sqlite":
        pytest.skip("a column of SQLite holds anything")
    execute(database_url, CLIENTS.format("DATE"))
    subject = connector(database_url, CLIENT_MAP)
    told = "nobody can be found by clients.email: a column of its type holds no address"
    assert [item.message for item in subject.test() if item.severity is Severity.FAULT] == [told]
    with pytest.raises(Conflict, match="nobody can be found"):
        subject.delete(MAYA, ORDER)


@pytest.mark.functional
def test_a_number_starts_no_time_of_keeping(database_url: str):
    execute(
        database_url,
        "CREATE TABLE invoices (id INTEGER PRIMARY KEY, email VARCHAR(80), at INTEGER)",
        "INSERT INTO invoices VALUES (1, 'maya@tallow.example', 1795000000)",
    )
    subject = connector(database_url, INVOICES)
    told = "invoices.at is to start a time of keeping, but a column of its type holds no dates"
    assert [item.message for item in subject.test() if item.severity is Severity.FAULT] == [told]
    before = rows_of(database_url, ["invoices"])
    with pytest.raises(Conflict, match="time of keeping"):
        subject.delete(MAYA, ORDER)
    assert rows_of(database_url, ["invoices"]) == before


@pytest.mark.functional
def test_what_is_no_date_ends_no_time_of_keeping(database_url: str):
    is_sqlite = kind_of(database_url) == "sqlite"
    execute(
        database_url,
        "CREATE TABLE invoices (id INTEGER PRIMARY KEY, email VARCHAR(80),"
        f" at {'DATETIME' if is_sqlite else 'VARCHAR(30)'})",
        "INSERT INTO invoices VALUES (1, 'maya@tallow.example', '2026-01-01T10:00:00Z'),"
        " (2, 'maya@tallow.example', '2015-01-01T10:00:00Z'),"
        " (3, 'maya@tallow.example', '1795000000'),"
        " (4, 'maya@tallow.example', '01.01.2015'), (5, 'maya@tallow.example', ''),"
        " (6, 'maya@tallow.example', NULL)",
    )
    assert deleted(database_url, INVOICES) == {"invoices": {2}}


@pytest.mark.functional
def test_mariadbs_day_zero_is_unknown(database_url: str):
    only(database_url, "mysql", "no other database writes it")
    execute(
        database_url,
        "CREATE TABLE invoices (id INTEGER PRIMARY KEY, email VARCHAR(80), at DATETIME)",
        "SET SESSION sql_mode = ''",
        "INSERT INTO invoices VALUES (1, 'maya@tallow.example', '0000-00-00 00:00:00'),"
        " (2, 'maya@tallow.example', '2015-01-01 00:00:00')",
    )
    assert deleted(database_url, INVOICES) == {"invoices": {2}}


@pytest.mark.functional
def test_a_domain_is_searched_as_what_it_stands_on(database_url: str):
    only(database_url, "postgresql", "no other database has domains")
    execute(
        database_url,
        "CREATE DOMAIN address AS VARCHAR(80) CHECK (VALUE LIKE '%%@%%')",
        "CREATE DOMAIN work_address AS address",
        CLIENTS.format("work_address"),
        "INSERT INTO clients (id, email) VALUES (1, 'Maya@tallow.example'),"
        " (2, 'otto@fern.example')",
    )
    assert deleted(database_url, CLIENT_MAP) == {"clients": {1}}


@pytest.mark.functional
def test_dates_that_python_cannot_hold_are_copied_as_they_stand(database_url: str):
    only(database_url, "postgresql", "no other database has them")
    execute(
        database_url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email TEXT, name TIMESTAMPTZ,"
        " born DATE, seen TIMESTAMP)",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'infinity', '0044-03-15 BC',"
        " '-infinity')",
    )
    tables = f"{CLIENT_MAP}born = {{ category = 'C' }}\nseen = {{ category = 'F' }}\n"
    (record,) = connector(database_url, tables).copy(MAYA)
    assert dict(record.values) == {
        "email": "maya@tallow.example",
        "name": "infinity",
        "born": "0044-03-15 BC",
        "seen": "-infinity",
    }


@pytest.mark.functional
def test_sqlite_keeps_anything_in_any_column(tmp_path: Any):
    path = tmp_path / "site.db"
    path.touch()
    url = f"sqlite:///{path}"
    execute(
        url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email STRING, name, born DATE,"
        " seen DATETIME, settings JSON, spent NUMERIC, account UUID)",
        "INSERT INTO clients VALUES (1, 'Maya@tallow.example', X'4DE9', '3.2.2001',"
        " '2021-11-04T10:00:00Z', 'no json', 'much', 'A-7'),"
        " (2, 'otto@fern.example', CAST(X'4DE9' AS TEXT), 0, 1795000000, '{}', 3.5, 7),"
        " (3, 'ines@quill.example', 'Ines', '2001-02-03', '2021-11-04 10:00', NULL, 3, '007x')",
    )
    names = ("born", "seen", "settings", "spent", "account")
    tables = CLIENT_MAP.replace('email = "email"', 'email = "email", account = "account"', 1)
    tables += "".join(f"{name} = {{ category = 'A' }}\n" for name in names)
    subject = connector(url, tables)

    def copied(**who: tuple[str, ...]) -> list[dict[str, Any]]:
        return [dict(record.values) for record in subject.copy(Identifiers(**who))]

    assert copied(emails=("maya@tallow.example",)) == [
        {
            "email": "Maya@tallow.example",
            "name": b"M\xe9",
            "born": "3.2.2001",
            "seen": "2021-11-04T10:00:00Z",
            "settings": "no json",
            "spent": "much",
            "account": "A-7",
        }
    ]
    (otto,) = copied(accounts=("7",))
    assert (otto["name"], otto["born"], otto["seen"]) == ("M\ufffd", 0, 1795000000)
    assert [row["email"] for row in copied(accounts=("007x",))] == ["ines@quill.example"]
    assert not copied(accounts=("007",))
    changed = subject.correct(MAYA, (Correction("clients", "born", "2001-02-03"),))
    assert changed.done
    assert [row["born"] for row in copied(accounts=("A-7",))] == ["2001-02-03"]
    subject.delete(MAYA, ORDER)
    assert [row["email"] for row in copied(accounts=("A-7", "7", "007x"))] == [
        "otto@fern.example",
        "ines@quill.example",
    ]


@pytest.mark.functional
def test_a_table_in_which_nothing_can_be_undone_is_told_and_never_changed(database_url: str):
    only(database_url, "mysql", "no other database has them")
    execute(
        database_url,
        CLIENTS.format("VARCHAR(80)") + " ENGINE=MyISAM",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'Maya')",
    )
    subject = connector(database_url, CLIENT_MAP)
    told = (
        "what is changed in clients cannot be undone, as its storage engine knows no"
        " transactions: make it InnoDB"
    )
    assert [item.message for item in subject.test() if item.severity is Severity.FAULT] == [told]
    assert subject.locate(MAYA).by_table == {"clients": 1}
    before = rows_of(database_url, ["clients"])
    for order in (replace(ORDER, dry_run=True), ORDER):
        with pytest.raises(Conflict, match="make it InnoDB"):
            subject.delete(MAYA, order)
    with pytest.raises(Conflict, match="make it InnoDB"):
        subject.try_correction(MAYA, (Correction("clients", "name", "M."),))
    assert rows_of(database_url, ["clients"]) == before
    execute(database_url, "ALTER TABLE clients ENGINE=InnoDB")
    assert deleted(database_url, CLIENT_MAP) == {"clients": {1}}


@pytest.mark.functional
def test_a_document_is_corrected_as_a_document(database_url: str):
    only(database_url, "postgresql", "elsewhere a document is a text")
    execute(
        database_url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email TEXT, name JSONB)",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', '{\"is\": 1}')",
    )
    subject = connector(database_url, CLIENT_MAP)
    with pytest.raises(InvalidInput, match="write it as JSON"):
        subject.try_correction(MAYA, (Correction("clients", "name", "{bad"),))
    assert subject.correct(MAYA, (Correction("clients", "name", '{"is": 2}'),)).done
    (record,) = subject.copy(MAYA)
    assert record.values["name"] == {"is": 2}


@pytest.mark.functional
def test_what_only_the_sites_program_knows_is_a_refusal_and_no_absence(tmp_path: Any):
    path = tmp_path / "site.db"
    path.touch()
    url = f"sqlite:///{path}"
    execute(
        url,
        CLIENTS.format("TEXT"),
        "CREATE TRIGGER said AFTER DELETE ON clients BEGIN SELECT site_function(OLD.id); END",
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'Maya')",
    )
    with pytest.raises(Conflict, match=r"no such function: site_function\); nothing changed"):
        connector(url, CLIENT_MAP).delete(MAYA, replace(ORDER, dry_run=True))


@pytest.mark.functional
def test_a_table_with_a_dot_in_its_name_keeps_nobody_from_a_draft(tmp_path: Any):
    path = tmp_path / "site.db"
    path.touch()
    url = f"sqlite:///{path}"
    execute(
        url,
        CLIENTS.format("TEXT"),
        'CREATE TABLE "old.clients" (id INTEGER PRIMARY KEY, client_id INT REFERENCES clients)',
    )
    drafted = draft(url)
    assert "# 'old.clients' cannot be mapped: a dot parts the schema from the table" in drafted
    assert parse("data-map.toml", drafted)[1] == []


def test_a_value_that_a_driver_cannot_read_is_a_sentence_that_does_not_show_it():
    with pytest.raises(Conflict) as caught, told_apart("site"):
        date.fromisoformat("maya@tallow.example")
    assert caught.value.detail == "site holds a value that cannot be read (ValueError)"
    assert caught.value.__suppress_context__

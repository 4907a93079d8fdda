"""What a database hides from a deletion, or spells otherwise, is neither missed nor hit."""

import secrets
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import Identifiers, Severity
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.errors import Conflict
from tests.functional.connectors import databases
from tests.functional.connectors.databases import execute, whole
from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, MAYA
from tests.functional.connectors.test_odd_values import ORDER, connector, only, rows_of

PEOPLE = (
    "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'Maya'),"
    " (2, 'otto@fern.example', 'Otto')"
)


def faults(subject: SqlConnector) -> list[str]:
    return [item.message for item in subject.test() if item.severity is Severity.FAULT]


@pytest.fixture
def account(database_url: str) -> Iterator[str]:
    """The same database for an account to which row-level security applies."""
    only(database_url, "postgresql", "no other database has row-level security")
    name = f"pe_{secrets.token_hex(6)}"
    execute(database_url, f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    execute(
        database_url,
        f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {name}",
    )
    url = sa.make_url(database_url).set(username=name, password=name)
    yield url.render_as_string(hide_password=False)
    execute(database_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.mark.functional
def test_rows_that_row_level_security_hides_are_neither_missed_nor_hit(
    database_url: str, account: str
):
    execute(
        database_url,
        CLIENTS,
        PEOPLE,
        "CREATE TABLE reviews (id INTEGER PRIMARY KEY, client_id INTEGER"
        " REFERENCES clients ON DELETE CASCADE, tenant TEXT)",
        "INSERT INTO reviews VALUES (1, 1, 'another')",
        "ALTER TABLE reviews ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY ours ON reviews USING (tenant = 'ours')",
    )
    subject = connector(account, CLIENT_MAP)
    before = whole(database_url)
    with pytest.raises(Conflict, match="give it BYPASSRLS; nothing changed"):
        subject.delete(MAYA, ORDER)
    assert whole(database_url) == before
    execute(database_url, "DROP TABLE reviews", "ALTER TABLE clients ENABLE ROW LEVEL SECURITY")
    with pytest.raises(Conflict, match="row-level security hides rows"):
        subject.locate(MAYA)
    told = "row-level security hides rows of clients from the account: give it BYPASSRLS"
    assert faults(subject) == [told]


@pytest.mark.functional
@pytest.mark.parametrize("named", ["Clients (ID)", '"CLIENTS"'])
def test_a_cascade_of_sqlite_is_seen_in_other_capitals(database_url: str, named: str):
    only(database_url, "sqlite", "others know capitals apart, or spell names as the table does")
    execute(
        database_url,
        CLIENTS,
        PEOPLE,
        "CREATE TABLE reviews (id INTEGER PRIMARY KEY, client_id INTEGER,"
        f" FOREIGN KEY (Client_ID) REFERENCES {named} ON DELETE CASCADE)",
        "INSERT INTO reviews VALUES (1, 1)",
    )
    before = rows_of(database_url, ["clients", "reviews"])
    subject = connector(database_url, CLIENT_MAP)
    done = subject.delete(MAYA, ORDER)
    assert [item.table for item in done.needs_decision] == ["reviews", "clients"]
    assert rows_of(database_url, ["clients", "reviews"]) == before
    assert "table reviews refers to mapped rows" in faults(subject)[0]


@pytest.mark.functional
def test_a_cascade_into_another_database_of_the_server_is_seen(
    database_url: str, servers: dict[str, sa.URL | None]
):
    only(database_url, "mysql", "others refer to no other database")
    server = servers["mariadb"]
    assert server is not None
    execute(database_url, CLIENTS, PEOPLE)
    here = sa.make_url(database_url).database
    with databases.scratch(server) as other:
        execute(
            other,
            "CREATE TABLE reviews (id INTEGER PRIMARY KEY, client_id INTEGER,"
            f" FOREIGN KEY (client_id) REFERENCES {here}.clients (id) ON DELETE CASCADE)",
            "INSERT INTO reviews VALUES (1, 1)",
        )
        before = whole(other)
        done = connector(database_url, CLIENT_MAP).delete(MAYA, ORDER)
        name = f"{sa.make_url(other).database}.reviews"
        assert [item.table for item in done.needs_decision] == [name, "clients"]
        assert whole(other) == before
        execute(other, "DROP TABLE reviews")


@pytest.mark.functional
def test_tables_that_inherit_hide_neither_a_key_nor_a_cascade(database_url: str):
    only(database_url, "postgresql", "no other database has them")
    execute(
        database_url,
        CLIENTS,
        PEOPLE,
        "CREATE TABLE old_clients (PRIMARY KEY (id)) INHERITS (clients)",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
        "CREATE TABLE old_notes (client_id INTEGER REFERENCES old_clients ON DELETE CASCADE,"
        " PRIMARY KEY (id)) INHERITS (notes)",
        "INSERT INTO old_clients VALUES (7, 'maya@tallow.example', 'Maya')",
        "INSERT INTO old_notes VALUES (1, 7)",
    )
    subject = connector(database_url, CLIENT_MAP)
    done = subject.delete(MAYA, ORDER)
    assert [(item.table, item.count) for item in done.needs_decision] == [
        ("old_notes", 1),
        ("clients", 1),
    ]
    assert rows_of(database_url, [*whole(database_url)])["old_notes"] == {1: (1, 7)}
    execute(
        database_url,
        "INSERT INTO clients VALUES (1, 'maya@tallow.example', 'Maya')",
        "INSERT INTO old_clients VALUES (1, 'zoe@moss.example', 'Zoe')",
    )
    before = rows_of(database_url, [*whole(database_url)])
    with pytest.raises(Conflict, match="the same, in some rows"):
        subject.delete(MAYA, ORDER)
    with pytest.raises(Conflict, match="the same, in some rows"):
        list(subject.copy(MAYA))
    assert rows_of(database_url, [*whole(database_url)]) == before


@pytest.mark.functional
def test_a_row_without_a_whole_key_is_told_and_never_left_out_of_a_copy(database_url: str):
    execute(
        database_url,
        "CREATE TABLE seats (client INTEGER, branch VARCHAR(9), email VARCHAR(80),"
        " UNIQUE (client, branch))",
        "INSERT INTO seats VALUES (1, NULL, 'maya@tallow.example'),"
        " (1, NULL, 'otto@fern.example'), (2, 'x', 'maya@tallow.example')",
    )
    tables = """
[systems.tables.seats]
series = "client-accounts"
key = ["client", "branch"]
identities = { email = "email" }
[systems.tables.seats.columns]
email = { category = "A" }
"""
    subject = connector(database_url, tables)
    told = [item.message for item in subject.test()]
    assert "seats.branch, of the key, may be empty: such rows are refused" in told
    for call in (lambda: list(subject.copy(MAYA)), lambda: subject.delete(MAYA, ORDER)):
        with pytest.raises(Conflict, match="the key of seats in the data map is empty"):
            call()
    whole_key = Identifiers(emails=("otto@fern.example",))
    with pytest.raises(Conflict, match="name one that tells them apart"):
        subject.locate(whole_key)
    execute(database_url, "UPDATE seats SET branch = 'y' WHERE email LIKE 'maya%%' AND client = 1")
    assert subject.delete(MAYA, ORDER).done
    left = rows_of(database_url, ["seats"])["seats"]
    assert left == {1: (1, None, "otto@fern.example")}


@pytest.mark.functional
@pytest.mark.parametrize(
    ("order", "kind"),
    [("NOCASE", "sqlite"), ("RTRIM", "sqlite"), ("same_letters", "postgresql")],
)
def test_an_order_of_letters_makes_nobody_another_person(database_url: str, order: str, kind: str):
    only(database_url, kind, "of another database")
    if kind == "postgresql":
        made = "(provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
        execute(database_url, f"CREATE COLLATION {order} {made}")
    execute(
        database_url,
        f"CREATE TABLE logins (id INTEGER PRIMARY KEY, handle VARCHAR(20) COLLATE {order},"
        f" email VARCHAR(80) COLLATE {order})",
        "INSERT INTO logins VALUES (1, 'mayaT', 'Maya@tallow.example'),"
        " (2, 'MAYAt', 'may\u00e1@tallow.example'), (3, 'mayaT ', NULL), (4, 'm\u00e1yaT', NULL)",
    )
    tables = """
[systems.tables.logins]
series = "client-accounts"
key = ["id"]
identities = { account = "handle", email = "email" }
"""
    subject = connector(database_url, tables)
    before = rows_of(database_url, ["logins"])["logins"]
    who = Identifiers(accounts=("mayaT",), emails=("maya@tallow.example",))
    subject.delete(who, ORDER)
    after = rows_of(database_url, ["logins"])["logins"]
    assert after == {key: row for key, row in before.items() if key != 1}


@pytest.mark.functional
def test_documents_lists_and_choices_are_emptied(database_url: str):
    only(database_url, "postgresql", "elsewhere a document is a text")
    execute(
        database_url,
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email TEXT, prefs JSONB, old JSON,"
        " tags TEXT[], mood mood)",
        "INSERT INTO clients VALUES"
        " (1, 'maya@tallow.example', '{\"a\": 1}', '{\"a\": 1}', '{x,y}', 'good'),"
        " (2, 'maya@tallow.example', 'null', NULL, NULL, NULL),"
        " (3, 'otto@fern.example', '{\"a\": 1}', '{\"a\": 1}', '{x}', 'bad')",
    )
    tables = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
on_delete = "anonymise"
identities = { email = "email" }
[systems.tables.clients.columns]
"""
    tables += "".join(
        f"{name} = {{ category = 'A', on_delete = 'null' }}\n"
        for name in ("email", "prefs", "old", "tags", "mood")
    )
    before = whole(database_url)["clients"]
    assert connector(database_url, tables).delete(MAYA, ORDER).done
    empty = dict.fromkeys(("email", "prefs", "old", "tags", "mood"))
    assert whole(database_url)["clients"] == {
        1: {"id": 1, **empty},
        2: {"id": 2, **empty},
        3: before[3],
    }
    with sa.create_engine(database_url, poolclass=sa.NullPool).connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM clients WHERE prefs IS NULL AND old IS NULL"
        ).scalar_one()
    assert left == 2, "no document `null` stands in the place of nothing"


@pytest.mark.functional
def test_a_rule_that_would_change_rows_elsewhere_is_told(database_url: str):
    execute(
        database_url,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80) UNIQUE)",
        "CREATE TABLE invites (id INTEGER PRIMARY KEY, friend VARCHAR(80),"
        " FOREIGN KEY (friend) REFERENCES clients (email) ON UPDATE CASCADE)",
    )
    tables = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
on_delete = "anonymise"
identities = { email = "email" }
[systems.tables.clients.columns]
email = { category = "A", on_delete = "keyed_hash" }
[systems.tables.invites]
series = "messages"
key = ["id"]
owner = "other"
on_delete = "decide"
references = [{ columns = ["friend"], to = "clients", to_columns = ["email"], ownership = "none" }]
"""
    told = (
        "clients.email is what invites refers to: its rule changes rows there too, or is refused"
    )
    assert told in [item.message for item in connector(database_url, tables).test()]


@pytest.mark.functional
def test_a_copy_that_takes_long_keeps_nobody_from_writing(database_url: str):
    if sa.make_url(database_url).get_backend_name() == "sqlite":
        pytest.skip("there a writer waits for who reads")
    execute(database_url, CLIENTS, PEOPLE)
    # Closed whatever happens, or the database could not be dropped.
    with closing(connector(database_url, CLIENT_MAP).copy(MAYA)) as records:  # type: ignore[type-var]
        assert next(records).values["name"] == "Maya"
        with sa.create_engine(database_url, poolclass=sa.NullPool).begin() as connection:
            if connection.dialect.name == "mysql":
                connection.exec_driver_sql("SET innodb_lock_wait_timeout = 1")
            connection.exec_driver_sql("UPDATE clients SET name = 'Otto F.' WHERE id = 2")
        assert list(records) == []

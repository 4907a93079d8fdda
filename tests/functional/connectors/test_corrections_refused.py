"""What a database would not take is said in one sentence, rehearsed or not; nothing changes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import Correction, Identifiers
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.errors import Conflict, EngineError, InvalidInput
from tests.functional.connectors.databases import execute, fill, whole
from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, MAYA, PEOPLE
from tests.functional.connectors.test_sql_connector import connector

pytestmark = pytest.mark.functional
COMPUTED = (
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80),"
    " domain INTEGER GENERATED ALWAYS AS (LENGTH(email)) STORED)"
)
RENAMED = Correction("clients", "name", "Maya Reed")
Call = Callable[[Identifiers, tuple[Correction, ...]], object]


def both(subject: SqlConnector) -> tuple[Call, Call]:
    return subject.try_correction, subject.correct


def refused(url: str, call: Call, *corrections: Correction) -> EngineError:
    """Return how a correction is refused; nothing has changed, not even what came first."""
    before = whole(url)
    with pytest.raises((Conflict, InvalidInput)) as said:
        call(MAYA, corrections)
    assert whole(url) == before
    return said.value


def test_a_column_that_the_database_computes_is_corrected_by_nobody(database_url: str) -> None:
    execute(database_url, COMPUTED)
    fill(database_url, {"clients": PEOPLE})
    subject = connector(database_url, CLIENT_MAP + 'domain = { category = "A" }\n')
    for call in both(subject):
        said = refused(database_url, call, RENAMED, Correction("clients", "domain", 7))
        assert said.detail == (
            "clients.domain is computed by the database, so nobody can correct it"
        )


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql", "mariadb"], indirect=True)
def test_an_account_that_may_not_change_a_column_is_said_so(database_url: str) -> None:
    execute(database_url, CLIENTS)
    fill(database_url, {"clients": PEOPLE})
    url = sa.make_url(database_url)
    reader = str(url.database)[-20:]
    at = f"{reader}@'%%'" if url.get_backend_name() == "mysql" else reader
    grants = {
        "mysql": [
            f"CREATE USER {at} IDENTIFIED BY '{reader}'",
            f"GRANT SELECT, CREATE TEMPORARY TABLES ON {url.database}.* TO {at}",
            f"GRANT UPDATE (name) ON {url.database}.clients TO {at}",
        ],
        "postgresql": [
            f"CREATE ROLE {reader} LOGIN PASSWORD '{reader}'",
            f"GRANT SELECT, UPDATE (name) ON clients TO {reader}",
        ],
    }
    ends = {"mysql": [f"DROP USER {at}"], "postgresql": [f"DROP OWNED BY {at}", f"DROP ROLE {at}"]}
    execute(database_url, *grants[url.get_backend_name()])
    narrow = url.set(username=reader, password=reader).render_as_string(hide_password=False)
    try:
        subject = connector(narrow, CLIENT_MAP)
        for call in both(subject):
            said = refused(
                database_url, call, RENAMED, Correction("clients", "email", "m@x.example")
            )
            assert said.detail == (
                "the account of site may not change clients.email; nothing changed"
            )
        assert subject.correct(MAYA, (RENAMED,)).done, "what it may, it does"
    finally:
        execute(database_url, *ends[url.get_backend_name()])


KINDS = (
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(8) NOT NULL,"
    " born DATE, visits INTEGER CHECK (visits >= 0), code VARCHAR(8) UNIQUE, seen TIMESTAMP NULL)"
)
KIND_MAP = CLIENT_MAP + "".join(
    f'{name} = {{ category = "A" }}\n' for name in ("born", "visits", "code", "seen")
)
DAY = "it is no day; write it as 2026-05-31"
MOMENT = "it is no day and time; write it as 2026-05-31 14:00:00"


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("name", None, "it cannot be empty"),
        ("name", "Maya Tallow-Reed", "it is too long"),
        ("born", "the first of May", DAY),
        ("seen", "some day", MOMENT),
        ("visits", "many", "it is no number"),
        ("visits", "99999999999999", "it is too large or too small"),
        ("visits", "-1", "a rule of the database forbids it"),
        ("code", "taken", "another record holds the same, and only one may"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_plain_words(
    database_url: str, column: str, value: str | None, why: str
) -> None:
    on_sqlite = database_url.startswith("sqlite")
    if on_sqlite and (column in {"born", "seen"} or "too" in why or "number" in why):
        pytest.skip("SQLite keeps any value in any column")
    execute(database_url, KINDS)
    rows = [
        (1, MAYA.emails[0], "Maya", None, 1, "one", None),
        (2, "ben@x.example", "Ben", None, 1, "taken", None),
    ]
    fill(database_url, {"clients": rows})
    for call in both(connector(database_url, KIND_MAP)):
        said = refused(database_url, call, Correction("clients", column, value))
        assert said.detail == f"site refused the value for clients.{column}, because {why}"

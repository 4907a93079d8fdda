"""What systems cost: a very large subject, a small one over many tables, a search in millions."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from privacy_engine.connectors.protocol import DeleteOrder, Identifiers, Severity
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.instance.data_map import parse
from tests.bench.table import Row

_KINDS = {
    "sqlite": "",
    "postgresql": "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "mariadb": "mysql+pymysql://root@127.0.0.1:3306/mysql",
}
_HEAD = '[[systems]]\ncode = "bench"\nconnector = "sql"\nurl = "sqlite:///x"\n'
_ON = date(2026, 11, 28)
_ORDER = DeleteOrder(_ON, b"k" * 32)
_REHEARSAL = DeleteOrder(_ON, b"k" * 32, dry_run=True, sample=False)
_LARGE = 10_001
_TABLES = 11
_SEARCHED = 10_000_000
_FILL = 100_000


def large_subject(folder: Path, size: float) -> list[Row]:
    """Dry run, deletion and second search of 10,001 rows, beside the same by bare statements.

    The bare statements do the same work by hand: delete and roll back, delete and commit, count
    what is left; each a single statement that knows the rows already.
    """
    rows = max(int(_LARGE * size), 100)
    found = []
    for kind in _KINDS:
        with _database(kind, folder) as url:
            if not url:
                continue
            _two_tables(url, rows)
            subject = _connector(url, _two_table_map())
            subject.locate(_who(9))  # opens what stays open: engine and schema
            ours = min(_timed(partial(_whole, subject, _who(at))) for at in (1, 2, 3))
            bare = min(_timed(partial(_bare, url, at)) for at in (4, 5, 6))
        name = f"{rows:,} rows of one person: rehearse, delete, search again ({kind})"
        engine, beside = f"{1000 * ours:.0f} ms", f"{1000 * bare:.0f} ms by bare statements"
        found.append(Row(name, engine, beside, ours / bare, 5, most=True, unit="x"))
    return found


def small_subject(folder: Path, size: float) -> list[Row]:
    """A person with one row in each of eleven tables of PostgreSQL: a copy, and a deletion."""
    with _database("postgresql", folder) as url:
        if not url:
            return []
        _many_tables(url, people=max(int(1_000 * size), 50))
        subject = _connector(url, _many_table_map())
        list(subject.copy(_who(1)))
        _whole(subject, _who(1))
        copies = [_timed(partial(_read, subject, _who(at))) for at in range(10, 21)]
        deletions = [_timed(partial(_whole, subject, _who(at))) for at in range(2, 9)]
    named = {"access": median(copies), "deletion": median(deletions)}
    return [_within_a_request(word, 1000 * took) for word, took in named.items()]


def _within_a_request(word: str, took: float) -> Row:
    name = f"{word} of a small subject over {_TABLES} tables (PostgreSQL)"
    return Row(name, f"{took:.0f} ms", "a limit of 150 ms", took, 150, most=True, unit="ms")


def search_in_millions(folder: Path, size: float) -> list[Row]:
    """Locate by address in one table of ten million rows with an index, and without one."""
    people = max(int(_SEARCHED * size), 10_000)
    found = []
    for kind in _KINDS:
        with _database(kind, folder) as url:
            if not url:
                continue
            _one_table(url, people)
            subject = _connector(url, _one_table_map())
            slow = [item for item in subject.test() if item.severity is Severity.SLOW]
            marked = "marked slow" if slow else "not marked"
            _execute(url, _index(kind))
            subject.locate(_who(1))
            took = sorted(_timed(partial(subject.locate, _who(at))) for at in range(2, 22))
        name = f"locate by address in {people:,} rows ({kind}; {marked} without an index)"
        middle = 1000 * took[len(took) // 2]
        beside = "a limit of 50 ms"
        found.append(Row(name, f"{middle:.0f} ms", beside, middle, 50, most=True, unit="ms"))
    return found


# What is measured -----------------------------------------------------------------------------


def _whole(subject: SqlConnector, who: Identifiers) -> None:
    """Do what the engine does in one deletion: rehearse, delete, search again."""
    assert subject.delete(who, _REHEARSAL).removed
    subject.delete(who, _ORDER)
    assert subject.locate(who).found == 0


def _read(subject: SqlConnector, who: Identifiers) -> None:
    """Do what the engine does for a copy: find, then read."""
    assert subject.locate(who).found == _TABLES
    assert len(list(subject.copy(who))) == _TABLES


def _bare(url: str, person: int) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    statements = [
        f"DELETE FROM notes WHERE client_id = {person}",  # noqa: S608  a number of our own
        f"DELETE FROM clients WHERE id = {person}",  # noqa: S608
    ]
    for commits in (False, True):
        with engine.connect() as connection:
            if url.startswith("sqlite"):
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            for statement in statements:
                connection.exec_driver_sql(statement)
            if commits:
                connection.commit()
            else:
                connection.rollback()
    with engine.connect() as connection:
        left = f"SELECT count(*) FROM notes WHERE client_id = {person}"  # noqa: S608
        assert connection.exec_driver_sql(left).scalar_one() == 0


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _who(number: int) -> Identifiers:
    return Identifiers(emails=(f"p{number}@bench.example",))


def _connector(url: str, tables: str) -> SqlConnector:
    """Return the connector as the worker opens it: nobody looks at samples there."""
    system = parse("data-map.toml", _HEAD + tables)[0].systems[0]
    return SqlConnector(system, url=url, samples=False)


# Databases ------------------------------------------------------------------------------------


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database; an empty text where no such server answers."""
    if not _KINDS[kind]:
        path = folder / f"{secrets.token_hex(4)}.db"
        path.touch()
        yield f"sqlite:///{path}"
        path.unlink()
        return
    url = sa.make_url(_KINDS[kind])
    admin = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    name = f"pe_bench_{secrets.token_hex(4)}"
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.SQLAlchemyError:
        yield ""
        return
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


def _execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _fill(url: str, table: str, rows: Iterator[dict[str, object]]) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        into = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False)
        part: list[dict[str, object]] = []
        for row in rows:
            part.append(row)
            if len(part) == _FILL:
                connection.execute(sa.insert(into), part)
                part = []
        if part:
            connection.execute(sa.insert(into), part)


def _people(count: int) -> Iterator[dict[str, object]]:
    return ({"id": at, "email": f"p{at}@bench.example"} for at in range(1, count + 1))


def _index(kind: str) -> str:
    column = "email" if kind == "mariadb" else "lower(email)"
    return f"CREATE INDEX clients_by_address ON clients ({column})"


def _backend(url: str) -> str:
    name = sa.make_url(url).get_backend_name()
    return "mariadb" if name == "mysql" else name


_CLIENTS = "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80))"
_CLIENT_MAP = (
    '[systems.tables.clients]\nseries = "s"\nkey = ["id"]\nidentities = { email = "email" }\n'
    '[systems.tables.clients.columns]\nemail = { category = "A" }\n'
)


def _one_table(url: str, people: int) -> None:
    """Let the database itself number its people: ten million would take minutes to send."""
    numbers = {
        "postgresql": f"SELECT generate_series(1, {people}) AS i",
        "mariadb": f"SELECT seq AS i FROM seq_1_to_{people}",  # noqa: S608  a number of our own
        "sqlite": (
            "WITH RECURSIVE n(i) AS"  # noqa: S608
            f" (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people}) SELECT i FROM n"
        ),
    }
    address = "concat('p', i, '@bench.example')"
    if (kind := _backend(url)) == "sqlite":
        address = "'p' || i || '@bench.example'"
    people_of = f"SELECT i, {address} FROM ({numbers[kind]}) AS numbered"  # noqa: S608
    _execute(url, _CLIENTS, f"INSERT INTO clients (id, email) {people_of}")


def _one_table_map() -> str:
    return _CLIENT_MAP


def _two_tables(url: str, rows: int) -> None:
    notes = (
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, client_id INTEGER, body VARCHAR(60),"
        " FOREIGN KEY (client_id) REFERENCES clients (id))"
    )
    _execute(url, _CLIENTS, notes, _index(_backend(url)))
    _fill(url, "clients", _people(9))
    body = "x" * 50
    made = ({"id": at, "client_id": 1 + at % 8, "body": body} for at in range(1, 8 * rows))
    _fill(url, "notes", made)
    _execute(url, "CREATE INDEX notes_by_client ON notes (client_id)")


def _two_table_map() -> str:
    return _CLIENT_MAP + _child_map("notes", "client_id", "clients")


def _child_map(name: str, column: str, to: str) -> str:
    return (
        f'[systems.tables.{name}]\nseries = "s"\nkey = ["id"]\n'
        f'references = [{{ columns = ["{column}"], to = "{to}" }}]\n'
        f'[systems.tables.{name}.columns]\nbody = {{ category = "A" }}\n'
    )


def _parents() -> list[tuple[str, str]]:
    """Name ten tables below the first, some of them below each other."""
    return [(f"t{at}", "clients" if at < 6 else f"t{at - 5}") for at in range(1, _TABLES)]


def _many_tables(url: str, people: int) -> None:
    _execute(url, _CLIENTS, _index("postgresql"))
    _fill(url, "clients", _people(people))
    for name, parent in _parents():
        _execute(
            url,
            f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, parent INTEGER"
            f" REFERENCES {parent} (id), body VARCHAR(50))",
            f"CREATE INDEX {name}_by_parent ON {name} (parent)",
        )
        made = ({"id": at, "parent": at, "body": "v"} for at in range(1, people + 1))
        _fill(url, name, made)


def _many_table_map() -> str:
    return _CLIENT_MAP + "".join(_child_map(name, "parent", to) for name, to in _parents())

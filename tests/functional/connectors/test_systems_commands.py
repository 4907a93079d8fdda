"""`systems draft`, `systems test` and `systems locate` as an operator runs them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from privacy_engine.cli import cli
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.connectors.sql.draft import draft
from privacy_engine.instance.data_map import parse
from privacy_engine.instance.loader import load
from privacy_engine.sample_site import create
from privacy_engine.sample_site.people import MAYA
from tests.functional.connectors.databases import execute, fill, snapshot
from tests.functional.connectors.test_sql_connector import ORDER

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "config.toml", tmp_path)
    create(tmp_path / "var" / "sample-site" / "site.db")
    return tmp_path


def run(instance: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--instance", str(instance), "systems", *arguments])


@pytest.mark.functional
def test_a_drafted_map_reads_without_a_fault_and_fits_its_schema(instance: Path):
    url = "sqlite:///var/sample-site/site.db"
    drafted = run(instance, "draft", url, "--code", "site")
    assert drafted.exit_code == 0
    found, faults = parse("data-map.toml", drafted.output)
    assert faults == []
    clients = found.system("site").table("clients")
    assert {identity.column for identity in clients.identities} == {"email", "phone", "id"}
    assert clients.column("password_hash").never_disclose
    assert all(
        "# guess" in line for line in drafted.output.splitlines() if line.startswith("series")
    )
    findings = SqlConnector(found.system("site"), url=url, root=instance).test()
    assert {item.severity for item in findings} == {"slow"}


@pytest.mark.functional
def test_locate_counts_and_never_shows(instance: Path):
    found = run(instance, "locate", "--email", "MAYA.TALLOW@example.org", "--json")
    listed = json.loads(found.output)
    assert {item["table"]: item["count"] for item in listed["listing-database"]["counts"]}[
        "clients"
    ] == 1
    assert "Tallow" not in found.output
    assert "maya.tallow" not in found.output.lower()
    assert listed["mail-vendor"]["error"].startswith("mail-vendor: set ")
    assert found.exit_code == 1, "a system that could not be searched is a finding"


@pytest.mark.functional
def test_locate_needs_somebody(instance: Path):
    assert run(instance, "locate").exit_code == 2


@pytest.mark.functional
def test_systems_test_names_what_is_wrong(instance: Path):
    told = run(instance, "test")
    assert told.exit_code == 1
    assert "fault: mail-vendor: set PRIVACY_ENGINE_SYSTEM_MAIL_VENDOR_URL" in told.output
    assert "support-mailbox:\n  warning: no address is named as contact" in told.output


@pytest.mark.functional
def test_a_rehearsal_shows_counts_and_masked_rows_and_changes_nothing(instance: Path):
    content = load(instance)
    site = content.system("listing-database")
    path = instance / site.url.removeprefix("sqlite:///")
    before = path.read_bytes()
    found = run(instance, "rehearse", "--email", MAYA.email)
    assert "listing-database: " in found.output
    assert "clients 1 deleted" in found.output or "clients 1 changed" in found.output
    (row,) = [line for line in found.output.splitlines() if line.startswith("  clients: ")]
    assert "name " in row
    for value in (MAYA.name, MAYA.email, MAYA.name.split()[0]):
        assert value not in found.output
    assert path.read_bytes() == before
    listed = json.loads(run(instance, "rehearse", "--email", MAYA.email, "--json").output)
    assert listed["listing-database"]["dry_run"] is True


MUSIC = (
    "CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Title VARCHAR(80))",
    "CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, ArtistId INTEGER NOT NULL"
    " REFERENCES Artist (ArtistId))",
    "CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, Email VARCHAR(80),"
    " ReportsTo INTEGER REFERENCES Employee (EmployeeId))",
    "CREATE TABLE Address (AddressId INTEGER PRIMARY KEY, Street VARCHAR(80))",
    "CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, Email VARCHAR(80) NOT NULL,"
    " AddressId INTEGER REFERENCES Address (AddressId),"
    " SupportRepId INTEGER REFERENCES Employee (EmployeeId))",
    "CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, SellerId INTEGER"
    " REFERENCES Employee (EmployeeId), CustomerId INTEGER NOT NULL"
    " REFERENCES Customer (CustomerId))",
    "CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY, InvoiceId INTEGER NOT NULL"
    " REFERENCES Invoice (InvoiceId), AlbumId INTEGER REFERENCES Album (AlbumId))",
)


@pytest.mark.functional
def test_a_shop_is_drafted_so_that_its_map_checks_and_deletes_as_it_stands(tmp_path: Path):
    path = tmp_path / "shop.db"
    path.touch()
    url = f"sqlite:///{path}"
    execute(url, *MUSIC)
    rows = {
        "Artist": [(1, "Nocturne")],
        "Album": [(1, 1)],
        "Employee": [(1, "boss@shop.example", None), (2, "rep@shop.example", 1)],
        "Address": [(1, "Elm"), (2, "Oak")],
        "Customer": [(1, "maya@tallow.example", 1, 2), (2, "otto@fern.example", 2, 2)],
        "Invoice": [(1, 2, 1), (2, 2, 2)],
        "InvoiceLine": [(1, 1, 1), (2, 1, 1), (3, 2, 1)],
    }
    fill(url, rows)
    drafted = draft(url, code="shop")
    found, faults = parse("data-map.toml", drafted)
    assert faults == []
    shop = found.system("shop")
    assert shop.not_personal == ("Album", "Artist")
    subject = SqlConnector(shop, url=url)
    assert {item.severity for item in subject.test()} == {"slow"}
    keys = {name: (f"{name}Id",) for name in rows}
    before = snapshot(url, keys)
    done = subject.delete(Identifiers(emails=("maya@tallow.example",)), ORDER)
    assert done.done
    after = snapshot(url, keys)
    gone = {name: set(before[name]) - set(after[name]) for name in rows}
    assert gone == {
        **{name: set() for name in rows},
        "Customer": {1},
        "Address": {1},
        "Invoice": {1},
        "InvoiceLine": {1, 2},
    }
    for name, left in after.items():
        assert left == {key: before[name][key] for key in left}, "nobody else was touched"
    assert subject.delete(Identifiers(emails=("rep@shop.example",)), ORDER).done
    left = snapshot(url, keys)
    assert set(left["Employee"]) == {1}
    assert left["Customer"][2]["SupportRepId"] is None, "only the mention goes"


@pytest.mark.functional
def test_a_first_map_guesses_for_the_writer_and_takes_no_number_for_another_persons(
    database_url: str,
):
    email = "id INTEGER PRIMARY KEY, email VARCHAR(80)"
    execute(
        database_url,
        f"CREATE TABLE users ({email})",
        f"CREATE TABLE employees ({email})",
        "CREATE TABLE reviews (id INTEGER PRIMARY KEY, about_id INTEGER, author_id INTEGER,"
        " FOREIGN KEY (about_id) REFERENCES users (id),"
        " FOREIGN KEY (author_id) REFERENCES users (id))",
        "CREATE TABLE mails"
        " (id INTEGER PRIMARY KEY, from_email VARCHAR(80), to_email VARCHAR(80))",
    )
    rows = {
        "users": [(1, "maya@tallow.example"), (2, "otto@fern.example")],
        "employees": [(1, "boss@shop.example")],
        "reviews": [(1, 1, 2), (2, 2, 1)],
        "mails": [(1, "maya@tallow.example", "otto@fern.example")],
    }
    fill(database_url, rows)
    found, faults = parse("data-map.toml", draft(database_url, code="shop"))
    assert faults == []
    keys = dict.fromkeys(rows, ("id",))
    before = snapshot(database_url, keys)
    who = Identifiers(emails=("maya@tallow.example",), accounts=("1",))
    done = SqlConnector(found.system("shop"), url=database_url).delete(who, ORDER)
    after = snapshot(database_url, keys)
    assert after["employees"] == before["employees"], "number 1 there is somebody else"
    assert set(after["users"]) == {2}
    assert after["reviews"] == {1: {**before["reviews"][1], "about_id": None}}, "Otto wrote it"
    assert after["mails"] == before["mails"], "Otto has it too"
    assert {item.table for item in done.needs_decision} == {"mails"}

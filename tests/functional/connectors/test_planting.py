"""Invented people in a database: planted once, and gone afterwards whatever the map keeps."""

from datetime import date

import pytest

from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import parse
from tests.functional.connectors.databases import execute, fill, snapshot
from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, PEOPLE
from tests.functional.connectors.test_sql_connector import ORDER

pytestmark = pytest.mark.functional

ORDERS = "CREATE TABLE orders (id INTEGER PRIMARY KEY, client_ref VARCHAR(40), total INTEGER)"
BILLS = (
    "CREATE TABLE bills (order_id INTEGER NOT NULL, number INTEGER NOT NULL,"
    " PRIMARY KEY (order_id, number), FOREIGN KEY (order_id) REFERENCES orders (id))"
)
MAP = (
    '[[systems]]\ncode = "site"\ntitle = "Site"\nconnector = "sql"\nurl = "sqlite:///x"\n'
    + """
[[systems.sentinel]]
table = "clients"
values = { id = "{number}", email = "{email}", name = "{name}" }
[[systems.sentinel]]
table = "orders"
values = { id = "{number}", client_ref = "{number}", total = 1 }
[[systems.sentinel]]
table = "bills"
values = { order_id = "{number}", number = 1 }
"""
    + CLIENT_MAP
    + """
[systems.tables.orders]
series = "invoices"
key = ["id"]
on_delete = "anonymise"
references = [{ columns = ["client_ref"], to = "clients" }]
[systems.tables.orders.columns]
client_ref = { category = "A", on_delete = "keyed_hash" }
[systems.tables.bills]
series = "invoices"
key = ["order_id", "number"]
on_delete = "keep"
keep = { ground = "legal_obligation", citation = "26 USC 6501", until = 2033-01-01 }
references = [{ columns = ["order_id"], to = "orders" }]
"""
)
INVENTED = Sentinel(
    email="privacy+sentinel-1@site.example",
    name="Sentinel 1",
    phone="+1 555 0000001",
    device="sentinel-1",
    number=900_000_001,
    on=date(2026, 11, 28),
)


def test_what_the_map_keeps_or_changes_of_an_invented_person_is_taken_out_too(database_url: str):
    execute(database_url, CLIENTS, ORDERS, BILLS)
    fill(database_url, {"clients": PEOPLE, "orders": [(1, "1", 7)], "bills": [(1, 1)]})
    keys = {"clients": ("id",), "orders": ("id",), "bills": ("order_id", "number")}
    before = snapshot(database_url, keys)
    found, faults = parse("data-map.toml", MAP)
    assert faults == []
    subject = SqlConnector(found.system("site"), url=database_url)
    assert subject.plant(INVENTED) == 3
    planted = snapshot(database_url, keys)
    assert subject.plant(INVENTED) == 3
    assert snapshot(database_url, keys) == planted, "nobody is planted twice"
    subject.delete(INVENTED.identifiers, ORDER)
    assert snapshot(database_url, keys) != before, "the order and its bill stay by the map"
    for _ in range(2):
        subject.uproot(INVENTED)
        assert snapshot(database_url, keys) == before


def test_a_row_that_is_there_under_the_number_of_an_invented_person_is_never_taken_out(
    database_url: str,
):
    execute(database_url, CLIENTS, ORDERS, BILLS)
    zoe = (INVENTED.number, "zoe@moss.example", "Zoe Moss")
    fill(database_url, {"clients": [*PEOPLE, zoe]})
    keys = {"clients": ("id",), "orders": ("id",), "bills": ("order_id", "number")}
    before = snapshot(database_url, keys)
    subject = SqlConnector(parse("data-map.toml", MAP)[0].system("site"), url=database_url)
    with pytest.raises(Conflict, match="is somebody else's"):
        subject.plant(INVENTED)
    assert snapshot(database_url, keys) == before

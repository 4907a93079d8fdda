"""Disposal by date in real databases: every way to write a date, anonymising, links, holds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.disposal import DueOrder, SqlDisposal
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import System, parse

TRUCKEE = ZoneInfo("America/Los_Angeles")
CUTOFF = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)  # noon in Truckee
MAP = """
[[systems]]
code = "shop"
title = "A shop"
connector = "sql"
url = "sqlite:///nowhere.db"

[systems.tables.people]
series = "people"
key = ["id"]
identities = { email = "email" }
triggers = { collected = "came" }
[systems.tables.people.columns]
email = { category = "A", on_delete = "keyed_hash" }
name = { category = "A", on_delete = { fixed = "(gone)" } }

[systems.tables.notes]
series = "notes"
key = ["person", "number"]
triggers = { collected = "came" }
references = [{ columns = ["person"], to = "people", on_delete = "keep" }]

[systems.tables.loans]
series = "loans"
key = ["id"]
triggers = { collected = "came" }
references = [{ columns = ["person"], to = "people", on_delete = "unlink" }]
"""
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "day": sa.Date(),
    "moment": sa.DateTime(),
    "zoned": sa.DateTime(timezone=True),
    "text": sa.String(40),
}


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of a site."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_database")
        return
    (tmp_path / "shop.db").touch()
    yield f"sqlite:///{tmp_path}/shop.db"


class Shop:
    """A database with people, notes and loans, all dated by columns of one type."""

    def __init__(self, address: str, kind: str = "day") -> None:
        self.engine = sa.create_engine(address, poolclass=sa.NullPool)
        tables = sa.MetaData()
        came = TYPES[kind]
        self.people = sa.Table(
            "people", tables, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("email", sa.String(60)), sa.Column("name", sa.String(60)),
            sa.Column("came", came),
        )  # fmt: skip
        self.notes = sa.Table(
            "notes", tables, sa.Column("person", sa.Integer, primary_key=True),
            sa.Column("number", sa.Integer, primary_key=True), sa.Column("came", came),
        )  # fmt: skip
        self.loans = sa.Table(
            "loans", tables, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("person", sa.ForeignKey("people.id")), sa.Column("came", came),
        )  # fmt: skip
        tables.create_all(self.engine)
        content, faults = parse("data-map.toml", MAP)
        assert not faults
        self.system: System = content.systems[0]
        self.disposal = SqlDisposal(self.system, url=address)

    def put(self, table: sa.Table, *rows: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.insert(table), list(rows))

    def read(self, table: sa.Table) -> list[Any]:
        with self.engine.connect() as connection:
            query = sa.select(table).order_by(*table.primary_key)
            return list(connection.execute(query).all())

    def whole(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, each in the order of its key."""
        tables = (self.people, self.notes, self.loans)
        return {table.name: [tuple(row) for row in self.read(table)] for table in tables}


def order(series: str, **more: Any) -> DueOrder:
    return DueOrder(
        series, "collected", on=date(2027, 3, 10), cutoff=CUTOFF, zone=TRUCKEE,
        secret=b"s" * 32, **more,
    )  # fmt: skip


def dispose_all(shop: Shop, wanted: DueOrder, table: str, *, most: int = 2) -> int:
    done, after = 0, None
    with shop.disposal.disposing(wanted, table) as disposing:
        while (batch := disposing.batch(most, after=after)).changed:
            done, after = done + batch.changed, batch.last
    return done


@pytest.mark.parametrize(
    ("kind", "due", "not_due"),
    [
        ("day", [date(2026, 3, 10), date(1999, 1, 1)], [date(2026, 3, 11), None]),
        (
            "moment",
            [datetime(2026, 3, 10, 11, 59), datetime(2026, 3, 10, 12, 0)],  # noqa: DTZ001
            [datetime(2026, 3, 10, 12, 1), datetime(2026, 3, 10, 19, 0), None],  # noqa: DTZ001
        ),
        (
            "text",
            ["2026-03-10", "2026-03-09T23:59:00Z", "1999-01-01 10:00"],
            ["2026-03-10T08:00:00Z", "2026-03-11", "", "unknown", None],
        ),
    ],
)
def test_every_way_to_write_a_date_is_never_due_too_early(
    address: str, kind: str, due: list[Any], not_due: list[Any]
) -> None:
    shop = Shop(address, kind)
    rows = [{"person": 7, "number": at, "came": came} for at, came in enumerate([*due, *not_due])]
    shop.put(shop.notes, *rows)
    shop.put(shop.people, {"id": 7, "came": due[0]})
    before = shop.whole()
    [found] = shop.disposal.survey(order("notes"))
    assert found.due == len(due)
    assert shop.whole() == before, "a survey changes nothing"
    assert dispose_all(shop, order("notes"), "notes") == len(due)
    assert shop.whole() == before | {"notes": before["notes"][len(due) :]}
    assert [row.came for row in shop.read(shop.notes)] == not_due


def test_an_instant_with_a_zone_is_due_to_the_second(postgres_database: str) -> None:
    shop = Shop(postgres_database, "zoned")
    late = CUTOFF.replace(second=1)
    shop.put(
        shop.notes,
        {"person": 1, "number": 1, "came": CUTOFF},
        {"person": 1, "number": 2, "came": late},
    )
    before = shop.whole()
    assert dispose_all(shop, order("notes"), "notes") == 1
    assert [row.came for row in shop.read(shop.notes)] == [late]
    assert shop.whole() == before | {"notes": before["notes"][1:]}


def test_a_column_without_dates_is_refused_by_name(address: str) -> None:
    shop = Shop(address)
    with shop.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE notes"))
        connection.execute(
            sa.text(
                "CREATE TABLE notes (person INT, number INT, came INT,"
                " PRIMARY KEY (person, number))"
            )
        )
    with pytest.raises(Conflict, match="came starts a retention period but holds no dates"):
        shop.disposal.survey(order("notes"))


def test_links_are_emptied_before_what_they_name_goes(address: str) -> None:
    shop = Shop(address)
    old, young = date(2020, 1, 1), date(2026, 12, 1)
    shop.put(shop.people, *({"id": at, "came": old} for at in range(1, 6)))
    shop.put(shop.people, {"id": 6, "came": young})
    shop.put(shop.loans, *({"id": at, "person": at, "came": young} for at in range(1, 7)))
    [found] = shop.disposal.survey(order("people"))
    assert (found.due, found.excepted) == (5, 0)
    before = shop.whole()
    assert dispose_all(shop, order("people"), "people") == 5
    assert shop.whole() == before | {
        "people": before["people"][5:],
        "loans": [(at, None if at < 6 else 6, young) for at in range(1, 7)],
    }


def test_anonymised_rows_stay_without_the_person_and_are_not_due_again(address: str) -> None:
    shop = Shop(address)
    old = date(2020, 1, 1)
    shop.put(
        shop.people,
        {"id": 1, "email": "maya@example.org", "name": "Maya", "came": old},
        {"id": 2, "email": "Maya@example.org", "name": "Maya T.", "came": old},
        {"id": 3, "email": "noor@example.org", "name": "Noor", "came": date(2026, 12, 1)},
    )
    shop.put(shop.loans, {"id": 1, "person": 1, "came": old})
    wanted, before = order("people", anonymise=True), shop.whole()
    assert dispose_all(shop, wanted, "people", most=1) == 2
    first, second, third = shop.read(shop.people)
    assert first.email == second.email
    assert first.email.startswith("erased-")
    hashed = [(at, first.email, "(gone)", old) for at in (1, 2)]
    assert shop.whole() == before | {"people": [*hashed, tuple(third)]}
    assert (third.name, third.email) == ("Noor", "noor@example.org")
    assert [item.due for item in shop.disposal.survey(wanted)] == [0]


def test_the_digest_follows_the_rows_and_nothing_else(address: str) -> None:
    shop = Shop(address)
    old = date(2020, 1, 1)
    shop.put(shop.people, *({"id": at, "came": old} for at in range(1, 4)))
    [first] = shop.disposal.survey(order("people"))
    shop.put(shop.people, {"id": 9, "came": date(2026, 12, 1)})
    assert shop.disposal.survey(order("people"))[0].sha256 == first.sha256
    with shop.engine.begin() as connection:
        connection.execute(sa.text("UPDATE people SET id = 4 WHERE id = 3"))
    changed = shop.disposal.survey(order("people"))[0]
    assert (changed.due, changed.sha256 != first.sha256) == (first.due, True)


def test_rows_of_held_people_stay_through_every_link(address: str) -> None:
    shop = Shop(address)
    old = date(2020, 1, 1)
    shop.put(
        shop.people,
        {"id": 1, "email": "maya@example.org", "came": old},
        {"id": 2, "email": "noor@example.org", "came": old},
    )
    shop.put(shop.loans, *({"id": at, "person": at, "came": old} for at in (1, 2)))
    wanted = order("loans", held=(Identifiers(emails=("maya@example.org",)),))
    [found] = shop.disposal.survey(wanted)
    assert (found.due, found.held) == (1, 1)
    before = shop.whole()
    assert dispose_all(shop, wanted, "loans") == 1
    assert shop.whole() == before | {"loans": [(1, 1, old)]}

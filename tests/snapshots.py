"""Everything that a system holds, before and after: nobody else was touched."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from privacy_engine import clock
from privacy_engine.sample_site.people import CLIENTS, Person

Row = tuple[Any, ...]
Snapshot = Mapping[str, Mapping[Row, Mapping[str, Any]]]
"""Every row of a database: by table, by key, by column."""


def snapshot(database: Path) -> Snapshot:
    """Return every row of an SQLite database."""
    found: dict[str, dict[Row, dict[str, Any]]] = {}
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()  # a test's own
            key = [column["name"] for column in columns if column["pk"]] or [columns[0]["name"]]
            found[table] = {
                tuple(row[name] for name in key): dict(row)
                for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
            }
    return found


@dataclass(frozen=True)
class Change:
    """One row that is not what it was; `after` is None when it is gone."""

    table: str
    key: Row
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that changed; none when the row is gone."""
        after = self.after
        if after is None:
            return frozenset()
        return frozenset(name for name in self.before if self.before[name] != after[name])


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what happened between two snapshots; rows that came count as a surprise."""
    new = {
        (table, key) for table, rows in after.items() for key in rows if key not in before[table]
    }
    assert not new, f"rows appeared: {sorted(new)[:3]}"
    return [
        Change(table, key, row, after[table].get(key))
        for table, rows in before.items()
        for key, row in rows.items()
        if after[table].get(key) != row
    ]


def strangers(before: Snapshot, after: Snapshot, *people: Person) -> list[Change]:
    """Return the rows of others that changed, but for a mention of these people that is gone."""
    found = []
    for change in changes(before, after):
        hers = any(_is_of(person, change.table, change.before) for person in people)
        mention = change.before.get("referred_by") in {person.number for person in people}
        if not hers and not (mention and change.columns == {"referred_by"}):
            found.append(change)
    return found


def _is_of(person: Person, table: str, row: Mapping[str, Any]) -> bool:
    names = {"client_id": person.number, "email": person.email, "from_email": person.email}
    names |= {"account": str(person.number), "device": person.device}
    if table == "clients":
        names["id"] = person.number
    return any(row.get(name) == value for name, value in names.items())


def owners(changed: Iterable[Change]) -> set[object]:
    """Return whose rows these were, each person once; a mention is of whom it mentions."""
    numbers = {person.email: person.number for person in CLIENTS}
    found: set[object] = set()
    for change in changed:
        row = change.before
        if change.columns == {"referred_by"}:
            found.add(row["referred_by"])
            continue
        address = row.get("email") or row.get("from_email")
        number = row["id"] if change.table == "clients" else row.get("client_id")
        number = number or row.get("account") or numbers.get(str(address))
        found.add(int(number) if number else address or (change.table, change.key))
    return found


_GONE = "(removed)"
# What the sample site's map says of the rows that stay, written out by hand.
_STAYS: Mapping[str, Mapping[str, Any]] = {
    "messages": {"client_id": None, "from_name": _GONE, "from_email": None, "body": _GONE},
    "reviews": {"client_id": None, "author": "a former client", "body": _GONE},
    "invoices": {"client_id": None},
}


def left_without(before: Snapshot, *people: Person) -> Snapshot:
    """Return what the sample site and its vendor hold when these clients are gone, all told.

    By their devices nobody is searched for who did not name them.
    """
    numbers = {person.number for person in people}
    today = clock.now()
    seven_years_ago = f"{today.year - 7}-{today:%m-%d}"
    left: dict[str, dict[Row, Mapping[str, Any]]] = {}
    for table, rows in before.items():
        left[table] = {}
        for key, row in rows.items():
            named = row if row.get("account") else {**row, "device": None}
            if any(_is_of(person, table, named) for person in people):
                if table in _STAYS and row.get("issued_on", today.isoformat()) > seven_years_ago:
                    left[table][key] = {**row, **_STAYS[table]}
            elif row.get("referred_by") in numbers:
                left[table][key] = {**row, "referred_by": None}
            else:
                left[table][key] = row
    return left


def after_hands(first: Snapshot, before: Snapshot, after: Snapshot) -> Snapshot:
    """Return a snapshot as it would be, had what happened between two others come before it."""
    made: dict[str, dict[Row, Mapping[str, Any]]] = {}
    for table, rows in after.items():
        old = before.get(table, {})
        changed = {key: row for key, row in rows.items() if old.get(key) != row}
        gone = old.keys() - rows.keys()
        stood = {key: row for key, row in first.get(table, {}).items() if key not in gone}
        made[table] = stood | changed
    return made

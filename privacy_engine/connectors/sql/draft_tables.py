"""Reads the tables of a live schema, with the links that only names of columns tell of."""

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.draft_names import (
    are_people,
    are_staff,
    called,
    identity_columns,
    names_of,
    names_writer,
    nouns,
)
from privacy_engine.connectors.sql.foreign import foreign_keys, split_name, table_names
from privacy_engine.connectors.sql.types import kind_of, taken_as

_COMPARED = frozenset({"text", "number", "uuid"})
_Reference = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class Live:
    """One table as the database describes it; links are (columns, table, its columns).

    `kinds` are its columns, each with the family of its type; `blank` may hold nothing.
    `unsaid` are the columns of links that no foreign key declares.
    """

    name: str
    kinds: Mapping[str, str]
    required: frozenset[str]
    key: tuple[str, ...]
    links: tuple[_Reference, ...]
    has_peoples_name: bool
    blank: frozenset[str] = frozenset()
    unsaid: frozenset[tuple[str, ...]] = frozenset()

    @property
    def bare(self) -> str:
        """Its name without the schema."""
        return split_name(self.name)[1]

    @property
    def schema(self) -> str | None:
        """The schema, where its name says one."""
        return split_name(self.name)[0]

    @property
    def identities(self) -> dict[str, list[str]]:
        """The columns that seem to hold identifiers, by kind."""
        return dict(identity_columns(self.kinds))

    @property
    def tells_people_apart(self) -> bool:
        """Whether its rows are people by its name, each with a number of their own."""
        lent = {column for columns, _, _ in self.links for column in columns}
        return self.has_peoples_name and len(self.key) == 1 and not set(self.key) & lent

    @property
    def may_bear_no_address(self) -> bool:
        """Whether its rows, which are no people, bear addresses that may be missing."""
        addresses = self.identities.get("email", [])
        return bool(addresses) and not self.tells_people_apart and set(addresses) <= self.blank

    @property
    def is_people(self) -> bool:
        """Whether its rows look like people: by its name, or by an address in them."""
        return "email" in self.identities or self.tells_people_apart


def nameable(connection: sa.Connection) -> tuple[list[str], list[str]]:
    """Return the tables that a map can name, and those whose own names have a dot in them."""
    inspector, names = sa.inspect(connection), table_names(connection)
    parted = {name: split_name(name) for name in names}
    dotted = [
        name
        for name, (schema, table) in parted.items()
        if schema and not inspector.has_table(table, schema=schema)
    ]
    return [name for name in names if name not in dotted], dotted


def read(connection: sa.Connection, names: list[str]) -> dict[str, Live]:
    """Return the tables of these names, with their foreign keys."""
    inspector = sa.inspect(connection)
    links: dict[str, list[_Reference]] = {name: [] for name in names}
    for child, target, columns, to_columns in foreign_keys(connection, names):
        if child in links:  # not of a part of another table
            links[child].append((columns, target, to_columns))
    known = nouns(split_name(name)[1] for name in names)
    return {name: _live(inspector, (name, known), links[name]) for name in names}


def _live(
    inspector: sa.Inspector, table: tuple[str, frozenset[str]], links: list[_Reference]
) -> Live:
    full, known = table
    schema, name = split_name(full)
    with warnings.catch_warnings():
        # A column of a type that SQLAlchemy does not know is still a column.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        columns = inspector.get_columns(name, schema=schema)
    key = list(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    if not key:
        unique = inspector.get_unique_constraints(name, schema=schema)
        key = list(unique[0]["column_names"]) if unique else []
    return Live(
        full,
        {str(column["name"]): _kind(inspector, column["type"]) for column in columns},
        frozenset(str(column["name"]) for column in columns if not column["nullable"]),
        tuple(str(column) for column in key),
        tuple(sorted(links)),
        are_people(name, known),
        frozenset(str(column["name"]) for column in columns if _may_be_blank(column)),
    )


def _may_be_blank(column: Mapping[str, Any]) -> bool:
    empty = re.fullmatch(r"\(*''(::.*)?\)*", str(column.get("default") or ""))
    return bool(column["nullable"]) or empty is not None


def _kind(inspector: sa.Inspector, given: sa.types.TypeEngine[Any]) -> str:
    """Return the family of a type; SQLite's say nothing, and may hold a text."""
    dialect = inspector.dialect.name
    family = kind_of(sa.column("", taken_as(given, dialect)))
    return "text" if dialect == "sqlite" and family == "other" else family


def with_unsaid_links(tables: dict[str, Live]) -> dict[str, Live]:
    """Return the tables with the links that only a column's name tells of: `customer_ref`.

    Many a shop declares no foreign key, or keeps a number as text. What is no row of a person
    must be called a number to be meant: `order_id`, not `order`.
    """
    by_name: dict[str, list[Live]] = {}
    for table in sorted(tables.values(), key=lambda one: (len(one.bare), one.name)):
        for spelt in called(table.bare) if len(table.key) == 1 else ():
            by_name.setdefault(spelt, []).append(table)
    accounts = tables.get(with_accounts(tables))
    return {name: _linked(table, by_name, accounts) for name, table in tables.items()}


def _linked(table: Live, by_name: dict[str, list[Live]], accounts: Live | None) -> Live:
    lent = {column for columns, _, _ in table.links for column in columns}
    unsaid: list[_Reference] = []
    for column, kind in table.kinds.items():
        if column in lent or table.key == (column,):
            continue
        names, is_number = names_of(column)
        able = [
            one
            for spelt in names
            # A copy of the tables in another schema is meant by its own tables alone.
            for one in sorted(by_name.get(spelt, ()), key=lambda one: one.schema != table.schema)
        ]
        target = next((one for one in able if is_number or one.tells_people_apart), None)
        if target is None and accounts is not None and names_writer(column):
            same = kind == accounts.kinds[accounts.key[0]]
            target = accounts if same else None
        if target is not None and target.name != table.name and kind in _COMPARED:
            unsaid.append(((column,), target.name, target.key))
    columns = frozenset(item[0] for item in unsaid)
    return replace(table, links=(*table.links, *unsaid), unsaid=columns)


def with_accounts(tables: dict[str, Live]) -> str:
    """Return the one table whose key may be an account number, or nothing.

    Number 7 of another table is another person.
    """
    into = Counter(target for one in tables.values() for _, target, _ in one.links)
    able = [
        one.name
        for one in tables.values()
        if one.tells_people_apart
        and not are_staff(one.bare)
        and one.kinds[one.key[0]] in _COMPARED
    ]
    return max(able, key=lambda name: (into[name], "email" in tables[name].identities), default="")

"""Writes a first data map from a live schema; everything that is a guess says so."""

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.database import open_database, told_apart
from privacy_engine.connectors.sql.draft_names import (
    are_people,
    are_staff,
    called,
    category_of,
    identity_columns,
    names_of,
    names_writer,
    nouns,
)
from privacy_engine.connectors.sql.schema import foreign_keys, split_name, table_names
from privacy_engine.connectors.sql.types import kind_of, taken_as
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map_reader import CODE

_GUESS = "  # guess"
_COMPARED = frozenset({"text", "number", "uuid"})
_BARE = re.compile(r"[A-Za-z0-9_-]+")

_WRITER = re.compile(r"author|writer|sender|from|owner|creat|user|client|customer|member")
_MENTIONED = re.compile(
    r"about|recipient|receiver|^to_|target|moderat|approv|editor|assign|refer|followe[ed]|blocked"
)
_OF_A_PERSON = re.compile(r"address|profile|contact|avatar|setting|preference")


def draft(url: str, *, code: str = "site-database", root: Path | None = None) -> str:
    """Return a data map for one database, to be read and mended by somebody who knows it.

    No row is read, only the schema. The map is complete in tables and columns; whose a row
    is and what a deletion does to it are guesses, each marked.

    Raises:
        InvalidInput: `url` is no database address, `code` no code, or no table is there.
        Unavailable: the database cannot be reached.
    """
    if not CODE.fullmatch(code):
        raise InvalidInput("a code has small letters, digits and hyphens, as in site-database")
    engine = open_database(url, root=root)
    with told_apart(code), engine.connect() as connection:
        names, unnameable = _nameable(connection)
        tables = _with_unsaid_links(_read(connection, names))
    if not tables:
        raise InvalidInput("that database has no table which its account may see")
    owned = _owned(tables)
    unfound = _unfound(tables, owned)
    owned = {name: how for name, how in owned.items() if name not in unfound}
    others = {
        name: f"{_GUESS}: people are in it, whom no column finds" if name in unfound else _GUESS
        for name in tables
        if name not in owned
    }
    parts = [_head(code, sa.make_url(url), others)]
    parts += [
        f"# {name!r} cannot be mapped: a dot parts the schema from the table\n"
        for name in unnameable
    ]
    parts += [_table(table, tables, owned) for name, table in tables.items() if name in owned]
    return "\n".join(parts)


_Reference = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class _Live:
    """One table as the database describes it; links are (columns, table, its columns).

    `kinds` are its columns, each with the family of its type.
    `unsaid` are the columns of links that no foreign key declares.
    """

    name: str
    kinds: Mapping[str, str]
    required: frozenset[str]
    key: tuple[str, ...]
    links: tuple[_Reference, ...]
    has_peoples_name: bool
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
    def is_people(self) -> bool:
        """Whether its rows look like people: by its name, or by an address in them."""
        return "email" in self.identities or self.tells_people_apart


def _nameable(connection: sa.Connection) -> tuple[list[str], list[str]]:
    """Return the tables that a map can name, and those whose own names have a dot in them."""
    inspector, names = sa.inspect(connection), table_names(connection)
    parted = {name: split_name(name) for name in names}
    dotted = [
        name
        for name, (schema, table) in parted.items()
        if schema and not inspector.has_table(table, schema=schema)
    ]
    return [name for name in names if name not in dotted], dotted


def _read(connection: sa.Connection, names: list[str]) -> dict[str, _Live]:
    inspector = sa.inspect(connection)
    links: dict[str, list[_Reference]] = {name: [] for name in names}
    for child, target, columns, to_columns in foreign_keys(connection, names):
        if child in links:  # not of a part of another table
            links[child].append((columns, target, to_columns))
    known = nouns(split_name(name)[1] for name in names)
    return {name: _live(inspector, (name, known), links[name]) for name in names}


def _live(
    inspector: sa.Inspector, table: tuple[str, frozenset[str]], links: list[_Reference]
) -> _Live:
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
    return _Live(
        full,
        {str(column["name"]): _kind(inspector, column["type"]) for column in columns},
        frozenset(str(column["name"]) for column in columns if not column["nullable"]),
        tuple(str(column) for column in key),
        tuple(sorted(links)),
        are_people(name, known),
    )


def _kind(inspector: sa.Inspector, given: sa.types.TypeEngine[Any]) -> str:
    """Return the family of a type; SQLite's say nothing, and may hold a text."""
    dialect = inspector.dialect.name
    family = kind_of(sa.column("", taken_as(given, dialect)))
    return "text" if dialect == "sqlite" and family == "other" else family


def _with_unsaid_links(tables: dict[str, _Live]) -> dict[str, _Live]:
    """Return the tables with the links that only a column's name tells of: `customer_ref`.

    Many a shop declares no foreign key, or keeps a number as text. What is no row of a person
    must be called a number to be meant: `order_id`, not `order`.
    """
    by_name: dict[str, list[_Live]] = {}
    for table in sorted(tables.values(), key=lambda one: (len(one.bare), one.name)):
        for spelt in called(table.bare) if len(table.key) == 1 else ():
            by_name.setdefault(spelt, []).append(table)
    accounts = tables.get(_with_accounts(tables))
    return {name: _linked(table, by_name, accounts) for name, table in tables.items()}


def _linked(table: _Live, by_name: dict[str, list[_Live]], accounts: _Live | None) -> _Live:
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


def _owned(tables: dict[str, _Live]) -> dict[str, str]:
    """Return the tables that hold something of people, each with how it does.

    `people`: its rows are people; `target`: people refer to it, as to their own address; `row`:
    its rows belong to somebody; `mention`: they only bear or mention somebody.
    """
    found = {name: "people" for name, table in tables.items() if table.is_people}
    for table in [tables[name] for name in found]:
        for _, target, _ in table.links:
            if (
                target in tables
                and target not in found
                and _OF_A_PERSON.search(tables[target].bare.lower())
            ):
                found[target] = "target"
    while True:
        more = {
            name: "row"
            for name, table in tables.items()
            if name not in found and _owner_link(table, found) is not None
        }
        if not more:
            break
        found |= more
    mentioning = {
        name: "mention"
        for name, table in tables.items()
        if table.identities
        or any(found.get(target) in {"people", "row"} for _, target, _ in table.links)
    }
    return mentioning | found


def _unfound(tables: dict[str, _Live], owned: dict[str, str]) -> set[str]:
    """Return the tables to which no way leads from anything by which a person can be found."""
    accounts = _with_accounts(tables)
    reached = {name for name in owned if tables[name].identities or name == accounts}
    while True:
        more = {name for name in owned if any(to in reached for _, to, _ in tables[name].links)}
        more |= {
            to for name in reached for _, to, _ in tables[name].links if owned.get(to) == "target"
        }
        if more <= reached:
            return set(owned) - reached
        reached |= more


def _head(code: str, url: sa.URL, others: Mapping[str, str]) -> str:
    address = (
        f"url = {_text(url.render_as_string())}"
        if url.password is None
        else (f'url_file = "var/keys/{code}.url"  # the address holds a password: put it there')
    )
    listed = "".join(f"  {_text(name)},{guess}\n" for name, guess in others.items())
    said = "# nothing of people seems to be in these, where no more is said"
    unseen = f"{said}\nnot_personal = [\n{listed}]\n" if others else ""
    return (
        "# Drafted from the live schema. Lines marked `guess` are not known: read each one,\n"
        "# say whose the rows are (owner, ownership) and what a deletion does (on_delete),\n"
        "# then run `privacy-engine check` and `privacy-engine systems test`.\n\n"
        f'[[systems]]\ncode = "{code}"\ntitle = "{code}"{_GUESS}\nconnector = "sql"\n{address}\n'
        f"{unseen}"
    )


def _table(table: _Live, tables: dict[str, _Live], owned: dict[str, str]) -> str:
    name = table.name
    lines = [
        f"[systems.tables.{_quoted(name)}]",
        f'series = "{_slug(name)}"{_GUESS}',
        f"key = {_list(table.key)}"
        if table.key
        else "key = []  # nothing in the database tells its rows apart: name what does",
    ]
    if _is_correspondence(table):
        lines.append(f'owner = "shared"{_GUESS}: between two people')
    identities = list(_identities(table, _with_accounts(tables)))
    if identities:
        lines.append(f"identities = {{ {', '.join(identities)} }}{_GUESS}")
    references = list(_references(table, tables, owned))
    if references:
        lines += ["references = [", *references, "]"]
    lines.append(f"\n[systems.tables.{_quoted(name)}.columns]")
    lines += [f"{_quoted(column)} = {_column(column)}" for column in table.kinds]
    return "\n".join(lines) + "\n"


def _identities(table: _Live, accounts: str) -> Iterator[str]:
    found = table.identities | ({"account": list(table.key)} if table.name == accounts else {})
    for kind, columns in found.items():
        yield f"{kind} = {_list(columns) if len(columns) > 1 else _text(columns[0])}"


def _with_accounts(tables: dict[str, _Live]) -> str:
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


def _is_correspondence(table: _Live) -> bool:
    """Return whether rows seem to go from one address to another."""
    addresses = [name.lower() for name in table.identities.get("email", ())]
    sent = any(re.match(r"from|sender", name) for name in addresses)
    return sent and any(re.match(r"to|recipient|receiver", name) for name in addresses)


def _references(table: _Live, tables: dict[str, _Live], owned: dict[str, str]) -> Iterator[str]:
    """Yield what a table refers to; of several people the first that it must name owns the row."""
    owner = _owner_link(table, owned) if owned[table.name] == "row" else None
    for columns, target, to_columns in table.links:
        if target not in tables or target not in owned:
            continue
        own, unsure = "none", ""
        if owned[target] == "target":
            own = "target"
        elif (columns, target) == owner:
            own = "row"
        if own == "none" and target != table.name:
            unsure = ": or is the row theirs?"
        if columns in table.unsaid:
            unsure = ": no foreign key says so"
        empties = not set(columns) & (table.required | set(table.key))
        end = ', on_delete = "unlink"' if own == "none" and empties else ""
        yield (
            f"  {{ columns = {_list(columns)}, to = {_text(target)},"
            f" to_columns = {_list(to_columns)},"
            f' ownership = "{own}"{end} }},{_GUESS}{unsure}'
        )


def _owner_link(table: _Live, owned: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
    """Return the link to whoever a row belongs to; what names only staff is nobody's."""
    links = [
        (columns, target)
        for columns, target, _ in table.links
        if target != table.name
        and owned.get(target) in {"people", "row"}
        and not are_staff(split_name(target)[1])
    ]
    required = [link for link in links if set(link[0]) <= table.required | set(table.key)]
    return min(required or links, key=_how_far, default=None)


def _how_far(link: tuple[tuple[str, ...], str]) -> int:
    """Return how far a link is from whoever wrote the row, by its columns' names."""
    name = "_".join(link[0]).lower()
    return 2 if _MENTIONED.search(name) else 0 if _WRITER.search(name) else 1


def _column(name: str) -> str:
    letter, is_hidden = category_of(name)
    if not letter:
        return f"{{ }}{_GUESS}: says nothing about a person"
    hidden = ", never_disclose = true" if is_hidden else ""
    return f'{{ category = "{letter}"{hidden} }}{_GUESS}'


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "rows"


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"

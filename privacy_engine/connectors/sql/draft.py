"""Writes a first data map from a live schema; everything that is a guess says so."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from privacy_engine.connectors.sql.database import open_database, told_apart
from privacy_engine.connectors.sql.schema import foreign_keys, split_name, table_names
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map_reader import CODE

_GUESS = "  # guess"
_BARE = re.compile(r"[A-Za-z0-9_-]+")

# The first pattern that matches a column's name wins.
_CATEGORIES = (
    (
        "L",
        r"passw|secret|token|ssn|social_sec|health|diagnos|symptom|religio|race|ethnic|orientat",
    ),
    ("C", r"birth|dob|\bage\b|gender|\bsex\b|marital|veteran|disab"),
    ("A", r"mail|phone|mobile|\btel|name|address|street|\bip\b|ip_|device|cookie|account|login"),
    ("B", r"city|\bzip|postal|country|state\b|insur|iban|card"),
    ("D", r"amount|price|total|invoice|order|payment|purchase|product"),
    ("E", r"finger|face|voiceprint|biometr|iris"),
    ("F", r"agent|referr|url|path|page|visit|click|session|browser"),
    ("G", r"\blat\b|latit|longit|\blng\b|geo|location"),
    ("H", r"photo|image|audio|video|avatar|picture"),
    ("I", r"employ|\bjob|profession|licen[sc]e|practice|salary|resume"),
    ("J", r"school|grade|degree|student"),
    ("K", r"score|segment|prefer|interest|profile"),
    ("A", r"body|text|message|note|comment|subject"),
)
_IDENTITIES = (
    ("email", r"e?_?mail(_?address)?$|_mail$"),
    ("phone", r"phone|mobile|^tel$|_tel$"),
    ("device", r"device|cookie_id|visitor_id"),
)
_PEOPLE = re.compile(
    r"^(user|client|customer|member|account|person|people|subscriber|patient|contact|student"
    r"|employee|staff|guest|lead|profile)"
)
_STAFF = re.compile(r"^(employee|staff|agent|user_group|admin)")
_WRITER = re.compile(r"author|writer|sender|from|owner|creat|user|client|customer|member")
_MENTIONED = re.compile(r"about|recipient|receiver|^to_|target|moderat|approv|editor|assign|refer")
_NUMBERED = re.compile(r"_*(id|ref|no|nr|num|number|code|key)$")
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
        tables = _with_unsaid_links(_read(connection))
    if not tables:
        raise InvalidInput("that database has no table which its account may see")
    owned = _owned(tables)
    parts = [_head(code, sa.make_url(url), [name for name in tables if name not in owned])]
    parts += [_table(table, tables, owned) for name, table in tables.items() if name in owned]
    return "\n".join(parts)


_Reference = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class _Live:
    """One table as the database describes it; links are (columns, table, its columns).

    `unsaid` are the columns of links that no foreign key declares.
    """

    name: str
    columns: tuple[str, ...]
    required: frozenset[str]
    key: tuple[str, ...]
    links: tuple[_Reference, ...]
    unsaid: frozenset[tuple[str, ...]] = frozenset()

    @property
    def bare(self) -> str:
        """Its name without the schema, in small letters."""
        return split_name(self.name)[1].lower()

    @property
    def is_people(self) -> bool:
        """Whether its rows look like people: by its name, or by an address in them."""
        kinds = [kind for kind, _ in _identity_columns(self.bare, self.columns, self.key)]
        lent = {column for columns, _, _ in self.links for column in columns}
        own_key = len(self.key) == 1 and not set(self.key) & lent
        return "email" in kinds or (own_key and bool(_PEOPLE.match(self.bare)))


def _read(connection: sa.Connection) -> dict[str, _Live]:
    inspector, names = sa.inspect(connection), table_names(connection)
    links: dict[str, list[_Reference]] = {name: [] for name in names}
    for child, target, columns, to_columns in foreign_keys(connection, names):
        if child in links:  # not of a part of another table
            links[child].append((columns, target, to_columns))
    return {name: _live(inspector, name, links[name]) for name in names}


def _live(inspector: sa.Inspector, full: str, links: list[_Reference]) -> _Live:
    schema, name = split_name(full)
    columns = inspector.get_columns(name, schema=schema)
    key = list(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    if not key:
        unique = inspector.get_unique_constraints(name, schema=schema)
        key = list(unique[0]["column_names"]) if unique else []
    return _Live(
        full,
        tuple(str(column["name"]) for column in columns),
        frozenset(str(column["name"]) for column in columns if not column["nullable"]),
        tuple(str(column) for column in key),
        tuple(sorted(links)),
    )


def _with_unsaid_links(tables: dict[str, _Live]) -> dict[str, _Live]:
    """Return the tables with the links that only a column's name tells of: `customer_ref`.

    Many a shop declares no foreign key, or keeps a number as text.
    """
    people = {
        spelt: table
        for table in tables.values()
        if table.is_people and _PEOPLE.match(table.bare) and len(table.key) == 1
        for spelt in _singulars(table.bare)
    }
    found = {}
    for name, table in tables.items():
        lent = {column for columns, _, _ in table.links for column in columns}
        unsaid = [
            ((column,), target.name, target.key)
            for column in table.columns
            if column not in lent
            and (target := people.get(_named(column))) is not None
            and target.name != name
        ]
        columns = frozenset(item[0] for item in unsaid)
        found[name] = replace(table, links=(*table.links, *unsaid), unsaid=columns)
    return found


def _named(column: str) -> str:
    """Return whom a column may name: `CustomerId`, `customer_ref` and `customer` a customer."""
    return _NUMBERED.sub("", column.lower()).replace("_", "")


def _singulars(table: str) -> set[str]:
    word = table.replace("_", "")
    return {word, word.removesuffix("s"), word.replace("people", "person")}


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
                and _OF_A_PERSON.search(tables[target].bare)
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
        if any(_identity_columns(table.bare, table.columns, table.key))
        or any(found.get(target) in {"people", "row"} for _, target, _ in table.links)
    }
    return mentioning | found


def _head(code: str, url: sa.URL, others: Sequence[str]) -> str:
    address = (
        f'url = "{url.render_as_string()}"'
        if url.password is None
        else (f'url_file = "var/keys/{code}.url"  # the address holds a password: put it there')
    )
    listed = "".join(f"  {_text(name)},{_GUESS}\n" for name in others)
    unseen = (
        f"# nothing of people seems to be in these\nnot_personal = [\n{listed}]\n"
        if others
        else ""
    )
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
    if _is_correspondence(table.columns):
        lines.append(f'owner = "shared"{_GUESS}: between two people')
    identities = list(_identities(table, _with_accounts(tables)))
    if identities:
        lines.append(f"identities = {{ {', '.join(identities)} }}{_GUESS}")
    references = list(_references(table, tables, owned))
    if references:
        lines += ["references = [", *references, "]"]
    lines.append(f"\n[systems.tables.{_quoted(name)}.columns]")
    lines += [f"{_quoted(column)} = {_column(column)}" for column in table.columns]
    return "\n".join(lines) + "\n"


def _identity_columns(
    name: str, columns: Sequence[str], key: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    for kind, pattern in _IDENTITIES:
        found = [column for column in columns if re.search(pattern, column.lower())]
        if found:
            yield kind, found
    if len(key) == 1 and _PEOPLE.match(name.lower()):
        yield "account", list(key)


def _identities(table: _Live, accounts: str) -> Iterator[str]:
    for kind, found in _identity_columns(table.bare, table.columns, table.key):
        if kind == "account" and table.name != accounts:
            continue
        yield f"{kind} = {_list(found) if len(found) > 1 else _text(found[0])}"


def _with_accounts(tables: dict[str, _Live]) -> str:
    """Return the one table whose key may be an account number, or nothing.

    Number 7 of another table is another person.
    """
    named = [one for one in tables.values() if one.is_people and not _STAFF.match(one.bare)]
    into = Counter(target for one in tables.values() for _, target, _ in one.links)
    able = [one.name for one in named if _PEOPLE.match(one.bare) and len(one.key) == 1]
    return max(able, key=lambda name: into[name], default="")


def _is_correspondence(columns: Sequence[str]) -> bool:
    """Return whether rows seem to go from one address to another."""
    addresses = [name.lower() for name in columns if re.search(_IDENTITIES[0][1], name.lower())]
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
        and not _STAFF.match(split_name(target)[1].lower())
    ]
    required = [link for link in links if set(link[0]) <= table.required | set(table.key)]
    return min(required or links, key=_how_far, default=None)


def _how_far(link: tuple[tuple[str, ...], str]) -> int:
    """Return how far a link is from whoever wrote the row, by its columns' names."""
    name = "_".join(link[0]).lower()
    return 2 if _MENTIONED.search(name) else 0 if _WRITER.search(name) else 1


def _column(name: str) -> str:
    words = name.lower()
    for letter, pattern in _CATEGORIES:
        if re.search(pattern, words):
            hidden = (
                ", never_disclose = true" if re.search(r"passw|secret|token|ssn", words) else ""
            )
            return f'{{ category = "{letter}"{hidden} }}{_GUESS}'
    return f"{{ }}{_GUESS}: says nothing about a person"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "rows"


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"

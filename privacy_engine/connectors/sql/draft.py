"""Writes a first data map from a live schema; everything that is a guess says so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from privacy_engine.connectors.sql.database import open_database, told_apart
from privacy_engine.connectors.sql.draft_names import are_staff, called, category_of, names_of
from privacy_engine.connectors.sql.draft_tables import (
    Live,
    nameable,
    read,
    with_accounts,
    with_unsaid_links,
)
from privacy_engine.connectors.sql.foreign import split_name
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map_reader import CODE

_GUESS = "  # guess"
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
        names, unnameable = nameable(connection)
        tables = with_unsaid_links(read(connection, names))
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


def _owned(tables: dict[str, Live]) -> dict[str, str]:
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


def _unfound(tables: dict[str, Live], owned: dict[str, str]) -> set[str]:
    """Return the tables to which no way leads from anything by which a person can be found."""
    accounts = with_accounts(tables)
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


def _table(table: Live, tables: dict[str, Live], owned: dict[str, str]) -> str:
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
    identities = list(_identities(table, with_accounts(tables)))
    if identities:
        lines.append(f"identities = {{ {', '.join(identities)} }}{_GUESS}")
    references = list(_references(table, tables, owned))
    if references:
        lines += ["references = [", *references, "]"]
    lines.append(f"\n[systems.tables.{_quoted(name)}.columns]")
    lines += [f"{_quoted(column)} = {_column(column)}" for column in table.kinds]
    return "\n".join(lines) + "\n"


def _identities(table: Live, accounts: str) -> Iterator[str]:
    found = table.identities | ({"account": list(table.key)} if table.name == accounts else {})
    for kind, columns in found.items():
        yield f"{kind} = {_list(columns) if len(columns) > 1 else _text(columns[0])}"


def _is_correspondence(table: Live) -> bool:
    """Return whether rows seem to go from one address to another."""
    addresses = [name.lower() for name in table.identities.get("email", ())]
    sent = any(re.match(r"from|sender", name) for name in addresses)
    return sent and any(re.match(r"to|recipient|receiver", name) for name in addresses)


def _references(table: Live, tables: dict[str, Live], owned: dict[str, str]) -> Iterator[str]:
    """Yield what a table refers to; of several people the first that it must name owns the row."""
    owner = _owner_of_rows(table, owned)
    for columns, target, to_columns in table.links:
        if target not in tables or target not in owned:
            continue
        own = "row" if (columns, target) == owner else "none"
        if owned[target] == "target":
            own = "target"
        unsure = _unsure(table, columns, target, own=own)
        empties = not set(columns) & (table.required | set(table.key))
        end = ', on_delete = "unlink"' if own == "none" and empties else ""
        yield (
            f"  {{ columns = {_list(columns)}, to = {_text(target)},"
            f" to_columns = {_list(to_columns)},"
            f' ownership = "{own}"{end} }},{_GUESS}{unsure}'
        )


def _unsure(table: Live, columns: tuple[str, ...], target: str, *, own: str) -> str:
    if own == "row" and table.may_bear_no_address:
        return ": it says whose a row without an address is"
    if columns in table.unsaid:
        return ": no foreign key says so"
    return ": or is the row theirs?" if own == "none" and target != table.name else ""


def _owner_of_rows(table: Live, owned: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
    """Return the link that says whose the rows are; where no address stands, only a link does."""
    link = _owner_link(table, owned)
    if owned[table.name] == "row":
        return link
    stands_in = link is not None and table.may_bear_no_address and _is_called_after(link)
    return link if stands_in else None


def _owner_link(table: Live, owned: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
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


def _is_called_after(link: tuple[tuple[str, ...], str]) -> bool:
    """Return whether a link bears the name of what it leads to, as `customer_id` does.

    `sales_user_id` is another matter: who sold is not who bought.
    """
    columns, target = link
    names, _ = names_of(columns[0])
    return len(columns) == 1 and names[:1] != [] and names[0] in called(split_name(target)[1])


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

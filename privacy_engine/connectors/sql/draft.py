"""Writes a first data map from a live schema; everything that is a guess says so."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from privacy_engine.connectors.sql.database import open_database, told_apart

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
_PEOPLE = re.compile(r"^(user|client|customer|member|account|person|people|subscriber|patient)")


def draft(url: str, *, code: str = "site-database", root: Path | None = None) -> str:
    """Return a data map for one database, to be read and mended by somebody who knows it.

    No row is read, only the schema. The map is complete in tables and columns; whose a row
    is and what a deletion does to it are guesses, each marked.

    Raises:
        InvalidInput: `url` is no database address.
        Unavailable: the database cannot be reached.
    """
    engine = open_database(url, root=root)
    with told_apart(code), engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = inspector.get_table_names()
        parts = [_head(code, engine.url), *(_table(inspector, name, names) for name in names)]
    return "\n".join(parts)


def _head(code: str, url: sa.URL) -> str:
    address = (
        f'url = "{url.render_as_string()}"'
        if url.password is None
        else (f'url_file = "var/keys/{code}.url"  # the address holds a password: put it there')
    )
    return (
        "# Drafted from the live schema. Lines marked `guess` are not known: read each one,\n"
        "# say whose the rows are (owner, ownership) and what a deletion does (on_delete),\n"
        "# remove tables without personal data, then run `privacy-engine systems test`.\n\n"
        f'[[systems]]\ncode = "{code}"\ntitle = "{code}"{_GUESS}\nconnector = "sql"\n{address}\n'
    )


def _table(inspector: sa.Inspector, name: str, names: Iterable[str]) -> str:
    columns = [str(column["name"]) for column in inspector.get_columns(name)]
    key = list(inspector.get_pk_constraint(name)["constrained_columns"])
    lines = [
        f"[systems.tables.{_quoted(name)}]",
        f'series = "{_slug(name)}"{_GUESS}',
        f"key = {_list(key)}" if key else "key = []  # the table has no primary key: name one",
    ]
    identities = list(_identities(name, columns, key))
    if identities:
        lines.append(f"identities = {{ {', '.join(identities)} }}{_GUESS}")
    references = list(_references(inspector, name, set(names)))
    if references:
        lines += ["references = [", *references, "]"]
    if not identities and not references:
        lines.append("# nothing leads here: how are its rows found? If nobody's, remove it")
    lines.append(f"\n[systems.tables.{_quoted(name)}.columns]")
    lines += [f"{_quoted(column)} = {_column(column)}" for column in columns]
    return "\n".join(lines) + "\n"


def _identities(name: str, columns: list[str], key: list[str]) -> Iterator[str]:
    for kind, pattern in _IDENTITIES:
        found = [column for column in columns if re.search(pattern, column.lower())]
        if found:
            yield f"{kind} = {_list(found) if len(found) > 1 else _text(found[0])}"
    if len(key) == 1 and _PEOPLE.match(name.lower()):
        yield f"account = {_text(key[0])}"


def _references(inspector: sa.Inspector, name: str, names: set[str]) -> Iterator[str]:
    for foreign in inspector.get_foreign_keys(name):
        if foreign["referred_table"] not in names:
            continue
        columns, target = list(foreign["constrained_columns"]), str(foreign["referred_table"])
        # A row that names another of its own table is rarely that one's: who referred whom.
        own = "row" if _PEOPLE.match(target.lower()) and target != name else "none"
        yield (
            f"  {{ columns = {_list(columns)}, to = {_text(target)},"
            f" to_columns = {_list(list(foreign['referred_columns']))},"
            f' ownership = "{own}" }},{_GUESS}'
        )


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


def _list(values: list[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"

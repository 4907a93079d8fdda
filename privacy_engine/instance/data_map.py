"""The data map of an instance: read from TOML, every fault with its line.

The map is what makes a deletion complete and confined: what it does not name is not touched,
and what it names wrongly must be found here, before a person's case depends on it.
"""

import tomllib
from pathlib import Path
from typing import Any

from privacy_engine.errors import Fault
from privacy_engine.instance.data_map_checks import system_faults
from privacy_engine.instance.data_map_kinds_reader import (
    files_rules,
    mailbox_rules,
    opendsr_rules,
    quarantine_rules,
)
from privacy_engine.instance.data_map_lines import Place, map_lines
from privacy_engine.instance.data_map_model import (
    CATEGORIES,
    Column,
    ColumnRule,
    ConnectorKind,
    DataMap,
    Disposal,
    Identity,
    IdentityKind,
    Keep,
    OnDelete,
    OnTargetDelete,
    Owner,
    Ownership,
    Planting,
    Reference,
    System,
    Table,
)
from privacy_engine.instance.data_map_reader import CODE, Raw, Reader
from privacy_engine.instance.data_map_sentinels import plantings
from privacy_engine.instance.terms import PROOFS

__all__ = [
    "CATEGORIES",
    "Column",
    "ColumnRule",
    "ConnectorKind",
    "DataMap",
    "Disposal",
    "Identity",
    "IdentityKind",
    "Keep",
    "OnDelete",
    "OnTargetDelete",
    "Owner",
    "Ownership",
    "Planting",
    "Reference",
    "System",
    "Table",
    "parse",
]

_SYSTEM_KEYS = frozenset(
    [
        "code",
        "title",
        "connector",
        "url",
        "url_file",
        "url_setting",
        "read_only_url",
        "secret_file",
        "allow_private",
        "test",
        "searchable",
        "recipients",
        "series",
        "categories",
        "contact",
        "search_by",
        "identities",
        "correctable",
        "tables",
        "files",
        "mailbox",
        "opendsr",
        "quarantine",
        "not_personal",
        "sentinel",
    ]
)
_TABLE_KEYS = frozenset(
    [
        "series",
        "key",
        "owner",
        "on_delete",
        "keep",
        "identities",
        "references",
        "columns",
        "triggers",
        "delete_after",
    ]
)
_REFERENCE_KEYS = frozenset(["columns", "to", "to_columns", "ownership", "on_delete"])
_COLUMN_KEYS = frozenset(
    ["category", "sensitive", "on_delete", "export", "never_disclose", "party", "title", "proof"]
)


def parse(path: str | Path, text: str) -> tuple[DataMap, list[Fault]]:
    """Return the data map in `text` with every fault found; `path` only names the file.

    A map with faults is returned as far as it could be read, for checks that go on.
    """
    text = text.removeprefix("\ufeff")  # some editors begin a file so
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", None) or _line_in(str(error))
        return DataMap(), [Fault(str(path), line, f"not TOML: {error}")]
    except RecursionError:
        return DataMap(), [Fault(str(path), 1, "not TOML: lists lie too deep within each other")]
    reader = Reader(str(path), map_lines(text))
    reader.only(raw, (), frozenset({"systems"}))
    listed = raw.get("systems", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        reader.fault(("systems",), "systems must be written as [[systems]]")
        listed = []
    systems = tuple(_system(reader, item, ("systems", at)) for at, item in enumerate(listed))
    _refuse_repeats(reader, systems)
    for at, system in enumerate(systems):
        for place, message in system_faults(system):
            reader.fault(("systems", at, *place), message)
    return DataMap(systems), sorted(set(reader.faults))


def _line_in(message: str) -> int:
    digits = message.rpartition("at line ")[2].split(",")[0]
    return int(digits) if digits.isdigit() else 1


def _refuse_repeats(reader: Reader, systems: tuple[System, ...]) -> None:
    codes: set[str] = set()
    for at, system in enumerate(systems):
        if system.code in codes:
            reader.fault(("systems", at, "code"), f"system {system.code!r} is declared twice")
        codes.add(system.code)


def _system(reader: Reader, raw: Raw, place: Place) -> System:
    reader.only(raw, place, _SYSTEM_KEYS)
    code = reader.text(raw, "code", place)
    if not CODE.fullmatch(code):
        reader.fault((*place, "code"), "code must be words of small letters joined by hyphens")
    tables = reader.table(raw, "tables", place)
    return System(
        code=code,
        title=reader.text(raw, "title", place) or code,
        connector=reader.one_of(raw, "connector", place, default=ConnectorKind.MANUAL),
        **{key: reader.text(raw, key, place) for key in _ADDRESSES},
        allow_private=reader.flag(raw, "allow_private", place),
        test=reader.flag(raw, "test", place),
        searchable=reader.flag(raw, "searchable", place, default=True),
        recipients=reader.words(raw, "recipients", place),
        declared_series=reader.words(raw, "series", place),
        declared_categories=reader.words(raw, "categories", place),
        contact=reader.text(raw, "contact", place),
        search_by=_search_by(reader, raw, place),
        identities=_identities(reader, raw, place),
        correctable=reader.words(raw, "correctable", place),
        tables=tuple(
            _table(reader, name, (tables[name], (*place, "tables", name))) for name in tables
        ),
        files=files_rules(reader, raw, place),
        mailbox=mailbox_rules(reader, raw, place),
        opendsr=opendsr_rules(reader, raw, place),
        quarantine=quarantine_rules(reader, raw, place),
        not_personal=reader.words(raw, "not_personal", place),
        sentinel=plantings(reader, raw, place),
        where=reader.where(place),
    )


_ADDRESSES = ("url", "url_file", "url_setting", "read_only_url", "secret_file")


def _search_by(reader: Reader, raw: Raw, place: Place) -> tuple[str, ...]:
    words = reader.words(raw, "search_by", place)
    for word in sorted(set(words) - {kind.value for kind in IdentityKind}):
        reader.fault((*place, "search_by"), f"unknown kind of identity {word!r}")
    return words or System("", "", ConnectorKind.MANUAL).search_by


def _table(reader: Reader, name: str, at: tuple[Any, Place]) -> Table:
    raw, place = at
    if not isinstance(raw, dict):
        reader.fault(place, f"table {name} must be a TOML table")
        raw = {}
    reader.only(raw, place, _TABLE_KEYS)
    columns = reader.table(raw, "columns", place)
    keep = reader.table(raw, "keep", place)
    return Table(
        name=name,
        series=reader.text(raw, "series", place),
        key=reader.words(raw, "key", place),
        owner=reader.one_of(raw, "owner", place, default=Owner.SUBJECT),
        on_delete=reader.one_of(raw, "on_delete", place, default=_usual(raw)),
        keep=reader.keep(keep, (*place, "keep")) if keep else None,
        identities=_identities(reader, raw, place),
        references=_references(reader, raw, place),
        columns=tuple(
            _column(reader, column, (columns[column], (*place, "columns", column)))
            for column in columns
        ),
        triggers=_triggers(reader, raw, place),
        delete_after=reader.words(raw, "delete_after", place),
        where=reader.where(place),
    )


def _usual(raw: Raw) -> OnDelete:
    """Rows of one person go; rows that others share wait for a decision."""
    return OnDelete.DELETE if raw.get("owner", "subject") == "subject" else OnDelete.DECIDE


def _identities(reader: Reader, raw: Raw, place: Place) -> tuple[Identity, ...]:
    """Read `{ email = "email", "external:stripe" = ["stripe_id"] }`."""
    found: list[Identity] = []
    kinds = {kind.value for kind in IdentityKind}
    listed = reader.table(raw, "identities", place)
    for key in listed:
        kind, _, issuer = key.partition(":")
        if kind not in kinds or (issuer and kind != IdentityKind.EXTERNAL):
            reader.fault((*place, "identities"), f"unknown kind of identity {key!r}")
            continue
        columns = reader.words(listed, key, (*place, "identities"))
        found.extend(Identity(IdentityKind(kind), column, issuer) for column in columns)
    return tuple(found)


def _triggers(reader: Reader, raw: Raw, place: Place) -> tuple[tuple[str, str], ...]:
    listed = reader.table(raw, "triggers", place)
    at = (*place, "triggers")
    return tuple((word, reader.text(listed, word, at)) for word in listed)


def _references(reader: Reader, raw: Raw, place: Place) -> tuple[Reference, ...]:
    at = (*place, "references")
    listed = raw.get("references", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        reader.fault(at, "references must be a list of tables")
        return ()
    return tuple(_reference(reader, item, at) for item in listed)


def _reference(reader: Reader, raw: Raw, place: Place) -> Reference:
    reader.only(raw, place, _REFERENCE_KEYS)
    return Reference(
        columns=reader.words(raw, "columns", place),
        to=reader.text(raw, "to", place),
        to_columns=reader.words(raw, "to_columns", place),
        ownership=reader.one_of(raw, "ownership", place, default=Ownership.ROW),
        on_delete=reader.one_of(raw, "on_delete", place, default=OnTargetDelete.DECIDE),
        where=reader.where(place),
    )


def _column(reader: Reader, name: str, at: tuple[Any, Place]) -> Column:
    raw, place = at
    if not isinstance(raw, dict):
        reader.fault(place, f'column {name} must be a table such as {{ category = "A" }}')
        raw = {}
    reader.only(raw, place, _COLUMN_KEYS)
    category = reader.text(raw, "category", place)
    if category and category not in CATEGORIES:
        reader.fault(place, f"unknown category {category!r}; Civ. Code 1798.140(v)(1) has A to L")
    proof = reader.text(raw, "proof", place)
    hidden = reader.flag(raw, "never_disclose", place)
    if proof and proof not in PROOFS:
        reader.fault(place, f"proof {proof!r} is none of: {', '.join(PROOFS)}")
    if proof and hidden:
        reader.fault(place, "what is never disclosed must not be asked for either")
    return Column(
        name=name,
        category=category,
        sensitive=reader.flag(raw, "sensitive", place, default=category == "L"),
        on_delete=reader.column_rule(raw.get("on_delete"), place),
        export=reader.flag(raw, "export", place, default=True),
        never_disclose=hidden,
        parties=reader.words(raw, "party", place),
        title=reader.text(raw, "title", place),
        proof=proof,
        where=reader.where(place),
    )

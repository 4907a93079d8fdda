"""What must hold between the parts of one system in the data map."""

from collections.abc import Iterator

from privacy_engine.instance import field_names
from privacy_engine.instance.data_map_lines import Place
from privacy_engine.instance.data_map_model import (
    CATEGORIES,
    ConnectorKind,
    Disposal,
    OnDelete,
    OnTargetDelete,
    Owner,
    Ownership,
    Reference,
    System,
    Table,
)
from privacy_engine.instance.data_map_sentinels import sentinel_faults

Found = tuple[Place, str]

_NEEDS_ADDRESS = frozenset(ConnectorKind) - {ConnectorKind.MANUAL, ConnectorKind.RECIPIENT}
_NEEDS_SECRET = {
    ConnectorKind.WEBHOOK: "webhooks are signed",
    ConnectorKind.MAILBOX: "it holds the password",
}
_RULES = {
    ConnectorKind.FILES: "files: which files are whose",
    ConnectorKind.OPENDSR: "a table opendsr with its processor",
}


def system_faults(system: System) -> Iterator[Found]:
    """Yield every fault as a place inside the system and a message."""
    yield from _addresses(system)
    for letter in set(system.declared_categories) - set(CATEGORIES):
        yield ("categories",), f"unknown category {letter!r}; Civ. Code 1798.140(v)(1) has A to L"
    if system.tables and system.connector is not ConnectorKind.SQL:
        yield ("tables",), "only a sql system has tables"
    if system.connector is ConnectorKind.SQL and not system.tables:
        yield (), f"system {system.code!r} has no tables: nothing in it can be found"
    yield from _kind_faults(system)
    yield from _quarantine_faults(system)
    yield from _correctable_faults(system)
    yield from sentinel_faults(system)
    for name in {table.name for table in system.tables} & set(system.not_personal):
        yield ("not_personal",), f"{name} cannot be mapped and be said to hold nothing personal"
    for table in system.tables:
        for place, message in _table_faults(system, table):
            yield ("tables", table.name, *place), message
    for name in _unreachable(system):
        yield (
            ("tables", name),
            f"table {name} is not reachable: it has no identities, and no reference leads to it",
        )


def _addresses(system: System) -> Iterator[Found]:
    given = [key for key in ("url", "url_file", "url_setting") if getattr(system, key)]
    if system.connector in _NEEDS_ADDRESS and len(given) != 1:
        yield (), f"system {system.code!r} needs exactly one of url, url_file, url_setting"
    if system.connector in _NEEDS_SECRET and not system.secret_file:
        yield (), f"system {system.code!r} needs secret_file: {_NEEDS_SECRET[system.connector]}"
    if system.url and "@" in system.url and ":" in system.url.partition("://")[2].split("@")[0]:
        yield ("url",), "a password does not belong in the data map: use url_file"


def _quarantine_faults(system: System) -> Iterator[Found]:
    """Yield why a system could not hear of a freeze."""
    rules = system.quarantine
    if rules is None:
        return
    given = sum(1 for address in (rules.url, rules.url_setting) if address)
    if system.connector is ConnectorKind.WEBHOOK and not given and not rules.secret_file:
        return
    if given != 1:
        yield ("quarantine",), "quarantine needs exactly one of url, url_setting"
    if not rules.secret_file:
        yield ("quarantine",), "quarantine needs secret_file: what is told is signed"


def _correctable_faults(system: System) -> Iterator[Found]:
    """Yield why fields could not be corrected as they are named."""
    if system.correctable and system.connector in {ConnectorKind.SQL, ConnectorKind.RECIPIENT}:
        yield ("correctable",), f"a {system.connector} system names no fields to correct"
        return
    whose = {item.column for item in system.identities if item.kind.names_one_person}
    for name in system.correctable:
        series, _, field = name.partition(".")
        if series not in system.declared_series or not field_names.FIELD.fullmatch(field):
            yield ("correctable",), f"{name!r} is no field of its series; write series.field"
        elif field in whose:
            yield ("correctable",), f"{name!r} says whose a record is, and cannot be corrected"
        elif field_names.is_credential(field):
            yield ("correctable",), f"{name!r} seems to hold a secret, which nobody may correct"


def _kind_faults(system: System) -> Iterator[Found]:
    """Yield what belongs to another kind of system, and what this kind lacks."""
    given = {
        ConnectorKind.FILES: system.files,
        ConnectorKind.MAILBOX: system.mailbox,
        ConnectorKind.OPENDSR: system.opendsr,
    }
    for kind, rules in given.items():
        if rules and system.connector is not kind:
            yield (str(kind),), f"{kind} belongs to a system whose connector is {kind}"
    if system.identities and system.connector is not ConnectorKind.WEBHOOK:
        yield ("identities",), "only records of a webhook system are looked at for whose they are"
    if system.connector in _RULES and not given[system.connector]:
        yield (), f"system {system.code!r} needs {_RULES[system.connector]}"


def _table_faults(system: System, table: Table) -> Iterator[Found]:
    if not table.key:
        yield (), f"table {table.name} needs key: the columns that tell its rows apart"
    if not table.series:
        yield (), f"table {table.name} needs series: what kind of record its rows are"
    names = {other.name for other in system.tables}
    for name in set(table.delete_after) - names:
        yield ("delete_after",), f"delete_after names the unknown table {name!r}"
    for reference in table.references:
        for message in _reference_faults(system, table, reference):
            yield ("references",), message
    yield from _disposal_faults(table)
    yield from _party_faults(table)


def _reference_faults(system: System, table: Table, reference: Reference) -> Iterator[str]:
    target = next((other for other in system.tables if other.name == reference.to), None)
    if target is None:
        yield f"{table.name} refers to the unknown table {reference.to!r}"
        return
    width = len(reference.to_columns or target.key)
    if not reference.columns or len(reference.columns) != width:
        have = len(reference.columns)
        yield f"the reference to {reference.to} pairs {have} columns with {width}"
    if _would_dangle(table, reference, target):
        yield (
            f"{table.name} stays but refers to {target.name}, which is deleted: say what becomes"
            ' of the reference (on_delete = "unlink" or "keep"), or anonymise the target'
        )


def _would_dangle(table: Table, reference: Reference, target: Table) -> bool:
    stays = table.owner is Owner.SUBJECT and table.on_delete in {OnDelete.KEEP, OnDelete.ANONYMISE}
    cleared = any(
        (column := table.column(name))
        and column.on_delete
        and column.on_delete.disposal is not Disposal.KEEP
        for name in reference.columns
    )
    goes = target.owner is Owner.SUBJECT and target.on_delete is OnDelete.DELETE
    undecided = reference.on_delete is OnTargetDelete.DECIDE
    return stays and goes and undecided and not cleared and reference.ownership != Ownership.NONE


def _disposal_faults(table: Table) -> Iterator[Found]:
    if (table.on_delete is OnDelete.KEEP) != (table.keep is not None):
        yield ("keep",), f'table {table.name}: on_delete = "keep" and keep = {{…}} belong together'
    if table.owner is not Owner.SUBJECT and table.on_delete is OnDelete.DELETE:
        yield (
            ("on_delete",),
            f"rows of {table.name} belong to others too and are never deleted for one of them",
        )
    if table.on_delete is OnDelete.ANONYMISE:
        yield from _anonymisation_faults(table)


def _anonymisation_faults(table: Table) -> Iterator[Found]:
    identities = {identity.column for identity in table.identities} - set(table.key)
    for name in sorted(identities):
        column = table.column(name)
        if column is None or column.on_delete is None:
            yield (), f"{table.name} is anonymised, but nothing is said of its identity {name}"
    for column in table.columns:
        if column.category and column.on_delete is None and column.name not in table.key:
            yield (
                ("columns", column.name),
                f"{table.name} is anonymised, but nothing is said of {column.name}",
            )
    if not any(column.on_delete for column in table.columns):
        yield (), f"{table.name} is anonymised, but no column has an on_delete"


def _party_faults(table: Table) -> Iterator[Found]:
    links = {identity.column for identity in table.identities}
    links |= {name for reference in table.references for name in reference.columns}
    for column in table.columns:
        for party in set(column.parties) - links:
            yield (
                ("columns", column.name),
                f"party {party!r} is neither an identity nor a reference column",
            )


def _unreachable(system: System) -> list[str]:
    """Return the tables that no walk from an identity reaches; cycles are walked once."""
    reached = {table.name for table in system.tables if table.identities}
    while True:
        more = {name for name in _linked(system, reached) if name not in reached}
        if not more:
            return [table.name for table in system.tables if table.name not in reached]
        reached |= more


def _linked(system: System, reached: set[str]) -> Iterator[str]:
    for table in system.tables:
        for reference in table.references:
            if reference.to in reached:
                yield table.name
            if table.name in reached and reference.ownership is Ownership.TARGET:
                yield reference.to

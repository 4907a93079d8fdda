"""How the data map says that an invented person is planted: read, and checked within a system."""

import re
from collections.abc import Iterator

from privacy_engine.instance import file_patterns
from privacy_engine.instance.data_map_lines import Place
from privacy_engine.instance.data_map_model import ConnectorKind, Planting, System
from privacy_engine.instance.data_map_reader import Raw, Reader

WORDS = re.compile(r"\{(\w+)\}")
_KNOWN_WORDS = ("email", "phone", "name", "number", "account", "device", "today")
_PLACES = {
    ConnectorKind.SQL: "table",
    ConnectorKind.MAILBOX: "folder",
    ConnectorKind.FILES: "file",
}
_PARTS = {
    ConnectorKind.MAILBOX: frozenset({"subject", "text"}),
    ConnectorKind.FILES: frozenset({"text"}),
}
_ASKED_BY = frozenset({"email", "account"})
"""What the requests of invented people name: by nothing else is a planted file found."""


def plantings(reader: Reader, raw: Raw, place: Place) -> tuple[Planting, ...]:
    """Read `[[systems.sentinel]]`: what an invented person has, in the order of planting."""
    at = (*place, "sentinel")
    listed = raw.get("sentinel", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        reader.fault(at, "sentinel must be written as [[systems.sentinel]]")
        return ()
    said = raw.get("connector")
    key = next((key for kind, key in _PLACES.items() if kind == said), "")
    if not key:
        if listed:
            kinds = ", ".join(_PLACES)
            reader.fault((*at, 0), f"an invented person can be planted in these systems: {kinds}")
        return ()
    return tuple(_planting(reader, item, (*at, number), key) for number, item in enumerate(listed))


def _planting(reader: Reader, raw: Raw, place: Place, key: str) -> Planting:
    reader.only(raw, place, frozenset({key, "values"}))
    values = reader.table(raw, "values", place)
    for name, value in values.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            reader.fault(place, f"{name} of what is planted must be a text or a whole number")
    return Planting(reader.text(raw, key, place), tuple(values.items()))


def sentinel_faults(system: System) -> Iterator[tuple[Place, str]]:
    """Yield what would keep an invented person from being planted, found and deleted."""
    for number, planting in enumerate(system.sentinel):
        for message in _faults_of(system, planting):
            yield ("sentinel", number), message
        for word in WORDS.findall(" ".join([planting.place, *map(_text, planting.values)])):
            if word not in _KNOWN_WORDS:
                what = f"what is planted in {planting.place} uses the unknown {{{word}}}"
                yield ("sentinel", number), what


def _text(pair: tuple[str, str | int]) -> str:
    return str(pair[1])


def _faults_of(system: System, planting: Planting) -> Iterator[str]:
    names = {name for name, _ in planting.values}
    for name in sorted(names - _PARTS.get(system.connector, names)):
        known = ", ".join(sorted(_PARTS[system.connector]))
        yield f"what is planted in {planting.place} has the unknown {name}; known: {known}"
    if system.connector is ConnectorKind.SQL:
        yield from _row_faults(system, planting, names)
    elif system.connector is ConnectorKind.MAILBOX:
        folders = system.mailbox.folders if system.mailbox else ()
        if not planting.place or (folders and planting.place not in folders):
            yield f"what is planted in the folder {planting.place!r} would never be found"
    elif not _is_found(system, planting.place):
        yield (
            f"no entry of files finds the planted {planting.place!r} by its name: it must match "
            "one that names {account} or {email}"
        )


def _row_faults(system: System, planting: Planting, names: set[str]) -> Iterator[str]:
    table = next((one for one in system.tables if one.name == planting.place), None)
    if table is None:
        yield f"sentinel names the unknown table {planting.place!r}"
    elif not set(table.key) <= names:
        yield f"a planted row of {table.name} must name its key: write {{number}}"


def _is_found(system: System, path: str) -> bool:
    """Return whether an entry of files takes the path, whoever it is planted for."""
    return any(
        rule.is_named
        and set(file_patterns.words_in(rule.files)) <= _ASKED_BY
        and re.fullmatch(file_patterns.expression(rule.files, {}), path)
        for rule in system.files
        if ".." not in path.split("/")
    )

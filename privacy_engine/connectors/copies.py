"""Copies of a person's records on their way into a package: sealed under the person's key.

Erasing the person makes what is left unreadable; a finished or abandoned case deletes it.
"""

import base64
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.connectors.protocol import Record
from privacy_engine.errors import Conflict
from privacy_engine.keys.ring import write_private

_MAX_RECORDS = 1_000_000


@dataclass(frozen=True, repr=False)
class CopiedTable:
    """One table of one system: rows as they may be disclosed, and what is held but never shown."""

    system: str
    series: str
    table: str
    rows: tuple[Mapping[str, Any], ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """How many rows a system gave, and how many of which table were held apart."""

    rows: int
    apart: Mapping[str, int]


def write(
    settings: Settings, case: str, *, system: str, records: Iterable[Record], key: bytes
) -> Written:
    """Seal what one system gave. A repeat replaces it.

    Records that name somebody else lie apart until an officer has decided. They are written
    first: after a crash between the two files the system is asked again.

    Raises:
        Conflict: there is more than a package can hold.
    """
    own = _Tables()
    apart = _Tables()
    for record in records:
        (apart if record.names_another else own).add(record)
        if own.rows + apart.rows > _MAX_RECORDS:
            raise Conflict(f"{system} gives more than {_MAX_RECORDS} records")
    settle(settings, case, system, give=False)
    _given(settings, case, system).unlink(missing_ok=True)
    if apart.rows:
        write_private(_apart(settings, case, system), apart.sealed(key, f"{case}/{system}/apart"))
    path = _folder(settings, case) / f"{system}.copy"
    write_private(path, own.sealed(key, f"{case}/{system}"))
    return Written(own.rows, apart.counts)


def _as_json(tables: list[dict[str, Any]]) -> bytes:
    """Return JSON; a value that goes too far for it, as 10**30 does, is kept as its text."""
    try:
        return orjson.dumps(tables, default=_written)
    except orjson.JSONEncodeError:
        for table in tables:
            table["rows"] = [
                {name: _plain(value) for name, value in row.items()} for row in table["rows"]
            ]
        return orjson.dumps(tables, default=_written)


def _plain(value: object) -> object:
    try:
        orjson.dumps([value], default=_written)
    except orjson.JSONEncodeError:
        return json.dumps(value, default=_written)
    return value


def _written(value: object) -> str:
    """Return a value that JSON has no way to write as a text that somebody can read again."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


class _Tables:
    """Records on their way into a file, by table."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        self.rows = 0

    def add(self, record: Record) -> None:
        place = (record.series, record.table)
        entry = self._found.setdefault(place, {"rows": [], "withheld": []})
        entry["rows"].append(dict(record.values))
        entry["withheld"] = sorted({*entry["withheld"], *record.withheld})
        self.rows += 1

    @property
    def counts(self) -> dict[str, int]:
        return {table: len(entry["rows"]) for (_, table), entry in self._found.items()}

    def sealed(self, key: bytes, bound_to: str) -> bytes:
        listed: list[dict[str, Any]] = [
            {"series": series, "table": table, **entry}
            for (series, table), entry in self._found.items()
        ]
        return keys.seal(key, _as_json(listed), bound_to=bound_to.encode())


def is_apart(settings: Settings, case: str, system: str) -> bool:
    """Return whether records of a system wait for a decision."""
    return _apart(settings, case, system).exists()


def apart(settings: Settings, case: str, system: str, *, key: bytes) -> list[CopiedTable]:
    """Return the records of a system that wait for a decision; none once it was taken.

    Raises:
        VerificationError: the person was erased meanwhile, or the file was changed.
    """
    path = _apart(settings, case, system)
    if not path.exists():
        return []
    return list(_opened(path, system, key=key, bound_to=f"{case}/{system}/apart"))


def settle(settings: Settings, case: str, system: str, *, give: bool) -> None:
    """Put what lay apart into the copy, or delete it; nothing where nothing lies there."""
    path = _apart(settings, case, system)
    if give and path.exists():
        path.replace(_given(settings, case, system))
    path.unlink(missing_ok=True)


def has(settings: Settings, case: str, system: str) -> bool:
    """Return whether the copy of a system lies there."""
    return (_folder(settings, case) / f"{system}.copy").exists()


def write_file(
    settings: Settings, case: str, *, system: str, suffix: str, content: bytes, key: bytes
) -> None:
    """Seal the file that a person copied out of a system; a repeat replaces it."""
    for older in _folder(settings, case).glob(f"{system}.file.*"):
        older.unlink(missing_ok=True)
    path = _folder(settings, case) / f"{system}.file{suffix}"
    write_private(path, keys.seal(key, content, bound_to=f"{case}/{path.name}".encode()))


def files(settings: Settings, case: str, *, key: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Yield system, ending and content of every file that a person copied for a case.

    Raises:
        VerificationError: the person was erased meanwhile, or a file was changed.
    """
    for path in files_of(settings, case):
        body = keys.unseal(key, path.read_bytes(), bound_to=f"{case}/{path.name}".encode())
        yield path.name.partition(".file.")[0], path.suffix, body


def files_of(settings: Settings, case: str) -> list[Path]:
    """Return the sealed files that people copied for a case."""
    return sorted(_folder(settings, case).glob("*.file.*"))


def read(settings: Settings, case: str, *, key: bytes) -> Iterator[CopiedTable]:
    """Yield what every system gave for a case.

    Raises:
        VerificationError: the person was erased meanwhile, or a file was changed.
    """
    for path in sorted(_folder(settings, case).glob("*.copy")):
        system, bound_to = path.stem, f"{case}/{path.stem}"
        tables = list(_opened(path, system, key=key, bound_to=bound_to))
        given = _given(settings, case, system)
        if given.exists():  # an officer found that these are the person's too
            tables += _opened(given, system, key=key, bound_to=f"{bound_to}/apart")
        yield from _joined(tables)


def _joined(tables: Iterable[CopiedTable]) -> list[CopiedTable]:
    found: dict[tuple[str, str], CopiedTable] = {}
    for table in tables:
        place = (table.series, table.table)
        if (known := found.get(place)) is not None:
            withheld = tuple(sorted({*known.withheld, *table.withheld}))
            table = replace(table, rows=(*known.rows, *table.rows), withheld=withheld)  # noqa: PLW2901
        found[place] = table
    return list(found.values())


def _opened(path: Path, system: str, *, key: bytes, bound_to: str) -> Iterator[CopiedTable]:
    for entry in orjson.loads(keys.unseal(key, path.read_bytes(), bound_to=bound_to.encode())):
        yield CopiedTable(
            system,
            entry["series"],
            entry["table"],
            tuple(entry["rows"]),
            tuple(entry["withheld"]),
        )


def remove(settings: Settings, case: str) -> None:
    """Delete the copies of a case."""
    shutil.rmtree(_folder(settings, case), ignore_errors=True)


def _folder(settings: Settings, case: str) -> Path:
    return settings.exports_directory / "copies" / case


def _apart(settings: Settings, case: str, system: str) -> Path:
    return _folder(settings, case) / f"{system}.apart"


def _given(settings: Settings, case: str, system: str) -> Path:
    return _folder(settings, case) / f"{system}.given"

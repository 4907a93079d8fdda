"""Copies of a person's records on their way into a package: sealed under the person's key.

Erasing the person makes what is left unreadable; a finished or abandoned case deletes it.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


def write(
    settings: Settings, case: str, *, system: str, records: Iterable[Record], key: bytes
) -> int:
    """Seal what one system gave; return the number of rows. A repeat replaces the file.

    Raises:
        Conflict: there is more than a package can hold.
    """
    tables: dict[tuple[str, str], dict[str, Any]] = {}
    count = 0
    for record in records:
        count += 1
        if count > _MAX_RECORDS:
            raise Conflict(f"{system} gives more than {_MAX_RECORDS} records")
        entry = tables.setdefault((record.series, record.table), {"rows": [], "withheld": []})
        entry["rows"].append(dict(record.values))
        entry["withheld"] = sorted({*entry["withheld"], *record.withheld})
    body = orjson.dumps(
        [{"series": series, "table": table, **entry} for (series, table), entry in tables.items()],
        default=str,
    )
    path = _folder(settings, case) / f"{system}.copy"
    write_private(path, keys.seal(key, body, bound_to=f"{case}/{system}".encode()))
    return count


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
        body = keys.unseal(key, path.read_bytes(), bound_to=f"{case}/{path.stem}".encode())
        for entry in orjson.loads(body):
            yield CopiedTable(
                path.stem,
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

"""A MAC on every row that says who is who, who reported whom, and whose key is whose.

No entry of the log commits to these rows: that would bind the log for ever to names that must be
forgotten. So each carries a seal under a key that the database does not hold. A row that was
changed, or put there past the engine, is found by `log verify`. One that was removed is not: it
looks as if nobody had ever been there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Table, select, true, update
from sqlmodel import Session, SQLModel

from privacy_engine import keys
from privacy_engine.keys import KeyRing
from privacy_engine.log.findings import Finding
from privacy_engine.log.tables import (
    ErasureNoticeRow,
    SuppressionRow,
    VaultAliasRow,
    VaultKeyRow,
    VaultLinkRow,
    VaultSiteRow,
)

_PAGE = 5_000
SEALED: tuple[type[SQLModel], ...] = (
    VaultAliasRow,
    VaultKeyRow,
    VaultLinkRow,
    VaultSiteRow,
    SuppressionRow,
    ErasureNoticeRow,
)
# What has a proof of its own: the wrapping is authenticated, and changes with every epoch.
_APART = frozenset({"seal", "epoch", "wrapped"})


class RowSeals:
    """Seals rows of one engine's database."""

    def __init__(self, ring: KeyRing) -> None:
        self._key = keys.derive(ring.secret("dedupe-pepper"), label="row-seal")

    def of(self, table: str, values: Iterable[object]) -> bytes:
        """Return the seal over a row's values, in the order of the table's columns."""
        spelled = orjson.dumps([table, *map(_spelled, values)])
        return keys.mac(self._key, spelled)

    def sealed(self, row: type, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a new row, and its seal."""
        table: Table = row.__table__  # type: ignore[attr-defined]
        said = (values[name] for name in covered(table))
        return {**values, "seal": self.of(table.name, said)}


def covered(table: Table) -> list[str]:
    """Return the columns under the seal of a table."""
    return [item.name for item in table.columns if item.name not in _APART]


def check(session: Session, ring: KeyRing) -> Finding:
    """Return whether every row carries the seal that its values call for."""
    seals, finding = RowSeals(ring), Finding()
    for row in SEALED:
        table: Table = row.__table__  # type: ignore[attr-defined]
        count = len(covered(table))
        for values in _rows(session, table):
            finding.checked += 1
            if not keys.same(bytes(values[count] or b""), seals.of(table.name, values[:count])):
                finding.fault(f"a row of {table.name} is not one that the engine wrote")
    return finding


def seal_again(session: Session, ring: KeyRing, row: type, *, where: Any) -> None:
    """Seal rows anew whose values this transaction has just changed."""
    seals = RowSeals(ring)
    table: Table = row.__table__  # type: ignore[attr-defined]
    names = covered(table)
    keyed = list(table.primary_key.columns)
    statement = select(*(table.c[name] for name in names)).where(where)
    for values in session.execute(statement).all():
        said = dict(zip(names, values, strict=True))
        session.execute(
            update(table)
            .where(*(column == said[column.name] for column in keyed))
            .values(seal=seals.of(table.name, values))
        )


def seal_all(session: Session, ring: KeyRing) -> None:
    """Seal every row of a database that comes from before there were seals."""
    for row in SEALED:
        seal_again(session, ring, row, where=true())
    session.flush()


def _rows(session: Session, table: Table) -> Iterator[Sequence[Any]]:
    columns = [table.c[name] for name in covered(table)]
    statement = select(*columns, table.c.seal).execution_options(yield_per=_PAGE)
    yield from session.execute(statement)


def _spelled(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value

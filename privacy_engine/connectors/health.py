"""Whether each system can be reached and fits its map: tested daily, kept, shown when it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, select
from sqlmodel import Field, SQLModel

from privacy_engine.connectors.opening import open_connector
from privacy_engine.connectors.protocol import Finding, Severity
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import EngineError
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.transaction import Transaction, Transactions

TASK = "systems.test"
TESTABLE = frozenset(ConnectorKind) - {ConnectorKind.MANUAL, ConnectorKind.RECIPIENT}
"""What can be asked without touching anybody's data; the rest is done by people, or only told."""
_LONGEST = 300


class SystemTestRow(SQLModel, table=True):
    """The newest test of one system; operational. A finding names tables, never a value."""

    __tablename__ = "system_test"
    __table_args__ = (CheckConstraint("outcome IN ('ok','remark','fault')", name="outcome_known"),)

    system: str = Field(primary_key=True, max_length=64)
    outcome: str = Field(max_length=8)
    findings: int = 0
    unmapped: int = 0
    undeclared: int = 0
    detail: str = Field(default="", max_length=_LONGEST)
    tested_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    since_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Tested:
    """How the newest test of a system came out; instants are aware UTC.

    Attributes:
        outcome: `ok`, `remark` (something to look at) or `fault` (it cannot do its work).
        unmapped: tables that the data map does not name at all.
        undeclared: columns of mapped tables about which nobody said anything.
        since_at: since when it comes out like this.
    """

    system: str
    outcome: str
    findings: int
    unmapped: int
    undeclared: int
    detail: str
    tested_at: datetime
    since_at: datetime


def testable(engine: Transactions) -> list[System]:
    """Return the systems that can be tested in this world, in the order of the data map."""
    only_test = engine.settings.test_mode
    return [
        item
        for item in engine.content.systems
        if item.connector in TESTABLE and (item.test or not only_test)
    ]


def test_all(engine: Transactions) -> None:
    """Test every system that can be tested and keep what came out; one failing stops no other."""
    for system in testable(engine):
        test_one(engine, system.code)


def test_one(engine: Transactions, code: str) -> Tested:
    """Test one system and keep what came out.

    Raises:
        UnknownCode: no such system.
    """
    system = engine.content.system(code)
    findings = _findings(engine, system)
    engine.run(lambda tx: _keep(tx, code, findings))
    with engine.reading() as tx:
        return latest(tx)[code]


def _findings(engine: Transactions, system: System) -> tuple[Finding, ...]:
    settings = engine.settings
    try:
        connector = open_connector(system, root=settings.root, settings=settings.addresses)
        return connector.test()
    except EngineError as error:
        return (Finding(Severity.FAULT, error.detail),)


def _keep(tx: Transaction, code: str, findings: tuple[Finding, ...]) -> None:
    faults = [item for item in findings if item.severity is Severity.FAULT]
    doubts = [item for item in findings if item.severity is Severity.WARNING and item.table]
    outcome = "fault" if faults else "remark" if findings else "ok"
    first = (faults or list(findings))[0] if findings else None
    before = tx.session.get(SystemTestRow, code)
    since = before.since_at if before and before.outcome == outcome else tx.now
    tx.session.merge(
        SystemTestRow(
            system=code,
            outcome=outcome,
            findings=len(findings),
            unmapped=sum(not item.column for item in doubts),
            undeclared=sum(bool(item.column) for item in doubts),
            detail=first.message[:_LONGEST] if first else "",
            tested_at=tx.now,
            since_at=since,
        )
    )


def latest(tx: Transaction) -> Mapping[str, Tested]:
    """Return the newest test of every system that was ever tested, by code."""
    rows = tx.session.execute(select(SystemTestRow)).scalars()
    return {row.system: Tested(**row.model_dump()) for row in rows}

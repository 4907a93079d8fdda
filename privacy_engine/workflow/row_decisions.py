"""What an officer decides about rows that also concern others: which ways there are, and which."""

from collections.abc import Mapping
from typing import Any

from privacy_engine.connectors.protocol import Decided
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, OnDelete, System
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.register import APART, CaseSystem

DECIDED = "rows.decided"
WORDS: Mapping[OnDelete, str] = {
    OnDelete.KEEP: "Leave them as they are",
    OnDelete.UNLINK: "Leave them, but take out what leads to this person",
    OnDelete.ANONYMISE: "Leave them, without this person, as the data map says for each column",
    OnDelete.DELETE: "Delete them, although they also concern others",
}
"""Every decision that can be taken, the mildest first."""

HANGS_ON = "the row hangs on one that others share"
"""Why what belongs to a shared row waits; usually it stays with that row."""

FOLLOWS = "another row that stays refers to it"
"""Why a row of the person's own waits: it goes or stays with the row that needs it."""

LEADS = "it leads to a row that waits for a decision"
"""Why a row of the person's own waits: without it the other could not be found again."""


def open_tables(row: CaseSystem) -> tuple[str, ...]:
    """Return the tables of a system about which nothing is decided yet."""
    return tuple(dict.fromkeys(item["table"] for item in row.waits if is_a_question(item)))


def is_a_question(item: Mapping[str, Any]) -> bool:
    """Return whether rows that wait need a decision of their own."""
    return item["reason"] not in {FOLLOWS, LEADS, APART}


def options(system: System, table: str, *, reasons: frozenset[str]) -> tuple[OnDelete, ...]:
    """Return what may be decided about the waiting rows of one table.

    A table that the map does not name can only be left: nobody said what is in it. A row that
    only a telephone or a device leads to has nothing that could be taken out.
    """
    known = next((item for item in system.tables if item.name == table), None)
    if known is None and system.connector is not ConnectorKind.SQL:
        return (OnDelete.KEEP, OnDelete.DELETE)  # a message or a row of a file is whole
    if known is None:
        return (OnDelete.KEEP,)
    found = [OnDelete.KEEP]
    if not any("telephone" in reason for reason in reasons):
        found.append(OnDelete.UNLINK)
    if any(column.on_delete is not None for column in known.columns):
        found.append(OnDelete.ANONYMISE)
    return (*found, OnDelete.DELETE)


def decided(tx: Transaction, case: str, system: str) -> tuple[Decided, ...]:
    """Return the newest decision on each table of one system.

    What was decided before a system was asked once more was decided of other rows; what the
    system refused afterwards counts no longer.
    """
    found: dict[str, OnDelete] = {}
    for event in tx.events_of_case(case):
        if event.kind == DECIDED and event.data.get("system") == system:
            found |= {item["table"]: OnDelete(item["action"]) for item in event.data["choices"]}
        elif event.data.get("system") == system and _is_void_after(event):
            found = {}
    return tuple(Decided(table, action) for table, action in found.items())


def _is_void_after(event: Event) -> bool:
    refused = event.kind == "system.undecided" and "message" in event.data
    return refused or event.kind == "system.reopened"


def require_sense(system: System, row: CaseSystem, choices: Mapping[str, OnDelete]) -> None:
    """Refuse a decision that leaves a table open, or takes a way that is not offered.

    Raises:
        InvalidInput: a table without a choice, or a choice that cannot be carried out.
    """
    for table in open_tables(row):
        if table not in choices:
            raise InvalidInput(f"say what becomes of the rows of {table}")
    for table, action in choices.items():
        reasons = frozenset(item["reason"] for item in row.waits if item["table"] == table)
        if not reasons or action not in options(system, table, reasons=reasons):
            raise InvalidInput(f"the rows of {table} cannot be treated so")

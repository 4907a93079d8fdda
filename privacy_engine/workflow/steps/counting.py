"""Counts of what a deletion removed and kept, as events and verdicts take them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from privacy_engine.connectors.protocol import SINCE, Deleted, Ground, Progress
from privacy_engine.errors import GivenUp
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.progress import say
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.register import CaseSystem


def removed_by_table(result: Deleted) -> dict[str, int]:
    """Return how many of the person's rows went, or tell nothing of them any more, by table.

    A row that only mentioned them is none of theirs, and one that is kept is counted there: so
    what was found is what was removed and what is kept.
    """
    removed: Counter[str] = Counter()
    for item in (*result.removed, *result.anonymised, *result.unlinked):
        removed[item.table] += item.count
    removed.subtract({item.table: item.count for item in result.mentions})
    return {table: max(0, count) for table, count in removed.items()}


def retained(result: Deleted) -> list[dict[str, Any]]:
    """Return what stayed and on which ground, as an event says it."""
    return grounds(result.retained)


def grounds(kept: Iterable[Ground]) -> list[dict[str, Any]]:
    """Return what is kept and why, as an event says it."""
    return [
        {
            "table": item.table,
            "series": item.series,
            "count": item.count,
            "ground": item.ground,
            "citation": item.citation,
            "until": item.until.isoformat() if item.until else "",
        }
        for item in kept
    ]


def with_earlier(
    now: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return what stayed over two parts of one deletion.

    What the first kept may name nobody any more, and is not found by the second; it stays.
    """
    known = {(item["table"], item["ground"]) for item in now}
    return [*now, *(item for item in earlier if (item["table"], item["ground"]) not in known)]


def retained_by_table(row: CaseSystem | None) -> dict[str, int]:
    """Return how many rows of each table stayed on a ground when the others went."""
    kept: dict[str, int] = {}
    for item in row.retained if row else ():
        if item["ground"] in SINCE:
            continue
        kept[str(item["table"])] = kept.get(str(item["table"]), 0) + int(item["count"])
    return kept


def deleted_at(tx: Transaction, case: str, system: System) -> datetime | None:
    """Return when a person was first deleted in a mailbox, where letters may follow; aware UTC.

    A system that was reopened, since a name was learnt late, is to be emptied anew.
    """
    found: datetime | None = None
    for event in tx.events_of_case(case) if system.connector is ConnectorKind.MAILBOX else ():
        if event.data.get("system") == system.code:
            if event.kind == "system.reopened":
                found = None
            elif event.kind == "system.deleted":
                found = found or event.recorded_at
    return found


def aloud(system: System, what: str = "deleted") -> Progress:
    """Return what says how far the deletion of many rows is, for whoever looks meanwhile."""

    def told(table: str, done: int, total: int) -> None:
        # Given up meanwhile or not: a system is emptied in one transaction, which is ended here.
        with suppress(GivenUp):
            say(f"{system.title}: {done:,} of {total:,} rows of {table} {what}")

    return told

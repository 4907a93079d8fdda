"""Counts of what a deletion removed and kept, as events and verdicts take them."""

from typing import Any

from privacy_engine.connectors.protocol import Deleted
from privacy_engine.workflow.register import CaseSystem


def removed_by_table(result: Deleted) -> dict[str, int]:
    """Return how many rows of each table went or were changed."""
    removed: dict[str, int] = {}
    for item in (*result.removed, *result.anonymised, *result.unlinked):
        removed[item.table] = removed.get(item.table, 0) + item.count
    return removed


def retained(result: Deleted) -> list[dict[str, Any]]:
    """Return what stayed and on which ground, as an event says it."""
    return [
        {
            "table": item.table,
            "series": item.series,
            "count": item.count,
            "ground": item.ground,
            "citation": item.citation,
            "until": item.until.isoformat() if item.until else "",
        }
        for item in result.retained
    ]


def retained_by_table(row: CaseSystem | None) -> dict[str, int]:
    """Return how many rows of each table stayed on a ground."""
    kept: dict[str, int] = {}
    for item in row.retained if row else ():
        kept[str(item["table"])] = kept.get(str(item["table"]), 0) + int(item["count"])
    return kept

"""How promises came to stand as they do: each turn is an event of the log."""

from collections.abc import Iterable
from datetime import datetime

from privacy_engine.log import evidence
from privacy_engine.reports.kinds.promises import Finding, Turned
from privacy_engine.transaction import Transaction

KIND = "promise.found"


def history(tx: Transaction, *, most: int = 500) -> list[Turned]:
    """Return how promises came to stand as they do, the newest first; instants are aware UTC."""
    ids = evidence.events_of_kinds(tx.session, KIND)[-most:]
    return [
        Turned(
            str(event.data["promise"]),
            Finding(event.data["finding"]),
            str(event.data.get("why", "")),
            event.recorded_at,
            event.event_id,
        )
        for event in reversed(tx.read(ids))
    ]


def since(turns: Iterable[Turned], code: str, finding: Finding) -> datetime | None:
    """Return since when a promise stands so; None when the last look found it otherwise.

    `turns` are the newest first.
    """
    last = next((turn for turn in turns if turn.code == code), None)
    return last.at if last and last.finding is finding else None

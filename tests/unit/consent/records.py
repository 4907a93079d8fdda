"""Invented events of the ledger, as registers read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from privacy_engine.log.event import Event, Trust

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def event(number: int, kind: str, *, day: float, **given: Any) -> Event:
    """Return an event that happened `day` days after START and was recorded `late` days later."""
    at = START + day * DAY
    data = {
        "purpose": given.pop("purpose", "newsletter"),
        "document": "privacy-statement",
        "version": given.pop("version", "2021-11-04"),
        "method": given.pop("method", "form"),
    }
    if not kind.startswith(("consent.", "parental_consent.")):
        data = {}
    if kind == "signal.received":
        data = {"signal": "gpc", "value": True}
    late = given.pop("late", 0.001)
    return Event(
        event_id=f"{number:026}",
        kind=kind,
        version=1,
        site=given.pop("site", "listing-site"),
        trust=given.pop("trust", Trust.SERVER),
        actor="site:listing-site",
        recorded_at=at + late * DAY,
        occurred_at=at,
        subject_id=given.pop("subject_id", "p" * 32),
        data=data | given,
    )

"""Which legal holds are in force, read from the log."""

from dataclasses import dataclass
from datetime import date

from privacy_engine.log import evidence
from privacy_engine.transaction import Transaction


@dataclass(frozen=True)
class HoldFacts:
    """One hold in force; `target` is empty where what it named can no longer be read."""

    reference: str
    scope: str
    target: str
    placed_on: date


def in_force(tx: Transaction) -> tuple[HoldFacts, ...]:
    """Return the holds that were placed and not released, oldest first."""
    held: dict[str, HoldFacts] = {}
    for event in tx.read(evidence.events_of_kinds(tx.session, "hold.placed", "hold.released")):
        reference = str(event.data["hold"])
        if event.kind == "hold.released":
            held.pop(reference, None)
            continue
        held[reference] = HoldFacts(
            reference,
            str(event.data.get("scope") or ""),
            str(event.data.get("target") or ""),
            event.recorded_at.astimezone(tx.settings.zone).date(),
        )
    return tuple(held.values())

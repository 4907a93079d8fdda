"""What an event says to the ledger, as a record without the person (pure)."""

from collections.abc import Mapping
from datetime import timedelta

from privacy_engine.consent.rules import CHILD, EMAIL, SIGNAL, TEEN, Record, Slot
from privacy_engine.log.event import Event, Trust, identifiers_from_data, parse_instant

CLOCK_SKEW = timedelta(minutes=5)

_KINDS: Mapping[str, tuple[str, str]] = {
    "consent.given": ("given", ""),
    "consent.refused": ("refused", ""),
    "consent.withdrawn": ("withdrawn", ""),
    "signal.received": ("signal", SIGNAL),
    "email.unsubscribed": ("unsubscribed", EMAIL),
    "child.quarantined": ("suspended", CHILD),
    "child.cleared": ("resumed", CHILD),
    "teen.noticed": ("teen", TEEN),
    "parental_consent.given": ("given", ""),
    "parental_consent.withheld": ("withdrawn", ""),
}
_PARENTS = {
    "parental_consent.given": Slot.PARENT_YES,
    "parental_consent.withheld": Slot.PARENT_NO,
}
KINDS = frozenset(_KINDS)


def record_of(event: Event) -> Record | None:
    """Return what an event says to the ledger; None where it says nothing, or no longer.

    The person was erased, or the proof reached the end of its time, or a signal was absent:
    an absent signal never permits anything (11 CCR 7025(c)(5)).
    """
    kind, purpose = _KINDS[event.kind]
    data = event.data
    purpose = purpose or str(data.get("purpose", ""))
    if event.subject_id is None or not purpose or not _says_anything(event):
        return None
    expires_at = data.get("expires_at") or data.get("until")
    parents = event.kind in _PARENTS
    return Record(
        event_id=event.event_id,
        subject_id=event.subject_id,
        kind=kind,
        slot=_PARENTS.get(event.kind) or _slot(event, kind),
        purpose=purpose,
        service="" if data.get("all") else str(data.get("service") or data.get("list") or ""),
        at=min(event.occurred_at, event.recorded_at),
        recorded_at=event.recorded_at,
        trust=event.trust,
        site=event.site,
        document=str(data.get("document", "")),
        version=str(data.get("version", "")),
        method="parent" if parents else str(data.get("method", "")),
        expires_at=parse_instant(str(expires_at)) if expires_at else None,
    )


def _says_anything(event: Event) -> bool:
    if event.kind == "signal.received":
        return event.data.get("value") is True
    if event.kind == "email.unsubscribed":
        return bool(event.data.get("all") or event.data.get("list"))
    return True


def _slot(event: Event, kind: str) -> Slot:
    """Return what a record can do.

    What must hold of a yes that may override a no:
    1. it is not in the future;
    2. a browser's word counts for the device it runs on, and for nobody else;
    3. it is interactive: no import;
    4. its time was stated, or the engine itself saw it happen.
    """
    if kind not in {"given", "resumed"}:
        return Slot.REFUSAL
    # 1.
    if event.occurred_at > event.recorded_at + CLOCK_SKEW:
        return Slot.CLAIM
    # 2.
    if event.trust is Trust.BROWSER and not _names_device(event):
        return Slot.CLAIM
    # 3.
    if event.trust is Trust.IMPORT or event.data.get("method") == "import":
        return Slot.UNCONTESTED
    # 4.
    if event.trust is Trust.ENGINE:
        return Slot.OWN
    stated = event.trust is Trust.OFFICER or event.occurred_at != event.recorded_at
    return Slot.ASKED if stated else Slot.UNCONTESTED


def _names_device(event: Event) -> bool:
    named = identifiers_from_data(event.data.get("subject"))
    return any(item.kind == "device" for item in named)

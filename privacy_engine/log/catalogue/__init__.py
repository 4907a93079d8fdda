"""Every event type: its version, its fields, and under which scope each field is sealed."""

from privacy_engine.log.catalogue import (
    agents,
    auditing,
    children,
    consent,
    disclosures,
    documents,
    engine,
    mailbox,
    messages,
    parents,
    retention,
    rights,
    subjects,
    systems,
    workflow,
)
from privacy_engine.log.catalogue.model import EventType, Field, Kind

_AREAS = (
    agents,
    auditing,
    children,
    consent,
    disclosures,
    documents,
    engine,
    mailbox,
    messages,
    parents,
    retention,
    rights,
    subjects,
    systems,
    workflow,
)
CATALOGUE: dict[str, EventType] = {item.kind: item for area in _AREAS for item in area.TYPES}

__all__ = ["CATALOGUE", "EventType", "Field", "Kind", "event_type"]


def event_type(kind: str) -> EventType:
    """Return the declaration of an event type; a KeyError here is a programming error."""
    return CATALOGUE[kind]

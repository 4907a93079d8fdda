"""Identifiers kept for the searches after an erasure, under a key that dies with the last."""

from typing import Any

from privacy_engine.log.event import identifiers_as_data, identifiers_from_data
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import person_of

OWN_NAME = "under-13-case"
"""The scope of the name by which a reduced child is known to its case."""


def prepare_rescan(tx: Transaction, case: str, *, subject_id: str) -> None:
    """Seal the identifiers for the planned rescans, under a key that dies with the last one."""
    if not rescan_identifiers(tx, case):
        person = person_of(tx, case, subject_id)
        tx.append(
            "rescan.prepared",
            {"case": case, "identifiers": identifiers_as_data(person.identifiers)},
            case=case,
            subject_id=subject_id,
        )


def rescan_identifiers(tx: Transaction, case: str) -> tuple[Any, ...]:
    """Return the identifiers sealed for searching again; empty once their key was destroyed."""
    for event in tx.events_of_case(case):
        if event.kind == "rescan.prepared" and event.data.get("identifiers"):
            return identifiers_from_data(event.data["identifiers"])
    return ()


def search_identifiers(tx: Transaction, case: str, subject_id: str | None) -> tuple[Any, ...]:
    """Return what places are searched by: the copy sealed at an erasure, else what is known.

    A child whose parent is asked keeps one address; the rest stands in the sealed copy alone. The
    name that ties it to its case is ours, and stands in no other place.
    """
    found = rescan_identifiers(tx, case)
    if not found and subject_id:
        found = person_of(tx, case, subject_id).identifiers
    return tuple(item for item in found if item.scope != OWN_NAME)

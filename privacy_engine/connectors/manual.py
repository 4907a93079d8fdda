"""A system that a person works by hand: a task goes out, an attestation comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.connectors.protocol import (
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Ground,
    Identifiers,
    Located,
    Progress,
    Record,
    TableCount,
)
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import System


@dataclass(frozen=True)
class ManualTask:
    """What a person is asked to do; `identifiers` are only those that the task needs."""

    system: str
    action: str
    title: str
    instructions: str
    identifiers: Identifiers


@dataclass(frozen=True)
class ManualAttestation:
    """What the person says they did, in counts per series; never the content.

    `by` is who attests, as staff code or task link; `at` an aware instant.
    """

    by: str
    at: datetime
    found: tuple[TableCount, ...] = ()
    removed: tuple[TableCount, ...] = ()
    retained: tuple[Ground, ...] = ()
    note: str = ""


_ASKS = {
    "locate": "Search {title} for this person and count what you find, per kind of record.",
    "copy": "Search {title} for this person and save what you find to the package.",
    "correct": "Correct what {title} holds about this person.",
    "delete": "Delete what {title} holds about this person, also from the bin, then search again.",
}


def task_for(system: System, action: str, identifiers: Identifiers) -> ManualTask:
    """Return the task that asks a person to locate, copy, correct or delete.

    Raises:
        InvalidInput: no such action.
    """
    if action not in _ASKS:
        raise InvalidInput("a manual task is to locate, copy, correct or delete")
    title = system.title
    return ManualTask(
        system=system.code,
        action=action,
        title=f"{action.capitalize()}: {title}",
        instructions=_ASKS[action].format(title=title),
        identifiers=identifiers,
    )


def located_by_hand(system: System, attestation: ManualAttestation) -> Located:
    """Return what a person says they found."""
    _complete(attestation)
    return Located(system.code, counts=attestation.found, messages=_note(attestation))


def deleted_by_hand(system: System, attestation: ManualAttestation) -> Deleted:
    """Return what a person says they deleted and kept."""
    _complete(attestation)
    return Deleted(
        system.code,
        removed=attestation.removed,
        retained=attestation.retained,
        messages=_note(attestation),
    )


def _complete(attestation: ManualAttestation) -> None:
    if not attestation.by or attestation.at.tzinfo is None:
        raise InvalidInput("an attestation needs who attests and an aware instant")


def _note(attestation: ManualAttestation) -> tuple[str, ...]:
    return (attestation.note,) if attestation.note else ()


@dataclass(frozen=True)
class ManualConnector:
    """Answers every question with: a person will say."""

    system: System

    @property
    def capabilities(self) -> Capabilities:
        """What a person can do; a dry run is none of it."""
        return Capabilities(dry_run=False, searchable=self.system.searchable, answers_later=True)

    def locate(self, identifiers: Identifiers) -> Located:  # noqa: ARG002
        """Wait for a person."""
        return Located(self.system.code, pending=True)

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:  # noqa: ARG002
        """Yield nothing: what a person saves is added to the package by hand."""
        return iter(())

    def correct(
        self,
        identifiers: Identifiers,  # noqa: ARG002
        corrections: tuple[Correction, ...],  # noqa: ARG002
    ) -> Corrected:
        """Wait for a person."""
        return Corrected(self.system.code, done=False, pending=True)

    def delete(
        self,
        identifiers: Identifiers,  # noqa: ARG002
        order: DeleteOrder,
        *,
        progress: Progress | None = None,  # noqa: ARG002
    ) -> Deleted:
        """Wait for a person."""
        return Deleted(self.system.code, dry_run=order.dry_run, done=False, pending=True)

    def attest(self) -> Attestation:
        """Say how deletion works here."""
        return Attestation(
            self.system.code,
            method="done by hand and attested by the person who did it",
            searchable=self.system.searchable,
        )

    def test(self) -> tuple[Finding, ...]:
        """Find nothing: there is nothing to reach."""
        return ()

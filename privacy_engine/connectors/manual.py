"""A system that a person works by hand: a task goes out, an attestation comes back."""

from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.connectors.protocol import (
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Identifiers,
    Located,
    Progress,
    Record,
    Severity,
)
from privacy_engine.instance.data_map import System


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
        """Say where nobody is named to be asked; there is nothing to reach."""
        if "@" in self.system.contact:
            return ()
        message = (
            "no address is named as contact: nobody is asked to count, copy or correct here, "
            "and a deletion waits for an officer"
        )
        return (Finding(Severity.WARNING, message),)

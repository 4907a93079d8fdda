"""Every kind of report by name: how its facts are gathered from log and registers."""

from collections.abc import Callable, Mapping

from privacy_engine.errors import InvalidInput
from privacy_engine.reports import (
    audit_facts,
    child_facts,
    deletion_facts,
    disclosure_facts,
    disposition_facts,
    drill_facts,
    log_facts,
    people_facts,
    promises_facts,
    request_facts,
    version_facts,
)
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Report
from privacy_engine.transaction import Transaction

__all__ = ["BUILDERS", "Ask", "Builder"]

Builder = Callable[[Transaction, Ask], Report]
"""Draws a report in a transaction that nothing was read in before."""


def _deletion_certificate(tx: Transaction, ask: Ask) -> Report:
    if not ask.request:
        raise InvalidInput("a deletion certificate is about one request: give --request")
    return deletion_facts.certificate(tx, ask.request)


def _under_13_case(tx: Transaction, ask: Ask) -> Report:
    if not ask.request:
        raise InvalidInput("a case file is about one case: give its reference as --request")
    return child_facts.case_report(tx, ask.request)


BUILDERS: Mapping[str, Builder] = {
    "consent-proof": people_facts.consent_proof_report,
    "deletion-certificate": _deletion_certificate,
    "disclosure-accounting": disclosure_facts.accounting_report,
    "drills": drill_facts.drills_report,
    "log-integrity": log_facts.integrity_report,
    "metrics": request_facts.metrics_report,
    "policy-version": version_facts.version_report,
    "promises": promises_facts.promises_report,
    "request-register": request_facts.request_register_report,
    "retention-disposition": disposition_facts.disposition_report,
    "under-13-case": _under_13_case,
    "work-paper": audit_facts.work_paper_report,
}

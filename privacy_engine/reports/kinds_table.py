"""Every kind of report by name: how its facts are gathered from log and registers."""

from collections.abc import Callable, Mapping

from privacy_engine.errors import InvalidInput
from privacy_engine.reports import child_facts, deletion_facts, request_facts
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Report
from privacy_engine.transaction import Transaction

__all__ = ["BUILDERS", "Ask", "Builder"]

Builder = Callable[[Transaction, Ask], Report]


def _deletion_certificate(tx: Transaction, ask: Ask) -> Report:
    if not ask.request:
        raise InvalidInput("a deletion certificate is about one request: give --request")
    return deletion_facts.certificate(tx, ask.request)


def _under_13_case(tx: Transaction, ask: Ask) -> Report:
    if not ask.request:
        raise InvalidInput("a case file is about one case: give --request with its reference")
    return child_facts.case_report(tx, ask.request)


BUILDERS: Mapping[str, Builder] = {
    "deletion-certificate": _deletion_certificate,
    "metrics": request_facts.metrics_report,
    "request-register": request_facts.request_register_report,
    "under-13-case": _under_13_case,
}

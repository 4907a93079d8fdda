"""Every kind of report by name: how its facts are gathered from log and registers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from privacy_engine.errors import InvalidInput
from privacy_engine.reports import deletion_facts
from privacy_engine.reports.document import Report
from privacy_engine.transaction import Transaction


@dataclass(frozen=True)
class Ask:
    """What a report is about: a request by reference, a person by address, a period of days."""

    request: str = ""
    subject: str = ""
    first_on: date | None = None
    last_on: date | None = None


Builder = Callable[[Transaction, Ask], Report]


def _deletion_certificate(tx: Transaction, ask: Ask) -> Report:
    if not ask.request:
        raise InvalidInput("a deletion certificate is about one request: give --request")
    return deletion_facts.certificate(tx, ask.request)


BUILDERS: Mapping[str, Builder] = {
    "deletion-certificate": _deletion_certificate,
}

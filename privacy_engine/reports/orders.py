"""Reports that somebody ordered: drawn as due work, never while they wait for a page.

What must hold: a report about one person lies on disk only sealed under that person's key, so it
ends with the person; an order names them by random id. A crash before the record leaves a file
that the next run writes again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from privacy_engine import keys
from privacy_engine.errors import InvalidInput, NotFound, TooLarge
from privacy_engine.log.vault import DataKey
from privacy_engine.reports import filing, personal, press, produce
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Report
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.transaction import Transaction, Transactions

TASK = "reports.make"


@dataclass(frozen=True)
class ReportOrder:
    """What to draw; `subject` is the random id of a person, `case` seals the record with it."""

    kind: str
    ask: Ask
    subject: str = ""
    case: str = ""

    @property
    def ids(self) -> dict[str, Any]:
        """The order as due work keeps it: codes, days and random ids, never an address."""
        ask = self.ask
        return {
            "kind": self.kind,
            "request": ask.request,
            "first_on": ask.first_on.isoformat() if ask.first_on else "",
            "last_on": ask.last_on.isoformat() if ask.last_on else "",
            "site": ask.site,
            "document": ask.document,
            "version": ask.version,
            "run": ask.run,
            "sample": ask.sample,
            "subject": self.subject,
            "about": self.case,
        }


def order(tx: Transaction, wanted: ReportOrder) -> None:
    """Order a report; the same one asked for twice within a minute is drawn once.

    Raises:
        InvalidInput: there is no such kind, or an address instead of a random id.
    """
    if wanted.kind not in BUILDERS or wanted.ask.subject:
        raise InvalidInput("this report cannot be ordered like this")
    same = keys.sha256("\x1f".join(wanted.ids.values()).encode()).hex()[:24]
    name = f"make:{same}:{tx.now:%Y%m%d%H%M}"
    tx.order(TASK, name=name, by=tx.actor.name, **wanted.ids)


def make(engine: Transactions, **ids: str) -> None:
    """Draw, sign, store and record an ordered report.

    Raises:
        InvalidInput, NotFound, Conflict: it cannot be drawn so; the order shows the sentence.
        Unavailable: the PDF libraries are missing.
    """
    given = _given(ids)
    engine.sequence(tally=True)  # what stands in it must have its position first
    with engine.reading() as tx:
        ask, key = given.ask, None
        if given.subject:
            ask, key = _about_person(tx, given)
        drawn = BUILDERS[given.kind](tx, ask)
    if key is None:
        filing.file_report(engine, drawn, case=given.case or None, draw=press.draw_apart)
    else:
        _file_sealed(engine, drawn, key)


def _given(ids: Mapping[str, str]) -> ReportOrder:
    first, last = ids.get("first_on"), ids.get("last_on")
    ask = Ask(
        request=ids.get("request", ""),
        first_on=date.fromisoformat(first) if first else None,
        last_on=date.fromisoformat(last) if last else None,
        site=ids.get("site", ""),
        document=ids.get("document", ""),
        version=ids.get("version", ""),
        run=ids.get("run", ""),
        sample=ids.get("sample", ""),
    )
    return ReportOrder(ids["kind"], ask, ids.get("subject", ""), ids.get("about", ""))


def _about_person(tx: Transaction, given: ReportOrder) -> tuple[Ask, DataKey]:
    found = tx.identifiers(tx.person(given.subject))
    address = next((item.value for item in found if item.kind == "email"), "")
    key = tx.vault.key(given.subject)
    if key is None or not address:
        raise NotFound("the person was erased, or has no address by which the report finds them")
    ask = given.ask
    return Ask(subject=address, first_on=ask.first_on, last_on=ask.last_on, site=ask.site), key


def _file_sealed(engine: Transactions, report: Report, key: DataKey) -> None:
    settings, number = engine.settings, report.drawn.number
    made = filing.sign_with(settings, report, draw=press.draw_apart)
    if any(produce.beside(report)):
        raise TooLarge("this is more than one file holds; `privacy-engine report` writes both")
    personal.keep(settings, number, made.signed_bytes, key=key)

    def record(tx: Transaction) -> None:
        data = filing.produced_data(tx, report, made)
        tx.append("report.produced", data)
        personal.remove_unreadable(tx)

    engine.run(record)

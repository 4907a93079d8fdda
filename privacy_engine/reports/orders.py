"""Reports that somebody ordered: drawn as due work, never while they wait for a page.

What must hold: a report about one person lies on disk only sealed under that person's key, so it
ends with the person; an order names them by random id. A crash before the record leaves a file
that the next run writes again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from privacy_engine import clock, keys
from privacy_engine.config import Settings
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.keys import certificate
from privacy_engine.keys.ring import write_private
from privacy_engine.log.vault import DataKey
from privacy_engine.reports import filing, produce
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
        filing.file_report(engine, drawn, case=given.case or None, now=clock.now())
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
    issuer = filing.issuer(settings)
    signing = certificate.load_or_make(
        settings.keys_directory, organisation=issuer.organisation, now=clock.now()
    )
    made = produce.produce(report, signing, exports=settings.path("exports"), issuer=issuer)
    sealed = keys.seal(key.enc, made.signed_bytes, bound_to=number.encode())
    write_private(_sealed_path(settings, number), key.key_id.encode() + b"\n" + sealed)

    def record(tx: Transaction) -> None:
        data = {
            "report": report.kind,
            "number": number,
            "sha256": made.sha256,
            "unsigned_sha256": made.unsigned_sha256,
            "twin_sha256": made.twin_sha256,
        }
        tx.append("report.produced", data)
        remove_unreadable(tx)

    engine.run(record)


def is_sealed(settings: Settings, number: str) -> bool:
    """Return whether a report about one person lies here, sealed."""
    return _sealed_path(settings, number).is_file()


def open_sealed(tx: Transaction, number: str) -> bytes:
    """Return the signed PDF of a report about one person.

    Raises:
        NotFound: there is none, or the person was erased.
    """
    path = _sealed_path(tx.settings, number)
    key_id, _, sealed = (path.read_bytes() if path.is_file() else b"").partition(b"\n")
    key = tx.vault.key(key_id.decode()) if key_id else None
    if key is None:
        raise NotFound("this report went with the person; its hash stays in the log")
    return keys.unseal(key.enc, sealed, bound_to=number.encode())


def remove_unreadable(tx: Transaction) -> int:
    """Delete the sealed reports of people who were erased; return how many there were."""
    held = {
        path: path.read_bytes().partition(b"\n")[0].decode()
        for path in _folder(tx.settings).glob("*.sealed")
    }
    known = tx.vault.open_keys(set(held.values())) if held else {}
    gone = [path for path, key_id in held.items() if key_id not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _folder(settings: Settings) -> Path:
    return settings.exports_directory / "personal"


def _sealed_path(settings: Settings, number: str) -> Path:
    # A number is letters, digits and hyphens; anything else names no file here.
    safe = number if number.replace("-", "").isalnum() else random_id()
    return _folder(settings) / f"{safe}.sealed"

"""Produce a report and file it: draw, sign, store, and record its hashes in the log."""

from dataclasses import dataclass
from datetime import datetime

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.keys import certificate
from privacy_engine.keys.ring import write_private
from privacy_engine.log import checkpoint
from privacy_engine.log.event import Event
from privacy_engine.reports import produce
from privacy_engine.reports.document import Entry, LogHead, Report
from privacy_engine.reports.page import Issuer
from privacy_engine.transaction import Transaction, Transactions


@dataclass(frozen=True)
class Filed:
    """A report on disk: its file name in the exports directory, and the hash of that file."""

    number: str
    name: str
    sha256: str


def local_now(tx: Transaction) -> datetime:
    """Return the moment of the transaction in the controller's zone, as reports show it."""
    return tx.now.astimezone(tx.settings.zone)


def number_for(kind: str, about: str) -> str:
    """Return the document number of a report about one thing: the same thing, the same number."""
    digest = keys.sha256(f"{kind}\x1f{about}".encode()).hex()[:6].upper()
    letters = "".join(word[0] for word in kind.split("-")).upper()
    return f"{letters}-{about}-{digest}" if len(about) <= 16 else f"{letters}-{digest}"


def log_head(tx: Transaction) -> LogHead:
    """Return the log as last published."""
    head = tx.head()
    if not head.note:
        return LogHead(tx.settings.origin, 0, keys.sha256(b""))
    parsed, _ = checkpoint.parse_unverified(head.note.encode())
    return LogHead(parsed.origin, parsed.size, parsed.root, head.note)


def entries(tx: Transaction, events: list[Event]) -> tuple[Entry, ...]:
    """Return the log entries of events, each with the proof that leads to the published root."""
    found: list[Entry] = []
    for event in events:
        placed = tx.place(event.event_id)
        if placed is not None:
            found.append(Entry(placed.position, event.kind, placed.leaf_hash, placed.proof))
    return tuple(sorted(found, key=lambda entry: entry.position))


def issuer(settings: Settings) -> Issuer:
    """Return who issues reports, from the instance's settings."""
    controller = settings.controller
    return Issuer(
        organisation=controller.name or settings.instance.name,
        place=controller.address,
        contact=controller.email,
        public_url=settings.instance.public_url,
    )


def file_report(
    engine: Transactions, report: Report, *, case: str | None = None, now: datetime
) -> Filed:
    """Draw, sign and store a report, then record it in the log.

    A crash after the file and before the record leaves a file that no record names; the next
    run writes it again under the same name.

    Raises:
        Unavailable: the PDF libraries are missing; the order waits.
    """
    settings = engine.settings
    signing = certificate.load_or_make(
        settings.keys_directory, organisation=issuer(settings).organisation, now=now
    )
    made = produce.produce(
        report, signing, exports=settings.path("exports"), issuer=issuer(settings)
    )
    name = f"{report.drawn.number}.pdf"
    write_private(settings.exports_directory / name, made.signed_bytes)

    def record(tx: Transaction) -> None:
        data = {
            "report": report.kind,
            "number": report.drawn.number,
            "sha256": made.sha256,
            "unsigned_sha256": made.unsigned_sha256,
            "twin_sha256": made.twin_sha256,
            "file": name,
        }
        tx.append("report.produced", data | ({"case": case} if case else {}), case=case)

    engine.run(record)
    return Filed(report.drawn.number, name, made.sha256)

"""Produce a report and file it: draw, sign, store, and record its hashes in the log."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from privacy_engine import clock, keys
from privacy_engine.config import Settings
from privacy_engine.errors import Unavailable
from privacy_engine.keys import certificate
from privacy_engine.keys.ring import write_private
from privacy_engine.log import checkpoint
from privacy_engine.log.event import Event
from privacy_engine.reports import produce, signature
from privacy_engine.reports.document import Entry, LogHead, Report
from privacy_engine.reports.page import Issuer
from privacy_engine.reports.signature import TimeSource
from privacy_engine.transaction import Transaction, Transactions


@dataclass(frozen=True)
class Filed:
    """A report on disk: where it lies, and the hash of that file."""

    number: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name


def local_now(tx: Transaction) -> datetime:
    """Return the moment of the transaction in the controller's zone, as reports show it."""
    return tx.now.astimezone(tx.settings.zone)


def number_for(kind: str, about: str) -> str:
    """Return the document number of a report about one thing: the same thing, the same number."""
    digest = keys.sha256(f"{kind}\x1f{about}".encode()).hex()[:6].upper()
    letters = "".join(word[0] for word in kind.split("-")).upper()
    return f"{letters}-{about}-{digest}" if len(about) <= 16 else f"{letters}-{digest}"


def dated_number(tx: Transaction, kind: str, about: str) -> str:
    """Return the document number of a report that another day would draw differently.

    The log's size is part of it, so that a later report never takes the place of an earlier one.
    """
    letters = "".join(word[0] for word in kind.split("-")).upper()
    digest = keys.sha256(f"{kind}\x1f{about}\x1f{tx.head().size}".encode()).hex()[:6].upper()
    return f"{letters}-{local_now(tx):%Y%m%d}-{digest}"


def officer(actor: str) -> str:
    """Return who acted, as a report names them: a role and the beginning of a staff id."""
    role, _, name = actor.partition(":")
    if role == "staff":
        return f"officer ({name[:8]})" if name else "officer"
    return {"engine": "the engine", "subject": "the person"}.get(role, role)


def subject_key(tx: Transaction, subject_id: str) -> str:
    """Return what stands for a person in a report: it tells nothing to anyone without the key."""
    key = keys.derive(tx.world.ring.secret("alias-pepper"), label="subject-key")
    return keys.mac(key, subject_id.encode()).hex()[:16]


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
    engine: Transactions,
    report: Report,
    *,
    case: str | None = None,
    hand_to: Path | None = None,
    draw: produce.Draw = produce.produce,
    schedule: str = "",
) -> Filed:
    """Draw, sign and store a report, then record it in the log.

    A crash after the file and before the record leaves a file that no record names; the next
    run writes it again under the same name.

    Args:
        engine: where it is recorded.
        report: what to file.
        case: the case whose report it is.
        hand_to: for a report about one person: the file that they or their officer get. Nothing
            is kept then, and the log holds its hashes without a name.
        schedule: the schedule that ordered it.
        draw: who draws and signs; `press.draw_apart` where this process goes on to other work.

    Raises:
        Unavailable: the PDF libraries are missing; the order waits.
    """
    settings = engine.settings
    made = sign_with(settings, report, draw=draw)
    path = hand_to or settings.exports_directory / f"{report.drawn.number}.pdf"
    beside = []
    for name, write in produce.beside(report):
        _write_beside(path.with_name(name), write)
        beside.append(name)
    write_private(path, made.signed_bytes)

    kept = {} if hand_to else {"file": path.name, "beside": beside}

    def record(tx: Transaction) -> None:
        data = produced_data(tx, report, made) | {name: one for name, one in kept.items() if one}
        planned = {"schedule": schedule} if schedule else {}
        about = {"case": case} if case else {}
        tx.append("report.produced", data | planned | about, case=case)

    engine.run(record)
    return Filed(report.drawn.number, path, made.sha256)


def sign_with(settings: Settings, report: Report, *, draw: produce.Draw) -> produce.Produced:
    """Return a report drawn and signed with the instance's certificate and time source.

    Raises:
        Unavailable: the PDF libraries are missing, or the time-stamping authority is away.
    """
    return draw(
        report,
        certify(settings),
        exports=settings.path("exports"),
        issuer=issuer(settings),
        time_source=_time_source(settings),
    )


def certify(settings: Settings) -> certificate.ReportCertificate:
    """Return the certificate that signs this instance's reports, made first when there is none.

    Raises:
        Conflict: a file of it is missing.
    """
    return certificate.load_or_make(
        settings.keys_directory, organisation=issuer(settings).organisation, now=clock.now()
    )


def _time_source(settings: Settings) -> TimeSource | None:
    given = settings.exports
    if not given.time_stamping_url:
        return None
    path = settings.path(given.time_stamping_authority)
    if not path.is_file():
        raise Unavailable(f"[exports] time_stamping_authority: there is no file {path.name}")
    listed = certificate.revocations(settings.keys_directory, now=clock.now())
    return TimeSource(given.time_stamping_url, signature.certificate(path.read_bytes()), listed)


def produced_data(tx: Transaction, report: Report, made: produce.Produced) -> dict[str, str]:
    """Return what `report.produced` says of every report: its hashes, and which question it is.

    The question is a keyed hash: it tells nobody without the key whom a report is about.
    """
    drawn = report.drawn
    key = keys.derive(tx.world.ring.secret("alias-pepper"), label="report-series")
    question = f"{report.kind}\x1f{report.about}\x1f{drawn.site}\x1f{drawn.period}"
    return {
        "report": report.kind,
        "number": drawn.number,
        "sha256": made.sha256,
        "unsigned_sha256": made.unsigned_sha256,
        "twin_sha256": made.twin_sha256,
        "series": keys.mac(key, question.encode()).hex()[:32],
    }


def _write_beside(path: Path, write: produce.WriteInto) -> None:
    unfinished = path.with_name(f".{path.name}")
    write_private(unfinished, b"")
    with unfinished.open("ab") as file:
        write(file.write)
    unfinished.replace(path)

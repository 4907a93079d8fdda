"""Turns a report into one signed file, ready to be logged and handed over."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from privacy_engine.errors import ContentFaults, Fault
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.reports import definition as definitions
from privacy_engine.reports import page, pdf, signature, spool, twin
from privacy_engine.reports.definition import Definition
from privacy_engine.reports.document import Report
from privacy_engine.reports.kinds.catalogue import SECTIONS
from privacy_engine.reports.page import Issuer

Draw = Callable[..., "Produced"]
"""`produce`, or what does the same elsewhere."""
WriteInto = Callable[[Callable[[bytes], object]], None]


@dataclass(frozen=True)
class Produced:
    """A finished report; both hashes belong into the log, hex.

    `unsigned_sha256` is the same whenever the same report is drawn again; `sha256` is that of
    this very file, because a signature is never the same twice.
    """

    unsigned_sha256: str
    signed_bytes: bytes
    sha256: str
    twin: bytes
    twin_sha256: str


def produce(
    report: Report,
    certificate: ReportCertificate,
    *,
    exports: Path,
    issuer: Issuer,
    signed_at: datetime | None = None,
    time_source: signature.TimeSource | None = None,
) -> Produced:
    """Return the signed file that shows `report`.

    Args:
        report: What to show.
        certificate: Who signs.
        exports: The instance's folder of report definitions.
        issuer: Whose letterhead.
        signed_at: Aware; by default the moment at which the report was generated.
        time_source: Who stamps the time, when an authority is configured.

    Raises:
        ContentFaults: when the definitions have faults.
        Unavailable: when the PDF libraries are missing.
    """
    # The certificate on the page is what a reader compares with the one in the signature.
    issuer = replace(issuer, fingerprint=certificate.fingerprint)
    unsigned, its_twin = draw(report, exports=exports, issuer=issuer)
    signed = signature.sign(
        unsigned,
        certificate=certificate,
        signed_at=signed_at or report.drawn.generated_at,
        reason=f"Issued as {report.drawn.number}",
        location=issuer.place,
        time_source=time_source,
    )
    return Produced(
        unsigned_sha256=hashlib.sha256(unsigned).hexdigest(),
        signed_bytes=signed,
        sha256=hashlib.sha256(signed).hexdigest(),
        twin=its_twin.content,
        twin_sha256=its_twin.sha256,
    )


def draw(report: Report, *, exports: Path, issuer: Issuer) -> tuple[bytes, twin.Twin]:
    """Return the unsigned file and its twin: the same report gives the same bytes."""
    definition = definitions.load(exports, report.kind)
    _require_sections(definition)
    its_twin = twin.make(
        report,
        title=definition.title,
        language=definition.language,
        page_words=(definition.words["page"], definition.words["of"]),
    )
    html = page.draw(report, its_twin, definition=definition, issuer=issuer)
    unsigned = pdf.render(
        html,
        title=f"{definition.title} {report.drawn.number}",
        language=definition.language,
        created_at=report.drawn.generated_at,
        # The file identifier says which content this is: verification compares it with the twin.
        identifier=bytes.fromhex(its_twin.sha256)[:16],
        attachments=[
            pdf.Attachment(twin.NAME, its_twin.content, "The same report for machines"),
            *(
                pdf.Attachment(one.name, one.content, "All rows of one table")
                for one in its_twin.files
                if not one.is_beside
            ),
        ],
    )
    return unsigned, its_twin


def beside(report: Report) -> Iterator[tuple[str, WriteInto]]:
    """Give the files of a report that are too large to be inside: a name, and who writes it."""
    for table in report.tables:
        rows = table.long
        if rows and rows.size_bytes > twin.LARGEST_ATTACHED_BYTES:
            name = twin.name_beside(report.drawn.number, table.file_name)
            yield name, partial(spool.write_gzip, rows)


def _require_sections(definition: Definition) -> None:
    worded = {section.key for section in definition.sections}
    missing = [key for key in SECTIONS.get(definition.kind, ()) if key not in worded]
    if missing:
        path = f"exports/{definition.kind}.toml"
        raise ContentFaults(
            [Fault(path, 1, f"the section {key} is not worded") for key in missing]
        )

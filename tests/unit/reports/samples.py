"""Invented reports that the tests of this folder share."""

import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from privacy_engine import keys
from privacy_engine.log import checkpoint, merkle, note, tiles
from privacy_engine.log.canonical import canonical
from privacy_engine.log.event import Leaf
from privacy_engine.reports import document
from privacy_engine.reports.kinds import deletion as of_deletion
from privacy_engine.reports.page import Issuer

NOW = datetime(2026, 12, 4, 19, 20, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
ISSUER = Issuer(
    organisation="Session in Progress",
    place="Truckee, California",
    contact="privacy@listing.example",
    public_url="https://privacy.listing.example",
)


class Nodes:
    """The complete subtrees of a small tree, computed anew each time."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def node(self, height: int, index: int) -> bytes:
        return merkle.root(self.leaves[index << height : (index + 1) << height])


ORIGIN = "privacy.listing.example/log"
SALT = b"s" * 32
RECEIVED = "request.received"
SIZE = 40
# Five requests lie between the two tallies, two of them to delete.
TALLIES = (5, 36)
REQUESTS = {
    0: "know",
    1: "delete",
    10: "delete",
    12: "know",
    14: "correct",
    16: "delete",
    18: "know",
}


def kind_at(position: int) -> str:
    if position in TALLIES:
        return "log.tallied"
    return RECEIVED if position in REQUESTS else "consent.given"


def part_at(position: int) -> dict[str, object]:
    """The opened envelope of one entry."""
    data: dict[str, object] = {}
    if position in TALLIES:
        before = Counter(f"{site_at(at)}|{kind_at(at)}" for at in range(position))
        data = {"size": position, "counts": dict(before)}
    elif position in REQUESTS:
        data = {"right": REQUESTS[position]}
    return {"kind": kind_at(position), "site": site_at(position), "data": data}


def site_at(position: int) -> str:
    return "engine" if position in TALLIES else "listing-site"


def log_entries() -> list[bytes]:
    return [
        Leaf(
            (keys.mac(SALT, canonical(part_at(at))),),
            at.to_bytes(16, "big"),
            kind_at(at),
            bytes(16),
            NOW,
        ).entry()
        for at in range(SIZE)
    ]


def entry(position: int, what: str) -> document.Entry:
    leaves = [merkle.leaf_hash(one) for one in log_entries()]
    return document.Entry(
        position=position,
        what=what,
        leaf=leaves[position],
        proof=tuple(merkle.inclusion_proof(position, len(leaves), Nodes(leaves))),
    )


SIGNER = note.Ed25519Signer(ORIGIN, b"k" * 32)


def signed_checkpoint(size: int, root: bytes) -> str:
    return checkpoint.sign(checkpoint.Checkpoint(ORIGIN, size, root), SIGNER).decode()


def head() -> document.LogHead:
    leaves = [merkle.leaf_hash(one) for one in log_entries()]
    root = merkle.root(leaves)
    return document.LogHead(
        origin=ORIGIN, size=len(leaves), root=root, checkpoint=signed_checkpoint(len(leaves), root)
    )


def tally_mark(position: int) -> document.TallyMark:
    return document.TallyMark(
        position=position,
        entry=log_entries()[position],
        proof=entry(position, "tally").proof,
        salt=SALT,
        part=canonical(part_at(position)),
        count=sum(1 for at in REQUESTS if at < position),
    )


def tally() -> document.Tally:
    return document.Tally(RECEIVED, "listing-site", *(tally_mark(at) for at in TALLIES))


def write_export(folder: Path, *, opened: bool = True) -> Path:
    """The sample log as `log export` writes it."""
    leaves = [merkle.leaf_hash(one) for one in log_entries()]
    files = {
        "checkpoint": head().checkpoint.encode(),
        "vkey.txt": f"{SIGNER.key}\n".encode(),
        f"tile/0/000.p/{SIZE}": b"".join(leaves),
        f"tile/entries/000.p/{SIZE}": tiles.format_bundle(log_entries()),
    }
    if opened:
        salt = base64.b64encode(SALT).decode()
        files["opened/parts.jsonl"] = b"".join(
            json.dumps({"position": at, "index": 0, "salt": salt, "part": part_at(at)}).encode()
            + b"\n"
            for at in range(SIZE)
        )
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def drawn(**changes: object) -> document.Drawn:
    values: dict[str, object] = {
        "number": "DC-2026-0007",
        "generated_at": datetime(2026, 12, 4, 11, 20, tzinfo=PACIFIC),
        "site": "listing-site",
        "population": document.Population(
            filters=(
                document.Filter("request", "request R-7F3K-2026"),
                document.Filter("site", "site listing-site"),
            ),
            row_count=1,
            unit="request",
            log=head(),
            finer=True,
        ),
        "entries": (
            entry(3, "Request received"),
            entry(17, "Identity verified"),
            entry(22, "Deletion approved"),
            entry(31, "Deletion attested by every system"),
            entry(33, "Person erased in the engine's own record"),
        ),
    }
    return document.Drawn(**{**values, **changes})  # type: ignore[arg-type]


def deletion(**changes: object) -> of_deletion.Deletion:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC)

    values: dict[str, object] = {
        "reference": "R-7F3K-2026",
        "subject_key": hashlib.sha256(b"invented").hexdigest()[:24],
        "basis": "Request to delete by the person",
        "basis_citation": "Cal. Civ. Code 1798.105(a)",
        "verification": "Verified to a reasonably high degree: account sign-in and a mailed code",
        "received_at": at(2, 9, 14),
        "completed_at": at(24, 15, 2),
        "systems": (
            of_deletion.SystemOutcome(
                "Listing database",
                41,
                38,
                3,
                of_deletion.Verdict.RETAINED,
                "Rows deleted in one transaction",
                at(24, 15, 2),
                (
                    of_deletion.Retained(
                        3,
                        "invoices",
                        "Tax records of a paid listing",
                        "1798.105(d)(8)",
                        date(2033, 4, 15),
                    ),
                ),
            ),
            of_deletion.SystemOutcome(
                "Mail vendor",
                1,
                1,
                0,
                of_deletion.Verdict.ERASED,
                "Deleted through the vendor's interface",
                at(24, 14, 40),
            ),
            of_deletion.SystemOutcome(
                "Support mailbox",
                6,
                6,
                0,
                of_deletion.Verdict.ERASED,
                "Deleted by hand, second person searched",
                at(24, 10, 5),
            ),
            of_deletion.SystemOutcome(
                "Payment vendor",
                None,
                None,
                None,
                of_deletion.Verdict.NOT_SEARCHABLE,
                "Vendor attested in writing",
            ),
        ),
        "clocks": (
            of_deletion.Clock(
                "Acknowledge", date(2026, 11, 17), "11 CCR 7021(a)", date(2026, 11, 2)
            ),
            of_deletion.Clock("Answer", date(2026, 12, 17), "11 CCR 7021(b)", date(2026, 11, 24)),
        ),
        "approvals": (
            of_deletion.Approval("Carried out", "Privacy officer", "staff-02", at(24, 14, 38)),
            of_deletion.Approval("Approved", "Approver", "staff-05", at(24, 9, 30)),
        ),
        "kept": (
            of_deletion.Kept(
                "The record of this request",
                "Dates, nature and outcome of the request, without name or address",
                "11 CCR 7101(a)",
                "24 November 2028",
            ),
            of_deletion.Kept(
                "A keyed hash of the address",
                "So that the person stays deleted when data arrives again",
                "11 CCR 7022(e)",
                "while the service runs",
            ),
        ),
        "told": (
            of_deletion.Told("Mail vendor", "Service provider", at(24, 14, 39), at(24, 14, 41)),
            of_deletion.Told("Payment vendor", "Service provider", at(24, 14, 39)),
        ),
        "keys_destroyed_at": at(24, 15, 3),
        "backup_horizon_on": date(2026, 12, 29),
    }
    return of_deletion.Deletion(**{**values, **changes})  # type: ignore[arg-type]


def with_attachment(report: document.Report) -> document.Report:
    """The same report, with its first table attached as a file."""
    sections = tuple(
        replace(
            section,
            blocks=tuple(
                replace(block, attach=True)
                if isinstance(block, document.Table) and block.key == "systems"
                else block
                for block in section.blocks
            ),
        )
        for section in report.sections
    )
    return replace(report, sections=sections)

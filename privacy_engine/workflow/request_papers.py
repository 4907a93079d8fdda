"""Papers that show that somebody may ask for another: a signed permission, a power of attorney.

They stay with the request, as its record, and leave with it: each is sealed under the key of the
case, which the retention schedule destroys.

Source: 11 CCR 7063(a), (b); kept under 7062(c), 7101(a).

The file is written before its event is committed: a crash between leaves a sealed file that no
event names. It opens for nobody and goes with the request.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.keys.ring import write_private
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.parent_forms import media_type_of

MOST_BYTES = 5 * 1024 * 1024
MOST_PAPERS = 5
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "permission": "Signed permission",
        "power_of_attorney": "Power of attorney",
        "authority": "Paper that shows who may act",
    }
)
_KIND = "request.paper_received"
_FOR_ANOTHER = frozenset({"agent", "deceased", "represented", "household"})


@dataclass(frozen=True)
class Paper:
    """One paper on file, without its content."""

    code: str
    kind: str
    title: str
    sha256: str
    size: int
    media_type: str
    event_id: str
    at: datetime


def is_wanted(request: Request) -> bool:
    """Return whether a paper could still decide who may ask: somebody asks for another, open."""
    return request.unverified and request.acting_for in _FOR_ANOTHER


def kinds_for(request: Request) -> tuple[str, ...]:
    """Return the kinds of paper that can help a request."""
    if request.acting_for == "agent":
        return ("permission", "power_of_attorney")
    return ("authority",)


def faults(request: Request, *, kind: str, content: bytes) -> dict[str, str]:
    """Return what is wrong with a paper that was sent, by the field of its form."""
    found = {} if kind in kinds_for(request) else {"kind": "Say what the paper is."}
    fault = fault_of(content)
    return found | ({"paper": fault} if fault else {})


def fault_of(content: bytes) -> str:
    """Return what is wrong with a file, as a sentence for whoever sent it; empty if nothing."""
    if not content:
        return "Choose a file."
    if len(content) > MOST_BYTES:
        return f"This file is larger than {MOST_BYTES // 1024 // 1024} MB. Send a smaller one."
    if not media_type_of(content):
        return "This file is neither PDF, JPEG nor PNG. Send one of these."
    return ""


def keep(tx: Transaction, reference: str, *, kind: str, content: bytes) -> None:
    """Keep a paper with an open request; the same paper again is kept once.

    Raises:
        InvalidInput: no PDF, JPEG or PNG, too large, or of no kind that helps this request.
        Conflict: the request has ended, or has as many papers as it may have.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    rules.require_open(request.state)
    for fault in faults(request, kind=kind, content=content).values():
        raise InvalidInput(fault)
    digest, held = keys.sha256(content).hex(), papers(tx, reference)
    if any(item.sha256 == digest for item in held):
        return
    if len(held) >= MOST_PAPERS:
        raise Conflict(f"this request has {MOST_PAPERS} papers already; write to us instead")
    code = random_id()
    sealed = keys.seal(tx.vault.case_key(reference).enc, content, bound_to=_bound(reference, code))
    write_private(_path(tx.settings, reference, code), sealed)
    told = {"case": reference, "code": code, "method": kind, "sha256": digest}
    more = {"bytes": len(content), "media_type": media_type_of(content)}
    tx.append(_KIND, {**told, **more}, case=reference, subject_id=request.subject_id)


def papers(tx: Transaction, reference: str) -> Sequence[Paper]:
    """Return the papers of a request, oldest first."""
    return [
        Paper(
            code=str(event.data["code"]),
            kind=str(event.data["method"]),
            title=KINDS.get(str(event.data["method"]), "Paper"),
            sha256=str(event.data["sha256"]),
            size=int(event.data["bytes"]),
            media_type=str(event.data["media_type"]),
            event_id=event.event_id,
            at=event.recorded_at,
        )
        for event in tx.events_of_case(reference)
        if event.kind == _KIND and "code" in event.data
    ]


def read(tx: Transaction, reference: str, *, code: str) -> tuple[Paper, bytes]:
    """Return one paper and its content.

    Raises:
        NotFound: there is none, or the request's record was disposed of.
    """
    register.get(tx.session, reference)
    found = next((item for item in papers(tx, reference) if item.code == code), None)
    path = _path(tx.settings, reference, code)
    if found is None or not path.exists():
        raise NotFound("there is no such paper here (any more)")
    key = tx.vault.case_key(reference)
    return found, keys.unseal(key.enc, path.read_bytes(), bound_to=_bound(reference, code))


def sweep(engine: Transactions) -> None:
    """Delete the papers of requests whose record left: no key opens them any more."""
    for path in sorted(_folder(engine.settings).glob("*")):
        with engine.reading() as tx:
            if register.exists(tx.session, path.name):
                continue
        shutil.rmtree(path, ignore_errors=True)


def _bound(reference: str, code: str) -> bytes:
    return f"request-paper:{reference}:{code}".encode()


def _folder(settings: Settings) -> Path:
    return settings.exports_directory / "request-papers"


def _path(settings: Settings, reference: str, code: str) -> Path:
    return _folder(settings) / reference / f"{code}.sealed"

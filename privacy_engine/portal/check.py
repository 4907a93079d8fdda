"""Anybody may check a report that we signed: the file goes in, one of four words comes out.

The address of the page says nothing of any report: what is asked about is the file, or its hash
where the browser computed it. Only whoever has the file learns anything.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from flask import Blueprint, Response, render_template, request

from privacy_engine.errors import EngineError
from privacy_engine.issued import register
from privacy_engine.issued.register import Issued
from privacy_engine.portal.shell import engine
from privacy_engine.reports import offline
from privacy_engine.reports.verdicts import Outcome, Verdict


class Answer(StrEnum):
    """What a file turns out to be."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CheckResult:
    """What the page says about a file; `issued_at` only of a file as we issued it.

    `completeness` is a state code, empty when only the hash was looked up.
    """

    answer: Answer
    state: str
    words: str
    sha256: str
    issued_at: datetime | None = None
    completeness: str = ""
    completeness_words: str = ""
    reasons: tuple[str, ...] = ()


_CODES = {Outcome.HOLDS: "proven", Outcome.FAILS: "failed", Outcome.NOT_CHECKED: "unknown"}
_STATES = {
    Answer.VALID: "proven",
    Answer.SUPERSEDED: "superseded",
    Answer.ALTERED: "failed",
    Answer.UNKNOWN: "unknown",
}
_WORDS = {
    Answer.VALID: "This is a report of ours, as we issued it, and the newest on its question.",
    Answer.SUPERSEDED: (
        "This is a report of ours, as we issued it. We have issued a newer one on the same "
        "question since; ask whoever gave you this for it."
    ),
    Answer.ALTERED: "This began as a report of ours, but it is not as we issued it.",
    Answer.UNKNOWN: "This is no report that we issued.",
}
_BY_HASH = (
    "No report that we issued has this hash. Either it is not ours, or it was altered: send the "
    "file itself, and we look inside."
)
_UNRECORDED = (
    "It bears our signature, but our record holds no such report. Write to us before you rely "
    "on it."
)
_HASH = re.compile(r"[0-9a-f]{64}")
_COMMAND = "privacy-engine report verify FILE.pdf"


def add(pages: Blueprint) -> None:
    """Add the page that checks a report; the QR code on every report leads here."""

    @pages.route("/verify", methods=["GET", "POST"])
    def check_report() -> str | tuple[str, int]:
        errors: dict[str, str] = {}
        result = None
        if request.method == "POST":
            result = _asked(errors)
        page = render_template(
            "portal/check_report.html", errors=errors, result=result, command=_COMMAND
        )
        return (page, 422) if errors else page

    @pages.get("/verify/offline")
    def offline_verifier() -> Response:
        name = f'attachment; filename="{offline.PAGE.name}"'
        return Response(
            offline.PAGE.read_bytes(),
            mimetype="text/html",
            headers={"Content-Disposition": name},
        )


def _asked(errors: dict[str, str]) -> CheckResult | None:
    digest = request.form.get("sha256", "").strip().lower()
    upload = request.files.get("report")
    if upload is not None and upload.filename:
        return _of_file(upload.read())
    if _HASH.fullmatch(digest):
        return _of_hash(digest)
    errors["report"] = "Choose the PDF file that you were given."
    return None


def _of_hash(digest: str) -> CheckResult:
    found, answer = _recorded(digest)
    words = _WORDS[answer] if found else _BY_HASH
    return _result(answer, digest, found=found, words=words)


def _recorded(digest: str) -> tuple[Issued | None, Answer]:
    with engine().reading() as tx:
        found = register.by_hash(tx.session, digest)
        if found is None:
            return None, Answer.UNKNOWN
        old = register.is_superseded(tx.session, found)
    return found, Answer.SUPERSEDED if old else Answer.VALID


def _of_file(content: bytes) -> CheckResult:
    from privacy_engine.reports import completeness, integrity, signature  # noqa: PLC0415  slow

    digest = sha256(content).hexdigest()
    found, answer = _recorded(digest)
    trusted = _own_authority()
    try:
        whole, _, twin, attachments = integrity.check(
            content, authority=signature.certificate(trusted) if trusted else None
        )
    except EngineError:
        return _result(answer, digest, found=found, words=_WORDS[answer])
    if found is None:
        ours = _began_here(content, trusted)
        if whole.outcome is Outcome.FAILS:
            answer = Answer.ALTERED if ours else Answer.UNKNOWN
        reasons = _reasons(whole) if ours else ()
        words = _UNRECORDED if ours and answer is Answer.UNKNOWN else _WORDS[answer]
        return _result(answer, digest, found=None, words=words, reasons=reasons)
    complete = completeness.check(twin, attachments, export=None)
    result = _result(
        answer, digest, found=found, words=_WORDS[answer], reasons=_reasons(whole, complete)
    )
    return replace(
        result,
        completeness=_CODES[complete.outcome],
        completeness_words=complete.sentence,
    )


def _began_here(content: bytes, authority: bytes | None) -> bool:
    """Return whether a file carries our authority, as the signature of every report of ours does.

    The file may be damaged in any way, so it is looked at as it lies, not as a PDF.
    """
    from privacy_engine.reports import signature  # noqa: PLC0415  slow

    return (
        authority is not None
        and signature.certificate(authority).hex().encode() in content.lower()
    )


def _reasons(*verdicts: Verdict) -> tuple[str, ...]:
    checks = (check for verdict in verdicts for check in verdict.checks)
    return tuple(item.sentence for item in checks if item.outcome is not Outcome.HOLDS)


def _result(
    answer: Answer,
    digest: str,
    *,
    found: Issued | None,
    words: str,
    reasons: tuple[str, ...] = (),
) -> CheckResult:
    zone = engine().settings.zone
    return CheckResult(
        answer=answer,
        state=_STATES[answer],
        words=words,
        sha256=digest,
        issued_at=found.issued_at.astimezone(zone) if found else None,
        reasons=reasons,
    )


def _own_authority() -> bytes | None:
    path = engine().settings.keys_directory / "report-signing" / "authority.pem"
    return path.read_bytes() if path.exists() else None

"""Anybody may check a report that we signed: the file goes in, two verdicts come out."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, render_template, request

from privacy_engine.errors import EngineError
from privacy_engine.portal.shell import engine
from privacy_engine.reports.verdicts import Outcome, Verdicts


@dataclass(frozen=True)
class CheckResult:
    """What the page says about an uploaded file."""

    integrity: str
    completeness: str
    integrity_words: str
    completeness_words: str
    title: str
    made_at: datetime | None
    sha256: str
    reasons: tuple[str, ...]


_CODES = {Outcome.HOLDS: "proven", Outcome.FAILS: "failed", Outcome.NOT_CHECKED: "unknown"}
_COMMAND = "privacy-engine report verify FILE.pdf"


def add(pages: Blueprint) -> None:
    """Add the page that checks a report; the QR code on every report leads here."""

    @pages.route("/verify", methods=["GET", "POST"])
    def check_report() -> str | tuple[str, int]:
        errors: dict[str, str] = {}
        result = None
        if request.method == "POST":
            upload = request.files.get("report")
            if upload is None or not upload.filename:
                errors["report"] = "Choose the PDF file that you were given."
            else:
                result = _check(upload.read(), errors)
        page = render_template(
            "portal/check_report.html", errors=errors, result=result, command=_COMMAND
        )
        return (page, 422) if errors else page


def _check(content: bytes, errors: dict[str, str]) -> CheckResult | None:
    from privacy_engine.reports import completeness, integrity, signature  # noqa: PLC0415  slow

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        path.write_bytes(content)
        try:
            trusted = _own_authority()
            whole, identity, twin, attachments = integrity.check(
                path.read_bytes(),
                authority=signature.certificate(trusted) if trusted else None,
            )
            verdicts = Verdicts(
                identity, whole, completeness.check(twin, attachments, export=None)
            )
        except EngineError as error:
            errors["report"] = error.detail
            return None
    return _result(verdicts, content)


def _own_authority() -> bytes | None:
    path = engine().settings.keys_directory / "report-signing" / "authority.pem"
    return path.read_bytes() if path.exists() else None


def _result(verdicts: Verdicts, content: bytes) -> CheckResult:
    identity, integrity = verdicts.identity, verdicts.integrity
    whole = integrity.outcome is Outcome.HOLDS
    # What an altered file says about itself is nobody's word.
    signed_at = identity.signed_at if whole else None
    checks = (*integrity.checks, *verdicts.completeness.checks)
    return CheckResult(
        integrity=_CODES[integrity.outcome],
        completeness=_CODES[verdicts.completeness.outcome],
        integrity_words=integrity.sentence,
        completeness_words=verdicts.completeness.sentence,
        title=identity.title if whole else "The file that you chose",
        made_at=signed_at.astimezone(engine().settings.zone) if signed_at else None,
        sha256=sha256(content).hexdigest(),
        reasons=tuple(item.sentence for item in checks if item.outcome is not Outcome.HOLDS),
    )

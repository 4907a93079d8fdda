"""`report verify FILE`: two verdicts on a report, offline."""

from pathlib import Path

import click
import orjson

from privacy_engine.reports.verdicts import Identity, Outcome, Verdict, Verdicts

_MARKS = {Outcome.HOLDS: "ok", Outcome.FAILS: "FAILS", Outcome.NOT_CHECKED: "open"}
_MAX_BYTES = 500_000_000


def verify_file(
    path: Path,
    log_dir: Path | None = None,
    *,
    authority: Path | None = None,
    time_authority: Path | None = None,
) -> Verdicts:
    """Return the two verdicts on the report in a file; nothing is asked of any network.

    Args:
        path: The signed PDF.
        log_dir: An export of the log, to count in.
        authority: The DER or PEM certificate that the reader trusts, from elsewhere.
        time_authority: The same of whoever stamps the time.
    """
    # Here, because the PDF libraries take a second that no other command should wait for.
    from privacy_engine.reports import completeness, integrity, signature  # noqa: PLC0415
    from privacy_engine.reports.log_export import LogExport  # noqa: PLC0415

    pdf = path.read_bytes()
    trusted, time_trusted = (
        signature.certificate(one.read_bytes()) if one else None
        for one in (authority, time_authority)
    )
    whole, identity, content, attachments = integrity.check(
        pdf,
        authority=trusted,
        time_authority=time_trusted,
        folder=path.absolute().parent,
    )
    export = LogExport(log_dir) if log_dir else None
    return Verdicts(identity, whole, completeness.check(content, attachments, export=export))


@click.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--log",
    "log_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An export of the log, to count finer filters in.",
)
@click.option(
    "--authority",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The issuer's authority certificate, from elsewhere than the file.",
)
@click.option(
    "--time-authority",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate of the time-stamping authority that you trust, from elsewhere.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report_verify(
    file: Path,
    log_dir: Path | None,
    authority: Path | None,
    time_authority: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check a report: is it as issued, and is anything missing from it?"""
    if file.stat().st_size > _MAX_BYTES:
        raise click.UsageError("This file is too large to be a report.")
    verdicts = verify_file(file, log_dir, authority=authority, time_authority=time_authority)
    click.echo(_json(verdicts) if as_json else _text(verdicts))
    if not verdicts.stands:
        raise click.exceptions.Exit(1)


def _text(verdicts: Verdicts) -> str:
    identity = verdicts.identity
    lines = []
    if identity.number:
        lines += [f"{identity.title} {identity.number}, generated {identity.generated_at}"]
    if identity.signed_at:
        lines += [f"Signed by {identity.signer}, {identity.signed_at:%Y-%m-%dT%H:%M:%SZ}"]
    lines += [f"SHA-256 {identity.sha256}"]
    lines += _verdict("Integrity", verdicts.integrity)
    lines += _verdict("Completeness", verdicts.completeness)
    return "\n".join(lines)


def _verdict(title: str, verdict: Verdict) -> list[str]:
    return [
        "",
        f"{title}: {verdict.outcome}. {verdict.sentence}",
        *(f"  {_MARKS[check.outcome]:5}  {check.sentence}" for check in verdict.checks),
    ]


def _json(verdicts: Verdicts) -> str:
    return orjson.dumps(
        {
            "document": _identity(verdicts.identity),
            "integrity": _as_json(verdicts.integrity),
            "completeness": _as_json(verdicts.completeness),
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


def _identity(identity: Identity) -> dict[str, str | None]:
    return {
        "kind": identity.kind,
        "number": identity.number,
        "generated_at": identity.generated_at,
        "signer": identity.signer,
        "fingerprint": identity.fingerprint,
        "signed_at": f"{identity.signed_at:%Y-%m-%dT%H:%M:%SZ}" if identity.signed_at else None,
        "sha256": identity.sha256,
    }


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "verdict": verdict.outcome,
        "sentence": verdict.sentence,
        "checks": [
            {"outcome": check.outcome, "sentence": check.sentence} for check in verdict.checks
        ],
    }


COMMANDS: list[click.Command] = []
"""Nothing at the top level: `report_verify` belongs into the group `report`."""

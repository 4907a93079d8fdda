"""`report KIND` produces a report; `report verify FILE` checks one."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from privacy_engine.cli.report_verify import report_verify
from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import InvalidInput
from privacy_engine.reports.ask import Ask

_DAY = click.DateTime(["%Y-%m-%d"])
_PERIOD = (
    click.Option(["--from", "first"], type=_DAY, help="First day."),
    click.Option(["--to", "last"], type=_DAY, help="Last day; today when not given."),
    click.Option(["--site"], default="", help="Only what this site reported."),
)
_REQUEST = (click.Option(["--request"], default="", metavar="REF", help="By reference."),)
_SUBJECT = (click.Option(["--subject"], default="", metavar="EMAIL", help="The person."),)

# Which options each kind understands: another one is wrong use, never silently ignored.
_OPTIONS: Mapping[str, tuple[str, tuple[click.Option, ...]]] = {
    "consent-proof": ("What one person agreed to or refused.", _SUBJECT),
    "deletion-certificate": ("What was deleted where, for one request.", _REQUEST),
    "disclosure-accounting": ("Who got what: one person's, or a period's.", _SUBJECT + _PERIOD),
    "drills": ("What became of invented people who asked like real ones.", _PERIOD[:2]),
    "log-integrity": ("What was checked of the log.", ()),
    "metrics": ("The yearly figures; the last calendar year without days.", _PERIOD),
    "policy-version": (
        "One version of a document, and who was told.",
        (
            click.Option(["--document"], default="", metavar="SLUG", help="The document."),
            click.Option(["--version"], default="", help="Where there are several."),
            click.Option(["--request"], default="", metavar="REF", help="A change, by its name."),
        ),
    ),
    "promises": (
        "Each promise, held against the record.",
        (click.Option(["--document"], default="", metavar="SLUG", help="Of one document."),),
    ),
    "request-register": ("Every request of a period.", _PERIOD),
    "retention-disposition": (
        "One run of the retention schedule.",
        (click.Option(["--run"], default="", metavar="REF", help="By reference."),),
    ),
    "work-paper": (
        "An auditor's sample, its method and findings.",
        (click.Option(["--sample"], default="", metavar="ID", help="The id of the sample."),),
    ),
    "under-13-case": ("The file of one child's case.", _REQUEST),
}


@click.group()
def report() -> None:
    """Produce a report, or verify one.

    Every kind is written to --out. One about a case takes --request, one about a person
    --subject, one about a period --from and --to; `report KIND --help` lists them.
    """


def _command(kind: str) -> click.Command:
    help_, options = _OPTIONS[kind]
    out = click.Option(
        ["--out"],
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where to write the signed PDF.",
    )
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
    return click.Command(kind, params=[*options, out, as_json], callback=_run, help=help_)


@click.pass_context
def _run(ctx: click.Context, /, out: Path, *, as_json: bool, **given: Any) -> None:
    kind = str(ctx.info_name)
    ask = Ask(
        first_on=_day(given.pop("first", None)), last_on=_day(given.pop("last", None)), **given
    )
    engine = open_engine(ctx.find_root().obj)
    engine.prepare()
    try:
        digest, number = produce(engine, kind, ask, out=out)
    except InvalidInput as error:
        raise click.UsageError(error.detail) from None
    finally:
        engine.close()
    if as_json:
        found = {"kind": kind, "number": number, "sha256": digest, "path": str(out)}
        click.echo(orjson.dumps(found))
    else:
        click.echo(f"{digest}  {out}")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def produce(engine: Engine, kind: str, ask: Ask, *, out: Path) -> tuple[str, str]:
    """Produce a report into a file; return its SHA-256, hex, and its number.

    What is about one person goes into that file alone, which only its owner can read; the rest
    is kept under the instance's exports directory as well.

    Raises:
        InvalidInput: the question lacks something, or the file cannot be written there.
        NotFound, Conflict: there is nothing to report on (yet).
        Unavailable: the PDF libraries are missing.
    """
    from privacy_engine.reports import filing, kinds_table  # noqa: PLC0415  slow to import

    _require_writable(out)
    engine.sequence(tally=True)
    with engine.reading() as tx:
        drawn = kinds_table.BUILDERS[kind](tx, ask)
    hand_to = out if ask.is_personal else None
    filed = filing.file_report(engine, drawn, hand_to=hand_to)
    if hand_to is None:
        out.write_bytes(filed.path.read_bytes())
    return filed.sha256, filed.number


def _require_writable(out: Path) -> None:
    folder = out.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InvalidInput(f"{folder} is no folder that can be written to")


for _kind in _OPTIONS:
    report.add_command(_command(_kind))
report.add_command(report_verify)
COMMANDS = [report]

"""`consents`: take the ledger out, and tell a mailer whom it may write to."""

import csv
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import orjson

from privacy_engine.cli.changing import actor_of, open_prepared
from privacy_engine.look.formats import plural

if TYPE_CHECKING:
    from privacy_engine.consent.lists import Reader
    from privacy_engine.engine import Engine

_BY = click.option("--by", required=True, metavar="EMAIL", help="Who of the staff takes it out.")
_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_ENDINGS = (".jsonl", ".csv")
_LEDGER = (
    "event_id",
    "person",
    "state",
    "purpose",
    "service",
    "at",
    "recorded_at",
    "document",
    "version",
    "method",
    "trust",
    "site",
    "expires_at",
    "wording",
    "language",
    "actor",
    "evidence",
)
_MAILING = ("email", "since", "state", "unsubscribe_url")


@click.group()
def consents() -> None:
    """The consent ledger as files; what is taken out is written into the log."""


@consents.command("export")
@_FILE
@click.option("--opened", is_flag=True, help="With wording, language, actor and evidence.")
@_BY
@click.pass_obj
def export(instance: Path, /, *, file: Path, opened: bool, by: str) -> None:
    """Write every record of the ledger to FILE (.jsonl or .csv), a line each, oldest first.

    People stand in it by their internal ids. Memory stays flat however long the ledger is.
    """
    from privacy_engine.consent import lists  # noqa: PLC0415  opens the log

    _require_ending(file)
    engine = open_prepared(instance)
    actor = actor_of(engine, by)
    with engine.reading() as tx:
        number, newest = lists.count_records(tx)
    rows = lists.records(engine, until=newest, opened=opened)
    with click.progressbar(rows, length=number, label="Records", file=sys.stderr) as shown:
        digest, written = _write(file, shown, columns=_LEDGER)
    data = {"list": "ledger", "rows": written, "sha256": digest}
    engine.run(lambda tx: tx.append("list.exported", data), actor=actor)
    engine.sequence()
    engine.close()
    click.echo(f"{written:,} records in {file}, SHA-256 {digest}.")


@consents.command("mailing")
@click.argument("purpose")
@_FILE
@click.option("--stopped", is_flag=True, help="Whom the mailer must take off its list instead.")
@_BY
@click.pass_obj
def mailing(instance: Path, /, *, purpose: str, file: Path, stopped: bool, by: str) -> None:
    """Write to FILE (.jsonl or .csv) whom a mailer may write to for PURPOSE.

    Each line has the address and the person's own link for the headers List-Unsubscribe and
    List-Unsubscribe-Post (RFC 8058). Take it out again before each sending: a no counts at once.
    """
    from privacy_engine.consent import lists  # noqa: PLC0415  opens the log
    from privacy_engine.database import read_lightly  # noqa: PLC0415
    from privacy_engine.log import reachable  # noqa: PLC0415
    from privacy_engine.workflow.steps import holding  # noqa: PLC0415

    _require_ending(file)
    engine = open_prepared(instance)
    actor = actor_of(engine, by)
    engine.content.purpose(purpose)
    with engine.reading() as tx:
        read_lightly(tx.session)
        number = reachable.count_with_email(tx.session)
    found = lists.readers(engine, purpose, permitted=not stopped, apart=holding.sequestered)
    url = _unsubscribing(engine, purpose)
    with click.progressbar(found, length=number, label="People", file=sys.stderr) as shown:
        rows = (_reader_row(item, url) for item in shown)
        digest, written = _write(file, rows, columns=_MAILING)
    kind = "stopped" if stopped else "permitted"
    data = {"list": kind, "purpose": purpose, "rows": written, "sha256": digest}
    engine.run(lambda tx: tx.append("list.exported", data), actor=actor)
    engine.sequence()
    engine.close()
    who = "must not be written to" if stopped else "may be written to"
    people = plural(written, "person", "people")
    click.echo(f"{people} who {who} for {purpose} in {file}.")


def _unsubscribing(engine: "Engine", purpose: str) -> Callable[[str], str]:
    from privacy_engine.rights import links  # noqa: PLC0415

    base = engine.settings.instance.public_url

    def url(subject_id: str) -> str:
        about = f"{subject_id}:{purpose}"
        key = links.sign(engine.ring, use="unsubscribe", about=about)
        return f"{base}/unsubscribe?key={subject_id}.{purpose}~{key}"

    return url


def _reader_row(item: "Reader", url: Callable[[str], str]) -> dict[str, Any]:
    return {
        "email": item.address,
        "since": item.since.isoformat() if item.since else None,
        "state": item.state,
        "unsubscribe_url": url(item.subject_id),
    }


def _require_ending(file: Path) -> None:
    if file.suffix not in _ENDINGS:
        raise click.UsageError(f"name the file with one of: {', '.join(_ENDINGS)}")


def _write(
    file: Path, rows: Iterable[dict[str, Any]], *, columns: Sequence[str]
) -> tuple[str, int]:
    """Write rows beside the file, then put it in place whole; return its SHA-256 and the rows.

    Readable by its owner alone. A crash leaves the file before, and a part with `.part` behind.
    """
    part = file.with_name(f"{file.name}.part")
    count = 0
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        for line in _lines(out, rows, columns=columns, is_csv=file.suffix == ".csv"):
            count += line
        out.flush()
        os.fsync(out.fileno())
    digest = sha256()
    with part.open("rb") as written:
        while block := written.read(1 << 20):
            digest.update(block)
    part.replace(file)
    return digest.hexdigest(), count


def _lines(
    out: IO[str], rows: Iterable[dict[str, Any]], *, columns: Sequence[str], is_csv: bool
) -> Iterator[int]:
    """Write each row as a line; yield one for each."""
    if not is_csv:
        for row in rows:
            out.write(orjson.dumps(row).decode() + "\n")
            yield 1
        return
    sheet = csv.DictWriter(out, columns, restval="")
    sheet.writeheader()
    for row in rows:
        sheet.writerow({name: _plain(row.get(name)) for name in columns})
        yield 1


def _plain(value: Any) -> Any:
    # A cell that a spreadsheet would take for a formula is made a text.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value


COMMANDS = [consents]

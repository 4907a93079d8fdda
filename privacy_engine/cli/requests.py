"""`requests`: requests that come many at once, from a list."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from privacy_engine.intake.table import Row

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def requests() -> None:
    """Requests from another tool's list."""


@requests.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would happen, and do nothing.")
@_JSON
@click.pass_context
def import_(context: click.Context, file: Path, *, preview: bool, as_json: bool) -> None:
    """Write down the requests of the CSV FILE; lines with a fault are left out, with exit 1.

    The columns right and received are needed, and one of email, phone, account.
    """
    from privacy_engine.engine import open_engine  # noqa: PLC0415  SQL is slow to import
    from privacy_engine.intake import table  # noqa: PLC0415
    from privacy_engine.transaction import ENGINE  # noqa: PLC0415

    engine = open_engine(context.find_root().obj)
    engine.prepare()
    lines = table.read(file.read_bytes())
    with engine.reading() as tx:
        rows = table.preview(tx, lines)
    if preview:
        _print_preview(rows, as_json=as_json)
        sys.exit(1 if any(row.intake is None for row in rows) else 0)
    done = table.take(engine, rows, actor=ENGINE)
    if as_json:
        left = [{"line": line, "why": why} for line, why in done.left]
        click.echo(json.dumps({"made": list(done.made), "known": done.known, "left": left}))
    else:
        click.echo(f"{len(done.made)} written down, {done.known} were here already")
        for line, why in done.left:
            click.echo(f"{file.name}:{line}: {why}", err=True)
    sys.exit(1 if done.left else 0)


def _print_preview(rows: "Sequence[Row]", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_body(row) for row in rows]))
        return
    for row in rows:
        due = row.due_on.isoformat() if row.due_on else "no clock"
        said = "; ".join(f"{k} {v}" for k, v in row.faults.items()) or row.remark or "good"
        click.echo(f"line {row.line:5}  {row.right:18} due {due:10}  {said}")
    good = sum(row.intake is not None for row in rows)
    click.echo(f"{good} of {len(rows)} would become requests; nothing was written")


def _body(row: "Row") -> dict[str, Any]:
    return {
        "line": row.line,
        "right": row.right,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "faults": dict(row.faults),
        "remark": row.remark,
        "becomes_request": row.intake is not None,
    }


COMMANDS = [requests]

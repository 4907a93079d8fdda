"""`requests`: what comes many at once, from a list; and what is to be expected of the queue."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from privacy_engine.intake.table import Row
    from privacy_engine.rights.pace import Forecast

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def requests() -> None:
    """Requests from another tool's list, and what to expect of the queue."""


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


@requests.command()
@click.option("--helpers", default=1, show_default=True, help="More people deciding.")
@click.option("--wave", default=0, show_default=True, help="Requests more that come tomorrow.")
@_JSON
@click.pass_context
def forecast(context: click.Context, *, helpers: int, wave: int, as_json: bool) -> None:
    """Say which clocks will be missed at this pace, and what would change that.

    Exit 1 when clocks will be missed as things are.
    """
    from privacy_engine.engine import open_engine  # noqa: PLC0415
    from privacy_engine.rights import pace  # noqa: PLC0415

    engine = open_engine(context.find_root().obj)
    engine.prepare()
    with engine.reading() as tx:
        found = pace.draw(tx, helpers=helpers, wave=wave)
    if as_json:
        click.echo(json.dumps(_forecast_body(found)))
    elif not found.outlooks:
        past = f"{found.history.answers} decisions to learn from"
        click.echo(f"{found.waiting} requests wait for a decision; {past}: nothing can be said")
    for item in () if as_json else found.outlooks:
        done = item.done_on.isoformat() if item.done_on else "beyond a year"
        between = f"{item.missed_low} to {item.missed_high}"
        click.echo(
            f"{item.scenario.name:16} {item.missed:8.1f} missed ({between}), backlog done {done}"
        )
    sys.exit(1 if found.outlooks and found.outlooks[0].missed >= 0.5 else 0)


def _forecast_body(found: "Forecast") -> dict[str, Any]:
    past = found.history
    began = past.first_on <= past.last_on  # else nobody has decided anything before today
    return {
        "waiting": found.waiting,
        "not_confirmed": found.not_ready,
        "history": {
            "from": past.first_on.isoformat() if began else None,
            "to": past.last_on.isoformat() if began else None,
            "decisions": past.answers,
            "people": past.people,
            "decisions_on_a_business_day": round(past.pace, 2),
        },
        "ways": [
            {
                "way": item.scenario.name,
                "missed": round(item.missed, 2),
                "missed_low": item.missed_low,
                "missed_high": item.missed_high,
                "backlog_done_on": item.done_on.isoformat() if item.done_on else None,
                "runs": item.runs,
                "requests": [
                    {"reference": reference, "chance": round(chance, 3)}
                    for reference, chance in item.chances
                ],
            }
            for item in found.outlooks
        ],
    }


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

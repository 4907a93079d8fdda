"""`documents change`: take a material change on its way, decide on it, and see how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from privacy_engine.errors import NotFound

if TYPE_CHECKING:
    from privacy_engine.documents.changes import Change
    from privacy_engine.engine import Engine
    from privacy_engine.transaction import Actor, Transaction

_OCCASIONS = ("text", "new_use", "new_owner")  # log.catalogue.documents has them, behind the log


_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("change")
def change() -> None:
    """A material change on its way: notice on the site, letters, time to read, effect."""


@change.command("begin")
@click.argument("slug")
@click.argument("version")
@click.option("--occasion", type=click.Choice(_OCCASIONS), default="text", show_default=True)
@click.option("--by", required=True, metavar="EMAIL", help="Who of the staff begins it.")
@_JSON
@click.pass_obj
def begin(
    instance: Path, /, *, slug: str, version: str, occasion: str, by: str, as_json: bool
) -> None:
    """Begin to announce VERSION of document SLUG; somebody then approves or rejects it."""
    from privacy_engine.documents import changing  # noqa: PLC0415  opens the log

    engine = open_prepared(instance)

    def work(tx: "Transaction") -> "Change":
        return changing.begin(tx, slug, version, occasion=occasion)

    _say(engine, engine.run(work, actor=actor_of(engine, by)), as_json=as_json)


@change.command("decide")
@click.argument("case")
@click.argument("outcome", type=click.Choice(["publish", "reject"]))
@click.option("--by", required=True, metavar="EMAIL", help="Who of the staff decides.")
@_JSON
@click.pass_obj
def decide(instance: Path, /, *, case: str, outcome: str, by: str, as_json: bool) -> None:
    """Approve the change CASE, or reject it."""
    from privacy_engine.documents import changing  # noqa: PLC0415  opens the log

    engine = open_prepared(instance)

    def work(tx: "Transaction") -> "Change":
        changing.decide(tx, case, outcome=outcome)
        return changing.get(tx, case)

    _say(engine, engine.run(work, actor=actor_of(engine, by)), as_json=as_json)


@change.command("list")
@_JSON
@click.pass_obj
def list_changes(instance: Path, /, *, as_json: bool) -> None:
    """List every change, the newest first, and how far each has come."""
    from privacy_engine.documents import changes  # noqa: PLC0415  opens the log

    engine = open_prepared(instance)
    with engine.reading() as tx:
        rows = [_row(tx, item) for item in changes.of_document(tx.session)]
    engine.close()
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        click.echo("No change was ever begun.")


def open_prepared(instance: Path) -> "Engine":
    """Return the engine of an instance, its database up to date."""
    from privacy_engine.engine import open_engine  # noqa: PLC0415  opens the log

    engine = open_engine(instance)
    engine.prepare()
    return engine


def actor_of(engine: "Engine", address: str) -> "Actor":
    """Return in whose name a member of the staff acts at the command line.

    Raises:
        NotFound: nobody of the staff has this address.
    """
    from privacy_engine.console import staff  # noqa: PLC0415  opens the log
    from privacy_engine.transaction import Actor, Role  # noqa: PLC0415

    with engine.reading() as tx:
        member = staff.find(tx, address)
    if member is None or member.closed_at is not None:
        raise NotFound("nobody of the staff has this address")
    return Actor(Role.STAFF, member.staff_id)


def _say(engine: "Engine", made: "Change", *, as_json: bool) -> None:
    with engine.reading() as tx:
        row = _row(tx, made)
    engine.sequence()
    engine.close()
    if as_json:
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(_line(row))


def _row(tx: "Transaction", item: "Change") -> dict[str, Any]:
    from privacy_engine.documents import changes  # noqa: PLC0415  opens the log
    from privacy_engine.workflow import register as runs  # noqa: PLC0415

    run = runs.run(tx.session, item.case)
    waiting = [code for code, state in run.steps.items() if state.progress in _OPEN] if run else []
    return {
        "case": item.case,
        "document": item.document,
        "version": item.version,
        "occasion": item.occasion,
        "outcome": item.outcome or None,
        "notice_at": item.notice_at.isoformat() if item.notice_at else None,
        "told": changes.told_counts(tx.session, item.case),
        "carried": item.carried,
        "lost": item.lost,
        "waiting_for": waiting,
        "ended": bool(run and run.ended_at),
    }


_OPEN = frozenset({"waiting", "failed"})


def _line(row: dict[str, Any]) -> str:
    where = "ended" if row["ended"] else ", ".join(row["waiting_for"]) or "going on"
    told = ", ".join(f"{number} {word}" for word, number in row["told"].items()) or "nobody yet"
    return (
        f"{row['case']}  {row['document']} {row['version']}  {row['outcome'] or 'undecided'}; "
        f"at: {where}; written to: {told}"
    )

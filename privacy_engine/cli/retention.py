"""`retention` and `hold`: what is due, approved and disposed of, and what must stay."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import Forbidden, InvalidInput, NotFound

if TYPE_CHECKING:
    from privacy_engine.retention.actions import Preview
    from privacy_engine.retention.register import Hold, Run
    from privacy_engine.transaction import Actor, Transaction

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_BY = click.option("--by", metavar="EMAIL", default="", help="Who of the staff does this.")
_APPROVERS = ("approver", "officer", "admin")


@click.group()
def retention() -> None:
    """The retention schedule: preview what is due, approve it, carry it out."""


@retention.command()
@click.argument("series")
@_BY
@_JSON
@click.pass_context
def preview(context: click.Context, series: str, by: str, *, as_json: bool) -> None:
    """Count what of SERIES is due; change nothing. Prints the hash that an approval repeats."""
    from privacy_engine.workflow.steps import disposal  # noqa: PLC0415

    engine = _engine(context)
    found = disposal.preview_series(engine, series, actor=_actor(engine, by))
    if as_json:
        click.echo(json.dumps(_preview_as_data(found)))
        return
    _say_preview(engine, found)


@retention.command()
@click.argument("run")
@click.option("--hash", "preview_sha256", required=True, help="What the preview printed.")
@click.option("--by", metavar="EMAIL", required=True, help="Who of the staff approves.")
@_JSON
@click.pass_context
def approve(
    context: click.Context, run: str, preview_sha256: str, by: str, *, as_json: bool
) -> None:
    """Approve exactly what RUN previewed; by somebody else than who previewed it."""
    from privacy_engine.retention import actions  # noqa: PLC0415

    engine = _engine(context)
    actor = _actor(engine, by, roles=_APPROVERS)
    found = engine.run(
        lambda tx: actions.approve(tx, run, preview_sha256=preview_sha256), actor=actor
    )
    _say_run(found, as_json=as_json, then=f"approved: privacy-engine retention run {run}")


@retention.command("run")
@click.argument("run")
@_BY
@_JSON
@click.pass_context
def run_(context: click.Context, run: str, by: str, *, as_json: bool) -> None:
    """Carry out the approved RUN; after a crash it goes on where it stopped.

    Exit 1 when the search afterwards still finds something due.
    """
    from privacy_engine.workflow.steps import disposal  # noqa: PLC0415

    engine = _engine(context)

    def told(place: str, done: int, total: int) -> None:
        click.echo(f"{place}: {done} of {total}", err=True)

    found = disposal.carry_out(engine, run, actor=_actor(engine, by), progress=told)
    after = f"{found.disposed} disposed of; searched again: {found.found_after} found"
    _say_run(found, as_json=as_json, then=after)
    context.exit(1 if found.found_after else 0)


@retention.command("list")
@click.option("--series", default="", help="Only runs of this series.")
@_JSON
@click.pass_context
def list_(context: click.Context, series: str, *, as_json: bool) -> None:
    """List the runs, newest first."""
    from privacy_engine.connectors import health  # noqa: PLC0415
    from privacy_engine.retention import register  # noqa: PLC0415

    with _engine(context).reading() as tx:
        found = register.runs(tx.session, series=series)
        silent = [item for item in health.latest(tx).values() if item.outcome == "fault"]
    for away in silent:
        click.echo(
            f"{away.system} cannot be asked since {away.since_at.date()}, so what is due there "
            f"is not known: {away.detail}",
            err=True,
        )
    if as_json:
        click.echo(json.dumps([_run_as_data(item) for item in found]))
        return
    for item in found:
        counts = f"{item.due} due, {item.held} held, {item.excepted} kept"
        click.echo(f"{item.run}  {item.state:9}  {item.series:26}  {counts}")
    if not found:
        click.echo("Nothing yet: privacy-engine retention preview SERIES")


@click.group()
def hold() -> None:
    """Legal holds: nothing that one keeps is deleted."""


@hold.command()
@click.option("--subject-email", metavar="EMAIL", help="Keep everything about this person.")
@click.option("--series", help="Keep a whole series.")
@click.option("--system", help="Keep everything in a system.")
@click.option("--case", help="Keep everything about the person of a request or case.")
@click.option("--ground", required=True, help="Why, in a sentence; sealed with the hold.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day, YYYY-MM-DD.")
@_BY
@_JSON
@click.pass_context
def place(context: click.Context, /, *, ground: str, by: str, as_json: bool, **what: Any) -> None:
    """Place a hold on one person, series, system or case; with --until it ends by itself."""
    from privacy_engine.retention import holds  # noqa: PLC0415

    until: datetime | None = what.pop("until")
    given = {name: str(value) for name, value in what.items() if value}
    if len(given) != 1:
        raise click.UsageError("name exactly one: --subject-email, --series, --system or --case")
    engine = _engine(context)
    order = _hold_order(given, ground=ground, until=until.date() if until else None)
    placed = engine.run(lambda tx: holds.place(tx, order), actor=_actor(engine, by))
    _say_hold(placed, as_json=as_json)


@hold.command()
@click.argument("reference", metavar="HOLD")
@_BY
@_JSON
@click.pass_context
def release(context: click.Context, reference: str, by: str, *, as_json: bool) -> None:
    """Release HOLD; what it kept may go again."""
    from privacy_engine.retention import holds  # noqa: PLC0415

    engine = _engine(context)
    released = engine.run(lambda tx: holds.release(tx, reference), actor=_actor(engine, by))
    _say_hold(released, as_json=as_json)


@hold.command("list")
@click.option("--all", "with_ended", is_flag=True, help="Also those that have ended.")
@_JSON
@click.pass_context
def list_holds(context: click.Context, *, with_ended: bool, as_json: bool) -> None:
    """List the holds in force."""
    from privacy_engine.retention import holds, register  # noqa: PLC0415

    engine = _engine(context)
    with engine.reading() as tx:
        on = None if with_ended else tx.now.astimezone(engine.settings.zone).date()
        found = [(item, holds.ground_of(tx, item)) for item in register.holds(tx.session, on=on)]
    if as_json:
        click.echo(json.dumps([_hold_as_data(item) | {"ground": why} for item, why in found]))
        return
    for item, why in found:
        click.echo(f"{item.hold}  {item.scope:8}  {item.target or '(a person)':26}  {why}")
    if not found:
        click.echo("No hold stands.")


# Shared ----------------------------------------------------------------------------------


def _engine(context: click.Context) -> Engine:
    engine = open_engine(context.find_root().obj)
    engine.prepare()
    return engine


def _actor(engine: Engine, by: str, *, roles: tuple[str, ...] = ()) -> "Actor":
    """Return in whose name a command acts: somebody with a seat, or the engine itself.

    Raises:
        NotFound: the address has no open seat.
        Forbidden: the seat may not do this.
    """
    from privacy_engine.transaction import ENGINE, Actor, Role  # noqa: PLC0415

    if not by:
        return ENGINE
    with engine.reading() as tx:
        member = _seat(tx, by)
    if member is None or member.closed_at is not None:
        raise NotFound("nobody has a seat there: privacy-engine staff add EMAIL --role approver")
    if roles and member.role not in roles:
        raise Forbidden(f"only {' or '.join(roles)} may do this; the seat is {member.role}")
    return Actor(Role.STAFF, member.staff_id)


def _seat(tx: "Transaction", by: str) -> Any:
    from privacy_engine.console import staff  # noqa: PLC0415  Flask is slow to import

    if "@" in by:
        return staff.find(tx, by)
    return next((item for item in staff.everybody(tx) if item.staff_id == by), None)


def _hold_order(given: Mapping[str, str], *, ground: str, until: date | None) -> Any:
    from privacy_engine.log.event import Identifier  # noqa: PLC0415
    from privacy_engine.retention.holds import HoldOrder  # noqa: PLC0415
    from privacy_engine.retention.rules import HoldScope  # noqa: PLC0415

    [(name, value)] = given.items()
    if name != "subject_email":
        return HoldOrder(HoldScope(name), ground, target=value, until=until)
    if "@" not in value:
        raise InvalidInput("--subject-email needs an e-mail address")
    person = (Identifier("email", value),)
    return HoldOrder(HoldScope.SUBJECT, ground, subject=person, until=until)


def _say_preview(engine: Engine, found: "Preview") -> None:
    run = found.run
    cutoff = run.cutoff.astimezone(engine.settings.zone)
    click.echo(f"Run {run.run}: {run.series}, everything dated until {cutoff:%Y-%m-%d}")
    for item in found.found:
        pile = item.pile
        place = " ".join((pile.system, pile.table)).strip()
        if not pile.searched:
            click.echo(f"  {place}: cannot be asked by date; people must look there")
            continue
        span = f", from {pile.oldest} to {pile.newest}" if pile.oldest else ""
        click.echo(f"  {place}: {pile.due} due{span}; {pile.held} held, {pile.excepted} kept")
        for row in item.sample:
            click.echo("    " + "  ".join(f"{name}={value}" for name, value in row))
    click.echo(f"Hash {run.preview_sha256}")
    if run.due:
        click.echo(
            f"privacy-engine retention approve {run.run} --hash {run.preview_sha256} --by EMAIL"
        )


def _say_run(run: "Run", *, as_json: bool, then: str) -> None:
    click.echo(json.dumps(_run_as_data(run)) if as_json else f"{run.run}: {then}")


def _say_hold(found: "Hold", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_hold_as_data(found)))
        return
    word = "released" if found.released_at else "stands"
    until = f" until {found.until}" if found.until and not found.released_at else ""
    click.echo(f"{found.hold} {word}{until}")


def _run_as_data(run: "Run") -> dict[str, Any]:
    return {
        "run": run.run,
        "series": run.series,
        "state": str(run.state),
        "disposition": run.disposition,
        "cutoff": run.cutoff.isoformat(),
        "preview_sha256": run.preview_sha256,
        "schedule_sha256": run.schedule_sha256,
        "candidates": run.due + run.held + run.excepted,
        "due": run.due,
        "held": run.held,
        "excepted": run.excepted,
        "disposed": run.disposed,
        "failed": run.failed,
        "found_after": run.found_after,
        "previewed_at": run.previewed_at.isoformat(),
        "approved_at": run.approved_at.isoformat() if run.approved_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }


def _preview_as_data(found: "Preview") -> dict[str, Any]:
    tables = [
        item.pile.as_data() | {"sample": [dict(row) for row in item.sample]}
        for item in found.found
    ]
    return _run_as_data(found.run) | {"tables": tables}


def _hold_as_data(found: "Hold") -> dict[str, Any]:
    return {
        "hold": found.hold,
        "scope": str(found.scope),
        "target": found.target or None,
        "until": found.until.isoformat() if found.until else None,
        "placed_at": found.placed_at.isoformat(),
        "released_at": found.released_at.isoformat() if found.released_at else None,
    }


COMMANDS = [retention, hold]

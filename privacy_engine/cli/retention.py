"""`retention`: what is due, approved, carried out, paused, and why nothing happens."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from privacy_engine import clock
from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from privacy_engine.retention.actions import Preview
    from privacy_engine.retention.looking import Look
    from privacy_engine.retention.register import Run
    from privacy_engine.transaction import Actor, Transaction

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BY = click.option("--by", metavar="EMAIL", default="", help="Who of the staff does this.")
_APPROVERS = ("approver", "officer", "admin")


@click.group()
def retention() -> None:
    """The retention schedule: preview what is due, approve it, carry it out."""


@retention.command()
@click.pass_context
def policy(context: click.Context) -> None:
    """Print the written retention policy for children's information (16 CFR 312.10)."""
    from privacy_engine import clock  # noqa: PLC0415
    from privacy_engine.retention import policy as drawn  # noqa: PLC0415

    engine = engine_of(context)
    name = engine.settings.controller.name or engine.settings.instance.name
    today = clock.now().astimezone(engine.settings.zone).date()
    click.echo(drawn.as_markdown(engine.content, controller=name, on=today), nl=False)


@retention.command()
@click.argument("series")
@BY
@JSON
@click.pass_context
def preview(context: click.Context, series: str, by: str, *, as_json: bool) -> None:
    """Count what of SERIES is due; change nothing. Prints the hash that an approval repeats."""
    from privacy_engine.workflow.steps import disposal  # noqa: PLC0415

    engine = engine_of(context)
    found = disposal.preview_series(engine, series, actor=actor_of(engine, by))
    if as_json:
        click.echo(json.dumps(_preview_as_data(found)))
        return
    _say_preview(engine, found)


@retention.command()
@click.argument("run")
@click.option("--hash", "preview_sha256", required=True, help="What the preview printed.")
@click.option("--by", metavar="EMAIL", required=True, help="Who of the staff approves.")
@JSON
@click.pass_context
def approve(
    context: click.Context, run: str, preview_sha256: str, by: str, *, as_json: bool
) -> None:
    """Approve exactly what RUN previewed; by somebody else than who previewed it."""
    from privacy_engine.retention import actions  # noqa: PLC0415

    engine = engine_of(context)
    actor = actor_of(engine, by, roles=_APPROVERS)
    found = engine.run(
        lambda tx: actions.approve(tx, run, preview_sha256=preview_sha256), actor=actor
    )
    _say_run(found, as_json=as_json, then=f"approved: privacy-engine retention run {run}")


@retention.command("run")
@click.argument("run")
@BY
@JSON
@click.pass_context
def run_(context: click.Context, run: str, by: str, *, as_json: bool) -> None:
    """Carry out the approved RUN; after a crash it goes on where it stopped.

    Exit 1 when the search afterwards still finds something due.
    """
    from privacy_engine.workflow.steps import disposal  # noqa: PLC0415

    engine = engine_of(context)

    def told(place: str, done: int, total: int) -> None:
        click.echo(f"{place}: {done} of {total}", err=True)

    found = disposal.carry_out(engine, run, actor=actor_of(engine, by), progress=told)
    if found.is_paused:
        _say_run(found, as_json=as_json, then=f"paused: {found.paused_why}")
        context.exit(1)
    after = f"{found.disposed} disposed of; searched again: {found.found_after} found"
    if not found.disposed:
        after += f"; {_why(engine, found.series)}"
    _say_run(found, as_json=as_json, then=after)
    context.exit(1 if found.found_after else 0)


@retention.command()
@click.argument("run")
@click.option("--reason", default="asked to", help="Why, in a few words.")
@BY
@JSON
@click.pass_context
def pause(context: click.Context, run: str, reason: str, by: str, *, as_json: bool) -> None:
    """Let RUN stand still after the batch that it is in."""
    from privacy_engine.retention import actions  # noqa: PLC0415

    engine = engine_of(context)
    found = engine.run(
        lambda tx: actions.pause(tx, run, reason=reason), actor=actor_of(engine, by)
    )
    _say_run(found, as_json=as_json, then="paused")


@retention.command()
@click.argument("run")
@click.option("--by", metavar="EMAIL", required=True, help="Who of the staff lets it go on.")
@JSON
@click.pass_context
def resume(context: click.Context, run: str, by: str, *, as_json: bool) -> None:
    """Let a paused RUN go on."""
    from privacy_engine.retention import actions  # noqa: PLC0415

    engine = engine_of(context)
    found = engine.run(
        lambda tx: actions.resume(tx, run), actor=actor_of(engine, by, roles=_APPROVERS)
    )
    _say_run(found, as_json=as_json, then=f"goes on: privacy-engine retention run {run}")


@retention.command()
@JSON
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Say of every row of the schedule when it was looked at, what is due next, and why not now.

    Exit 1 when a row could not be looked at.
    """
    from privacy_engine.retention import looking  # noqa: PLC0415

    engine = engine_of(context)
    with engine.reading() as tx:
        found = looking.latest(tx)
    if as_json:
        click.echo(json.dumps([_look_as_data(item) for item in found.values()]))
    for series in [row.series for row in engine.content.retention if not as_json]:
        item = found.get(series)
        said = (
            "not looked at yet" if item is None else f"next {item.next_due_on or '-'}; {item.why}"
        )
        click.echo(f"{series:26}  {said}")
    failed = any(item.outcome not in looking.SUCCESSES for item in found.values())
    context.exit(1 if failed else 0)


@retention.command()
@click.option("--children", is_flag=True, help="The written policy of 16 CFR 312.10 instead.")
@click.option("--compare", metavar="DOCUMENT", help="Where a document differs; exit 1 if it does.")
@click.pass_context
def disclosure(context: click.Context, compare: str | None, *, children: bool) -> None:
    """Print how long each kind of data is kept, as a table for a notice."""
    from privacy_engine.retention import disclosure as texts  # noqa: PLC0415

    if children and compare is None:
        context.invoke(policy)
        return
    engine = engine_of(context)
    if compare is None:
        click.echo(texts.as_markdown(engine.content))
        return
    found = texts.compare(engine.content.in_force(compare, clock.now()).body, engine.content)
    for sentence in (*found.wrong, *found.missing):
        click.echo(sentence)
    if not found.compared:
        click.echo(f"{compare} names no period for any category")
    context.exit(1 if found.wrong or found.missing or not found.compared else 0)


def _look_as_data(look: "Look") -> dict[str, Any]:
    instants = ("looked_at", "last_success_at", "last_run_at")
    data = asdict(look)
    data |= {name: data[name].isoformat() if data[name] else None for name in instants}
    return data | {"next_due_on": str(look.next_due_on) if look.next_due_on else None}


@retention.command("list")
@click.option("--series", default="", help="Only runs of this series.")
@JSON
@click.pass_context
def list_(context: click.Context, series: str, *, as_json: bool) -> None:
    """List the runs, newest first."""
    from privacy_engine.connectors import health  # noqa: PLC0415
    from privacy_engine.retention import register  # noqa: PLC0415

    with engine_of(context).reading() as tx:
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
        gone = "" if item.disposed is None else f", {item.disposed} disposed of"
        counts = f"{item.due} due, {item.held} held, {item.excepted} kept{gone}"
        click.echo(f"{item.run}  {item.state:9}  {item.series:26}  {counts}")
    if not found:
        click.echo("Nothing yet: privacy-engine retention preview SERIES")


# Shared ----------------------------------------------------------------------------------


def engine_of(context: click.Context) -> Engine:
    """Return the engine of the instance that the command names, ready to work."""
    engine = open_engine(context.find_root().obj)
    engine.prepare()
    return engine


def actor_of(engine: Engine, by: str, *, roles: tuple[str, ...] = ()) -> "Actor":
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


def _say_preview(engine: Engine, found: "Preview") -> None:
    from privacy_engine.look.formats import in_bytes  # noqa: PLC0415
    from privacy_engine.retention import register  # noqa: PLC0415
    from privacy_engine.retention.wording import (  # noqa: PLC0415
        difference,
        not_searched,
        words_of_effect,
    )

    run = found.run
    cutoff = run.cutoff.astimezone(engine.settings.zone)
    click.echo(f"Run {run.run}: {run.series}, everything dated until {cutoff:%Y-%m-%d}")
    for item in found.found:
        pile = item.pile
        place = " ".join((pile.system, pile.table)).strip()
        if not pile.searched:
            click.echo(f"  {place}: {not_searched(pile.system)}")
            continue
        span = f", from {pile.oldest} to {pile.newest}" if pile.oldest else ""
        size = f", about {in_bytes(item.bytes_)}" if item.bytes_ else ""
        click.echo(
            f"  {place}: {pile.due} due{span}{size}; {pile.held} held, {pile.excepted} kept"
        )
        for effect in item.effects:
            click.echo(f"    {words_of_effect(effect)}")
        for row in item.sample:
            click.echo("    " + "  ".join(f"{name}={value}" for name, value in row))
    with engine.reading() as tx:
        before = register.last_done(tx.session, run.series)
    click.echo(
        f"Compared with the last run: {difference(run.due, before.due if before else None)}"
    )
    click.echo(f"Hash {run.preview_sha256}")
    if not run.due:
        click.echo(f"Nothing to approve: {_why(engine, run.series)}")
        return
    if run.held:
        click.echo("What a hold keeps goes, under the same approval, when the last hold ends.")
    click.echo(
        f"privacy-engine retention approve {run.run} --hash {run.preview_sha256} --by EMAIL"
    )


def _why(engine: Engine, series: str) -> str:
    """Return why nothing of a series goes, as the newest look at it says."""
    from privacy_engine.retention import looking  # noqa: PLC0415

    with engine.reading() as tx:
        return looking.latest(tx)[series].why


def _say_run(run: "Run", *, as_json: bool, then: str) -> None:
    click.echo(json.dumps(_run_as_data(run)) if as_json else f"{run.run}: {then}")


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
        "paused": run.paused_why if run.is_paused else None,
        "follows": run.follows or None,
        "executed_sha256": run.executed_sha256 or None,
    }


def _preview_as_data(found: "Preview") -> dict[str, Any]:
    tables = [
        item.as_data() | {"sample": [dict(row) for row in item.sample]} for item in found.found
    ]
    return _run_as_data(found.run) | {"tables": tables}


COMMANDS = [retention]

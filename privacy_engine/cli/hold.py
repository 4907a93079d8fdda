"""`hold`: place, renew and release legal holds, and list what stands."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from privacy_engine.cli.retention import BY, JSON, actor_of, engine_of
from privacy_engine.errors import InvalidInput

if TYPE_CHECKING:
    from privacy_engine.retention.register import Hold


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
@click.option(
    "--law-enforcement",
    is_flag=True,
    help="A direction of law enforcement: 90 days at most, and renewed when needed.",
)
@BY
@JSON
@click.pass_context
def place(context: click.Context, /, *, ground: str, by: str, as_json: bool, **what: Any) -> None:
    """Place a hold on one person, series, system or case; with --until it ends by itself."""
    from privacy_engine.retention import holds  # noqa: PLC0415
    from privacy_engine.retention.rules import Nature  # noqa: PLC0415

    until: datetime | None = what.pop("until")
    is_lawful: bool = what.pop("law_enforcement")
    given = {name: str(value) for name, value in what.items() if value}
    if len(given) != 1:
        raise click.UsageError("name exactly one: --subject-email, --series, --system or --case")
    engine = engine_of(context)
    order = _hold_order(given, ground=ground, until=until.date() if until else None)
    if is_lawful:
        order = replace(order, nature=Nature.LAW_ENFORCEMENT)
    placed = engine.run(lambda tx: holds.place(tx, order), actor=actor_of(engine, by))
    _say_hold(placed, as_json=as_json)


@hold.command()
@click.argument("reference", metavar="HOLD")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The new last day.")
@BY
@JSON
@click.pass_context
def renew(
    context: click.Context, reference: str, until: datetime | None, by: str, *, as_json: bool
) -> None:
    """Let HOLD stand longer; one of law enforcement by 90 days from today."""
    from privacy_engine.retention import holds  # noqa: PLC0415

    engine = engine_of(context)
    day = until.date() if until else None
    renewed = engine.run(
        lambda tx: holds.renew(tx, reference, until=day), actor=actor_of(engine, by)
    )
    _say_hold(renewed, as_json=as_json)


@hold.command()
@click.argument("reference", metavar="HOLD")
@BY
@JSON
@click.pass_context
def release(context: click.Context, reference: str, by: str, *, as_json: bool) -> None:
    """Release HOLD; what it kept may go again."""
    from privacy_engine.retention import holds  # noqa: PLC0415

    engine = engine_of(context)
    released = engine.run(lambda tx: holds.release(tx, reference), actor=actor_of(engine, by))
    _say_hold(released, as_json=as_json)


@hold.command("list")
@click.option("--all", "with_ended", is_flag=True, help="Also those that have ended.")
@JSON
@click.pass_context
def list_holds(context: click.Context, *, with_ended: bool, as_json: bool) -> None:
    """List the holds in force."""
    from privacy_engine.retention import holds, register  # noqa: PLC0415

    engine = engine_of(context)
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


def _say_hold(found: "Hold", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_hold_as_data(found)))
        return
    word = "released" if found.released_at else "stands"
    until = f" until {found.until}" if found.until and not found.released_at else ""
    click.echo(f"{found.hold} {word}{until}")


def _hold_as_data(found: "Hold") -> dict[str, Any]:
    return {
        "hold": found.hold,
        "scope": str(found.scope),
        "target": found.target or None,
        "nature": found.nature,
        "until": found.until.isoformat() if found.until else None,
        "placed_at": found.placed_at.isoformat(),
        "released_at": found.released_at.isoformat() if found.released_at else None,
    }


COMMANDS = [hold]

"""`staff`: who may use the console, by one-time sign-in links."""

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from privacy_engine.engine import Engine, open_engine
from privacy_engine.transaction import Transaction

if TYPE_CHECKING:
    from privacy_engine.console.staff import Member

_DAY = click.DateTime(["%Y-%m-%d"])
_ROLES = ("officer", "approver", "auditor", "admin")


@click.group()
def staff() -> None:
    """People who may use the console."""


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice(_ROLES), default="officer", show_default=True)
@click.option("--title", default="", help="For an auditor: what the audit is.")
@click.option("--from", "first", type=_DAY, help="For an auditor: first day of what is audited.")
@click.option("--to", "last", type=_DAY, help="For an auditor: last day of what is audited.")
@click.option("--site", "sites", multiple=True, help="For an auditor: only this site; repeatable.")
@click.option("--until", type=_DAY, help="For an auditor: last day of the seat.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def add(context: click.Context, /, email: str, role: str, *, as_json: bool, **given: Any) -> None:
    """Give somebody a seat and print a one-time sign-in link.

    An auditor's seat with --title, --from, --to and --until opens its own audit and nothing else,
    and ends by itself; without them it reads everything.
    """
    from privacy_engine.console import staff as seats  # noqa: PLC0415  Flask is slow to import

    sites = tuple(given.pop("sites"))
    if any(given.values()) or sites:
        if role != "auditor":
            raise click.UsageError("only an auditor's seat has --title, --from, --to and --until")
        if not all(given.values()):
            raise click.UsageError("an audit needs --title, --from, --to and --until")
    engine = _engine(context)

    def work(tx: Transaction) -> "Member":
        member = seats.add(tx, email, role=seats.StaffRole(role))
        if given["until"]:
            _give_terms(tx, member.staff_id, sites=sites, **given)
        return member

    _print_link(engine, engine.run(work), as_json=as_json)


def _give_terms(
    tx: Transaction, staff_id: str, *, title: str, sites: tuple[str, ...], **days: datetime
) -> None:
    from privacy_engine.auditing import seats as terms  # noqa: PLC0415

    first, last, until = (days[name].date() for name in ("first", "last", "until"))
    ends = datetime.combine(until + timedelta(days=1), time.min, tzinfo=tx.settings.zone)
    terms.give(tx, terms.Seat(staff_id, title, first, last, sites, ends))


@staff.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def link(context: click.Context, email: str, *, as_json: bool) -> None:
    """Print a new one-time sign-in link."""
    from privacy_engine.console import staff as seats  # noqa: PLC0415
    from privacy_engine.errors import NotFound  # noqa: PLC0415

    engine = _engine(context)
    with engine.reading() as tx:
        member = seats.find(tx, email)
    if member is None:
        raise NotFound("this address has no seat; add it with `privacy-engine staff add`")
    _print_link(engine, member, as_json=as_json)


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List the seats."""
    from privacy_engine.console import staff as seats  # noqa: PLC0415

    with _engine(context).reading() as tx:
        members = seats.everybody(tx)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "email": item.address,
                        "role": str(item.role),
                        "open": item.closed_at is None,
                        "last_seen_at": item.last_seen_at.isoformat()
                        if item.last_seen_at
                        else None,
                    }
                    for item in members
                ]
            )
        )
        return
    for item in members:
        closed = "  (closed)" if item.closed_at else ""
        click.echo(f"{item.address:40}  {item.role}{closed}")
    if not members:
        click.echo("Nobody yet: privacy-engine staff add EMAIL --role officer")


def _engine(context: click.Context) -> Engine:
    engine = open_engine(context.find_root().obj)
    engine.prepare()
    return engine


def _print_link(engine: Engine, member: "Member", *, as_json: bool) -> None:
    from privacy_engine.console import staff as seats  # noqa: PLC0415

    token = engine.run(lambda tx: seats.make_link(tx, member.staff_id))
    base = engine.settings.instance.public_url
    address = f"{base}/console/sign-in/{token}"
    if as_json:
        click.echo(
            json.dumps({"email": member.address, "role": str(member.role), "sign_in_url": address})
        )
        return
    click.echo(address)
    click.echo("It opens the console once, within 24 hours.", err=True)


COMMANDS = [staff]

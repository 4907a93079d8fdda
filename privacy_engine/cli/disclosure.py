"""`disclosure`: record what the staff discloses, and what an authority asks to leave out."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from privacy_engine.errors import NotFound
from privacy_engine.instance.terms import BASES

if TYPE_CHECKING:
    from privacy_engine.disclosures import suspensions
    from privacy_engine.transaction import Transaction

T = TypeVar("T")


@click.group()
def disclosure() -> None:
    """The disclosure ledger: who got what, when, on what basis."""


@disclosure.command()
@click.option("--subject-email", required=True, metavar="EMAIL", help="Whose data.")
@click.option("--recipient", required=True, help="A code of policies/recipients.toml.")
@click.option("--category", "categories", multiple=True, required=True, help="A letter, A to L.")
@click.option("--purpose", required=True, help="A code of policies/purposes.toml.")
@click.option("--basis", required=True, type=click.Choice(BASES))
@click.option("--document", default="", help="The order, subpoena, contract or consent event.")
@click.option("--by", required=True, metavar="EMAIL", help="Who of the staff discloses.")
@click.pass_obj
def add(instance: Path, /, *, subject_email: str, by: str, **given: str | tuple[str, ...]) -> None:
    """Record one disclosure; refused while its basis lacks what it needs."""
    from privacy_engine.disclosures import actions  # noqa: PLC0415  imported when used

    making = actions.Making(
        recipient=str(given["recipient"]),
        categories=tuple(given["categories"]),
        purpose=str(given["purpose"]),
        basis=str(given["basis"]),
        document=str(given["document"]),
    )

    event_id = _record(
        instance, by, lambda tx: actions.make(tx, _subject(tx, subject_email), making).event_id
    )
    click.echo(f"Recorded as event {event_id}.")


@disclosure.command()
@click.option("--subject-email", required=True, metavar="EMAIL", help="Whose accounting.")
@click.option("--recipient", required=True, help="The authority's code of recipients.toml.")
@click.option("--form", required=True, type=click.Choice(["written", "oral"]))
@click.option("--agency", required=True, help="Which agency or official asked.")
@click.option("--statement", required=True, help="The reference of it, or what was said.")
@click.option("--stated-on", type=click.DateTime(["%Y-%m-%d"]), help="Its day; without it, today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day that it asks for.")
@click.option("--by", required=True, metavar="EMAIL", help="Who of the staff records it.")
@click.pass_obj
def suspend(
    instance: Path,
    /,
    *,
    subject_email: str,
    stated_on: datetime | None,
    until: datetime | None,
    by: str,
    **given: str,
) -> None:
    """Leave what went to an authority out of a person's accounting while its statement stands."""
    from privacy_engine.disclosures import suspensions  # noqa: PLC0415  imported when used

    def work(tx: "Transaction") -> "suspensions.Suspension":
        said = suspensions.Statement(
            recipient=given["recipient"],
            form=suspensions.Form(given["form"]),
            agency=given["agency"],
            words=given["statement"],
            stated_on=(stated_on or tx.now.astimezone(tx.settings.zone)).date(),
            until=until.date() if until else None,
        )
        return suspensions.suspend(tx, _subject(tx, subject_email), said)

    made = _record(instance, by, work)
    click.echo(f"{made.suspension}: left out until {made.until.isoformat()}.")


@disclosure.command()
@click.argument("suspension")
@click.option("--reason", required=True, help="Why it is listed again before its time.")
@click.option("--by", required=True, metavar="EMAIL", help="Who of the staff records it.")
@click.pass_obj
def resume(instance: Path, /, suspension: str, *, reason: str, by: str) -> None:
    """List again what was left out of a person's accounting."""
    from privacy_engine.disclosures import suspensions  # noqa: PLC0415  imported when used

    _record(instance, by, lambda tx: suspensions.resume(tx, suspension, reason=reason))
    click.echo(f"{suspension}: listed again.")


def _record(instance: Path, by: str, work: "Callable[[Transaction], T]") -> T:
    from privacy_engine.console import staff  # noqa: PLC0415  imported when used
    from privacy_engine.engine import open_engine  # noqa: PLC0415
    from privacy_engine.transaction import Actor, Role  # noqa: PLC0415

    engine = open_engine(instance)
    engine.prepare()
    with engine.reading() as tx:
        member = staff.find(tx, by)
    if member is None or member.closed_at is not None:
        raise NotFound("nobody of the staff has this address")
    return engine.run(work, actor=Actor(Role.STAFF, member.staff_id))


def _subject(tx: "Transaction", address: str) -> str:
    from privacy_engine.log.event import Identifier  # noqa: PLC0415  imported when used

    subject_id = tx.find_subject([Identifier("email", address)], site="console")
    if subject_id is None:
        raise NotFound("nobody is known by this address")
    return subject_id


COMMANDS = [disclosure]

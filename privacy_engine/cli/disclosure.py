"""`disclosure add`: record what the staff discloses, with the basis that it needs."""

from pathlib import Path

import click

from privacy_engine.errors import NotFound
from privacy_engine.instance.terms import BASES


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
    from privacy_engine.console import staff  # noqa: PLC0415  imported when used
    from privacy_engine.disclosures import actions  # noqa: PLC0415
    from privacy_engine.engine import open_engine  # noqa: PLC0415
    from privacy_engine.log.event import Identifier  # noqa: PLC0415
    from privacy_engine.transaction import Actor, Role, Transaction  # noqa: PLC0415

    engine = open_engine(instance)
    engine.prepare()
    with engine.reading() as tx:
        member = staff.find(tx, by)
    if member is None or member.closed_at is not None:
        raise NotFound("nobody of the staff has this address")
    making = actions.Making(
        recipient=str(given["recipient"]),
        categories=tuple(given["categories"]),
        purpose=str(given["purpose"]),
        basis=str(given["basis"]),
        document=str(given["document"]),
    )

    def record(tx: Transaction) -> str:
        subject_id = tx.find_subject([Identifier("email", subject_email)], site="console")
        if subject_id is None:
            raise NotFound("nobody is known by this address")
        return actions.make(tx, subject_id, making).event_id

    event_id = engine.run(record, actor=Actor(Role.STAFF, member.staff_id))
    click.echo(f"Recorded as event {event_id}.")


COMMANDS = [disclosure]

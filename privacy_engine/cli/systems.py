"""The systems that hold personal data: draft a map, test it, look where a person is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from privacy_engine.config import Settings
    from privacy_engine.connectors.protocol import Finding, Identifiers, Located
    from privacy_engine.instance.model import Content


@click.group()
def systems() -> None:
    """Systems that hold personal data."""


@systems.command()
@click.argument("url")
@click.option("--code", default="site-database", show_default=True, help="Code of the system.")
@click.pass_obj
def draft(instance: Path, url: str, code: str) -> None:
    """Print a first data map for the database at URL; guesses are marked as guesses."""
    from privacy_engine.connectors.sql.draft import draft as drafted  # noqa: PLC0415 - SQLAlchemy

    click.echo(drafted(url, code=code, root=instance))


@systems.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def test(instance: Path, *, as_json: bool) -> None:
    """Compare the data map with every live system; exit 1 on a fault."""
    content, settings = _instance(instance)
    found = test_systems(content, settings, root=instance)
    if as_json:
        listed = {code: [asdict(item) for item in findings] for code, findings in found.items()}
        click.echo(json.dumps(listed, indent=2))
    else:
        for code, findings in found.items():
            click.echo(f"{code}: {'as declared' if not findings else ''}".rstrip())
            for item in findings:
                click.echo(f"  {item.severity}: {item.message}")
    if any(item.severity == "fault" for findings in found.values() for item in findings):
        raise click.exceptions.Exit(1)


@systems.command()
@click.option("--email", multiple=True)
@click.option("--phone", multiple=True)
@click.option("--account", multiple=True)
@click.option("--device", multiple=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def locate(instance: Path, /, *, as_json: bool, **given: tuple[str, ...]) -> None:
    """Show in which systems a person is, as counts; values stay masked."""
    from privacy_engine.connectors.protocol import Identifiers  # noqa: PLC0415 - SQLAlchemy

    person = Identifiers(
        emails=given["email"],
        phones=given["phone"],
        accounts=given["account"],
        devices=given["device"],
    )
    if person.is_empty:
        raise click.UsageError("name the person by --email, --phone, --account or --device")
    content, settings = _instance(instance)
    found = locate_person(content, settings, person, root=instance)
    if as_json:
        click.echo(json.dumps({code: _answer(item) for code, item in found.items()}, indent=2))
    else:
        for code, item in found.items():
            click.echo(f"{code}: {_in_words(item)}")
    if any(isinstance(item, str) for item in found.values()):
        raise click.exceptions.Exit(1)


@systems.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--start", is_flag=True, help="Order a drill now; whatever works for the engine runs it."
)
@click.pass_obj
def drill(instance: Path, *, as_json: bool, start: bool) -> None:
    """Show the newest drill with invented people; exit 1 when it failed."""
    from privacy_engine import clock  # noqa: PLC0415 - only this command
    from privacy_engine.connectors import drills  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.engine import open_engine  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.workflow import drilling  # noqa: PLC0415 - SQLAlchemy

    engine = open_engine(instance)
    if start:
        name = f"D-{clock.now().astimezone(engine.settings.zone):%Y-%m-%d-%H%M}"
        engine.run(lambda tx: tx.order(drilling.START, name=f"drill:{name}", drill=name))
        click.echo(json.dumps({"drill": name}) if as_json else f"{name} is ordered")
        return
    with engine.reading() as tx:
        found = next(iter(drills.newest(tx.session, limit=1)), None)
    if found is None:
        click.echo("null" if as_json else "no drill was made yet")
        return
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
    else:
        click.echo(f"{found.drill}: {found.outcome}")
        for item in found.exercises:
            said = "; ".join(f"{code} {what}".strip() for code, what in item.findings)
            click.echo(f"  {item.exercise}: {item.outcome}{': ' + said if said else ''}")
    if found.outcome == "failed":
        raise click.exceptions.Exit(1)


def test_systems(
    content: Content, settings: Settings, *, root: Path
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every system, by code; one that cannot be opened is a fault."""
    from privacy_engine.connectors.opening import open_connector  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.connectors.protocol import Finding, Severity  # noqa: PLC0415 - with it
    from privacy_engine.errors import EngineError  # noqa: PLC0415 - with it

    found: dict[str, tuple[Finding, ...]] = {}
    for system in content.systems:
        if system.connector == "recipient":
            continue
        try:
            connector = open_connector(system, root=root, settings=settings.addresses)
            found[system.code] = connector.test()
        except EngineError as error:
            found[system.code] = (Finding(Severity.FAULT, error.detail),)
    return found


def locate_person(
    content: Content, settings: Settings, person: Identifiers, *, root: Path
) -> dict[str, Located | str]:
    """Return where a person is, by system; a text says why a system could not be searched."""
    from privacy_engine.connectors.opening import open_connector  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.errors import EngineError  # noqa: PLC0415 - with it

    found: dict[str, Located | str] = {}
    for system in content.systems:
        if not system.searchable or system.connector == "recipient":
            continue
        try:
            connector = open_connector(system, root=root, settings=settings.addresses)
            found[system.code] = connector.locate(person)
        except EngineError as error:
            found[system.code] = error.detail
    return found


def _instance(root: Path) -> tuple[Content, Settings]:
    from privacy_engine.config import load_settings  # noqa: PLC0415 - only these commands
    from privacy_engine.instance.loader import load  # noqa: PLC0415 - only these commands

    return load(root), load_settings(root)


def _answer(item: Located | str) -> dict[str, Any]:
    return {"error": item} if isinstance(item, str) else asdict(item)


def _in_words(item: Located | str) -> str:
    if isinstance(item, str):
        return f"not searched: {item}"
    if item.pending:
        return "will answer later"
    parts = [f"{count.table} {count.count}" for count in (*item.counts, *item.shared)]
    parts += [f"{open_.table} {open_.count} ({open_.reason})" for open_ in item.needs_decision]
    return ", ".join(parts) or "nothing found"


COMMANDS = [systems]

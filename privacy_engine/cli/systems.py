"""The systems that hold personal data: draft a map, test it, look where a person is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from privacy_engine.config import Settings
    from privacy_engine.connectors.protocol import Deleted, Finding, Identifiers, Located
    from privacy_engine.instance.data_map import DataMap


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
    data_map, settings = _read(instance)
    found = test_systems(data_map, settings, root=instance)
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


def _person_options(command: Callable[..., None]) -> Callable[..., None]:
    for name in ("device", "account", "phone", "email"):
        command = click.option(f"--{name}", multiple=True)(command)
    return command


@systems.command()
@_person_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def locate(instance: Path, /, *, as_json: bool, **given: tuple[str, ...]) -> None:
    """Show in which systems a person is: counts, and some rows with every value masked."""
    data_map, settings = _read(instance)
    _print(locate_person(data_map, settings, _person(given), root=instance), as_json=as_json)


@systems.command()
@_person_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rehearse(instance: Path, /, *, as_json: bool, **given: tuple[str, ...]) -> None:
    """Show what a deletion of a person would do in each system, and do none of it."""
    data_map, settings = _read(instance)
    _print(rehearse_deletion(data_map, settings, _person(given), root=instance), as_json=as_json)


def _person(given: dict[str, tuple[str, ...]]) -> Identifiers:
    from privacy_engine.connectors.protocol import Identifiers  # noqa: PLC0415 - SQLAlchemy

    person = Identifiers(
        emails=given["email"],
        phones=given["phone"],
        accounts=given["account"],
        devices=given["device"],
    )
    if person.is_empty:
        raise click.UsageError("name the person by --email, --phone, --account or --device")
    return person


def _print(found: Mapping[str, Located | Deleted | str], *, as_json: bool) -> None:
    """Print what every system said; exit 1 when one could not be asked."""
    if as_json:
        click.echo(
            json.dumps(
                {code: _answer(item) for code, item in found.items()}, indent=2, default=str
            )
        )
    else:
        for code, item in found.items():
            click.echo(f"{code}: {_in_words(item)}")
            for row in () if isinstance(item, str) else item.sample:
                shown = ", ".join(f"{name} {value}" for name, value in row.values)
                click.echo(f"  {row.table}: {shown}")
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
    data_map: DataMap, settings: Settings, *, root: Path
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every system, by code; one that cannot be opened is a fault."""
    from privacy_engine.connectors.opening import open_connector  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.connectors.protocol import Finding, Severity  # noqa: PLC0415 - with it
    from privacy_engine.errors import EngineError  # noqa: PLC0415 - with it

    found: dict[str, tuple[Finding, ...]] = {}
    for system in data_map.systems:
        if system.connector == "recipient":
            continue
        try:
            connector = open_connector(system, root=root, settings=settings.addresses)
            found[system.code] = connector.test()
        except EngineError as error:
            found[system.code] = (Finding(Severity.FAULT, error.detail),)
    return found


def locate_person(
    data_map: DataMap, settings: Settings, person: Identifiers, *, root: Path
) -> dict[str, Located | str]:
    """Return where a person is, by system; a text says why a system could not be searched."""
    from privacy_engine.connectors.opening import open_connector  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.errors import EngineError  # noqa: PLC0415 - with it

    found: dict[str, Located | str] = {}
    for system in data_map.systems:
        if not system.searchable or system.connector == "recipient":
            continue
        try:
            connector = open_connector(system, root=root, settings=settings.addresses)
            found[system.code] = connector.locate(person)
        except EngineError as error:
            found[system.code] = error.detail
    return found


def rehearse_deletion(
    data_map: DataMap, settings: Settings, person: Identifiers, *, root: Path
) -> dict[str, Deleted | str]:
    """Return what a deletion would do, by system; a text says why a system cannot say."""
    from privacy_engine import clock  # noqa: PLC0415 - only this command
    from privacy_engine.connectors.opening import open_connector  # noqa: PLC0415 - SQLAlchemy
    from privacy_engine.connectors.protocol import Deleted, DeleteOrder  # noqa: PLC0415 - with it
    from privacy_engine.errors import EngineError  # noqa: PLC0415 - with it

    # Hashes are of the same length under any key, and nothing of a rehearsal stays.
    today = clock.now().astimezone(settings.zone).date()
    order = DeleteOrder(today, bytes(32), dry_run=True)
    found: dict[str, Deleted | str] = {}
    for system in data_map.systems:
        if system.connector == "recipient":
            continue
        try:
            connector = open_connector(system, root=root, settings=settings.addresses)
            if connector.capabilities.dry_run:
                found[system.code] = connector.delete(person, order)
            else:
                message = "it does not rehearse: what is there shows when it is asked to delete"
                found[system.code] = Deleted(system.code, dry_run=True, messages=(message,))
        except EngineError as error:
            found[system.code] = error.detail
    return found


def _read(root: Path) -> tuple[DataMap, Settings]:
    """Return data map and settings; a fault elsewhere is told, and stops nothing.

    A map that was just drafted names series and categories that no other file knows yet.

    Raises:
        ContentFaults: one of the two cannot be read.
    """
    from privacy_engine.cli.content import faults_of  # noqa: PLC0415 - reads everything
    from privacy_engine.config import load_settings  # noqa: PLC0415 - only these commands
    from privacy_engine.instance.loader import load_data_map  # noqa: PLC0415 - as above

    data_map, settings = load_data_map(root), load_settings(root)
    if others := faults_of(root):
        files = ", ".join(dict.fromkeys(item.path for item in others))
        many = "faults that change" if len(others) > 1 else "fault that changes"
        told = f"`privacy-engine check` lists {len(others)} {many} nothing here"
        click.echo(f"{told}, in {files}.", err=True)
    return data_map, settings


def _answer(item: Located | Deleted | str) -> dict[str, Any]:
    return {"error": item} if isinstance(item, str) else asdict(item)


def _in_words(item: Located | Deleted | str) -> str:
    from privacy_engine.connectors.protocol import Deleted  # noqa: PLC0415 - SQLAlchemy

    if isinstance(item, str):
        return f"not asked: {item}"
    if item.pending:
        return "will answer later"
    if isinstance(item, Deleted):
        parts = _done_in_words(item)
    else:
        parts = [f"{count.table} {count.count}" for count in (*item.counts, *item.shared)]
    parts += [f"{open_.table} {open_.count} ({open_.reason})" for open_ in item.needs_decision]
    return ", ".join([*parts, *item.messages]) or "nothing found"


def _done_in_words(item: Deleted) -> list[str]:
    done = {"deleted": item.removed, "changed": item.anonymised, "unlinked": item.unlinked}
    parts = [
        f"{count.table} {count.count} {word}" for word, counts in done.items() for count in counts
    ]
    for kept in item.retained:
        until = f" until {kept.until}" if kept.until else ""
        parts.append(f"{kept.table} {kept.count} kept for {kept.ground}{until}")
    return parts


COMMANDS = [systems]

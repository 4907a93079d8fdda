"""`site`: who may report, and with which keys."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from privacy_engine.log.event import instant

if TYPE_CHECKING:
    from privacy_engine.engine import Engine
    from privacy_engine.ingest.sites import NewKey, Site, SiteKey

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ONCE = "The keys are shown this once; the engine keeps only their hashes."


@click.group()
def site() -> None:
    """Sites that report events, and their keys."""


@site.command()
@click.argument("name")
@click.option("--origin", "origins", multiple=True, help="Where its pages live; repeatable.")
@_JSON
@click.pass_context
def add(context: click.Context, name: str, origins: Sequence[str], *, as_json: bool) -> None:
    """Add a site and print its keys, once."""
    from privacy_engine.ingest import sites  # noqa: PLC0415  SQL is slow to import

    engine = _engine(context)
    made = engine.run(lambda tx: sites.add(tx, name, origins=origins))
    _print_keys(engine, name, made, as_json=as_json)


@site.command("list")
@_JSON
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List the sites, their keys, and when each last reported."""
    from privacy_engine.ingest import sites  # noqa: PLC0415

    with _engine(context).reading() as tx:
        found, auditors, now = sites.listing(tx), sites.auditors(tx), tx.now
    if as_json:
        click.echo(json.dumps([_site_body(item) for item in found]))
        return
    for item in found:
        click.echo(f"{item.name}  {' '.join(item.origins) or 'no origin: no page may report'}")
        for key in item.keys:
            last = _key_body(key)["last_event_at"] or "never"
            end = _end(key, now)
            click.echo(f"  {key.prefix}…  {key.kind:8} {key.mode:5} last event {last}{end}")
    if not found:
        click.echo("No site yet: privacy-engine site add NAME --origin URL")
    if auditors:
        click.echo("readers of the log")
    for key in auditors:
        click.echo(f"  {key.prefix}…  {key.site}{_end(key, now)}")


def _end(key: "SiteKey", now: datetime) -> str:
    if key.revoked_at is None:
        return ""
    word = "revoked since" if key.revoked_at <= now else "works until"
    return f"  {word} {instant(key.revoked_at)}"


@site.command()
@click.argument("name")
@_JSON
@click.pass_context
def token(context: click.Context, name: str, *, as_json: bool) -> None:
    """Print a token with which the auditor or witness NAME reads the log's entries."""
    from privacy_engine.ingest import sites  # noqa: PLC0415

    made = _engine(context).run(lambda tx: sites.admit_auditor(tx, name))
    click.echo(json.dumps({"name": name, "token": made.secret}) if as_json else made.secret)


@site.group()
def key() -> None:
    """The keys of a site."""


@key.command()
@click.argument("name")
@click.option("--mode", type=click.Choice(("live", "test")), default="live", show_default=True)
@_JSON
@click.pass_context
def rotate(context: click.Context, name: str, mode: str, *, as_json: bool) -> None:
    """Make new keys; the old ones go on working for 24 hours."""
    from privacy_engine.ingest import sites  # noqa: PLC0415

    engine = _engine(context)
    made = engine.run(lambda tx: sites.rotate(tx, name, mode=sites.Mode(mode)))
    _print_keys(engine, name, made, as_json=as_json)


@key.command()
@click.argument("prefix")
@click.pass_context
def revoke(context: click.Context, prefix: str) -> None:
    """Refuse the key that begins with PREFIX (its first twelve characters) from now on."""
    from privacy_engine.ingest import sites  # noqa: PLC0415

    _engine(context).run(lambda tx: sites.revoke(tx, prefix))
    click.echo("The key is refused from now on.")


def _engine(context: click.Context) -> "Engine":
    # The tables of sites must be known before the database is brought up to date.
    from privacy_engine.engine import open_engine  # noqa: PLC0415
    from privacy_engine.ingest import sites  # noqa: F401, PLC0415

    engine = open_engine(context.find_root().obj)
    engine.prepare()
    return engine


def _print_keys(engine: "Engine", name: str, made: "Sequence[NewKey]", *, as_json: bool) -> None:
    base = engine.settings.instance.public_url
    if as_json:
        keys: dict[str, dict[str, str]] = {}
        for item in made:
            keys.setdefault(item.mode, {})[item.kind] = item.secret
        click.echo(json.dumps({"site": name, "keys": keys, "events_url": f"{base}/v1/events"}))
        return
    for item in made:
        click.echo(f"{item.mode:5} {item.kind:8} {item.secret}")
    click.echo(_ONCE, err=True)
    click.echo(f"Events go to {base}/v1/events; {base}/v1/docs shows the first one.", err=True)


def _site_body(item: "Site") -> dict[str, Any]:
    return {
        "name": item.name,
        "origins": list(item.origins),
        "created_at": instant(item.created_at),
        "last_event_at": instant(item.last_event_at) if item.last_event_at else None,
        "keys": [_key_body(key) for key in item.keys],
    }


def _key_body(item: "SiteKey") -> dict[str, Any]:
    return {
        "prefix": item.prefix,
        "kind": str(item.kind),
        "mode": str(item.mode),
        "scopes": sorted(item.scopes),
        "created_at": instant(item.created_at),
        "revoked_at": instant(item.revoked_at) if item.revoked_at else None,
        "last_event_at": instant(item.last_event_at) if item.last_event_at else None,
    }


COMMANDS = [site]

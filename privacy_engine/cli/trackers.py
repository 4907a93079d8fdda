"""`trackers`: the declared inventory, and what a browser really met on the site."""

from pathlib import Path

import click
import orjson

from privacy_engine.cli.changing import open_prepared
from privacy_engine.errors import MalformedInput

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_MOST_BYTES = 512 * 1024 * 1024


@click.group()
def trackers() -> None:
    """Cookies, scripts and beacons of the site: who gets what they see."""


@trackers.command("list")
@_JSON
@click.pass_obj
def list_trackers(instance: Path, /, *, as_json: bool) -> None:
    """List every declared tracker with its recipient and purpose."""
    from privacy_engine.instance.loader import load  # noqa: PLC0415  reads everything

    rows = [
        {
            "name": item.name,
            "kind": str(item.kind),
            "recipient": item.recipient or None,
            "purpose": item.purpose,
            "lifetime": str(item.lifetime) if item.lifetime else None,
            "hosts": list(item.hosts),
        }
        for item in load(instance).disclosed.trackers
    ]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        who = row["recipient"] or "stays with us"
        click.echo(f"{row['name']:<20} {row['kind']:<8} {row['purpose']:<16} {who}")


@trackers.command("compare")
@click.argument("har", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--own", "own", multiple=True, required=True, help="A host of the site itself.")
@_JSON
@click.pass_obj
def compare(instance: Path, /, *, har: Path, own: tuple[str, ...], as_json: bool) -> None:
    """Hold HAR, as a browser's developer tools save it, against the declared trackers.

    The outcome is written into the log and into the promises that rest on it; exit 1 when
    something was met that nobody declared.
    """
    from privacy_engine.instance import tracker_finds  # noqa: PLC0415  used by this command only

    if har.stat().st_size > _MOST_BYTES:
        raise MalformedInput("the file is larger than 512 MiB; record a shorter visit")
    try:
        parsed = orjson.loads(har.read_bytes())
    except orjson.JSONDecodeError:
        raise MalformedInput("this is no HAR file: it is not JSON") from None
    engine = open_prepared(instance)
    found = tracker_finds.compare(parsed, engine.content.disclosed.trackers, own=own)
    data = found.as_data()
    engine.run(lambda tx: tx.append("trackers.compared", data))
    engine.sequence()
    engine.close()
    if as_json:
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        for name in found.undeclared:
            click.echo(f"undeclared: {name}")
        for name in found.unmet:
            click.echo(f"declared and not met: {name}")
        click.echo(f"{len(found.hosts)} outside hosts and {len(found.cookies)} cookies met.")
    click.get_current_context().exit(1 if found.undeclared else 0)


COMMANDS: list[click.Command] = [trackers]

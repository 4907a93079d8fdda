"""`drp`: the agents of the Data Rights Protocol, and our own entry in its directory."""

import json
from typing import TYPE_CHECKING

import click

from privacy_engine.log.event import instant

if TYPE_CHECKING:
    from privacy_engine.engine import Engine

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def drp() -> None:
    """Services of authorised agents that ask by the Data Rights Protocol."""


@drp.command()
@click.pass_context
def business(context: click.Context) -> None:
    """Print our entries for the directory of businesses, as JSON."""
    from privacy_engine.config import load_settings  # noqa: PLC0415  SQL is slow to import
    from privacy_engine.drp import directory  # noqa: PLC0415

    settings = load_settings(context.find_root().obj)
    click.echo(json.dumps(directory.business_entries(settings), indent=2))


@drp.group()
def agents() -> None:
    """Agents that may speak: listed in the network's directory, or added by hand."""


@agents.command()
@click.argument("agent_id")
@click.option("--key", required=True, help="Its Ed25519 public key, in base64.")
@click.option("--name", default="", help="What people call it.")
@click.pass_context
def add(context: click.Context, agent_id: str, key: str, name: str) -> None:
    """Let the agent AGENT_ID in; with another key than before, its token ends."""
    from privacy_engine.drp import agents as kept  # noqa: PLC0415

    listed = kept.listing_of(agent_id, key, name=name)
    _engine(context).run(lambda tx: kept.add(tx, listed))
    click.echo(f"{agent_id} may set up its token at POST /drp/v1/agent/{agent_id}.")


@agents.command("list")
@_JSON
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List the agents, and when each set up its token."""
    from privacy_engine.drp import agents as kept  # noqa: PLC0415

    with _engine(context).reading() as tx:
        found = kept.listing(tx)
    if as_json:
        rows = [
            {
                "id": item.agent_id,
                "name": item.name,
                "origin": item.origin,
                "paired_at": instant(item.paired_at) if item.paired_at else None,
            }
            for item in found
        ]
        click.echo(json.dumps(rows))
        return
    for item in found:
        paired = f"token since {instant(item.paired_at)}" if item.paired_at else "no token yet"
        click.echo(f"{item.agent_id:24} {item.name:32} {item.origin:9} {paired}")
    if not found:
        click.echo("No agent yet: privacy-engine drp agents add ID --key KEY")


@agents.command()
@click.argument("agent_id")
@click.pass_context
def remove(context: click.Context, agent_id: str) -> None:
    """Let the agent AGENT_ID in no longer; what it asked for goes on."""
    from privacy_engine.drp import agents as kept  # noqa: PLC0415

    _engine(context).run(lambda tx: kept.remove(tx, agent_id))
    click.echo(f"{agent_id} is let in no longer.")


@agents.command()
@click.option("--file", "source", default="", help="Another directory than that of config.toml.")
@click.pass_context
def refresh(context: click.Context, source: str) -> None:
    """Read the network's directory of agents now and believe it."""
    from privacy_engine.drp import directory  # noqa: PLC0415

    listed, dropped = directory.refresh(_engine(context), source=source)
    click.echo(f"{listed} agents are listed; {dropped} are not any more.")


def _engine(context: click.Context) -> "Engine":
    from privacy_engine.engine import open_engine  # noqa: PLC0415

    engine = open_engine(context.find_root().obj)
    engine.prepare()
    return engine


COMMANDS = [drp]

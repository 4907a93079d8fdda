"""`run`: the reference instance on this machine, with everything that it needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from privacy_engine.cli import reference, running
from privacy_engine.cli.reference import SiteKeys
from privacy_engine.config import Settings
from privacy_engine.engine import open_engine
from privacy_engine.log_output import configure_logging
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.sample_site.parent_checker import METHODS, ParentChecker, serving_checker
from privacy_engine.sample_site.vendor import Vendor, serving

_CURL = """curl -s {base}/v1/events \\
  -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{{"specversion":"1.0","id":"first-1","source":"listing-site","type":"consent.given",
       "data":{{"subject":{{"email":"ada@example.org"}},"purpose":"newsletter",
       "document":"privacy-statement","version":"2021-11-04","method":"form"}}}}'"""


@click.command()
@click.option("--port", type=int, help="Default: [server] port, or a free one if that is taken.")
@click.pass_obj
def run(instance: Path, port: int | None) -> None:
    """Start the reference instance with its sample site; print where to go."""
    configure_logging()
    running.end_on_sigterm()
    out = Console()
    engine = open_engine(instance)
    port = running.free_port(port or engine.settings.server.port)
    base = f"http://127.0.0.1:{port}"
    log = engine.settings.path("var/log/server.log")
    with out.status("Preparing the instance and its sample site"):
        engine.prepare()
        keys = reference.prepare(engine)
    vendor = Vendor(
        reference.vendor_state(engine.settings.root), secret=reference.vendor_secret(engine)
    )
    with serving(vendor) as vendor_url, checking_parents(engine.settings) as (checks, checker):
        extra = {reference.VENDOR_ADDRESS: vendor_url, "PRIVACY_ENGINE_INSTANCE_PUBLIC_URL": base}
        extra |= checks
        with out.status("Starting the server"):
            started = running.processes(
                instance, port=port, extra=extra, log=log, embedded=engine.settings.embedded
            )
        with started as process:
            with out.status("The sample site reports its last days"):
                sent = reference.report_history(
                    engine.settings.root, base, keys["listing-site"].server
                )
            link = reference.sign_in_link(engine)
            _welcome(out, base=base, link=link.replace(_base_of(link), base), sent=sent, keys=keys)
            if checker:
                click.echo(f"Parents are checked by a stand-in; texts to them are at {checker}/\n")
            out.print(f"Log lines go to {log}. Stop with Ctrl-C.")
            try:
                process.wait()
            except KeyboardInterrupt:
                out.print("\nStopping.")
    engine.close()


@contextmanager
def checking_parents(settings: Settings) -> Iterator[tuple[Mapping[str, str], str]]:
    """Serve a stand-in for whoever checks parents and sends texts, where nobody is set.

    Gives what to put into the environment of the server, and the stand-in's address.
    """
    if settings.children.provider_url or settings.children.texts_url:
        yield {}, ""
        return
    secret = new_secret()
    with serving_checker(ParentChecker(secret=secret)) as url:
        given = {
            "PROVIDER": "webhook",
            "PROVIDER_URL": f"{url}/calls",
            "PROVIDER_SECRET": secret,
            "PROVIDER_METHODS": ",".join(METHODS),
            "TEXTS_URL": f"{url}/calls",
            "TEXTS_SECRET": secret,
            "ALLOW_PRIVATE": "true",
        }
        yield {f"PRIVACY_ENGINE_CHILDREN_{name}": value for name, value in given.items()}, url


def _base_of(link: str) -> str:
    return link.split("/console/", 1)[0]


def _welcome(
    out: Console, *, base: str, link: str, sent: int, keys: Mapping[str, SiteKeys]
) -> None:
    out.print(
        f"\n[bold]Session in Progress is running.[/] Its sample site reported {sent} events."
    )
    # Plain lines: a table would cut the link on a narrow terminal, and a cut link signs nobody in.
    click.echo(f"  Your privacy (public)      {base}/")
    click.echo(f"  Console (sign in once)     {link}")
    click.echo(f"  API and its documentation  {base}/v1/docs")
    click.echo(f"  Log checkpoint             {base}/log/checkpoint")
    out.print("\nReport a first event:\n")
    click.echo(_CURL.format(base=base, key=keys["listing-site"].server))
    click.echo("")


COMMANDS = [run]

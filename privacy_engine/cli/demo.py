"""`demo`: one person's whole case, with real HTTP calls; every step is checked before its tick."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from privacy_engine import clock
from privacy_engine.cli import reference, running
from privacy_engine.cli.demo_chapters import CHAPTERS, Chapter, Told
from privacy_engine.cli.story import Story
from privacy_engine.cli.visitor import Visitor
from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import EngineError
from privacy_engine.log_output import configure_logging
from privacy_engine.sample_site.vendor import Vendor, serving


@click.command()
@click.option("--port", type=int, default=0, help="Port of the private server; free by default.")
@click.pass_obj
def demo(instance: Path, port: int) -> None:
    """Play the reference story end to end; leaves its reports in var/exports."""
    configure_logging()
    running.end_on_sigterm()
    out = Console(highlight=False)
    engine = open_engine(instance)
    failed = ""
    with _stage(engine, instance, port=port, out=out) as story:
        bar = Progress(
            TextColumn("[dim]{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            console=out,
            transient=True,
        )
        with bar:
            task = bar.add_task("starting", total=len(CHAPTERS))
            told = Told()
            for chapter in CHAPTERS:
                bar.update(task, description=chapter.title)
                failed = _tell(chapter, story, told, say=bar.console.print)
                if failed:
                    break
                bar.advance(task)
    engine.close()
    if failed:
        click.echo(f"privacy-engine: the story stopped: {failed}", err=True)
        raise click.exceptions.Exit(1)
    out.print(f"\nThe reports are in {engine.settings.exports_directory}")


def _tell(chapter: Chapter, story: Story, told: Told, *, say: Callable[[str], None]) -> str:
    started = clock.monotonic()
    try:
        said = chapter.tell(story, told)
    except (EngineError, httpx.HTTPError) as error:
        silent = f"the engine did not answer ({type(error).__name__})"
        say(f"[red]✗[/] {chapter.title}")
        return f"{chapter.title}: {error.detail if isinstance(error, EngineError) else silent}"
    seconds = clock.monotonic() - started
    say(f"[green]✓[/] {chapter.title} [dim]({seconds:.1f} s)[/]\n  [dim]{said}[/]")
    return ""


@contextmanager
def _stage(engine: Engine, instance: Path, *, port: int, out: Console) -> Iterator[Story]:
    """Set up server, vendor, site and officer for one telling."""
    port = running.free_port(port)
    base = f"http://127.0.0.1:{port}"
    with out.status("Preparing the instance and its sample site"):
        engine.prepare()
        keys = reference.prepare(engine)
    vendor = Vendor(
        reference.vendor_state(engine.settings.root), secret=reference.vendor_secret(engine)
    )
    log = engine.settings.path("var/log/demo-server.log")
    with serving(vendor) as vendor_url:
        extra = {reference.VENDOR_ADDRESS: vendor_url, "PRIVACY_ENGINE_INSTANCE_PUBLIC_URL": base}
        with running.processes(
            instance, port=port, extra=extra, log=log, embedded=engine.settings.embedded
        ):
            reference.report_history(engine.settings.root, base, keys["listing-site"].server)
            officer = Visitor(base)
            officer.open(
                reference.sign_in_link(engine).replace(engine.settings.instance.public_url, base)
            )
            officer.fill_in({}, form="")
            yield Story(engine, base, keys["listing-site"].server, officer)
            officer.close()


COMMANDS = [demo]

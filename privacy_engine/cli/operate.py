"""Commands that run the engine: serve, worker, scheduler, db, run."""

import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from privacy_engine.cli import running
from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.log import proofs, restore
from privacy_engine.log_output import configure_logging
from privacy_engine.process import (
    name_instance_to_children,
    name_public_url_to_children,
    name_surface_to_children,
)
from privacy_engine.reports import filing
from privacy_engine.workflow import runner

_SURFACES = ("all", "api", "portal", "console")


@click.command()
@click.option("--port", type=int, help="Default: [server] port of config.toml.")
@click.option("--host", help="Default: [server] host of config.toml.")
@click.option("--surface", type=click.Choice(_SURFACES), default="all", show_default=True)
@click.pass_obj
def serve(instance: Path, port: int | None, host: str | None, *, surface: str) -> None:
    """Run the web surfaces; with no Redis set also worker, sequencer and scheduler."""
    configure_logging()
    running.end_with_parent()
    engine = open_engine(instance)
    engine.prepare()
    refuse_stale_restore(engine)
    settings = engine.settings
    # A torn folder of keys stops the reports, which say so; not the events.
    with suppress(Conflict):
        filing.certify(settings)
    engine.close()
    host, port = host or settings.server.host, port or settings.server.port
    follow_port(settings.instance.public_url, port)
    click.echo(f"Serving on http://{host}:{port}/ (console: /console/). Ctrl-C ends it.", err=True)
    run_server(instance, host=host, port=port, surface=surface)


def follow_port(public_url: str, port: int) -> None:
    """Let links that lead to this machine alone name the port that is served.

    The environment carries it to the web workers. Any other public URL stays: a proxy has it.
    """
    parts = urlsplit(public_url)
    if parts.hostname in {"127.0.0.1", "localhost"} and parts.port not in {None, port}:
        name_public_url_to_children(f"{parts.scheme}://{parts.hostname}:{port}")


def run_server(instance: Path, *, host: str, port: int, surface: str = "all") -> None:
    """Run granian in this process until it is told to stop."""
    from granian import Granian  # noqa: PLC0415  slow to import, and only needed here
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    engine = open_engine(instance)
    settings = engine.settings
    engine.close()
    name_instance_to_children(instance.resolve())
    name_surface_to_children(surface)
    logging.getLogger("_granian").addFilter(_knows_why_there_are_many_threads)
    # SQLite has one writer: one process, so that writers queue on a lock instead of polling.
    workers = 1 if settings.on_sqlite else settings.server.workers
    Granian(
        "privacy_engine.cli.web:build",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        # Single events that wait together are committed together: more threads, fewer commits.
        blocking_threads=32,
        respawn_failed_workers=True,
        log_access=False,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


def _knows_why_there_are_many_threads(record: logging.LogRecord) -> bool:
    # Granian doubts every count of threads above twice the cores; ours mostly wait for a commit.
    return "Python threads" not in record.getMessage()


def refuse_stale_restore(engine: Engine) -> None:
    """Refuse to serve restored data in which erased people are back, or entries are gone.

    Raises:
        Unavailable: naming the command that mends it.
    """
    with engine.reading() as tx:
        undone = sum(
            not runner.will_destroy(tx, line.case_id)
            and not proofs.are_over(tx.session, line.keys, now=tx.now)
            for line in restore.undone(tx.session, engine.ring)
        )
        lost = restore.lost(tx.session, engine.ring, engine.settings.origin)
    if lost:
        msg = f"{lost.sentence}: run `privacy-engine restore-guard` before serving"
        raise Unavailable(msg)
    if undone:
        msg = (
            f"{undone} erasures are newer than this database: run "
            "`privacy-engine restore-guard` before serving"
        )
        raise Unavailable(msg)


@click.command()
@click.pass_obj
def worker(instance: Path) -> None:
    """Run due work as a process of its own (RQ when redis.url is set)."""
    from privacy_engine.jobs import queue  # noqa: PLC0415  Redis is not needed to be embedded
    from privacy_engine.jobs.background import Background  # noqa: PLC0415

    configure_logging()
    running.end_with_parent()
    engine = open_engine(instance)
    engine.prepare()
    refuse_stale_restore(engine)
    if engine.settings.redis.url:
        queue.work_forever(engine.settings.redis.url, name=engine.name_in_redis)
        return
    loops = Background(engine)
    loops.start(schedules=False)
    _until_stopped(loops)


@click.command()
@click.pass_obj
def scheduler(instance: Path) -> None:
    """Run sequencer, dispatcher and schedule as a process of its own; several may run."""
    from privacy_engine.jobs.background import Background  # noqa: PLC0415

    configure_logging()
    running.end_with_parent()
    engine = open_engine(instance)
    engine.prepare()
    refuse_stale_restore(engine)
    loops = Background(engine)
    loops.start(works=False)
    _until_stopped(loops)


def _until_stopped(loops: "Background") -> None:  # type: ignore[name-defined]  # noqa: F821
    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        loops.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    loops.wait()
    sys.exit(0)


@click.group()
def db() -> None:
    """The engine's own database."""


@db.command()
@click.pass_obj
def upgrade(instance: Path) -> None:
    """Bring the database to the newest revision."""
    open_engine(instance).prepare()
    click.echo("The database is up to date.")


COMMANDS = [serve, worker, scheduler, db]

"""`doctor`: what is missing on this machine or in this instance, and how to mend it."""

import json
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from privacy_engine import clock, database, migrations
from privacy_engine.config import Settings
from privacy_engine.engine import Engine, open_engine
from privacy_engine.errors import ContentFaults, EngineError

_LOW_DISK_BYTES = 1_000_000_000
_STALE_SECONDS = 120


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and if not, what to type or change."""

    what: str
    ok: bool
    detail: str
    mend: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor(instance: Path, *, as_json: bool) -> None:
    """Say what is missing (libraries, services, keys, disk) and how to mend it."""
    findings = list(examine(instance))
    if as_json:
        click.echo(json.dumps([asdict(item) for item in findings], indent=2))
    else:
        for item in findings:
            click.echo(f"{'✓' if item.ok else '✗'} {item.what}: {item.detail}")
            if item.mend and not item.ok:
                click.echo(f"    {item.mend}")
    if not all(item.ok for item in findings):
        raise click.exceptions.Exit(1)


def examine(instance: Path) -> Iterator[Finding]:
    """Yield every finding; one that cannot be made is itself a finding."""
    yield _pdf()
    yield _disk(instance)
    try:
        engine = open_engine(instance)
    except ContentFaults as error:
        yield Finding(
            "content", ok=False, detail=f"{len(error.faults)} faults", mend="privacy-engine check"
        )
        return
    except EngineError as error:
        yield Finding("keys", ok=False, detail=error.detail)
        return
    yield Finding("content", ok=True, detail="no faults")
    yield _keys(engine)
    for name, look in _LOOKS.items():
        yield _careful(name, look, engine)
    engine.close()


def _careful(name: str, look: Callable[[Engine], Finding], engine: Engine) -> Finding:
    try:
        return look(engine)
    except EngineError as error:
        return Finding(name, ok=False, detail=error.detail)
    except Exception as error:  # noqa: BLE001  a driver's own error is a finding too
        return Finding(
            name,
            ok=False,
            detail=f"does not answer ({type(error).__name__})",
            mend=_MEND.get(name, ""),
        )


def _pdf() -> Finding:
    from privacy_engine.reports import pdf  # noqa: PLC0415  slow to import

    try:
        pdf.require()
    except EngineError as error:
        return Finding("PDF libraries", ok=False, detail="pango is missing", mend=error.detail)
    return Finding("PDF libraries", ok=True, detail="present")


def _disk(instance: Path) -> Finding:
    free = shutil.disk_usage(instance).free
    return Finding(
        "disk",
        ok=free > _LOW_DISK_BYTES,
        detail=f"{free / 1e9:.1f} GB free",
        mend="make room: the log only grows",
    )


def _keys(engine: Engine) -> Finding:
    data = engine.settings.path("var/data").resolve()
    keys = engine.settings.keys_directory.resolve()
    inside = data in keys.parents or data == keys
    return Finding(
        "keys",
        ok=not inside,
        detail=engine.ring.provider.describe(),
        mend="move [keys] directory out of the data directory: a backup must not carry both",
    )


def _database(engine: Engine) -> Finding:
    database.ping(engine.database)
    current = migrations.is_current(engine.database)
    kind = engine.database.dialect.name
    return Finding(
        "database",
        ok=current,
        mend="privacy-engine db upgrade",
        detail=f"{kind} answers" + ("" if current else ", but is not up to date"),
    )


def _redis(engine: Engine) -> Finding:
    if engine.settings.embedded:
        return Finding("redis", ok=True, detail="not set: due work runs in this process")
    from privacy_engine.jobs import queue  # noqa: PLC0415  Redis is not needed to be embedded

    queue.ping(engine.settings.redis.url)
    return Finding("redis", ok=True, detail="answers")


def _scheduler(engine: Engine) -> Finding:
    from privacy_engine.jobs import schedule  # noqa: PLC0415

    with engine.reading() as tx:
        looked = schedule.last_look(tx)
    if looked is None:
        return Finding(
            "scheduler",
            ok=False,
            detail="never ran here",
            mend="privacy-engine serve (embedded) or privacy-engine scheduler",
        )
    age = (clock.now() - looked).total_seconds()
    return Finding(
        "scheduler",
        ok=age < _STALE_SECONDS,
        detail=f"looked {age:.0f} s ago",
        mend="start privacy-engine scheduler again",
    )


def _mail(engine: Engine) -> Finding:
    settings: Settings = engine.settings
    if settings.mail.transport == "outbox":
        return Finding("mail", ok=True, detail="letters go to the outbox that the console shows")
    return Finding("mail", ok=True, detail="letters go by SMTP")


def _certificates(engine: Engine) -> Finding:
    del engine
    paths = ssl.get_default_verify_paths()
    present = bool(paths.cafile or paths.capath)
    return Finding(
        "certificates",
        ok=present,
        detail="present" if present else "none found",
        mend="apt-get install ca-certificates",
    )


_LOOKS: dict[str, Callable[[Engine], Finding]] = {
    "database": _database,
    "redis": _redis,
    "scheduler": _scheduler,
    "mail": _mail,
    "certificates": _certificates,
}
_MEND = {
    "database": "check [database] url, and that the server runs",
    "redis": "check [redis] url, and that the server runs",
}

COMMANDS = [doctor]

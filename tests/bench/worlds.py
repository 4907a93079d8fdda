"""Engines, servers and events to measure with."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from privacy_engine.cli import running
from privacy_engine.config import Limits
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode, SiteKey
from privacy_engine.process import child_environment
from tests.engines import REPOSITORY, make_engine
from tests.services import servers
from tests.services.session import Session, stop_keeper

SITE = "listing-site"
ORIGIN = "https://www.sessioninprogress.example"
PURPOSES = ("newsletter", "product-updates", "therapist-listing", "analytics")
BATCH = 500
EVENT_BYTES = 500
# The greatest resident size of this very program: what its parent held is not counted.
_HELD = """
import atexit, re, runpy, sys
def say():
    status = open("/proc/self/status").read()
    print(re.search(r"VmHWM:\\s+([0-9]+)", status)[1], file=sys.stderr)
atexit.register(say)
sys.argv = ["privacy-engine", *sys.argv[1:]]
runpy.run_module("privacy_engine", run_name="__main__")
"""


@contextmanager
def postgres(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the superuser's URL of a cluster that is ours alone and durable."""
    folder = Path(tempfile.mkdtemp(prefix="privacy-engine-bench-"))
    folder.chmod(0o711)
    server = servers.start_postgres(
        Session(folder, owner_pid=os.getpid(), worker="bench"), settings or {}
    )
    try:
        yield server.url
    finally:
        stop_keeper(server.keeper_pid)
        shutil.rmtree(folder, ignore_errors=True)


def empty_database(server: str) -> str:
    """Return the URL of a new database."""
    at = make_url(server)
    name = f"bench_{secrets.token_hex(4)}"
    plain = at.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return at.set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True)
class World:
    """An engine with one site that may report as fast as it can."""

    engine: Engine
    key: SiteKey
    bearer: str


def make_world(folder: Path, *, url: str = "") -> World:
    folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(folder, url=url)
    fast = Limits(events_per_second=10_000_000)
    engine.settings = replace(engine.settings, limits=fast)
    made = engine.run(lambda tx: sites.add(tx, SITE, origins=[ORIGIN]))
    bearer = next(
        item.secret for item in made if (item.kind, item.mode) == (KeyKind.SERVER, Mode.LIVE)
    )
    with engine.reading() as tx:
        key = sites.authenticate(tx, bearer)
    return World(engine, key, bearer)


def event(number: int, *, people: int) -> dict[str, Any]:
    """Return one consent of about 500 bytes; people come in an order of no pattern."""
    person = number * 7_919 % people
    said: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{number:012d}",
        "source": f"urn:site:{SITE}",
        "type": "consent.given",
        "time": "2026-11-01T10:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "subject": {"email": f"person-{person:08d}@example.org"},
            "purpose": PURPOSES[number % len(PURPOSES)],
            "document": "privacy-statement",
            "version": "2021-11-04",
            "method": "form",
            "language": "en",
            "wording": "",
        },
    }
    missing = EVENT_BYTES - len(json.dumps(said))
    said["data"]["wording"] = ("Yes, send me the monthly letter with new therapists. " * 9)[
        :missing
    ]
    return said


def bodies(
    count: int, *, size: int = BATCH, start: int = 0, people: int | None = None
) -> list[bytes]:
    """Return `count` events in bodies of `size`, of so many people: four events each if unsaid."""
    people = people or max(1, count // 4)
    return [
        json.dumps(
            [event(n, people=people) for n in range(at, min(at + size, start + count))]
        ).encode()
        for at in range(start, start + count, size)
    ]


def singles(count: int, *, start: int = 0) -> list[bytes]:
    """Return `count` events, each in a body of its own."""
    people = max(1, count // 4)
    return [json.dumps(event(n, people=people)).encode() for n in range(start, start + count)]


def cores() -> int:
    return len(os.sched_getaffinity(0))


def furnish(root: Path) -> None:
    """Give the data of `make_world(root)` the content that a command reads."""
    for name in ("policies", "workflows", "exports"):
        if not (root / name).exists():
            shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "config.toml", root)


def most_memory(root: Path, *words: str) -> float:
    """Return the MiB that a command on the data of `make_world(root)` held at most.

    The greatest of the command and of each process that it started, added up: at least what was
    held at any one time, pages that they share counted for each.
    """
    furnish(root)
    command = [sys.executable, "-c", _HELD, "--instance", str(root), *words]
    environment = child_environment({"PYTHONPATH": str(REPOSITORY)})
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **streams) as process:
        started: dict[str, int] = {}
        while process.poll() is None:
            started |= _held_by_children(process.pid)
            time.sleep(0.02)
        said = process.communicate()[1]
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    return (int(said.split()[-1]) + sum(started.values())) / 2**10


def _held_by_children(pid: int) -> dict[str, int]:
    """Return the greatest resident KiB so far of each process that `pid` has started."""
    held = {}
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            status = Path(f"/proc/{child}/status").read_text()
            if most := re.search(r"VmHWM:\s+([0-9]+)", status):
                held[child] = int(most[1])
    except OSError:
        pass  # one has ended meanwhile; its last reading stays
    return held


@contextmanager
def serving(root: Path, url: str = "") -> Iterator[int]:
    """Yield the port of `serve --surface api` on the data of `make_world(root)`."""
    furnish(root)
    port = servers.free_port()
    extra = {
        "PRIVACY_ENGINE_LIMITS_EVENTS_PER_SECOND": "10000000",
        "PRIVACY_ENGINE_SERVER_WORKERS": str(cores()),
        "PYTHONPATH": str(REPOSITORY),
    }
    if url:
        extra["PRIVACY_ENGINE_DATABASE_URL"] = url
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root), "serve"]
    command += ["--port", str(port), "--surface", "api"]
    with (root / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=child_environment(extra), start_new_session=True
        )
        try:
            running.wait_until_healthy(process, f"http://127.0.0.1:{port}", log=root / "serve.log")
            yield port
        finally:
            running.stop(process)

"""A ledger of a million consents: one person on one day, and the whole ledger in a file."""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from privacy_engine import clock, console
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import modes
from privacy_engine.ingest.receive import receive
from tests.bench import worlds
from tests.bench.table import Row
from tests.engines import REPOSITORY

_LOOKS = 40
_OFFICER = "officer@listing.example"
_MEMORY = 300.0


def ledger(folder: Path, size: float) -> list[Row]:
    """The person page and a past day among a million consents; the export's time and memory."""
    count = int(1_000_000 * size)
    world = worlds.make_world(folder / "ledger")
    for body in worlds.bodies(count):
        receive(world.engine, world.key, modes.read(modes.BATCHED, {}, body).items)
    world.engine.sequence()
    officer = world.engine.run(lambda tx: staff.add(tx, _OFFICER, role=StaffRole.ADMIN))
    link = world.engine.run(lambda tx: staff.make_link(tx, officer.staff_id))
    now, past = _looks(world, link, people=max(1, count // 4))
    world.engine.close()
    return [
        _row(f"one person now, {count:,} consents", now),
        _row(f"one person on a past day, {count:,} consents", past),
        *_export(folder / "ledger", count),
    ]


def _row(name: str, milliseconds: float) -> Row:
    return Row(
        f"{name}, 95 of 100",
        f"{milliseconds:,.0f} ms",
        "200 ms",
        milliseconds,
        200.0,
        most=True,
        unit="ms",
    )


def _looks(world: worlds.World, link: str, *, people: int) -> tuple[float, float]:
    app = console.create_app(world.engine)
    client = Client(DispatcherMiddleware(app, {"/console": app}))
    app.config["WTF_CSRF_ENABLED"] = False
    client.get(f"/console/sign-in/{link}")
    client.post("/console/sign-in/use", data={"token": link})
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    return _slowest(client, people), _slowest(client, people, as_of=day)


def _slowest(client: Client, people: int, **more: str) -> float:
    """Return how long the slowest but one in twenty took, in milliseconds."""
    spent = []
    for number in range(_LOOKS):
        address = f"person-{number * 7_919 % people:08d}@example.org"
        form = {"email": address, "reason": "audit"} | more
        started = time.perf_counter()
        answer = client.post("/console/consent", data=form)
        spent.append((time.perf_counter() - started) * 1e3)
        assert b"How it came to this" in answer.get_data()
    return sorted(spent[2:])[int((_LOOKS - 2) * 0.95) - 1]


def _export(root: Path, count: int) -> Iterator[Row]:
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, root / name, dirs_exist_ok=True)
    shutil.copy(REPOSITORY / "config.toml", root)
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root), "consents"]
    for name, options in (("", []), (", opened", ["--opened"])):
        file = root / "ledger.jsonl"
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        started = time.perf_counter()
        subprocess.run(
            [*command, "export", str(file), "--by", _OFFICER, *options],
            check=True,
            capture_output=True,
        )
        spent = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        assert peak >= before / 1024
        with file.open("rb") as lines:
            assert sum(1 for _ in lines) == count
        yield Row(
            f"memory of the export{name}, {count:,} consents in {spent:,.0f} s",
            f"{peak:,.0f} MB",
            f"{_MEMORY:.0f} MB",
            peak,
            _MEMORY,
            most=True,
            unit="MB",
        )

"""Processes are killed over and over: every case is finished, and everything happened once."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from redis import Redis
from sqlalchemy import update
from sqlmodel import col

from privacy_engine import clock
from privacy_engine.cli import reference, running
from privacy_engine.config import load_settings
from privacy_engine.engine import Engine
from privacy_engine.instance import loader
from privacy_engine.log import restore
from privacy_engine.log.event import instant
from privacy_engine.log.tables import LogTallyRow
from privacy_engine.process import child_environment
from privacy_engine.sample_site import vendor
from privacy_engine.sample_site.people import CLIENTS
from privacy_engine.sample_site.vendor import Vendor
from privacy_engine.transaction import DueWorkRow
from privacy_engine.workflow.machine import Progress
from tests.engines import REPOSITORY
from tests.factories import VENDOR_SETTINGS, SampleWorld
from tests.snapshots import left_without

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = 20
PATIENCE = 240.0
PEOPLE = CLIENTS[:3]


def chance(seed: str) -> float:
    """Return a number from 0 up to 1 that is the same for the same words."""
    return int.from_bytes(sha256(seed.encode()).digest()[:4]) / 2**32


@dataclass
class Processes:
    """The commands of one installation, each a process group that can be killed and comes back."""

    instance: Path
    environment: Mapping[str, str]
    commands: Mapping[str, Sequence[str]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        log = self.instance / "var/log" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "privacy_engine", "--instance", str(self.instance)]
        with log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                [*command, *self.commands[name]],
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=child_environment(self.environment),
            )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def all(self) -> Iterator[None]:
        try:
            for name in self.commands:
                self.start(name)
            yield
        finally:
            for name in list(self.running):
                self.kill(name)


@dataclass
class Installation:
    """Instance, processes and the world around them."""

    world: SampleWorld
    processes: Processes
    base: str
    key: str
    workers: tuple[str, ...]

    def kill(self, name: str) -> None:
        """Kill a process, or all that do work together, and start it again.

        Leases of the dead end as if their minute had passed.
        """
        together = self.workers if name in self.workers else (name,)
        for one in together:
            self.processes.kill(one)
        if name in self.workers:
            self.world.engine.run(
                lambda tx: tx.session.execute(
                    update(DueWorkRow)
                    .where(col(DueWorkRow.lease_until).is_not(None))
                    .values(lease_until=tx.now)
                )
            )
        for one in together:
            self.processes.start(one)


@dataclass
class Reporter:
    """A site that reports until each event was acknowledged, however often the server dies."""

    installation: Installation
    acknowledged: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            body = {
                "specversion": "1.0",
                "id": f"kill-{number}",
                "source": "listing-site",
                "type": "notice.shown",
                "time": instant(clock.now()),
                "data": {
                    "subject": {"email": f"reader{number % 5}@example.org"},
                    "document": "privacy-statement",
                    "version": "2021-11-04",
                },
            }
            if self._until_taken(body):
                self.acknowledged.append(str(body["id"]))
            self.stop.wait(0.05)

    def _until_taken(self, body: Mapping[str, object]) -> bool:
        while True:
            try:
                answer = httpx.post(
                    f"{self.installation.base}/v1/events",
                    json=body,
                    timeout=20,
                    headers={
                        "Authorization": f"Bearer {self.installation.key}",
                        "Content-Type": "application/cloudevents+json",
                    },
                )
                if answer.status_code in {200, 201}:
                    return True
                assert answer.status_code >= 429, answer.text
            except httpx.HTTPError:
                pass
            if self.stop.wait(0.1):
                return False


def act(world: SampleWorld, reference_: str) -> None:
    """Do what a person would do next in this case, if it is their turn."""
    steps = world.steps(reference_)
    waits = {code for code, state in steps.items() if state.progress is Progress.WAITING}
    request = world.request(reference_)
    if "verify" in waits and request.verified_at is None:
        world.confirm(reference_)
    elif "review" in waits and request.decision is None:
        world.decide(reference_)
    elif "delete" in waits and "support-mailbox" not in world.board(reference_):
        world.attest(reference_, removed=2)


def tell(installation: Installation, seed: str, *, redis_url: str = "") -> list[str]:
    """Tell three deletions while processes die; return the references."""
    world = installation.world
    references = [world.ask(person) for person in PEOPLE]
    names = list(installation.processes.commands)
    deadline = clock.monotonic() + PATIENCE
    pause = threading.Event()
    killed = 0
    done = False
    while not done or killed < KILLS:
        assert clock.monotonic() < deadline, [world.words(one) for one in references]
        for one in references:
            act(world, one)
        pause.wait(0.2 + 2.5 * chance(f"{seed}-pause-{killed}"))
        if killed < KILLS:
            killed += 1
            installation.kill(names[int(chance(f"{seed}-{killed}") * len(names))])
        if redis_url and killed == KILLS // 2:
            with Redis.from_url(redis_url) as redis:
                redis.flushdb()
        done = all(world.words(one).get("certificate") == "done: produced" for one in references)
    return references


def assert_once(installation: Installation, references: Sequence[str], reports: int) -> None:
    world = installation.world
    engine = world.engine
    for one in references:
        kinds = Counter(world.kinds(one))
        once = ("request.acknowledged", "request.verified", "request.approved", "subject.erased")
        assert {kind: kinds[kind] for kind in once} == dict.fromkeys(once, 1)
        assert kinds["report.produced"] == 1
        assert kinds["message.sent"] == 3
        assert kinds["system.deleted"] == 3
        board = world.board(one)
        assert sum((board["listing-database"].removed or {}).values()) > 0
        assert board["listing-database"].verdict == "erased"
        assert world.request(one).subject_id is None
        assert world.certificate(one).exists()
    left = left_without(world.at_first, *PEOPLE)
    assert world.snapshot() == left, "they are gone, and nobody else was touched"
    assert world.letters() == []
    assert world.broken() == []
    with engine.reading() as tx:
        assert restore.undone(tx.session, engine.ring) == []
        tally = tx.session.get(LogTallyRow, ("notice.shown", "listing-site"))
    assert tally is not None
    assert tally.count == reports, "every acknowledged event is there, once"


@contextmanager
def installation(
    tmp_path: Path, *, environment: Mapping[str, str], scaled: bool
) -> Iterator[Installation]:
    # The month's drill would write letters of its own into the outbox that is looked at here.
    environment = {**environment, "PRIVACY_ENGINE_DRILLS_MONTHLY": "false"}
    root = tmp_path / "instance"
    root.mkdir()
    shutil.copy(REPOSITORY / "config.toml", root)
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, root / name)
    engine = Engine(load_settings(root, environment=environment), loader.load(root))
    engine.prepare()
    keys = reference.prepare(engine)
    secret = reference.vendor_secret(engine)
    beside = Vendor(reference.vendor_state(root), secret=secret)
    port = running.free_port()
    commands: dict[str, Sequence[str]] = {"serve": ("serve", "--port", str(port))}
    workers: tuple[str, ...] = ("serve",)
    if scaled:
        workers = ("worker-1", "worker-2")
        commands |= dict.fromkeys(workers, ("worker",)) | {"scheduler": ("scheduler",)}
    with vendor.serving(beside) as url:
        around = {**environment, **dict.fromkeys(VENDOR_SETTINGS, url)}
        processes = Processes(root, around, commands)
        base = f"http://127.0.0.1:{port}"
        with processes.all():
            world = SampleWorld(engine, beside)
            world.at_first = world.snapshot()
            yield Installation(world, processes, base, keys["listing-site"].server, workers)
    engine.close()


def survive(made: Installation, seed: str, *, redis_url: str = "") -> None:
    reporter = Reporter(made)
    thread = threading.Thread(target=reporter.run)
    thread.start()
    try:
        references = tell(made, seed, redis_url=redis_url)
    finally:
        reporter.stop.set()
        thread.join(60)
    assert reporter.acknowledged
    assert_once(made, references, len(reporter.acknowledged))


def test_one_process_on_sqlite_survives_twenty_kills(tmp_path: Path) -> None:
    with installation(tmp_path, environment={}, scaled=False) as made:
        survive(made, "embedded")


def test_many_processes_survive_kills_and_a_redis_that_forgets(
    tmp_path: Path, postgres_database: str, redis_url: str
) -> None:
    environment = {
        "PRIVACY_ENGINE_DATABASE_URL": postgres_database,
        "PRIVACY_ENGINE_REDIS_URL": redis_url,
    }
    with installation(tmp_path, environment=environment, scaled=True) as made:
        survive(made, "scaled", redis_url=redis_url)

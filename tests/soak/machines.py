"""Servers and processes that can be killed at any moment and started again with their data."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privacy_engine.cli import running
from privacy_engine.process import PARENT_VARIABLE, child_environment
from tests.engines import REPOSITORY
from tests.services import servers
from tests.services.session import Server, Session

START_SECONDS = 60.0
WEB = ("web-1", "web-2")
SCHEDULERS = ("scheduler-1", "scheduler-2")
WORKERS = ("worker-1", "worker-2")


@dataclass
class Machine:
    """One process with everything below it; `start` waits until it answers."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    answers: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    launched_at: float = 0.0

    @property
    def age(self) -> float:
        """Seconds since its process was launched."""
        return time.monotonic() - self.launched_at

    def start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process, self.launched_at = self.launch(), time.monotonic()
            if self.answers():
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} does not answer {START_SECONDS:g} s after its start")

    def kill(self) -> None:
        """Send SIGKILL to it and to what it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass(frozen=True)
class Unkept(Session):
    """Starts servers as tests do, but without a keeper, who would clear away what was killed."""

    machines: dict[str, Machine] = field(default_factory=dict)

    def keep(self, command: Sequence[str], **how: Any) -> Server:
        directory: Path = how["directory"]
        account: str | None = how.get("run_as")

        def launch() -> subprocess.Popen[bytes]:
            with (directory / "server.log").open("ab") as log:
                return subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    user=account,
                    extra_groups=[] if account else None,
                )

        machine = Machine(directory.name, launch, how["answers"])
        machine.start()
        self.machines[directory.name.partition("-")[0]] = machine
        return Server(how["url"], str(directory), keeper_pid=0)


@dataclass(frozen=True)
class Plant:
    """Everything that runs, by name, and where it is reached."""

    root: Path
    database_url: str
    redis_url: str
    ports: tuple[int, ...]
    machines: dict[str, Machine]


@contextmanager
def plant() -> Iterator[Plant]:
    """Start PostgreSQL, Redis and six processes of the engine; kill them all at the end."""
    folder = Path(tempfile.mkdtemp(prefix="privacy-engine-soak-"))
    folder.chmod(0o711)
    machines: dict[str, Machine] = {}
    try:
        unkept = Unkept(folder, owner_pid=os.getpid(), worker="soak", machines=machines)
        database = servers.start_postgres(unkept).url
        redis = servers.start_redis(unkept).url
        yield _with_engine(folder / "instance", database, redis, machines)
    finally:
        for machine in reversed(machines.values()):
            machine.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _with_engine(root: Path, database: str, redis: str, machines: dict[str, Machine]) -> Plant:
    root.mkdir()
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "config.toml", root)
    environment = {
        "PRIVACY_ENGINE_DATABASE_URL": database,
        "PRIVACY_ENGINE_REDIS_URL": redis,
        "PRIVACY_ENGINE_LIMITS_EVENTS_PER_SECOND": "1000000",
        "PYTHONPATH": str(REPOSITORY),
        PARENT_VARIABLE: str(os.getpid()),
    }
    ports = tuple(servers.free_port() for _ in WEB)
    for name, port in zip(WEB, ports, strict=True):
        arguments = ["serve", "--surface", "api", "--port", str(port)]
        machines[name] = _of_engine(root, name, arguments, environment)
        machines[name].answers = _web_answers(port)
    for name in SCHEDULERS:
        machines[name] = _of_engine(root, name, ["scheduler"], environment)
    for name in WORKERS:
        machines[name] = _of_engine(root, name, ["worker"], environment)
    return Plant(root, database, redis, ports, machines)


def _of_engine(
    root: Path, name: str, arguments: list[str], environment: dict[str, str]
) -> Machine:
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root), *arguments]

    def launch() -> subprocess.Popen[bytes]:
        with (root / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=child_environment(environment),
            )

    return Machine(name, launch, lambda: True)


def _web_answers(port: int) -> Callable[[], bool]:
    def answers() -> bool:
        with contextlib.suppress(running.httpx.HTTPError):
            url = f"http://{servers.HOST}:{port}/healthz"
            return running.httpx.get(url, timeout=2, trust_env=False).status_code == 200
        return False

    return answers

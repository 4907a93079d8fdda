"""One directory per test session, where the first process to need a server leaves word of it.

The session is the controller of pytest-xdist, or the only process when there are no workers. It
owns the directory, and stops at its end whatever the directory names, however the tests ended.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 60.0
STOP_SECONDS = 20.0

SESSION = pytest.StashKey["Session"]()


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the process that keeps it."""

    url: str
    directory: str
    keeper_pid: int


@dataclass(frozen=True)
class Session:
    """The directory that all processes of one test session share, and the process that owns it."""

    directory: Path
    owner_pid: int
    worker: str

    def shared(self, name: str, start: Callable[["Session"], Server]) -> Server:
        """Return the session's server of that name; the first caller starts it, the rest wait."""
        note = self.directory / f"{name}.json"
        with self._locked(name):
            if note.exists():
                return Server(**json.loads(note.read_text()))
            server = start(self)
            note.write_text(json.dumps(asdict(server)))
            return server

    def keep(
        self,
        command: Sequence[str],
        *,
        url: str,
        directory: Path,
        stop_signal: signal.Signals,
        run_as: str | None = None,
        answers: Callable[[], bool],
    ) -> Server:
        """Start a server under a keeper and return it once it answers."""
        log = (directory / "server.log").open("ab")
        keeper = Path(__file__).with_name("keeper.py")
        arguments = [str(self.owner_pid), str(int(stop_signal)), str(directory), run_as or ""]
        with log:
            process = subprocess.Popen(
                [sys.executable, str(keeper), *arguments, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=directory,
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                said = _read(directory / "server.log")
                stop_keeper(process.pid)
                raise RuntimeError(f"{command[0]} did not start: {said}")
            time.sleep(0.05)
        # The keeper is waited for by pid, often by another process than this one.
        process.returncode = 0
        return Server(url=url, directory=str(directory), keeper_pid=process.pid)

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self.directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def stop_keeper(pid: int) -> None:
    """Ask a keeper to stop its server and return when it is gone."""
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)


def _read(path: Path) -> str:
    return path.read_text(errors="replace")[-2_000:] if path.exists() else ""


def pytest_configure(config: pytest.Config) -> None:
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        session = Session(
            Path(worker["services"]), owner_pid=worker["services_pid"], worker=worker["workerid"]
        )
    else:
        # Not under pytest's own directory: that is closed to the account that PostgreSQL runs as,
        # and its paths are longer than a unix socket's name may be.
        directory = Path(tempfile.mkdtemp(prefix="privacy-engine-tests-"))
        directory.chmod(0o711)
        session = Session(directory, owner_pid=os.getpid(), worker="gw0")
    config.stash[SESSION] = session


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    session = node.config.stash[SESSION]
    node.workerinput["services"] = str(session.directory)
    node.workerinput["services_pid"] = session.owner_pid


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    if session is None or session.owner_pid != os.getpid():
        return
    for note in session.directory.glob("*.json"):
        stop_keeper(json.loads(note.read_text())["keeper_pid"])
    shutil.rmtree(session.directory, ignore_errors=True)

"""Start the engine's own server as a process, wait until it answers, and stop it again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from privacy_engine.errors import Unavailable
from privacy_engine.process import (
    PARENT_VARIABLE,
    child_environment,
    parent_of_environment,
)

START_SECONDS = 60
STOP_SECONDS = 15


def free_port(wanted: int = 0) -> int:
    """Return `wanted` when nothing listens there, else a free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    msg = "no free port on this machine"
    raise Unavailable(msg)


@contextmanager
def processes(
    instance: Path, *, port: int, extra: Mapping[str, str], log: Path, embedded: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `serve`, and at scale `worker` and `scheduler` beside it, while the block lasts.

    Each is a process group of its own; log lines go to `log`. Yields the server's process.

    Raises:
        Unavailable: the server ended, or does not answer in time; the sentence says where to look.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    wanted = [["serve", "--port", str(port)]]
    wanted += [] if embedded else [["scheduler"], ["worker"]]
    started: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as output:
        try:
            for arguments in wanted:
                started.append(_start(instance, arguments, extra=extra, output=output))
                if len(started) == 1:  # the first brings the database up to date
                    wait_until_healthy(started[0], f"http://127.0.0.1:{port}", log=log)
            yield started[0]
        finally:
            for process in reversed(started):
                stop(process)


def _start(
    instance: Path, arguments: list[str], *, extra: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(instance), *arguments]
    return subprocess.Popen(  # noqa: S603  our own command
        command,
        stdout=output,
        stderr=output,
        start_new_session=True,
        env=child_environment({**extra, PARENT_VARIABLE: str(os.getpid())}),
    )


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went.

    A parent that was killed cannot stop its children; without this its server would go on
    listening, and nobody would know why the port is taken.
    """
    parent = parent_of_environment()
    if parent:
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def end_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that what it started is stopped too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def wait_until_healthy(process: subprocess.Popen[bytes], base: str, *, log: Path) -> None:
    """Return when the server answers.

    Raises:
        Unavailable: it ended or stays silent.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable(f"the server ended at once; its last words are in {log}")
        try:
            if httpx.get(f"{base}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise Unavailable(f"the server does not answer after {START_SECONDS} s; see {log}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process group to end, then end it."""
    if process.poll() is not None:
        return
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        return

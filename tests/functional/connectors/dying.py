"""Workers that are killed at a point of their work, and connections that are cut."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from privacy_engine.engine import Engine
from privacy_engine.jobs import tasks


def die() -> None:
    """End this process as the machine does that runs out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(owner: object, name: str, *, when: Callable[..., bool]) -> None:
    """Let a function do its work, and the process die before anybody learns of it."""
    real = getattr(owner, name)

    def deadly(*given: object, **named: object) -> object:
        done = real(*given, **named)
        if when(*given, **named):
            die()
        return done

    setattr(owner, name, deadly)


def dying_before(owner: object, name: str, *, when: Callable[..., bool]) -> None:
    """Let the process die where it would call a function."""
    real = getattr(owner, name)

    def deadly(*given: object, **named: object) -> object:
        if when(*given, **named):
            die()
        return real(*given, **named)

    setattr(owner, name, deadly)


def killed_at_work(engine: Engine, arrange: Callable[[], None]) -> bool:
    """Let a forked worker do what is due until it is killed; return whether it was."""
    return killed(engine, arrange, lambda: tasks.run_due(engine))


def killed(engine: Engine, arrange: Callable[[], None], work: Callable[[], object]) -> bool:
    """Let a forked process work until it is killed; return whether it was."""
    engine.database.dispose()
    return died(arrange, work)


def died(arrange: Callable[[], None], work: Callable[[], object]) -> bool:
    """Let a forked process that needs no engine work; return whether it was killed at it."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):  # the parent looks at how it ended
            arrange()
            work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def cutting(host: str, port: int, *, after: int) -> Iterator[tuple[int, list[int]]]:
    """Stand before a server, on the port given, and hang up in its `after`-th answer.

    What was carried so far can be cleared, so that the count begins anew.
    """
    server = socket.create_server(("127.0.0.1", 0))
    seen: list[int] = []

    def listen() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                Thread(target=carry, args=(client,), daemon=True).start()

    def carry(client: socket.socket) -> None:
        with client, socket.create_connection((host, port)) as far, suppress(OSError):
            Thread(target=onward, args=(client, far), daemon=True).start()
            while data := far.recv(65_536):
                seen.append(len(data))
                if len(seen) == after:
                    client.sendall(data[: len(data) // 2])
                    break
                client.sendall(data)
            far.shutdown(socket.SHUT_RDWR)
            client.shutdown(socket.SHUT_RDWR)

    def onward(client: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)

    Thread(target=listen, daemon=True).start()
    try:
        yield server.getsockname()[1], seen
    finally:
        server.close()

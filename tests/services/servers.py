"""Where PostgreSQL and Redis are found on this machine, and how one of our own is started."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import psycopg
import redis

from tests.services.session import Server, Session

HOST = "127.0.0.1"
REDIS_DATABASES = 64


class ServiceMissing(Exception):
    """This machine has no such server; the message says what to install."""


def free_port() -> int:
    """Return a TCP port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def start_postgres(session: Session, more: Mapping[str, str] = MappingProxyType({})) -> Server:
    """Start a cluster of our own, durable as in production, and return its superuser's URL."""
    initdb = _postgres_command("initdb")
    account = _unprivileged_account()
    directory = Path(tempfile.mkdtemp(prefix="postgres-", dir=session.directory))
    password = secrets.token_hex(16)
    (directory / "password").write_text(password)
    if account:
        shutil.chown(directory, account)
        shutil.chown(directory / "password", account)
    data = directory / "data"
    subprocess.run(
        [
            *(initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"),
            *("--locale=C", f"--pwfile={directory / 'password'}", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=directory,
        user=account,
        extra_groups=[] if account else None,
    )
    port = free_port()
    address = f"postgres:{password}@{HOST}:{port}/postgres"
    settings = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": directory,
        "max_connections": 300,
        "timezone": "UTC",
        **more,
    }
    return session.keep(
        [str(initdb.with_name("postgres")), "-D", str(data)]
        + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")],
        url=f"postgresql+psycopg://{address}",
        directory=directory,
        stop_signal=signal.SIGINT,
        run_as=account,
        answers=lambda: _postgres_answers(f"postgresql://{address}"),
    )


def start_redis(session: Session) -> Server:
    """Start a Redis of our own that writes nothing to disk."""
    command = shutil.which("redis-server") or shutil.which("valkey-server")
    if command is None:
        raise ServiceMissing("no redis-server on PATH; install redis-server")
    directory = Path(tempfile.mkdtemp(prefix="redis-", dir=session.directory))
    port = free_port()
    settings = {
        "port": port,
        "bind": HOST,
        "dir": directory,
        "save": "",
        "appendonly": "no",
        "databases": REDIS_DATABASES,
    }
    return session.keep(
        [command]
        + [part for name, value in settings.items() for part in (f"--{name}", str(value))],
        url=f"redis://{HOST}:{port}",
        directory=directory,
        stop_signal=signal.SIGTERM,
        answers=lambda: _redis_answers(port),
    )


def _postgres_command(name: str) -> Path:
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: float(path.parts[4]),
        reverse=True,
    )
    on_path = shutil.which(name)
    for found in [*newest_first, *([Path(on_path).resolve()] if on_path else [])]:
        return found
    raise ServiceMissing(f"no {name} under /usr/lib/postgresql or on PATH; install postgresql")


def _unprivileged_account() -> str | None:
    """Return the account to run PostgreSQL as, which refuses root; None means our own."""
    if os.geteuid() != 0:
        return None
    for account in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(account).pw_name
        except KeyError:
            continue
    raise ServiceMissing("PostgreSQL refuses root, and there is no account postgres or nobody")


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(port: int) -> bool:
    try:
        with redis.Redis(host=HOST, port=port) as client:
            client.ping()
    except redis.RedisError:
        return False
    return True

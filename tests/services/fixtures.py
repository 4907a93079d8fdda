"""The fixtures through which tests reach a real database, queue, mailbox and browser."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql
from sqlalchemy import make_url

from tests.services import firefox, servers
from tests.services.imap import PASSWORD, ImapAccount, start_dovecot
from tests.services.mailbox import Mailbox, open_mailbox
from tests.services.session import SESSION, Server, Session, stop_keeper


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The superuser's URL of a PostgreSQL server that this test session shares."""
    return _server_or_skip(request.config, "postgres", servers.start_postgres).url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that is this test's alone."""
    with temporary_database(postgres_url) as url:
        yield url


@contextmanager
def temporary_database(postgres_url: str, *, template: str = "template0") -> Iterator[str]:
    """Give the URL of a copy of the database `template`, dropped when the block ends."""
    server = make_url(postgres_url)
    name = f"db_{secrets.token_hex(6)}"
    database, copied = sql.Identifier(name), sql.Identifier(template)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, copied))
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@pytest.fixture(scope="session")
def redis_server(request: pytest.FixtureRequest) -> str:
    """The URL of a Redis that this test session shares; `redis_url` is what a test wants."""
    return _server_or_skip(request.config, "redis", servers.start_redis).url


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, redis_server: str) -> Iterator[str]:
    """The URL of an empty Redis database; workers have one each, so nobody else writes to it."""
    number = int(request.config.stash[SESSION].worker.removeprefix("gw"))
    url = f"{redis_server}/{number % servers.REDIS_DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture
def redis_of_own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A Redis server that this test may kill: `stop_keeper(server.keeper_pid)`."""
    server = _start_or_skip(request.config.stash[SESSION], servers.start_redis)
    yield server
    stop_keeper(server.keeper_pid)


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A mail server on a port of its own; what it took is in `messages`."""
    with open_mailbox(port=servers.free_port()) as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def imap_server(request: pytest.FixtureRequest) -> str:
    """The URL of an IMAP server that tests share; `imap_account` is what a test wants."""
    return _server_or_skip(request.config, "imap", start_dovecot).url


@pytest.fixture
def imap_account(imap_server: str) -> ImapAccount:
    """An empty mailbox that is this test's alone."""
    address = urlsplit(imap_server)
    name = f"box{secrets.token_hex(4)}"
    return ImapAccount(str(address.hostname), int(address.port or 143), name, PASSWORD)


# Of a module, not of the session: the driver's event loop stays current in its thread, and a later
# test that starts a loop of its own would fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window."""
    with sync_playwright() as playwright:
        executable = _chromium()
        if executable is None and not Path(playwright.chromium.executable_path).exists():
            _skip("no Chromium that starts; install chromium or set CHROMIUM to one")
        # Chromium's own sandbox refuses root; what it opens here are our pages only.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser profile that knows nothing of the test before."""
    context = browser.new_context(locale="en-US", timezone_id="America/Los_Angeles")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def firefox_command() -> str:
    """The command of a real Firefox."""
    found = firefox.executable()
    if found is None:
        # Where only snap has one, as on Ubuntu, its own confinement keeps it from our profiles.
        pytest.skip("no Firefox; install firefox-esr")
    return found


def _chromium() -> str | None:
    for name in (os.getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found and _starts(found):
            return found
    return None


def _starts(command: str) -> bool:
    """Ubuntu's stub for snap is on PATH and does not."""
    return subprocess.run([command, "--version"], capture_output=True, check=False).returncode == 0


def _server_or_skip(
    config: pytest.Config, name: str, start: Callable[[Session], Server]
) -> Server:
    session = config.stash[SESSION]
    try:
        return session.shared(name, start)
    except servers.ServiceMissing as missing:
        _skip(str(missing))


def _start_or_skip(session: Session, start: Callable[[Session], Server]) -> Server:
    try:
        return start(session)
    except servers.ServiceMissing as missing:
        _skip(str(missing))


def _skip(reason: str) -> NoReturn:
    """Skip where a developer is at work, fail where the run is to be complete."""
    if os.getenv("CI") or os.getenv("REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)

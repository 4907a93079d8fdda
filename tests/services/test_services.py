"""The servers are real, empty for every test, and gone when the tests are."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from tests.services.mailbox import Mailbox
from tests.services.session import Server, stop_keeper


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_postgresql_database(postgres_database: str, turn: int) -> None:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("create table left_behind (turn int)"))
        assert connection.execute(text("show fsync")).scalar() == "on"
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_redis(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_a_redis_of_its_own_can_be_killed(redis_of_own: Server) -> None:
    stop_keeper(redis_of_own.keeper_pid)
    with (
        redis.Redis.from_url(redis_of_own.url) as client,
        pytest.raises(redis.ConnectionError),
    ):
        client.ping()


def test_mail_is_taken_as_it_was_sent(smtp_server: Mailbox) -> None:
    message = EmailMessage()
    message["To"] = "maya@example.org"
    message.set_content("Your request arrived.")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        client.send_message(message, from_addr="privacy@example.org")
    (taken,) = smtp_server.messages
    assert taken.recipients == ("maya@example.org",)
    assert taken.message.get_content().strip() == "Your request arrived."


def test_the_browser_shows_a_page(page: Page) -> None:
    page.set_content("<h1>Privacy choices</h1>")
    assert page.get_by_role("heading").inner_text() == "Privacy choices"


@pytest.mark.slow
def test_a_session_that_is_killed_leaves_no_server(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "test_killed.py").write_text(
        "import os, signal, pathlib\n"
        "def test_killed(postgres_url, redis_server):\n"
        f"    pathlib.Path({str(tmp_path / 'urls')!r}).write_text(\n"
        "        postgres_url.replace('+psycopg', '') + ' ' + redis_server)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-c", str(root / "pyproject.toml")),
            *("-p", "tests.services.session", "-p", "tests.services.fixtures"),
            *("-p", "no:cacheprovider", str(tmp_path / "test_killed.py")),
        ],
        cwd=root,
        capture_output=True,
        check=False,
    )
    postgres, redis_server = (tmp_path / "urls").read_text().split()
    assert _is_soon_gone(lambda: psycopg.connect(postgres).close())
    assert _is_soon_gone(lambda: redis.Redis.from_url(redis_server).ping())


def _is_soon_gone(connect: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            connect()
        except (psycopg.OperationalError, redis.ConnectionError):
            return True
        time.sleep(0.1)
    return False

"""A real Firefox without a window, led by Marionette, its own remote protocol.

Playwright's Firefox is a patched build that Debian does not have; the one that people use speaks
Marionette: lines of JSON with their length before them, over a socket.

Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.services import servers

_PATIENCE_SECONDS = 60
_GPC = "privacy.globalprivacycontrol"


class Firefox:
    """One window; what a script sees is what a page would see."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self._buffer = b""
        self._receive()  # the greeting
        self.ask("WebDriver:NewSession", {"strictFileInteractability": True})

    def open(self, url: str) -> None:
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script: str) -> Any:
        """Return what a script in the page returns; a promise is waited for."""
        asked = {"script": script, "args": [], "scriptTimeout": 20_000}
        return self.ask("WebDriver:ExecuteScript", asked)["value"]

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self._receive()
        assert number == self._number
        assert error is None, error
        return result

    def _receive(self) -> Any:
        while b":" not in self._buffer:
            self._more()
        length, _, rest = self._buffer.partition(b":")
        while len(rest) < int(length):
            self._more()
            rest = self._buffer.partition(b":")[2]
        self._buffer = rest[int(length) :]
        return json.loads(rest[: int(length)])

    def _more(self) -> None:
        found = self._connection.recv(65_536)
        assert found, "Firefox went away"
        self._buffer += found


def executable() -> str | None:
    """Return a Firefox that starts, if there is one."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def firefox(profile: Path, *, gpc: bool) -> Iterator[Firefox]:
    """Yield a Firefox with the Global Privacy Control switched on or off, as in its settings."""
    command = executable()
    assert command
    port = servers.free_port()
    profile.mkdir(parents=True, exist_ok=True)
    word = "true" if gpc else "false"
    preferences = {
        "marionette.port": str(port),
        f"{_GPC}.enabled": word,
        f"{_GPC}.functionality.enabled": "true",
        "app.update.enabled": "false",
        "browser.shell.checkDefaultBrowser": "false",
        "datareporting.policy.dataSubmissionEnabled": "false",
        "toolkit.telemetry.enabled": "false",
        "network.captive-portal-service.enabled": "false",
        "network.connectivity-service.enabled": "false",
    }
    lines = [f'user_pref("{name}", {value});' for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = subprocess.Popen(
        [command, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with _connected(port, process) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)


@contextmanager
def _connected(port: int, process: "subprocess.Popen[bytes]") -> Iterator[socket.socket]:
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS)
            break
        except OSError:
            assert process.poll() is None, "Firefox did not start"
            assert time.monotonic() < end, "Firefox does not listen"
            time.sleep(0.1)
    with connection:
        yield connection

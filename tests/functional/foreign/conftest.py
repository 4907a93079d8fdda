"""A real server over an instance as `privacy-engine new` makes it, and who speaks to it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from privacy_engine.cli import running

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
DATA = {
    "subject": {"email": "maya.tallow@example.org"},
    "purpose": "newsletter",
    "document": "privacy-statement",
    "version": "2021-11-04",
    "method": "form",
}


@dataclass(frozen=True)
class Served:
    """A running server, the keys of two sites, and the port whose origin both list."""

    base: str
    keys: dict[str, dict[str, dict[str, str]]]
    auditor: str
    page_port: int

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def key(self, kind: str = "server", mode: str = "live", site: str = "listing-site") -> str:
        return self.keys[site][mode][kind]

    def client(self, key: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {key or self.key()}"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=30)

    def snippet(self, name: str) -> str:
        """Return an example of the served page, as a reader copies it."""
        page = httpx.get(f"{self.base}/v1/docs").text
        found = re.search(rf'<pre[^>]* id="{name}">(.*?)</pre>', page, re.DOTALL)
        assert found, f"the page has no example {name}"
        return unescape(found.group(1))


@contextmanager
def serve(directory: Path, *, url: str = "") -> Iterator[Served]:
    """Start an instance of our own; with `url` on that database."""
    root = directory / "instance"
    port, page_port = running.free_port(), running.free_port()
    base = f"http://127.0.0.1:{port}"
    extra = {"PRIVACY_ENGINE_INSTANCE_PUBLIC_URL": base}
    if url:
        extra["PRIVACY_ENGINE_DATABASE_URL"] = url

    def command(*arguments: str) -> str:
        made = subprocess.run(
            [sys.executable, "-m", "privacy_engine", "--instance", str(root), *arguments],
            env=running.child_environment(extra),
            capture_output=True,
            check=True,
            text=True,
        )
        return made.stdout

    command("new", str(root))
    origin = f"http://127.0.0.1:{page_port}"
    keys = {
        name: json.loads(command("site", "add", name, "--origin", origin, "--json"))["keys"]
        for name in ("listing-site", "newsletter-site")
    }
    auditor = command("site", "token", "auditor-one").strip()
    log = directory / "server.log"
    with running.processes(root, port=port, extra=extra, log=log, embedded=True):
        yield Served(base, keys, auditor, page_port)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on SQLite that all tests of this folder share."""
    with serve(tmp_path_factory.mktemp("foreign")) as made:
        yield made


def event(identifier: str, **changes: Any) -> dict[str, Any]:
    """Return a structured event of the listing site."""
    return {
        "specversion": "1.0",
        "id": identifier,
        "source": "/signup",
        "type": "consent.given",
        "data": DATA,
    } | changes

"""A stranger has nothing but the served page, five minutes, and what stands on it."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.functional.foreign.conftest import Served

pytestmark = pytest.mark.slow


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def own_page(served: Served, tmp_path: Path) -> Iterator[str]:
    """The example page, saved by its reader under the origin that the site lists."""
    written = served.snippet("html").replace("pk_test_...", served.key("browser", "test"))
    (tmp_path / "index.html").write_text(written, encoding="utf-8")
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", served.page_port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.page_port}/index.html"
        server.shutdown()


def test_the_commands_work_as_they_are_copied(served: Served) -> None:
    shell = shutil.which("sh")
    if shell is None or shutil.which("curl") is None:
        pytest.skip("no curl on this machine")

    def run(name: str) -> dict[str, dict[str, object]]:
        key = served.snippet("key").replace("sk_test_...", served.key(mode="test"))
        script = f"{key}\n{served.snippet(name)}"
        told = subprocess.run([shell, "-c", script], capture_output=True, check=True, text=True)
        found: dict[str, dict[str, object]] = json.loads(told.stdout)
        return found

    first = run("curl")
    assert first["receipt"]["type"] == "consent.given"
    assert run("curl")["receipt"]["event_id"] == first["receipt"]["event_id"]
    (answer,) = run("ask")["purposes"].values()
    assert answer["permitted"] is True  # type: ignore[index]


def test_the_page_works_as_it_is_copied(served: Served, page: Page, own_page: str) -> None:
    page.goto(own_page)
    page.get_by_label("E-mail").fill("maya.tallow@example.org")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you: 01")


def test_no_page_of_somebody_else_reports(served: Served, page: Page, own_page: str) -> None:
    page.goto(own_page.replace("127.0.0.1", "localhost"))
    page.get_by_label("E-mail").fill("maya.tallow@example.org")
    with page.expect_event("requestfailed"):
        page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_fits_its_screen(served: Served, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{served.base}/v1/docs")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for name in ("consent.given", "request.received", "subject.linked"):
        expect(page.locator(f'[id="{name}"]')).to_be_visible()
    expect(page.get_by_text("duplicate_of")).to_have_count(0)

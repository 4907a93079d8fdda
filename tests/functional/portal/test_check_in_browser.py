"""Checking a report in a real browser: by its hash alone, and offline."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page

from privacy_engine import portal
from privacy_engine.cli.report import produce
from privacy_engine.engine import Engine
from privacy_engine.keys import certificate
from privacy_engine.reports import offline
from privacy_engine.reports.ask import Ask
from tests.engines import REPOSITORY
from tests.functional.portal.serving import serving

pytestmark = [pytest.mark.functional, pytest.mark.slow]


@pytest.fixture
def instance(engine: Engine) -> Engine:
    shutil.copytree(REPOSITORY / "exports", engine.settings.root / "exports")
    return engine


def issued(engine: Engine, kind: str, path: Path) -> bytes:
    """Produce a report beside the browser's event loop, which owns this thread."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(produce, engine, kind, Ask(), out=path).result()
    return path.read_bytes()


def test_with_a_script_only_the_hash_leaves_the_computer(
    instance: Engine, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    issued(instance, "promises", path)
    with serving(portal.create_app(instance)) as address:
        sent: list[bytes] = []
        page.on("request", lambda one: sent.append(one.post_data_buffer or b""))
        page.goto(f"{address}/verify")
        page.set_input_files("input[name=report]", path)
        page.get_by_role("button", name="Send only its hash").click()
        page.wait_for_selector("[data-answer]")
        assert page.get_attribute("[data-answer]", "data-answer") == "valid"
        assert not any(b"%PDF" in one for one in sent)


VERDICTS = "Array.from(document.querySelectorAll('[data-verdict]'), one => one.dataset.verdict)"


def test_the_offline_page_finds_what_the_command_finds(
    instance: Engine, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "whole.pdf"
    whole = issued(instance, "request-register", path)
    page.context.set_offline(True)
    page.goto(offline.PAGE.as_uri())

    def verdicts(content: bytes, *, fingerprint: str = "") -> tuple[list[str], str]:
        path.write_bytes(content)
        page.reload()
        page.fill("#print", fingerprint)
        page.set_input_files("#file", path)
        page.wait_for_selector("[data-verdict] >> nth=1")
        return page.evaluate(VERDICTS), page.inner_text("#answer")

    ours = certificate.load(instance.settings.keys_directory).fingerprint
    codes, said = verdicts(whole, fingerprint=ours)
    assert codes[0] == "holds", said
    assert "with the fingerprint that you have" in said
    assert "fails" not in codes
    assert verdicts(whole, fingerprint="ab" * 32)[0][0] == "fails"
    at = whole.index(b"/Producer")
    assert verdicts(whole[:at] + b"/Producex" + whole[at + 9 :])[0][0] == "fails"
    assert verdicts(whole + b"\n% more")[0][0] == "fails"
    assert verdicts(b"%PDF-1.7 nothing")[0][0] == "fails"

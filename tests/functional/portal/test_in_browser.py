"""Every public page in a real browser: zoomed, heard, by keyboard, and on a small phone."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from privacy_engine.rights import links
from privacy_engine.workflow import correspondence
from tests.functional.accessible import faults
from tests.functional.portal.serving import serving
from tests.functional.portal.visiting import Visit, reference_in

pytestmark = [pytest.mark.functional, pytest.mark.slow]

LONG = "bartholomew.featherstonehaugh-okonkwo.of.the.wildflower@counselling-services.example"


def pages_of(visit: Visit) -> Iterator[str]:
    """Yield the path of every page, each in the states that a person meets."""
    location = visit.ask(email=LONG, name="Bartholomew " * 12)
    reference = reference_in(location)
    told = visit.ask("opt_out", email=LONG)
    visit.work()
    ring = visit.engine.ring
    old = links.sign(
        ring,
        use="verify",
        about=reference,
        expires_at=datetime.now(UTC) - timedelta(days=1),  # noqa: TID251  a test's now
    )
    with visit.engine.reading() as tx:
        subject = tx.find_subject([Identifier("email", LONG)], site="portal")
        assert subject
        choices = correspondence.preferences_url(tx, subject)
    stop = links.sign(ring, use="unsubscribe", about=f"{subject}:newsletter")
    rights = ("know:specific", "know:categories", "delete", "correct", "opt_out", "limit")
    yield from ("/", "/nowhere", "/verify", "/find/status", "/find/preferences", "/parent")
    yield from (f"/request/{right}" for right in rights)
    yield from (location, told)
    slugs = {item.slug for item in visit.engine.content.documents if not item.draft}
    yield from (f"/policies/{slug}" for slug in sorted(slugs))
    for url in (
        choices,
        visit.link(f"/{reference}/verify"),
        visit.link(f"/requests/{reference}?key="),
    ):
        yield re.sub(r"^https?://[^/]+", "", url)
    yield f"/requests/{reference}/verify?key={old}"
    yield f"/unsubscribe?key={subject}.newsletter~{stop}"
    yield visit.send("/parent", child="pip@example.org").location or ""


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_for_everybody(engine: Engine, browser: Browser, width: int) -> None:
    drafts = tuple(replace(item, draft=False) for item in engine.content.documents)
    engine.content = replace(engine.content, documents=drafts)
    visit = Visit(engine)
    paths = [*pages_of(visit), "/policies/privacy-statement/changes/2021-11-04..2026-12-01"]
    with serving(visit.app) as base:
        page = browser.new_page(viewport={"width": width, "height": 800})
        failed = []
        for path in paths:
            page.goto(base + path)
            failed += faults(page)
        for path, field in (("/request/correct", "email"), ("/parent", "child")):
            page.goto(base + path)
            page.fill(f"[name={field}]", "maya")
            page.click("main .actions button")
            page.locator("[role=alert]").wait_for()
            failed += faults(page)
        page.close()
    assert failed == []


def test_a_page_is_walked_through_by_keyboard(engine: Engine, page: Page) -> None:
    visit = Visit(engine)
    with serving(visit.app) as base:
        page.goto(f"{base}/request/limit")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "email"
        page.keyboard.type("maya@example.org")
        page.keyboard.press("Enter")
        page.wait_for_url("**/received**")
        assert page.locator("h1").inner_text() == "Done: we have stopped"


def test_the_signal_of_a_real_browser_is_shown_as_honoured(
    engine: Engine, browser: Browser
) -> None:
    visit = Visit(engine)
    with serving(visit.app) as base:
        context = browser.new_context(extra_http_headers={"Sec-GPC": "1"})
        page = context.new_page()
        page.goto(base)
        assert page.get_by_role("status").inner_text().startswith("Opt-out request honored")
        context.close()

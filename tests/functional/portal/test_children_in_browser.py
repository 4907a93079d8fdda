"""A child, a parent and an officer in a real browser, without script and for everybody."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from privacy_engine import console
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.config import Children
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from tests.functional.accessible import faults
from tests.functional.portal.serving import serving
from tests.functional.portal.visiting import Visit

pytestmark = [pytest.mark.functional, pytest.mark.slow]


@pytest.mark.parametrize("width", [320, 1280])
def test_from_the_question_to_the_parents_page(
    engine: Engine, browser: Browser, width: int
) -> None:
    given = Children(discloses=False, telephone="1-800-555-0100")
    engine.settings = replace(engine.settings, children=given)
    engine.world = replace(engine.world, settings=engine.settings)
    engine.run(lambda tx: sites.add(tx, "listing-site", origins=["https://www.example.org"]))
    visit = Visit(engine)
    desk = console.create_app(engine)
    office = DispatcherMiddleware(desk, {"/console": desk})
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=width > 320
    )
    page = context.new_page()
    with serving(visit.app) as base, serving(office) as desk_base:  # type: ignore[arg-type]
        _child(page, base)
        _officer(page, engine, f"{desk_base}/console")
        visit.work()
        _parent(page, visit, base)
    context.close()
    with engine.reading() as tx:
        (case,) = cases.open_cases(tx.session)
    assert case.state is State.DELETING, "the parent took the permission back"


def _child(page: Page, base: str) -> None:
    page.goto(f"{base}/age?site=listing-site&ref=visit-1")
    _is_for_everybody(page)
    page.fill("[name=month]", "4")
    page.fill("[name=year]", str(datetime.now(UTC).year - 10))  # noqa: TID251  a test's now
    page.click("main .actions button")
    assert "ask a parent" in page.locator("h1").inner_text()
    _is_for_everybody(page)
    page.go_back()
    page.reload()
    assert "ask a parent" in page.locator("h1").inner_text()
    page.fill("[name=email]", "parent@example.org")
    page.click("main .actions button")
    assert page.locator("h1").inner_text() == "Thank you"


def _officer(page: Page, engine: Engine, base: str) -> None:
    seat = engine.run(lambda tx: staff.add(tx, "o@example.org", role=StaffRole.OFFICER))
    link = engine.run(lambda tx: staff.make_link(tx, seat.staff_id))
    page.goto(f"{base}/sign-in/{link}")
    page.click("main button")
    page.goto(f"{base}/children")
    _is_for_everybody(page)
    page.click("main table a >> nth=0")
    _is_for_everybody(page)
    page.fill("[name=reason]", "Said so in the age question.")
    page.click("summary:has-text('Ask a parent')")
    page.fill("[name=child_name]", "Robin")
    page.click("text=Delete the rest and ask the parent")
    assert "Waiting for the parent" in page.locator("main").inner_text()
    _is_for_everybody(page)
    page.goto(f"{base}/children")
    _is_for_everybody(page)


def _parent(page: Page, visit: Visit, base: str) -> None:
    page.goto(base + _path(visit.link("/parent/answer/")))
    _is_for_everybody(page)
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.check("[name=purposes][value=service]")
    page.check("[name=method][value=email_plus]")
    page.fill("[name=signed_name]", "Pat Doe")
    page.click("text=Allow what I ticked")
    assert page.locator("h1").inner_text() == "One more step"
    _is_for_everybody(page)
    visit.work()
    page.goto(base + _path(visit.link("/confirm")))
    _is_for_everybody(page)
    page.click("main .actions button")
    page.wait_for_load_state("load")
    visit.work()
    page.goto(base + _path(visit.link("/parent/answer/")))
    assert "What we hold of Robin" in page.locator("h1").inner_text()
    _is_for_everybody(page)
    page.click("text=Take my permission back")
    assert page.locator("h1").inner_text() == "Your permission has ended"
    _is_for_everybody(page)


def _is_for_everybody(page: Page) -> None:
    if page.viewport_size and page.viewport_size["width"] > 320:  # axe is itself a script
        assert faults(page) == []


def _path(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)

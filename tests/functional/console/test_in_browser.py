"""Every page of the console in a real browser: heard, narrow, dark, and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from privacy_engine.engine import Engine
from privacy_engine.rights import register
from tests.functional.accessible import faults
from tests.functional.console import pictures
from tests.functional.console.world import Office
from tests.functional.portal.serving import serving

pytestmark = [pytest.mark.functional, pytest.mark.slow]


def sign_in(page: Page, base: str, office: Office, officer: object) -> None:
    page.goto(f"{base}/console/sign-in/{office.link(officer)}")
    page.click("main button")
    page.wait_for_url("**/console/")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_every_page_is_for_everybody(
    tmp_path: Path, browser: Browser, width: int, scheme: str
) -> None:
    office, officer, shown = pictures.seeded(tmp_path)
    failed: list[str] = []
    with serving(office.application) as base:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(f"{base}/console/sign-in")
        failed += faults(page)
        sign_in(page, base, office, officer)
        for _, path in pictures.pages(office, shown):
            answer = page.goto(f"{base}/console{path}")
            assert answer is not None
            if answer.status != (404 if path.endswith("R-0000-0000") else 200):
                failed.append(f"{path}: {answer.status}")
            failed += faults(page)
        page.close()
    office.engine.close()
    assert failed == []


@pytest.fixture
def desk(engine: Engine, page: Page) -> Iterator[tuple[Page, Office, str]]:
    """A page of the queue with three requests, and an officer signed in."""
    office = Office(engine)
    for number in range(3):
        office.request("delete", f"a{number}@example.org", days_ago=number)
    officer = office.seat("d.okafor@listing.example")
    with serving(office.application) as base:
        sign_in(page, base, office, officer)
        page.goto(f"{base}/console/requests")
        yield page, office, officer.staff_id


def test_a_queue_is_worked_by_keyboard_alone(desk: tuple[Page, Office, str]) -> None:
    page, office, me = desk
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    chosen = page.locator("input[name=reference]:checked")
    assert chosen.count() == 2
    references = [item.get_attribute("value") for item in chosen.all()]
    page.focus("form#bulk button")
    page.keyboard.press("Enter")
    page.get_by_text("You chose 2; this applies to 2.").wait_for()
    page.focus("main form button")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    with office.engine.reading() as tx:
        owners = {register.get(tx.session, str(item)).assigned_to for item in references}
    assert owners == {me}


def test_a_request_is_opened_and_noted_by_keyboard(desk: tuple[Page, Office, str]) -> None:
    page, _, _ = desk
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "reference"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/R-*")
    page.keyboard.press("n")
    page.wait_for_url("**do=note")
    page.fill("[name=text]", "Called back.")
    page.focus("main form.form button")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert "Note kept." in page.get_by_role("status").inner_text()


def test_an_act_is_reached_from_the_row_of_a_request(desk: tuple[Page, Office, str]) -> None:
    page, _, _ = desk
    for key, act in (("n", "note"), ("a", "assign")):
        page.keyboard.press("j")
        page.keyboard.press("j")
        row = page.evaluate("document.activeElement.closest('tr').dataset.acts")
        page.keyboard.press(key)
        page.wait_for_url(f"**{row}?do={act}")
        page.go_back()


def test_without_a_script_every_act_is_a_form_or_a_link(engine: Engine, browser: Browser) -> None:
    office = Office(engine)
    reference = office.request("delete")
    officer = office.seat("d.okafor@listing.example")
    with serving(office.application) as base:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, base, office, officer)
        page.goto(f"{base}/console/requests?view=open&right=delete")
        page.check(f"input[value={reference}]")
        page.select_option("#f-action", "assign")
        page.click("form#bulk button")
        page.click("main form button")
        assert "1 request done" in page.locator("main").inner_text()
        page.goto(f"{base}/console/requests/{reference}?do=note")
        page.fill("[name=text]", "By hand.")
        page.click("main form.form button")
        assert "Note kept." in page.locator("main").inner_text()
        context.close()

"""A version goes out with a second person's approval: two members of the staff, two browsers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from privacy_engine import clock
from privacy_engine.config import Approval
from privacy_engine.console.staff import StaffRole
from privacy_engine.documents import actions
from privacy_engine.engine import Engine
from privacy_engine.instance.terms import Reconsent
from privacy_engine.log.event import Identifier, Trust
from tests.functional.accessible import faults
from tests.functional.console.world import Office
from tests.functional.portal.serving import serving

pytestmark = [pytest.mark.functional, pytest.mark.slow]

SLUG, FIRST, NEXT = "privacy-statement", "2021-11-04", "2026-12-01"
MAYA = Identifier("email", "maya.tallow@example.org")
INES = Identifier("email", "ines.corvo@example.org")
PIP = Identifier("email", "pip@example.org")
VISITOR = Identifier("device", "a-browser-somewhere")


@pytest.fixture
def office(any_engine: Engine) -> Office:
    """An office where documents need two people, and whose next statement is finished."""
    settings = replace(any_engine.settings, approval=Approval(("document",)))
    begins = clock.now() + timedelta(days=45)
    documents = tuple(
        replace(item, draft=False, effective_at=begins, reconsent=Reconsent.REQUIRED)
        if (item.slug, item.version) == (SLUG, NEXT)
        else item
        for item in any_engine.content.documents
    )
    any_engine.settings = settings
    any_engine.world = replace(any_engine.world, settings=settings)
    any_engine.content = replace(any_engine.content, documents=documents)
    return Office(any_engine)


def report(office: Office, kind: str, who: Identifier, /, **data: object) -> None:
    office.engine.run(
        lambda tx: tx.append(kind, data, subject=[who], site="listing-site", trust=Trust.SERVER)
    )


@contextmanager
def member(browser: Browser, base: str, office: Office, role: StaffRole) -> Iterator[Page]:
    """A browser of its own in which somebody is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    seat = office.seat(f"{role}@listing.example", role)
    page.goto(f"{base}/console/sign-in/{office.link(seat)}")
    page.click("main button")
    page.wait_for_url("**/console/")
    yield page
    context.close()


def main(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()
    page.wait_for_load_state()


def test_a_first_version_is_proposed_by_one_and_published_by_another(
    office: Office, browser: Browser
) -> None:
    with (
        serving(office.application) as base,
        member(browser, base, office, StaffRole.OFFICER) as dana,
        member(browser, base, office, StaffRole.APPROVER) as kofi,
    ):
        dana.goto(f"{base}/console/documents")
        dana.get_by_role("link", name="Privacy Statement", exact=True).click()
        assert "Next: propose this version" in main(dana)
        press(dana, f"Propose to publish {FIRST}")
        assert "Waiting for a second person" in main(dana)
        assert "You proposed it; somebody else has to do it." in main(dana)
        assert dana.get_by_role("button", name="Publish").count() == 0
        # Who leaves the page out and posts by hand is refused as well.
        token = dana.locator("input[name=csrf_token]").first.get_attribute("value")
        form = {"csrf_token": token, "slug": SLUG, "version": FIRST, "step": "do"}
        answer = dana.request.post(f"{base}/console/documents/publish", form=form)
        assert answer.status == 409
        assert "You proposed this, so somebody else has to do it." in answer.text()

        kofi.reload()
        kofi.get_by_role("link", name=f"Publish {SLUG} {FIRST}").click()
        press(kofi, f"Publish {FIRST}")
        assert f"Version {FIRST} is published." in main(kofi)
        assert ", approved by approver" in main(kofi)
        dana.goto(f"{base}/console/documents/{SLUG}/{FIRST}")
        assert "Next:" not in main(dana)


def test_a_material_change_shows_whom_it_concerns_and_needs_a_second_yes(
    office: Office, browser: Browser, tmp_path: Path
) -> None:
    office.engine.run(lambda tx: actions.publish(tx, SLUG, FIRST, approved_by="counsel"))
    for who in (MAYA, INES, PIP, VISITOR):
        report(office, "notice.shown", who, document=SLUG, version=FIRST, surface="footer")
    yes = {"document": SLUG, "version": FIRST, "method": "form"}
    report(office, "consent.given", MAYA, purpose="newsletter", **yes)
    report(office, "consent.given", INES, purpose="newsletter", **yes)
    report(office, "consent.withdrawn", INES, purpose="newsletter", **yes)
    report(office, "age_signal.received", PIP, kind="age", value=9)
    with (
        serving(office.application) as base,
        member(browser, base, office, StaffRole.OFFICER) as dana,
        member(browser, base, office, StaffRole.APPROVER) as kofi,
    ):
        looks_at_whom_it_concerns(dana, base)
        compares(dana, base, office, tmp_path / "changes.json")
        begins(dana, base)
        approves(kofi, base)
        office.work()
        report(office, "notice.shown", MAYA, document=SLUG, version=NEXT, surface="site-notice")
        office.work()
        kofi.reload()
        assert "Letter sent 2 people" in main(kofi)
        assert "Not written to: may be a child 1 person" in main(kofi)
        kofi.goto(f"{base}/console/documents/{SLUG}/{NEXT}/people")
        assert "3 people: an earlier version was shown to them, and not this one" in main(kofi)
        assert "Letter sent" in main(kofi)


def looks_at_whom_it_concerns(page: Page, base: str) -> None:
    page.goto(f"{base}/console/documents/{SLUG}/{NEXT}")
    assert "4 people saw an earlier version" in main(page)
    page.get_by_role("link", name="4 people", exact=True).click()
    told = main(page)
    assert "By letter, and by the notice on the site" in told
    assert "By the notice on the site: no e-mail address" in told
    assert "Not written to: may be a child" in told
    assert "maya.tallow" not in told
    assert faults(page) == []
    page.get_by_role("link", name="Must agree again 1").click()
    assert "Newsletter" in main(page)
    assert "m•••@e•••.org" in main(page)
    assert "i•••@e•••.org" not in main(page)
    assert faults(page) == []


def compares(page: Page, base: str, office: Office, file: Path) -> None:
    page.goto(f"{base}/console/documents/{SLUG}/{NEXT}")
    page.get_by_role("link", name=f"What changed since {FIRST}").click()
    assert page.locator(".redline ins").count() > 10
    assert page.locator(".redline del").count() > 2
    with page.expect_download() as got:
        page.get_by_role("link", name="The exact changes for programs (JSON)").click()
    got.value.save_as(file)
    assert applied(office, json.loads(file.read_text())) == source(office, NEXT)


def begins(page: Page, base: str) -> None:
    page.goto(f"{base}/console/documents/{SLUG}/{NEXT}")
    press(page, "Begin the change")
    assert "You began it, so somebody else approves it." in main(page)
    assert page.get_by_role("button", name="Approve the change").count() == 0
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    form = {"csrf_token": token, "outcome": "publish"}
    assert page.request.post(f"{page.url}/decide", form=form).status == 409


def approves(page: Page, base: str) -> None:
    page.goto(f"{base}/console/")
    page.get_by_role("link", name=f"Approve {SLUG} {NEXT}").click()
    press(page, "Approve the change")
    assert "Approved. Now the notice has to stand on the site." in main(page)


def source(office: Office, version: str) -> str:
    return office.engine.content.document(SLUG, version).source


def applied(office: Office, found: dict) -> str:
    """Return the old file with the changes applied, as a program would."""
    text = source(office, FIRST)
    for one in reversed(found["changes"]):
        at = one["old_at"]
        assert text[at : at + len(one["old"])] == one["old"]
        text = text[:at] + one["new"] + text[at + len(one["old"]) :]
    return text

"""The public part of a deletion in a real browser without JavaScript."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page

from privacy_engine import portal
from privacy_engine.engine import Engine
from privacy_engine.sample_site.people import MAYA
from tests.factories import SampleWorld, sample_world
from tests.functional.portal.serving import serving
from tests.functional.portal.visiting import Visit
from tests.snapshots import left_without

pytestmark = [pytest.mark.journey, pytest.mark.slow]


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone's browser that runs no script."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def officers_part(world: SampleWorld, reference: str) -> None:
    world.decide(reference)
    world.work()
    world.attest(reference, removed=2)
    world.work()


def test_a_client_has_everything_deleted(engine: Engine, plain: Page) -> None:
    with (
        sample_world(engine) as world,
        serving(portal.create_app(engine)) as base,
        # Signing runs an event loop of its own, which the browser's thread already has.
        ThreadPoolExecutor(1) as beside,
    ):
        world.introduce(MAYA)
        letters = Visit(engine)
        asks(plain, base)
        reference = plain.locator(".reference").inner_text()
        plain.get_by_role("link", name="See how it stands").click()
        assert "Confirm that it was you" in plain.inner_text("main")
        shown_to_sender = plain.url

        beside.submit(world.work).result()
        plain.goto(at(base, letters.link(f"/{reference}/verify")))
        assert "Somebody gave this address and asked us" in plain.inner_text("main")
        plain.get_by_role("button", name="Yes, I asked for this").click()
        assert "that is noted" in plain.inner_text("h1")

        beside.submit(world.work).result()
        status = at(base, letters.link(f"/requests/{reference}?key="))
        plain.goto(status)
        assert "You confirmed" in plain.inner_text("main")

        beside.submit(officers_part, world, reference).result()
        plain.goto(status)
        text = plain.inner_text("main")
        assert "deleted and searched again: nothing found" in text
        assert "2 kept because the law asks for it" in text
        assert MAYA.email not in plain.content()
        plain.goto(shown_to_sender)
        assert "We have answered; our letter says how." in plain.inner_text("main")
        assert "kept" not in plain.inner_text("main")
        assert world.snapshot() == left_without(world.at_first, MAYA), "and nobody else is"


def asks(page: Page, base: str) -> None:
    """From the first page to the reference, with a slip on the way that loses nothing."""
    page.goto(base)
    page.get_by_role("link", name="Delete my information").click()
    page.get_by_label("Email address").fill("maya")
    page.get_by_label("Your name").fill(MAYA.name)
    page.get_by_role("button", name="Delete my information").click()
    assert "One thing to mend" in page.inner_text("[role=alert]")
    assert page.get_by_label("Your name").input_value() == MAYA.name
    page.get_by_label("Email address").fill(MAYA.email)
    page.get_by_role("button", name="Delete my information").click()
    assert page.inner_text("h1") == "We have your request"


def at(base: str, url: str) -> str:
    """Return a link of a letter at the address that this test serves."""
    return base + url[url.index("/requests/") :]

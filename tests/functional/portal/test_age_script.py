"""The age question on a site's own page, in a real browser: with script, and without."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, request
from playwright.sync_api import Browser, Page

from privacy_engine import portal
from tests.functional.portal.serving import serving

pytestmark = [pytest.mark.functional, pytest.mark.slow]

SCRIPT = Path(portal.__file__).parent / "static/age.js"
PAGE = """<!doctype html><html lang="en"><title>A site</title>
<form data-age hidden data-api="{base}" data-key="pk_test" data-source="listing-site"
  data-device="visit-8f3">
  <label>Month <input name="month" inputmode="numeric"></label>
  <label>Year <input name="year" inputmode="numeric"></label><button>Continue</button></form>
<noscript><a href="/age?site=listing-site&amp;ref=visit-8f3">Continue</a></noscript>
<p id="said"></p>
<script>document.addEventListener('age', e => {{
  document.getElementById('said').textContent = e.detail; }});</script>
<script src="/age.js"></script></html>"""


def site(sent: list[object]) -> Flask:
    """Return a site with the question on its page; what the script sends lands in `sent`."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        return PAGE.format(base=request.host_url)

    @app.get("/age.js")
    def script() -> tuple[str, dict[str, str]]:
        return SCRIPT.read_text(encoding="utf-8"), {"content-type": "text/javascript"}

    @app.post("/v1/events")
    def take() -> tuple[dict[str, str], int]:
        sent.append(request.get_json(force=True))
        return {}, 503 if request.cookies.get("refuse") else 201

    return app


@pytest.fixture
def asked(browser: Browser) -> Iterator[tuple[Page, str, list[object]]]:
    sent: list[object] = []
    with serving(site(sent)) as base:
        context = browser.new_context()
        page = context.new_page()
        page.goto(base)
        yield page, base, sent
        context.close()


def answer(page: Page, year: int) -> None:
    page.fill("[name=month]", "4")
    page.fill("[name=year]", str(year))
    page.click("button")


def this_year() -> int:
    return datetime.now(UTC).year  # noqa: TID251  the browser reads its own clock


def test_it_is_smaller_than_two_kilobytes() -> None:
    assert SCRIPT.stat().st_size <= 2048


def test_the_band_is_sent_and_the_date_is_not(asked: tuple[Page, str, list[object]]) -> None:
    page, _, sent = asked
    year = this_year() - 10
    with page.expect_response("**/v1/events"):
        answer(page, year)
    assert page.locator("#said").inner_text() == "under_13"
    assert page.locator("form").is_hidden()
    (event,) = sent
    assert isinstance(event, dict)
    assert event["data"]["value"] == "under_13"
    assert str(year) not in str(event["data"])
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "age_band"]
    assert cookie["value"] == "under_13"
    assert cookie["expires"] == -1, "it ends with the browser"


def test_going_back_or_loading_again_does_not_ask_again(
    asked: tuple[Page, str, list[object]],
) -> None:
    page, base, sent = asked
    with page.expect_response("**/v1/events"):
        answer(page, this_year() - 10)
    page.goto("about:blank")
    page.go_back()
    page.goto(base)
    assert page.locator("form").is_hidden()
    assert page.locator("#said").inner_text() == "under_13"
    assert len(sent) == 1


def test_what_did_not_arrive_is_told_again(asked: tuple[Page, str, list[object]]) -> None:
    page, base, sent = asked
    page.context.add_cookies([{"name": "refuse", "value": "1", "url": base}])
    with page.expect_response("**/v1/events"):
        answer(page, this_year() - 10)
    page.context.clear_cookies(name="refuse")
    with page.expect_response("**/v1/events"):
        page.goto(base)
    page.wait_for_function("document.cookie.includes('age_told=visit-8f3')")
    page.goto(base)
    assert page.locator("#said").inner_text() == "under_13"
    told = [event["data"]["value"] for event in sent if isinstance(event, dict)]
    assert told == ["under_13", "under_13"]


def test_a_part_of_a_month_is_no_month(asked: tuple[Page, str, list[object]]) -> None:
    page, _, sent = asked
    page.fill("[name=month]", "2.5")
    page.fill("[name=year]", str(this_year() - 10))
    page.click("button")
    assert page.locator("form").is_visible()
    assert sent == []


def test_what_is_no_date_is_not_sent(asked: tuple[Page, str, list[object]]) -> None:
    page, _, sent = asked
    answer(page, 3)
    assert page.locator("[name=year]").get_attribute("aria-invalid") == "true"
    assert page.locator("form").is_visible()
    assert sent == []


def test_without_script_a_link_leads_to_the_portal(browser: Browser) -> None:
    with serving(site([])) as base:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(base)
        assert page.locator("form").is_hidden()
        assert page.locator("noscript a").get_attribute("href")
        assert page.get_by_role("link", name="Continue").is_visible()
        context.close()

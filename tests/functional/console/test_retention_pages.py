"""What the console says of the schedule and its runs, beside the sample site's own database."""

import html
import re
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict
from privacy_engine.retention import looking
from privacy_engine.workflow.steps import disposal
from tests.functional.console.world import Browser, Office
from tests.functional.retention.conftest import NOON, PREPARES, Site, site

pytestmark = pytest.mark.functional
__all__ = ["site"]


@pytest.fixture
def office(engine: Engine, site: Site) -> Office:
    del site  # it stands there, and its day is today
    return Office(engine)


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.somebody()


def retention_lines(browser: Browser) -> list[str]:
    """The first screen's lines about retention, each with what stands beside it."""
    markup = browser.get("/").get_data(as_text=True)
    found = re.findall(r"<dt>(Retention[^<]*)</dt><dd>(.*?)</dd>", markup, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", f"{a} {b}").split()) for a, b in found]


def test_the_first_screen_has_one_line_while_every_row_was_looked_at(
    office: Office, site: Site, browser: Browser
) -> None:
    looking.look(office.engine, sources=disposal.sources)
    (line,) = retention_lines(browser)
    rows = len(site.engine.content.retention)
    assert line.startswith("Retention Working last 20 Nov 2026")
    assert f"{rows} rows of the schedule looked at" in line


def test_the_first_screen_says_of_each_row_when_it_was_looked_at(
    office: Office, site: Site, browser: Browser
) -> None:
    looking.look(office.engine, sources=disposal.sources)
    page = browser.read("/")
    each = html.unescape(page[page.index("Each of them") :])
    for row in site.engine.content.retention:
        assert f"{row.title} last 20 Nov 2026" in each


def test_the_schedule_says_on_what_ground_who_answers_for_it_and_when_it_is_reviewed(
    office: Office, browser: Browser
) -> None:
    page = browser.read("/retention")
    assert "For legal duty: 26 USC 6501" in page
    assert "Bookkeeper, who reviews this row by 1 Jun 2027" in page
    assert "Review is overdue" not in page
    with clock.fixed(NOON + timedelta(days=365)):
        assert "Review is overdue" in office.somebody().read("/retention")


def test_a_row_that_nobody_looked_at_for_days_has_a_line_of_its_own(
    office: Office, browser: Browser
) -> None:
    looking.look(office.engine, sources=disposal.sources)
    with clock.fixed(NOON + timedelta(days=3)):
        lines = retention_lines(office.somebody())
    assert len(lines) == len(office.engine.content.retention)
    assert all("Retention: " in line and "Stopped" in line for line in lines)


def test_a_row_that_was_never_looked_at_shows_no_zero(
    office: Office, site: Site, browser: Browser
) -> None:
    site.database.dispose()
    (office.engine.settings.root / "var" / "sample-site" / "site.db").unlink()
    looking.look(office.engine, sources=disposal.sources)
    page = browser.read("/retention")
    row = page[page.index("web-logs") : page.index("request-records")]
    assert "does not exist" in row
    assert "\N{EN DASH} \N{EN DASH}" in row


def test_a_run_that_was_broken_off_says_why_and_what_had_gone(
    office: Office, site: Site, browser: Browser
) -> None:
    run = site.approved("web-logs")
    site.change("UPDATE web_logs SET seen_on = '2026-01-01'")
    with site.loses(), pytest.raises(Conflict):
        disposal.carry_out(office.engine, run.run)
    page = browser.read(f"/retention/{run.run}")
    assert "It ended before its time The data or the holds have changed since the preview" in page
    assert "Nothing of this list went. The next look draws a new list." in page


def test_a_preview_of_nothing_says_that_there_is_nothing_to_approve(
    office: Office, site: Site, browser: Browser
) -> None:
    with site.loses():
        run = disposal.preview_series(office.engine, "therapist-listings", actor=PREPARES).run
    assert run.due == 0
    page = browser.read(f"/retention/{run.run}")
    assert "Nothing to approve Nothing is due." in page
    assert "Approve 0" not in page
    listed = browser.read("/retention")
    assert f"{run.run} Searched: nothing found" in listed

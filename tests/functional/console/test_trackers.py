"""The inventory of trackers on its page, and what a browser's file says against it."""

import json
from io import BytesIO

import pytest

from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import sites
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    made = Office(engine)
    engine.run(lambda tx: sites.add(tx, "listing-site", origins=["https://listing.example"]))
    return made


@pytest.fixture
def browser(office):
    return office.somebody()


def har(*urls):
    entries = [{"request": {"url": url, "cookies": [{"name": "_fbp"}]}} for url in urls]
    return json.dumps({"log": {"entries": entries}}).encode()


def compare(browser, content, own="listing.example"):
    browser.get("/trackers")
    file = (BytesIO(content), "visit.har", "application/json")
    return browser.post("/trackers/compare", own=own, file=file)


def test_everybody_who_gets_something_stands_beside_what_gives_it(browser):
    page = browser.read("/trackers")
    assert "_ga*" in page
    assert "Google (Analytics and Search Console) third party Sharing" in page
    assert "Nobody has compared this list with the site yet." in page
    assert 'value="listing.example"' in browser.get("/trackers").get_data(as_text=True)


def test_what_nobody_declared_is_named_and_breaks_the_promises_that_rest_on_it(browser):
    visited = har("https://www.listing.example/", "https://ads.example/p?who=maya@example.org")
    assert compare(browser, visited).status_code == 303
    page = browser.read("/trackers")
    assert "2 things met that nobody declared" in page
    assert "Met on the site, and declared by nobody" in page
    assert "ads.example cookie _fbp" in page
    assert "maya" not in page
    assert "Google, Wix and other tools SP-07 Broken" in page
    assert "We do not sell or rent SP-10 At risk" in page
    assert "declared by nobody: ads.example" in browser.read("/promises")


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[]",
        b'{"log": 1}',
        b'{"log": {"entries": [{"request": []}]}}',
        b'{"log": {"entries": [{"request": {"url": "https://[x/"}}]}}',
        b'{"log": {"entries": [{"request": {"url": "https://a.example", "cookies": ["x"]}}]}}',
    ],
)
def test_what_is_no_such_file_is_said_at_the_field(browser, content):
    answer = compare(browser, content)
    assert answer.status_code == 422
    assert "This is no HAR file" in words(answer)
    assert "Nobody has compared this list with the site yet." in browser.read("/trackers")


def test_a_host_and_a_file_are_asked_for(browser):
    browser.get("/trackers")
    page = words(browser.post("/trackers/compare", own="https://x/y"))
    assert "Write the hosts of the site" in page
    assert "Choose the file that the browser saved." in page


def test_an_auditor_reads_and_does_not_compare(office):
    auditor = office.somebody(StaffRole.AUDITOR)
    assert "Choose" not in auditor.read("/trackers")
    assert compare(auditor, har("https://ads.example/")).status_code == 403

import pytest

from privacy_engine.children import register as children
from privacy_engine.console import access
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Identifier
from tests.functional.console.world import Browser, Office, words

pytestmark = pytest.mark.functional
FILL = {"reference": "R-AAAA-BBBB", "event_id": "0" * 26, "slug": "privacy-statement"}


@pytest.fixture
def office(engine):
    return Office(engine)


def routes(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in access.OPEN:
            values = {name: FILL.get(name, "x") for name in rule.arguments}
            path = rule.rule
            for name, value in values.items():
                path = path.replace(f"<{name}>", value)
            method = "POST" if "POST" in rule.methods else "GET"
            yield rule.endpoint, method, path


def test_every_route_has_a_row_in_the_table_and_every_row_a_route(office):
    named = {endpoint for endpoint, _, _ in routes(office.app)}
    assert named == set(access.PERMISSIONS)


def test_somebody_who_is_not_signed_in_gets_nowhere(office):
    stranger = Browser(office.application)
    stranger.get("/sign-in")
    for _, method, path in routes(office.app):
        answer = stranger.post(path) if method == "POST" else stranger.get(path)
        if method == "POST":  # they have no page to take a token from, so it ends there already
            assert answer.status_code == 400, path
        else:
            assert answer.headers["Location"] == "/console/sign-in", path


@pytest.mark.parametrize("role", list(StaffRole))
def test_a_role_opens_what_the_table_says_and_nothing_else(office, role):
    browser = office.somebody(role)
    browser.get("/")
    for endpoint, method, path in routes(office.app):
        if endpoint == "console.sign_out":
            continue
        answer = browser.post(path) if method == "POST" else browser.get(path)
        refused = "not open to your role" in answer.get_data(as_text=True)
        assert refused == (role not in access.PERMISSIONS[endpoint]), (endpoint, role)
        assert answer.status_code != 500, endpoint


def test_an_auditor_reads_a_request_and_is_offered_nothing_to_do(office):
    reference = office.request()
    page = office.somebody(StaffRole.AUDITOR).get(f"/requests/{reference}").get_data(as_text=True)
    assert reference in page
    for offer in ("Say no", "Write to the person", "Keep a note", "Show<span"):
        assert offer not in page


@pytest.mark.parametrize("action", sorted(access.ACTS))
def test_an_approver_does_only_the_acts_of_the_table(office, action):
    reference = office.request()
    browser = office.somebody(StaffRole.APPROVER)
    browser.get("/")
    answer = browser.post(f"/requests/{reference}/{action}")
    refused = "but not do it" in answer.get_data(as_text=True)
    assert refused == (StaffRole.APPROVER not in access.ACTS[action])


def test_an_auditor_reads_a_childs_case_and_no_button_leads_nowhere(office):
    said = {"kind": "age", "value": 10}
    who = [Identifier("email", "pip@example.org")]
    office.engine.run(
        lambda tx: tx.append("age_signal.received", said, subject=who, site="listing-site")
    )
    with office.engine.reading() as tx:
        (case,) = [item.case for item in children.open_cases(tx.session)]
    browser = office.somebody(StaffRole.AUDITOR)
    page = browser.get(f"/children/{case}").get_data(as_text=True)
    assert "Decide to delete" in page, "what comes next is no secret"
    assert 'href="#decide"' not in page
    refused = browser.post(f"/children/{case}/delete", reason="They said so.")
    assert refused.status_code == 403
    assert "You cannot do this" in words(refused)
    assert "key" not in words(refused), "whoever is signed in has none"
    officer = office.somebody().get(f"/children/{case}").get_data(as_text=True)
    assert 'action="/console/children/' in officer

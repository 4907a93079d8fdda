from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.cli import reference
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.errors import Conflict, InvalidInput, TooMany
from tests.functional.console.world import Browser, Office

pytestmark = pytest.mark.functional
ADDRESS = "d.okafor@listing.example"


@pytest.fixture
def office(engine):
    return Office(engine)


def test_a_link_signs_in_by_a_button_and_only_once(office):
    link = office.link(office.seat(ADDRESS))
    scanner, first, second = (Browser(office.application) for _ in range(3))
    assert "Sign in on this device" in scanner.read(f"/sign-in/{link}")
    first.get(f"/sign-in/{link}")
    assert first.post("/sign-in/use", token=link).headers["Location"] == "/console/"
    assert "Today" in first.read("/")
    second.get(f"/sign-in/{link}")
    answer = second.post("/sign-in/use", token=link)
    assert answer.status_code == 410
    assert "no longer works" in answer.get_data(as_text=True)


def test_a_link_that_is_a_day_old_opens_nothing(office):
    link = office.link(office.seat(ADDRESS))
    browser = Browser(office.application)
    with clock.fixed(clock.now() + timedelta(hours=24, seconds=1)):
        browser.get(f"/sign-in/{link}")
        assert browser.post("/sign-in/use", token=link).status_code == 410


def test_a_session_ends_after_twelve_hours_and_on_signing_out(office):
    member = office.seat(ADDRESS)
    browser = office.sign_in(member)
    with clock.fixed(clock.now() + timedelta(hours=12, seconds=1)):
        assert browser.get("/").headers["Location"] == "/console/sign-in"
    browser = office.sign_in(member)
    browser.get("/")
    browser.post("/sign-out")
    assert browser.get("/").headers["Location"] == "/console/sign-in"


def test_a_closed_seat_opens_nothing_any_more(office):
    office.seat("admin@listing.example", StaffRole.ADMIN)
    member = office.seat(ADDRESS)
    browser, spare = office.sign_in(member), office.link(member)
    office.engine.run(lambda tx: staff.close(tx, member.staff_id))
    assert browser.get("/").status_code == 303
    other = Browser(office.application)
    other.get(f"/sign-in/{spare}")
    assert other.post("/sign-in/use", token=spare).status_code == 410


def test_the_cookie_cannot_be_read_by_scripts_or_sent_from_elsewhere(office):
    cookie = office.sign_in(office.seat(ADDRESS)).cookie()
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.path == "/console"


def test_every_answer_forbids_what_no_page_needs(office):
    browser = office.sign_in(office.seat(ADDRESS))
    for path in ("/", "/requests", "/sign-in", "/nowhere", "/static/keys.js"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
    assert browser.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("csrf", ["", "made-up"])
def test_a_post_without_the_page_s_token_does_nothing(office, csrf):
    reference = office.request()
    browser = office.somebody()
    answer = browser.post(f"/requests/{reference}/note", csrf=csrf, text="Not mine")
    assert answer.status_code == 400
    assert "Not mine" not in browser.read(f"/requests/{reference}")


def test_a_post_that_another_site_caused_is_refused(office):
    browser = office.somebody()
    browser.get("/requests/new")
    answer = browser._client.post("/console/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in {400, 403}
    assert "Requests" in browser.read("/requests")


def test_the_address_of_a_seat_is_nowhere_in_the_clear(office, tmp_path):
    member = office.seat(ADDRESS)
    office.sign_in(member)
    office.engine.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"d.okafor" not in path.read_bytes(), path


def test_a_seat_is_given_once_and_the_last_administrator_stays(office):
    admin = office.seat(ADDRESS, StaffRole.ADMIN)
    run = office.engine.run
    with pytest.raises(Conflict):
        run(lambda tx: staff.add(tx, ADDRESS.upper(), role=StaffRole.OFFICER))
    with pytest.raises(Conflict):
        run(lambda tx: staff.close(tx, admin.staff_id))
    with pytest.raises(Conflict):
        run(lambda tx: staff.change_role(tx, admin.staff_id, role=StaffRole.AUDITOR))
    with pytest.raises(InvalidInput):
        run(lambda tx: staff.add(tx, "nobody", role=StaffRole.OFFICER))


def test_nobody_can_flood_or_void_the_links_of_a_colleague(office):
    member = office.seat(ADDRESS)
    links = [office.link(member) for _ in range(5)]
    with pytest.raises(TooMany):
        office.link(member)
    browser = Browser(office.application)
    browser.get(f"/sign-in/{links[0]}")
    assert browser.post("/sign-in/use", token=links[0]).status_code == 303


def test_whoever_starts_the_instance_often_gets_a_link_each_time(office):
    links = [reference.sign_in_link(office.engine) for _ in range(8)]
    tokens = [link.rpartition("/")[2] for link in links]
    stale = Browser(office.application)
    stale.get(f"/sign-in/{tokens[0]}")
    assert stale.post("/sign-in/use", token=tokens[0]).status_code == 410
    browser = Browser(office.application)
    browser.get(f"/sign-in/{tokens[-1]}")
    assert browser.post("/sign-in/use", token=tokens[-1]).status_code == 303


def test_what_happened_to_seats_stands_in_the_log_without_their_addresses(office):
    member = office.seat(ADDRESS, StaffRole.ADMIN)
    browser = office.sign_in(member)
    page = browser.read("/events")
    assert "staff.changed" in page
    assert "staff.signed_in" in page
    assert "d.okafor@" not in page

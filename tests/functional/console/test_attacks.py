import re
from dataclasses import replace
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.config import Approval
from privacy_engine.console import sign_in, staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.letters import transport
from privacy_engine.rights import register
from tests.functional.console.test_requests import approvable, do, send
from tests.functional.console.world import Browser, Office, words

pytestmark = pytest.mark.functional
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def test_what_people_and_colleagues_write_is_shown_and_never_run(office, browser):
    reference = office.request(name=SCRIPT, details=f"{SCRIPT} please")
    office.work()
    do(browser, reference, "note", text=SCRIPT)
    send(browser, reference, "message", subject=SCRIPT, text=SCRIPT)
    office.work()
    paths = ["/", "/requests", f"/requests/{reference}", "/outbox", "/events"]
    outbox = browser.get("/outbox").get_data(as_text=True)
    paths += re.findall(r'href="/console(/outbox/\w+)"', outbox)
    for path in paths:
        page = browser.get(path).get_data(as_text=True)
        assert SCRIPT not in page, path
    assert "&lt;script&gt;" in browser.get(f"/requests/{reference}").get_data(as_text=True)


def test_a_session_planted_before_signing_in_is_not_the_one_afterwards(office):
    member = office.seat("d.okafor@listing.example")
    browser = Browser(office.application)
    link = office.link(member)
    browser.get(f"/sign-in/{link}")
    before = browser.cookie().value
    browser.get(f"/sign-in/{link}")
    browser.post("/sign-in/use", token=link)
    assert browser.cookie().value != before
    other = Browser(office.application)
    other._client.set_cookie("console", before, path="/console")
    assert other.get("/").headers["Location"] == "/console/sign-in"


def test_a_cookie_kept_after_signing_out_opens_nothing(office, browser):
    kept = browser.cookie().value
    browser.get("/")
    browser.post("/sign-out")
    other = Browser(office.application)
    other._client.set_cookie("console", kept, path="/console")
    assert other.get("/").headers["Location"] == "/console/sign-in"


def test_a_session_that_nobody_uses_ends_before_its_time(office, browser):
    with clock.fixed(clock.now() + timedelta(hours=2, seconds=5)):
        assert browser.get("/").headers["Location"] == "/console/sign-in"


def test_no_other_page_can_frame_the_console(browser):
    headers = browser.get("/").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_asking_for_a_link_does_the_same_for_anybody_before_it_answers(office):
    settings = office.engine.settings
    mail = replace(settings.mail, transport="smtp", smtp_url="smtp://127.0.0.1:1")
    office.engine.settings = replace(settings, mail=mail)
    office.seat("d.okafor@listing.example")
    pages = []
    for address in ("d.okafor@listing.example", "nobody@listing.example"):
        browser = Browser(office.application)
        browser.get("/sign-in")
        pages.append(words(browser.post("/sign-in", email=address)))
    sign_in.POST_ROOM.submit(int).result(timeout=60)  # what was ordered before is done by then
    assert pages[0] == pages[1]
    assert "a link is on its way" in pages[0]


@pytest.mark.parametrize(
    "path",
    [
        "/requests?page=99999999999999999999999999",
        "/requests?page=-1",
        "/requests?subject=%00",
        "/events?on=9999-12-31",
        "/disclosures?until=9999-12-31",
        "/events?page=abc",
        "/requests/%00",
        "/children/nothing",
        "/retention/nothing",
        "/events/nothing",
        "/outbox/nothing",
        "/reports/nothing/file",
        "/documents/none/none",
        "/cases/R-0000-0000/systems/support-mailbox",
        "/cases/R-0000-0000/systems/listing-database",
    ],
)
def test_odd_links_are_answered_with_a_sentence(browser, path):
    answer = browser.get(path)
    assert answer.status_code < 500, path
    assert "Something went wrong" not in answer.get_data(as_text=True)


def test_a_letter_and_an_event_of_another_kind_are_not_opened_as_each_other(office, browser):
    office.request()
    office.work()
    events = browser.get("/events").get_data(as_text=True)
    for event in set(re.findall(r"/console/events/(\w{26})", events)):
        assert browser.get(f"/reports/{event}/file").status_code == 404
        letter = browser.get(f"/outbox/{event}")
        assert letter.status_code in {200, 404}


def two_people(office):
    settings = replace(office.engine.settings, approval=Approval(("delete",)))
    office.engine.settings = settings
    office.engine.world = replace(office.engine.world, settings=settings)


def test_handing_a_deletion_over_does_not_make_two_people_of_one(office, browser):
    two_people(office)
    other = office.seat("quiet.colleague@listing.example")
    reference = approvable(office, browser)
    do(browser, reference, "assign", owner=other.staff_id)
    alone = do(browser, reference, "approve", confirm="yes")
    assert alone.status_code == 409
    assert "Nobody but you has worked on this" in words(alone)
    assert do(office.sign_in(other), reference, "note", text="I looked.").status_code == 303
    assert do(browser, reference, "approve", confirm="yes").status_code == 303


def test_the_second_of_two_officers_who_decide_at_once_is_told(office, browser):
    reference = approvable(office, browser)
    second = office.somebody()
    second.get(f"/requests/{reference}?do=approve")
    assert do(browser, reference, "approve", confirm="yes").status_code == 303
    late = second.post(f"/requests/{reference}/approve", confirm="yes")
    assert late.status_code == 409
    with office.engine.reading() as tx:
        kinds = [event.kind for event in tx.events_of_case(reference)]
    assert kinds.count("request.approved") == 1


def test_the_second_of_two_officers_who_decide_on_a_child_is_told(office, browser):
    from privacy_engine.log.event import Identifier  # noqa: PLC0415

    who = (Identifier("email", "pip@example.org"),)
    age = {"kind": "age", "value": 9}
    office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=who))
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    browser.get(f"/children/{case}")
    assert browser.post(f"/children/{case}/delete", reason="Age 9.").status_code == 303
    second = office.somebody()
    second.get(f"/children/{case}")
    assert second.post(f"/children/{case}/not_a_child", reason="No.").status_code == 409


def test_many_extensions_pressed_twice_tell_each_person_once(office, browser):
    references = [office.request(), office.request("correct", "ines.roth@example.org")]
    office.work()
    before = len(list(transport.shelved(office.engine.settings.outbox_directory)))
    form = {"action": "extend", "reference": references, "reason": "An archive is slow."}
    browser.get("/requests")
    for _ in range(2):
        browser.post("/requests/bulk/confirm", **form)
    office.work()
    after = len(list(transport.shelved(office.engine.settings.outbox_directory)))
    assert after == before + 2


def test_a_request_can_be_done_in_part(office, browser):
    reference = approvable(office, browser)
    page = browser.get(f"/requests/{reference}?do=partial").get_data(as_text=True)
    ground = re.search(r'<option value="(\w+)">', page)[1]
    form = {"reason": ground, "explanation": "The invoice must stay."}
    shown = do(browser, reference, "partial", **form)
    assert shown.status_code == 200, "the letter is read before it goes"
    text = words(shown)
    assert "We deleted most of your information" in text
    assert "The invoice must stay. (" in text, "with the rule"
    assert "stands as “…”" in text
    seen = re.search(r'name="seen" value="(\w+)"', shown.get_data(as_text=True))[1]
    assert do(browser, reference, "partial", **form, seen=seen).status_code == 303
    with office.engine.reading() as tx:
        assert register.get(tx.session, reference).decision == "partial"


def test_what_the_person_wrote_about_themselves_is_masked_until_somebody_asks_why(office, browser):
    reference = office.request(
        "correct",
        name="Maya Tallow",
        details="I am Maya Tallow, write to maya.tallow@example.org",
        corrections={"email": "new.maya@example.org"},
    )
    page = browser.get(f"/requests/{reference}").get_data(as_text=True)
    for secret in ("Maya Tallow", "maya.tallow@", "new.maya@"):
        assert secret not in page
    with office.engine.reading() as tx:
        subject = register.get(tx.session, reference).subject_id
    browser.post(f"/reveal/{subject}?back=/requests/{reference}&case={reference}", reason="answer")
    assert "new.maya@example.org" in browser.get(f"/requests/{reference}").text


def test_nothing_personal_is_in_titles_cookies_or_the_log_lines(office, browser, capsys):
    reference = office.request()
    office.work()
    send(browser, reference, "message", subject="For Maya Tallow", text="Hello Maya Tallow")
    office.work()
    outbox = browser.get("/outbox").get_data(as_text=True)
    for mail in re.findall(r'href="/console(/outbox/\w+)"', outbox):
        title = re.search(r"<title>(.*?)</title>", browser.get(mail).get_data(as_text=True))[1]
        assert "Maya" not in title
    from flask.sessions import SecureCookieSessionInterface  # noqa: PLC0415

    opened = SecureCookieSessionInterface().get_signing_serializer(office.app)
    assert "maya" not in repr(opened.loads(browser.cookie().value)).lower()
    said = capsys.readouterr()
    assert "maya" not in (said.out + said.err).lower()


def test_a_link_used_by_two_browsers_at_once_signs_one_in(office):
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    link = office.link(office.seat("d.okafor@listing.example"))
    browsers = [Browser(office.application) for _ in range(4)]
    for browser in browsers:
        browser.get(f"/sign-in/{link}")
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda b: b.post("/sign-in/use", token=link).status_code, browsers))
    assert sorted(codes) == [303, 410, 410, 410]


def test_an_auditor_s_post_changes_nothing_anywhere(office):
    reference = office.request()
    office.work()
    auditor = office.somebody(StaffRole.AUDITOR)
    auditor.get("/")
    with office.engine.reading() as tx:
        before = [event.kind for event in tx.events_of_case(reference)]
    for action in ("approve", "deny", "note", "revoke", "assign", "message", "partial"):
        assert auditor.post(f"/requests/{reference}/{action}", confirm="yes").status_code == 403
    with office.engine.reading() as tx:
        assert [event.kind for event in tx.events_of_case(reference)] == before
        assert staff.everybody(tx)

"""The page that says which clocks will be missed, on a small office's own past."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import DRILL_SITE
from privacy_engine.rights import actions, pace
from tests.factories import OFFICER
from tests.functional.console.world import Office

pytestmark = pytest.mark.functional

# What a forecast says depends on the working days ahead, so every test is asked on one day.
SATURDAY = datetime(2026, 12, 5, 20, 0, tzinfo=UTC)


@pytest.fixture
def office(engine):
    with clock.fixed(SATURDAY):
        yield Office(engine)


def decide(office, reference):
    words = {"ground": "outside_jurisdiction", "citation": "x", "reason": "not ours"}
    office.engine.run(
        lambda tx: actions.decide(tx, reference, outcome="deny", **words), actor=OFFICER
    )
    office.engine.run(lambda tx: actions.end(tx, reference, as_="denied"), actor=OFFICER)


def past(office, count):
    """Let somebody decide one request on each of the last `count` days."""
    for days in range(count, 0, -1):
        with clock.fixed(clock.now() - timedelta(days=days)):
            decide(office, office.request("delete", f"past{days}@example.org"))


def test_with_too_little_past_nothing_is_claimed(office):
    office.request()
    page = office.somebody().read("/requests/forecast")
    assert "Too little is known yet" in page
    assert "needs 10 decisions" in page


def test_with_nothing_waiting_it_teaches_what_it_is_for(office):
    assert "Nothing waits for a decision" in office.somebody().read("/requests/forecast")


def test_a_backlog_beyond_the_pace_is_named_with_what_would_help(office):
    past(office, 12)
    for number in range(30):
        office.request("delete", f"open{number}@example.org", days_ago=40)
    page = office.somebody().read("/requests/forecast?helpers=9")
    assert "At this pace about" in page
    assert "With 9 more people deciding" in page
    assert "12 decisions by 1 person" in page
    assert "30 requests wait for a decision, 30 of them for the person to confirm first" in page
    with office.engine.reading() as tx:
        found = pace.draw(tx, helpers=9)
    as_it_is, helped, extended, both = found.outlooks
    assert as_it_is.missed > helped.missed
    assert extended.missed == both.missed == 0  # the law still allows each of them 45 days more


def test_it_can_be_taken_along_with_every_request_at_risk(office):
    past(office, 12)
    waiting = [office.request("delete", f"open{n}@example.org", days_ago=44) for n in range(25)]
    answer = office.somebody().get("/requests/forecast/export?helpers=2")
    assert answer.mimetype == "text/csv"
    text = answer.get_data(as_text=True)
    head, _, risks = text.partition("reference,legal_due_on,")
    assert "# 25 requests; open, and a person decides; not opt-outs" in head
    assert "# 2 more people deciding, 0 more requests tomorrow" in head
    assert "As it is,25," in head
    assert all(reference in risks for reference in waiting)
    assert "example.org" not in text
    nothing = office.somebody(StaffRole.AUDITOR).get("/requests/forecast/export?helpers=-1")
    assert nothing.status_code == 200


def test_people_whom_a_drill_invented_are_no_work(office):
    past(office, 11)
    office.request("delete", site=DRILL_SITE)
    with clock.fixed(clock.now() - timedelta(days=2)):
        decide(office, office.request("delete", "drill@example.org", site=DRILL_SITE))
    with office.engine.reading() as tx:
        found = pace.draw(tx)
    assert (found.waiting, found.history.answers) == (0, 11)


def test_opt_outs_wait_for_nobody_and_are_not_counted(office):
    past(office, 11)
    office.request("opt_out")
    with office.engine.reading() as tx:
        assert pace.draw(tx).waiting == 0


def test_odd_numbers_in_the_url_are_as_if_they_were_not_there(office):
    browser = office.somebody()
    for query in ("helpers=-1", "helpers=many", "wave=99999999999", "helpers=99999&wave=99999"):
        assert browser.get(f"/requests/forecast?{query}").status_code == 200

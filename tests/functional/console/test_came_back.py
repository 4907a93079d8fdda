"""What officers and the person see when deleted data is in a system again, and when it is gone."""

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Identifier
from privacy_engine.reports import child_facts, deletion_facts
from privacy_engine.rights import links
from privacy_engine.sample_site.people import CHILD, MAYA
from privacy_engine.workflow import reimporting
from tests.factories import OFFICER, sample_world
from tests.functional.console.world import Office
from tests.functional.portal.visiting import Visit

pytestmark = pytest.mark.functional
SITE = "listing-database"
TITLE = "The database behind the listing site"
THERE_AGAIN = f"{TITLE} database Deleted, and there again"


@pytest.fixture
def sample(engine):
    with sample_world(engine) as made:
        yield made


def restored(sample, old):
    """Bring the site's database back as it was, and let the nightly comparison look."""
    sample.site_database.write_bytes(old)
    reimporting.look(sample.engine)
    sample.work()


def came_back(sample):
    """Tell the deletion of Maya, and her return with a restore."""
    old = sample.site_database.read_bytes()
    sample.introduce(MAYA)
    reference = sample.delete_whole(MAYA)
    restored(sample, old)
    return reference


def deleted_again(sample):
    reimporting.delete(sample.engine, system=SITE)
    sample.work()


def deleted_child(sample):
    """Tell the deletion of a child, and the return with a restore."""
    old = sample.site_database.read_bytes()
    who = [Identifier("email", CHILD.email)]
    sample.report("age_signal.received", {"kind": "birth_date", "value": "2016-05-04"}, who)
    subject = sample.subject(CHILD)
    with sample.engine.reading() as tx:
        case = child_cases.open_case_of(tx.session, tx.person(subject))
    sample.work()
    sample.engine.run(lambda tx: children.confirm(tx, case, reason="Said so."), actor=OFFICER)
    sample.work()
    sample.attest(case)
    sample.work()
    restored(sample, old)
    return case


def board(page):
    return page.partition("How it stands")[2].partition("What happened")[0]


def exceptions(sample, facts, case):
    with sample.engine.reading() as tx:
        report = facts(tx, case)
    return report.headline.text, " ".join(remark.text for remark in report.exceptions)


def numbers(sample, case):
    made = (event.data for event in sample.timeline(case) if event.kind == "report.produced")
    return [data["number"] for data in made]


def test_the_page_of_the_request_says_what_is_there_again_and_what_can_be_done(sample):
    reference = came_back(sample)
    office = Office(sample.engine)
    officer = office.seat("d.okafor@listing.example", StaffRole.OFFICER)
    browser = office.sign_in(officer)
    page = browser.read(f"/requests/{reference}")
    assert THERE_AGAIN in board(page), "nothing is called erased that is there again"
    assert "Found by the nightly comparison" in board(page)
    for senseless in ("Take more time", "They take it back", "Write to the person"):
        assert senseless not in page
    browser.post(f"/requests/{reference}/assign", owner=officer.staff_id)
    assert sample.request(reference).assigned_to == officer.staff_id
    planned = sample.steps(reference)["rescan-7"].due_at.astimezone(sample.engine.settings.zone)
    assert f"Planned for {planned.day} {planned:%B %Y}: Search again after a week" in page
    assert ": Search again after a month" in page, "as the workflow of this case calls it"
    assert "rescan-7" not in page
    assert "read by people cannot be searched again by machine" in page
    deleted_again(sample)
    page = board(browser.read(f"/requests/{reference}"))
    assert THERE_AGAIN not in page
    assert f"{TITLE} database Deleted and searched again" in page


def test_the_person_reads_that_it_is_there_again_each_time(sample):
    reference = came_back(sample)
    visit = Visit(sample.engine)
    ring = sample.engine.ring
    found_again = "Something that we had deleted was found again; we delete it again"
    pages = {
        use: f"/requests/{reference}?key={links.sign(ring, use=use, about=reference)}"
        for use in ("status", "state")
    }
    page = visit.read(pages["status"])
    assert "Something that we had deleted is there again." in page
    assert f"{TITLE} something was found again; we are still on it" in page
    # Anybody can type anybody's address: whoever did learns nothing from what comes back.
    before = visit.read(pages["state"])
    assert "Answered" in before
    old = sample.site_database.read_bytes()
    deleted_again(sample)
    assert f"{TITLE} deleted and searched again" in visit.read(pages["status"])
    assert visit.read(pages["state"]) == before
    restored(sample, old)
    assert visit.read(pages["status"]).count(found_again) == 2


def test_the_second_certificate_tells_of_the_return(sample):
    reference = came_back(sample)
    found = sample.board(reference)[SITE]
    kept = sum(int(item["count"]) for item in found.retained)
    assert sum(found.before.values()) == sum(found.removed.values()) + kept
    assert kept > 0
    headline, told = exceptions(sample, deletion_facts.certificate, reference)
    assert headline == "Deleted, and there again in 1 system"
    assert f"{TITLE}: what had been deleted was there again on" in told
    assert "found by the nightly comparison; it is not gone yet." in told
    deleted_again(sample)
    headline, told = exceptions(sample, deletion_facts.certificate, reference)
    assert "there again in" not in headline
    assert "It was deleted again, and gone on" in told


def test_a_childs_desk_leads_to_where_it_is_deleted_again(sample):
    case = deleted_child(sample)
    browser = Office(sample.engine).somebody()
    assert "Delete it again" in browser.read("/children")
    page = browser.read(f"/children/{case}")
    assert "Next: Delete it again" in page
    assert THERE_AGAIN in board(page)
    headline, told = exceptions(sample, child_facts.case_report, case)
    assert headline == "Deleted, and there again; it is deleted again"
    assert "it is not gone yet" in told
    deleted_again(sample)
    assert "Delete it again" not in browser.read(f"/children/{case}")
    ended = browser.read("/children?view=ended")
    assert "Deleted: under 13" in ended
    assert "nothing found" not in ended, "one place cannot be searched again"
    headline, told = exceptions(sample, child_facts.case_report, case)
    assert "there again" not in headline
    assert "It was deleted again, and gone on" in told
    first, second = numbers(sample, case)
    assert first != second, "the file of the first end keeps its own name"


def test_a_search_that_finds_something_is_not_said_to_have_failed(sample):
    old = sample.site_database.read_bytes()
    sample.introduce(MAYA)
    reference = sample.delete_whole(MAYA)
    sample.site_database.write_bytes(old)
    with sample.later(days=8):
        sample.work()
        page = Office(sample.engine).somebody().read(f"/requests/{reference}")
    said = "“Search again after a week” found something; it is deleted and searched for once more"
    assert said in page
    assert "did not work" not in page

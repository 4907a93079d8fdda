"""The under-13 desk with more cases than one page holds, and what heads a case."""

import re

import pytest

from privacy_engine.children import register
from privacy_engine.children.rules import State
from privacy_engine.console.listing import PAGE
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Draft, Identifier, Trust
from tests.functional.console.world import Office

pytestmark = pytest.mark.functional
CASE = re.compile(r"C-\w{4}-\w{4}")


def notice(office: Office, count: int, *, kind: str = "age", value: object = 11) -> None:
    """Let so many people say how old they are."""
    drafts = [
        Draft(
            "age_signal.received",
            {"kind": kind, "value": value},
            subject=(Identifier("email", f"{kind}-{number}@example.org"),),
            site="listing-site",
            trust=Trust.SERVER,
        )
        for number in range(count)
    ]
    office.engine.run(lambda tx: tx.append_many(drafts))


def test_every_case_stands_on_one_page_and_the_number_is_of_all(engine):
    office = Office(engine)
    notice(office, PAGE + 3)
    browser = office.somebody(StaffRole.OFFICER)
    first, second = (
        set(CASE.findall(browser.get(f"/children?page={number}").get_data(as_text=True)))
        for number in (1, 2)
    )
    assert (len(first), len(second)) == (PAGE, 3)
    assert not first & second
    page = browser.read("/children?page=2")
    assert f"Open {PAGE + 3}" in page
    assert f"{PAGE + 3} cases" in page


def test_a_case_is_headed_by_what_it_came_to(engine):
    office = Office(engine)
    browser = office.somebody(StaffRole.OFFICER)
    notice(office, 1)
    [case] = set(CASE.findall(browser.get("/children").get_data(as_text=True)))
    assert "<h1>Child under 13</h1>" in browser.get(f"/children/{case}").get_data(as_text=True)
    answer = browser.post(f"/children/{case}/not_a_child", reason="It was a slip of the finger.")
    assert answer.status_code == 303
    assert "<h1>No child under 13</h1>" in browser.get(f"/children/{case}").get_data(as_text=True)


def test_who_waits_for_us_stands_before_a_parent_who_has_days_left(engine):
    office = Office(engine)
    browser = office.somebody(StaffRole.OFFICER)
    notice(office, 1)
    [asked] = set(CASE.findall(browser.get("/children").get_data(as_text=True)))
    browser.post(f"/children/{asked}/ask", reason="Age 11.", parent_email="pat@example.org")
    office.work()
    notice(office, 1, value="2016-05-04", kind="birth_date")
    with engine.reading() as tx:
        [first] = register.open_cases(tx.session, limit=1)
        assert register.get(tx.session, asked).state is State.ASKING
    assert first.case != asked

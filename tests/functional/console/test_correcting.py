"""The desk at which an officer says which value shall stand where."""

import json
import sqlite3
from dataclasses import replace

import pytest

from privacy_engine.console.staff import StaffRole
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import Column
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions as rights
from privacy_engine.rights import afterwards
from privacy_engine.rights.actions import Intake
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow.corrections import Change, correctable
from tests.factories import sample_world, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
PLACE = "listing-database/clients/phone"


@pytest.fixture
def sample(engine):
    with sample_world(engine) as made:
        made.introduce(MAYA)
        yield made


@pytest.fixture
def office(sample):
    return Office(sample.engine)


@pytest.fixture
def reference(sample, office):
    intake = Intake(
        "correct",
        (Identifier("email", MAYA.email),),
        corrections={"text": "My number ends in 0199."},
    )
    made = sample.engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT).reference
    office.work()
    sample.confirm(made)
    office.work()
    sample.decide(made)
    office.work()
    return made


def test_an_officer_reads_what_is_wrong_and_says_what_is_right(sample, office, reference):
    browser = office.somebody()
    here = f"/cases/{reference}/correct"
    assert here in browser.get(f"/requests/{reference}").get_data(as_text=True)
    page = browser.read(here)
    assert "My number ends in 0199." in page
    assert "Telephone (clients)" in page
    assert "Account number" not in page
    assert "Choose at least one place" in words(browser.post(here))
    faulty = browser.post(here, **{"place-1": "listing-database/clients/id", "value-1": "7"})
    assert faulty.status_code == 422
    assert "Choose a place from the list" in words(faulty)
    done = browser.post(here, **{"place-1": PLACE, "value-1": "+1 530 555 0199"})
    assert done.status_code == 303
    office.work()
    page = browser.read(f"/requests/{reference}")
    assert "Said which value shall stand where" in page
    assert "the new value stands" in page
    assert "555 0199" not in page
    with sqlite3.connect(sample.site_database) as connection:
        query = "SELECT phone FROM clients WHERE email = ?"
        assert connection.execute(query, (MAYA.email,)).fetchone() == ("+1 530 555 0199",)
    connection.close()


def test_who_did_not_say_what_is_wrong_is_asked_first(sample, office):
    intake = Intake("correct", (Identifier("email", MAYA.email),))
    made = sample.engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT).reference
    office.work()
    sample.confirm(made)
    office.work()
    browser = office.somebody()
    asks = "They did not say which information is wrong"
    page = browser.get(f"/requests/{made}").get_data(as_text=True)
    assert asks in page
    assert f"/requests/{made}?do=message" in page
    said = "My number ends in 0199."
    sample.engine.run(lambda tx: afterwards.write_to_us(tx, made, text=said), actor=SUBJECT)
    assert asks not in browser.read(f"/requests/{made}")


def test_an_auditor_does_not_correct(office, reference):
    answer = office.somebody(StaffRole.AUDITOR).get(f"/cases/{reference}/correct")
    assert "not open to your role" in words(answer)


@pytest.mark.parametrize(
    "rule",
    [
        "CREATE TRIGGER kept BEFORE UPDATE OF birth_year ON clients BEGIN"
        " SELECT RAISE(ABORT, 'a year stays'); END",
        "CREATE UNIQUE INDEX one_year ON clients (birth_year)",
    ],
)
def test_what_a_system_would_refuse_is_refused_where_it_is_said(sample, office, reference, rule):
    with sample.by_hand() as connection:
        # Years that differ, so that one of them is taken.
        connection.execute("UPDATE clients SET birth_year = 1900 + id")
        connection.execute(rule)
    before = sample.snapshot()
    browser = office.somebody()
    browser.read(f"/cases/{reference}/correct")
    form = {"place-1": PLACE, "value-1": "+1 530 555 0199"}
    year = {"place-2": "listing-database/clients/birth_year", "value-2": "1902"}
    answer = browser.post(f"/cases/{reference}/correct", **form, **year)
    assert answer.status_code == 422
    told = words(answer)
    assert "That cannot be written: listing-database refused" in told
    assert "Nothing was recorded." in told
    assert 'href="#f-place-2"' in answer.get_data(as_text=True)
    assert "correction.decided" not in sample.kinds(reference)
    assert sample.snapshot() == before
    assert browser.post(f"/cases/{reference}/correct", **form).status_code == 303


def test_a_value_that_several_records_would_bear_is_refused_where_it_is_said(office, reference):
    place = "listing-database/appointments/topic"
    here = f"/cases/{reference}/correct"
    browser = office.somebody()
    browser.read(here)
    told = words(browser.post(here, **{"place-1": place, "value-1": "x"}))
    assert "records of this person, not one: say which value was wrong" in told


def test_what_a_program_outside_cannot_correct_is_handed_to_a_person(sample, office, reference):
    here = f"/cases/{reference}/correct"
    browser = office.somebody()
    page = browser.read(here)
    assert "Only a database is asked beforehand whether it would take the value" in page
    assert "newsletter-subscriptions, asked by message, else done by hand" in page
    place = "mail-vendor/newsletter-subscriptions/value"
    before = sample.snapshot()
    assert browser.post(here, **{"place-1": place, "value-1": "weekly"}).status_code == 303
    office.work()
    assert sample.snapshot() == before
    page = browser.read(f"/requests/{reference}")
    assert "mail-vendor did not make the correction; a person has to make it there" in page
    assert "Hand over: correct by hand" in page


def test_a_program_outside_is_asked_for_the_fields_that_the_map_names(sample, office, reference):
    vendor = office.engine.content.system("mail-vendor")
    field = "newsletter-subscriptions.first_name"
    systems = [
        replace(item, correctable=(field,)) if item is vendor else item
        for item in office.engine.content.systems
    ]
    data_map = replace(office.engine.content.data_map, systems=tuple(systems))
    office.engine.content = replace(office.engine.content, data_map=data_map)
    here = f"/cases/{reference}/correct"
    browser = office.somebody()
    assert "first_name (newsletter-subscriptions), asked by message" in browser.read(here)
    old = "mail-vendor/newsletter-subscriptions/value"
    assert "Choose a place" in words(browser.post(here, **{"place-1": old, "value-1": "Ada"}))
    place = "mail-vendor/newsletter-subscriptions/first_name"
    asked = []

    def answer(call: Call) -> Reply:
        data = json.loads(call.body)["data"]
        asked.append(data)
        # It calls its records by a name of its own, which stands for the first series of the map.
        record = {"series": "members", "values": {"first_name": "Ada"}}
        return Reply(
            200,
            json.dumps(
                {
                    "done": True,
                    "found": {"members": 1},
                    "records": [record],
                    "changed": {"newsletter-subscriptions": 1},
                }
            ).encode(),
        )

    with outside(answer) as url:
        vendor_at(office.engine, url)
        assert browser.post(here, **{"place-1": place, "value-1": "Ada"}).status_code == 303
        office.work()
    (wanted,) = [item["corrections"] for item in asked if item["action"] == "correct"]
    assert wanted == [{"field": field, "value": "Ada"}]
    assert "the new value stands" in browser.read(f"/requests/{reference}")


def test_what_opens_an_account_is_never_offered_nor_written(sample, office, reference):
    table = office.engine.content.system("listing-database").table("clients")
    secret = replace(table, columns=(*table.columns, Column("password_hash", "L")))
    assert "password_hash" not in correctable(secret)
    assert correctable(secret) == correctable(table)
    change = Change("mail-vendor", "newsletter-subscriptions", "reset_token", "abc")
    with pytest.raises(InvalidInput, match="seems to hold a secret"):
        office.engine.run(lambda tx: workflows.correct(tx, reference, changes=(change,)))


def test_the_page_asks_for_one_value_first_and_for_none_once_it_is_done(office, reference):
    here = f"/cases/{reference}/correct"
    browser = office.somebody()
    page = browser.get(here).get_data(as_text=True)
    assert '<optgroup label="The database behind the listing site">' in page
    assert page.count("<optgroup") == page.count("</optgroup>")
    assert '<details class="more"><summary>' in page
    form = {"place-1": PLACE, "value-1": "+1 530 555 0199", "place-2": "nowhere"}
    assert '<details class="more" open>' in browser.post(here, **form).get_data(as_text=True)
    assert browser.post(here, **form | {"place-2": ""}).status_code == 303
    office.work()
    page = browser.get(here).get_data(as_text=True)
    assert "Nothing is left to correct in this case." in page
    assert "<select" not in page

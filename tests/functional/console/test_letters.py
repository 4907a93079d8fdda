import re
from dataclasses import replace

import pytest

from privacy_engine.errors import Unavailable
from privacy_engine.jobs import tasks
from privacy_engine.letters import transport
from privacy_engine.workflow import officer_letters
from tests.functional.console.test_requests import send
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def shelved(office):
    return list(transport.shelved(office.engine.settings.outbox_directory))


def with_mail_server(office, url="smtp://127.0.0.1:1"):
    """Let the office send by a mail server at which nobody listens."""
    settings = office.engine.settings
    settings = replace(settings, mail=replace(settings.mail, transport="smtp", smtp_url=url))
    office.engine.settings = settings
    office.engine.world = replace(office.engine.world, settings=settings)


def test_a_letter_is_kept_at_once_and_goes_out_after_the_commit(office, browser):
    reference = office.request()
    office.work()
    before = len(shelved(office))
    send(browser, reference, "message", subject="A question", text="Which listing?")
    assert len(shelved(office)) == before, "no mail inside the request"
    assert "On its way" in browser.read("/outbox")
    office.work()
    assert len(shelved(office)) == before + 1
    assert "On its way" not in browser.read("/outbox")


def test_a_mail_server_that_refuses_loses_nothing_and_is_said_loudly(office, browser):
    reference = office.request()
    office.work()
    with_mail_server(office)
    send(browser, reference, "message", subject="A question", text="Which listing?")
    office.work()
    page = browser.read("/outbox")
    assert "Failed the mail server does not take the letter" in page
    assert "1 letter could not be sent" in browser.read("/")
    mail = re.search(r'href="/console(/outbox/\w+)"[^>]*>A question', browser.get("/outbox").text)
    assert "Send it again" in browser.read(mail[1])
    browser.post(f"{mail[1]}/retry")
    assert "It is sent again now" in browser.read(mail[1])


def test_the_same_letter_is_not_sent_twice_by_a_double_press(office, browser):
    reference = office.request()
    office.work()
    form = {"subject": "A question", "text": "Which listing?"}
    assert send(browser, reference, "message", **form).status_code == 303
    again = send(browser, reference, "message", **form)
    assert again.status_code == 409
    assert "not sent twice" in words(again)


def test_sending_twice_puts_one_letter_under_one_number(office, browser):
    reference = office.request()
    office.work()
    before = len(shelved(office))
    send(browser, reference, "message", subject="A question", text="Which listing?")
    with office.engine.reading() as tx:
        event = next(
            item
            for item in tx.events_of_case(reference)
            if item.data.get("subject_line") == "A question"
        )
    for _ in range(2):
        officer_letters.send(office.engine, case=reference, event=event.event_id)
    assert len(shelved(office)) == before + 1


def test_nothing_is_sent_to_somebody_who_was_erased_meanwhile(office, browser):
    from privacy_engine.log.erasure import Order  # noqa: PLC0415

    reference = office.request()
    office.work()
    send(browser, reference, "message", subject="A question", text="Which listing?")
    before = len(shelved(office))
    with office.engine.reading() as tx:
        event = next(
            item
            for item in tx.events_of_case(reference)
            if item.data.get("subject_line") == "A question"
        )
    subject = event.subject_id
    office.engine.run(
        lambda tx: tx.erase(Order((subject,), reference, tx.now), ground="Civ. Code 1798.105(c)")
    )
    officer_letters.send(office.engine, case=reference, event=event.event_id)
    assert len(shelved(office)) == before


def test_a_refusal_of_the_mail_server_is_raised_so_that_the_order_is_tried_again(office, browser):
    reference = office.request()
    office.work()
    with_mail_server(office)
    send(browser, reference, "message", subject="A question", text="Which listing?")
    with office.engine.reading() as tx:
        event = tx.events_of_case(reference)[-1]
    task = tasks.TASKS[officer_letters.TASK]
    with pytest.raises(Unavailable):
        task(office.engine, case=reference, event=event.event_id)

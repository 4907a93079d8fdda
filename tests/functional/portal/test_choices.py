"""Choices: found by a link in the mailbox, none made for anybody, a no in one click."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.consent import register as consents
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.rights import links
from privacy_engine.workflow import correspondence
from tests.functional.portal.visiting import OFFICER, Visit, hidden, words

pytestmark = pytest.mark.functional

EMAIL = "maya@example.org"
SIGNAL = {"Sec-GPC": "1"}
BANNER = "Opt-out request honored"


def known(visit: Visit, *, newsletter: bool = True) -> str:
    """Let the site tell of Maya; return her subject id."""
    who = [Identifier("email", EMAIL)]
    text = {"document": "privacy-statement", "version": "2021-11-04"}
    yes = {"purpose": "newsletter", "method": "form", **text}
    kind, data = ("consent.given", yes) if newsletter else ("notice.shown", text)
    event = visit.engine.run(lambda tx: tx.append(kind, data, subject=who, site="listing-site"))
    assert event.subject_id
    return event.subject_id


def choices_of(visit: Visit, subject: str) -> str:
    with visit.engine.reading() as tx:
        return correspondence.preferences_url(tx, subject)


def unsubscribe_of(visit: Visit, subject: str, name: str = "newsletter") -> str:
    token = links.sign(visit.engine.ring, use="unsubscribe", about=f"{subject}:{name}")
    return f"/unsubscribe?key={subject}.{name}~{token}"


def state_of(visit: Visit, subject: str, purpose: str) -> str:
    with visit.engine.reading() as tx:
        return str(consents.check(tx, tx.person(subject), [purpose])[purpose].state)


# Finding them ----------------------------------------------------------------------------


def test_a_link_is_sent_to_whom_we_know_and_the_page_says_the_same_to_all(visit: Visit) -> None:
    known(visit)
    for purpose in ("preferences", "status"):
        pages = [
            words(visit.send(f"/find/{purpose}", email=address))
            for address in (EMAIL, "nobody@example.org", EMAIL.upper())
        ]
        assert pages[0] == pages[1] == pages[2]
        assert "If we know this address" in pages[0]
    visit.work()
    (letter,) = visit.letters()  # no request: no status to write about
    assert letter.data["address"] == EMAIL
    assert "Newsletter" in visit.read(visit.link("/preferences"))


def test_a_stranger_cannot_fill_a_mailbox_with_links(visit: Visit) -> None:
    known(visit)
    now = datetime.now(UTC)  # noqa: TID251  a test's now
    with clock.fixed(now):
        for _ in range(5):
            visit.send("/find/preferences", email=EMAIL)
        visit.work()
        assert len(visit.letters()) == 1
    with clock.fixed(now + timedelta(minutes=11)):
        visit.send("/find/preferences", email=EMAIL)
        visit.work()
        assert len(visit.letters()) == 2


def test_all_requests_of_a_person_are_in_one_letter(visit: Visit) -> None:
    visit.ask("delete", email=EMAIL)
    visit.ask("limit", email=EMAIL)
    visit.work()
    visit.send("/find/status", email=EMAIL)
    visit.work()
    body = str(visit.events("link.sent")[-1].data["body"])
    assert body.count("/requests/R-") == 2


# Changing them ---------------------------------------------------------------------------


def test_nothing_is_chosen_for_anybody_and_one_answer_changes_one_thing(visit: Visit) -> None:
    subject = known(visit)
    page = visit.get(choices_of(visit, subject)).get_data(as_text=True)
    assert page.count("checked") == 1  # the newsletter, to which she said yes
    before = {kind: len(visit.events(kind)) for kind in ("consent.given", "consent.refused")}
    visit.send(
        choices_of(visit, subject),
        to="/preferences",
        **{"purpose-newsletter": "yes", "purpose-analytics": "no"},
    )
    after = {kind: len(visit.events(kind)) for kind in before}
    assert after["consent.given"] == before["consent.given"]
    assert after["consent.refused"] == before["consent.refused"] + 1
    assert state_of(visit, subject, "analytics") == "refused"
    assert state_of(visit, subject, "sensitive-use") == "unknown"


def test_one_button_says_no_to_everything(visit: Visit) -> None:
    subject = known(visit)
    answer = visit.send(choices_of(visit, subject), to="/preferences", all="no")
    assert "Saved." in words(answer)
    for purpose in ("newsletter", "analytics", "sale-sharing", "sensitive-use"):
        assert state_of(visit, subject, purpose) in {"refused", "withdrawn"}


def test_sharing_is_allowed_again_in_two_steps(visit: Visit) -> None:
    subject = known(visit)
    link = choices_of(visit, subject)
    visit.send(link, to="/preferences", all="no")
    first = visit.send(link, to="/preferences", **{"purpose-sale-sharing": "yes"})
    assert "Allow this again?" in words(first)
    assert state_of(visit, subject, "sale-sharing") == "refused"
    token = {"token": hidden(visit.get(link))["token"]}
    yes = {"purpose-sale-sharing": "yes", "confirm": "yes"}
    assert "Saved." in words(visit.post("/preferences", **token, **yes))
    assert state_of(visit, subject, "sale-sharing") == "given"


def test_who_is_14_is_asked_twice_and_told_of_no_refusal(visit: Visit) -> None:
    subject = known(visit)
    said = {"kind": "age", "value": 14}
    visit.engine.run(
        lambda tx: tx.append("age_signal.received", said, subject_id=subject, site="listing-site")
    )
    link = choices_of(visit, subject)
    page = visit.get(link).get_data(as_text=True)
    assert "It stays off until you say yes." in page
    chosen = re.findall(r"<input[^>]*purpose-sale-sharing[^>]*checked", page)
    assert chosen == [], "nothing is chosen for anybody"
    first = visit.send(link, to="/preferences", **{"purpose-sale-sharing": "yes"})
    assert "Do you allow this?" in words(first)
    assert "You had said no" not in words(first)
    assert state_of(visit, subject, "sale-sharing") == "refused"


def test_the_second_step_can_be_declined_and_keeps_the_other_answers(visit: Visit) -> None:
    subject = known(visit)
    link = choices_of(visit, subject)
    visit.send(link, to="/preferences", all="no")
    typed = {"purpose-sale-sharing": "yes", "purpose-analytics": "yes"}
    page = visit.send(link, to="/preferences", **typed).get_data(as_text=True)
    declined = page.rpartition("<form")[2]
    assert 'name="purpose-sale-sharing" value="no"' in declined
    assert 'name="purpose-analytics" value="yes"' in declined


def test_a_suspended_person_sees_that_nothing_is_used_and_no_reason(visit: Visit) -> None:
    subject = known(visit)
    visit.send("/parent", child=EMAIL)
    page = visit.read(choices_of(visit, subject))
    assert "Paused at the moment" in page
    assert "child" not in page.lower()
    assert "Needed to give you the service" not in page, "that rests as well"
    assert "Save my choices" not in page, "there is nothing to choose"
    token = hidden(visit.get(choices_of(visit, subject)))["token"]
    visit.post("/preferences", token=token, **{"purpose-newsletter": "yes"})
    assert state_of(visit, subject, "newsletter") == "suspended"


def test_a_no_of_a_suspended_person_is_heard_and_holds_afterwards(visit: Visit) -> None:
    subject = known(visit)
    visit.send("/parent", child=EMAIL)
    answer = visit.send(choices_of(visit, subject), to="/preferences", all="no")
    assert "Saved." in words(answer)
    assert state_of(visit, subject, "newsletter") == "suspended"
    with visit.engine.reading() as tx:
        (case,) = [item.case for item in cases.open_cases(tx.session)]
    visit.engine.run(
        lambda tx: children.clear(tx, case, reason="Grown up, by two papers."), actor=OFFICER
    )
    assert state_of(visit, subject, "newsletter") in {"refused", "withdrawn"}
    assert state_of(visit, subject, "analytics") == "refused"


def test_a_link_to_choices_is_for_two_days_and_one_person(visit: Visit) -> None:
    subject = known(visit)
    link = choices_of(visit, subject)
    key = link.partition("key=")[2]
    other = visit.engine.run(
        lambda tx: tx.append(
            "notice.shown",
            {"document": "privacy-statement", "version": "2021-11-04"},
            subject=[Identifier("email", "other@example.org")],
            site="listing-site",
        )
    ).subject_id
    for path in (f"/preferences?key={other}{key[32:]}", "/preferences?key=x", f"{link}x"):
        assert visit.get(path).status_code == 404
        assert visit.post(path, all="no").status_code == 404
    with clock.fixed(datetime.now(UTC) + timedelta(days=3)):  # noqa: TID251  a test's now
        assert visit.get(link).status_code == 404
    assert state_of(visit, subject, "newsletter") == "given"


# The signal ------------------------------------------------------------------------------


def test_a_signal_is_shown_and_for_a_stranger_nothing_more_is_claimed(visit: Visit) -> None:
    assert BANNER not in visit.get("/").get_data(as_text=True)
    visit.headers = SIGNAL
    page = visit.get("/")
    text = page.get_data(as_text=True)
    assert BANNER in text
    assert "everything that we know to be yours" not in text
    assert "Sec-GPC" in page.headers["Vary"]
    for value in ("0", "true", "", "11"):
        visit.headers = {"Sec-GPC": value}
        assert BANNER not in visit.get("/").get_data(as_text=True)


def test_a_signal_counts_for_the_person_whom_the_page_identifies(visit: Visit) -> None:
    subject = known(visit)
    visit.headers = SIGNAL
    link = choices_of(visit, subject)
    for _ in range(2):
        page = visit.get(link).get_data(as_text=True)
        assert "everything that we know to be yours" in page
    assert len(visit.events("signal.received")) == 1
    assert state_of(visit, subject, "sale-sharing") == "refused"
    assert "Your browser asks us not to, and that holds." in page
    visit.headers = {}
    assert BANNER not in visit.get(link).get_data(as_text=True)
    assert state_of(visit, subject, "sale-sharing") == "refused"


def test_a_signal_with_a_form_counts_for_its_sender_and_not_for_another(visit: Visit) -> None:
    visit.headers = SIGNAL
    visit.read(visit.ask(**{"for": "agent", "agent": "Helping Hand"}))
    assert visit.events("signal.received") == []
    visit.read(visit.ask())
    assert len(visit.events("signal.received")) == 1


# Ending mail -----------------------------------------------------------------------------


def test_a_mail_program_ends_a_list_with_one_post_and_nothing_else(visit: Visit) -> None:
    subject = known(visit)
    path = unsubscribe_of(visit, subject)
    answer = visit.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert answer.location is None
    assert state_of(visit, subject, "newsletter") == "withdrawn"
    assert "You get no more of it" in words(visit.client.post(path))


def test_one_click_is_not_stopped_by_the_hourly_limit_or_by_its_origin(visit: Visit) -> None:
    subject = known(visit)
    path = unsubscribe_of(visit, subject)
    for _ in range(visit.engine.settings.limits.portal_requests_per_hour + 2):
        answer = visit.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200


def test_following_the_link_ends_nothing(visit: Visit) -> None:
    subject = known(visit)
    path = unsubscribe_of(visit, subject)
    for method in (visit.client.get, visit.client.head, visit.client.options):
        method(path)
    assert "Newsletter: stop it?" in visit.read(path)
    assert state_of(visit, subject, "newsletter") == "given"
    assert visit.events("email.unsubscribed") == []


def test_a_forwarded_newsletter_opens_nothing_of_the_person(visit: Visit) -> None:
    subject = known(visit)
    page = visit.get(unsubscribe_of(visit, subject)).get_data(as_text=True)
    assert EMAIL not in page
    assert "/preferences?key" not in page
    assert "/find/preferences" in page


def test_all_mail_ends_with_the_other_button(visit: Visit) -> None:
    subject = known(visit)
    answer = visit.send(unsubscribe_of(visit, subject), to="/unsubscribe", all="yes")
    assert "All our news: stopped" in words(answer)
    assert visit.events("email.unsubscribed")[-1].data["all"] is True


def test_a_token_for_one_list_ends_no_other(visit: Visit) -> None:
    subject = known(visit)
    path = unsubscribe_of(visit, subject).replace("newsletter~", "product-updates~")
    assert visit.client.post(path).status_code == 404
    assert visit.client.post("/unsubscribe?key=x").status_code == 404
    assert visit.get("/unsubscribe").location == "/find/preferences"


def test_whoever_was_erased_is_told_that_no_more_comes(visit: Visit) -> None:
    subject = known(visit)
    path = unsubscribe_of(visit, subject)
    visit.engine.run(lambda tx: tx.erase(Order((subject,), "R-TEST", tx.now), ground="request"))
    assert "You get no more of it" in words(visit.client.post(path))

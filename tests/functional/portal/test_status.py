"""How a request stands: much for the mailbox's owner, the state for whoever sent the form."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions, links
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.rules import State
from privacy_engine.transaction import SUBJECT
from tests.functional.portal.visiting import Visit, hidden, reference_in, words

pytestmark = pytest.mark.functional

FINDINGS = ("What we found and did", "What happened", "Your files")


def asked(visit: Visit, right: str = "delete") -> tuple[str, str, str]:
    """Return the reference, the link of the form and the link of the letter."""
    location = visit.ask(right)
    reference = reference_in(location)
    page = visit.get(location).get_data(as_text=True)
    shown = re.search(r'href="(/requests/[^"]+)"', page)
    visit.work()
    assert shown
    return reference, shown[1], visit.link(f"/requests/{reference}?key=")


def test_before_confirmation_both_links_show_the_state_only(visit: Visit) -> None:
    _, state, status = asked(visit)
    for link in (state, status):
        page = visit.read(link)
        assert "We answer by" in page
        assert "Confirm that it was you" in page
        assert not any(title in page for title in FINDINGS)


def test_after_confirmation_only_the_letters_link_shows_more(visit: Visit) -> None:
    reference, state, status = asked(visit)
    visit.confirm(reference)
    visit.work()
    assert "What happened" in visit.read(status)
    assert "You confirmed" in visit.read(status)
    page = visit.read(state)
    assert not any(title in page for title in FINDINGS)
    assert "The link in our letter shows more" in page


def test_whoever_only_sent_the_form_never_learns_how_it_was_answered(visit: Visit) -> None:
    reference, state, status = asked(visit)
    visit.decide(reference, "deny", ground="unverified", reason="We could not verify you.")
    visit.work()
    assert visit.request(reference).ended
    assert "We have answered; our letter says how." in visit.read(state)
    assert "disagree" not in visit.read(state)
    assert "Denied" not in visit.read(state)
    assert "If you disagree" in visit.read(status)


def test_a_request_is_taken_back_and_stays_so(visit: Visit) -> None:
    reference, state, _ = asked(visit)
    answer = visit.send(state, to=f"/requests/{reference}/withdraw?{state.partition('?')[2]}")
    assert answer.status_code == 303
    assert "You took this request back." in visit.read(answer.location or "")
    assert visit.request(reference).state is State.REVOKED
    again = visit.post(f"/requests/{reference}/withdraw?{state.partition('?')[2]}")
    assert again.status_code == 303


def test_what_a_person_confirmed_is_not_taken_back_by_whoever_sent_the_form(visit: Visit) -> None:
    reference, state, status = asked(visit)
    visit.confirm(reference)
    assert "Take my request back" not in visit.read(state)
    visit.post(f"/requests/{reference}/withdraw?{state.partition('?')[2]}")
    assert not visit.request(reference).ended
    visit.post(f"/requests/{reference}/withdraw?{status.partition('?')[2]}")
    assert visit.request(reference).state is State.REVOKED


def test_a_no_that_counts_already_offers_nothing_to_take_back(visit: Visit) -> None:
    location = visit.ask("opt_out")
    reference = reference_in(location)
    key = links.sign(visit.engine.ring, use="status", about=reference)
    assert "Take my request back" not in visit.read(f"/requests/{reference}?key={key}")
    visit.post(f"/requests/{reference}/withdraw?key={key}")
    assert visit.request(reference).state is not State.REVOKED


def test_no_link_opens_anything_but_its_own(visit: Visit) -> None:
    mine, state, status = asked(visit)
    visit.ask(email="other@example.org")
    other = visit.events("request.received")[-1].data["case"]
    key = status.partition("key=")[2]
    forged = key[:-1] + ("A" if key[-1] != "A" else "B")
    expiring = links.sign(
        visit.engine.ring,
        use="status",
        about=mine,
        expires_at=datetime.now(UTC) - timedelta(seconds=1),  # noqa: TID251  a test's now
    )
    pages = [
        visit.get(f"/requests/{other}?key={key}"),
        visit.get(f"/requests/{mine}?key={forged}"),
        visit.get(f"/requests/{mine}?key=0{key}"),
        visit.get(f"/requests/{mine}?key=-{key}"),
        visit.get(f"/requests/{mine}?key={expiring}"),
        visit.get(f"/requests/{mine}?key="),
        visit.get(f"/requests/{mine}?key=0.\u0660\u00e9"),
        visit.get(f"/requests/R-0000-0000?key={key}"),
        visit.get(f"/requests/{mine}/verify?key={key}"),
        visit.get(f"/requests/{mine}/package?key={key}"),
        visit.get(f"/requests/{mine}/received?key={key}"),
    ]
    assert {page.status_code for page in pages} == {404}
    assert {words(page) for page in pages} == {words(pages[0])}
    assert "This link does not work" in words(pages[0])
    assert visit.get(f"/requests/{mine}").status_code == 404
    assert state


# The confirmation ------------------------------------------------------------------------


def test_looking_at_a_confirmation_does_nothing(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    link = visit.link(f"/{reference}/verify")
    path = re.sub(r"^https?://[^/]+", "", link)
    for _ in range(3):
        assert visit.get(link).status_code == 200
        assert visit.client.head(path).status_code == 200
        assert visit.client.options(path).status_code == 200
    assert visit.request(reference).verified_at is None
    assert not visit.request(reference).ended


def test_yes_confirms_once(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    form = hidden(visit.get(visit.link(f"/{reference}/verify")))
    for _ in range(2):
        answer = visit.post(f"/requests/{reference}/verify", **form, answer="yes")
        assert "that is noted" in words(answer)
    assert len(visit.events("request.verified")) == 1


def test_no_stops_the_request_and_says_so(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    link = visit.link(f"/{reference}/verify")
    answer = visit.send(link, to=f"/requests/{reference}/verify", answer="no")
    assert "Nothing happens" in words(answer)
    assert visit.request(reference).state is State.REVOKED
    late = visit.post(link, answer="yes")
    assert "Nothing happens" in words(late)
    assert visit.request(reference).verified_at is None


def test_no_after_yes_undoes_nothing(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    form = hidden(visit.get(visit.link(f"/{reference}/verify")))
    visit.post(f"/requests/{reference}/verify", **form, answer="yes")
    visit.post(f"/requests/{reference}/verify", **form, answer="no")
    found = visit.request(reference)
    assert found.verified_at is not None
    assert not found.ended


def test_an_expired_link_is_said_to_be_and_sent_again_once(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    old = visit.link(f"/{reference}/verify")
    count = len(visit.letters())
    now = datetime.now(UTC)  # noqa: TID251  a test's now
    with clock.fixed(now + timedelta(days=22)):
        page = visit.get(old)
        assert "This link has run out" in words(page)
        acted = visit.post(old, answer="yes")
        assert "This link has run out" in words(acted)
        assert visit.request(reference).verified_at is None
        again = f"/requests/{reference}/verify/again?key={old.partition('key=')[2]}"
        for _ in range(3):
            assert "Look in your mail" in words(visit.post(again))
        visit.work()
        fresh = visit.link(f"/{reference}/verify")
        assert fresh != old
        assert len(visit.letters()) == count + 1
        answer = visit.send(fresh, to=f"/requests/{reference}/verify", answer="yes")
        assert "that is noted" in words(answer)
    assert visit.request(reference).verified_at is not None


def test_a_forged_link_is_not_told_apart_from_nothing(visit: Visit) -> None:
    reference, _, _ = asked(visit)
    key = visit.link(f"/{reference}/verify").partition("key=")[2]
    end, _, mac = key.partition(".")
    later = f"{int(end, 16) + 10**6:x}.{mac}"
    for path in (f"/requests/{reference}/verify?key={later}", "/requests/R-1/verify?key=1.x"):
        assert visit.get(path).status_code == 404
        assert visit.post(path).status_code == 404
    assert visit.post(f"/requests/{reference}/verify/again?key={later}").status_code == 404


def test_the_link_to_confirm_is_sent_again_to_the_mailbox_only(visit: Visit) -> None:
    location = visit.ask("delete")
    reference = reference_in(location)
    visit.work()
    status = visit.link(f"/requests/{reference}?key=")
    assert "Send me the link to confirm again" in visit.read(status)
    before = len(visit.letters())
    again = visit.send(status, to=status.replace("?", "/confirm?", 1))
    assert again.status_code == 303
    assert "Look in your mail" in visit.read(str(again.location))
    visit.work()
    assert len(visit.letters()) == before + 1
    form = visit.get(location).get_data(as_text=True)
    own = html.unescape(re.search(r'href="(/requests/R-[^"#]+)', form)[1])  # type: ignore[index]
    assert visit.send(own, to=own.replace("?", "/confirm?", 1)).status_code == 404
    visit.confirm(reference)
    assert "Send me the link to confirm again" not in visit.read(status)


def test_words_go_both_ways_and_are_seen(visit: Visit) -> None:
    reference, state, status = asked(visit)
    to = f"/requests/{reference}/message"
    page = visit.get(status).get_data(as_text=True)
    action = html.unescape(re.search(rf'action="({to}[^"]+)"', page)[1])  # type: ignore[index]
    empty = visit.send(status, to=action, message="  ")
    assert empty.status_code == 422
    assert "Please write something first" in words(empty)
    taken = visit.send(status, to=action, message="My other address is old@example.org.")
    assert taken.status_code == 303
    assert "Your message is with us" in visit.read(str(taken.location))
    assert visit.request(reference).unread == 1
    key = state.partition("?key=")[2]
    assert visit.send(state, to=f"{to}?key={key}", message="Hello").status_code == 404
    [event] = visit.events("request.message_received")
    assert event.data["text"] == "My other address is old@example.org."


def test_an_appeal_is_offered_where_the_law_has_one(visit: Visit) -> None:
    for place, offered in (("us-va", True), ("us-ca", False)):
        intake = Intake("delete", (Identifier("email", "maya@example.org"),), jurisdiction=place)
        taken = visit.engine.run(
            lambda tx, one=intake: actions.receive(tx, one),  # type: ignore[misc]
            actor=SUBJECT,
        )
        visit.work()
        visit.decide(taken.reference, "deny", ground="no_match", reason="Nothing is held.")
        visit.work()
        status = visit.link(f"/requests/{taken.reference}?key=")
        assert ("Ask to look again" in visit.read(status)) is offered
        if offered:
            key = status.partition("?key=")[2]
            to = f"/requests/{taken.reference}/appeal?key={key}"
            assert visit.send(status, to=to, appeal="You do hold it.").status_code == 303
            assert "You asked us to look at our answer again" in visit.read(status)
            assert visit.request(taken.reference).appeal_due_on


def test_a_copy_reaches_as_far_back_as_was_chosen(visit: Visit) -> None:
    for chosen, kept in (("all", "all"), ("year", None)):
        reference = reference_in(visit.ask("know:specific", window=chosen))
        event = visit.events("request.received")[-1]
        assert event.data["case"] == reference
        assert event.data.get("window") == kept
    assert "How far back?" in visit.read("/request/know:specific")
    assert "How far back?" not in visit.read("/request/delete")

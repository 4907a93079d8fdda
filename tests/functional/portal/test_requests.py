"""Asking: one form a right, one answer for everybody, and nothing lost on error."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from tests.functional.portal.visiting import Visit, hidden, reference_in, words

pytestmark = pytest.mark.functional

KNOWN, UNKNOWN = "maya@example.org", "mona@example.org"
_CHANGING = re.compile(
    r"R-[0-9A-Z]{4}-[0-9A-Z]{4}|key=[0-9a-f]+\.[\w-]{32}|[\w-]+\.[0-9a-f]+\.[\w-]{32}"
)
RIGHTS = ("know:specific", "know:categories", "delete", "correct", "opt_out", "limit")


def know(engine: Engine, address: str) -> None:
    """Let the site have told us of somebody."""
    who = [Identifier("email", address), Identifier("account", "4711")]
    text = {"document": "privacy-statement", "version": "2021-11-04"}
    engine.run(lambda tx: tx.append("notice.shown", text, subject=who, site="listing-site"))


def told(visit: Visit, address: str, right: str = "delete") -> tuple[int, str, str]:
    """Return status, address and page of the answer, without what is random in them."""
    answer = visit.send(f"/request/{right}", email=address, corrections="My name is Maya.")
    page = visit.get(answer.location or "").get_data(as_text=True)
    return answer.status_code, *(
        _CHANGING.sub("*", text) for text in (answer.location or "", page)
    )


def test_every_right_is_asked_for_and_answered_at_once(visit: Visit) -> None:
    for right in RIGHTS:
        location = visit.ask(right, corrections="My name is spelt Maya.")
        page = visit.read(location)
        assert reference_in(location) in page
        at_once = right in {"opt_out", "limit"}
        assert ("Done: we have stopped" in page) == at_once
        assert visit.request(reference_in(location)).right == right


def test_known_and_unknown_first_and_repeated_are_told_the_same(visit: Visit) -> None:
    know(visit.engine, KNOWN)
    first, again, unknown = told(visit, KNOWN), told(visit, KNOWN), told(visit, UNKNOWN)
    assert first == again == unknown


def test_the_page_behind_the_first_link_says_the_same_to_known_and_unknown(visit: Visit) -> None:
    know(visit.engine, KNOWN)
    pages = []
    for address in (KNOWN, KNOWN, UNKNOWN):
        received = visit.get(visit.ask(email=address)).get_data(as_text=True)
        visit.work()
        link = re.search(r'href="(/requests/[^"]+)"', received)
        assert link
        pages.append(_CHANGING.sub("*", visit.get(link[1]).get_data(as_text=True)))
    assert pages[0] == pages[1] == pages[2]


def test_the_same_form_sent_twice_is_one_request(visit: Visit) -> None:
    form = hidden(visit.get("/request/delete")) | {"email": KNOWN}
    once, twice = (visit.post("/request/delete", **form) for _ in range(2))
    assert once.location == twice.location
    assert len(visit.events("request.received")) == 1


def test_a_form_sent_again_with_other_words_is_another_request(visit: Visit) -> None:
    form = hidden(visit.get("/request/delete")) | {"email": KNOWN}
    once = visit.post("/request/delete", **form)
    other = visit.post("/request/delete", **form, details="And the newsletter.")
    assert once.location != other.location


def test_a_form_without_our_stamp_is_asked_again_and_loses_nothing(visit: Visit) -> None:
    for stamp in ("", "x", "x.0.y", "a.b.c.d"):
        answer = visit.post("/request/delete", stamp=stamp, email=KNOWN, details="Two\nlines.")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Nothing is lost" in words(answer)
        assert f'value="{KNOWN}"' in page
        assert "Two\nlines." in page
        again = hidden(answer) | {"email": KNOWN, "details": "Two\nlines."}
        assert visit.post("/request/delete", **again).status_code == 303


def test_a_stamp_is_good_for_its_own_right_only(visit: Visit) -> None:
    form = hidden(visit.get("/request/limit"))
    assert visit.post("/request/delete", **form, email=KNOWN).status_code == 422


def test_a_page_that_was_open_overnight_still_works_and_a_day_later_is_asked_again(
    visit: Visit,
) -> None:
    form = hidden(visit.get("/request/delete")) | {"email": KNOWN}
    now = datetime.now(UTC)  # noqa: TID251  a test's now
    with clock.fixed(now + timedelta(hours=25)):
        late = visit.post("/request/delete", **form)
        assert late.status_code == 422
        assert "open for more than a day" in words(late)
    with clock.fixed(now + timedelta(hours=23)):
        assert visit.post("/request/delete", **form).status_code == 303


def test_a_robot_in_the_trap_is_stopped_and_a_person_whose_browser_fell_in_is_not(
    visit: Visit,
) -> None:
    answer = visit.send("/request/delete", email=KNOWN, website="https://spam.example")
    assert answer.status_code == 422
    assert "spam.example" not in answer.get_data(as_text=True)
    assert visit.events("request.received") == []
    again = hidden(answer) | {"email": KNOWN, "website": ""}
    assert visit.post("/request/delete", **again).status_code == 303


BAD = (
    "",
    "maya",
    "@example.org",
    "maya@",
    "maya@example",
    "maya@example.",
    "maya@example.org, other@example.org",
    "maya@example.org\r\nBcc: all@example.org",
    "Maya <maya@example.org>",
    "maya@@example.org",
    "maya@example.org/../x",
    f"{'m' * 320}@example.org",
)


def test_what_is_no_address_is_said_at_the_field_and_stored_nowhere(visit: Visit) -> None:
    for address in BAD:
        answer = visit.send("/request/delete", email=address)
        assert answer.status_code == 422, address
        assert "Enter an email address such as name@example.org." in words(answer)
        assert 'href="#f-email"' in answer.get_data(as_text=True)
    assert visit.events("request.received") == []


def test_names_keep_their_signs_and_lose_line_breaks_and_invisible_ones(visit: Visit) -> None:
    visit.ask(name="Zo\u00eb \u202eO'Brien\r\nBcc: all@example.org\x00", details="One\r\ntwo")
    (event,) = visit.events("request.received")
    assert event.data["name"] == "Zo\u00eb O'Brien Bcc: all@example.org"
    assert event.data["details"] == "One\ntwo"
    visit.work()
    assert visit.letters()


def test_too_much_is_said_with_the_limit_and_kept(visit: Visit) -> None:
    for field, most in (("name", 200), ("phone", 40), ("details", 10_000), ("agent", 200)):
        long = "x" * (most + 1)
        answer = visit.send("/request/delete", **{"email": KNOWN, field: long})
        assert answer.status_code == 422
        assert f"Please use at most {most:,} characters." in words(answer)
        assert long in answer.get_data(as_text=True)


def test_a_body_beyond_the_limit_is_refused_in_words(visit: Visit) -> None:
    answer = visit.send("/request/delete", email=KNOWN, details="x" * 11_000_000)
    assert answer.status_code == 413
    assert "That was too large" in words(answer)


def test_markup_that_is_typed_stays_text(visit: Visit) -> None:
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    fields = ("email", "phone", "name", "details", "corrections", "agent", "for")
    answer = visit.send("/request/correct", **dict.fromkeys(fields, attack))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<script>" not in page
    assert "<img" not in page
    location = visit.ask("correct", name=attack, corrections=attack, details=attack)
    assert "<script>" not in visit.get(location).get_data(as_text=True)


def test_an_agent_says_who_they_are(visit: Visit) -> None:
    answer = visit.send("/request/delete", **{"email": KNOWN, "for": "agent"})
    assert answer.status_code == 422
    assert "Tell us who you are" in words(answer)
    visit.ask(**{"for": "agent", "agent": "Helping Hand, hh@example.org"})
    (event,) = visit.events("request.received")
    assert event.data["for"] == "agent"
    assert event.data["agent"] == {"name": "Helping Hand, hh@example.org"}


def test_another_persons_phone_number_joins_nobody(visit: Visit) -> None:
    engine = visit.engine
    victim = [Identifier("email", "victim@example.org"), Identifier("phone", "+15305550100")]
    text = {"document": "privacy-statement", "version": "2021-11-04"}
    engine.run(lambda tx: tx.append("notice.shown", text, subject=victim, site="listing-site"))
    visit.ask(email="stranger@example.org", phone="+15305550100")
    with engine.reading() as tx:
        mine = tx.find_subject([Identifier("email", "stranger@example.org")], site="portal")
        theirs = tx.find_subject(victim[:1], site="portal")
        assert mine
        assert theirs
        assert theirs not in tx.person(mine)


def test_a_yes_has_no_open_form(visit: Visit) -> None:
    for right in ("opt_in", "withdraw_consent"):
        assert visit.get(f"/request/{right}").location == "/find/preferences"
        assert visit.post(f"/request/{right}", email=KNOWN).location == "/find/preferences"
    assert visit.events("request.received") == []


def test_letters_and_documents_lead_to_pages_that_exist(visit: Visit) -> None:
    for path in ("/request?right=opt_out", "/opt-out"):
        assert visit.get(path).location == "/request/opt_out"
    assert visit.get("/limit").location == "/request/limit"
    assert visit.get("/request").location == "/"
    assert visit.get("/request?right=everything").location == "/"
    assert visit.get("/status").location == "/find/status"
    assert visit.get("/preferences").location == "/find/preferences"
    assert visit.get("/request/everything").status_code == 404

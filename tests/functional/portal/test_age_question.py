"""The age question: neutral, asked once, and only a band is kept."""

import re
from datetime import date
from pathlib import Path

import pytest

from privacy_engine import clock, portal
from privacy_engine.children import register as cases
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.log.event import Identifier
from privacy_engine.portal import age
from tests.functional.portal.visiting import Visit, hidden, words

pytestmark = pytest.mark.functional

ORIGIN = "https://www.example.org"
PAGE = f"/age?site=listing-site&ref=visit-1&back={ORIGIN}/next"


@pytest.fixture
def visit(engine: Engine) -> Visit:
    engine.run(lambda tx: sites.add(tx, "listing-site", origins=[ORIGIN]))
    made = Visit(engine)
    made.client = made.app.test_client()
    return made


def answer(visit: Visit, years: int, month: int = 1) -> str:
    born = str(clock.now().year - years)
    return words(visit.post("/age", **hidden(visit.get(PAGE)), month=str(month), year=born))


def permitted(visit: Visit) -> set[str]:
    with visit.engine.reading() as tx:
        codes = [item.code for item in tx.content.purposes]
        who = [Identifier("device", "visit-1")]
        answers = consent.check_person(tx, who, codes, site="listing-site")
    return {code for code, found in answers.items() if found.permitted}


def test_the_question_hints_at_no_answer(visit: Visit) -> None:
    page = visit.read(PAGE)
    assert "When were you born?" in page
    assert not re.search(r"\b(?:13|thirteen|18|old enough|parent|child)\b", page, re.IGNORECASE)


def test_a_childs_answer_freezes_and_stands(visit: Visit) -> None:
    assert "Let's ask a parent" in answer(visit, 11)
    assert permitted(visit) == set()
    assert "Let's ask a parent" in visit.read(PAGE), "going back changes nothing"
    assert "Let's ask a parent" in words(
        visit.post("/age", **hidden(visit.get(PAGE)), year="1980")
    )
    (event,) = visit.events("age_signal.received")
    assert event.data["value"] == "under_13"
    assert str(clock.now().year - 11) not in str(event.data), "the year is not kept"


def test_the_answer_stands_when_the_site_calls_the_visitor_otherwise(visit: Visit) -> None:
    answer(visit, 11)
    other = PAGE.replace("visit-1", "visit-2")
    assert "Let's ask a parent" in visit.read(other)
    assert "Let's ask a parent" in visit.read(other)
    assert "Let's ask a parent" in visit.read(PAGE), "the first name is still answered for"
    told = [event.data["subject"][0]["value"] for event in visit.events("age_signal.received")]
    assert told == ["visit-1", "visit-2"], "each name is told once"
    with visit.engine.reading() as tx:
        rules = {case.rule for case in cases.open_cases(tx.session)}
    assert rules == {"age-question"}


def test_who_is_a_stranger_to_the_site_is_promised_no_letter(visit: Visit) -> None:
    page = PAGE.replace("&ref=visit-1", "")
    born = str(clock.now().year - 9)
    visit.post("/age", **hidden(visit.get(page)), month="1", year=born)
    said = visit.read(page)
    assert "ask them to write to us" in said
    assert "Ask my parent" not in said
    sent = {"site": "listing-site", "email": "mum@example.org"}
    assert visit.post("/age/parent", **sent).status_code == 404
    assert visit.events("child.reported") == []


def test_an_adult_goes_on_to_the_site_and_nowhere_else(visit: Visit) -> None:
    assert "That is all we needed" in answer(visit, 40)
    assert f'href="{ORIGIN}/next"' in visit.get(PAGE).get_data(as_text=True)
    other = visit.get(PAGE.replace(ORIGIN, "https://evil.example"))
    assert "evil.example" not in other.get_data(as_text=True)


def test_a_teens_data_is_neither_sold_nor_shared_without_their_own_yes(visit: Visit) -> None:
    before = permitted(visit)
    assert {"sale-sharing", "ad-personalisation"} <= before
    answer(visit, 15)
    closed = before - permitted(visit)
    purposes = {item.code: item for item in visit.engine.content.purposes}
    assert {"sale-sharing", "ad-personalisation"} <= closed
    assert all(purposes[code].sale or purposes[code].sharing for code in closed)


def test_a_child_can_name_a_parent_only_after_the_question(visit: Visit) -> None:
    assert visit.post("/age/parent", site="listing-site", ref="x").status_code == 404
    page = answer(visit, 9)
    sent = hidden(visit.get(PAGE))
    assert "Let's ask a parent" in page
    assert visit.post("/age/parent", **sent, email="no").status_code == 422
    assert "we write to your parent" in words(
        visit.post("/age/parent", **sent, email="mum@example.org")
    )
    with visit.engine.reading() as tx:
        assert len(cases.open_cases(tx.session)) == 1


@pytest.mark.parametrize(
    ("month", "year"),
    [("", ""), ("13", "2000"), ("5", "99"), ("5", "2999"), ("9" * 5_000, "2000")],
)
def test_what_cannot_be_is_asked_again(visit: Visit, month: str, year: str) -> None:
    sent = visit.post("/age", **hidden(visit.get(PAGE)), month=month, year=year)
    assert sent.status_code == 422
    assert visit.events("age_signal.received") == []


def test_a_site_that_is_none_asks_nothing(visit: Visit) -> None:
    nobody = visit.get("/age?site=nobody")
    assert nobody.status_code == 404
    assert "site list" not in nobody.get_data(as_text=True)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2013, 10, 1), "13_15"),
        (date(2013, 11, 1), "under_13"),
        (date(2013, 12, 1), "under_13"),
        (date(2010, 11, 1), "13_15"),
        (date(2010, 10, 1), "16_up"),
    ],
)
def test_the_month_of_a_birthday_counts_as_not_yet_passed(born: date, band: str) -> None:
    assert age.band_of(born, date(2026, 11, 28)) == band


def test_the_script_is_small_and_knows_the_same_bands() -> None:
    script = Path(portal.__file__).parent / "static/age.js"
    content = script.read_text()
    assert len(content.encode()) <= 2048
    assert all(f"'{band}'" in content for band in age._BANDS)

"""A parent's word: it freezes at once, deletes nothing by itself, and tells nobody anything."""

import re

import pytest

from privacy_engine.children import actions as children
from privacy_engine.engine import Engine
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from tests.functional.portal.visiting import OFFICER, Visit, hidden, words

pytestmark = pytest.mark.functional

CHILD = "pip@example.org"
_CHANGING = re.compile(r"[0-9A-Z]{26}|0\.[\w-]{32}")


def report(visit: Visit, child: str = CHILD, **typed: str) -> str:
    answer = visit.send("/parent", child=child, **typed)
    assert answer.status_code == 303, words(answer)
    return answer.location or ""


def case_of(visit: Visit) -> str:
    (suspected,) = visit.events("child.suspected")
    return str(suspected.data["case"])


def test_a_parents_word_freezes_at_once_and_deletes_nothing(visit: Visit) -> None:
    page = visit.read(report(visit, email="parent@example.org", details="She is 9."))
    assert "We have stopped using it" in page
    assert CHILD not in page
    (event,) = visit.events("child.reported")
    assert event.data["reported_by"] == "parent"
    assert event.data["statement"] == "She is 9."
    assert event.data["parent_email"] == "parent@example.org"
    assert [e.data["case"] for e in visit.events("child.quarantined")] == [case_of(visit)]
    visit.work()
    assert visit.events("child.confirmed") == []
    with visit.engine.reading() as tx:
        assert tx.find_subject([Identifier("email", CHILD)], site="listing-site")


def test_known_and_unknown_first_and_repeated_children_look_the_same(visit: Visit) -> None:
    engine = visit.engine
    text = {"document": "privacy-statement", "version": "2021-11-04"}
    who = [Identifier("email", CHILD), Identifier("account", "12")]
    engine.run(lambda tx: tx.append("notice.shown", text, subject=who, site="listing-site"))
    pages = [
        _CHANGING.sub("*", visit.get(report(visit, child)).get_data(as_text=True))
        for child in (CHILD, CHILD, "other@example.org")
    ]
    assert pages[0] == pages[1] == pages[2]


def test_the_parents_own_address_joins_nobody(visit: Visit) -> None:
    report(visit, email="parent@example.org")
    with visit.engine.reading() as tx:
        assert tx.find_subject([Identifier("email", "parent@example.org")], site="portal") is None


def test_the_link_follows_the_deletion_to_its_end(visit: Visit) -> None:
    link = report(visit)
    case = case_of(visit)
    engine: Engine = visit.engine
    engine.run(lambda tx: children.confirm(tx, case, reason="A parent told us."), actor=OFFICER)
    assert "We are deleting it" in visit.read(link)
    (event,) = visit.events("child.reported")
    subject = str(event.subject_id)
    engine.run(lambda tx: tx.erase(Order((subject,), case, tx.now), ground="child"))
    assert "It is deleted" in visit.read(link)


def test_the_link_says_when_a_person_saw_no_child(visit: Visit) -> None:
    link = report(visit)
    case = case_of(visit)
    visit.engine.run(lambda tx: children.clear(tx, case, reason="An adult."), actor=OFFICER)
    assert "A person has looked at it" in visit.read(link)


def test_the_form_says_what_is_wrong_and_loses_nothing(visit: Visit) -> None:
    answer = visit.send("/parent", child="pip", email="x", details="She is 9.")
    assert answer.status_code == 422
    assert "2 things to mend" in words(answer)
    assert "She is 9." in answer.get_data(as_text=True)
    assert visit.send("/parent", child=CHILD, website="x").status_code == 422
    assert visit.post("/parent", child=CHILD).status_code == 422
    assert visit.events("child.reported") == []


def test_the_same_report_sent_twice_is_one(visit: Visit) -> None:
    form = hidden(visit.get("/parent")) | {"child": CHILD}
    once, twice = (visit.post("/parent", **form) for _ in range(2))
    assert once.location == twice.location
    assert len(visit.events("child.reported")) == 1


def test_a_link_opens_its_own_report_only(visit: Visit) -> None:
    link = report(visit)
    other = report(visit, "other@example.org")
    key = link.partition("key=")[2]
    assert visit.get(f"{other.partition('?')[0]}?key={key}").status_code == 404
    assert visit.get(link.partition("?")[0]).status_code == 404

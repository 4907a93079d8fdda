"""What an age that only a browser tells stops, and what it cannot stop."""

from collections.abc import Callable

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from tests.factories import OFFICER, SITE, browser_draft

pytestmark = pytest.mark.functional

EMAIL, ACCOUNT = Identifier("email", "ada@example.org"), Identifier("account", "7")
OWN, DEVICE = Identifier("account", "9"), Identifier("device", "visit-8f3")
SHOWN = {"document": "privacy-statement", "version": "2021-11-04"}
Say = Callable[..., None]


@pytest.fixture
def tell(engine: Engine) -> Say:
    """Let a page of the site, open to anybody, tell an age of nine about somebody."""

    def say(*who: Identifier) -> None:
        draft = browser_draft("age_signal.received", {"kind": "age", "value": 9}, who)
        engine.run(lambda tx: tx.append_many([draft]), actor=SITE)

    return say


def report(engine: Engine, kind: str, data: dict[str, object], *who: Identifier) -> None:
    engine.run(lambda tx: tx.append(kind, data, subject=who, site="listing-site"), actor=SITE)


def permitted(engine: Engine, *who: Identifier) -> bool:
    with engine.reading() as tx:
        found = consent.check_person(tx, who, ["service"], site="listing-site")
    return found["service"].permitted


def test_an_address_named_beside_is_free_until_a_server_says_whose_it_is(
    engine: Engine, tell: Say
) -> None:
    report(engine, "notice.shown", SHOWN, EMAIL, ACCOUNT)
    report(engine, "notice.shown", SHOWN, OWN)
    tell(OWN, EMAIL)
    assert not permitted(engine, OWN)
    assert not permitted(engine, OWN, EMAIL)
    assert permitted(engine, EMAIL), "anybody could have typed it"
    assert permitted(engine, ACCOUNT)
    linked = {"subjects": [], "evidence": "Signed in with it."}
    report(engine, "subject.linked", linked, OWN, EMAIL)
    assert not permitted(engine, EMAIL)
    assert not permitted(engine, ACCOUNT)


def test_a_device_alone_stands_still_where_the_page_names_it(engine: Engine, tell: Say) -> None:
    report(engine, "notice.shown", SHOWN, EMAIL, ACCOUNT)
    tell(DEVICE, ACCOUNT, EMAIL)
    assert not permitted(engine, DEVICE)
    assert permitted(engine, EMAIL)
    assert permitted(engine, ACCOUNT)


def test_an_address_named_beside_is_neither_erased_nor_kept_out_with_the_case(
    engine: Engine, tell: Say
) -> None:
    report(engine, "notice.shown", SHOWN, EMAIL, ACCOUNT)
    tell(OWN, EMAIL)
    with engine.reading() as tx:
        (case,) = cases.open_cases(tx.session)
        known = tx.identifiers(tx.person(case.subject_id or ""))
    assert [item.value for item in known] == [OWN.value]
    engine.run(lambda tx: children.confirm(tx, case.case, reason="Nine."), actor=OFFICER)
    assert permitted(engine, EMAIL)

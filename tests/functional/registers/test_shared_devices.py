"""A device that several people use, when one of them is a child."""

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.consent import actions as consent
from privacy_engine.consent import lists, suppression
from privacy_engine.engine import Engine
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Draft, Identifier, Trust
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.steps import holding
from tests.factories import OFFICER, SITE

pytestmark = pytest.mark.functional

CHILD, PARENT = Identifier("email", "kid@example.org"), Identifier("account", "77")
ADULT = Identifier("email", "grown@example.org")
TABLET, PHONE = Identifier("device", "tablet-1"), Identifier("phone", "+14155550100")


def used(*who: Identifier) -> Draft:
    data = {"document": "privacy-statement", "version": "2021-11-04"}
    return Draft("notice.shown", data, subject=who, site="listing-site", trust=Trust.SERVER)


def says_ten(*who: Identifier) -> Draft:
    data = {"kind": "age", "value": 10}
    return Draft("age_signal.received", data, subject=who, site="listing-site", trust=Trust.SERVER)


def permitted(engine: Engine, *who: Identifier, at_once: bool = True) -> bool:
    with engine.reading() as tx:
        at = None if at_once else tx.now
        return consent.check_person(tx, who, ["service"], site="listing-site", at=at)[
            "service"
        ].permitted


def on_the_list(engine: Engine) -> set[str]:
    found = lists.readers(engine, "service", permitted=True, apart=holding.sequestered)
    return {reader.address for reader in found}


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    "story",
    [
        (says_ten(CHILD, TABLET), used(PARENT, TABLET)),
        (used(PARENT, TABLET), says_ten(CHILD, TABLET)),
        (says_ten(CHILD), used(PARENT, TABLET), used(CHILD, TABLET)),
        (used(PARENT, TABLET), used(CHILD, TABLET), says_ten(CHILD)),
        (says_ten(PHONE), used(PARENT, TABLET), says_ten(CHILD, PHONE, TABLET)),
        (used(TABLET, PHONE), used(PARENT, TABLET), says_ten(CHILD), used(CHILD, TABLET)),
        (used(PHONE, TABLET), used(PARENT, TABLET), says_ten(CHILD), used(CHILD, TABLET)),
    ],
)
def test_it_stands_still_in_whatever_order_it_became_known(
    any_engine: Engine, story: tuple[Draft, ...], *, in_one_batch: bool
) -> None:
    assert permitted(any_engine, TABLET)
    for drafts in [list(story)] if in_one_batch else [[draft] for draft in story]:
        any_engine.run(lambda tx, drafts=drafts: tx.append_many(drafts), actor=SITE)
    for at_once in (True, False):
        assert not permitted(any_engine, TABLET, at_once=at_once)
        assert not permitted(any_engine, CHILD, at_once=at_once)


@pytest.mark.parametrize("story", [(says_ten(TABLET), used(CHILD, TABLET)), (says_ten(CHILD),)])
def test_nobody_who_uses_a_childs_device_is_on_a_mailing_list(
    any_engine: Engine, story: tuple[Draft, ...]
) -> None:
    any_engine.run(lambda tx: tx.append_many([used(CHILD), used(ADULT, PHONE)]), actor=SITE)
    assert on_the_list(any_engine) == {CHILD.value, ADULT.value}
    any_engine.run(lambda tx: tx.append_many(list(story)), actor=SITE)
    assert on_the_list(any_engine) == {ADULT.value}


def test_a_childs_address_beside_somebody_elses_account_is_a_childs(any_engine: Engine) -> None:
    any_engine.run(lambda tx: tx.append_many([used(PARENT), used(CHILD)]), actor=SITE)
    assert permitted(any_engine, PARENT, CHILD)
    any_engine.run(lambda tx: tx.append_many([says_ten(CHILD)]), actor=SITE)
    for at_once in (True, False):
        assert not permitted(any_engine, PARENT, CHILD, at_once=at_once)
        assert permitted(any_engine, PARENT, at_once=at_once)
    with any_engine.reading() as tx:
        both, alone = suppression.check(tx, [(PARENT, CHILD), (PARENT,)], site="listing-site")
    assert "do_not_contact" in both
    assert alone == ()


def test_a_phone_that_an_erased_child_used_holds_back_nobody_else(any_engine: Engine) -> None:
    any_engine.run(lambda tx: tx.append_many([used(ADULT), says_ten(CHILD, PHONE)]), actor=SITE)

    def erase(tx: Transaction) -> None:
        child = tx.find_subject([CHILD], site="listing-site")
        assert child is not None
        order = Order(tx.person(child), "C-TEST-0001", tx.now, actions=("do_not_use",))
        tx.erase(order, ground="asked")

    any_engine.run(erase)
    any_engine.run(lambda tx: tx.append_many([used(ADULT, PHONE)]), actor=SITE)
    with any_engine.reading() as tx:
        adult = tx.find_subject([ADULT], site="listing-site")
        assert adult is not None
        answers = consent.check_known(tx, tx.person(adult), ["service"])
    assert answers["service"].permitted
    assert permitted(any_engine, ADULT)
    assert not permitted(any_engine, PHONE)


@pytest.mark.parametrize("first", [0, 1])
def test_clearing_one_case_frees_nothing_that_another_froze(
    any_engine: Engine, first: int
) -> None:
    for draft in (says_ten(CHILD, PHONE), used(ADULT, PHONE), says_ten(PHONE)):
        any_engine.run(lambda tx, draft=draft: tx.append_many([draft]), actor=SITE)
    with any_engine.reading() as tx:
        found = sorted(cases.open_cases(tx.session), key=lambda case: case.opened_at)
    cleared, other = found[first].case, found[1 - first].case
    any_engine.run(lambda tx: children.clear(tx, cleared, reason="so"), actor=OFFICER)
    assert not permitted(any_engine, PHONE)
    assert not permitted(any_engine, PHONE, at_once=False)
    any_engine.run(lambda tx: children.clear(tx, other, reason="so"), actor=OFFICER)
    for who in (CHILD, PHONE, ADULT):
        assert permitted(any_engine, who)

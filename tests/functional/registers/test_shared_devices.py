"""A device that several people use, when one of them is a child."""

import pytest

from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.log.event import Draft, Identifier, Trust
from tests.factories import SITE

pytestmark = pytest.mark.functional

CHILD, PARENT = Identifier("email", "kid@example.org"), Identifier("account", "77")
TABLET, PHONE = Identifier("device", "tablet-1"), Identifier("device", "phone-1")


def used(*who: Identifier) -> Draft:
    data = {"document": "privacy-statement", "version": "2021-11-04"}
    return Draft("notice.shown", data, subject=who, site="listing-site", trust=Trust.SERVER)


def says_ten(*who: Identifier) -> Draft:
    data = {"kind": "age", "value": 10}
    return Draft("age_signal.received", data, subject=who, site="listing-site", trust=Trust.SERVER)


def permitted(engine: Engine, who: Identifier, *, at_once: bool = True) -> bool:
    with engine.reading() as tx:
        at = None if at_once else tx.now
        return consent.check_person(tx, [who], ["service"], site="listing-site", at=at)[
            "service"
        ].permitted


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    "story",
    [
        (says_ten(CHILD, TABLET), used(PARENT, TABLET)),
        (used(PARENT, TABLET), says_ten(CHILD, TABLET)),
        (says_ten(CHILD), used(PARENT, TABLET), used(CHILD, TABLET)),
        (used(PARENT, TABLET), used(CHILD, TABLET), says_ten(CHILD)),
        (says_ten(PHONE), used(PARENT, TABLET), says_ten(CHILD, PHONE, TABLET)),
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

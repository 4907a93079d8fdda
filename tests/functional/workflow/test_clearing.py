"""Somebody taken for a child by mistake is free again under every name that was frozen."""

from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from tests.factories import OFFICER, SITE

pytestmark = pytest.mark.functional

EMAIL, ACCOUNT = Identifier("email", "max@example.org"), Identifier("account", "7")
SHOWN = {"document": "privacy-statement", "version": "2021-11-04"}


def test_clearing_ends_the_freeze_of_every_identity_of_the_person(engine: Engine) -> None:
    def say(kind: str, data: dict[str, object], *who: Identifier) -> None:
        engine.run(lambda tx: tx.append(kind, data, subject=who, site="listing-site"), actor=SITE)

    def permitted(who: Identifier) -> bool:
        with engine.reading() as tx:
            answers = consent.check_person(tx, [who], ["service"], site="listing-site")
        return answers["service"].permitted

    for who in ((EMAIL,), (ACCOUNT,), (EMAIL, ACCOUNT)):
        say("notice.shown", SHOWN, *who)
    say("age_signal.received", {"kind": "age", "value": 9}, EMAIL)
    assert not permitted(EMAIL)
    assert not permitted(ACCOUNT)
    with engine.reading() as tx:
        (case,) = cases.open_cases(tx.session)
    with clock.fixed(clock.now() + timedelta(hours=1)):
        engine.run(
            lambda tx: children.clear(tx, case.case, reason="A typing error."), actor=OFFICER
        )
        assert permitted(EMAIL)
        assert permitted(ACCOUNT)

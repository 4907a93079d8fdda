"""The ledger on a real engine: what may be done with whose data, now and on a past day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine.consent import actions, register
from privacy_engine.consent.actions import Choice
from privacy_engine.consent.register import REGISTER
from privacy_engine.consent.rules import Answer, State
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, UnknownCode
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Draft, Event, Identifier, Trust
from tests.functional.registers.rebuilding import all_events, at, rebuilt, rows, wire

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAYA = Identifier("email", "maya.tallow@example.org")
PHONE_OF_MAYA = Identifier("device", "d-77")
SITE = "listing-site"
SPREAD = dict.fromkeys(
    ("consent.refused", "consent.withdrawn", "signal.received"), actions.spread_refusal
)


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    """An engine that keeps the ledger."""
    return wire(engine, REGISTER, SPREAD)


@pytest.fixture
def any_ledger(any_engine: Engine) -> Engine:
    """The same on each of the two databases."""
    return wire(any_engine, REGISTER, SPREAD)


def report(
    engine: Engine,
    kind: str,
    *who: Identifier,
    moment: datetime,
    trust: Trust = Trust.SERVER,
    **data: Any,
) -> Event:
    """Append one event as the site reports it: stated at `moment`, recorded a second later."""
    if kind.startswith("consent."):
        shown = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
        data = {"purpose": "newsletter"} | shown | data
    occurred_at = data.pop("occurred_at", moment)
    with at(engine, moment + timedelta(seconds=1)) as tx:
        return tx.append(kind, data, subject=who, site=SITE, trust=trust, occurred_at=occurred_at)


def asked(
    engine: Engine, who: Identifier, purpose: str = "newsletter", *, moment: datetime
) -> Answer:
    with at(engine, moment) as tx:
        return actions.check_person(tx, [who], [purpose], site=SITE)[purpose]


def test_what_a_site_reports_is_answered_at_once(any_ledger: Engine) -> None:
    engine = any_ledger
    assert asked(engine, MAYA, moment=NOON) == Answer(permitted=False, state=State.UNKNOWN)
    given = report(engine, "consent.given", MAYA, moment=NOON)
    found = asked(engine, MAYA, moment=NOON + DAY)
    assert (found.permitted, found.state, found.event_id) == (True, State.GIVEN, given.event_id)
    assert (found.since, found.version) == (NOON, "2021-11-04")
    report(engine, "consent.withdrawn", MAYA, moment=NOON + DAY)
    assert asked(engine, MAYA, moment=NOON + 2 * DAY).state is State.WITHDRAWN
    report(engine, "consent.given", MAYA, moment=NOON + 3 * DAY)
    assert asked(engine, MAYA, moment=NOON + 4 * DAY).permitted


def test_an_unknown_purpose_is_refused_by_name(ledger: Engine) -> None:
    with ledger.reading() as tx, pytest.raises(UnknownCode, match="purposes"):
        register.check(tx, (), ["no-such"])


def test_a_past_day_is_answered_by_what_had_happened_or_by_what_was_known(
    ledger: Engine,
) -> None:
    report(ledger, "consent.given", MAYA, moment=NOON)
    # A no of day 1 that the post brought on day 9.
    report(ledger, "consent.withdrawn", MAYA, moment=NOON + 9 * DAY, occurred_at=NOON + DAY)
    with at(ledger, NOON + 20 * DAY) as tx:
        person = tx.person(tx.find_subject([MAYA], site=SITE) or "")

        def state(at: datetime | None = None, known_at: datetime | None = None) -> State:
            asked = register.check(tx, person, ["newsletter"], at=at, known_at=known_at)
            return asked["newsletter"].state

        assert state(at=NOON - DAY) is State.UNKNOWN
        assert state(at=NOON) is State.GIVEN
        assert state(at=NOON + 5 * DAY) is State.WITHDRAWN
        assert state(known_at=NOON + 5 * DAY) is State.GIVEN
        assert state() is State.WITHDRAWN
        assert [item.kind for item in register.history(tx, person)] == ["withdrawn", "given"]


def test_a_no_that_a_browser_says_counts_for_person_and_device(ledger: Engine) -> None:
    report(
        ledger, "signal.received", MAYA, PHONE_OF_MAYA, moment=NOON, trust=Trust.BROWSER,
        signal="gpc", value=True,
    )  # fmt: skip
    for who in (MAYA, PHONE_OF_MAYA):
        for purpose in ("sale-sharing", "ad-personalisation"):
            assert asked(ledger, who, purpose, moment=NOON + DAY).state is State.REFUSED
    before = len(all_events(ledger))
    report(
        ledger, "signal.received", MAYA, PHONE_OF_MAYA, moment=NOON + DAY, trust=Trust.BROWSER,
        signal="gpc", value=True,
    )  # fmt: skip
    assert len(all_events(ledger)) == before + 1  # nothing new to spread


def test_a_yes_that_a_browser_says_waits_for_somebody_trusted(ledger: Engine) -> None:
    report(ledger, "consent.given", MAYA, PHONE_OF_MAYA, moment=NOON, trust=Trust.BROWSER)
    assert asked(ledger, PHONE_OF_MAYA, moment=NOON + DAY).permitted
    assert not asked(ledger, MAYA, moment=NOON + DAY).permitted
    report(
        ledger, "record.touched", MAYA, PHONE_OF_MAYA, moment=NOON + DAY,
        system="listing-database", series="client-accounts",
    )  # fmt: skip
    assert asked(ledger, MAYA, moment=NOON + 2 * DAY).permitted


def test_an_opt_out_stops_each_purpose_once(ledger: Engine) -> None:
    report(ledger, "consent.given", MAYA, moment=NOON)
    with at(ledger, NOON + DAY) as tx:
        subject_id = tx.find_subject([MAYA], site=SITE) or ""
        stopped = actions.opt_out_purposes(tx)
        assert actions.apply_opt_out(tx, subject_id, stopped, case="R-2345-6789") == (
            "sale-sharing",
            "ad-personalisation",
            "ads-wix",
        )
        assert actions.apply_opt_out(tx, subject_id, stopped, case="R-2345-6789") == ()
    assert not asked(ledger, MAYA, "sale-sharing", moment=NOON + 2 * DAY).permitted


def test_a_persons_own_page_shows_every_purpose_and_can_change_it(ledger: Engine) -> None:
    report(ledger, "consent.refused", MAYA, moment=NOON, purpose="sale-sharing")
    with at(ledger, NOON + DAY) as tx:
        subject_id = tx.find_subject([MAYA], site=SITE) or ""
        rows = {item.purpose.code: item for item in actions.preferences(tx, subject_id)}
        assert list(rows) == [item.code for item in tx.content.purposes]
        assert (rows["sale-sharing"].can_give, rows["sale-sharing"].can_withdraw) == (True, False)
        actions.give(tx, subject_id, Choice("sale-sharing"))
        actions.unsubscribe(tx, subject_id)
    assert asked(ledger, MAYA, "sale-sharing", moment=NOON + 2 * DAY).permitted
    assert asked(ledger, MAYA, moment=NOON + 2 * DAY).state is State.WITHDRAWN


def test_a_suspended_person_can_agree_to_nothing(ledger: Engine) -> None:
    report(ledger, "consent.given", MAYA, moment=NOON)
    with at(ledger, NOON + DAY) as tx:
        subject_id = tx.find_subject([MAYA], site=SITE) or ""
        tx.append("child.quarantined", {"case": "C-1"}, subject_id=subject_id, case="C-1")
        with pytest.raises(Conflict):
            actions.give(tx, subject_id, Choice("newsletter"))
    assert asked(ledger, MAYA, moment=NOON + 2 * DAY).state is State.SUSPENDED


def test_whoever_was_erased_after_a_no_stays_refused(ledger: Engine) -> None:
    report(ledger, "consent.refused", MAYA, moment=NOON, purpose="sale-sharing")
    erase(ledger, actions=("do_not_sell", "do_not_share", "do_not_contact"))
    assert asked(ledger, MAYA, "sale-sharing", moment=NOON + 9 * DAY).state is State.REFUSED
    assert asked(ledger, MAYA, "analytics", moment=NOON + 9 * DAY).permitted
    report(ledger, "consent.given", MAYA, moment=NOON + 10 * DAY, method="import")
    assert not asked(ledger, MAYA, moment=NOON + 11 * DAY).permitted
    report(ledger, "consent.given", MAYA, moment=NOON + 12 * DAY)
    assert asked(ledger, MAYA, moment=NOON + 13 * DAY).permitted


def test_the_ledger_is_the_same_when_it_is_built_again(any_ledger: Engine) -> None:
    engine = any_ledger
    other = Identifier("email", "ines.corvo@example.org")
    report(engine, "consent.given", MAYA, moment=NOON)
    report(engine, "consent.refused", MAYA, moment=NOON + DAY, occurred_at=NOON - DAY)
    report(engine, "consent.given", other, moment=NOON + DAY, service="weekly")
    report(engine, "email.unsubscribed", other, moment=NOON + 2 * DAY, list="newsletter")
    with at(engine, NOON + 3 * DAY) as tx:
        subject_id = tx.find_subject([other], site=SITE) or ""
        tx.append("child.quarantined", {"case": "C-2"}, subject_id=subject_id, case="C-2")
    assert rebuilt(engine, REGISTER) == rows(engine, REGISTER)
    assert rebuilt(engine, REGISTER, backwards=True) == rows(engine, REGISTER)
    erase(engine)
    kept = rows(engine, REGISTER)
    assert kept == rebuilt(engine, REGISTER)
    assert {row["subject_id"] for row in kept} == {subject_id}


def test_a_batch_is_kept_as_its_events_one_by_one(ledger: Engine) -> None:
    shown = {"purpose": "newsletter", "document": "privacy-statement", "version": "2021-11-04"}
    drafts = [
        Draft(
            kind, shown | {"method": "form"}, site=SITE, trust=Trust.SERVER,
            occurred_at=NOON + day * DAY, subject=(MAYA,),
        )
        for day, kind in enumerate(("consent.given", "consent.refused", "consent.given"))
    ]  # fmt: skip
    with at(ledger, NOON + 9 * DAY) as tx:
        tx.append_many(drafts)
    assert asked(ledger, MAYA, moment=NOON + 9 * DAY).since == NOON + 2 * DAY


def test_records_are_listed_and_counted(ledger: Engine) -> None:
    report(ledger, "consent.given", MAYA, moment=NOON)
    report(ledger, "consent.withdrawn", MAYA, moment=NOON + DAY)
    wanted = register.Filter(purposes=("newsletter",), recorded_from=NOON)
    with ledger.reading() as tx:
        assert [item.kind for item in register.search(tx.session, wanted)] == [
            "withdrawn",
            "given",
        ]
        assert register.count(tx.session, replace(wanted, kinds=("given",))) == 1
        assert register.tallies(tx.session, wanted) == {
            ("newsletter", "given"): 1,
            ("newsletter", "withdrawn"): 1,
        }


# What the tests above share ---------------------------------------------------------------------


def erase(engine: Engine, *, actions: tuple[str, ...] = ("do_not_reimport",)) -> None:
    with at(engine, NOON + 5 * DAY) as tx:
        subject_id = tx.find_subject([MAYA], site=SITE) or ""
        order = Order(tx.person(subject_id), "R-2345-6789", tx.now, actions=actions)
        tx.erase(order, ground="Civ. Code 1798.105(c)")

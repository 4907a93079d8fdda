"""Whose yes stands under which version: all people at once, as the rules say one by one."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine.consent import register, standing
from privacy_engine.consent.rules import State
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier, Trust
from tests.functional.registers.rebuilding import at

pytestmark = pytest.mark.functional

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SLUG, OLD = "privacy-statement", "2021-11-04"
Said = tuple[str, dict[str, object]]

YES: Said = ("consent.given", {"purpose": "newsletter"})
NO: Said = ("consent.withdrawn", {"purpose": "newsletter"})
ADS: Said = ("consent.given", {"purpose": "ads-wix"})
PEOPLE: dict[str, list[Said]] = {
    "yes": [YES],
    "yes-no": [YES, NO],
    "no-yes": [NO, YES],
    "imported": [("consent.given", {"purpose": "newsletter", "method": "import"})],
    "no-imported": [NO, ("consent.given", {"purpose": "newsletter", "method": "import"})],
    "off-the-list": [YES, ("email.unsubscribed", {"list": "newsletter"})],
    "off-all": [YES, ("email.unsubscribed", {"all": True})],
    "off-another": [YES, ("email.unsubscribed", {"list": "product-updates"})],
    "ads": [ADS],
    "ads-sale-no": [ADS, ("consent.refused", {"purpose": "sale-sharing"})],
    "ads-signal": [ADS, ("signal.received", {"signal": "gpc", "value": True})],
    "ads-no-news": [ADS, NO],
}


def say(engine: Engine, name: str, said: Said, *, moment: datetime) -> None:
    kind, data = said
    if kind.startswith("consent."):
        data = {"document": SLUG, "version": OLD, "method": "form", **data}
    with at(engine, moment + timedelta(minutes=1)) as tx:
        tx.append(
            kind,
            data,
            subject=[Identifier("email", f"{name}@example.org")],
            site="listing-site",
            trust=Trust.IMPORT if data.get("method") == "import" else Trust.SERVER,
            occurred_at=moment,
        )


def test_all_at_once_is_as_one_by_one(any_engine: Engine) -> None:
    engine = any_engine
    for name, history in PEOPLE.items():
        for place, said in enumerate(history):
            say(engine, name, said, moment=NOON + place * DAY)
    with at(engine, NOON + 9 * DAY) as tx:
        codes = [item.code for item in tx.content.purposes]
        expected = set()
        for name in PEOPLE:
            who = tx.find_subject([Identifier("email", f"{name}@example.org")], site="portal")
            answers = register.check(tx, [who or ""], codes)
            expected |= {(name, c) for c, one in answers.items() if one.state is State.GIVEN}
        rows = standing.under_others(tx.session, tx.content, SLUG, "newer", at=tx.now, limit=50)
        found = {(name_of(tx, row.subject_id), row.purpose) for row in rows}
        counted = standing.people_by_version(tx.session, tx.content, SLUG, at=tx.now)
    assert found == expected
    assert counted == {OLD: len({name for name, _ in expected})}
    assert {"yes", "no-yes", "imported", "off-another", "ads", "ads-no-news"} == {
        name for name, _ in found
    }


def name_of(tx: object, subject_id: str) -> str:
    (who,) = tx.identifiers([subject_id])  # type: ignore[attr-defined]
    return str(who.value).partition("@")[0]

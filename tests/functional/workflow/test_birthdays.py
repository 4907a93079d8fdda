"""The thirteenth birthday is counted where the person is, to the hour."""

from datetime import UTC, datetime

import pytest

from privacy_engine import clock
from privacy_engine.children import register as cases
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from tests.factories import SITE

pytestmark = pytest.mark.functional

# In Los Angeles, where the controller is, it is the 23rd already; in Honolulu it is not.
MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "is_child"),
    [
        ("", False),
        ("America/Los_Angeles", False),
        ("Pacific/Honolulu", True),
        ("Asia/Tokyo", False),
    ],
)
def test_the_day_counts_where_the_person_is(engine: Engine, zone: str, *, is_child: bool) -> None:
    said = {"kind": "birth_date", "value": "2013-11-23"} | ({"zone": zone} if zone else {})
    who = [Identifier("email", "robin@example.org")]
    with clock.fixed(MOMENT):
        engine.run(
            lambda tx: tx.append("age_signal.received", said, subject=who, site="listing-site"),
            actor=SITE,
        )
    with engine.reading() as tx:
        assert bool(cases.open_cases(tx.session)) is is_child

"""45 CFR 164.528(a)(2): what an authority may ask to leave out of an accounting of disclosures."""

import pytest

from privacy_engine.law.clauses import Limit
from privacy_engine.law.deadlines import due, instant

pytestmark = pytest.mark.spec


@pytest.mark.parametrize(
    ("stated", "last"),
    [
        ("2026-11-22T10:00-08:00", "2026-12-22"),
        ("2026-11-22T23:30-08:00", "2026-12-23"),  # it is the next day in Washington
        ("2028-02-01T12:00-05:00", "2028-03-02"),
    ],
)
def test_an_oral_statement_binds_for_thirty_days(stated: str, last: str) -> None:
    deadline = due("ACCT-ORAL", instant(stated))
    assert deadline.legal_due_on.isoformat() == last
    assert deadline.limit is Limit.AT_MOST
    assert deadline.citation == "45 CFR 164.528(a)(2)(ii)(C)"

"""16 CFR 312: children under 13."""

import pytest

from privacy_engine.law.deadlines import due, instant
from privacy_engine.law.provisions import parental_methods

pytestmark = pytest.mark.spec


@pytest.mark.parametrize(
    ("duty", "legal_on", "strict_on", "engines_own"),
    [
        # 312.5(c)(1), 312.4(c)(1): "a reasonable time", for which the engine takes 14 days.
        ("CHILD-PARENT-WAIT", "2026-12-07", "2026-12-07", True),
        # One business day, the engine's own target.
        ("CHILD-CONFIRM", "2026-11-24", "2026-11-24", True),
        # Known and without consent, nothing may be kept: the same day.
        ("CHILD-DELETE", "2026-11-23", "2026-11-23", True),
        ("CHILD-HOLD", "2026-11-23", "2026-11-23", True),
        ("CHILD-ONE-TIME-REPLY", "2026-11-23", "2026-11-23", True),
        # 312.8: at least annually.
        ("CHILD-SECURITY-REVIEW", "2027-11-23", "2027-11-23", False),
    ],
)
def test_312_clocks(duty: str, legal_on: str, strict_on: str, *, engines_own: bool) -> None:
    deadline = due(duty, instant("2026-11-23T10:00-08:00"), jurisdiction="us-ca")
    assert deadline.legal_due_on.isoformat() == legal_on
    assert deadline.strict_due_on.isoformat() == strict_on
    assert any("engine's own default" in step for step in deadline.steps) is engines_own


def test_3125b2_the_plus_methods_only_where_nothing_is_disclosed() -> None:
    methods = {each.code: each for each in parental_methods("us-ca")}
    listed = [each for each in methods.values() if "312.5(b)(2)" in each.citation]
    assert len(listed) == 9
    weak = {code for code, each in methods.items() if not each.where_disclosing}
    assert weak == {"email_plus", "text_plus"}
    assert methods["text_plus"].citation == "16 CFR 312.5(b)(2)(ix)"

"""How an exercise of a drill is judged."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine.connectors.drill_rules import (
    LIMIT,
    Answer,
    Exercise,
    Outcome,
    Seen,
    judge,
    of_all,
)

SINCE = datetime(2026, 11, 15, 8, tzinfo=UTC)
FOUND, GONE = Answer(3), Answer(3, "erased")


def seen(exercise, *answers, is_over=True, holds=False, awaited=()):
    planted = {f"s{at}": 3 for at in range(len(answers))}
    given = {f"s{at}": item for at, item in enumerate(answers) if item}
    awaits = frozenset(awaited)
    return Seen(exercise, planted, given, awaits, is_over=is_over, holds=holds, since=SINCE)


@pytest.mark.parametrize(
    ("what", "hours", "outcome", "finding"),
    [
        (seen(Exercise.KNOW, FOUND), 1, Outcome.PASSED, None),
        (seen(Exercise.KNOW, FOUND, is_over=False), 1, Outcome.RUNNING, None),
        (seen(Exercise.KNOW, Answer(2)), 1, Outcome.FAILED, "found 2 of 3 planted rows"),
        (seen(Exercise.KNOW, None), 1, Outcome.FAILED, "found 0 of 3 planted rows"),
        (seen(Exercise.DELETE, GONE), 1, Outcome.PASSED, None),
        (seen(Exercise.DELETE, Answer(3, "residue")), 1, Outcome.FAILED, "said residue after"),
        (seen(Exercise.UNDER_13, FOUND), 1, Outcome.FAILED, "said nothing after"),
        (seen(Exercise.OPT_OUT, holds=True), 1, Outcome.PASSED, None),
        (seen(Exercise.OPT_OUT), 1, Outcome.FAILED, "the opt-out does not hold"),
        (seen(Exercise.DELETE, FOUND, is_over=False), 23, Outcome.RUNNING, None),
        (seen(Exercise.DELETE, FOUND, is_over=False), 25, Outcome.FAILED, "not over after 24"),
        (
            seen(Exercise.DELETE, Answer(3, "", "does not answer"), is_over=False),
            25,
            Outcome.FAILED,
            "did not do its part: does not answer",
        ),
        (
            seen(Exercise.KNOW, Answer(None, "", "cannot be reached"), is_over=False),
            25,
            Outcome.FAILED,
            "did not do its part: cannot be reached",
        ),
        (
            seen(Exercise.DELETE, is_over=False, awaited=["vendor"]),
            25,
            Outcome.FAILED,
            "has not answered after 24 hours",
        ),
    ],
)
def test_an_exercise_is_judged_by_what_the_systems_answered(what, hours, outcome, finding):
    found = judge(what, now=SINCE + timedelta(hours=hours))
    assert found.outcome is outcome
    assert [words for _, words in found.findings if finding and finding in words] == [
        words for _, words in found.findings
    ]
    assert bool(found.findings) is (finding is not None)


def test_a_drill_is_as_good_as_its_worst_exercise():
    assert timedelta(hours=24) == LIMIT
    assert of_all([Outcome.PASSED, Outcome.RUNNING, Outcome.FAILED]) is Outcome.RUNNING
    assert of_all([Outcome.PASSED, Outcome.FAILED]) is Outcome.FAILED
    assert of_all([Outcome.PASSED, Outcome.PASSED]) is Outcome.PASSED

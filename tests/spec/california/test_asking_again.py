"""Civ. Code 1798.130(b) and 11 CCR 7023(g): how often is too often."""

from datetime import UTC, datetime

import pytest

from privacy_engine.rights.repeats import Earlier, in_words, repeat_of
from privacy_engine.rights.rules import State

pytestmark = pytest.mark.spec

DONE, NO, OPEN = State.FULFILLED, State.DENIED, State.OPEN


def asked(reference: str, right: str, state: State, day: str, *, follows: bool = False) -> Earlier:
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    return Earlier(reference, right, state, at, None if state is OPEN else at, follows)


NOW = asked("R-3", "know:specific", OPEN, "2026-11-23")
FIRST = asked("R-1", "know:categories", DONE, "2025-11-24")
SECOND = asked("R-2", "know:specific", State.PARTIALLY_FULFILLED, "2026-06-01")


def test_a_third_answer_in_twelve_months_may_be_refused() -> None:
    found = repeat_of(NOW, "us-ca", [FIRST, SECOND])
    assert found
    assert (found.references, found.allowed) == (("R-1", "R-2"), 2)
    assert "1798.130(b)" in in_words(found, NOW.right)


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ([SECOND], "only one"),
        ([asked("R-1", "know:specific", DONE, "2025-11-23"), SECOND], "the first is a year ago"),
        ([asked("R-1", "know:specific", NO, "2026-01-01"), SECOND], "a refusal is no answer"),
        ([asked("R-1", "know:specific", OPEN, "2026-01-01"), SECOND], "still open"),
        ([asked("R-1", "delete", DONE, "2026-01-01"), SECOND], "deleting is free at all times"),
        ([asked("R-1", "know:specific", DONE, "2026-01-01", follows=True), SECOND], "it goes on"),
        ([asked("R-1", "know:specific", DONE, "2026-12-01"), SECOND], "later, not before"),
    ],
)
def test_what_does_not_count(before: list[Earlier], why: str) -> None:
    assert repeat_of(NOW, "us-ca", before) is None, why


def test_what_goes_on_from_an_ended_request_is_never_one_too_many() -> None:
    goes_on = asked("R-4", "know:specific", OPEN, "2026-11-23", follows=True)
    assert repeat_of(goes_on, "us-ca", [FIRST, SECOND]) is None


def test_each_law_has_its_own_number_and_some_have_none() -> None:
    one = [SECOND]
    assert repeat_of(NOW, "us-in", one), "Indiana asks for one"
    assert repeat_of(NOW, "eu-gdpr", [FIRST, SECOND]) is None


@pytest.mark.parametrize(
    ("refused_on", "asked_on", "may"),
    [("2026-08-31", "2027-02-27", True), ("2026-08-31", "2027-02-28", False)],
)
def test_the_same_correction_within_six_months(refused_on: str, asked_on: str, may: bool) -> None:
    now = asked("R-2", "correct", OPEN, asked_on)
    found = repeat_of(now, "us-ca", [asked("R-1", "correct", NO, refused_on)])
    assert (found is not None) is may
    if found:
        assert "7023(g)" in in_words(found, "correct")

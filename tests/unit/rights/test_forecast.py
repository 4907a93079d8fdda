"""The forecast: what it must say in cases that anybody can work out by hand, and always."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine.rights.forecast import History, Outlook, Scenario, Waiting, simulate

MONDAY = date(2026, 11, 30)
PLAIN = Scenario("as it is")


def steady(a_day: int, **more) -> History:
    """A past in which the same number was decided on every business day."""
    return History(MONDAY - timedelta(days=30), MONDAY, decisions=(a_day,) * 20, **more)


def backlog(count: int, *, days: int, **more) -> list[Waiting]:
    due = MONDAY + timedelta(days=days)
    return [Waiting(f"R-{n:04d}", due, **more) for n in range(count)]


def outlook(waiting, history, scenario=PLAIN) -> Outlook:
    return simulate(
        waiting,
        history,
        scenario,
        today=MONDAY,
        is_business_day=lambda day: day.weekday() < 5,
    )


def test_two_a_day_decide_ten_in_a_week_and_the_rest_is_late():
    # Ten business days from Monday to the Friday of next week: days 0-4 and 7-11.
    found = outlook(backlog(24, days=11), steady(2))
    assert (found.missed, found.missed_low, found.missed_high) == (4, 4, 4)
    assert [reference for reference, _ in found.chances] == [
        "R-0020",
        "R-0021",
        "R-0022",
        "R-0023",
    ]
    assert found.done_on == MONDAY + timedelta(days=15)


def test_a_helper_doubles_what_one_person_decides():
    helped = outlook(backlog(24, days=11), steady(2), Scenario("with help", helpers=1))
    assert helped.missed == 0
    assert helped.done_on == MONDAY + timedelta(days=7)


def test_one_more_beside_four_is_a_quarter_more():
    found = outlook(backlog(100, days=11), steady(8, people=4), Scenario("help", helpers=1))
    assert found.missed == 0
    assert outlook(backlog(100, days=11), steady(8, people=4)).missed == 20


def test_an_extension_helps_only_where_there_is_one():
    later = MONDAY + timedelta(days=60)
    mixed = backlog(12, days=11, extended_on=later) + [
        replace(item, reference=f"X{item.reference}") for item in backlog(12, days=11)
    ]
    assert outlook(mixed, steady(2)).missed == 4
    assert outlook(mixed, steady(2), Scenario("extended", extend=True)).missed == 0
    fixed = backlog(24, days=11)
    assert outlook(fixed, steady(2), Scenario("extended", extend=True)).missed == 4


def test_what_waits_for_the_person_is_decided_when_they_confirm():
    waiting = backlog(3, days=5, ready=False)
    assert outlook(waiting, steady(5, confirmed_after=(2,))).missed == 0
    assert outlook(waiting, steady(5, confirmed_after=(9,))).missed == 3


def test_an_answer_goes_out_later_than_it_is_decided():
    assert outlook(backlog(2, days=1), steady(5, answered_after=(3,))).missed == 2


def test_new_requests_do_not_push_in_front_of_nearer_clocks():
    busy = steady(2, arrivals=(10,))
    assert outlook(backlog(20, days=11), busy).missed == 0
    wave = Scenario("wave", wave=500)
    assert outlook(backlog(20, days=11), steady(2), wave).missed == 0


def test_what_is_late_already_is_missed():
    assert outlook(backlog(1, days=-3), steady(5)).missed == 1


def test_the_same_past_gives_the_same_outlook():
    uneven = replace(steady(1), decisions=(0, 0, 1, 5, 2), answered_after=(0, 1, 9))
    assert outlook(backlog(30, days=20), uneven) == outlook(backlog(30, days=20), uneven)


def test_without_a_past_nothing_is_said():
    with pytest.raises(ValueError, match="needs decisions"):
        outlook(backlog(1, days=5), History(MONDAY, MONDAY))


_PAST = st.builds(
    lambda d, c, a: replace(
        steady(1), decisions=tuple(d), confirmed_after=tuple(c), answered_after=tuple(a)
    ),
    st.lists(st.integers(0, 6), min_size=1, max_size=10).filter(any),
    st.lists(st.integers(0, 20), max_size=5),
    st.lists(st.integers(0, 5), max_size=5),
)
_BACKLOG = st.lists(
    st.tuples(st.integers(-5, 60), st.booleans(), st.booleans()), min_size=1, max_size=20
)


@given(past=_PAST, given_backlog=_BACKLOG)
@settings(max_examples=10, derandomize=True, deadline=None)
def test_more_people_never_make_it_worse(past, given_backlog):
    waiting = [
        Waiting(
            f"R-{n}",
            MONDAY + timedelta(days=days),
            MONDAY + timedelta(days=days + 45) if may_wait else None,
            ready=ready,
        )
        for n, (days, ready, may_wait) in enumerate(given_backlog)
    ]
    plain = outlook(waiting, past)
    assert 0 <= plain.missed_low <= plain.missed_high <= len(waiting)
    assert abs(sum(chance for _, chance in plain.chances) - plain.missed) < 1e-6
    assert outlook(waiting, past, Scenario("h", helpers=3)).missed <= plain.missed

"""What a refusal, a grant, a version and a wait mean, and that arrival order means nothing."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.consent import records as reading
from privacy_engine.consent import rules
from privacy_engine.consent.rules import Answer, Record, State
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.instance.terms import Reconsent
from privacy_engine.law import periods
from privacy_engine.log.event import Event, Trust
from tests.engines import reference_content
from tests.unit.consent.records import DAY, START, event

ZONE = ZoneInfo("America/Los_Angeles")
GIVEN, REFUSED, WITHDRAWN = "consent.given", "consent.refused", "consent.withdrawn"


def answer(*events: Event, purpose: str = "newsletter", day: float = 1_000, **how: str) -> Answer:
    """Return the answer on a day after START."""
    at = START + day * DAY
    records = [item for one in events if (item := reading.record_of(one)) and item.at <= at]
    terms = rules.terms(reference_content(), purpose, zone=ZONE)
    return rules.decide(records, terms, at=at, service=how.get("service"))


@pytest.mark.parametrize(
    ("purpose", "permitted"),
    [("newsletter", False), ("service", True), ("sale-sharing", True), ("analytics", True)],
)
def test_of_somebody_who_never_said_anything_the_default_holds(
    purpose: str, permitted: bool
) -> None:
    assert answer(purpose=purpose) == Answer(permitted=permitted, state=State.UNKNOWN)


def test_a_yes_permits_and_names_its_event_and_text() -> None:
    found = answer(event(1, GIVEN, day=0))
    assert found == Answer(
        permitted=True,
        state=State.GIVEN,
        since=START,
        document="privacy-statement",
        version="2021-11-04",
        event_id=f"{1:026}",
    )


def test_a_later_interactive_yes_overrides_a_no() -> None:
    assert answer(event(1, REFUSED, day=0), event(2, GIVEN, day=1)).permitted


@pytest.mark.parametrize(
    "grant",
    [
        event(2, GIVEN, day=1, trust=Trust.IMPORT),
        event(2, GIVEN, day=1, method="import"),
        event(2, GIVEN, day=1, late=0),  # no time was stated: it may be a late repeat
        event(2, GIVEN, day=0),  # the same instant
        event(2, GIVEN, day=-1, late=30),  # said before the no, heard after it
        event(2, GIVEN, day=50, late=-10),  # from the future
        event(2, GIVEN, day=1, trust=Trust.BROWSER),  # a claim about a person
    ],
)
def test_a_refusal_is_sticky(grant: Event) -> None:
    refusal = event(1, REFUSED, day=0)
    for events in permutations([refusal, grant]):
        found = answer(*events)
        assert (found.permitted, found.state, found.since) == (False, State.REFUSED, START)


def test_an_import_counts_while_nobody_ever_refused() -> None:
    assert answer(event(1, GIVEN, day=0, method="import")).permitted


def test_what_a_browser_says_counts_for_its_device() -> None:
    device = [{"kind": "device", "scope": "listing-site", "value": "d-1"}]
    assert answer(event(1, GIVEN, day=0, trust=Trust.BROWSER, subject=device)).permitted
    assert not answer(event(1, GIVEN, day=0, trust=Trust.BROWSER)).permitted
    refusal = event(1, REFUSED, day=0, trust=Trust.BROWSER, purpose="service")
    assert not answer(refusal, purpose="service").permitted


def test_nobody_asks_again_for_twelve_months() -> None:
    refusal = event(1, REFUSED, day=0, purpose="sale-sharing")
    early = event(2, GIVEN, day=364, purpose="sale-sharing")
    due = event(3, GIVEN, day=365, purpose="sale-sharing")
    assert answer(refusal, early, purpose="sale-sharing").state is State.REFUSED
    assert answer(refusal, early, due, purpose="sale-sharing").event_id == f"{3:026}"


def test_a_person_may_opt_in_of_their_own_accord_on_any_day() -> None:
    refusal = event(1, REFUSED, day=0, purpose="sale-sharing")
    own = event(2, GIVEN, day=1, purpose="sale-sharing", trust=Trust.ENGINE)
    assert answer(refusal, own, purpose="sale-sharing").permitted


def test_a_signal_refuses_sale_and_sharing_and_its_absence_permits_nothing() -> None:
    signal = event(1, "signal.received", day=0, trust=Trust.BROWSER)
    gone = event(2, "signal.received", day=1, value=False)
    for purpose, permitted in (
        ("sale-sharing", False),
        ("ad-personalisation", False),
        ("analytics", True),
        ("service", True),
    ):
        assert answer(signal, gone, purpose=purpose).permitted is permitted


def test_a_no_to_sale_and_sharing_is_a_no_to_whatever_shares() -> None:
    """Civ. Code 1798.120(a): one right, whatever the purposes are called."""
    no = event(1, REFUSED, day=1, purpose="sale-sharing")
    before = event(2, GIVEN, day=0, purpose="ads-wix")
    for purpose, permitted in (
        ("sale-sharing", False),
        ("ads-wix", False),
        ("ad-personalisation", False),
        ("analytics", True),
        ("newsletter", False),
    ):
        assert answer(no, before, purpose=purpose).permitted is permitted
    # The other way round it is one purpose alone, in a no and in a yes.
    assert answer(event(1, REFUSED, day=1, purpose="ads-wix"), purpose="sale-sharing").permitted
    again = event(3, GIVEN, day=2, purpose="sale-sharing", trust=Trust.ENGINE)
    assert answer(no, again, purpose="sale-sharing").permitted
    assert not answer(no, again, purpose="ads-wix").permitted


@pytest.mark.parametrize(
    ("said", "stopped"),
    [
        ({"all": True}, {"newsletter", "product-updates"}),
        ({"list": "newsletter"}, {"newsletter"}),
        ({"list": "list-of-nobody"}, {"newsletter", "product-updates"}),
    ],
)
def test_unsubscribing_takes_marketing_back(said: dict[str, object], stopped: set[str]) -> None:
    for purpose in ("newsletter", "product-updates"):
        found = answer(
            event(1, GIVEN, day=0, purpose=purpose),
            event(2, "email.unsubscribed", day=1, **said),
            purpose=purpose,
        )
        assert (found.state is State.WITHDRAWN) is (purpose in stopped)


def test_services_are_chosen_apart() -> None:
    events = [
        event(1, GIVEN, day=0, service="weekly"),
        event(2, REFUSED, day=1, service="monthly"),
    ]
    assert answer(*events, service="weekly").permitted
    assert not answer(*events, service="monthly").permitted
    assert not answer(*events).permitted
    assert not answer(*events, event(3, WITHDRAWN, day=2), service="weekly").permitted
    assert answer(*events, event(3, GIVEN, day=2)).permitted


def test_a_yes_ends_when_it_said_so() -> None:
    end = "2026-03-12T17:00:00.000Z"
    grant = event(1, GIVEN, day=0, expires_at=end)
    assert answer(grant, day=9.9).state is State.GIVEN
    assert answer(grant, day=10) == replace(
        answer(grant, day=9), permitted=False, state=State.EXPIRED, since=START + 10 * DAY
    )


def test_a_yes_ends_after_what_the_purpose_allows() -> None:
    purpose = replace(reference_content().purpose("newsletter"), expires=periods.Period(months=1))
    terms = replace(rules.terms(reference_content(), "newsletter", zone=ZONE), purpose=purpose)
    record = reading.record_of(event(1, GIVEN, day=0))
    assert record is not None
    states = [
        rules.decide([record], terms, at=START + days * DAY).state for days in (30, 31)
    ]  # the clocks went forward in between: the same time of day is an hour earlier
    assert states == [State.GIVEN, State.EXPIRED]


def test_a_new_version_ends_a_yes_after_its_grace_and_never_turns_a_no() -> None:
    old = reference_content().document("privacy-statement", "2021-11-04")
    new = replace(
        old,
        version="2026-04-01",
        effective_at=START + 30 * DAY,
        material=True,
        reconsent=Reconsent.REQUIRED,
        grace_days=10,
    )
    terms = rules.terms(reference_content(), "newsletter", zone=ZONE)
    terms = replace(terms, documents=(old, new))

    def state(record: Record | None, days: float) -> State:
        assert record is not None
        return rules.decide([record], terms, at=START + days * DAY).state

    grant, refusal = (reading.record_of(event(1, kind, day=0)) for kind in (GIVEN, REFUSED))
    renewed = reading.record_of(event(1, GIVEN, day=31, version="2026-04-01"))
    assert state(grant, 39.9) is State.GIVEN
    assert state(grant, 40) is State.INVALIDATED
    assert state(renewed, 400) is State.GIVEN
    assert state(refusal, 400) is State.REFUSED


def test_nothing_is_permitted_while_a_person_may_be_a_child() -> None:
    events = [event(1, GIVEN, day=0), event(2, "child.quarantined", day=1, trust=Trust.ENGINE)]
    for purpose in ("newsletter", "service", "analytics"):
        found = answer(*events, purpose=purpose)
        assert found == Answer(permitted=False, state=State.SUSPENDED)
    cleared = event(3, "child.cleared", day=2, trust=Trust.OFFICER)
    assert answer(*events, cleared).permitted
    again = event(4, "child.quarantined", day=3, trust=Trust.ENGINE)
    assert not answer(*events, cleared, again).permitted


def test_what_is_never_done_with_a_child_no_parent_permits() -> None:
    child = event(1, "child.quarantined", day=0, trust=Trust.ENGINE)

    def yes(purpose: str) -> Event:
        kind = "parental_consent.given"
        return event(2, kind, day=1, purpose=purpose, trust=Trust.ENGINE)

    assert answer(child, yes("service"), purpose="service").permitted
    for purpose in ("therapist-listing", "sale-sharing"):
        found = answer(child, yes(purpose), purpose=purpose)
        assert found == Answer(permitted=False, state=State.SUSPENDED)


def test_the_quarantine_of_one_id_holds_for_the_person() -> None:
    child = event(1, "child.quarantined", day=1, subject_id="c" * 32)
    cleared = event(2, "child.cleared", day=2, subject_id="p" * 32)
    assert not answer(event(3, GIVEN, day=0), child, cleared).permitted


# Properties -----------------------------------------------------------------------------------

KINDS = (GIVEN, REFUSED, WITHDRAWN, "signal.received", "child.quarantined", "child.cleared")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Return a handful of events, close together in time so that they meet."""
    shapes = st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 3).map(lambda day: day * 200),
        st.sampled_from([0, 0.001, 500]),
        st.sampled_from(["form", "import"]),
        st.sampled_from([Trust.BROWSER, Trust.SERVER, Trust.ENGINE, Trust.IMPORT]),
        st.sampled_from(["p" * 32, "q" * 32]),
        st.sampled_from(["", "weekly"]),
    )
    drawn = draw(st.lists(shapes, max_size=6))
    return [
        event(
            number,
            kind,
            day=day,
            late=late,
            method=method,
            trust=trust,
            subject_id=subject_id,
            service=service,
            purpose="sale-sharing",
        )
        for number, (kind, day, late, method, trust, subject_id, service) in enumerate(drawn)
    ]


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_answer(events: list[Event], dice: object) -> None:
    expected = answer(*events, purpose="sale-sharing")
    shuffled = list(events)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert answer(*shuffled, purpose="sale-sharing") == expected


@given(histories())
def test_the_newest_of_every_slot_decides_as_the_whole_history_does(events: list[Event]) -> None:
    records = [item for one in events if (item := reading.record_of(one))]
    kept: dict[tuple[str, ...], Record] = {}
    for record in records:
        key = (record.subject_id, record.purpose, record.service, record.slot)
        if key not in kept or record.order > kept[key].order:
            kept[key] = record
    terms = rules.terms(reference_content(), "sale-sharing", zone=ZONE)
    at = START + timedelta(days=5_000)
    whole, short = (rules.decide(list(held), terms, at=at) for held in (records, kept.values()))
    assert whole == short


def newer(day: int, reconsent: Reconsent) -> DocumentVersion:
    """Return a later material version of the statement that begins on a day after START."""
    base = reference_content().document("privacy-statement", "2021-11-04")
    return replace(
        base,
        version=f"after-{day}",
        effective_at=START + day * DAY,
        material=True,
        reconsent=reconsent,
        grace_days=30,
    )


@given(
    histories(),
    st.lists(st.builds(newer, st.integers(1, 1_900), st.sampled_from(Reconsent)), max_size=3),
    st.randoms(use_true_random=False),
)
def test_no_import_no_late_word_and_no_new_version_turns_a_no_into_a_yes(
    events: list[Event], versions: list[DocumentVersion], dice: object
) -> None:
    refusal = event(90, REFUSED, day=1_000, purpose="sale-sharing")
    after = [
        event(91, GIVEN, day=999, late=50, purpose="sale-sharing"),
        event(92, GIVEN, day=1_500, purpose="sale-sharing", trust=Trust.IMPORT),
        event(93, GIVEN, day=1_500, late=0, purpose="sale-sharing"),
        event(94, GIVEN, day=1_500, late=90, purpose="sale-sharing", method="import"),
    ]
    arrived = [*events, refusal, *after]
    dice.shuffle(arrived)  # type: ignore[attr-defined]
    at = START + 2_000 * DAY
    known = [item for one in arrived if (item := reading.record_of(one)) and item.at <= at]
    terms = rules.terms(reference_content(), "sale-sharing", zone=ZONE)
    held = replace(terms, documents=(*terms.documents, *versions))
    assert not rules.decide(known, held, at=at).permitted

"""Many writers at once on PostgreSQL: everything once, nothing lost, no deadlock for a caller."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.log.event import Draft, Identifier, Trust
from privacy_engine.log.store import Stored
from privacy_engine.rights import actions as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.sample_site.people import CLIENTS, MAYA
from privacy_engine.transaction import SUBJECT, Actor, Role
from privacy_engine.workflow import actions as workflow
from tests.factories import MAILBOX, SITE, SampleWorld, broken, sample_world
from tests.snapshots import left_without

THREADS = 8
PEOPLE = [
    (Identifier("email", person.email), Identifier("account", str(person.number)))
    for person in CLIENTS[:10]
]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; return what each gave or raised, in order."""
    start = threading.Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def run(place: int, what: Callable[[], Any]) -> None:
        start.wait(30)
        try:
            outcomes[place] = what()
        except Exception as error:  # noqa: BLE001  the test looks at it
            outcomes[place] = error

    threads = [
        threading.Thread(target=run, args=(place, what)) for place, what in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def draft(name: str, who: Sequence[Identifier], purpose: str = "newsletter") -> Draft:
    return Draft(
        "consent.refused",
        {
            "purpose": purpose,
            "document": "privacy-statement",
            "version": "2021-11-04",
            "method": "form",
        },
        subject=tuple(who),
        site="listing-site",
        trust=Trust.SERVER,
        actor="site:listing-site",
        origin=("listing-site", name),
    )


def test_overlapping_batches_about_the_same_people_all_get_in(engine_on_postgres: Engine) -> None:
    engine = engine_on_postgres

    def batch(thread: int, turn: int) -> list[Draft]:
        order = [PEOPLE[(thread * 3 + turn * 7 + step) % 10] for step in range(10)]
        if thread % 2:
            order.reverse()
        return [
            draft(f"race-{thread}-{turn}-{place}", who if place % 2 else who[::-1])
            for place, who in enumerate(order)
        ]

    def send(thread: int) -> int:
        stored = 0
        for turn in range(6):
            drafts = batch(thread, turn)
            outcomes = engine.run(lambda tx, d=drafts: tx.append_many(d), actor=SITE)
            stored += sum(isinstance(item, Stored) and not item.duplicate for item in outcomes)
        return stored

    works = [lambda t=thread: send(t) for thread in range(THREADS)]
    outcomes = at_once(*works, lambda: [engine.sequence() for _ in range(20)])
    assert outcomes[:THREADS] == [60] * THREADS
    engine.sequence()
    assert broken(engine) == []
    with engine.reading() as tx:
        ids = [tx.find_subject(who, site="listing-site") for who in PEOPLE]
        assert len(set(ids)) == 10, "nobody became two, no two became one"
        assert all(tx.person(str(one)) == (one,) for one in ids)


def test_the_same_event_sent_by_all_is_stored_once(engine_on_postgres: Engine) -> None:
    engine = engine_on_postgres
    drafts = [draft("the-same", PEOPLE[0])]
    outcomes = at_once(
        *[
            lambda: engine.run(lambda tx: tx.append_many(drafts), actor=SITE)[0]
            for _ in range(THREADS)
        ]
    )
    assert all(isinstance(item, Stored) for item in outcomes)
    assert len({item.event_id for item in outcomes}) == 1
    assert sum(not item.duplicate for item in outcomes) == 1
    engine.sequence()
    assert broken(engine) == []


def test_the_same_form_sent_twice_is_one_request(engine_on_postgres: Engine) -> None:
    engine = engine_on_postgres
    intake = Intake("delete", PEOPLE[1][:1], origin=("portal-form", "one-press"))
    outcomes = at_once(
        *[
            lambda: engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT)
            for _ in range(THREADS)
        ]
    )
    assert len({item.reference for item in outcomes}) == 1
    engine.sequence()
    assert broken(engine) == []


def test_a_parents_yes_and_the_end_of_the_time_exclude_each_other(
    engine_on_postgres: Engine,
) -> None:
    engine = engine_on_postgres
    asked = []
    for place, who in enumerate(PEOPLE[:4]):
        said = {"kind": "age", "value": 9}
        engine.run(
            lambda tx, who=who, said=said: tx.append(  # type: ignore[misc]
                "age_signal.received", said, subject=who, site="listing-site"
            )
        )
        with engine.reading() as tx:
            (case,) = {item.case for item in cases.open_cases(tx.session)} - set(asked)
        contact = Contact(f"parent-{place}@example.org")
        engine.run(
            lambda tx, case=case, contact=contact: children.confirm(  # type: ignore[misc]
                tx, case, reason="Said so.", contact=contact
            ),
            actor=Actor(Role.STAFF, "officer"),
        )
        asked.append(case)
    choice = Choice(("service",), "video_call", "Pat Doe")
    works: list[Callable[[], Any]] = []
    for case in asked:
        works.append(lambda case=case: engine.run(lambda tx: consenting.expire(tx, case)))
        works.append(
            lambda case=case: engine.run(
                lambda tx: consenting.verify(tx, case, attested="Seen.", choice=choice)
            )
        )
    outcomes = at_once(*works)
    for place, case in enumerate(asked):
        expired, verified = outcomes[2 * place : 2 * place + 2]
        with engine.reading() as tx:
            state = cases.get(tx.session, case).state
        if expired is True:
            assert isinstance(verified, Conflict)
            assert state is State.DELETING
        else:
            assert expired is False
            assert state is State.CONSENTED


@pytest.fixture
def raced(engine_on_postgres: Engine):  # type: ignore[no-untyped-def]
    with sample_world(engine_on_postgres) as world:
        yield world


def test_of_two_officers_who_decide_at_once_one_is_told(raced: SampleWorld) -> None:
    reference = raced.ask(MAYA)
    raced.confirm(reference)
    raced.work()

    def decide(name: str, outcome: str) -> str:
        actor = Actor(Role.STAFF, name)
        words = {"ground": "exception", "reason": "A dispute."} if outcome == "deny" else {}
        raced.engine.run(
            lambda tx: rights.decide(tx, reference, outcome=outcome, **words), actor=actor
        )
        return outcome

    outcomes = at_once(lambda: decide("first", "fulfil"), lambda: decide("second", "deny"))
    refused = [item for item in outcomes if isinstance(item, Conflict)]
    assert len(refused) == 1
    assert raced.kinds(reference).count("request.approved") == 1
    (won,) = [item for item in outcomes if isinstance(item, str)]
    assert raced.request(reference).decision == won
    assert raced.words(reference)["review"] == f"done: {won}"
    assert raced.broken() == []


def test_two_people_attest_for_one_system_once(raced: SampleWorld) -> None:
    before = raced.snapshot()
    reference = raced.ask(MAYA)
    raced.confirm(reference)
    raced.work()
    raced.decide(reference)
    raced.work()

    def attest() -> None:
        raced.engine.run(
            lambda tx: workflow.attest(
                tx, reference, system=MAILBOX, removed=2, note="Searched by address."
            ),
            actor=Actor(Role.STAFF, "one"),
        )

    outcomes = at_once(attest, attest)
    assert sorted(type(item).__name__ for item in outcomes) == ["Conflict", "NoneType"]
    assert raced.board(reference)[MAILBOX].removed == {"attested": 2}
    assert raced.snapshot() == left_without(before, MAYA), "nobody else was touched"


def test_workers_side_by_side_do_each_step_once(raced: SampleWorld) -> None:
    people, before = CLIENTS[:4], raced.snapshot()
    references = [raced.ask(person) for person in people]

    def all_workers() -> None:
        outcomes = at_once(*[raced.work for _ in range(4)])
        assert not any(isinstance(item, Exception) for item in outcomes)
        with raced.later(seconds=3):
            raced.work()  # what waited for its lane

    for act in (raced.confirm, raced.decide, raced.attest):
        all_workers()
        for reference in references:
            act(reference)
    all_workers()
    for reference in references:
        kinds = raced.kinds(reference)
        assert raced.words(reference)["certificate"] == "done: produced"
        assert kinds.count("system.deleted") == 3
        assert kinds.count("message.sent") == 3
        assert kinds.count("subject.erased") == 1
        assert kinds.count("report.produced") == 1
    assert raced.snapshot() == left_without(before, *people), "nobody else was touched"
    assert raced.broken() == []


def test_an_erasure_and_new_words_about_the_person_end_in_order(raced: SampleWorld) -> None:
    """Whoever writes while the person is erased is erased with them or names a new person."""
    raced.introduce(MAYA)
    before = raced.snapshot()
    reference = raced.ask(MAYA)
    raced.confirm(reference)
    raced.work()
    raced.decide(reference)
    raced.work()
    raced.attest(reference)
    who = [Identifier("email", MAYA.email), Identifier("account", str(MAYA.number))]

    def talk(thread: int) -> int:
        for turn in range(30):
            drafts = [draft(f"talk-{thread}-{turn}", who)]
            raced.engine.run(lambda tx, d=drafts: tx.append_many(d), actor=SITE)
        return 30

    outcomes = at_once(raced.work, *[lambda t=thread: talk(t) for thread in range(3)])
    assert [item for item in outcomes if isinstance(item, EngineError)] == []
    with raced.later(minutes=20):
        raced.work()
    assert raced.words(reference)["erase"] == "done: erased"
    assert raced.snapshot() == left_without(before, MAYA), "nobody else was touched"
    assert raced.broken() == []

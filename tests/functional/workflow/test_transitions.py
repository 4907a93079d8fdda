"""Any order of acts on requests: no illegal state, no lost clock, no way around verification."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions, afterwards, register, rules
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.register import Filter, Request
from privacy_engine.rights.rules import FINAL
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.transaction import SUBJECT, Actor
from privacy_engine.workflow import reauthenticating
from privacy_engine.workflow.reauthenticating import Reauthentication
from tests.engines import make_engine
from tests.factories import OFFICER, SITE, SampleWorld, broken, sample_world

RIGHTS = ("know:specific", "know:categories", "delete", "correct", "opt_out", "limit", "opt_in")
EVIDENCE = ("name", "phone", "birth_year", "confirmed", "permission")
BY_OFFICER = ("officer", "authority", "power_of_attorney", "parent:signed_form", "name", "phone")
DISCLOSED = frozenset({"system.copied", "system.deleted", "system.corrected", "report.produced"})
Act = Callable[[Any], object]


class Requests(RuleBasedStateMachine):
    references = Bundle("references")

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        folder = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        self.now = datetime(2026, 3, 2, 17, tzinfo=UTC)
        self.clock = self.held.enter_context(ExitStack())
        self.set_clock()
        self.engine: Engine = make_engine(folder, url="")
        self.world: SampleWorld = self.held.enter_context(sample_world(self.engine))
        self.ends: dict[str, str] = {}

    def teardown(self) -> None:
        try:
            self.engine.sequence()
            assert broken(self.engine) == []
        finally:
            self.engine.close()
            self.held.close()

    def set_clock(self) -> None:
        self.clock.close()
        self.clock.enter_context(clock.fixed(self.now))

    def attempt(self, act: Act, actor: Actor) -> None:
        """Do it, or be refused with a sentence; anything else is a fault of ours."""
        try:
            self.engine.run(act, actor=actor)
        except EngineError as refused:
            if not refused.detail:
                raise

    # What people, agents, sites and officers do ------------------------------------------

    @rule(
        target=references,
        person=st.sampled_from([MAYA, OTTO]),
        right=st.sampled_from(RIGHTS),
        acting_for=st.sampled_from(["self", "self", "self", "agent", "child", "household"]),
        place=st.sampled_from(["us-ca", "us-ca", "us-va", "eu-gdpr", "us-fed"]),
        days_ago=st.integers(0, 5),
    )
    def ask(self, person: Any, *, right: str, acting_for: str, place: str, days_ago: int) -> str:
        intake = Intake(
            right,
            (Identifier("email", person.email), Identifier("account", str(person.number))),
            jurisdiction=place,
            acting_for=acting_for,
            received_at=self.now - timedelta(days=days_ago),
            site="listing-site",
        )
        return self.engine.run(lambda tx: actions.receive(tx, intake), actor=SITE).reference

    @rule(reference=references)
    def press_the_link(self, reference: str) -> None:
        self.attempt(lambda tx: actions.verify(tx, reference, method="email_link"), SUBJECT)

    @rule(reference=references, given=st.sets(st.sampled_from(EVIDENCE), max_size=2))
    def show(self, reference: str, *, given: set[str]) -> None:
        self.attempt(lambda tx: actions.give_evidence(tx, reference, given, method="x"), SUBJECT)

    @rule(reference=references)
    def sign(self, reference: str) -> None:
        words = {"wording": "It is me.", "signature": "Me", "language": "en"}
        self.attempt(lambda tx: actions.declare(tx, reference, **words), SUBJECT)

    @rule(reference=references, account=st.sampled_from([MAYA.number, OTTO.number]))
    def sign_in_again(self, reference: str, *, account: int) -> None:
        proof = Reauthentication("listing-site", str(account), self.now)
        self.attempt(lambda tx: reauthenticating.accept(tx, reference, proof), SITE)

    @rule(reference=references)
    def fail(self, reference: str) -> None:
        self.attempt(
            lambda tx: actions.fail_verification(tx, reference, method="answers"), SUBJECT
        )

    @rule(reference=references, given=st.sets(st.sampled_from(BY_OFFICER), max_size=3))
    def check(self, reference: str, *, given: set[str]) -> None:
        self.attempt(
            lambda tx: actions.give_evidence(tx, reference, given, method="officer"), OFFICER
        )

    @rule(reference=references)
    def doubt(self, reference: str) -> None:
        self.attempt(lambda tx: actions.suspect(tx, reference, reason="Odd."), OFFICER)

    @rule(reference=references, outcome=st.sampled_from(["fulfil", "partial", "deny"]))
    def decide(self, reference: str, *, outcome: str) -> None:
        why = {"ground": "insuf_verification", "citation": "7062", "reason": "A reason."}
        self.attempt(lambda tx: actions.decide(tx, reference, outcome=outcome, **why), OFFICER)

    @rule(reference=references)
    def extend(self, reference: str) -> None:
        self.attempt(lambda tx: actions.extend(tx, reference, reason="Much."), OFFICER)

    @rule(reference=references, by=st.sampled_from([SUBJECT, OFFICER]))
    def revoke(self, reference: str, *, by: Actor) -> None:
        self.attempt(lambda tx: actions.revoke(tx, reference), by)

    @rule(reference=references)
    def set_aside(self, reference: str) -> None:
        self.attempt(lambda tx: afterwards.set_aside(tx, reference, reason="Shoes."), OFFICER)

    @rule(reference=references)
    def write(self, reference: str) -> None:
        self.attempt(lambda tx: afterwards.write_to_us(tx, reference, text="Hello."), SUBJECT)
        self.attempt(lambda tx: afterwards.mark_read(tx, reference), OFFICER)

    @rule(reference=references)
    def appeal(self, reference: str) -> None:
        self.attempt(lambda tx: afterwards.appeal(tx, reference, text="No."), SUBJECT)

    @rule(reference=references, outcome=st.sampled_from(["upheld", "reversed"]))
    def decide_appeal(self, reference: str, *, outcome: str) -> None:
        self.attempt(
            lambda tx: afterwards.decide_appeal(tx, reference, outcome=outcome, reason="So."),
            OFFICER,
        )

    @rule(reference=references)
    def go_on(self, reference: str) -> None:
        self.attempt(lambda tx: afterwards.follow(tx, reference, why="reopened"), OFFICER)

    @rule()
    def work(self) -> None:
        self.world.work()

    @rule(days=st.sampled_from([1, 9, 40]))
    def wait(self, days: int) -> None:
        self.engine.sequence()  # nothing that is whole waits for days
        self.now += timedelta(days=days)
        self.set_clock()

    # What must hold ----------------------------------------------------------------------

    def all(self) -> list[Request]:
        with self.engine.reading() as tx:
            return register.search(tx.session, Filter(), limit=1_000)

    @invariant()
    def what_ended_stays_ended(self) -> None:
        for found in self.all():
            before = self.ends.get(found.reference)
            assert before is None or before == found.state
            assert (found.state in FINAL) == (found.ended_at is not None)
            if found.ended:
                self.ends[found.reference] = found.state

    @invariant()
    def no_clock_is_lost(self) -> None:
        everything = {found.reference: found for found in self.all()}
        for found in everything.values():
            answer = rules.answer_clock(found.facts)
            assert found.strict_due_on == (answer.strict_due_on if answer else None)
            assert found.legal_due_on == (answer.legal_due_on if answer else None)
            if found.follows and found.follows_why != afterwards.APPEAL:
                assert found.received_at == everything[found.follows].received_at

    @invariant()
    def nobody_counts_as_verified_by_less_than_the_right_needs(self) -> None:
        for found in self.all():
            if found.verified_at:
                assert not found.lacking, found.evidence

    @invariant()
    def nothing_is_shown_or_deleted_for_who_was_never_verified(self) -> None:
        for found in self.all():
            if not rules.needs_verification(found.right, found.jurisdiction):
                continue
            with self.engine.reading() as tx:
                kinds = [event.kind for event in tx.events_of_case(found.reference)]
            if "request.verified" not in kinds:
                assert not DISCLOSED.intersection(kinds)
                assert found.decision in {None, "deny"}


def run(*, lives: int, steps: int) -> None:
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
        ),
    )


def test_any_order_of_acts() -> None:
    run(lives=3, steps=20)


@pytest.mark.slow
def test_any_order_of_acts_at_length() -> None:
    run(lives=15, steps=30)

"""Any order of acts on requests: no illegal state, no lost clock, no way around verification."""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions, afterwards, register, rules, verification
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
BEGUN = ((MAYA, "delete", "self"), (OTTO, "know:specific", "self"), (MAYA, "correct", "agent"))
ACTS = (
    *("press_the_link", "show", "sign", "sign_in_again", "fail", "take_back", "write", "appeal"),
    *("decide", "decide", "check", "check", "doubt", "extend", "revoke", "set_aside"),
    *("decide_appeal", "go_on", "ask", "work", "wait"),
)
Act = Callable[[Any], object]
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Requests(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        folder = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        self.now = datetime(2026, 3, 2, 17, tzinfo=UTC)
        self.clock = self.held.enter_context(ExitStack())
        self.set_clock()
        self.engine: Engine = make_engine(folder, url="")
        self.held.callback(self.engine.close)
        self.world: SampleWorld = self.held.enter_context(sample_world(self.engine))
        self.world.meant |= {MAYA, OTTO}
        self.references: list[str] = []
        self.shown: set[tuple[str, str]] = set()  # of a request, by a code
        self.ends: dict[str, str] = {}

    def teardown(self) -> None:
        try:
            self.engine.sequence()
            assert broken(self.engine) == []
        finally:
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

    @initialize()
    def have_some(self) -> None:
        """A life begins with some requests, so that no act has to wait for something to do."""
        for person, right, acting_for in BEGUN:
            self.receive(person, right, acting_for=acting_for)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule that draws the act: of many rules a life leaves most out, at random."""
        getattr(self, data.draw(st.sampled_from(ACTS)))(data.draw)

    def receive(
        self, person: Any, right: str, *, acting_for: str, place: str = "us-ca", days_ago: int = 5
    ) -> None:
        intake = Intake(
            right,
            (Identifier("email", person.email), Identifier("account", str(person.number))),
            jurisdiction=place,
            acting_for=acting_for,
            received_at=self.now - timedelta(days=days_ago),
            site="listing-site",
        )
        made = self.engine.run(lambda tx: actions.receive(tx, intake), actor=SITE)
        self.references.append(made.reference)

    def one(self, draw: Draw) -> str:
        return str(draw(st.sampled_from(self.references)))

    def shows(self, reference: str, codes: Iterable[str]) -> None:
        self.shown |= {(reference, code) for code in codes}

    def ask(self, draw: Draw) -> None:
        self.receive(
            draw(st.sampled_from([MAYA, OTTO])),
            draw(st.sampled_from(RIGHTS)),
            acting_for=draw(st.sampled_from(["self", "self", "agent", "child", "household"])),
            place=draw(st.sampled_from(["us-ca", "us-ca", "us-va", "eu-gdpr", "us-fed"])),
            days_ago=draw(st.integers(0, 5)),
        )

    def press_the_link(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.shows(reference, verification.evidence_of("email_link"))
        self.attempt(lambda tx: actions.verify(tx, reference, method="email_link"), SUBJECT)

    def show(self, draw: Draw) -> None:
        reference = self.one(draw)
        given = draw(st.sets(st.sampled_from(EVIDENCE), max_size=2))
        self.shows(reference, given)
        self.attempt(lambda tx: actions.give_evidence(tx, reference, given, method="x"), SUBJECT)

    def sign(self, draw: Draw) -> None:
        reference = self.one(draw)
        words = {"wording": "It is me.", "signature": "Me", "language": "en"}
        self.shows(reference, {verification.DECLARATION})
        self.attempt(lambda tx: actions.declare(tx, reference, **words), SUBJECT)

    def sign_in_again(self, draw: Draw) -> None:
        reference = self.one(draw)
        account = draw(st.sampled_from([MAYA.number, OTTO.number]))
        self.shows(reference, verification.evidence_of("reauthentication"))
        proof = Reauthentication("listing-site", str(account), self.now)
        self.attempt(lambda tx: reauthenticating.accept(tx, reference, proof), SITE)

    def fail(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(
            lambda tx: actions.fail_verification(tx, reference, method="answers"), SUBJECT
        )

    def take_back(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: actions.revoke(tx, reference), SUBJECT)

    def write(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: afterwards.write_to_us(tx, reference, text="Hello."), SUBJECT)
        self.attempt(lambda tx: afterwards.mark_read(tx, reference), OFFICER)

    def appeal(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: afterwards.appeal(tx, reference, text="No."), SUBJECT)

    def check(self, draw: Draw) -> None:
        reference = self.one(draw)
        given = draw(st.sets(st.sampled_from(BY_OFFICER), max_size=3))
        self.shows(reference, given)
        self.attempt(
            lambda tx: actions.give_evidence(tx, reference, given, method="officer"), OFFICER
        )

    def doubt(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: actions.suspect(tx, reference, reason="Odd."), OFFICER)

    def decide(self, draw: Draw) -> None:
        reference = self.one(draw)
        outcome = draw(st.sampled_from(["fulfil", "partial", "deny"]))
        why = {"ground": "insuf_verification", "citation": "7062", "reason": "A reason."}
        self.attempt(lambda tx: actions.decide(tx, reference, outcome=outcome, **why), OFFICER)

    def extend(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: actions.extend(tx, reference, reason="Much."), OFFICER)

    def revoke(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: actions.revoke(tx, reference), OFFICER)

    def set_aside(self, draw: Draw) -> None:
        reference = self.one(draw)
        self.attempt(lambda tx: afterwards.set_aside(tx, reference, reason="Shoes."), OFFICER)

    def decide_appeal(self, draw: Draw) -> None:
        reference = self.one(draw)
        outcome = draw(st.sampled_from(["upheld", "reversed"]))
        self.attempt(
            lambda tx: afterwards.decide_appeal(tx, reference, outcome=outcome, reason="So."),
            OFFICER,
        )

    def go_on(self, draw: Draw) -> None:
        ended = draw(st.sampled_from(sorted(self.ends) or self.references))
        self.attempt(lambda tx: afterwards.follow(tx, ended, why="reopened"), OFFICER)
        everything = [found.reference for found in self.all()]
        self.references += [item for item in everything if item not in self.references]

    def work(self, _draw: Draw) -> None:
        self.world.work()

    def wait(self, draw: Draw) -> None:
        self.engine.sequence()  # nothing that is whole waits for days
        self.now += timedelta(days=draw(st.sampled_from([1, 9, 40])))
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
    def nothing_counts_that_nobody_showed(self) -> None:
        everything = {found.reference: found for found in self.all()}
        for found in everything.values():
            line = [found.reference]  # what was shown for a request counts where it goes on
            while everything[line[-1]].follows:
                line.append(str(everything[line[-1]].follows))
            for code in found.given:
                assert any((reference, code) in self.shown for reference in line), code

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
    run(lives=8, steps=20)


@pytest.mark.slow
def test_any_order_of_acts_at_length() -> None:
    run(lives=20, steps=30)

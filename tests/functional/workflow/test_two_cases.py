"""Two open cases turn out to be about one child: deciding one ends the other with it."""

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.rules import State
from privacy_engine.log.event import Identifier
from privacy_engine.reports import child_facts
from tests.factories import OFFICER, SampleWorld

pytestmark = pytest.mark.functional

EMAIL, ACCOUNT = Identifier("email", "mo@example.org"), Identifier("account", "7041")
PARENT = Contact(parent_email="parent@example.org", parent_name="Pat", child_name="Mo")


def two_cases(world: SampleWorld) -> tuple[str, str]:
    """Let two names give an age, and then turn out to be one person's."""
    for who in (EMAIL, ACCOUNT):
        world.report("age_signal.received", {"kind": "age", "value": 11}, [who])
    with world.engine.reading() as tx:
        first, second = sorted(cases.open_cases(tx.session), key=lambda item: item.opened_at)
    world.report("age_signal.received", {"kind": "age", "value": 11}, [EMAIL, ACCOUNT])
    return first.case, second.case


@pytest.mark.parametrize("contact", [None, PARENT], ids=["delete", "parent"])
def test_the_other_case_ends_with_the_decision_and_says_so(
    small_world: SampleWorld, contact: Contact | None
) -> None:
    world = small_world
    before = world.snapshot()
    decided, other = two_cases(world)
    world.engine.run(
        lambda tx: children.confirm(tx, decided, reason="Own statement.", contact=contact),
        actor=OFFICER,
    )
    with world.engine.reading() as tx:
        assert [item.case for item in cases.open_cases(tx.session)] == [decided]
        assert children.merged_into(tx, other) == decided
    assert world.has_ended(other)
    world.work()
    world.attest(decided)
    world.work()
    with world.engine.reading() as tx:
        assert cases.get(tx.session, other).subject_id is None, "erased with the case that goes on"
        report = child_facts.case_report(tx, other)
    assert report.headline.text == f"Goes on in case {decided}, which is about the same child"
    assert world.snapshot() == before, "the site knows no Mo: nobody was touched"
    assert not world.broken()


def test_a_link_that_comes_after_the_decision_ends_the_other_case_at_the_erasure(
    small_world: SampleWorld,
) -> None:
    world = small_world
    before = world.snapshot()
    for who in (EMAIL, ACCOUNT):
        world.report("age_signal.received", {"kind": "age", "value": 11}, [who])
    with world.engine.reading() as tx:
        decided, other = (item.case for item in cases.open_cases(tx.session))
    world.engine.run(
        lambda tx: children.confirm(tx, decided, reason="Own statement."), actor=OFFICER
    )
    world.report("age_signal.received", {"kind": "age", "value": 11}, [EMAIL, ACCOUNT])
    world.work()
    world.attest(decided)
    world.work()
    with world.engine.reading() as tx:
        assert cases.open_cases(tx.session) == []
        assert {cases.get(tx.session, item).state for item in (decided, other)} == {State.DELETED}
        assert children.merged_into(tx, other) == decided
    assert world.snapshot() == before, "the site knows no Mo: nobody was touched"
    assert not world.broken()

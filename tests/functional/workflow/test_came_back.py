"""What an answered deletion had removed comes back: its case is open until it is gone again."""

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.children.rules import State as ChildState
from privacy_engine.errors import Conflict
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions as rights
from privacy_engine.rights.rules import State
from privacy_engine.sample_site.people import CHILD, MAYA
from privacy_engine.workflow import reimporting
from tests.factories import OFFICER, Letter, SampleWorld

pytestmark = pytest.mark.functional
SITE = "listing-database"


def deleted(world: SampleWorld) -> str:
    """Tell the deletion of Maya, and let a restore bring the site's database back as it was."""
    old = world.site_database.read_bytes()
    world.introduce(MAYA)
    reference = world.delete_whole(MAYA)
    assert world.request(reference).state is State.PARTIALLY_FULFILLED
    world.site_database.write_bytes(old)
    return reference


def mails(world: SampleWorld) -> list[Letter]:
    return [letter for letter in world.letters() if letter.subject == "Deleted data came back"]


def reports(world: SampleWorld, case: str) -> list[str]:
    return [
        str(event.data["number"])
        for event in world.timeline(case)
        if event.kind == "report.produced"
    ]


def test_a_late_search_opens_the_request_again_and_closes_it(world: SampleWorld) -> None:
    reference = deleted(world)
    answered_at = world.request(reference).ended_at
    with world.later(days=8):
        world.work()
        found = world.request(reference)
        assert found.state is State.IN_PROGRESS
        assert found.came_back
        assert found.strict_due_on is None, "no clock of the law begins anew"
        assert found.ended_at == answered_at, "the first answer keeps its day"
        with world.engine.reading() as tx:
            open_now = rights.open_requests(tx)
        assert [item.reference for item in open_now] == [reference], "in the queue again"
        with pytest.raises(Conflict, match="deleted again, and no more"):
            world.engine.run(lambda tx: rights.revoke(tx, reference))
    with world.later(days=8, minutes=10):
        world.work()
        assert world.words(reference)["rescan-7"] == "done: nothing found"
        assert world.request(reference).state is State.PARTIALLY_FULFILLED
        assert world.request(reference).ended_at == answered_at
        assert world.board(reference)[SITE].verdict == "erased"
        (mail,) = mails(world)
    assert reference in mail.body
    assert MAYA.email not in mail.body
    assert len(set(reports(world, reference))) == 2, "a second certificate beside the first"
    kinds = world.kinds(reference)
    assert kinds.count("system.came_back") == kinds.count("system.gone_again") == 1
    assert world.broken() == []


def test_the_nightly_comparison_opens_the_request_again(world: SampleWorld) -> None:
    reference = deleted(world)
    reimporting.look(world.engine)
    reimporting.look(world.engine)
    world.work()
    assert world.request(reference).state is State.IN_PROGRESS
    (mail,) = mails(world)
    assert reference in mail.body
    assert "1 identifier" in mail.body
    reimporting.delete(world.engine, system=SITE)
    world.work()
    assert world.request(reference).state is State.PARTIALLY_FULFILLED
    assert len(set(reports(world, reference))) == 2
    assert world.broken() == []


def test_a_child_who_comes_back_has_their_case_open_again_by_the_hash(
    world: SampleWorld,
) -> None:
    old = world.site_database.read_bytes()
    who = [Identifier("email", CHILD.email)]
    world.report("age_signal.received", {"kind": "birth_date", "value": "2016-05-04"}, who)
    subject = world.subject(CHILD)
    with world.engine.reading() as tx:
        case = child_cases.open_case_of(tx.session, tx.person(subject))
    world.work()
    world.engine.run(lambda tx: children.confirm(tx, case, reason="Said so."), actor=OFFICER)
    world.work()
    world.attest(case)
    world.work()

    def state() -> ChildState:
        with world.engine.reading() as tx:
            return child_cases.get(tx.session, case).state

    assert state() is ChildState.DELETED
    world.site_database.write_bytes(old)
    reimporting.look(world.engine)
    world.work()
    (mail,) = mails(world)
    assert case in mail.body
    assert state() is ChildState.DELETING
    with world.engine.reading() as tx:
        assert [item.case for item in child_cases.open_cases(tx.session)] == [case]
        assert child_cases.ended_cases(tx.session) == []
    reimporting.delete(world.engine, system=SITE)
    world.work()
    assert state() is ChildState.DELETED
    assert world.broken() == []

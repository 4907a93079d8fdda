"""Whoever asks to see and to delete at once gets both: the erasure waits for the other answer."""

from privacy_engine.jobs import schedule
from privacy_engine.reports import subject_package
from privacy_engine.rights import actions as rights
from privacy_engine.rights.rules import State
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow.case import PACKAGE_FOR
from tests.factories import SampleWorld

WAITS = "waiting: another request"
ERASED = "done: erased"


def delete_up_to_the_erasure(world: SampleWorld, reference: str) -> None:
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()


def test_the_erasure_waits_for_the_answer_and_for_the_package_to_be_fetched(
    world: SampleWorld,
) -> None:
    world.introduce(MAYA)
    know = world.ask(MAYA, "know:specific")
    delete = world.ask(MAYA)
    world.work()
    world.confirm(know)
    delete_up_to_the_erasure(world, delete)
    assert world.words(delete)["delete"] == WAITS, "what they asked to see is still there"
    assert world.steps(delete)["delete"].detail == {"waiting_for": [know]}
    assert world.subject(MAYA)
    world.decide(know)
    world.work()
    assert world.request(know).state is State.FULFILLED
    with world.engine.reading() as tx:
        assert subject_package.open_package(tx, know), "it can still be fetched"
    assert world.words(delete)["erase"] == WAITS
    with world.later(days=PACKAGE_FOR.days, minutes=5):
        world.work()
        assert world.words(delete)["erase"] == ERASED
        assert world.words(delete)["certificate"] == "done: produced"
    assert world.subject(MAYA) is None
    assert not subject_package.path_of(world.engine.settings, know).exists()
    assert world.broken() == []


def test_the_erasure_goes_on_when_the_other_request_is_taken_back(world: SampleWorld) -> None:
    correct = world.ask(MAYA, "correct")
    delete = world.ask(MAYA)
    world.work()
    delete_up_to_the_erasure(world, delete)
    assert world.words(delete)["erase"] == WAITS
    world.engine.run(lambda tx: rights.revoke(tx, correct), actor=SUBJECT)
    world.work()
    assert world.words(delete)["erase"] == ERASED
    assert world.broken() == []


def test_what_a_stranger_types_after_the_decision_puts_nothing_off(
    small_world: SampleWorld,
) -> None:
    world = small_world
    delete = world.ask(MAYA)
    world.work()
    world.confirm(delete)
    world.work()
    world.decide(delete)
    world.work()
    typed = world.ask(MAYA, "know:specific")
    world.work()
    world.attest(delete)
    world.work()
    assert world.words(delete)["erase"] == ERASED
    assert world.request(typed).state is State.EXPIRED
    assert world.has_ended(typed)
    assert world.broken() == []


def test_choices_put_nothing_off(small_world: SampleWorld) -> None:
    small_world.ask(MAYA, "opt_out")
    delete = small_world.ask(MAYA)
    small_world.work()
    delete_up_to_the_erasure(small_world, delete)
    assert small_world.words(delete)["erase"] == ERASED


def test_no_longer_than_the_answer_may_take(small_world: SampleWorld) -> None:
    """What nobody confirms is refused before its term, and the erasure goes on."""
    world = small_world
    know = world.ask(MAYA, "know:specific")
    delete = world.ask(MAYA)
    world.work()
    delete_up_to_the_erasure(world, delete)
    assert world.words(delete)["delete"] == WAITS
    with world.later(days=44):
        schedule.run(world.engine)
        world.work()
        assert world.request(know).state is State.DENIED
        assert world.words(delete)["erase"] == ERASED

"""A process that dies while work by hand is recorded: they press again, and it counts once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import actions, by_hand
from privacy_engine.workflow.corrections import Change
from tests.engines import make_engine
from tests.factories import MAILBOX, OFFICER, SampleWorld, keep_mailbox, sample_world
from tests.functional.workflow.test_crashes import Crash, Fuse, Told, burning, seen, work

pytestmark = [pytest.mark.functional, pytest.mark.slow]
MOMENT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
# The recording and what follows at once; what a deletion does after it dies in `test_crashes`.
POINTS = [*range(1, 13), 16, 20]
NOTE = "Searched by address."


@dataclass(frozen=True)
class Act:
    """What is asked for, what the officer decides before, and what a person then says."""

    right: str
    says: Callable[[Transaction, str], None]
    before: Callable[[SampleWorld, str], None] = lambda world, reference: world.decide(reference)
    more: Mapping[str, object] = field(default_factory=dict)


def counted(tx: Transaction, case: str) -> None:
    by_hand.located(tx, case, system=MAILBOX, found=found(tx), note=NOTE)


def copied(tx: Transaction, case: str) -> None:
    by_hand.copied(
        tx, case, system=MAILBOX, found=found(tx), note=NOTE, file=("found.txt", b"of hers")
    )


def corrected(tx: Transaction, case: str) -> None:
    by_hand.corrected(tx, case, system=MAILBOX, changed=1, note=NOTE)


def deleted(tx: Transaction, case: str) -> None:
    actions.attest(tx, case, system=MAILBOX, removed=2, note=NOTE)


def found(tx: Transaction) -> dict[str, int]:
    return {tx.content.system(MAILBOX).series[0]: 1}


def decide_the_change(world: SampleWorld, reference: str) -> None:
    world.decide(reference)
    world.work()
    series = world.engine.content.system(MAILBOX).series[0]
    change = Change(MAILBOX, series, "phone", "0199", "0100")
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(change,)), actor=OFFICER)


ACTS = {
    "counted": Act("know:categories", counted, before=lambda _world, _reference: None),
    "copied": Act("know:specific", copied),
    "corrected": Act(
        "correct", corrected, decide_the_change, {"corrections": {"text": "It ends in 0199."}}
    ),
    "deleted": Act("delete", deleted),
}


def tell(world: SampleWorld, act: Act, fuse: Fuse) -> str:
    """Tell a case up to the work by hand; from there on the process may die."""
    with clock.fixed(MOMENT):
        reference = world.ask(MAYA, act.right, **act.more)
        world.work()
        world.confirm(reference)
        world.work()
        act.before(world, reference)
        world.work()
    for minutes in (1, 2):
        with clock.fixed(MOMENT + timedelta(minutes=minutes)), burning(fuse, world.engine):
            try:
                world.engine.run(lambda tx: act.says(tx, reference), actor=OFFICER)
            except Crash:
                continue  # no page came back: the person presses again
            break
    work(world, fuse, MOMENT + timedelta(minutes=5))
    return reference


@contextmanager
def kept_world(engine: Engine) -> Iterator[SampleWorld]:
    with sample_world(engine) as made:
        keep_mailbox(engine, "support@listing.example")
        yield made


@pytest.fixture
def world(engine: Engine) -> Iterator[SampleWorld]:
    """The sample site; its mailbox has a keeper."""
    with kept_world(engine) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What each story comes to when nothing happens to the process."""
    told = {}
    for name, act in ACTS.items():
        engine = make_engine(tmp_path_factory.mktemp(name))
        with kept_world(engine) as world:
            reference = tell(world, act, Fuse(0))
            told[name] = seen(world, reference)
            with pytest.raises(Conflict):  # who pressed twice, as after an answer that was lost
                engine.run(lambda tx, one=act, case=reference: one.says(tx, case), actor=OFFICER)
            assert seen(world, reference) == told[name], "it counts once"
        engine.close()
    return told


@pytest.mark.parametrize("at", POINTS)
@pytest.mark.parametrize("act", ACTS)
def test_a_crash_before_any_commit_leaves_it_to_be_said_again(
    world: SampleWorld, act: str, at: int, undisturbed: dict[str, Told]
) -> None:
    fuse = Fuse(at)
    reference = tell(world, ACTS[act], fuse)
    if not fuse.blown:
        pytest.skip("the story has fewer writes")
    assert seen(world, reference) == undisturbed[act]

"""A process that dies between any two writes leaves nothing undone and nothing done twice."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.jobs import tasks
from privacy_engine.log import restore
from privacy_engine.sample_site.people import MAYA
from tests.engines import make_engine
from tests.factories import SampleWorld, sample_world
from tests.snapshots import Snapshot

MOMENT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
MOST_WRITES = 130


class Crash(BaseException):
    """The process dies here; nothing catches it."""


@dataclass
class Fuse:
    """Lets the process die instead of making its `at`-th write; 0 never does."""

    at: int
    writes: int = 0
    blown: bool = False

    def count(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        self.writes += 1
        if self.writes == self.at and not self.blown:
            self.blown = True
            raise Crash


@contextmanager
def burning(fuse: Fuse, engine: Engine) -> Iterator[None]:
    event.listen(engine.database, "commit", fuse.count)
    try:
        yield
    finally:
        event.remove(engine.database, "commit", fuse.count)


def work(world: SampleWorld, fuse: Fuse, moment: datetime) -> None:
    """Do what is due; if the process dies, another one goes on once the lease has run out."""
    for minutes in (0, 2):
        with clock.fixed(moment + timedelta(minutes=minutes)), burning(fuse, world.engine):
            try:
                tasks.run_due(world.engine)
            except Crash:
                continue


def tell(world: SampleWorld, fuse: Fuse, moment: datetime = MOMENT) -> str:
    """Tell a whole deletion, searches of a week and a month later included."""

    def act(what: Callable[[], object], *, after: timedelta) -> None:
        with clock.fixed(moment + after):
            what()
        work(world, fuse, moment + after)

    with clock.fixed(moment):
        world.introduce(MAYA)
        reference = world.ask(MAYA)
    work(world, fuse, moment)
    act(lambda: world.confirm(reference), after=timedelta(hours=1))
    act(lambda: world.decide(reference), after=timedelta(hours=2))
    act(lambda: world.attest(reference, removed=2), after=timedelta(hours=3))
    work(world, fuse, moment + timedelta(days=8))
    work(world, fuse, moment + timedelta(days=32))
    return reference


@dataclass(frozen=True)
class Told:
    """What can be seen of a story once it is over."""

    kinds: Counter[str]
    steps: list[dict[str, str]]
    removed: list[dict[str, object]]
    site: Snapshot
    subscribers: tuple[str, ...]
    calls: Counter[str]
    files: Counter[str]
    left: list[str]
    broken: list[str]


def seen(world: SampleWorld, *references: str) -> Told:
    engine = world.engine
    with engine.reading() as tx:
        undone = restore.undone(tx.session, engine.ring)
    exports, outbox = engine.settings.exports_directory, engine.settings.outbox_directory
    files = [p for folder in (exports, outbox) for p in folder.rglob("*") if p.is_file()]
    return Told(
        Counter(kind for one in references for kind in world.kinds(one) if kind != "step.waiting"),
        [world.words(one) for one in references],
        [
            {row.system: (row.removed, row.retained) for row in world.board(one).values()}
            for one in references
        ],
        world.snapshot(),
        tuple(world.subscribers),
        Counter(re.sub("|".join(references), "", call) for call in world.vendor_calls),
        Counter(path.suffix for path in files),
        [order.task for order in world.waiting()] + [line.case_id for line in undone],
        world.broken(),
    )


def test_every_step_of_the_undisturbed_story_happens_once(small_world: SampleWorld) -> None:
    fuse = Fuse(0)
    reference = tell(small_world, fuse)
    told = seen(small_world, reference)
    assert told.left == told.broken == []
    assert small_world.has_ended(reference)
    once = {
        "request.acknowledged": 1,
        "request.verified": 1,
        "request.approved": 1,
        "message.sent": 3,
        "system.deleted": 3,
        "subject.erased": 1,
        "report.produced": 1,
        "workflow.ended": 1,
    }
    assert {kind: told.kinds[kind] for kind in once} == once
    assert told.files == Counter({".pdf": 1})
    assert fuse.writes < MOST_WRITES


def points(step: int, start: int = 1) -> list[int]:
    return list(range(start, MOST_WRITES, step))


@pytest.mark.parametrize(
    "at",
    [
        *points(13, 6),  # among them the one after a report was recorded
        *(pytest.param(at, marks=pytest.mark.slow) for at in points(1) if at % 13 != 6),
    ],
)
def test_a_crash_before_any_write_changes_nothing_in_the_end(
    small_world: SampleWorld, at: int, undisturbed: Told
) -> None:
    fuse = Fuse(at)
    reference = tell(small_world, fuse)
    if not fuse.blown:
        pytest.skip("the story has fewer writes")
    told = seen(small_world, reference)
    assert told == undisturbed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the same story comes to when nothing happens to the process."""
    engine = make_engine(tmp_path_factory.mktemp("undisturbed"))
    with sample_world(engine) as world:
        told = seen(world, tell(world, Fuse(0)))
    engine.close()
    return told

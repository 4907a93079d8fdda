"""What ends by itself: holds by their day, proofs by the schedule; and systems that are away."""

from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from privacy_engine import clock
from privacy_engine.cli import operate, retention
from privacy_engine.connectors import health
from privacy_engine.engine import Engine
from privacy_engine.jobs import schedule, tasks
from privacy_engine.log import erasure, restore
from privacy_engine.log.event import Identifier, Scope
from privacy_engine.log.tables import VaultKeyRow
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import waiting_work
from tests.factories import OFFICER, SampleWorld, sample_world

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
FIVE_YEARS = NOON.replace(year=2031)


@pytest.fixture
def world(each_engine: Engine):
    with sample_world(each_engine) as made:
        yield made


def a_day(world: SampleWorld, moment: datetime) -> None:
    """Let a day's recurring duties be done."""
    with clock.fixed(moment):
        schedule.run(world.engine)
        tasks.run_due(world.engine)


def proofs(world: SampleWorld) -> list[datetime | None]:
    with world.engine.reading() as tx:
        wanted = select(VaultKeyRow.keep_until).where(VaultKeyRow.scope == Scope.PROOF)
        return list(tx.session.execute(wanted).scalars())


def deleted(world: SampleWorld) -> str:
    with clock.fixed(NOON):
        world.introduce(MAYA)
        return world.delete_whole(MAYA)


# Holds -----------------------------------------------------------------------------------


def test_a_hold_that_runs_out_lets_the_erasure_go_on(world: SampleWorld) -> None:
    who = (Identifier("email", MAYA.email),)
    with clock.fixed(NOON):
        world.introduce(MAYA)
        order = HoldOrder(HoldScope.SUBJECT, "A court asked.", subject=who, until=date(2026, 3, 9))
        world.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER)
        reference = world.delete_whole(MAYA)
    waits = world.kinds(reference).count("step.waiting")
    for days in range(8):
        a_day(world, NOON + timedelta(days=days))
        assert world.words(reference)["erase"] == "waiting: held"
    assert world.kinds(reference).count("step.waiting") == waits
    a_day(world, NOON + timedelta(days=8))
    assert world.words(reference)["erase"] == "done: erased"


# Proofs ----------------------------------------------------------------------------------


def test_proofs_of_an_erased_person_end_when_the_schedule_says(world: SampleWorld) -> None:
    deleted(world)
    assert proofs(world) == [FIVE_YEARS]
    a_day(world, FIVE_YEARS - timedelta(days=1))
    assert proofs(world) == [FIVE_YEARS]
    a_day(world, FIVE_YEARS + timedelta(hours=1))
    assert proofs(world) == []
    with clock.fixed(FIVE_YEARS + timedelta(hours=2)):
        assert world.broken() == []
    a_day(world, FIVE_YEARS + timedelta(days=1))
    with world.engine.reading() as tx:
        assert restore.undone(tx.session, world.engine.ring) == []


def test_proofs_count_from_the_day_on_which_the_last_consent_ended(world: SampleWorld) -> None:
    who = [Identifier("email", MAYA.email)]
    with clock.fixed(NOON - timedelta(days=30)):
        world.introduce(MAYA)
        world.report("consent.withdrawn", {"purpose": "newsletter", "service": "newsletter"}, who)
    with clock.fixed(NOON):
        world.delete_whole(MAYA)
    (until,) = proofs(world)
    assert until is not None
    assert until.date() == date(2031, 1, 31)


def test_a_hold_on_the_series_keeps_the_proofs(world: SampleWorld) -> None:
    deleted(world)
    with clock.fixed(FIVE_YEARS):
        order = HoldOrder(HoldScope.SERIES, "A court asked.", target="consent-proofs")
        world.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER)
    a_day(world, FIVE_YEARS + timedelta(days=1))
    assert len(proofs(world)) == 1


def test_proofs_without_a_date_are_dated_and_proofs_of_the_living_are_not(
    world: SampleWorld,
) -> None:
    with clock.fixed(NOON):
        world.introduce(MAYA)
    a_day(world, NOON)
    assert proofs(world) == [None]
    with clock.fixed(NOON):
        world.delete_whole(MAYA)
    world.engine.run(
        lambda tx: tx.session.execute(VaultKeyRow.__table__.update().values(keep_until=None))
    )
    a_day(world, NOON + timedelta(days=1))
    assert proofs(world) == [FIVE_YEARS + timedelta(days=1)]


def test_a_crash_inside_the_end_of_proofs_stops_no_start(
    world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted(world)

    class Crash(BaseException):
        pass

    def crash(*_: object) -> int:
        raise Crash

    with monkeypatch.context() as broken, clock.fixed(FIVE_YEARS):
        broken.setattr(erasure, "destroy_keys", crash)
        with pytest.raises(Crash):
            tasks.TASKS["proofs.dispose"](world.engine)
    with clock.fixed(FIVE_YEARS):
        with world.engine.reading() as tx:
            assert len(restore.undone(tx.session, world.engine.ring)) == 1
        operate.refuse_stale_restore(world.engine)
        tasks.TASKS["proofs.dispose"](world.engine)
        assert proofs(world) == []
        assert world.broken() == []


# Systems that are away -------------------------------------------------------------------


def test_a_look_without_the_site_s_database_says_so_and_does_not_die(engine: Engine) -> None:
    with clock.fixed(NOON):
        tasks.TASKS["retention.look"](engine)
        with engine.reading() as tx:
            tested = health.latest(tx)["listing-database"]
            assert waiting_work(tx.session) == []
    assert (tested.outcome, tested.detail) == ("fault", "the database file site.db does not exist")


def test_the_list_of_runs_names_the_system_that_cannot_be_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.TASKS["retention.look"](engine)
    monkeypatch.setattr(retention, "engine_of", lambda _context: engine)
    said = CliRunner().invoke(retention.retention, ["list"])
    assert said.exit_code == 0
    assert "listing-database cannot be asked since" in said.stderr
    assert "the database file site.db does not exist" in said.stderr

"""Drills: invented people go through the engine as anybody does, and are counted nowhere."""

import sqlite3

import pytest

from privacy_engine.children import register as child_cases
from privacy_engine.connectors import drills, health
from privacy_engine.connectors.drill_rules import Exercise, Outcome
from privacy_engine.connectors.drills import Drill
from privacy_engine.console import listing
from privacy_engine.errors import Unavailable
from privacy_engine.reports import drill_facts
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Tone
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import drilling
from tests.factories import SampleWorld
from tests.functional.registers.rebuilding import rebuilt, rows
from tests.snapshots import changes

pytestmark = pytest.mark.functional
SITE = "listing-database"


def run(world: SampleWorld) -> Drill:
    drilling.start(world.engine, drill="D-test")
    world.work()
    world.engine.sequence()
    drilling.look(world.engine)
    world.work()
    return drill_of(world)


def drill_of(world: SampleWorld) -> Drill:
    with world.engine.reading() as tx:
        found = drills.get(tx.session, "D-test")
    assert found is not None
    return found


def outcomes(drill: Drill) -> dict[str, str]:
    return {str(item.exercise): str(item.outcome) for item in drill.exercises}


def test_a_drill_passes_where_everything_answers_and_leaves_nobody_behind(
    world: SampleWorld,
) -> None:
    before = world.snapshot()
    drill = run(world)
    assert outcomes(drill) == dict.fromkeys(("know", "opt-out", "delete", "under-13"), "passed")
    assert drill.outcome is Outcome.PASSED
    assert drill.planted == {SITE: 3}
    assert drill.left_out["support-mailbox"] == "done by hand"
    assert changes(before, world.snapshot()) == [], "nobody else was touched, nobody was left"
    with world.engine.reading() as tx:
        report = drill_facts.drills_report(tx, Ask())
    population = report.drawn.population
    assert (population.row_count, population.drills) == (1, 0), "no drill is left out of them"
    assert population.filters[0].words == "every drill in the log (entries drill.started)"
    assert {one.tone for one in report.exceptions} == {Tone.NEUTRAL}, "two are not exercised"
    assert rows(world.engine, drills.REGISTER) == rebuilt(world.engine, drills.REGISTER)
    assert world.broken() == []


def test_drills_are_left_out_of_every_list(small_world: SampleWorld) -> None:
    small_world.introduce(MAYA)
    reference = small_world.ask(MAYA)
    run(small_world)
    with small_world.engine.reading() as tx:
        wanted = listing.Wanted(tx.now.date(), "me")
        assert [item.reference for item in listing.page(tx, wanted)] == [reference]
        assert listing.tally(tx, tx.now.date(), owner="me")["open"] == 1
        assert listing.drills(tx) == 3
        assert child_cases.count_drills(tx.session) == 1
        assert child_cases.ended_cases(tx.session) == []


def test_a_connector_that_has_gone_silent_fails_a_drill_before_it_fails_a_person(
    small_world: SampleWorld,
) -> None:
    before = small_world.snapshot()
    drilling.start(small_world.engine, drill="D-test")
    small_world.site_database.rename(small_world.root / "away.db")
    small_world.work()
    drilling.look(small_world.engine)
    assert drill_of(small_world).outcome is Outcome.RUNNING
    (small_world.root / "away.db").rename(small_world.site_database)
    with sqlite3.connect(small_world.site_database) as connection:
        connection.execute("ALTER TABLE appointments RENAME TO visits")
    connection.close()
    with small_world.later(hours=25):
        small_world.work()
        drilling.look(small_world.engine)
        with pytest.raises(Unavailable, match="keeps invented people"):
            drilling.clear(small_world.engine, drill="D-test")
    drill = drill_of(small_world)
    assert drill.outcome is Outcome.FAILED
    failed = {item.exercise: item.findings for item in drill.exercises}
    assert failed[Exercise.DELETE][0][0] == SITE
    with sqlite3.connect(small_world.site_database) as connection:
        connection.execute("ALTER TABLE visits RENAME TO appointments")
    connection.close()
    with small_world.later(hours=26):
        small_world.work()
    assert changes(before, small_world.snapshot()) == [], "taken out once the system is back"


def test_a_drill_is_begun_once_a_month_and_planted_once(small_world: SampleWorld) -> None:
    first = drilling.start(small_world.engine)
    planted = small_world.snapshot()
    assert drilling.start(small_world.engine) == first
    drilling.start(small_world.engine, drill="D-other")
    assert small_world.snapshot() == planted
    with small_world.engine.reading() as tx:
        assert len(drills.newest(tx.session)) == 1


def test_a_month_s_drill_waits_for_systems_that_can_be_reached(small_world: SampleWorld) -> None:
    away = small_world.root / "away.db"
    small_world.site_database.rename(away)
    drilling.start(small_world.engine)
    with small_world.engine.reading() as tx:
        assert drills.newest(tx.session) == []
        assert health.latest(tx)[SITE].outcome == "fault", "which is what somebody must look at"
    with pytest.raises(Unavailable):
        drilling.start(small_world.engine, drill="D-by-hand")
    away.rename(small_world.site_database)
    name = drilling.start(small_world.engine)
    with small_world.engine.reading() as tx:
        assert [item.drill for item in drills.newest(tx.session)] == [name]


def test_a_crash_after_the_planting_plants_nothing_twice(small_world: SampleWorld) -> None:
    drilling._plant(small_world.engine, "D-test")
    planted = small_world.snapshot()
    drilling.start(small_world.engine, drill="D-test")
    assert small_world.snapshot() == planted

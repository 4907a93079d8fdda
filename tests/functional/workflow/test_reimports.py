"""Whoever was erased and is brought back by a restore or an import is noticed by a hash alone."""

import sqlite3

import pytest

from privacy_engine.connectors import reimports
from privacy_engine.errors import Conflict
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.workflow import reimporting
from tests.factories import SampleWorld
from tests.functional.registers.rebuilding import all_events
from tests.snapshots import changes

pytestmark = pytest.mark.functional
SITE = "listing-database"


def restored(world: SampleWorld) -> None:
    """Bring the site's database back as it was before Maya was deleted."""
    old = world.site_database.read_bytes()
    world.introduce(MAYA)
    case = world.delete_whole(MAYA)
    assert world.board(case)[SITE].verdict == "erased"
    world.site_database.write_bytes(old)


def found(world: SampleWorld) -> reimports.Compared:
    reimporting.look(world.engine)
    with world.engine.reading() as tx:
        return reimports.latest(tx)[SITE]


def test_a_restore_is_noticed_and_undone_for_the_erased_only(world: SampleWorld) -> None:
    restored(world)
    before = world.snapshot()
    seen = found(world)
    assert (seen.back, seen.known_again) == (1, 0), "one person, however many rows"
    assert seen.compared > 40
    reimporting.delete(world.engine, system=SITE)
    with world.engine.reading() as tx:
        assert reimports.latest(tx)[SITE].back == 0
    gone = [change for change in changes(before, world.snapshot()) if change.after is None]
    assert {change.table for change in gone} >= {"clients", "appointments"}
    theirs = [change for change in gone if change.before.get("client_id") == OTTO.number]
    assert theirs == [], "nobody else was touched"
    with sqlite3.connect(world.site_database) as connection:
        left = connection.execute("SELECT count(*) FROM clients WHERE email = ?", (MAYA.email,))
        assert left.fetchone() == (0,)
    connection.close()
    assert world.broken() == []


def test_whoever_came_back_by_themselves_is_left_alone(small_world: SampleWorld) -> None:
    restored(small_world)
    version = {"document": "privacy-statement", "version": "2021-11-04"}
    small_world.report("notice.shown", version, [Identifier("email", MAYA.email)])
    before = small_world.snapshot()
    seen = found(small_world)
    assert (seen.back, seen.known_again) == (0, 1)
    reimporting.delete(small_world.engine, system=SITE)
    assert small_world.snapshot() == before


def test_nothing_is_told_twice_and_nobody_is_named(small_world: SampleWorld) -> None:
    restored(small_world)
    found(small_world)
    found(small_world)
    told = [item for item in all_events(small_world.engine) if item.kind == "reimport.found"]
    assert len(told) == 1
    assert "maya" not in str(told[0].data).lower()


def test_where_nobody_was_erased_no_system_is_asked(small_world: SampleWorld) -> None:
    away = small_world.root / "away.db"
    small_world.site_database.rename(away)
    reimporting.look(small_world.engine)
    away.rename(small_world.site_database)
    small_world.introduce(MAYA)
    small_world.delete_whole(MAYA)
    small_world.site_database.rename(away)
    with pytest.raises(Conflict, match=SITE):
        reimporting.look(small_world.engine)
    away.rename(small_world.site_database)

"""A package lies ready for the days that its letter names, and not a day longer."""

from collections.abc import Iterator

import pytest

from privacy_engine.connectors import copies
from privacy_engine.connectors.protocol import Identifiers, Record
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import NotFound
from privacy_engine.jobs import schedule
from privacy_engine.reports import subject_package
from privacy_engine.sample_site.people import MAYA, OTTO, Person
from privacy_engine.workflow.case import PACKAGE_KEPT
from tests.factories import SampleWorld


def answered(world: SampleWorld, person: Person) -> str:
    reference = world.ask(person, "know:specific")
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    return reference


def a_day(world: SampleWorld) -> None:
    schedule.run(world.engine)
    world.work()


def test_a_package_goes_when_its_days_are_over(small_world: SampleWorld) -> None:
    world = small_world
    reference = answered(world, MAYA)
    path = subject_package.path_of(world.engine.settings, reference)
    with world.later(days=PACKAGE_KEPT.days):
        a_day(world)
        assert path.exists(), "so long a new link can be sent"
    with world.later(days=PACKAGE_KEPT.days + 1):
        a_day(world)
        assert not path.exists()
        with world.engine.reading() as tx, pytest.raises(NotFound, match="no package"):
            subject_package.open_package(tx, reference)
    assert world.broken() == []


def test_copies_that_no_package_was_made_of_go_too_and_open_requests_keep_theirs(
    small_world: SampleWorld,
) -> None:
    world = small_world
    settings = world.engine.settings
    ended, still_open = answered(world, MAYA), world.ask(OTTO, "know:specific")
    for case in (ended, still_open):
        copies.write(settings, case, system="listing-database", records=[], key=bytes(32))
    with world.later(days=PACKAGE_KEPT.days + 1):
        a_day(world)
    assert not (settings.exports_directory / "copies" / ended).exists()
    assert (settings.exports_directory / "copies" / still_open).exists()


def test_a_copy_that_bears_a_name_unknown_to_the_schedule_keeps_nobody_from_their_package(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(self: WebhookConnector, identifiers: Identifiers) -> Iterator[Record]:
        yield Record("user", "user", {"Email": identifiers.emails[0]})

    monkeypatch.setattr(WebhookConnector, "copy", copy)
    reference = answered(small_world, MAYA)
    assert subject_package.path_of(small_world.engine.settings, reference).exists()
    assert small_world.request(reference).ended

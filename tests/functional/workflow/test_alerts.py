"""Somebody is told before a clock runs out: once at each distance, by one mail, of nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.jobs import schedule
from privacy_engine.rights import afterwards
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.transaction import SUBJECT
from tests.factories import OFFICER, SampleWorld

pytestmark = pytest.mark.functional


def _on(world: SampleWorld, reference: str, *, days_left: int) -> list[str]:
    """Let the daily look run so many days before the answer is due; return the new mails."""
    due = world.request(reference).strict_due_on
    assert due
    day = due - timedelta(days=days_left)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=world.engine.settings.zone)
    before = len(_mails(world))
    with clock.fixed(noon.astimezone(UTC)):
        schedule.run(world.engine)
        world.work()
    return _mails(world)[before:]


def _mails(world: SampleWorld) -> list[str]:
    return [letter.body for letter in world.letters() if "clock" in letter.subject.casefold()]


def test_each_distance_is_said_once(small_world: SampleWorld) -> None:
    world = small_world
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    assert _on(world, reference, days_left=11) == []
    [first] = _on(world, reference, days_left=10)
    assert reference in first
    assert "10 days left" in first
    assert MAYA.email not in first
    assert MAYA.name not in first
    assert _on(world, reference, days_left=9) == [], "said already"
    [after_a_pause] = _on(world, reference, days_left=3)
    assert "3 days left" in after_a_pause, "a day without a look is made up for"
    kinds = world.kinds(reference)
    assert kinds.count("request.alerted") == 2
    assert world.broken() == []


def test_the_officers_hear_that_somebody_wrote_once_an_hour_and_not_what(
    small_world: SampleWorld,
) -> None:
    world = small_world
    reference = world.ask(MAYA)
    for text in ("My dog is called Quetzal.", "And my cat too."):
        world.engine.run(
            lambda tx, text=text: afterwards.write_to_us(tx, reference, text=text),  # type: ignore[misc]
            actor=SUBJECT,
        )
    world.work()
    [mail] = [letter for letter in world.letters() if letter.subject.startswith("Somebody wrote")]
    assert mail.address == world.engine.settings.controller.email
    assert reference in mail.subject
    assert "Quetzal" not in mail.body
    assert MAYA.name not in mail.body
    with world.later(hours=1):
        entered = afterwards.write_to_us
        world.engine.run(
            lambda tx: entered(tx, reference, text="By telephone.", channel="phone"), actor=OFFICER
        )
        world.work()
    assert sum(letter.subject == mail.subject for letter in world.letters()) == 1


def test_many_clocks_make_one_mail(small_world: SampleWorld) -> None:
    world = small_world
    references = [world.ask(person) for person in (MAYA, OTTO)]
    world.work()
    for reference in references:
        world.confirm(reference)
    [mail] = _on(world, references[0], days_left=5)
    assert all(reference in mail for reference in references)

"""A request that nobody confirms ends in time, with a letter that says so and by which rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.jobs import schedule
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.rules import State
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow.unverified import GROUND
from tests.factories import SampleWorld


@contextmanager
def on_day(world: SampleWorld, reference: str, *, before_the_answer: int) -> Iterator[None]:
    """Hold the clock at noon of a day before the answer is due."""
    due = world.request(reference).strict_due_on
    assert due is not None
    day = due - timedelta(days=before_the_answer)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=world.engine.settings.zone)
    with clock.fixed(noon.astimezone(UTC)):
        schedule.run(world.engine)
        world.work()
        yield


@pytest.mark.parametrize("right", ["know:specific", "delete", "correct"])
def test_five_days_before_the_term_the_person_is_told(
    small_world: SampleWorld, right: str
) -> None:
    world = small_world
    before = world.snapshot()
    reference = world.ask(MAYA, right)
    world.work()
    with on_day(world, reference, before_the_answer=6):
        assert not world.request(reference).ended, "the person may still confirm"
    with on_day(world, reference, before_the_answer=5):
        found = world.request(reference)
        assert found.state is State.DENIED
        assert found.ground == GROUND
        assert "11 CCR 7021(b)" in (found.citation or "")
        *_, letter = world.letters_about(reference)
        assert letter.subject.startswith("We could not confirm that it was you")
        assert "no valid confirmation came" in letter.body
        assert "11 CCR 7021(b)" in letter.body
        assert letter.address == MAYA.email
        world.work()
        assert world.has_ended(reference)
        hers = [one for one in world.letters_about(reference) if one.address == MAYA.email]
        assert len(hers) == 3, "received, confirm, could not confirm"
    assert world.snapshot() == before
    assert world.broken() == []


def test_the_letter_speaks_the_language_of_the_person(small_world: SampleWorld) -> None:
    reference = small_world.ask(MAYA, language="es")
    small_world.work()
    with on_day(small_world, reference, before_the_answer=3):
        *_, letter = small_world.letters_about(reference)
    assert letter.subject.startswith("No pudimos confirmar")
    assert "ninguna confirmación válida" in letter.body


def test_who_confirmed_is_left_to_the_officer(small_world: SampleWorld) -> None:
    reference = small_world.ask(MAYA)
    small_world.work()
    small_world.confirm(reference)
    small_world.work()
    with on_day(small_world, reference, before_the_answer=1):
        assert not small_world.request(reference).ended


def test_what_needs_no_confirmation_is_never_refused_for_want_of_it(
    small_world: SampleWorld,
) -> None:
    reference = small_world.ask(MAYA, "opt_out")
    small_world.work()
    with small_world.later(days=90):
        schedule.run(small_world.engine)
        small_world.work()
    assert small_world.request(reference).state is not State.DENIED


def test_a_letter_by_post_that_was_opened_late_leaves_the_link_its_days(
    small_world: SampleWorld,
) -> None:
    world = small_world
    received_at = datetime.now(UTC) - timedelta(days=23)  # noqa: TID251  a test's now
    intake = Intake(
        "delete", (Identifier("email", MAYA.email),), channel="post", received_at=received_at
    )
    taken = world.engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT)
    world.work()
    with on_day(world, taken.reference, before_the_answer=2):
        assert not world.request(taken.reference).ended
    with on_day(world, taken.reference, before_the_answer=0):
        assert world.request(taken.reference).state is State.DENIED

"""Letters, copies and packages of an erased person go, also when the process dies before."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import clock
from privacy_engine.letters import transport
from privacy_engine.sample_site.people import MAYA, OTTO
from tests.factories import SampleWorld

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process dies here; nothing catches it."""


def crash(*_: object) -> None:
    raise Crash


def known(world: SampleWorld, who) -> str:
    """Let a person get a package of what is known about them."""
    reference = world.ask(who, "know:specific")
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    return reference


def test_a_crash_before_the_files_go_leaves_none_in_the_end(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, settings = small_world, small_world.engine.settings
    packages, held = settings.exports_directory / "packages", settings.exports_directory / "copies"
    with clock.fixed(NOON):
        for person in (MAYA, OTTO):
            world.introduce(person)
        hers, his = known(world, MAYA), known(world, OTTO)
        assert {path.stem for path in packages.glob("*.sealed")} == {hers, his}
        for case in (hers, his):
            (held / case).mkdir(parents=True, exist_ok=True)
            (held / case / "listing-database.copy").write_bytes(b"sealed")
        his_letters = {letter.message_id for letter in world.letters_about(his)}
    with clock.fixed(NOON + timedelta(minutes=1)):  # after her answer: nothing else is awaited
        with monkeypatch.context() as dying:
            dying.setattr(transport, "remove_unreadable", crash)
            with pytest.raises(Crash):
                world.delete_whole(MAYA)
        assert world.subject(MAYA) is None
        assert (packages / f"{hers}.sealed").exists()
    with clock.fixed(NOON + timedelta(minutes=3)):
        world.work()
    assert {path.stem for path in packages.glob("*.sealed")} == {his}
    assert {path.name for path in held.iterdir()} == {his}
    left = {message_id for message_id, _ in transport.shelved(settings.outbox_directory)}
    assert left == his_letters

"""A person says what they deleted by hand; never before an officer decided."""

import pytest

from privacy_engine.errors import Conflict
from privacy_engine.sample_site.people import MAYA
from tests.factories import MAILBOX, SampleWorld

pytestmark = pytest.mark.functional


def test_a_deletion_by_hand_is_refused_until_an_officer_decided(world: SampleWorld) -> None:
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    assert world.words(reference)["review"].startswith("waiting")
    with pytest.raises(Conflict, match="before an officer has decided"):
        world.attest(reference, removed=1)
    assert "system.deleted" not in world.kinds(reference)
    assert not any("Please search" in letter.subject for letter in world.letters())
    world.decide(reference)
    world.work()
    world.attest(reference, removed=1)
    world.work()
    assert world.board(reference)[MAILBOX].removed == {"attested": 1}
    assert world.broken() == []

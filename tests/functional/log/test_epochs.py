"""Key epochs: what was erased becomes unreadable in every backup, what lives stays readable."""

from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.errors import VerificationError
from privacy_engine.keys import open_ring
from privacy_engine.log import epochs
from privacy_engine.log.tables import VaultKeyRow
from tests.functional.log import story


def changes(engine, **given):
    return [(one.epoch, one.change) for one in epochs.rotate(engine, **given)]


def test_a_rotation_wraps_every_key_anew_and_loses_nothing(told):
    engine, ids = told
    assert changes(engine, force=True) == [(2, "began"), (1, "retired")]
    assert changes(engine) == []
    with engine.reading() as tx:
        assert epochs.in_use(tx.session) == {2}
        assert "call me back" in tx.event(ids.message).data["text"]
    engine.sequence()
    assert not story.failing(engine)


def test_an_old_epoch_dies_only_after_its_time(told_on_sqlite):
    engine, ids = told_on_sqlite
    with engine.reading() as tx:
        kept = tx.session.get(VaultKeyRow, ids.maya)
    changes(engine, force=True)
    later = clock.now() + epochs.DESTROY_AFTER
    with clock.fixed(later - timedelta(days=1)):
        assert (1, "destroyed") not in changes(engine)
    with clock.fixed(later + timedelta(seconds=1)):
        assert (1, "destroyed") in changes(engine)
    assert kept.epoch == 1
    with pytest.raises(VerificationError, match="epoch 1 was destroyed"):
        engine.ring.epoch_key(kept.epoch)
    with engine.reading() as tx:
        assert "call me back" in tx.event(ids.message).data["text"]


def test_rotation_is_due_once_a_period(told_on_sqlite):
    engine, _ = told_on_sqlite
    assert changes(engine) == []
    with clock.fixed(clock.now() + epochs.ROTATE_EVERY + timedelta(minutes=1)):
        assert changes(engine) == [(2, "began"), (1, "retired")]
        assert changes(engine) == []


def test_a_straggler_keeps_its_epoch_alive(told_on_sqlite):
    engine, _ = told_on_sqlite
    changes(engine, force=True)
    assert epochs.retire(engine.ring, {1, 2}, clock.now()) == []
    assert epochs.destroy(engine.ring, clock.now() + timedelta(days=400)) == []


def test_an_erasure_says_when_no_backup_can_undo_it(told_on_sqlite):
    engine, ids = told_on_sqlite
    story.erase(engine, ids.maya)
    with engine.reading() as tx:
        erased = [e for e in tx.events_of_case(story.CASE) if e.kind == "subject.erased"]
    said = erased[0].data["unrecoverable_on"]
    today = clock.now().date()
    assert str(today + timedelta(days=59)) < said <= str(today + timedelta(days=62))


def test_another_process_sees_the_new_epoch(told_on_sqlite):
    engine, _ = told_on_sqlite
    other = open_ring(engine.ring.directory)
    assert other.current_epoch == 1
    changes(engine, force=True)
    assert other.current_epoch == 2

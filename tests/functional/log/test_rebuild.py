"""`log rebuild`: the registers are what the log says, and can be made from it again."""

import pytest
from sqlalchemy import text

from privacy_engine.log import rebuild
from tests.functional.log import story


def differences(engine):
    with engine.reading() as tx:
        return rebuild.check(tx.session, engine.ring, engine.world.registers)


def test_registers_equal_what_the_log_says(told):
    engine, ids = told
    assert len(story.heard(engine)) == 5
    assert differences(engine) == []
    story.erase(engine, ids.maya)
    assert {subject for subject, _, _ in story.heard(engine)} == {ids.otto}
    assert differences(engine) == []


def test_events_that_still_wait_are_counted(told):
    engine, _ = told
    with engine.transaction(actor=story.SITE) as tx:
        tx.append(
            "message.received",
            {"channel": "chat", "text": "Again."},
            subject=[story.OTTO],
            site="listing-site",
        )
    assert engine.has_waiting_events()
    assert differences(engine) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE tests_heard SET times = 7 WHERE kind = 'message.received'", "differs (times)"),
        ("DELETE FROM tests_heard WHERE kind = 'message.received'", "missing"),
        ("UPDATE tests_heard SET kind = 'other' WHERE kind = 'message.received'", "surplus"),
    ],
)
def test_a_changed_register_is_seen_and_mended(told, change, expected):
    engine, _ = told
    before = story.heard(engine)
    with engine.database.begin() as connection:
        connection.execute(text(change))
    lines = [str(one) for one in differences(engine)]
    assert any(expected in line for line in lines)
    with engine.transaction() as tx:
        assert rebuild.rebuild(tx.session, engine.ring, engine.world.registers) == 5
    assert story.heard(engine) == before
    assert differences(engine) == []

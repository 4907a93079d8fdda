"""Whatever happens in whatever order: the log verifies, and the registers are what it says."""

import threading

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from privacy_engine.log import epochs, rebuild
from privacy_engine.log.tables import SealedPartRow, VaultKeyRow
from tests.engines import make_engine
from tests.functional.log import story

PEOPLE = [story.Identifier("email", f"person-{number}@example.org") for number in range(4)]
WHO = st.integers(0, len(PEOPLE) - 1)
STEPS = st.one_of(
    st.tuples(st.just("writes"), WHO),
    st.tuples(st.just("agrees"), WHO),
    st.tuples(st.just("erased"), WHO),
    st.tuples(st.just("erased with proofs"), WHO),
    st.tuples(st.just("sequenced"), st.booleans()),
    st.tuples(st.just("rotated"), st.none()),
)


def step(engine, what, which, number):
    if what == "sequenced":
        engine.sequence(tally=which)
    elif what == "rotated":
        epochs.rotate(engine, force=True)
    elif what.startswith("erased"):
        with engine.reading() as tx:
            found = tx.find_subject([PEOPLE[which]], site="listing-site")
        if found:
            story.erase(engine, found, keep_proofs=what == "erased")
    else:
        said = {
            "writes": ("message.received", {"channel": "chat", "text": "Hello."}),
            "agrees": (
                "consent.given",
                {
                    "purpose": "newsletter",
                    "document": "privacy-statement",
                    "version": "2021-11-04",
                    "method": "form",
                },
            ),
        }
        kind, data = said[what]
        with engine.transaction(actor=story.SITE) as tx:
            tx.append(
                kind,
                data,
                subject=[PEOPLE[which]],
                site="listing-site",
                origin=("history", str(number)),
            )


@settings(max_examples=15)
@given(history=st.lists(STEPS, max_size=14))
def test_any_history_verifies_and_rebuilds(tmp_path_factory, history):
    engine = make_engine(tmp_path_factory.mktemp("history"))
    story.give_register(engine)
    try:
        for number, (what, which) in enumerate(history):
            step(engine, what, which, number)
        assert not story.failing(engine)
        with engine.reading() as tx:
            assert rebuild.check(tx.session, engine.ring, engine.world.registers) == []
        engine.sequence()
        assert not story.failing(engine)
    finally:
        engine.close()


def report(engine, worker):
    for number in range(8):
        engine.run(
            lambda tx, name=f"{worker}-{number}": tx.append(
                "message.received",
                {"channel": "chat", "text": "Hello."},
                subject=[story.MAYA],
                site="listing-site",
                origin=("race", name),
            ),
            actor=story.SITE,
        )


def destroy(engine):
    for _ in range(6):
        with engine.reading() as tx:
            found = tx.find_subject([story.MAYA], site="listing-site")
        if found:
            engine.run(
                lambda tx, who=found: tx.erase(
                    story.Order((who,), story.CASE, tx.now), ground="asked for"
                )
            )


def test_reports_that_race_an_erasure_leave_nothing_behind(told):
    engine, _ = told
    threads = [threading.Thread(target=report, args=(engine, worker)) for worker in range(3)]
    threads.append(threading.Thread(target=destroy, args=(engine,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.sequence()
    # A thread that failed fails this test, by the warning that it leaves.
    assert not story.failing(engine)
    with engine.reading() as tx:
        orphans = tx.session.execute(
            select(SealedPartRow.event_id)
            .outerjoin(VaultKeyRow, VaultKeyRow.key_id == SealedPartRow.key_id)
            .where(VaultKeyRow.key_id.is_(None))
        ).all()
        assert orphans == []
    with engine.reading() as tx:
        assert rebuild.check(tx.session, engine.ring, engine.world.registers) == []

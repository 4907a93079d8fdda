"""Reports that come one at a time, in a batch, or are read again from the log: the same is frozen.

Around names under which a child was erased, because who comes back is noticed by hashes alone.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine import clock
from privacy_engine.children import register as cases
from privacy_engine.engine import Engine
from privacy_engine.log import rebuild
from privacy_engine.log.event import Draft, Identifier, Trust
from privacy_engine.transaction import Transaction
from tests.factories import SITE, broken
from tests.functional.workflow.child_story import ACCOUNT, EMAIL, VERSION, Story
from tests.functional.workflow.test_child_histories import MOMENT, engine_in

pytestmark = pytest.mark.functional

BATCH = 500
NEW = [Identifier("account", str(number)) for number in (9041, 9042)]
DEVICE = Identifier("device", "tablet-7")
NAMES = (EMAIL, ACCOUNT, *NEW, DEVICE)
SAID: Sequence[tuple[str, dict[str, object]]] = (
    ("age_signal.received", {"kind": "age", "value": 41}),
    ("age_signal.received", {"kind": "age", "value": 9}),
    ("notice.shown", {name: VERSION[name] for name in ("document", "version")}),
    ("consent.given", {"purpose": "newsletter", **VERSION}),
    ("subject.linked", {"subjects": [], "evidence": "Signed in."}),
)
DRAFTS = st.builds(
    lambda said, who, trust: Draft(
        said[0], said[1], subject=tuple(who), site="listing-site", trust=trust
    ),
    st.sampled_from(SAID),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
    st.sampled_from([Trust.SERVER, Trust.SERVER, Trust.BROWSER]),
)


def erased(folder: str) -> Engine:
    """Return an engine that has erased a child by both names."""
    engine = engine_in(Path(folder))
    story = Story(engine, MOMENT)
    with clock.fixed(MOMENT):
        story.age()
        story.look()
        story.delete()
        story.work()
        story.look()
    assert story.erased == {EMAIL, ACCOUNT}
    return engine


def seen(engine: Engine) -> object:
    """Return what is permitted by each name, and whom each open case has frozen."""
    story = Story(engine, MOMENT)
    permitted = {name: frozenset(story.permitted(name)) for name in NAMES}
    with engine.reading() as tx:
        named = {name: tx.find_subject([name], site="listing-site") for name in NAMES}
        frozen = []
        for item in cases.open_cases(tx.session):
            told = tx.events_of_case(item.case)
            ids = {event.subject_id for event in told if event.kind == "child.quarantined"}
            whom = frozenset(name for name, subject in named.items() if subject in ids)
            frozen.append((item.state, whom))
    return permitted, sorted(frozen, key=str)


def told(drafts: Sequence[Draft], *, size: int) -> object:
    with TemporaryDirectory() as folder, clock.fixed(MOMENT + timedelta(hours=1)):
        engine = erased(folder)
        for start in range(0, len(drafts), size):
            part = drafts[start : start + size]
            engine.run(partial(Transaction.append_many, drafts=part), actor=SITE)
        found = seen(engine)
        engine.sequence()
        with engine.transaction() as tx:
            rebuild.rebuild(tx.session, engine.ring, tx.world.registers)
        assert seen(engine) == found, "after the log was read again"
        assert not broken(engine)
        engine.close()
    return found


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(DRAFTS, min_size=1, max_size=6))
def test_reports_in_a_batch_freeze_whom_they_freeze_one_at_a_time(drafts: list[Draft]) -> None:
    assert told(drafts, size=1) == told(drafts, size=len(drafts))


def test_one_account_beside_an_erased_address_is_found_among_five_hundred() -> None:
    """And nobody else of the batch is frozen with it."""
    others = [
        Draft(
            "notice.shown",
            {name: VERSION[name] for name in ("document", "version")},
            subject=(
                Identifier("email", f"reader-{number}@example.org"),
                Identifier("account", f"7{number:03d}"),
            ),
            site="listing-site",
            trust=Trust.SERVER,
        )
        for number in range(BATCH)
    ]
    others[BATCH // 2] = Draft(
        others[0].kind,
        others[0].data,
        subject=(EMAIL, NEW[0]),
        site="listing-site",
        trust=Trust.SERVER,
    )
    with TemporaryDirectory() as folder, clock.fixed(MOMENT + timedelta(hours=1)):
        engine = erased(folder)
        engine.run(lambda tx: tx.append_many(others), actor=SITE)
        story = Story(engine, MOMENT)
        assert story.permitted(NEW[0]) == story.permitted(EMAIL) == set()
        assert "service" in story.permitted(others[1].subject[0])
        with engine.reading() as tx:
            assert len(cases.open_cases(tx.session)) == 1
        engine.sequence()
        assert not broken(engine)
        engine.close()

"""Reports that come in a batch: who comes back beside a name of an erased child is frozen.

It is noticed by hashes alone, since no name of the child is left.
"""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from privacy_engine import clock
from privacy_engine.children import register as cases
from privacy_engine.engine import Engine
from privacy_engine.log.event import Draft, Identifier, Trust
from tests.factories import SITE, broken
from tests.functional.workflow.child_story import ACCOUNT, EMAIL, VERSION, Story
from tests.functional.workflow.test_child_histories import MOMENT, engine_in

pytestmark = pytest.mark.functional

BATCH = 500
NEW = Identifier("account", "9041")


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
        subject=(EMAIL, NEW),
        site="listing-site",
        trust=Trust.SERVER,
    )
    with TemporaryDirectory() as folder, clock.fixed(MOMENT + timedelta(hours=1)):
        engine = erased(folder)
        engine.run(lambda tx: tx.append_many(others), actor=SITE)
        story = Story(engine, MOMENT)
        assert story.permitted(NEW) == story.permitted(EMAIL) == set()
        assert "service" in story.permitted(others[1].subject[0])
        with engine.reading() as tx:
            assert len(cases.open_cases(tx.session)) == 1
        engine.sequence()
        assert not broken(engine)
        engine.close()

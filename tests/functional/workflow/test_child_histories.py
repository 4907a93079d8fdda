"""In whatever order things happen, a child without a parent's yes is permitted nothing.

Nor is anything left of a child who was confirmed, once the time for an answer is over, and nobody
else loses a row.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine import clock
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.instance.terms import StepKind
from privacy_engine.sample_site import create
from tests.engines import make_engine
from tests.factories import broken, strangers
from tests.functional.workflow.child_story import (
    ACCOUNT,
    CANARIES,
    CHILD,
    EMAIL,
    OTHER,
    SIBLING,
    Story,
)
from tests.journeys.test_erasure_matrix import files, rows_naming

pytestmark = pytest.mark.functional

MOMENT = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
SIGNS = ("age", "by_email", "claim", "report", "write", "nearly_13", "is_12_there", "other_age")
ADULTS = ("adult", "other_adult", "device_says_adult", "is_13_here", "agree")
TEENS = ("teen", "site_says_teen_agrees", "teen_opts_in")
NAMED = ("link", "another_name", "returns")
OFFICERS = ("ask", "delete", "delete_last", "clear", "hold", "release")
PARENTS = (
    *("choose", "presses_second_link", "verify", "refuse", "change", "withdraw"),
    *("objects", "other_parent", "answers_too_late", "passes_on_by_message"),
)
TIME = ("work", "work", "wait", "an_hour")
DEEDS = (*SIGNS, *ADULTS, *TEENS, *NAMED, *OFFICERS, *PARENTS, *TIME)
# Chance alone seldom gets as far as where most can go wrong.
BEGINNINGS = (
    (),
    ("age", "ask", "work"),
    ("age", "ask", "work", "verify"),
    ("by_email", "delete", "work"),
    ("other_adult", "by_email", "hold", "delete", "work", "link"),
    ("by_email", "other_age", "link"),
    ("write", "an_hour", "clear"),
    ("teen", "site_says_teen_agrees"),
)
ORDERS = st.tuples(
    st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(DEEDS), min_size=3, max_size=12)
)
WIDE = settings().max_examples > 1_000


@cache
def site() -> Path:
    """Return the sample site's database, made once."""
    path = Path(mkdtemp(prefix="site-")) / "site.db"
    create(path)
    return path


def engine_in(root: Path) -> Engine:
    """Return an engine beside the site's database; drawn reports have tests of their own."""
    database = root / "var/sample-site/site.db"
    database.parent.mkdir(parents=True)
    shutil.copyfile(site(), database)
    engine = make_engine(root)
    content = engine.content
    workflows = tuple(
        replace(item, steps=tuple(s for s in item.steps if s.kind is not StepKind.REPORT))
        for item in content.workflows
    )
    systems = tuple(item for item in content.systems if item.code == "listing-database")
    data_map = replace(content.data_map, systems=systems)
    engine.content = replace(content, workflows=workflows, data_map=data_map, recipients=())
    engine.world = replace(engine.world, content=engine.content)
    return engine


def tell(deeds: Sequence[str]) -> None:
    """Tell a story, and say after each deed, and at the end, what must hold."""
    with TemporaryDirectory() as folder:
        with clock.fixed(MOMENT):  # nothing in the log is younger than the story
            story = Story(engine_in(Path(folder)), MOMENT)
        before = story.site()
        for deed in deeds:
            with clock.fixed(story.now), suppress(EngineError):
                getattr(story, deed)()
            with clock.fixed(story.now):
                story.look()
                story.assert_nothing_is_permitted(deed)
        ends_in_consent_or_deletion(story)
        nothing_is_left(story)
        after = story.site()
        assert strangers(before, after, CHILD, SIBLING) == []
        with clock.fixed(story.now):
            story.engine.sequence()
            assert not broken(story.engine)
        story.engine.close()


def ends_in_consent_or_deletion(story: Story) -> None:
    """Whatever was confirmed is over when the time for an answer is; nobody has to do anything.

    A legal hold alone puts it off, for as long as it stands.
    """
    for deed in ("release", "work", "wait", "work", "wait", "work", "wait", "work"):
        with clock.fixed(story.now):
            getattr(story, deed)()
        with clock.fixed(story.now):
            story.look()
            story.assert_nothing_is_permitted(f"{deed} at the end")
    with story.engine.reading() as tx:
        left = [item for item in cases.open_cases(tx.session) if item.decided_at]
        ended = cases.ended_cases(tx.session)
    assert left == []
    for item in ended:
        assert item.state is not State.DELETED or item.subject_id is None, "said and not done"


def nothing_is_left(story: Story) -> None:
    """No row names a child who was erased, no file can be read, and the site's rows are gone."""
    engine = story.engine
    assert rows_naming(engine, tuple(story.gone_subjects)) == {}
    for path, content in files(engine.settings.root):
        for canary in CANARIES:
            assert canary.encode() not in content.lower(), (path, canary)
    rows = story.site()["clients"]
    if not story.came_back:
        is_gone = bool({EMAIL, ACCOUNT} & story.erased)
        assert ((CHILD.number,) not in rows) is is_gone
    assert ((SIBLING.number,) not in rows) is (OTHER in story.erased)


# Each of these is where one promise would break first.
PATHS = {
    "an adult's word after a child's": "age an_hour device_says_adult adult work",
    "a child's own yes": "write an_hour agree work",
    "a new name beside an erased one": "by_email delete work another_name",
    "back under the old names": "age delete work an_hour returns agree",
    "silence": "age ask work choose wait work",
    "no": "age ask work choose refuse answers_too_late work",
    "passed on": (
        "age ask work passes_on_by_message choose presses_second_link "
        "passes_on_by_message change answers_too_late"
    ),
    "another parent": "age ask work verify an_hour other_parent",
    "taken back": "age ask work verify an_hour withdraw work",
    "two children": "by_email other_age an_hour ask work verify work",
    "two cases of one": "by_email other_age link delete work",
    "two cases, one asks": "by_email other_age link ask work",
    "linked while a hold stands": (
        "other_adult by_email hold delete work an_hour link an_hour release work clear"
    ),
    "the birthday passes": "nearly_13 wait adult work",
    "not yet 13 where they are": "is_13_here is_12_there work",
    "13 to 15": "teen site_says_teen_agrees an_hour teen_opts_in",
    "again after clearing": "write an_hour clear an_hour report work",
}


@pytest.mark.parametrize("path", PATHS)
def test_each_path_on_which_a_promise_could_break_keeps_it(path: str) -> None:
    tell(PATHS[path].split())


@pytest.mark.slow
@pytest.mark.timeout(0 if WIDE else 300)
@settings(max_examples=1_000 if WIDE else 30)
@given(ORDERS)
def test_no_order_of_events_permits_a_child_without_a_parent(
    order: tuple[tuple[str, ...], list[str]],
) -> None:
    tell((*order[0], *order[1]))

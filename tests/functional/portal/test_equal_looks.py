"""Known or unknown, first or again: the same pages, the same words, the same letters."""

import re

import pytest
from sqlmodel import select

from privacy_engine.engine import Engine
from privacy_engine.rights import rules
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import DueWorkRow
from tests.factories import sample_world
from tests.functional.portal.visiting import Visit, reference_in, words

pytestmark = pytest.mark.functional

NOBODY = "nobody-ever@nowhere.example"
RIGHTS = ("know:specific", "know:categories", "delete", "correct", "opt_out", "limit")


def _plain(text: str) -> str:
    """Return a page without what is random or names the address."""
    text = re.sub(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}", "R-…", text)
    return re.sub(r"\S*•\S*", "•", text)


@pytest.mark.parametrize("right", RIGHTS)
def test_the_page_and_the_letters_are_the_same(engine: Engine, right: str) -> None:
    with sample_world(engine) as world:
        world.introduce(MAYA)
        visit = Visit(engine)
        more = {"corrections": "My city is wrong."} if right == "correct" else {}
        seen = []
        for email in (MAYA.email, NOBODY, MAYA.email):
            before = len(visit.letters())
            location = visit.ask(right, email=email, **more)
            page = _plain(visit.read(location))
            visit.work()
            # The letter about an opt-out holds no link; the page after the form does.
            reference = reference_in(location)
            at_once = right in rules.AT_ONCE
            status = location if at_once else visit.link(f"/requests/{reference}?key=")
            letters = [
                (item.data["template"], _plain(str(item.data["subject_line"])))
                for item in visit.letters()[before:]
            ]
            seen.append((page, _plain(visit.read(status)), letters))
        assert seen[0] == seen[1], "known and unknown"
        assert seen[0] == seen[2], "first and again"


@pytest.mark.parametrize("purpose", ["status", "preferences"])
def test_asking_for_a_link_writes_the_same_order_for_everybody(
    engine: Engine, purpose: str
) -> None:
    with sample_world(engine) as world:
        world.introduce(MAYA)
        visit = Visit(engine)
        pages = []
        for email in (MAYA.email, NOBODY):
            answer = visit.send(f"/find/{purpose}", email=email)
            pages.append((answer.status_code, _plain(words(answer))))
        assert pages[0] == pages[1]
        with engine.reading() as tx:
            orders = list(tx.session.execute(select(DueWorkRow)).scalars())
        assert len([row for row in orders if row.task == "letters.link"]) == 2

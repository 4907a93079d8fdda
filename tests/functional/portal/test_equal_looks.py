"""Known or unknown, first or again: the same pages, the same words, the same letters."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import select

from privacy_engine.engine import Engine
from privacy_engine.portal import evenly
from privacy_engine.rights import rules
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import DueWorkRow
from tests.factories import sample_world
from tests.functional.portal.visiting import Visit, reference_in, words

pytestmark = pytest.mark.functional

_WRITES = ("INSERT", "UPDATE", "DELETE")
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


@pytest.mark.parametrize("right", RIGHTS)
def test_the_form_writes_and_orders_the_same(engine: Engine, right: str) -> None:
    """What is kept and ordered is the same for everybody; only new names and keys are more."""
    with sample_world(engine) as world:
        world.introduce(MAYA)
        visit = Visit(engine)
        more = {"corrections": "My city is wrong."} if right == "correct" else {}
        visit.ask(right, email="first@nowhere.example", **more)
        written = []
        for email in (MAYA.email, NOBODY, MAYA.email, NOBODY):
            with _statements(engine) as said:
                visit.ask(right, email=email, **more)
            written.append(sorted(text for text in said if text.startswith(_WRITES)))
        fresh = {"vault_alias", "vault_key", "vault_site"}
        plain = [[text for text in one if not fresh & set(text.split())] for one in written]
        assert plain[0] == plain[1], "known and unknown"
        if right not in rules.AT_ONCE:  # a second no changes nothing: it is the answer that waits
            assert plain[1] == plain[2] == plain[3], "first and again"
        assert any("due_work" in text for text in plain[0])


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    """Gather the beginnings of what is said to the database."""
    said: list[str] = []

    def note(_: object, __: object, statement: str, *more: object) -> None:
        said.append(" ".join(statement.split())[:60])

    sqlalchemy_event.listen(engine.database, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sqlalchemy_event.remove(engine.database, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/request/delete", "/find/status", "/find/preferences"])
def test_the_answer_comes_at_the_same_time(
    engine: Engine, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock of its own: the work takes longer for one than for the other, the answer not."""
    limits = replace(engine.settings.limits, portal_answer_milliseconds=250)
    engine.settings = replace(engine.settings, limits=limits)
    visit, passed, slow = Visit(engine), [0.0], [0.0]

    def monotonic() -> float:
        passed[0] += slow[0]
        return passed[0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    # Only there: whoever else looks at a clock meanwhile is none of this.
    monkeypatch.setattr(evenly, "clock", SimpleNamespace(monotonic=monotonic))
    monkeypatch.setattr(evenly, "time", SimpleNamespace(sleep=sleep))
    took = []
    for email, work in ((MAYA.email, 0.04), (NOBODY, 0.02), ("no address", 0.01)):
        slow[0] = work
        began = passed[0] + work
        visit.send(path, email=email)
        took.append(round(passed[0] - began, 6))
    assert took == [0.25] * 3


def test_a_long_answer_waits_for_the_next_multiple() -> None:
    assert evenly.rest(0.26, 0.25) == pytest.approx(0.24)
    assert evenly.rest(0.26, 0.0) == 0.0


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

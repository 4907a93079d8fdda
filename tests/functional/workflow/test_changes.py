"""A document changes: notice seen on the site, letters, time to read, opt-outs carried over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.consent import register as consent
from privacy_engine.documents import actions, changes, changing, register
from privacy_engine.documents.changes import Change
from privacy_engine.documents.register import REGISTER
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, NotFound, Unavailable
from privacy_engine.instance.terms import Reconsent
from privacy_engine.jobs import tasks
from privacy_engine.letters import transport
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Table
from privacy_engine.reports.version_facts import version_report
from privacy_engine.transaction import Actor, Role
from privacy_engine.workflow import register as runs
from privacy_engine.workflow import telling
from tests.engines import link_exports
from tests.functional.registers.rebuilding import rebuilt, rows

pytestmark = pytest.mark.functional

SLUG, FIRST, NEXT = "privacy-statement", "2021-11-04", "2026-12-01"
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BEGINS = NOW + 40 * DAY
OFFICER, APPROVER = Actor(Role.STAFF, "officer-one"), Actor(Role.STAFF, "approver-two")
MAYA = Identifier("email", "maya.tallow@example.org")
INES = Identifier("email", "ines.corvo@example.org")
PIP = Identifier("email", "pip@example.org")
VISITOR = Identifier("device", "a-browser-somewhere")


@contextmanager
def on(engine: Engine, day: float) -> Iterator[None]:
    with clock.fixed(NOW + day * DAY):
        yield


def say(
    engine: Engine, kind: str, data: dict[str, object], *, who: Identifier, day: float
) -> None:
    with on(engine, day):
        engine.run(
            lambda tx: tx.append(
                kind,
                data,
                subject=[who],
                site="listing-site",
                trust=Trust.SERVER,
                occurred_at=NOW + day * DAY,
            )
        )


def show(engine: Engine, day: float, *, surface: str = "site-notice") -> None:
    data = {"document": SLUG, "version": NEXT, "surface": surface, "language": "en"}
    say(engine, "notice.shown", data, who=VISITOR, day=day)


def choose(engine: Engine, word: str, purpose: str, *, who: Identifier) -> None:
    data = {"purpose": purpose, "document": SLUG, "version": FIRST, "method": "form"}
    say(engine, f"consent.{word}", data, who=who, day=-200)


def work(engine: Engine, day: float) -> None:
    with on(engine, day):
        tasks.run_due(engine)


def steps(engine: Engine, case: str) -> dict[str, str]:
    with engine.reading() as tx:
        run = runs.run(tx.session, case)
        assert run
        return {code: state.outcome for code, state in run.steps.items()}


def change_of(engine: Engine, case: str) -> Change:
    with engine.reading() as tx:
        return changing.get(tx, case)


def tables(engine: Engine, case: str) -> dict[str, tuple[Any, ...]]:
    """Return the rows of the report on a change: who was told of what, and when."""
    with on(engine, 42), engine.reading() as tx:
        report = version_report(tx, Ask(request=case))
    blocks = [block for section in report.sections for block in section.blocks]
    return {block.key: block.rows for block in blocks if isinstance(block, Table)}


@pytest.fixture
def published(any_engine: Engine) -> Engine:
    """An engine with its first statement published, and the next one finished."""
    engine = any_engine
    link_exports(engine.settings.root)
    documents = tuple(
        replace(item, draft=False, effective_at=BEGINS, reconsent=Reconsent.REQUIRED)
        if (item.slug, item.version) == (SLUG, NEXT)
        else item
        for item in engine.content.documents
    )
    engine.content = replace(engine.content, documents=documents)
    with on(engine, -300):
        engine.run(lambda tx: actions.publish(tx, SLUG, FIRST, approved_by="counsel"))
    choose(engine, "refused", "sale-sharing", who=MAYA)
    choose(engine, "given", "newsletter", who=INES)
    say(engine, "age_signal.received", {"kind": "age", "value": 9}, who=PIP, day=-1)
    return engine


def begin(engine: Engine, day: float = 0, **how: str) -> str:
    with on(engine, day):
        return engine.run(lambda tx: changing.begin(tx, SLUG, NEXT, **how), actor=OFFICER).case


def approve(engine: Engine, case: str, day: float = 0, *, outcome: str = "publish") -> None:
    with on(engine, day):
        engine.run(lambda tx: changing.decide(tx, case, outcome=outcome), actor=APPROVER)


def test_a_change_goes_its_whole_way(published: Engine) -> None:
    engine = published
    case = begin(engine, occasion="new_owner")
    show(engine, 0.1)  # before the approval: it counts for nothing
    approve(engine, case, 0.2)
    work(engine, 0.3)
    assert steps(engine, case) == {"approve": "publish", "post": "notice"}
    show(engine, 1, surface="footer")
    assert change_of(engine, case).notice_at is None
    show(engine, 2)
    assert change_of(engine, case).notice_at == NOW + 2 * DAY
    work(engine, 2)
    assert steps(engine, case)["tell"] == "told"
    with engine.reading() as tx:
        assert changes.told_counts(tx.session, case) == {"sent": 2, "frozen": 1}
        assert tx.content.in_force(SLUG, NOW + 39 * DAY).version == FIRST
        version = register.published(tx.session, SLUG)[-1]
    assert (version.version, version.notice_at) == (NEXT, NOW + 2 * DAY)
    assert version.approved_by == "approver-two"
    work(engine, 33)
    assert steps(engine, case)["carry"] == "effect"
    work(engine, 41)
    work(engine, 41)
    assert steps(engine, case)["report"] == "produced"
    found = change_of(engine, case)
    assert (found.lost, (found.carried or {})["sale-sharing"]) == (0, 1)
    assert_told(engine, case)


def assert_told(engine: Engine, case: str) -> None:
    """See that the report says who was told of what, and when."""
    said = tables(engine, case)
    assert [row[1:] for row in said["shown"]] == [
        ("site-notice", 1),
        ("footer", 1),
        ("site-notice", 1),
    ]
    days = {row[1].partition(",")[0] for row in said["told"]}
    assert days == {"24 Nov 2026"}
    outcomes = sorted(row[2] for row in said["told"])
    assert outcomes == ["letter sent", "letter sent", "not written to: may be a child"]


def test_a_no_outlives_a_change_and_a_yes_ends_where_a_new_one_is_asked_for(
    published: Engine,
) -> None:
    engine = published
    case = begin(engine)
    approve(engine, case)
    work(engine, 0)
    show(engine, 1)
    work(engine, 1)
    with on(engine, 80), engine.reading() as tx:
        maya, ines = (tx.find_subject([one], site="listing-site") or "" for one in (MAYA, INES))
        sale = consent.check(tx, tx.person(maya), ["sale-sharing"])["sale-sharing"]
        assert (sale.permitted, str(sale.state)) == (False, "refused")
        yes = consent.check(tx, tx.person(ines), ["newsletter"])["newsletter"]
        assert (yes.permitted, str(yes.state)) == (False, "invalidated")


def test_letters_say_what_changes_and_go_out_once(
    published: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = published
    case = begin(engine, occasion="new_owner")
    approve(engine, case)
    monkeypatch.setattr(telling, "PAGE", 1)
    sent = transport.send
    failing = iter([True, False, False, False, False])

    def send(*given: object, **named: object) -> str:
        if next(failing):
            raise Unavailable("the mail server sleeps")
        return sent(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(transport, "send", send)
    work(engine, 0)
    show(engine, 1)
    for day in (1, 1.1, 1.2):  # the first letter fails once, and is sent again
        work(engine, day)
    letters = []
    with engine.reading() as tx:
        for message_id, key_id in transport.shelved(engine.settings.outbox_directory):
            key = tx.vault.key(key_id)
            assert key
            opened = transport.open_shelved(engine.settings.outbox_directory, message_id, key=key)
            letters.append(opened)
    assert sorted(item["address"] for item in letters) == [INES.value, MAYA.value]
    text = letters[0]["message"]
    assert "Privacy Statement changes on" in text
    assert "new owner" in text
    assert f"policies/{SLUG}/changes/{FIRST}..{NEXT}" in text.replace("=\n", "")
    assert steps(engine, case)["tell"] == "told"


def test_the_register_of_changes_is_built_again_from_the_log(published: Engine) -> None:
    engine = published
    case = begin(engine)
    approve(engine, case)
    work(engine, 0)
    show(engine, 1)
    work(engine, 1)
    assert rows(engine, REGISTER) == rebuilt(engine, REGISTER)


def test_what_is_not_fit_does_not_begin(published: Engine) -> None:
    engine = published
    with on(engine, 20), pytest.raises(Conflict, match="time to read: it may begin on 2027-01-11"):
        engine.run(lambda tx: changing.begin(tx, SLUG, NEXT))
    with on(engine, 0), pytest.raises(Conflict, match="only a material change"):
        engine.run(lambda tx: changing.begin(tx, SLUG, FIRST))
    case = begin(engine)
    with on(engine, 0), pytest.raises(Conflict, match="on its way already"):
        engine.run(lambda tx: changing.begin(tx, SLUG, NEXT))
    with pytest.raises(NotFound):
        approve(engine, "P-2222-2222")
    two = replace(engine.settings.approval, two_person=("document",))
    engine.world = replace(engine.world, settings=replace(engine.settings, approval=two))
    with on(engine, 0), pytest.raises(Conflict, match="somebody else"):
        engine.run(lambda tx: changing.decide(tx, case, outcome="publish"), actor=OFFICER)


def test_a_rejected_change_ends_and_can_begin_again(published: Engine) -> None:
    engine = published
    case = begin(engine)
    approve(engine, case, outcome="reject")
    show(engine, 1)
    assert change_of(engine, case).notice_at is None
    assert set(steps(engine, case).values()) == {"reject", "skipped"}
    again = begin(engine, 2)
    approve(engine, again, 2)
    approve(engine, again, 3, outcome="reject")  # approved, and taken back before its notice
    with pytest.raises(Conflict, match="decided already"):
        approve(engine, again, 3)


def test_a_notice_that_came_too_late_publishes_nothing(published: Engine) -> None:
    engine = published
    case = begin(engine)
    approve(engine, case)
    show(engine, 15)
    work(engine, 15)
    with engine.reading() as tx:
        run = runs.run(tx.session, case)
        assert run
        assert "people have until 2027-01-06 to read" in str(run.steps["publish"].detail)
        assert register.published_names(tx.session) == {(SLUG, FIRST)}
    with on(engine, 41), engine.reading() as tx:
        assert tx.content.in_force(SLUG, NOW + 41 * DAY).version == FIRST

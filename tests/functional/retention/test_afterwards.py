"""What follows by itself: what a hold kept goes, looks say why, our own records end too."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.api.health import readiness
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.jobs import tasks
from privacy_engine.log.event import Identifier
from privacy_engine.log.findings import Outcome
from privacy_engine.retention import disclosure, holds, looking, register
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.register import REGISTER, Hold
from privacy_engine.retention.rules import HoldScope, Nature, State
from privacy_engine.transaction import ENGINE
from privacy_engine.workflow.steps import disposal
from privacy_engine.workflow.steps.disposal_sources import sources
from tests.functional.log import story
from tests.functional.registers.rebuilding import rebuilt, rows
from tests.functional.retention.conftest import NOON, PREPARES, Site

MAYA = Identifier("email", "maya.tallow@example.org")
OLD = "issued_on < '2019-11-20'"


def _hold(site: Site, **wish: Any) -> Hold:
    order = HoldOrder(ground="A court has asked for these records.", **wish)
    return site.engine.run(lambda tx: holds.place(tx, order), actor=PREPARES)


# Holds -----------------------------------------------------------------------------------


def test_what_a_hold_kept_goes_when_it_is_released_and_nobody_remembers(any_site: Site) -> None:
    hold = _hold(any_site, scope=HoldScope.SUBJECT, subject=(MAYA,))
    first = any_site.approved("invoices")
    with any_site.loses(invoices=f"{OLD} AND client_id <> 1"):
        disposal.carry_out(any_site.engine, first.run)
    assert any_site.count("invoices", OLD) == 1
    with clock.fixed(NOON + timedelta(hours=1)), any_site.loses(invoices=OLD):
        any_site.engine.run(lambda tx: holds.release(tx, hold.hold), actor=PREPARES)
        tasks.run_due(any_site.engine)
    assert any_site.count("invoices", OLD) == 0
    with any_site.engine.reading() as tx:
        last = register.last_done(tx.session, "invoices")
    assert last is not None
    assert (last.follows, last.disposed, last.approved_by) == (first.run, 1, str(ENGINE))
    assert rebuilt(any_site.engine, REGISTER) == rows(any_site.engine, REGISTER)


def test_no_more_goes_after_a_hold_than_it_had_kept(site: Site) -> None:
    hold = _hold(site, scope=HoldScope.SUBJECT, subject=(MAYA,))
    with site.loses(invoices=f"{OLD} AND client_id <> 1"):
        disposal.carry_out(site.engine, site.approved("invoices").run)
    site.change("UPDATE invoices SET issued_on = '2019-01-01'")
    with site.loses():
        site.engine.run(lambda tx: holds.release(tx, hold.hold), actor=PREPARES)
        looking.look(site.engine, sources=sources)
    with site.engine.reading() as tx:
        waiting = register.open_run(tx.session, "invoices")
    assert waiting is not None
    assert (waiting.state, waiting.follows) == (State.PREVIEWED, "")


def test_a_direction_of_law_enforcement_stands_ninety_days_and_is_renewed(site: Site) -> None:
    hold = _hold(site, scope=HoldScope.SERIES, target="invoices", nature=Nature.LAW_ENFORCEMENT)
    assert hold.until == date(2027, 2, 18)
    with clock.fixed(NOON + timedelta(days=80)):
        with site.engine.reading() as tx:
            assert [item.hold for item in holds.ending_soon(tx)] == [hold.hold]
        renewed = site.engine.run(lambda tx: holds.renew(tx, hold.hold), actor=PREPARES)
        assert renewed.until == date(2027, 5, 9)
        with site.engine.reading() as tx:
            assert holds.ending_soon(tx) == ()
    assert rebuilt(site.engine, REGISTER) == rows(site.engine, REGISTER)


def test_no_direction_stands_longer_than_the_law_lets_it(site: Site) -> None:
    with pytest.raises(InvalidInput, match="2027-02-18"):
        _hold(
            site,
            scope=HoldScope.SERIES,
            target="invoices",
            nature=Nature.LAW_ENFORCEMENT,
            until=date(2027, 2, 19),
        )
    hold = _hold(site, scope=HoldScope.SERIES, target="invoices")
    with pytest.raises(InvalidInput):
        site.engine.run(lambda tx: holds.renew(tx, hold.hold), actor=PREPARES)
    site.engine.run(lambda tx: holds.release(tx, hold.hold), actor=PREPARES)
    with pytest.raises(Conflict):
        site.engine.run(lambda tx: holds.renew(tx, hold.hold), actor=PREPARES)


# Looks -----------------------------------------------------------------------------------


def test_each_row_says_what_is_next_and_why_nothing_happens(site: Site) -> None:
    site.change("DELETE FROM invoices WHERE issued_on < '2020-03-01'")
    site.change(
        "UPDATE invoices SET issued_on = '2020-03-01' WHERE id = (SELECT max(id) FROM invoices)"
    )
    _hold(site, scope=HoldScope.SERIES, target="web-logs")
    with site.loses():
        looking.look(site.engine, sources=sources)
    with site.engine.reading() as tx:
        found = looking.latest(tx)
    assert found.keys() == {row.series for row in site.engine.content.retention}
    assert found["invoices"].next_due_on == date(2027, 3, 1)
    assert found["invoices"].why.startswith("nothing is past its time; the next comes due on")
    assert found["web-logs"].outcome == "kept"
    assert "a hold keeps" in found["web-logs"].why
    checks = readiness(site.engine)
    assert checks["retention"]["ok"] is True
    assert checks["retention"]["rows"].keys() == found.keys()


def test_looks_that_were_missed_are_made_up_for(site: Site) -> None:
    looking.look(site.engine, sources=sources)
    with clock.fixed(NOON + timedelta(days=10)):
        assert readiness(site.engine)["retention"]["ok"] is False
        looking.look(site.engine, sources=sources)
        assert readiness(site.engine)["retention"]["ok"] is True
        with site.engine.reading() as tx:
            run = register.open_run(tx.session, "web-logs")
        assert run is not None
        assert run.due == site.count("web_logs", "seen_on <= '2026-09-01'")


# Our own ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_our_own_messages_and_showings_go_and_a_rebuild_is_equal(any_site: Site) -> None:
    engine = any_site.engine
    about = {"document": "privacy-statement", "version": "2021-11-04"}

    def said(tx: Any) -> None:
        tx.append("message.received", {"channel": "chat", "text": "Hello"}, subject=(MAYA,))
        tx.append("notice.shown", about, subject=(MAYA,))

    engine.run(said)
    with clock.fixed(NOON + timedelta(days=5 * 366)):
        engine.run(said)
        for series in ("correspondence", "notice-showings"):
            run = any_site.approved(series)
            assert (run.due, run.held) == (1, 0)
            with any_site.loses():
                done = disposal.carry_out(engine, run.run)
            assert (done.disposed, done.found_after) == (1, 0)
            assert done.executed_sha256 == done.preview_sha256
        for one in engine.world.registers:
            assert rebuilt(engine, one) == rows(engine, one)  # type: ignore[arg-type]
        assert Outcome.FAILS not in {item.outcome for item in story.statements(engine)}


def test_a_produced_report_goes_and_its_record_stays(site: Site) -> None:
    engine = site.engine
    folder = engine.settings.exports_directory
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(folder) / "RR-1.pdf"
    path.write_bytes(b"%PDF-")
    other = path.with_name("RR-2.pdf")
    other.write_bytes(b"%PDF-")
    data = {"report": "request-register", "number": "RR-1", "sha256": "0" * 64, "file": path.name}
    engine.run(lambda tx: tx.append("report.produced", data))
    with clock.fixed(NOON + timedelta(days=7 * 366)):
        run = site.approved("produced-reports")
        with site.loses():
            assert disposal.carry_out(engine, run.run).disposed == 1
    assert list(folder.iterdir()) == [other]


# What is published -----------------------------------------------------------------------


def test_a_published_period_that_the_schedule_does_not_have_is_told(site: Site) -> None:
    content = site.engine.content
    assert not disclosure.compare(disclosure.as_markdown(content), content).wrong
    assert not disclosure.compare(disclosure.as_markdown(content), content).missing
    text = "| Internet activity (F) | 3 years |"
    [wrong] = disclosure.compare(text, content).wrong
    assert wrong.startswith("F: the text says 3 years")
    assert disclosure.compare("No table.", content).compared == 0

"""Due reports: drawn in a process of their own, which can be watched, given up and kept small."""

import os
import signal
import threading
from datetime import date

import pytest

from privacy_engine import clock, progress
from privacy_engine.console import work as desk_work
from privacy_engine.engine import Engine
from privacy_engine.errors import GivenUp, TooLarge, Unavailable
from privacy_engine.jobs import tasks, work
from privacy_engine.keys import certificate
from privacy_engine.log import evidence
from privacy_engine.reports import filing, orders, press, produce
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.reports.orders import ReportOrder
from privacy_engine.transaction import DueWorkRow, waiting_work
from tests.functional.reports import story

NOVEMBER = Ask(first_on=date(2026, 11, 1), last_on=date(2026, 11, 30))


def drawn(instance: Engine, kind: str = "log-integrity", **asked: object) -> object:
    instance.sequence(tally=True)
    with instance.reading() as tx:
        return BUILDERS[kind](tx, Ask(**asked))


def given(instance: Engine) -> dict[str, object]:
    settings = instance.settings
    return {
        "exports": settings.path("exports"),
        "issuer": filing.issuer(settings),
        "certificate": certificate.load_or_make(
            settings.keys_directory, organisation="Session in Progress", now=clock.now()
        ),
    }


def test_another_process_draws_the_same_bytes(instance: Engine) -> None:
    report, with_ = drawn(instance), given(instance)
    apart = press.draw_apart(report, **with_)
    here = produce.produce(report, **with_)
    assert apart.unsigned_sha256 == here.unsigned_sha256
    assert apart.twin == here.twin


def test_a_report_that_takes_too_much_memory_is_refused(instance: Engine) -> None:
    with pytest.raises(TooLarge, match="memory"):
        press.draw_apart(drawn(instance), **given(instance), memory_bytes=1 << 20)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (signal.SIGKILL, "something outside ended the process that drew the pages \\(SIGKILL\\)"),
        (signal.SIGSEGV, "a library crashed while it drew the pages \\(SIGSEGV\\)"),
    ],
)
def test_a_process_that_dies_is_not_said_to_lack_memory(
    instance: Engine, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals, said: str
) -> None:
    monkeypatch.setattr(press, "_LOOK_SECONDS", 0.01)

    def kill(_: str) -> bool:
        for one in press._processes.active_children():
            assert one.pid
            os.kill(one.pid, sent)
        return True

    with progress.told_to(kill), pytest.raises(Unavailable, match=said):
        press.draw_apart(drawn(instance), **given(instance))


def test_giving_up_ends_the_process(instance: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_LOOK_SECONDS", 0.01)
    before = len(press._processes.active_children())
    with progress.told_to(lambda _: False), pytest.raises(GivenUp):
        press.draw_apart(drawn(instance), **given(instance))
    assert len(press._processes.active_children()) == before


def test_an_order_that_is_given_up_while_it_is_drawn_stays_so(
    instance: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(work, "PROGRESS_SECONDS", 0.0)
    said: list[str] = []
    renew = work.renew

    def given_up(engine: Engine, leased: work.Leased, *, progress: str = "") -> bool:
        said.append(progress)
        held = renew(engine, leased, progress=progress)
        engine.run(lambda tx: desk_work.give_up(tx, leased.work_id, task=orders.TASK))
        return held

    monkeypatch.setattr(work, "renew", given_up)
    instance.run(lambda tx: orders.order(tx, ReportOrder("log-integrity", Ask())))
    tasks.run_due(instance)
    assert "drawing and signing the pages" in said
    with instance.reading() as tx:
        assert not waiting_work(tx.session)
        assert not evidence.events_of_kinds(tx.session, "report.produced")


def test_progress_stands_in_the_order(instance: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(work, "PROGRESS_SECONDS", 0.0)
    seen: list[str | None] = []
    renew = work.renew

    def look(engine: Engine, leased: work.Leased, *, progress: str = "") -> bool:
        held = renew(engine, leased, progress=progress)
        with engine.reading() as tx:
            row = tx.session.get(DueWorkRow, leased.work_id)
            seen.append(row.progress if row else None)
        return held

    monkeypatch.setattr(work, "renew", look)
    instance.run(lambda tx: orders.order(tx, ReportOrder("log-integrity", Ask())))
    tasks.run_due(instance)
    assert "drawing and signing the pages" in seen
    with instance.reading() as tx:
        assert len(evidence.events_of_kinds(tx.session, "report.produced")) == 1


def test_orders_made_at_once_are_each_drawn(instance: Engine) -> None:
    story.request(instance, 4, "delete", story.MAYA)
    with story.today(22):
        for kind in ("request-register", "metrics"):
            order = ReportOrder(kind, NOVEMBER)
            instance.run(lambda tx, order=order: orders.order(tx, order))
        ran = [threading.Thread(target=tasks.run_due, args=(instance,)) for _ in range(2)]
        for one in ran:
            one.start()
        for one in ran:
            one.join()
    with instance.reading() as tx:
        made = tx.read(evidence.events_of_kinds(tx.session, "report.produced"))
    assert sorted(event.data["report"] for event in made) == ["metrics", "request-register"]

"""Rarer ways of the schedule: a date of its own, numbers by month, what sites report, metrics."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.api.health import readiness
from privacy_engine.connectors.sql.disposal import SqlDisposal
from privacy_engine.instance.data_map import parse
from privacy_engine.instance.terms import Disposition
from privacy_engine.log.event import Identifier
from privacy_engine.log.findings import Outcome
from privacy_engine.retention import looking, register
from privacy_engine.retention.register import REGISTER
from privacy_engine.rights import actions as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.workflow.steps import disposal
from privacy_engine.workflow.steps.disposal_sources import sources
from tests.functional.log import story
from tests.functional.registers.rebuilding import rebuilt, rows
from tests.functional.retention.conftest import NOON, Site
from tests.functional.retention.test_databases import address, order  # noqa: F401

MAYA = (Identifier("email", "maya.tallow@example.org"),)
OTTO = (Identifier("email", "otto@example.org"),)
MAP = """
[[systems]]
code = "shop"
title = "A shop"
connector = "sql"
url = "sqlite:///nowhere.db"

[systems.tables.vouchers]
series = "vouchers"
key = ["id"]
identities = { account = "owner" }
triggers = { date_field = "ends" }
[systems.tables.vouchers.columns]
owner = { category = "A" }
"""


def vouchers(address: str) -> tuple[sa.Engine, SqlDisposal]:  # noqa: F811
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    tables = sa.MetaData()
    table = sa.Table(
        "vouchers", tables,
        sa.Column("id", sa.Integer, primary_key=True), sa.Column("owner", sa.String(20)),
        sa.Column("made", sa.Date), sa.Column("ends", sa.Date),
    )  # fmt: skip
    tables.create_all(engine)
    old, young = date(2020, 1, 1), date(2026, 3, 9)
    days = [None, date(2026, 1, 5), date(2026, 3, 10), date(2026, 3, 11), date(2027, 1, 1)]
    with engine.begin() as connection:
        made = [{"id": n, "made": (old, young)[n % 2], "ends": day} for n, day in enumerate(days)]
        connection.execute(sa.insert(table), made)
    content, faults = parse("data-map.toml", MAP)
    assert not faults
    return engine, SqlDisposal(content.systems[0], url=address)


def test_a_date_of_its_own_begins_the_period_and_a_row_without_one_stays(
    address: str,  # noqa: F811
) -> None:
    engine, asked = vouchers(address)
    wanted = replace(order("vouchers"), trigger="date_field", by_month=True)

    def whole() -> list[sa.Row[Any]]:
        with engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT * FROM vouchers ORDER BY id")).all())

    before = whole()
    [found] = asked.survey(wanted)
    assert (found.due, found.oldest, found.newest) == (2, date(2026, 1, 5), date(2026, 3, 10))
    assert found.months == (("2026-01", 1), ("2026-03", 1))
    assert found.next_on == date(2026, 3, 11)
    with asked.disposing(wanted, "vouchers") as opened:
        assert opened.batch(10).changed == 2
    assert whole() == [before[0], *before[3:]]


def ends_by(site: Site, series: str, disposition: Disposition) -> None:
    content = site.engine.content
    changed = [
        replace(row, disposition=disposition) if row.series == series else row
        for row in content.retention
    ]
    site.engine.content = replace(content, retention=tuple(changed))


def test_where_numbers_stay_they_are_those_of_the_rows_that_went(any_site: Site) -> None:
    ends_by(any_site, "web-logs", Disposition.AGGREGATE)
    run = any_site.approved("web-logs")
    with any_site.loses(web_logs="seen_on <= '2026-08-22'"):
        done = disposal.carry_out(any_site.engine, run.run)
    assert done.disposed == run.due > 0
    assert done.executed_sha256 == done.preview_sha256
    with any_site.engine.reading() as tx:
        [table] = [one for one in tx.event(run.previewed_event).data["tables"] if one["table"]]
    months = dict(table["months"])
    assert sum(months.values()) == run.due
    assert list(months) == sorted(months)


class TestReported:
    """Records in systems that nobody can ask, by what their sites report."""

    def report(self, site: Site, kind: str, who: Any, days: int, **more: Any) -> None:
        data = {"system": "support-mailbox", "series": "messages", **more}
        with clock.fixed(NOON - timedelta(days=days)):
            site.engine.run(lambda tx: tx.append(kind, data, subject=who))

    def found(self, site: Site) -> register.Reported:
        row = site.engine.content.series("messages")
        with site.engine.reading() as tx:
            return register.reported(
                tx.session,
                system="support-mailbox",
                series="messages",
                trigger=row.trigger,
                cutoff=NOON - timedelta(days=731),
            )

    def test_a_period_runs_from_the_last_use_and_ends_with_the_disposal(
        self, any_site: Site
    ) -> None:
        self.report(any_site, "record.collected", MAYA, 1_000)
        self.report(any_site, "record.collected", OTTO, 900)
        assert self.found(any_site).people == 2
        self.report(any_site, "record.touched", OTTO, 30)
        again = self.found(any_site)
        assert again.people == 1
        assert again.next_at == NOON - timedelta(days=30)
        self.report(any_site, "record.disposed", MAYA, 1)
        assert self.found(any_site).people == 0
        assert rebuilt(any_site.engine, REGISTER) == rows(any_site.engine, REGISTER)

    def test_the_look_says_it(self, site: Site) -> None:
        self.report(site, "record.collected", MAYA, 1_000)
        looking.look(site.engine, sources=sources)
        with site.engine.reading() as tx:
            look = looking.latest(tx)["messages"]
            own = looking.latest(tx)["consent-proofs"]
        assert own.why == "the engine ends each of them on its own day"
        assert "people must look in" in look.why
        assert "by its own word, records of 1 person are past their time there" in look.why

    @pytest.mark.parametrize("turn", [False, True])
    def test_the_order_of_arrival_does_not_matter(self, site: Site, turn: bool) -> None:
        told = [("record.collected", 900), ("record.touched", 800), ("record.collected", 1_000)]
        for kind, days in reversed(told) if turn else told:
            self.report(site, kind, MAYA, days)
        with site.engine.reading() as tx:
            maya = tx.find_subject(MAYA, site="")
            [one] = register.holdings(tx.session, [str(maya)])
        assert (one.collected, one.disposed) == (2, 0)
        assert one.first_collected_at == NOON - timedelta(days=1_000)
        assert one.last_touched_at == NOON - timedelta(days=800)


def test_readiness_and_metrics_tell_the_last_success_of_each_row(site: Site) -> None:
    looking.look(site.engine, sources=sources)
    with clock.fixed(NOON + timedelta(days=1)):
        with site.loses(web_logs="seen_on <= '2026-08-23'"):
            disposal.carry_out(site.engine, site.approved("web-logs").run)
        told = create_app(site.engine).test_client().get("/metrics").get_data(as_text=True)
        rows_told = readiness(site.engine)["retention"]["rows"]
    values = {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in told.splitlines())
        if name.startswith("privacy_engine_retention_")
    }
    series = {row.series for row in site.engine.content.retention}
    assert rows_told.keys() == series
    for one in series:
        key = f'privacy_engine_retention_last_success_timestamp_seconds{{series="{one}"}}'
        later = timedelta(days=1) if one == "web-logs" else timedelta()
        assert values[key] == (NOON + later).timestamp()
    ran = 'privacy_engine_retention_last_run_timestamp_seconds{series="%s"}'
    assert values[ran % "web-logs"] == (NOON + timedelta(days=1)).timestamp()
    assert values[ran % "invoices"] == 0
    assert values['privacy_engine_retention_due{series="web-logs"}'] == 0


def test_notes_of_a_check_go_a_week_after_the_answer_and_a_rebuild_is_equal(site: Site) -> None:
    engine = site.engine

    def ask(tx: Any) -> str:
        intake = Intake("delete", MAYA)
        reference = rights.receive(tx, intake)
        name = getattr(reference, "reference", reference)
        rights.verify(tx, name, method="officer:email+record")
        rights.decide(
            tx,
            name,
            outcome="deny",
            ground="outside_jurisdiction",
            citation="x",
            reason="not ours",
        )
        rights.end(tx, name, as_="denied")
        return str(name)

    engine.run(ask)
    with clock.fixed(NOON + timedelta(days=6)):
        assert site.approved("verification-extras").due == 0
    with clock.fixed(NOON + timedelta(days=8)):
        run = site.approved("verification-extras")
        with site.loses():  # what goes is the engine's own
            done = disposal.carry_out(engine, run.run)
        assert run.due > 0
        assert done.disposed == run.due
        assert done.executed_sha256 == done.preview_sha256
        for one in engine.world.registers:
            assert rebuilt(engine, one) == rows(engine, one)  # type: ignore[arg-type]
        assert Outcome.FAILS not in {item.outcome for item in story.statements(engine)}

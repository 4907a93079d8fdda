"""A year of the schedule: each record goes on its day, by an oracle that knows only calendars."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from privacy_engine import clock, sample_site
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.disposition_facts import disposition_report
from privacy_engine.reports.document import Figure
from privacy_engine.retention import actions, holds, looking, register
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.register import REGISTER
from privacy_engine.retention.rules import HoldScope, Nature, State
from privacy_engine.transaction import Actor, Role
from privacy_engine.workflow.steps import disposal
from privacy_engine.workflow.steps.disposal_sources import sources
from tests.functional.registers.rebuilding import rebuilt, rows

FIRST = date(2026, 11, 20)
LAST = date(2027, 11, 20)
PACIFIC = ZoneInfo("America/Los_Angeles")
APPROVES = Actor(Role.STAFF, "b2" * 16)
MAYA = Identifier("email", "maya.tallow@example.org")
# Each table: what dates a row, and how long it is kept; written down here a second time.
KEPT = {
    "web_logs": ("seen_on", relativedelta(days=90)),
    "invoices": ("issued_on", relativedelta(years=7)),
    "appointments": ("coalesce(held_on, booked_on)", relativedelta(years=1)),
    "newsletter_subscriptions": ("unsubscribed_on", relativedelta(days=30)),
    "messages": ("sent_on", relativedelta(years=2)),
    "reviews": ("written_on", relativedelta(years=2)),
    "clients": ("coalesce(last_seen_on, created_on)", relativedelta(years=2)),
    "therapists": ("unlisted_on", relativedelta(years=4)),
}
# Rows of these can outlive their day while another row still refers to them.
NEEDED = {"clients", "therapists"}
HELD_TABLE = "invoices"


@dataclass
class Year:
    """The engine, its site, and which row of which table went on which day."""

    engine: Engine
    database: sa.Engine
    gone: dict[tuple[str, int], date] = field(default_factory=dict)

    def read(self, table: str) -> dict[int, date | None]:
        """Return the day on which each row is due by the oracle; None for never."""
        dated, kept = KEPT[table]
        with self.database.connect() as connection:
            found = connection.execute(sa.text(f"SELECT id, {dated} FROM {table}"))  # noqa: S608
            return {key: date.fromisoformat(day) + kept if day else None for key, day in found}

    def held(self) -> set[int]:
        """Return the invoices of the held person."""
        query = (
            "SELECT i.id FROM invoices i JOIN clients c ON c.id = i.client_id"
            " WHERE c.email = :email"
        )
        with self.database.connect() as connection:
            return set(connection.execute(sa.text(query), {"email": MAYA.value}).scalars())

    def live(self, on: date) -> None:
        """Let the machinery look, people approve, and everything run, on one day."""
        before = {table: self.read(table) for table in KEPT}
        with clock.fixed(datetime(on.year, on.month, on.day, 9, 0, tzinfo=PACIFIC)):
            looking.look(self.engine, sources=sources)
            with self.engine.reading() as tx:
                runs = register.runs(tx.session, limit=500)
            for run in runs:
                if run.state is State.PREVIEWED and run.due:
                    self._approve(run.run, run.preview_sha256)
            for run in runs:
                if run.due and run.state in {State.PREVIEWED, State.APPROVED}:
                    disposal.carry_out(self.engine, run.run)
        for table, was in before.items():
            for key in was.keys() - self.read(table).keys():
                due_on = was[key]
                assert due_on is not None, f"{table} {key} was never due"
                assert due_on <= on, f"{table} {key} went on {on}, due on {due_on}"
                self.gone[table, key] = on

    def _approve(self, run: str, sha256: str) -> None:
        self.engine.run(lambda tx: actions.approve(tx, run, preview_sha256=sha256), actor=APPROVES)


@pytest.fixture
def year(engine: Engine) -> Year:
    path = Path(engine.settings.root) / "var" / "sample-site" / "site.db"
    sample_site.create(path, on=FIRST)
    database = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with database.begin() as connection:  # a log of every fifth day tells as much as of each
        connection.execute(sa.text("DELETE FROM web_logs WHERE id % 6 <> 0"))
    return Year(engine, database)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_in_a_year_everything_goes_on_its_day(year: Year) -> None:
    engine = year.engine
    with clock.fixed(datetime(2026, 11, 19, 20, 0, tzinfo=UTC)):
        place = _placing(
            HoldOrder(
                HoldScope.SUBJECT, "A sheriff asks.", subject=(MAYA,),
                nature=Nature.LAW_ENFORCEMENT,
            )
        )  # fmt: skip
        hold = engine.run(place, actor=APPROVES)
    assert hold.until == date(2027, 2, 17)
    kept = year.held()
    on = FIRST
    while on <= LAST:
        year.live(on)
        _nothing_is_late(year, on, kept=kept if hold.until >= on else set())
        on = _next_day(year, on, ends=hold.until)
    _everything_went_on_its_day(year, kept, freed_on=hold.until + timedelta(days=1))
    _the_year_is_on_record(engine)


def _placing(order: HoldOrder) -> Callable[..., register.Hold]:
    return lambda tx: holds.place(tx, order)


def _nothing_is_late(year: Year, on: date, *, kept: set[int]) -> None:
    for table in KEPT.keys() - NEEDED:
        late = {key for key, due_on in year.read(table).items() if due_on and due_on <= on}
        expected = kept & year.read(table).keys() if table == HELD_TABLE else set()
        assert late - _held_elsewhere(year, table, kept) <= expected, f"{table} on {on}"


def _held_elsewhere(year: Year, table: str, kept: set[int]) -> set[int]:
    """Return rows of the held person in other tables, while the hold stands."""
    if not kept or table == HELD_TABLE:
        return set()
    column = {"newsletter_subscriptions": "email", "messages": "sender_email"}.get(table)
    with year.database.connect() as connection:
        names = {item["name"] for item in sa.inspect(year.database).get_columns(table)}
        wanted = []
        if "client_id" in names:
            wanted.append("client_id IN (SELECT id FROM clients WHERE email = :email)")
        if column in names:
            wanted.append(f"{column} = :email")
        if not wanted:
            return set()
        query = f"SELECT id FROM {table} WHERE {' OR '.join(wanted)}"  # noqa: S608
        return set(connection.execute(sa.text(query), {"email": MAYA.value}).scalars())


def _next_day(year: Year, on: date, *, ends: date) -> date:
    """Return the next day on which something is due: what the engine says, and the oracle too."""
    days = [d for table in KEPT for d in year.read(table).values() if d and d > on]
    ahead = min(days, default=LAST + timedelta(days=1))
    with year.engine.reading() as tx:
        said = [look.next_due_on for look in looking.latest(tx).values() if look.next_due_on]
    # No row of the schedule may name a later day than the oracle knows, but for what is held.
    assert min(said, default=ahead) <= ahead
    freed_on = ends + timedelta(days=1)
    return min(ahead, freed_on) if freed_on > on else ahead


def _everything_went_on_its_day(year: Year, kept: set[int], *, freed_on: date) -> None:
    assert {table for table, _ in year.gone} >= {"web_logs", "invoices", "appointments"}
    held = {key for table, key in year.gone if table == HELD_TABLE} & kept
    assert all(year.gone[HELD_TABLE, key] >= freed_on for key in held)


def _the_year_is_on_record(engine: Engine) -> None:
    assert rebuilt(engine, REGISTER) == rows(engine, REGISTER)
    engine.sequence()
    with clock.fixed(datetime(2027, 11, 20, 20, 0, tzinfo=UTC)), engine.reading() as tx:
        run = register.last_done(tx.session, "web-logs")
        assert run is not None
        assert run.executed_sha256 == run.preview_sha256
        assert all(
            item.executed_sha256 == item.preview_sha256
            for item in register.runs(tx.session, limit=500)
            if item.state is State.DONE
        )
        report = disposition_report(tx, Ask(run=run.run))
        [plot] = [
            block
            for section in report.sections
            for block in section.blocks
            if isinstance(block, Figure) and block.key == "held-over-time"
        ]
    held = [count for _, count in plot.data]
    assert held == sorted(held, reverse=True)
    assert len(held) > 5

"""The schedule carried out on the sample site: nothing early, nothing late, nothing unapproved."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.errors import Conflict, Forbidden
from privacy_engine.log.event import Identifier
from privacy_engine.retention import actions, holds, register, rules, running
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.register import REGISTER
from privacy_engine.retention.rules import HoldScope, State
from privacy_engine.retention.sources import Batches, Ended, Found, Sample, Source, Wanted
from privacy_engine.transaction import ENGINE, Transactions
from privacy_engine.workflow.steps import disposal
from privacy_engine.workflow.steps.disposal_sources import sources
from tests.functional.registers.rebuilding import rebuilt, rows
from tests.functional.retention.conftest import APPROVES, NOON, PREPARES, Site
from tests.snapshots import changes

LAST_DUE = "2026-08-22"  # ninety days before the site's day
DUE = f"seen_on <= '{LAST_DUE}'"
OLD = "issued_on < '2019-11-20'"
MAYA = Identifier("email", "maya.tallow@example.org")


def test_what_is_due_goes_and_nothing_else(any_site: Site) -> None:
    due = any_site.count("web_logs", DUE)
    young = any_site.count("web_logs", f"seen_on > '{LAST_DUE}'")
    run = any_site.approved("web-logs")
    assert (run.due, run.held, run.excepted) == (due, 0, 0)
    assert any_site.count("web_logs") == due + young
    with any_site.loses(web_logs=DUE):
        done = disposal.carry_out(any_site.engine, run.run)
    assert (done.state, done.disposed, done.failed, done.found_after) == (State.DONE, due, 0, 0)
    assert any_site.count("web_logs") == young
    assert any_site.count("web_logs", DUE) == 0
    assert rebuilt(any_site.engine, REGISTER) == rows(any_site.engine, REGISTER)


def test_a_run_that_is_called_twice_changes_nothing_more(site: Site) -> None:
    run = site.approved("invoices")
    with site.loses(invoices=OLD):
        first = disposal.carry_out(site.engine, run.run)
    with site.loses():
        assert disposal.carry_out(site.engine, run.run) == first
    with site.engine.reading() as tx:
        assert register.get(tx.session, run.run) == first


def test_a_preview_shows_counts_ages_and_masked_rows_and_changes_nothing(site: Site) -> None:
    with site.loses():
        found = disposal.preview_series(site.engine, "invoices", actor=PREPARES)
    [item] = [one for one in found.found if one.pile.searched]
    assert (item.pile.due, str(item.pile.oldest)) == (12, "2019-06-19")
    assert len(item.sample) == 3
    assert "Maya" not in str(item.sample)
    assert [one.pile.system for one in found.found if not one.pile.searched] == ["payment-vendor"]


def test_the_day_on_which_a_period_ends_is_the_first_on_which_it_is_due(site: Site) -> None:
    site.change("UPDATE web_logs SET seen_on = '2026-08-23'")
    assert disposal.preview_series(site.engine, "web-logs").run.due == 0
    with clock.fixed(datetime(2026, 11, 21, 8, 0, tzinfo=UTC)):  # midnight in California
        assert disposal.preview_series(site.engine, "web-logs").run.due == site.count("web_logs")


def test_what_nobody_touched_is_counted_from_its_beginning(site: Site) -> None:
    site.change("UPDATE appointments SET held_on = NULL, booked_on = '2025-11-20'")
    assert disposal.preview_series(site.engine, "appointments").run.due == site.count(
        "appointments"
    )
    site.change("UPDATE appointments SET booked_on = '2025-11-21'")
    assert disposal.preview_series(site.engine, "appointments").run.due == 0


def test_a_subscription_that_never_ended_is_never_due(site: Site) -> None:
    site.change("UPDATE newsletter_subscriptions SET subscribed_on = '2001-01-01'")
    site.change("UPDATE newsletter_subscriptions SET unsubscribed_on = NULL")
    assert disposal.preview_series(site.engine, "newsletter-subscriptions").run.due == 0


def test_an_account_stays_while_something_of_it_is_still_kept(site: Site) -> None:
    site.change("UPDATE clients SET last_seen_on = '2020-01-01', created_on = '2019-01-01'")
    free = (
        "id NOT IN (SELECT client_id FROM appointments) AND id NOT IN (SELECT client_id FROM"
        " reviews) AND id NOT IN (SELECT client_id FROM review_votes) AND id NOT IN (SELECT"
        " client_id FROM newsletter_subscriptions WHERE client_id IS NOT NULL) AND id NOT IN"
        " (SELECT client_id FROM messages WHERE client_id IS NOT NULL)"
    )
    for table in ("web_logs", "review_votes", "newsletter_subscriptions"):
        site.change(f"DELETE FROM {table}")  # noqa: S608  a test's
    nothing_left = site.count("clients", free)
    run = site.approved("client-accounts")
    assert nothing_left > 0
    assert (run.due, run.due + run.excepted) == (nothing_left, site.count("clients"))
    with site.loses(clients=free):
        done = disposal.carry_out(site.engine, run.run)
    assert (done.disposed, done.found_after) == (nothing_left, 0)
    assert site.count("clients", free) == 0


def test_a_review_takes_its_votes_along(site: Site) -> None:
    site.change("UPDATE reviews SET written_on = '2020-01-01'")
    run = site.approved("messages")
    with site.loses(reviews="1 = 1", review_votes="1 = 1"):
        done = disposal.carry_out(site.engine, run.run)
    assert (done.disposed, done.found_after) == (9, 0)


# Approval --------------------------------------------------------------------------------


def test_nothing_runs_that_was_not_approved(site: Site) -> None:
    run = disposal.preview_series(site.engine, "web-logs", actor=PREPARES).run
    before = site.snapshot()
    with pytest.raises(Conflict, match="must be approved"):
        disposal.carry_out(site.engine, run.run)
    assert site.snapshot() == before


def test_whoever_prepared_a_run_cannot_approve_it(site: Site) -> None:
    run = disposal.preview_series(site.engine, "web-logs", actor=PREPARES).run
    for actor, error in ((PREPARES, Conflict), (ENGINE, Forbidden)):
        with pytest.raises(error):
            site.engine.run(
                lambda tx: actions.approve(tx, run.run, preview_sha256=run.preview_sha256),
                actor=actor,
            )


def test_an_approval_names_the_hash_that_it_read(site: Site) -> None:
    run = disposal.preview_series(site.engine, "web-logs", actor=PREPARES).run
    with pytest.raises(Conflict, match="hash"):
        site.engine.run(
            lambda tx: actions.approve(tx, run.run, preview_sha256="0" * 64), actor=APPROVES
        )


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM web_logs WHERE id = (SELECT min(id) FROM web_logs)",
        "UPDATE web_logs SET seen_on = '2026-01-01' WHERE id = (SELECT max(id) FROM web_logs"
        " WHERE seen_on > '2026-09-01')",
        "UPDATE web_logs SET seen_on = '2026-11-20' WHERE id = (SELECT max(id) FROM web_logs"
        " WHERE seen_on < '2026-08-01')",
    ],
)
def test_data_that_changed_since_the_preview_void_the_approval(site: Site, change: str) -> None:
    site.change("UPDATE web_logs SET seen_on = '2026-01-02' WHERE id = 1")
    run = site.approved("web-logs")
    site.change(change)
    with site.loses(), pytest.raises(Conflict, match="changed since the preview"):
        disposal.carry_out(site.engine, run.run)
    with site.engine.reading() as tx:
        assert register.get(tx.session, run.run).state is State.VOIDED
    with pytest.raises(Conflict, match="voided"):
        disposal.carry_out(site.engine, run.run)


def test_a_newer_preview_voids_the_older_one(site: Site) -> None:
    old = site.approved("web-logs")
    new = disposal.preview_series(site.engine, "web-logs", actor=PREPARES)
    with site.engine.reading() as tx:
        assert register.get(tx.session, old.run).state is State.VOIDED
        assert register.open_run(tx.session, "web-logs") == new.run


# Holds -----------------------------------------------------------------------------------


def _hold(site: Site, **wish: Any) -> str:
    order = HoldOrder(ground="A court has asked for these records.", **wish)
    return site.engine.run(lambda tx: holds.place(tx, order), actor=PREPARES).hold


def test_rows_of_a_held_person_stay_until_release(any_site: Site) -> None:
    hold = _hold(any_site, scope=HoldScope.SUBJECT, subject=(MAYA,))
    run = any_site.approved("invoices")
    assert (run.due, run.held) == (11, 1)
    with any_site.loses(invoices=f"{OLD} AND client_id <> 1"):
        disposal.carry_out(any_site.engine, run.run)
    assert any_site.count("invoices", OLD) == 1
    any_site.engine.run(lambda tx: holds.release(tx, hold), actor=PREPARES)
    again = any_site.approved("invoices")
    assert (again.due, again.held) == (1, 0)
    with any_site.loses(invoices=OLD):
        disposal.carry_out(any_site.engine, again.run)
    assert any_site.count("invoices", OLD) == 0
    assert rebuilt(any_site.engine, REGISTER) == rows(any_site.engine, REGISTER)


@pytest.mark.parametrize(
    ("scope", "target"),
    [(HoldScope.SERIES, "web-logs"), (HoldScope.SYSTEM, "listing-database")],
)
def test_a_hold_on_a_series_or_a_system_keeps_every_row(
    site: Site, scope: HoldScope, target: str
) -> None:
    _hold(site, scope=scope, target=target)
    run = site.approved("web-logs")
    assert run.due == 0
    assert run.held > 0
    with site.loses():
        assert disposal.carry_out(site.engine, run.run).disposed == 0


def test_a_hold_ends_with_its_last_day(site: Site) -> None:
    _hold(site, scope=HoldScope.SERIES, target="web-logs", until=NOON.date())
    assert disposal.preview_series(site.engine, "web-logs").run.due == 0
    with clock.fixed(NOON + timedelta(days=1)):
        assert disposal.preview_series(site.engine, "web-logs").run.due > 0


def test_a_hold_placed_after_the_approval_voids_it(site: Site) -> None:
    run = site.approved("invoices")
    _hold(site, scope=HoldScope.SUBJECT, subject=(MAYA,))
    with site.loses(), pytest.raises(Conflict, match="holds have changed"):
        disposal.carry_out(site.engine, run.run)


# Crashes and surprises -------------------------------------------------------------------


class _Fails:
    """A system that answers some batches and then is gone, as in a crash between two."""

    def __init__(self, inner: Source, *, batches: int, then: Any) -> None:
        self._inner, self._left, self._then = inner, batches, then
        self.system = inner.system

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        return self._inner.survey(wanted)

    def sample(self, wanted: Wanted, table: str) -> tuple[Sample, ...]:
        return self._inner.sample(wanted, table)

    def count_due(self, wanted: Wanted, table: str) -> int:
        return self._inner.count_due(wanted, table)

    @contextmanager
    def disposing(self, wanted: Wanted, table: str) -> Iterator[Batches]:
        with self._inner.disposing(wanted, table) as opened:
            self._opened = opened
            yield self

    def batch(self, most: int, *, after: object = None) -> Ended:
        if not self._left:
            self._then()
        self._left -= 1
        return self._opened.batch(most, after=after)


def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ROWS", 4)


class _Crash(Exception):
    pass


def _crash() -> None:
    raise _Crash


@pytest.mark.parametrize("batches", [0, 1, 2, 5])
def test_a_run_goes_on_where_a_crash_stopped_it(
    site: Site, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    _small_batches(monkeypatch)
    run = site.approved("web-logs")

    def failing(engine: Transactions, series: str) -> list[Source]:
        found = sources(engine, series)
        return [_Fails(source, batches=batches, then=_crash) for source in found]

    with site.loses(web_logs=DUE):
        with site.loses(at_most=True, web_logs=DUE), pytest.raises(_Crash):
            running.carry_out(site.engine, run.run, sources=failing)
        with site.engine.reading() as tx:
            assert register.get(tx.session, run.run).state is State.RUNNING
        done = disposal.carry_out(site.engine, run.run)
    assert (done.state, done.disposed, done.found_after) == (State.DONE, run.due, 0)


def test_more_than_was_approved_stops_the_run(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _small_batches(monkeypatch)
    run = site.approved("web-logs")

    def growing(engine: Transactions, series: str) -> list[Source]:
        change = "UPDATE web_logs SET seen_on = '2026-01-01'"
        return [
            _Fails(source, batches=1, then=lambda: site.change(change))
            for source in sources(engine, series)
        ]

    before = site.snapshot()
    with pytest.raises(Conflict, match="more became due"):
        running.carry_out(site.engine, run.run, sources=growing)
    with site.engine.reading() as tx:
        stopped = register.get(tx.session, run.run)
    assert stopped.state is State.VOIDED
    assert stopped.disposed is not None
    assert stopped.disposed <= run.due
    found = changes(before, site.snapshot())
    gone = [item for item in found if item.after is None]
    assert len(gone) == stopped.disposed
    assert {item.table for item in found} == {"web_logs"}
    assert all(item.columns == {"seen_on"} for item in found if item.after is not None)


# Looking ---------------------------------------------------------------------------------


def test_the_daily_look_previews_what_is_due_once_and_disposes_of_nothing(any_site: Site) -> None:
    with any_site.loses():
        disposal.look_for_due(any_site.engine)
    with any_site.engine.reading() as tx:
        first = register.runs(tx.session)
    assert {run.series for run in first} >= {"web-logs", "invoices", "appointments"}
    assert all(run.due and run.state is State.PREVIEWED for run in first)
    with any_site.loses():
        disposal.look_for_due(any_site.engine)
    with any_site.engine.reading() as tx:
        assert register.runs(tx.session) == first

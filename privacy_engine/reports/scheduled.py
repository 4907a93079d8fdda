"""Reports that draw themselves: ordered when their time has come, delivered, removed at their end.

An occurrence is ordered once under its own name, by whichever process looks first. A report that
could not be drawn or delivered stays due and is shown; nothing is skipped because a day passed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from privacy_engine.errors import NotFound
from privacy_engine.issued import register
from privacy_engine.issued.register import Issued
from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.reports import filing, press, schedules, stores, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Period
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.reports.schedules import Schedule, Store
from privacy_engine.transaction import Transaction, Transactions

LOOK, DRAW, DELIVER, REMOVE, TELL = (
    "reports.schedule",
    "reports.scheduled",
    "reports.deliver",
    "reports.remove",
    "reports.tell",
)


def look(engine: Transactions) -> None:
    """Order every report whose time has come and that was not ordered yet.

    Raises:
        ContentFaults: the schedules have faults.
    """
    planned = schedules.load(engine.settings.path("exports"))

    def work(tx: Transaction) -> None:
        today, began = filing.local_now(tx).date(), _began_on(tx)
        for one in planned.schedules:
            period = schedules.due(one, on=today)
            if period is not None and period.to_on >= began:
                tx.order(
                    DRAW,
                    name=f"schedule:{one.name(period)}",
                    schedule=one.code,
                    first_on=period.from_on.isoformat(),
                    last_on=period.to_on.isoformat(),
                )

    engine.run(work)


def _began_on(tx: Transaction) -> date:
    """Return the day on which the log began: of the time before it there is nothing to report."""
    opened = tx.read(stretch.opening(tx))
    moment = opened[0].recorded_at if opened else tx.now
    return moment.astimezone(tx.settings.zone).date()


def draw(engine: Transactions, *, schedule: str, first_on: str, last_on: str) -> None:
    """Draw the report of a schedule for a period, and order its delivery; done once.

    A crash between the record and the end of this work finds the report there.

    Raises:
        NotFound: the schedule was taken out of the file.
        Unavailable: the PDF libraries are missing.
    """
    planned = schedules.load(engine.settings.path("exports"))
    one = planned.schedule(schedule)
    if one is None:
        raise NotFound(f"there is no schedule {schedule} any more in {schedules.FILE}")
    period = Period(date.fromisoformat(first_on), date.fromisoformat(last_on))
    name = one.name(period)
    with engine.reading() as tx:
        made = register.of_schedule(tx.session, name)
    if not made:
        days = (period.from_on, period.to_on) if one.has_period else (None, None)
        ask = Ask(first_on=days[0], last_on=days[1], site=one.site)
        engine.sequence(tally=True)
        with engine.reading() as tx:
            report = BUILDERS[one.report](tx, ask)
        filing.file_report(engine, report, schedule=name, draw=press.draw_apart)
    engine.run(lambda tx: _order_what_follows(tx, name, one))


def _order_what_follows(tx: Transaction, name: str, one: Schedule) -> None:
    report, store = register.of_schedule(tx.session, name)[0].event_id, one.store
    if store:
        tx.order(DELIVER, name=f"deliver:{report}:{store}", report=report, store=store)
    if one.tell:
        tx.order(TELL, name=f"tell:{report}", report=report, schedule=one.code)


def tell(engine: Transactions, *, report: str, schedule: str) -> None:
    """Write to those whom a schedule names that its report is there; never the report itself.

    A second run after a crash sends the same mails again, under the same message ids.

    Raises:
        NotFound: the schedule was taken out of the file.
        Unavailable: the mail server does not take them now; the order is tried again.
    """
    settings = engine.settings
    one = schedules.load(settings.path("exports")).schedule(schedule)
    if one is None:
        raise NotFound(f"there is no schedule {schedule} any more in {schedules.FILE}")
    with engine.reading() as tx:
        made = tx.event(report)
        key, now = tx.vault.instance_key(), tx.now
    url = settings.instance.public_url
    body = (
        f"{one.title}: the report is drawn and signed.\n\n"
        f"Document number: {made.data['number']}\nSHA-256: {made.data['sha256']}\n\n"
        "It is not in this mail, for mail is read by others on its way. Sign in to get it:\n"
        f"{url}/console/reports"
    )
    for at, address in enumerate(one.tell):
        letter = Outgoing(
            message_id=f"{report}-{at}",
            address=address,
            subject=f"{one.title}: the report is there",
            body=body,
            language="en",
            sent_at=now,
        )
        transport.send(settings, letter, key=key)


def deliver(engine: Transactions, *, report: str, store: str) -> None:
    """Put a report, and what lies beside it, into a store, and record that it is there.

    Raises:
        NotFound: the store was taken out of the file, or the report is not kept any more.
        Unavailable: the store has no address, or cannot be written to; it is tried again.
    """
    settings = engine.settings
    place = schedules.load(settings.path("exports")).store(store)
    with engine.reading() as tx:
        event = tx.event(report)
    names = [str(event.data.get("file") or ""), *event.data.get("beside", ())]
    paths = [settings.exports_directory / name for name in names if name]
    if place is None or not paths or not all(path.is_file() for path in paths):
        raise NotFound("the report, or the store that it is meant for, is not here any more")
    # The files beside first: who sees the report finds what belongs to it.
    digests = {path.name: stores.put(place, settings.addresses, path) for path in paths[::-1]}

    def record(tx: Transaction) -> None:
        name = paths[0].name
        data = {"report": report, "store": store, "name": name, "sha256": digests[name]}
        tx.append("report.delivered", data)

    engine.run(record)


def remove_old(engine: Transactions) -> None:
    """Remove the files of scheduled reports whose time is over, here and in their store.

    The hash stays in the log. The file goes before the record: a crash leaves a file less, and
    the record follows the next day.
    """
    settings = engine.settings
    planned = schedules.load(settings.path("exports"))
    for one in planned.schedules:
        if not one.keep_days:
            continue
        place = planned.store(one.store) if one.store else None
        for made in _over(engine, one):
            _remove(engine, made, place)


def _remove(engine: Transactions, made: Issued, place: Store | None) -> None:
    settings = engine.settings
    for name in _files(engine, made):
        if place is not None:
            stores.remove(place, settings.addresses, name)
        (settings.exports_directory / name).unlink(missing_ok=True)

    def record(tx: Transaction) -> None:
        tx.append("report.removed", {"report": made.event_id})

    engine.run(record)


def _over(engine: Transactions, one: Schedule) -> list[Issued]:
    with engine.reading() as tx:
        before = tx.now - timedelta(days=one.keep_days)
        return register.kept_before(tx.session, before, schedule=f"{one.code}:")


def _files(engine: Transactions, made: Issued) -> list[str]:
    with engine.reading() as tx:
        event = tx.event(made.event_id)
    return [made.file, *(str(name) for name in event.data.get("beside", ()))]


# What people see ------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a schedule stands: what it made last, when it draws next, and whether it is late."""

    schedule: Schedule
    store: str
    last: Issued | None
    next_on: date
    late_since: date | None
    undelivered: bool


def standings(tx: Transaction) -> list[Standing]:
    """Return how every schedule stands on this day.

    Raises:
        ContentFaults: the schedules have faults.
    """
    planned = schedules.load(tx.settings.path("exports"))
    today = filing.local_now(tx).date()
    return [_standing(tx, planned, one, today) for one in planned.schedules]


def _standing(
    tx: Transaction, planned: schedules.Schedules, one: Schedule, today: date
) -> Standing:
    period = schedules.last_whole(one.every, on=today)
    made = register.of_schedule(tx.session, one.name(period))
    by = period.to_on + timedelta(days=one.by_days)
    place = planned.store(one.store)
    newest = register.newest_of(tx.session, f"{one.code}:")
    return Standing(
        one,
        place.title if place else "",
        newest,
        schedules.drawn_on(one, on=today),
        by if not made and today > by and period.to_on >= _began_on(tx) else None,
        bool(place) and not tx.settings.addresses.get(place.url_setting if place else ""),
    )

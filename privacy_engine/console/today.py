"""The first screen: what failed, then what is late or due, then whether the machinery runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from privacy_engine.console import cases, children, failures, listing, waiting, work
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.failures import QUIET_FOR
from privacy_engine.console.listing import Wanted
from privacy_engine.jobs import schedule
from privacy_engine.log import checkpoint
from privacy_engine.log.event import encode
from privacy_engine.log.tables import LogPendingRow
from privacy_engine.look.formats import day_short, plural
from privacy_engine.look.parts import Tone
from privacy_engine.reports import promises_watch
from privacy_engine.retention import looking
from privacy_engine.retention.looking import Look
from privacy_engine.transaction import Transaction

_DUE_ROWS = 8
_CHILD_ROWS = 5


@dataclass(frozen=True)
class Tally:
    """One figure that leads to its list."""

    figure: int
    words: str
    url: str
    tone: Tone


@dataclass(frozen=True)
class ScheduleLine:
    """One loop beside the web, and whether it still runs; `rows`: each part, and its last time."""

    title: str
    state: str
    last_at: datetime | None
    next_at: datetime | None
    detail: str
    rows: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True)
class LogLine:
    """Where the log stands."""

    tree_size: int
    root: str
    checkpoint_at: datetime | None
    behind: int
    state: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show the first screen."""
    with desk.engine.reading() as tx:
        counts = listing.tally(tx, desk.today, owner=desk.member.staff_id)
        undecided = listing.undecided_children(tx)
        first = listing.next_children(tx, limit=_CHILD_ROWS)
        due = cases.rows(
            desk,
            tx,
            listing.page(tx, Wanted(desk.today, desk.member.staff_id), limit=_DUE_ROWS),
        )
        context = {
            "today": desk.today,
            "failures": failures.everything(desk, tx),
            "tallies": _tallies(counts, undecided),
            "children": [children.row(desk, tx, case) for case in first],
            "children_total": undecided,
            "due": due,
            "due_total": counts["open"],
            "waiting": waiting.everything(desk, tx),
            "schedules": _schedules(desk, tx),
            "log": _log(desk, tx),
        }
    return desk.render("today", tally=counts, **context)


def _tallies(counts: dict[str, int], undecided: int) -> list[Tally]:
    wanted: tuple[tuple[str, str, str, Tone], ...] = (
        ("late", "late", "late", "late"),
        ("due", "due in 5 days", "due", "soon"),
        ("unread", "wrote to us, unread", "unread", "soon"),
        ("review", "wait for a decision", "review", "calm"),
        ("mine", "yours", "mine", "calm"),
        ("open", "open requests", "open", "calm"),
    )
    shown = {"mine", "open", "review"}
    found = [
        Tally(
            counts[code],
            words,
            url_for("console.queue", view=view),
            tone if counts[code] else "calm",
        )
        for code, words, view, tone in wanted
        if counts[code] or code in shown
    ]
    if undecided:
        words = "child to decide on" if undecided == 1 else "children to decide on"
        found.insert(0, Tally(undecided, words, url_for("console.children"), "child"))
    return found


def retry(desk: Desk, work_id: str) -> ResponseReturnValue:
    """Let work that has stopped be tried again."""
    if desk.act(lambda tx: work.try_again(tx, work_id)):
        desk.say("It is tried again now.")
    else:
        desk.say("Nothing of it waits to be tried again.")
    return redirect(url_for("console.today"), code=303)


def _log(desk: Desk, tx: Transaction) -> LogLine:
    head = tx.head()
    behind = int(tx.session.execute(select(func.count()).select_from(LogPendingRow)).scalar_one())
    root = encode(checkpoint.parse_unverified(head.note.encode())[0].root) if head.note else ""
    old = head.signed_at is None or tx.now - head.signed_at > QUIET_FOR
    return LogLine(
        head.size,
        root,
        desk.local(head.signed_at) if head.signed_at else None,
        behind,
        "silent" if behind and old else "ok",
    )


def _schedules(desk: Desk, tx: Transaction) -> list[ScheduleLine]:
    looked = schedule.last_look(tx)
    starting = failures.is_starting(desk, tx)
    late = failures.is_stopped(tx)
    backlog = work.overdue_since(tx)
    done = work.last_done(tx)
    stuck = backlog is not None and tx.now - backlog > QUIET_FOR
    return [
        ScheduleLine(
            "Schedule",
            _state(late=late, starting=starting),
            desk.local(looked) if looked else None,
            None,
            _why_late("Nothing recurring is ordered while it stands", late, starting=starting),
        ),
        ScheduleLine(
            "Due work",
            _state(late=stuck, starting=starting),
            desk.local(done) if done else None,
            None,
            _why_late("It has waited for a while", stuck, starting=starting),
        ),
        _promises(desk, tx),
        *_retention(desk, tx),
        _letters(desk),
    ]


def _state(*, late: bool, starting: bool) -> str:
    if not late:
        return "ok"
    return "starting" if starting else "stopped"


def _why_late(why: str, late: bool, *, starting: bool) -> str:  # noqa: FBT001
    if not late:
        return ""
    return "The engine has just started; it looks within a minute" if starting else why


def _retention(desk: Desk, tx: Transaction) -> list[ScheduleLine]:
    """Return one line for the schedule, and one for each row with which something is wrong."""
    looks = looking.latest(tx)
    rows = tx.content.retention
    wrong = [row for row in rows if row.series in looks and _is_wrong(tx, looks[row.series])]
    lines = [_row_line(desk, tx, row.title, looks[row.series]) for row in wrong]
    never = [row for row in rows if row.series not in looks]
    good = [look for name, look in looks.items() if name not in {row.series for row in wrong}]
    if never or good or not rows:
        lines.insert(0, _schedule_line(desk, tx, good, never=len(never)))
    return lines


def _schedule_line(
    desk: Desk, tx: Transaction, good: Sequence[Look], *, never: int
) -> ScheduleLine:
    titles = {row.series: row.title for row in tx.content.retention}
    last = min((look.last_success_at for look in good if look.last_success_at), default=None)
    nearest = min((look.next_due_on for look in good if look.next_due_on), default=None)
    words = [plural(len(good), "row of the schedule", "rows of the schedule") + " looked at"]
    if never:
        words.append(f"{never} not yet: that is done once a day")
    if nearest:
        words.append(f"next due {day_short(nearest)}" if nearest > desk.today else "some are due")
    return ScheduleLine(
        "Retention",
        _state(late=bool(never), starting=failures.is_starting(desk, tx)),
        desk.local(last) if last else None,
        None,
        "; ".join(words),
        tuple(
            (titles[look.series], desk.local(look.last_success_at))
            for look in good
            if look.last_success_at
        ),
    )


def _is_wrong(tx: Transaction, look: Look) -> bool:
    return _is_old(tx, look.last_success_at) or look.outcome not in looking.SUCCESSES


def _is_old(tx: Transaction, looked: datetime | None) -> bool:
    return looked is None or tx.now - looked > failures.NOT_LOOKED_FOR


def _row_line(desk: Desk, tx: Transaction, title: str, look: Look) -> ScheduleLine:
    last = look.last_success_at
    old = _is_old(tx, last)
    return ScheduleLine(
        f"Retention: {title[:1].lower()}{title[1:]}",
        "stopped" if old else "at_risk",
        desk.local(last) if last else None,
        None,
        f"{look.why[:1].upper()}{look.why[1:]}",
    )


def _promises(desk: Desk, tx: Transaction) -> ScheduleLine:
    found = promises_watch.latest(tx)
    last = min((item.checked_at for item in found), default=None)
    old = _is_old(tx, last)
    return ScheduleLine(
        "Promises",
        _state(late=old, starting=failures.is_starting(desk, tx)),
        desk.local(last) if last else None,
        None,
        "They are held against the record once a day" if old else "",
    )


def _letters(desk: Desk) -> ScheduleLine:
    by_mail = desk.engine.settings.mail.transport == "smtp"
    unsent = "No mail server is set up: letters stay in the outbox until you post them"
    return ScheduleLine(
        "Letters",
        "ok" if by_mail else "at_risk",
        None,
        None,
        "" if by_mail else unsent,
    )


ROUTES = (
    Route("/", "today", show),
    Route("/due-work/<work_id>/retry", "retry_work", retry, ("POST",)),
)

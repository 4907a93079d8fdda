"""The first screen: what failed, then what is late or due, then whether the machinery runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from privacy_engine.console import cases, listing, work
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import Wanted
from privacy_engine.jobs import schedule
from privacy_engine.log import checkpoint
from privacy_engine.log.event import encode
from privacy_engine.log.tables import LogPendingRow
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import Alert, Tone
from privacy_engine.transaction import Transaction

_DUE_ROWS = 8
_QUIET_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class Tally:
    """One figure that leads to its list."""

    figure: int
    words: str
    url: str
    tone: Tone


@dataclass(frozen=True)
class ScheduleLine:
    """One loop beside the web, and whether it still runs."""

    title: str
    state: str
    last_at: datetime | None
    next_at: datetime | None
    detail: str


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
        due = cases.rows(
            desk,
            tx,
            listing.page(tx, Wanted(desk.today, desk.member.staff_id), limit=_DUE_ROWS),
        )
        log = _log(desk, tx)
        context = {
            "today": desk.today,
            "alerts": _alerts(desk, tx, log),
            "tallies": _tallies(counts),
            "due": due,
            "due_total": counts["open"],
            "promises": None,
            "schedules": _schedules(desk, tx),
            "log": log,
        }
    return desk.render("today", **context)


def _tallies(counts: dict[str, int]) -> list[Tally]:
    wanted: tuple[tuple[str, str, str, Tone], ...] = (
        ("late", "late", "late", "late"),
        ("due", "due in 5 days", "due", "soon"),
        ("review", "wait for a decision", "review", "calm"),
        ("mine", "yours", "mine", "calm"),
        ("open", "open requests", "open", "calm"),
    )
    shown = {"mine", "open", "review"}
    return [
        Tally(
            counts[code],
            words,
            url_for("console.queue", view=view),
            tone if counts[code] else "calm",
        )
        for code, words, view, tone in wanted
        if counts[code] or code in shown
    ]


def _alerts(desk: Desk, tx: Transaction, log: LogLine) -> list[Alert]:
    found = [
        Alert(
            f"Work on {case} has stopped" if case else "Background work has stopped",
            why or "It failed eight times.",
            url_for("console.one_request", reference=case) if case.startswith("R-") else "",
            "Open the request",
            desk.local(since),
        )
        for case, why, since in work.stopped(tx)
    ]
    waiting = work.overdue_since(tx)
    if waiting is not None and tx.now - waiting > _QUIET_FOR:
        found.append(
            Alert(
                "No worker is taking the work that is due",
                "Letters, searches and deletions wait. Whoever runs the engine should look.",
                "",
                "",
                desk.local(waiting),
            )
        )
    if log.state == "silent":
        found.append(
            Alert(
                "The log is not being signed",
                f"{plural(log.behind, 'event')} wait for a position; nothing is lost.",
                "",
                "",
                log.checkpoint_at,
            )
        )
    return found


def _log(desk: Desk, tx: Transaction) -> LogLine:
    head = tx.head()
    behind = int(tx.session.execute(select(func.count()).select_from(LogPendingRow)).scalar_one())
    root = encode(checkpoint.parse_unverified(head.note.encode())[0].root) if head.note else ""
    old = head.signed_at is None or tx.now - head.signed_at > _QUIET_FOR
    return LogLine(
        head.size,
        root,
        desk.local(head.signed_at) if head.signed_at else None,
        behind,
        "silent" if behind and old else "ok",
    )


def _schedules(desk: Desk, tx: Transaction) -> list[ScheduleLine]:
    looked = schedule.last_look(tx)
    late = looked is None or tx.now - looked > _QUIET_FOR
    backlog = work.overdue_since(tx)
    done = work.last_done(tx)
    stuck = backlog is not None and tx.now - backlog > _QUIET_FOR
    return [
        ScheduleLine(
            "Schedule",
            "stopped" if late else "ok",
            desk.local(looked) if looked else None,
            None,
            "Nothing recurring is ordered while it stands" if late else "",
        ),
        ScheduleLine(
            "Due work",
            "stopped" if stuck else "ok",
            desk.local(done) if done else None,
            None,
            "It has waited for a while" if stuck else "",
        ),
    ]


ROUTES = (Route("/", "today", show),)

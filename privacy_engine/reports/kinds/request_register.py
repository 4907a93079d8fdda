"""The register of requests: the six facts that the law asks to keep of each, and how timely."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Fact,
    Facts,
    Headline,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import figures, wording
from privacy_engine.reports.spool import Gathering, Row

KIND = "request-register"
SECTIONS = ("timeliness", "requests")
SOURCE = "11 CCR 7101(b)"
# The first page is for reading: beyond these, late requests are counted, and marked in the list.
_LATE_TOLD = 20


@dataclass(frozen=True)
class RegisteredRequest:
    """One request; `answered_on` None: still open. Days are in the controller's zone.

    `due_on` is the last day by the plain reading, None where the law sets none, and `citation`
    what sets it. One that was `taken_back` ended without an answer, on that day.
    """

    reference: str
    received_on: date
    nature: str
    manner: str
    due_on: date | None
    answered_on: date | None = None
    response: str = ""
    denial_basis: str = ""
    extended: bool = False
    acknowledged_in_time: bool | None = None
    citation: str = ""
    taken_back: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer: not where nothing was said, nor where none was wanted."""
        return self.answered_on is not None and not self.taken_back

    @property
    def days(self) -> int | None:
        """Return the calendar days from receipt to answer."""
        if self.answered_on is None or self.taken_back:
            return None
        return (self.answered_on - self.received_on).days


@dataclass
class Gathered:
    """Any number of requests, counted as they came; `table` lists them.

    `days` holds how long each answer took; `late` words the first that were late.
    """

    table: Table
    received: int = 0
    answered: int = 0
    taken_back: int = 0
    in_time: int = 0
    late_count: int = 0
    extended: int = 0
    unacknowledged: int = 0
    late: list[Remark] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    natures: Counter[str] = field(default_factory=Counter)

    def count(self, one: RegisteredRequest, *, is_late: bool) -> None:
        """Take one request into the figures."""
        self.received += 1
        self.answered += one.is_answered
        self.taken_back += one.taken_back
        self.in_time += one.is_answered and not is_late
        self.extended += one.extended
        self.unacknowledged += one.acknowledged_in_time is False
        self.natures[one.nature] += 1
        if one.days is not None:
            self.days.append(one.days)
        if is_late:
            self.late_count += 1
            if len(self.late) < _LATE_TOLD:
                self.late.append(_late(one))


def gather(
    requests: Iterable[RegisteredRequest], *, today: date, folder: Path | None = None
) -> Gathered:
    """Return requests counted and listed, in the order in which they come.

    Args:
        requests: any number, oldest first.
        today: the local day on which what is unanswered is late or not.
        folder: where rows go that are too many for pages.
    """
    rows = Gathering(_table(), folder=folder)
    gathered = Gathered(_table())
    for one in requests:
        is_late = one.due_on is not None and (one.answered_on or today) > one.due_on
        gathered.count(one, is_late=is_late)
        rows.add(_row(one, is_late=is_late))
    gathered.table = rows.table()
    return gathered


def build(gathered: Gathered, drawn: Drawn, *, outside: Sequence[Table] = ()) -> Report:
    """Return the register of requests; `outside` lists what the log holds beside.

    Source: 11 CCR 7101.
    """
    still_open = gathered.received - gathered.answered - gathered.taken_back
    ended = [f"{gathered.answered:,} answered"]
    if gathered.taken_back:
        ended.append(f"{gathered.taken_back:,} taken back")
    natures = sorted(gathered.natures.items())
    return Report(
        kind=KIND,
        about=_about(drawn),
        drawn=drawn,
        headline=Headline(
            f"{plural(gathered.received, 'request')}, {gathered.late_count:,} past the last day",
            f"{', '.join(ended)}, {still_open:,} open when this was drawn.",
            Tone.FAILED if gathered.late_count else Tone.GOOD,
        ),
        exceptions=(*gathered.late, *_further_late(gathered), *_unacknowledged(gathered)),
        sections=(
            Section(
                "timeliness",
                (
                    _timeliness(gathered),
                    *figures.counts("natures", "Requests received, by nature", natures),
                ),
            ),
            Section("requests", (gathered.table, *outside)),
        ),
    )


def _about(drawn: Drawn) -> str:
    period = drawn.period
    if period is None:
        return f"Site {drawn.site}"
    return f"Site {drawn.site}, {day_long(period.from_on)} to {day_long(period.to_on)}"


def _late(one: RegisteredRequest) -> Remark:
    due = f"{one.reference} ({one.nature}) was due {wording.day(one.due_on)}"
    ended = "taken back" if one.taken_back else "answered"
    said = f"{ended} {wording.day(one.answered_on)}" if one.answered_on else "is not answered yet"
    return Remark(f"{due} and {said}.", Tone.FAILED, one.citation)


def _further_late(gathered: Gathered) -> list[Remark]:
    count = gathered.late_count - len(gathered.late)
    if not count:
        return []
    more = f"{plural(count, 'more request')} past the last day; the list marks each one Late."
    return [Remark(more, Tone.FAILED)]


def _unacknowledged(gathered: Gathered) -> list[Remark]:
    if not gathered.unacknowledged:
        return []
    return [
        Remark(
            f"{plural(gathered.unacknowledged, 'request')} not acknowledged by the last day.",
            Tone.ATTENTION,
            "11 CCR 7021(a)",
        )
    ]


def _timeliness(gathered: Gathered) -> Facts:
    days = gathered.days
    return Facts(
        "timeliness",
        (
            Fact("Median days to answer", wording.median_days(days) or "nothing answered yet"),
            Fact("Mean days to answer", wording.mean_days(days) or "nothing answered yet"),
            Fact("95 of 100 within", _days(wording.percentile_days(days, 95))),
            Fact(
                "Answered by the last day",
                f"{gathered.in_time:,} of {gathered.answered:,} "
                f"({wording.share(gathered.in_time, gathered.answered)})",
            ),
            Fact("Extended with notice", f"{gathered.extended:,}", citation="11 CCR 7021(b)"),
        ),
    )


def _days(count: str | None) -> str:
    return f"{count} days" if count else "nothing answered yet"


def _table() -> Table:
    return Table(
        key="requests",
        title="Requests",
        columns=(
            Column("reference", "Reference", ColumnKind.CODE, width=15),
            Column("received_on", "Received", width=12),
            Column("nature", "Nature", width=14),
            Column("manner", "Manner made", width=12),
            Column("answered_on", "Answered", width=12),
            Column("response", "Response", width=14),
            Column("denial_basis", "Basis of denial", width=13),
            Column("state", "State", ColumnKind.STATE, width=8),
        ),
        empty="No request in this period.",
        attach=True,
    )


def _row(one: RegisteredRequest, *, is_late: bool) -> Row:
    return (
        one.reference,
        wording.day(one.received_on),
        one.nature,
        one.manner,
        wording.day(one.answered_on),
        one.response or None,
        one.denial_basis or None,
        "Late" if is_late else "In time" if one.answered_on else "Open",
    )

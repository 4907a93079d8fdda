"""The register of requests: the six facts that the law asks to keep of each, and how timely."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports.charts import Bar, bars
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Fact,
    Facts,
    Figure,
    Headline,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import wording
from privacy_engine.reports.kinds.outside import Outside, tables

KIND = "request-register"
SECTIONS = ("timeliness", "requests")
SOURCE = "11 CCR 7101(b)"


@dataclass(frozen=True)
class RegisteredRequest:
    """One request; `answered_on` None: still open. Days are in the controller's zone.

    `due_on` is the last day by the plain reading, None where the law sets none.
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

    @property
    def days(self) -> int | None:
        """Return the calendar days from receipt to answer."""
        return (self.answered_on - self.received_on).days if self.answered_on else None


def build(
    requests: Sequence[RegisteredRequest], drawn: Drawn, *, outside: Sequence[Outside] = ()
) -> Report:
    """Return the register of `requests`, oldest first; `outside` is what the log holds beside.

    Source: 11 CCR 7101.
    """
    ordered = sorted(requests, key=lambda one: (one.received_on, one.reference))
    today = drawn.generated_at.date()
    late = [one for one in ordered if _is_late(one, today)]
    still_open = sum(1 for one in ordered if one.answered_on is None)
    return Report(
        kind=KIND,
        about=_about(drawn),
        drawn=drawn,
        headline=Headline(
            f"{plural(len(ordered), 'request')}, {len(late)} past the last day",
            f"{len(ordered) - still_open} answered, {still_open} open when this was drawn.",
            Tone.FAILED if late else Tone.GOOD,
        ),
        exceptions=(*_late(late), *_unacknowledged(ordered)),
        sections=(
            Section("timeliness", (_timeliness(ordered), *_chart(ordered))),
            Section("requests", (_table(ordered, today), *tables(outside))),
        ),
    )


def _about(drawn: Drawn) -> str:
    period = drawn.period
    if period is None:
        return f"Site {drawn.site}"
    return f"Site {drawn.site}, {day_long(period.from_on)} to {day_long(period.to_on)}"


def _is_late(one: RegisteredRequest, today: date) -> bool:
    return one.due_on is not None and (one.answered_on or today) > one.due_on


def _late(late: Sequence[RegisteredRequest]) -> list[Remark]:
    return [
        Remark(
            f"{one.reference} ({one.nature}) was due {wording.day(one.due_on)} and "
            + (
                f"answered {day_long(one.answered_on)}."
                if one.answered_on
                else "is not answered yet."
            ),
            Tone.FAILED,
            "Cal. Civ. Code 1798.130(a)(2)",
        )
        for one in late
    ]


def _unacknowledged(ordered: Sequence[RegisteredRequest]) -> list[Remark]:
    count = sum(1 for one in ordered if one.acknowledged_in_time is False)
    if not count:
        return []
    return [
        Remark(
            f"{plural(count, 'request')} not acknowledged within 10 business days.",
            Tone.ATTENTION,
            "11 CCR 7021(a)",
        )
    ]


def _timeliness(ordered: Sequence[RegisteredRequest]) -> Facts:
    days = [one.days for one in ordered if one.days is not None]
    within = sum(1 for one in days if one <= 45)
    extended = sum(1 for one in ordered if one.extended)
    return Facts(
        "timeliness",
        (
            Fact("Median days to answer", wording.median_days(days) or "nothing answered yet"),
            Fact("Mean days to answer", wording.mean_days(days) or "nothing answered yet"),
            Fact("95 of 100 within", _days(wording.percentile_days(days, 95))),
            Fact(
                "Answered within 45 days",
                f"{within} of {len(days)} ({wording.share(within, len(days))})",
                citation="Cal. Civ. Code 1798.130(a)(2)",
            ),
            Fact("Extended with notice", str(extended), citation="11 CCR 7021(b)"),
        ),
    )


def _days(count: str | None) -> str:
    return f"{count} days" if count else "nothing answered yet"


def _chart(ordered: Sequence[RegisteredRequest]) -> list[Figure]:
    natures = sorted({one.nature for one in ordered})
    if not natures:
        return []
    items = [Bar(nature, sum(1 for one in ordered if one.nature == nature)) for nature in natures]
    said = ", ".join(f"{item.label} {item.value}" for item in items)
    return [
        Figure(
            "natures",
            bars("Requests by nature", said, items),
            "Requests received, by nature.",
            tuple((item.label, item.value) for item in items),
        )
    ]


def _table(ordered: Sequence[RegisteredRequest], today: date) -> Table:
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
        rows=tuple(
            (
                one.reference,
                wording.day(one.received_on),
                one.nature,
                one.manner,
                wording.day(one.answered_on),
                one.response or None,
                one.denial_basis or None,
                _state(one, today),
            )
            for one in ordered
        ),
        empty="No request in this period.",
        attach=True,
    )


def _state(one: RegisteredRequest, today: date) -> str:
    if _is_late(one, today):
        return "Late"
    return "In time" if one.answered_on else "Open"

"""The yearly figures on requests that a large business publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.look.formats import day_long, plural
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
)
from privacy_engine.reports.kinds import figures, wording

KIND = "metrics"
SECTIONS = ("figures", "denials")


@dataclass(frozen=True)
class RightMetrics:
    """One right in one year; `days` are the calendar days of each substantive answer."""

    right: str
    received: int
    complied: int
    complied_in_part: int
    denied: int
    days: tuple[int, ...]
    withdrawn: int = 0
    denied_unverifiable: int = 0
    denied_not_consumer: int = 0
    denied_exempt: int = 0
    denied_no_request: int = 0
    denied_other: int = 0

    @property
    def open(self) -> int:
        """Return how many had no answer yet when the figures were drawn."""
        ended = self.complied + self.complied_in_part + self.denied + self.withdrawn
        return self.received - ended


@dataclass
class Among:
    """Which of the requests that were counted are not a first request of a person's own."""

    continued: int = 0
    repeated: int = 0
    no_request: int = 0


def build(
    rights: Sequence[RightMetrics],
    drawn: Drawn,
    among: Among,
    *,
    outside: Sequence[Table] = (),
) -> Report:
    """Return the figures of one year, or of other days.

    Args:
        rights: One line for each right.
        drawn: The circumstances; the period is the calendar year, or what was asked about.
        among: How many of the requests continue, repeat or ask for nothing.
        outside: What the log holds beside the requests of the period.

    Source: 11 CCR 7102(a).
    """
    received = sum(one.received for one in rights)
    still_open = sum(one.open for one in rights)
    days = _days(drawn)
    return Report(
        kind=KIND,
        about=f"Calendar year {days}" if days.isdecimal() else days,
        drawn=drawn,
        headline=Headline(
            f"{plural(received, 'request')} received"
            + (f" in {days}" if days.isdecimal() else ""),
            "The figures cover all individuals.",
        ),
        exceptions=tuple(
            [Remark(f"{plural(still_open, 'request')} had no answer when this was drawn.")]
            if still_open
            else []
        ),
        sections=(
            Section("figures", (*_charts(rights), _figures(rights), *outside)),
            Section("denials", (_denials(rights), _scope(among))),
        ),
    )


def _days(drawn: Drawn) -> str:
    """Return the year that the period is, or else its first and last day."""
    period = drawn.period
    if period is None:
        return str(drawn.generated_at.year)
    first, last = period.from_on, period.to_on
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    return f"{day_long(first)} to {day_long(last)}"


def _charts(rights: Sequence[RightMetrics]) -> tuple[Figure, ...]:
    received = [(one.right, one.received) for one in rights]
    outcomes = [
        ("Complied", sum(one.complied for one in rights)),
        ("Complied in part", sum(one.complied_in_part for one in rights)),
        ("Denied", sum(one.denied for one in rights)),
        ("Taken back", sum(one.withdrawn for one in rights)),
        ("Open", sum(one.open for one in rights)),
    ]
    return (
        *figures.counts("received", "Requests received, by right", received),
        *figures.counts("outcomes", "Requests by how they ended", outcomes),
    )


def _figures(rights: Sequence[RightMetrics]) -> Table:
    return Table(
        key="metrics",
        title="Requests by right",
        columns=(
            Column("right", "Right", width=20),
            Column("received", "Received", ColumnKind.NUMBER, width=11),
            Column("complied", "Complied", ColumnKind.NUMBER, width=12),
            Column("complied_in_part", "In part", ColumnKind.NUMBER, width=9),
            Column("denied", "Denied", ColumnKind.NUMBER, width=10),
            Column("withdrawn", "Taken back", ColumnKind.NUMBER, width=10),
            Column("open", "Open", ColumnKind.NUMBER, width=8),
            Column("median_days", "Median days", ColumnKind.NUMBER, width=10),
            Column("mean_days", "Mean days", ColumnKind.NUMBER, width=10),
        ),
        rows=tuple(
            (
                one.right,
                one.received,
                one.complied,
                one.complied_in_part,
                one.denied,
                one.withdrawn,
                one.open,
                wording.median_days(one.days),
                wording.mean_days(one.days),
            )
            for one in rights
        ),
        totals=(
            "All",
            sum(one.received for one in rights),
            sum(one.complied for one in rights),
            sum(one.complied_in_part for one in rights),
            sum(one.denied for one in rights),
            sum(one.withdrawn for one in rights),
            sum(one.open for one in rights),
            None,
            None,
        ),
        attach=True,
    )


def _denials(rights: Sequence[RightMetrics]) -> Table:
    return Table(
        key="denials",
        title="Why requests were denied",
        columns=(
            Column("right", "Right", width=27),
            Column("unverifiable", "Not verifiable", ColumnKind.NUMBER, width=16),
            Column("not_consumer", "Not a consumer", ColumnKind.NUMBER, width=16),
            Column("exempt", "Exempt data", ColumnKind.NUMBER, width=15),
            Column("no_request", "No request", ColumnKind.NUMBER, width=14),
            Column("other", "Other", ColumnKind.NUMBER, width=12),
        ),
        rows=tuple(
            (
                one.right,
                one.denied_unverifiable,
                one.denied_not_consumer,
                one.denied_exempt,
                one.denied_no_request,
                one.denied_other,
            )
            for one in rights
        ),
    )


def _scope(among: Among) -> Facts:
    return Facts(
        "scope",
        (
            Fact("Whose requests", "all individuals", citation="11 CCR 7102(a)(4)"),
            Fact("Going on from an earlier one", f"{among.continued:,} of those received"),
            Fact("Asked again while one was open", f"{among.repeated:,} of those received"),
            Fact("Set aside, as nobody asked", f"{among.no_request:,} of those denied"),
        ),
    )

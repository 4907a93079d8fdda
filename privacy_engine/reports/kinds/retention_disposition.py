"""One run of the retention schedule: what was due, what was held, what was disposed of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

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
from privacy_engine.reports.kinds import wording

KIND = "retention-disposition"
SECTIONS = ("run", "series", "holds")


@dataclass(frozen=True)
class SeriesOutcome:
    """One record series in one system; `found_after` None: not searched again."""

    series: str
    system: str
    basis: str
    period: str
    disposition: str
    due: int
    held: int
    disposed: int
    failed: int
    found_after: int | None
    oldest_due_on: date | None = None


@dataclass(frozen=True)
class HoldInForce:
    """A legal hold that stopped a disposition; `records` is None where several kept together."""

    reference: str
    series: str
    placed_on: date
    records: int | None


@dataclass(frozen=True)
class Run:
    """A finished run; preview and approval by different people, named by role and staff code."""

    reference: str
    previewed_by: str
    approved_by: str
    approved_at: datetime
    ran_at: datetime
    schedule_version: str
    series: tuple[SeriesOutcome, ...]
    holds: tuple[HoldInForce, ...] = ()


def build(run: Run, drawn: Drawn) -> Report:
    """Return the report on one run.

    Source: Cal. Civ. Code 1798.100(a)(3); NIST SP 800-88 (equivalents for rows in databases).
    """
    disposed = sum(one.disposed for one in run.series)
    failed = sum(one.failed for one in run.series)
    left = sum(one.found_after or 0 for one in run.series)
    return Report(
        kind=KIND,
        about=f"Run {run.reference}, {day_long(run.ran_at.date())}",
        drawn=drawn,
        headline=Headline(
            f"{plural(disposed, 'record')} disposed of",
            "Searched again: nothing due was found."
            if not failed and not left
            else f"{failed} failed, {left} still found by the search afterwards.",
            Tone.FAILED if failed or left else Tone.GOOD,
        ),
        exceptions=tuple(_exceptions(run)),
        sections=(
            Section("run", (_run(run),)),
            Section("series", (_series(run.series),)),
            Section("holds", (_holds(run.holds),)),
        ),
    )


def _exceptions(run: Run) -> list[Remark]:
    remarks = [
        Remark(
            f"{one.system}: {plural(one.failed, 'record')} of {one.series} not disposed of.",
            Tone.FAILED,
        )
        for one in run.series
        if one.failed
    ]
    remarks += [
        Remark(f"{one.system} was not searched again for {one.series}.")
        for one in run.series
        if one.found_after is None
    ]
    remarks += [
        Remark(
            f"Hold {hold.reference} keeps {_records(hold)} of {hold.series}.",
            Tone.NEUTRAL,
            "Cal. Civ. Code 1798.145(a)",
        )
        for hold in run.holds
    ]
    if run.previewed_by == run.approved_by:
        remarks.append(Remark("The same person prepared and approved this run."))
    return remarks


def _records(hold: HoldInForce) -> str:
    return "records" if hold.records is None else plural(hold.records, "record")


def _run(run: Run) -> Facts:
    return Facts(
        "run",
        (
            Fact("Run", run.reference, code=True),
            Fact("Schedule in force", run.schedule_version),
            Fact("Prepared by", run.previewed_by),
            Fact("Approved by", f"{run.approved_by}, {wording.moment(run.approved_at)}"),
            Fact("Ran", wording.moment(run.ran_at) or ""),
        ),
    )


def _series(series: Sequence[SeriesOutcome]) -> Table:
    return Table(
        key="series",
        title="Record series",
        columns=(
            Column("series", "Series", width=16),
            Column("system", "System", width=14),
            Column("rule", "Kept for, and why", width=23),
            Column("disposition", "How", width=10),
            Column("due", "Due", ColumnKind.NUMBER, width=7),
            Column("held", "Held", ColumnKind.NUMBER, width=7),
            Column("disposed", "Done", ColumnKind.NUMBER, width=7),
            Column("failed", "Failed", ColumnKind.NUMBER, width=7),
            Column("found_after", "Found after", ColumnKind.NUMBER, width=9),
        ),
        rows=tuple(
            (
                one.series,
                one.system,
                f"{one.period}; {one.basis}",
                one.disposition,
                one.due,
                one.held,
                one.disposed,
                one.failed,
                one.found_after,
            )
            for one in series
        ),
        empty="No series was due.",
        totals=(
            "All series",
            None,
            None,
            None,
            sum(one.due for one in series),
            sum(one.held for one in series),
            sum(one.disposed for one in series),
            sum(one.failed for one in series),
            None,
        ),
        attach=True,
    )


def _holds(holds: Sequence[HoldInForce]) -> Table:
    return Table(
        key="holds",
        title="Legal holds in force",
        columns=(
            Column("reference", "Hold", ColumnKind.CODE, width=30),
            Column("series", "Series", width=35),
            Column("placed_on", "Placed", width=20),
            Column("records", "Records kept", ColumnKind.NUMBER, width=15),
        ),
        rows=tuple(
            (hold.reference, hold.series, wording.day(hold.placed_on), hold.records)
            for hold in holds
        ),
        empty="No legal hold touched this run.",
    )

"""One run of the retention schedule: what was due, what was held, what was disposed of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from privacy_engine.look.formats import day_long, day_short, plural
from privacy_engine.reports import charts
from privacy_engine.reports.charts import Bar
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Fact,
    Facts,
    Figure,
    Headline,
    Prose,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import figures, wording

KIND = "retention-disposition"
_RUNS_SHOWN = 24
_ABOUT = (
    ("run", "Run"),
    ("schedule_rule", "Rule"),
    ("schedule_version", "Schedule in force"),
    ("cutoff_on", "Last day that was due"),
    ("approved_by", "Approved by"),
    ("approved_at", "Approved at"),
    ("preview_sha256", "Hash of the preview"),
    ("executed_sha256", "Hash of what went"),
)
_COLUMNS = (
    Column("series", "Series", width=16),
    Column("system", "System", width=14),
    Column("rule", "Kept for, and why", width=16),
    Column("disposition", "How", width=10),
    Column("due", "Due", ColumnKind.NUMBER, width=7),
    Column("held", "Held", ColumnKind.NUMBER, width=7),
    Column("excepted", "Kept", ColumnKind.NUMBER, width=7),
    Column("disposed", "Done", ColumnKind.NUMBER, width=7),
    Column("failed", "Failed", ColumnKind.NUMBER, width=7),
    Column("found_after", "Found after", ColumnKind.NUMBER, width=9),
    Column("candidates", "Past their time", ColumnKind.NUMBER, file_only=True),
    *(Column(key, title, file_only=True) for key, title in _ABOUT),
)
SECTIONS = ("run", "series", "holds", "history", "method")


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
    excepted: int = 0

    @property
    def candidates(self) -> int:
        """Records past their time in all, whether they might go or not."""
        return self.due + self.held + self.excepted


@dataclass(frozen=True)
class HoldInForce:
    """A legal hold that stopped a disposition; `records` is None where several kept together."""

    reference: str
    series: str
    placed_on: date
    records: int | None


@dataclass(frozen=True)
class Stand:
    """What was held of the series after one run, and how much that run disposed of."""

    on: date
    rows: int
    disposed: int


@dataclass(frozen=True)
class Run:
    """A finished run; preview and approval by different people, named by role and staff code.

    Attributes:
        rule: the row of the schedule in a sentence, with its citation.
        cutoff_on: the last day whose period had run out.
        follows: the run under whose approval it was done, when a hold had kept these records.
        stands: the series after this run and those before it, oldest first.
        months: records by month, where the schedule keeps their number.
        sealed: the records were the engine's own, and the keys that sealed them are destroyed.
    """

    reference: str
    previewed_by: str
    approved_by: str
    approved_at: datetime
    ran_at: datetime
    schedule_version: str
    series: tuple[SeriesOutcome, ...]
    holds: tuple[HoldInForce, ...] = ()
    rule: str = ""
    citation: str = ""
    cutoff_on: date | None = None
    preview_sha256: str = ""
    executed_sha256: str = ""
    follows: str = ""
    stands: tuple[Stand, ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    sealed: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether what was disposed of is, key for key, what was previewed."""
        return bool(self.executed_sha256) and self.executed_sha256 == self.preview_sha256


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
            Section("series", (*_outcomes(run.series), _series(run))),
            Section("holds", (_holds(run.holds),)),
            Section("history", tuple(_history(run))),
            Section("method", (_method(run),)),
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
    if run.executed_sha256 and not run.is_exact:
        remarks.append(
            Remark(
                "What was disposed of is not exactly what was previewed: rows went or changed in "
                "between, or a crash hid the count of one batch. The counts below say which."
            )
        )
    if run.previewed_by == run.approved_by and not run.follows:
        remarks.append(Remark("The same person prepared and approved this run."))
    return remarks


def _records(hold: HoldInForce) -> str:
    return "records" if hold.records is None else plural(hold.records, "record")


def _run(run: Run) -> Facts:
    approved = f"{run.approved_by}, {wording.moment(run.approved_at)}"
    facts = [
        Fact("Run", run.reference, code=True),
        Fact("Rule", run.rule, run.citation),
        Fact("Schedule in force", run.schedule_version, code=True),
        Fact("Last day that was due", wording.day(run.cutoff_on) or ""),
        Fact("Prepared by", run.previewed_by),
        Fact("Approved by", approved),
        Fact("Kept by a hold before", f"approved with run {run.follows}" if run.follows else ""),
        Fact("Ran", wording.moment(run.ran_at) or ""),
        Fact("Hash of the preview", run.preview_sha256, code=True),
        Fact("Hash of what went", run.executed_sha256, code=True),
        Fact("The two hashes", _agreement(run)),
    ]
    return Facts("run", tuple(fact for fact in facts if fact.text))


def _agreement(run: Run) -> str:
    if not run.executed_sha256:
        return ""
    if run.is_exact:
        return "Equal: exactly the previewed rows went, no other and no fewer."
    return "Not equal: see the exceptions on the first page."


def _history(run: Run) -> Iterator[Figure | Table]:
    """Yield the records held after each run, drawn, and those counted by month."""
    if run.stands:
        shown = run.stands[-_RUNS_SHOWN:]
        svg = charts.bars(
            "Records held after each run",
            f"Records of the series held after each of the last {len(shown)} runs.",
            [Bar(day_short(one.on), one.rows, f"(-{one.disposed:,})") for one in shown],
        )
        data = tuple((one.on.isoformat(), one.rows) for one in run.stands)
        caption = (
            "What was held after each run, in brackets what that run disposed of. Counted just "
            "before the run, less what went; counted again afterwards where it was interrupted."
        )
        yield Figure("held-over-time", svg, caption, data)
    if run.months or not run.stands:
        yield Table(
            key="months",
            title="Records by month: their number stays",
            columns=(
                Column("month", "Month", width=50),
                Column("records", "Records", ColumnKind.NUMBER, width=50),
            ),
            rows=run.months,
            empty="What is held after a run is drawn here once a run has counted it.",
            attach=bool(run.months),
        )


def _method(run: Run) -> Prose:
    """Say how, in the words of NIST SP 800-88 only where they are true of rows in a database."""
    how = (
        "The records were the engine's own. The keys under which they were sealed were destroyed "
        "with them: cryptographic erase, which NIST SP 800-88 counts among the ways to purge. "
        "Wrapped copies of those keys in backups open until the key epoch that wrapped them ends."
        if run.sealed
        else "Rows were deleted or overwritten by the database's own commands, in committed "
        "transactions. NIST SP 800-88 speaks of media: nothing was cleared, purged or destroyed "
        "in its sense. The space of deleted rows is free for reuse; SQLite overwrites it at once, "
        "other databases do so later."
    )
    what = (
        "In place of a serial number stand the system and its table, in place of a sample the "
        "search of the whole table afterwards. Copies in backups last until these expire."
    )
    return Prose((how, what))


def _outcomes(series: Sequence[SeriesOutcome]) -> tuple[Figure, ...]:
    found = [
        ("Past their time", sum(one.candidates for one in series)),
        ("Due", sum(one.due for one in series)),
        ("Held", sum(one.held for one in series)),
        ("Kept on a ground", sum(one.excepted for one in series)),
        ("Disposed of", sum(one.disposed for one in series)),
        ("Failed", sum(one.failed for one in series)),
    ]
    return figures.counts("outcomes", "Records by what became of them", found)


def _series(run: Run) -> Table:
    """Return the outcome by system; each line of the file says of which run, by whose approval."""
    series = run.series
    about = _about(run)
    return Table(
        key="series",
        title="Record series",
        columns=_COLUMNS,
        rows=tuple(
            (
                one.series,
                one.system,
                f"{one.period}; {one.basis}",
                one.disposition,
                one.due,
                one.held,
                one.excepted,
                one.disposed,
                one.failed,
                one.found_after,
                one.candidates,
                *about,
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
            sum(one.excepted for one in series),
            sum(one.disposed for one in series),
            sum(one.failed for one in series),
            None,
            sum(one.candidates for one in series),
            *(None for _ in _ABOUT),
        ),
        attach=True,
    )


def _about(run: Run) -> tuple[str | None, ...]:
    """Return what each line of the file says of the run, in the order of `_ABOUT`."""
    return (
        run.reference,
        run.rule,
        run.schedule_version,
        run.cutoff_on.isoformat() if run.cutoff_on else None,
        run.approved_by,
        run.approved_at.isoformat(),
        run.preview_sha256,
        run.executed_sha256,
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

"""The file of an under-13 case: how it came up, what was frozen, what the parent decided.

It never holds what the child wrote, or the child's or the parent's name or address.
"""

from dataclasses import dataclass
from datetime import date, datetime

from privacy_engine.look.formats import day_long
from privacy_engine.reports.charts import Moment
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
from privacy_engine.reports.kinds import deletion_tables, figures, wording
from privacy_engine.reports.kinds.deletion import Clock, Return, SystemOutcome

KIND = "under-13-case"
SECTIONS = ("case", "signals", "course", "systems", "clocks")


@dataclass(frozen=True)
class Signal:
    """One sign of age: what kind, when, and how much it weighs."""

    at: datetime
    kind: str
    finding: str
    source: str


@dataclass(frozen=True)
class Step:
    """One step of the case, by whom; a role, never a name."""

    at: datetime
    step: str
    by: str
    citation: str = ""


@dataclass(frozen=True)
class ChildCase:
    """The facts of one case; `outcome` is the engine's word for how it ended, or open.

    `knowledge_at` is None where there was none (yet); `kept_until_on` is the day from which no
    backup can open what was erased. `holds` are the legal holds in force that keep something back.
    """

    reference: str
    subject_key: str
    finding: str
    knowledge_at: datetime | None
    frozen_at: datetime | None
    outcome: str
    closed_on: date | None
    consent_method: str
    signals: tuple[Signal, ...]
    steps: tuple[Step, ...]
    systems: tuple[SystemOutcome, ...] = ()
    clocks: tuple[Clock, ...] = ()
    kept_until_on: date | None = None
    holds: tuple[str, ...] = ()
    returns: tuple[Return, ...] = ()
    is_erased: bool = False


def build(case: ChildCase, drawn: Drawn) -> Report:
    """Return the file of one case.

    Source: 16 CFR 312.4, 312.5, 312.6, 312.10.
    """
    on = drawn.generated_at.date()
    return Report(
        kind=KIND,
        about=f"Case {case.reference}",
        drawn=drawn,
        headline=Headline(
            case.outcome,
            f"Closed {day_long(case.closed_on)}." if case.closed_on else "The case is open.",
            Tone.GOOD if case.closed_on else Tone.ATTENTION,
        ),
        exceptions=tuple(_exceptions(case, on=on)),
        sections=(
            Section("case", (_case(case), *_course(case))),
            Section("signals", (_signals(case),)),
            Section("course", (_steps(case),)),
            Section("systems", (deletion_tables.systems(case.systems),)),
            Section("clocks", (deletion_tables.clocks(case.clocks, on=on),)),
        ),
    )


def _exceptions(case: ChildCase, *, on: date) -> list[Remark]:
    remarks = []
    if case.frozen_at is None:
        remarks.append(Remark("Nothing was frozen.", Tone.FAILED, "16 CFR 312.5(a)(1)"))
    elif case.knowledge_at is None or case.frozen_at < case.knowledge_at:
        remarks.append(
            Remark("The data was frozen on suspicion, before there was knowledge.", Tone.NEUTRAL)
        )
    remarks += [
        Remark(f"Legal hold {hold} is in force.", Tone.ATTENTION, "16 CFR 312.5(c)(6)")
        for hold in case.holds
    ]
    remarks += deletion_tables.remarks(case.systems, case.clocks, on=on)
    remarks += deletion_tables.return_remarks(case.returns)
    return remarks


def _case(case: ChildCase) -> Facts:
    return Facts(
        "case",
        (
            Fact("Case", case.reference, code=True),
            Fact("Subject key", case.subject_key, code=" " not in case.subject_key),
            Fact("Finding", case.finding),
            Fact("Knowledge", wording.moment(case.knowledge_at) or "none", "16 CFR 312.2"),
            Fact("Frozen", wording.moment(case.frozen_at) or "not frozen", "16 CFR 312.5(a)(1)"),
            Fact("Consent of a parent", case.consent_method or "none", "16 CFR 312.5(b)"),
            *_what_stays(case),
            Fact("Backup horizon", wording.day(case.kept_until_on) or "not stated"),
        ),
    )


def _what_stays(case: ChildCase) -> tuple[Fact, ...]:
    if case.holds:
        return (Fact("What stays", "what a legal hold keeps, set apart; used for nothing else"),)
    if not case.is_erased:
        return ()
    words = "this case without a name, and a keyed hash by which a return is noticed"
    return (Fact("What stays", words, "16 CFR 312.10"),)


def _course(case: ChildCase) -> tuple[Figure, ...]:
    """Draw the days of the case; a sign, knowledge, the freeze, last days and the end."""
    first = min((one.at for one in case.signals), default=None)
    done = [
        (first and first.date(), "First sign"),
        (case.knowledge_at and case.knowledge_at.date(), "Knowledge"),
        (case.frozen_at and case.frozen_at.date(), "Frozen"),
        (case.closed_on, "Closed"),
    ]
    done += [(one.found_at.date(), "There again") for one in case.returns]
    done += [(one.gone_at and one.gone_at.date(), "Gone again") for one in case.returns]
    due = [(clock.due_on, f"Due: {clock.duty}") for clock in case.clocks]
    moments = [Moment(on, label) for on, label in done if on]
    moments += [Moment(on, label, due=True) for on, label in due]
    if case.kept_until_on:
        moments.append(Moment(case.kept_until_on, "Backup horizon", due=True))
    return figures.course(moments)


def _signals(case: ChildCase) -> Table:
    return Table(
        key="signals",
        title="Signs of age",
        columns=(
            Column("at", "When", width=24),
            Column("kind", "Sign", width=26),
            Column("finding", "Finding", ColumnKind.STATE, width=24),
            Column("source", "From", width=26),
        ),
        rows=tuple(
            (wording.moment(one.at), one.kind, one.finding, one.source) for one in case.signals
        ),
    )


def _steps(case: ChildCase) -> Table:
    return Table(
        key="course",
        title="Step by step",
        columns=(
            Column("at", "When", width=22),
            Column("step", "Step", width=38),
            Column("by", "By", width=20),
            Column("citation", "Source", width=20),
        ),
        rows=tuple(
            (wording.moment(one.at), one.step, one.by, one.citation or None)
            for one in sorted(case.steps, key=lambda one: one.at)
        ),
    )

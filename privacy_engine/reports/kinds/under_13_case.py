"""The file of an under-13 case: how it came up, what was frozen, what the parent decided.

It never holds what the child wrote, or the child's or the parent's name or address.
"""

from dataclasses import dataclass
from datetime import date, datetime

from privacy_engine.look.formats import day_long
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
from privacy_engine.reports.kinds.deletion import (
    SETTLED,
    Clock,
    SystemOutcome,
    Verdict,
    unsettled,
)

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
    backup can open what was erased.
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


def build(case: ChildCase, drawn: Drawn) -> Report:
    """Return the file of one case.

    Source: 16 CFR 312.4, 312.5, 312.6, 312.10.
    """
    return Report(
        kind=KIND,
        about=f"Case {case.reference}",
        drawn=drawn,
        headline=Headline(
            case.outcome,
            f"Closed {day_long(case.closed_on)}." if case.closed_on else "The case is open.",
            Tone.GOOD if case.closed_on else Tone.ATTENTION,
        ),
        exceptions=tuple(_exceptions(case, on=drawn.generated_at.date())),
        sections=(
            Section("case", (_case(case),)),
            Section("signals", (_signals(case),)),
            Section("course", (_steps(case),)),
            Section("systems", (_systems(case),)),
            Section("clocks", (_clocks(case, on=drawn.generated_at.date()),)),
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
        Remark(clock.lateness(on), Tone.FAILED, clock.citation)
        for clock in case.clocks
        if clock.lateness(on)
    ]
    remarks += [
        Remark(
            unsettled(one),
            Tone.FAILED if one.verdict is Verdict.RESIDUE else Tone.ATTENTION,
        )
        for one in case.systems
        if one.verdict not in SETTLED
    ]
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
            Fact("Backup horizon", wording.day(case.kept_until_on) or "not stated"),
        ),
    )


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


def _systems(case: ChildCase) -> Table:
    return Table(
        key="systems",
        title="Systems searched",
        columns=(
            Column("system", "System", width=24),
            Column("found_before", "Found before", ColumnKind.NUMBER, width=13),
            Column("removed", "Removed", ColumnKind.NUMBER, width=13),
            Column("found_after", "Found after", ColumnKind.NUMBER, width=13),
            Column("verdict", "Verdict", ColumnKind.STATE, width=17),
            Column("method", "How", width=20),
        ),
        rows=tuple(
            (
                one.title,
                one.found_before,
                one.removed,
                one.found_after,
                one.verdict.capitalize(),
                one.method,
            )
            for one in case.systems
        ),
        empty="Nothing was deleted in this case.",
    )


def _clocks(case: ChildCase, *, on: date) -> Table:
    return Table(
        key="clocks",
        title="Deadlines",
        columns=(
            Column("duty", "Duty", width=28),
            Column("due_on", "Last day", width=20),
            Column("done_on", "Done", width=16),
            Column("state", "State", ColumnKind.STATE, width=10),
            Column("citation", "Source", width=26),
        ),
        rows=tuple(
            (
                one.duty,
                wording.day(one.due_on),
                wording.day(one.done_on),
                one.state(on),
                one.citation,
            )
            for one in case.clocks
        ),
        empty="No deadline ran in this case.",
    )

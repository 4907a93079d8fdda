"""The report on drills: invented people asked like real ones, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.look.formats import plural
from privacy_engine.reports.document import (
    Block,
    Column,
    ColumnKind,
    Drawn,
    Headline,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import figures, wording

KIND = "drills"
SECTIONS = ("drills", "exercises", "systems")
_OUTCOMES = {"passed": "Passed", "failed": "Failed", "running": "Not over"}
_EXERCISES = {
    "know": "A request to know",
    "opt-out": "A request to opt out",
    "delete": "A request to delete",
    "under-13": "A child under 13",
}


@dataclass(frozen=True)
class ExerciseSeen:
    """One exercise; findings are (system or nothing, what was wrong)."""

    exercise: str
    case: str
    outcome: str
    ended_at: datetime | None
    findings: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return what was exercised, in words."""
        return _EXERCISES.get(self.exercise, self.exercise.replace("_", " ").capitalize())


@dataclass(frozen=True)
class DrillSeen:
    """One drill: where people were planted, why nobody is elsewhere, how each exercise ended."""

    drill: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    planted: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, str], ...]
    exercises: tuple[ExerciseSeen, ...]


def build(drills: Sequence[DrillSeen], drawn: Drawn, *, outside: Sequence[Table] = ()) -> Report:
    """Return the report on the drills of a period, oldest first."""
    ordered = sorted(drills, key=lambda one: one.started_at)
    exercises = [(drill, one) for drill in ordered for one in drill.exercises]
    failed = sum(1 for _, one in exercises if one.outcome == "failed")
    running = sum(1 for _, one in exercises if one.outcome == "running")
    return Report(
        kind=KIND,
        about="Drills with invented people",
        drawn=drawn,
        headline=Headline(
            _outcome(len(ordered), failed=failed, running=running),
            "A drill shows that requests of invented people are met where they were planted. It "
            "shows nothing about a system in which nobody was planted.",
            Tone.FAILED if failed else Tone.GOOD if ordered and not running else Tone.ATTENTION,
        ),
        exceptions=tuple(_remarks(ordered)),
        sections=(
            Section("drills", (_drills(ordered), *outside)),
            Section("exercises", tuple(_exercises(exercises))),
            Section("systems", (_systems(ordered),)),
        ),
    )


def _outcome(drills: int, *, failed: int, running: int) -> str:
    if not drills:
        return "No drill was held"
    waiting = f", {running} not over yet" if running else ""
    return f"{plural(drills, 'drill')}: {plural(failed, 'exercise')} failed{waiting}"


def _remarks(drills: Sequence[DrillSeen]) -> Iterator[Remark]:
    if not drills:
        yield Remark("No drill was held in this period.")
    for drill in drills:
        for one in drill.exercises:
            what = "; ".join(_finding(*found) for found in one.findings)
            if one.outcome == "failed":
                said = what or "it failed"
                yield Remark(f"{drill.drill}, {one.title.lower()}: {said}.", Tone.FAILED)
            elif one.outcome != "passed":
                yield Remark(f"{drill.drill}, {one.title.lower()}: not over yet.")
    left_out = {system: why for drill in drills for system, why in drill.left_out}
    for system, why in sorted(left_out.items()):
        yield Remark(f"{system} was not exercised: {why}.", Tone.NEUTRAL)


def _finding(system: str, what: str) -> str:
    return f"{system}: {what}" if system else what


def _drills(drills: Sequence[DrillSeen]) -> Table:
    return Table(
        key="drills",
        title="Each drill",
        columns=(
            Column("drill", "Drill", ColumnKind.CODE, width=20),
            Column("started", "Began", width=25),
            Column("ended", "Ended", width=25),
            Column("planted", "Systems with invented people", ColumnKind.NUMBER, width=16),
            Column("outcome", "Outcome", ColumnKind.STATE, width=14),
        ),
        rows=tuple(
            (
                one.drill,
                wording.moment(one.started_at),
                wording.moment(one.ended_at),
                len(one.planted),
                _OUTCOMES.get(one.outcome, one.outcome),
            )
            for one in drills
        ),
        empty="No drill was held in this period.",
    )


def _exercises(exercises: Sequence[tuple[DrillSeen, ExerciseSeen]]) -> Iterator[Block]:
    yield from figures.counts(
        "outcomes",
        "Exercises by outcome",
        [
            (words, sum(1 for _, one in exercises if one.outcome == code))
            for code, words in _OUTCOMES.items()
        ],
    )
    yield Table(
        key="exercises",
        title="Each exercise",
        columns=(
            Column("drill", "Drill", ColumnKind.CODE, width=14),
            Column("exercise", "Exercise", width=20),
            Column("case", "Case", ColumnKind.CODE, width=16),
            Column("ended", "Ended", width=17),
            Column("outcome", "Outcome", ColumnKind.STATE, width=11),
            Column("findings", "What was wrong", width=22),
        ),
        rows=tuple(
            (
                drill.drill,
                one.title,
                one.case,
                wording.moment(one.ended_at),
                _OUTCOMES.get(one.outcome, one.outcome),
                "; ".join(_finding(*found) for found in one.findings) or None,
            )
            for drill, one in exercises
        ),
        empty="Nothing was exercised.",
        attach=True,
    )


def _systems(drills: Sequence[DrillSeen]) -> Table:
    rows = [
        (drill.drill, system, count, "Planted")
        for drill in drills
        for system, count in drill.planted
    ] + [(drill.drill, system, None, why) for drill in drills for system, why in drill.left_out]
    return Table(
        key="systems",
        title="Where invented people were planted",
        columns=(
            Column("drill", "Drill", ColumnKind.CODE, width=18),
            Column("system", "System", width=30),
            Column("rows", "Rows for each person", ColumnKind.NUMBER, width=18),
            Column("why", "How it stands", width=34),
        ),
        rows=tuple(sorted(rows, key=lambda row: (row[0], row[1]))),
        empty="Nobody was planted anywhere.",
    )

"""What a deletion certificate and the file of a child's case show alike: systems and clocks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from privacy_engine.reports.document import Cell, Column, ColumnKind, Remark, Table, Tone
from privacy_engine.reports.kinds import wording
from privacy_engine.reports.kinds.deletion import (
    SETTLED,
    Clock,
    Return,
    SystemOutcome,
    Verdict,
    unsettled,
)

GRAVE = frozenset({Verdict.RESIDUE, Verdict.UNANSWERED})
"""The verdicts that say that a deletion failed, not only that less is known."""

_WORDS = {
    Verdict.ERASED: "Erased",
    Verdict.RETAINED: "Erased but for what is kept",
    Verdict.NOTHING_FOUND: "Nothing found, before or after",
    Verdict.RESIDUE: "Residue",
    Verdict.NO_BASELINE: "No baseline",
    Verdict.NOT_SEARCHABLE: "Not searchable",
    Verdict.UNANSWERED: "Not done",
}


def remarks(
    systems: Iterable[SystemOutcome], clocks: Iterable[Clock], *, on: date
) -> Iterator[Remark]:
    """Give what is not settled, and what was or is late on a day."""
    for clock in clocks:
        if clock.lateness(on):
            yield Remark(clock.lateness(on), Tone.FAILED, clock.citation)
    for system in systems:
        if system.verdict not in SETTLED:
            tone = Tone.FAILED if system.verdict in GRAVE else Tone.ATTENTION
            yield Remark(unsettled(system), tone)


def return_remarks(returns: Iterable[Return]) -> Iterator[Remark]:
    """Say what came back after it was deleted, and whether it is gone again."""
    for one in returns:
        yield Remark(one.sentence, Tone.FAILED if one.gone_at is None else Tone.NEUTRAL)


def systems(outcomes: Sequence[SystemOutcome]) -> Table:
    """Return the board of systems, with sums where every count is known."""
    return Table(
        key="systems",
        title="Systems searched",
        columns=(
            Column("system", "System", width=20),
            Column("found_before", "Found before", ColumnKind.NUMBER, width=9),
            Column("removed", "Removed", ColumnKind.NUMBER, width=10),
            Column("retained", "Kept", ColumnKind.NUMBER, width=7),
            Column("found_after", "Found after", ColumnKind.NUMBER, width=9),
            Column("verdict", "Verdict", ColumnKind.STATE, width=18),
            Column("method", "How, and when searched again", width=27),
        ),
        rows=tuple(
            (
                one.title,
                one.found_before,
                one.removed,
                sum(kept.count for kept in one.retained),
                one.found_after,
                _WORDS[one.verdict],
                _searched(one),
            )
            for one in outcomes
        ),
        totals=_totals(outcomes),
        empty="Nothing was deleted in this case.",
    )


def _totals(outcomes: Sequence[SystemOutcome]) -> tuple[Cell, ...]:
    """Return the sums, or nothing when a count is unknown: no sum may only look complete."""
    counts = [(one.found_before, one.removed, one.found_after) for one in outcomes]
    known = [
        (before, gone, after)
        for before, gone, after in counts
        if before is not None and gone is not None and after is not None
    ]
    if not counts or len(known) < len(counts):
        return ()
    return (
        "All systems",
        sum(before for before, _, _ in known),
        sum(gone for _, gone, _ in known),
        sum(kept.count for one in outcomes for kept in one.retained),
        sum(after for _, _, after in known),
        None,
        None,
    )


def _searched(system: SystemOutcome) -> str:
    if system.searched_at is None:
        return system.method
    return f"{system.method}; searched {wording.moment(system.searched_at)}"


def clocks(duties: Sequence[Clock], *, on: date) -> Table:
    """Return each duty with its last day, and how it stood on a day."""
    return Table(
        key="clocks",
        title="Each duty, its last day, and when it was done",
        columns=(
            Column("duty", "Duty", width=30),
            Column("due_on", "Last day", width=18),
            Column("done_on", "Done", width=18),
            Column("state", "State", ColumnKind.STATE, width=12),
            Column("citation", "Source", width=22),
        ),
        rows=tuple(
            (
                one.duty,
                wording.day(one.due_on),
                wording.day(one.done_on),
                one.state(on),
                one.citation,
            )
            for one in duties
        ),
        empty="No deadline ran in this case.",
    )

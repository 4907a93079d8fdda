"""The report on the log itself: what was checked of it, who witnessed it, what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.look.formats import plural
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

KIND = "log-integrity"
SECTIONS = ("statements", "head", "witnesses", "contents")


@dataclass(frozen=True)
class StatementOutcome:
    """One statement about the log; `holds` None: not checked."""

    title: str
    holds: bool | None
    why: str


@dataclass(frozen=True)
class WitnessSeen:
    """A witness and the newest tree that it co-signed."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True)
class LogFacts:
    """What is known of the log; `verifier_key` is the line with which anyone can check it."""

    verifier_key: str
    statements: tuple[StatementOutcome, ...]
    witnesses: tuple[WitnessSeen, ...]
    counts: tuple[tuple[str, int], ...]
    last_published_at: datetime
    erased_parts: int


def build(facts: LogFacts, drawn: Drawn) -> Report:
    """Return the report on the log.

    Source: RFC 9162 2.1; C2SP tlog-checkpoint, tlog-cosignature.
    """
    failed = [one for one in facts.statements if one.holds is False]
    unchecked = [one for one in facts.statements if one.holds is None]
    return Report(
        kind=KIND,
        about=f"Log {drawn.population.log.origin}",
        drawn=drawn,
        headline=Headline(
            "The log is whole"
            if not failed
            else f"{plural(len(failed), 'statement')} about the log does not hold",
            f"{plural(drawn.population.log.size, 'entry', 'entries')}; "
            f"{len(facts.statements) - len(failed) - len(unchecked)} statements hold, "
            f"{len(unchecked)} were not checked.",
            Tone.FAILED if failed else Tone.GOOD,
        ),
        exceptions=(
            *(Remark(f"{one.title}: {one.why}", Tone.FAILED) for one in failed),
            *(Remark(f"Not checked: {one.title} ({one.why}).") for one in unchecked),
        ),
        sections=(
            Section("statements", (_statements(facts.statements),)),
            Section("head", (_head(facts, drawn),)),
            Section("witnesses", (_witnesses(facts.witnesses),)),
            Section("contents", (*_by_type(facts), _contents(facts), _erased(facts))),
        ),
    )


def _statements(statements: Sequence[StatementOutcome]) -> Table:
    words = {True: "Holds", False: "Does not hold", None: "Not checked"}
    return Table(
        key="statements",
        title="Statements",
        columns=(
            Column("statement", "Statement", width=44),
            Column("outcome", "Outcome", ColumnKind.STATE, width=16),
            Column("why", "Because", width=40),
        ),
        rows=tuple((one.title, words[one.holds], one.why) for one in statements),
    )


def _head(facts: LogFacts, drawn: Drawn) -> Facts:
    log = drawn.population.log
    return Facts(
        "head",
        (
            Fact("Origin", log.origin, code=True),
            Fact("Size", f"{log.size:,}"),
            Fact("Root", log.root.hex(), code=True),
            Fact("Verifier key", facts.verifier_key, code=True),
            Fact("Last published", wording.moment(facts.last_published_at) or ""),
        ),
    )


def _witnesses(witnesses: Sequence[WitnessSeen]) -> Table:
    return Table(
        key="witnesses",
        title="Witnesses",
        columns=(
            Column("name", "Witness", width=50),
            Column("size", "Newest size co-signed", ColumnKind.NUMBER, width=25),
            Column("at", "At", width=25),
        ),
        rows=tuple((one.name, one.size, wording.moment(one.at)) for one in witnesses),
        empty="No witness co-signs this log: nobody else would notice a second version of it.",
    )


def _by_type(facts: LogFacts) -> tuple[Figure, ...]:
    most_first = sorted(facts.counts, key=lambda one: (-one[1], one[0]))
    return figures.counts("types", "Entries by type, the most frequent first", most_first)


def _contents(facts: LogFacts) -> Table:
    return Table(
        key="counts",
        title="Entries by type",
        columns=(
            Column("type", "Type", ColumnKind.CODE, width=70),
            Column("count", "Entries", ColumnKind.NUMBER, width=30),
        ),
        rows=tuple(sorted(facts.counts)),
        totals=("All", sum(count for _, count in facts.counts)),
    )


def _erased(facts: LogFacts) -> Prose:
    return Prose(
        (
            f"{plural(facts.erased_parts, 'sealed part')} of entries had been erased by then. "
            "The entries still verify; what was in those parts can no longer be read.",
        )
    )

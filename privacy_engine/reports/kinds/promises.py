"""The report on promises: each sentence of the statement, its check, and how it came out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from privacy_engine.look.formats import plural
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Figure,
    Headline,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import figures, wording

KIND = "promises"
SECTIONS = ("overview", "promises")


class Finding(StrEnum):
    """How a promise came out."""

    KEPT = "Kept"
    AT_RISK = "At risk"
    BROKEN = "Broken"
    CONTRADICTS = "Contradicts the law"
    NOT_CHECKED = "Not checked"


@dataclass(frozen=True)
class PromiseOutcome:
    """One promise with the outcome of its latest check; `why` is one sentence."""

    code: str
    promise: str
    check: str
    finding: Finding
    why: str
    checked_at: datetime | None = None
    citation: str = ""
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turned:
    """That a promise came to stand otherwise; `at` is in the zone in which it is written."""

    code: str
    finding: Finding
    why: str
    at: datetime
    event_id: str


def build(
    promises: Sequence[PromiseOutcome],
    drawn: Drawn,
    *,
    document: str,
    turns: Sequence[Turned] = (),
) -> Report:
    """Return the report on every promise of `document`; `turns` are the newest first.

    Source: 15 U.S.C. 45(a); Cal. Bus. & Prof. Code 22576.
    """
    broken = [one for one in promises if one.finding in _NEED_WORK]
    unchecked = sum(1 for one in promises if one.finding is Finding.NOT_CHECKED)
    kept = len(promises) - len(broken) - unchecked
    return Report(
        kind=KIND,
        about=document,
        drawn=drawn,
        headline=Headline(
            f"{kept} of {plural(len(promises), 'promise')} kept",
            f"{len(broken)} need work, {unchecked} could not be checked by a machine.",
            _tone(broken),
        ),
        exceptions=tuple(
            Remark(
                f"{one.code}: {one.why}",
                Tone.FAILED if one.finding is Finding.BROKEN else Tone.ATTENTION,
                one.citation,
            )
            for one in broken
        ),
        sections=(
            Section("overview", _chart(promises)),
            Section("promises", (_table(promises), _history(turns), _evidence(promises))),
        ),
    )


_NEED_WORK = frozenset({Finding.BROKEN, Finding.CONTRADICTS, Finding.AT_RISK})


def _tone(need_work: Sequence[PromiseOutcome]) -> Tone:
    if any(one.finding is Finding.BROKEN for one in need_work):
        return Tone.FAILED
    return Tone.ATTENTION if need_work else Tone.GOOD


def _chart(promises: Sequence[PromiseOutcome]) -> tuple[Figure, ...]:
    found = Counter(one.finding for one in promises)
    named = [(str(finding), found[finding]) for finding in Finding]
    return figures.counts("findings", "Promises by the outcome of their latest check", named)


def _table(promises: Sequence[PromiseOutcome]) -> Table:
    return Table(
        key="promises",
        title="Promises",
        columns=(
            Column("code", "Promise", ColumnKind.CODE, width=9),
            Column("promise", "What was promised", width=28),
            Column("check", "How it is checked", width=22),
            Column("finding", "Finding", ColumnKind.STATE, width=13),
            Column("why", "Because", width=28),
        ),
        rows=tuple(
            (
                one.code,
                one.promise,
                one.check,
                str(one.finding),
                one.why + (f" ({wording.moment(one.checked_at)})" if one.checked_at else ""),
            )
            for one in promises
        ),
        attach=True,
    )


def _history(turns: Sequence[Turned]) -> Table:
    return Table(
        key="history",
        title="How they came to stand so",
        columns=(
            Column("code", "Promise", ColumnKind.CODE, width=9),
            Column("at", "Since", width=15),
            Column("finding", "Finding", ColumnKind.STATE, width=13),
            Column("why", "Because", width=36),
            Column("event_id", "Entry of the log", ColumnKind.CODE, width=27),
        ),
        rows=tuple(
            (one.code, wording.moment(one.at), str(one.finding), one.why, one.event_id)
            for one in turns
        ),
        empty="They are looked at once a day, and no look was made yet.",
        attach=True,
    )


def _evidence(promises: Sequence[PromiseOutcome]) -> Table:
    return Table(
        key="evidence",
        title="The events behind it",
        columns=(
            Column("code", "Promise", ColumnKind.CODE, width=9),
            Column("finding", "Finding", ColumnKind.STATE, width=13),
            Column("event_id", "Entry of the log", ColumnKind.CODE, width=78),
        ),
        rows=tuple(
            (one.code, str(one.finding), event_id) for one in promises for event_id in one.events
        ),
        empty="No promise rests on a single event: the findings are about files and counts.",
        attach=True,
    )

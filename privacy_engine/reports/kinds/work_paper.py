"""An auditor's work paper: the population, how the sample was drawn, what each item showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.look.formats import day_long, plural
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

KIND = "work-paper"
SECTIONS = ("engagement", "population", "sample")
_WORDS = {"fits": "As it should be", "exception": "Exception", "open": "Not looked at"}


@dataclass(frozen=True)
class ItemSeen:
    """One item and what came out of it; `finding` is fits, exception or open."""

    position: int
    leaf_hash: bytes
    recorded_at: datetime
    finding: str
    note: str


@dataclass(frozen=True)
class Engagement:
    """Who looks at what: the title of the audit, a code for the auditor, the sites or none."""

    title: str
    auditor: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class SampleFacts:
    """How the sample was drawn; `proof` says in a sentence what the tallies state."""

    population: str
    count: int
    log_size: int
    proof: str
    is_proven: bool
    seed: str
    method: str
    drawn_at: datetime
    items_sha256: str
    earlier_draws: int


def build(
    engagement: Engagement, sample: SampleFacts, items: Sequence[ItemSeen], drawn: Drawn
) -> Report:
    """Return the work paper on one sample."""
    found = {name: sum(1 for one in items if one.finding == name) for name in _WORDS}
    return Report(
        kind=KIND,
        about=engagement.title,
        drawn=drawn,
        headline=Headline(
            f"{plural(found['exception'], 'exception')} in a sample of {len(items):,}",
            f"{found['fits']:,} as they should be, {found['open']:,} not looked at; drawn from "
            f"{sample.count:,}. What a sample shows of the rest is for the auditor to say.",
            Tone.FAILED if found["exception"] else Tone.ATTENTION if found["open"] else Tone.GOOD,
        ),
        exceptions=tuple(_remarks(sample, items, found["open"])),
        sections=(
            Section("engagement", (_engagement(engagement, drawn),)),
            Section("population", (_population(sample), Prose((sample.method,)))),
            Section("sample", (*_chart(found), _items(items))),
        ),
    )


def _remarks(sample: SampleFacts, items: Sequence[ItemSeen], still_open: int) -> list[Remark]:
    remarks = [
        Remark(f"Entry {one.position:,}: {one.note}", Tone.FAILED)
        for one in items
        if one.finding == "exception"
    ]
    if not sample.is_proven:
        remarks.append(Remark(f"The population is not proven: {sample.proof}"))
    if still_open:
        remarks.append(Remark(f"{plural(still_open, 'item')} of the sample not looked at."))
    if sample.earlier_draws:
        remarks.append(
            Remark(
                f"{plural(sample.earlier_draws, 'sample')} of this population drawn before this "
                "one in the same seat; each stands in the log as audit.sampled."
            )
        )
    return remarks


def _engagement(engagement: Engagement, drawn: Drawn) -> Facts:
    period = drawn.period
    days = f"{day_long(period.from_on)} to {day_long(period.to_on)}" if period else "all"
    return Facts(
        "engagement",
        (
            Fact("Audit", engagement.title),
            Fact("Written by", engagement.auditor),
            Fact(
                "Signed by",
                "the instance that issued it, not the auditor: the signature says that findings "
                "and notes are as they stood in the seat",
            ),
            Fact("Period", days),
            Fact("Sites", ", ".join(engagement.sites) or "all"),
        ),
    )


def _population(sample: SampleFacts) -> Facts:
    return Facts(
        "population",
        (
            Fact("Population", f"{sample.population}, {sample.count:,} in the period"),
            Fact("Proof of the count", sample.proof),
            Fact("Log entries read", f"{sample.log_size:,}"),
            Fact("Drawn", wording.moment(sample.drawn_at) or ""),
            Fact("Seed", sample.seed, code=True),
            Fact(
                "SHA-256 over the items\N{RIGHT SINGLE QUOTATION MARK} leaf hashes",
                sample.items_sha256,
                code=True,
            ),
        ),
    )


def _chart(found: dict[str, int]) -> tuple[Figure, ...]:
    named = [(_WORDS[name], count) for name, count in found.items()]
    return figures.counts("findings", "Items by finding", named)


def _items(items: Sequence[ItemSeen]) -> Table:
    return Table(
        key="items",
        title="Items in order of the log",
        columns=(
            Column("position", "Position", ColumnKind.NUMBER, width=11),
            Column("recorded", "Recorded", width=19),
            Column("leaf", "Leaf hash", ColumnKind.CODE, width=24),
            Column("finding", "Finding", ColumnKind.STATE, width=16),
            Column("note", "Note", width=30),
        ),
        rows=tuple(
            (
                one.position,
                wording.moment(one.recorded_at),
                f"{one.leaf_hash.hex()[:16]}…",
                _WORDS[one.finding],
                one.note,
            )
            for one in items
        ),
        attach=True,
    )

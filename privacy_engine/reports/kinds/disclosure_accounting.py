"""The accounting of disclosures: who got what, when, why, and the two lists by category."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from functools import lru_cache
from pathlib import Path

from privacy_engine.disclosures.rules import look_back
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
from privacy_engine.reports.spool import Gathering

KIND = "disclosure-accounting"
SECTIONS = ("sold", "business", "disclosures")
EACH, SERIES = "disclosures", "series"
_NOT_DISCLOSED = "No category was disclosed for a business purpose."


@dataclass(frozen=True)
class Series:
    """What like disclosures have in common.

    `faults` are what is wrong with each of them, in words that follow "1 disclosure to X".
    """

    recipient: str
    address: str
    role: str
    categories: tuple[str, ...]
    purpose: str
    basis: str
    is_sale_or_sharing: bool = False
    to_person: bool = False
    faults: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, str, str]:
        """Return who, what and why, as tables show them."""
        who = f"{self.recipient}, {self.address}" if self.address else self.recipient
        why = f"{self.purpose}; {self.basis or 'no basis stated'}"
        return who, ", ".join(self.categories), why


@dataclass(frozen=True)
class Disclosure:
    """One disclosure on a day of the controller's zone."""

    on: date
    series: Series


@dataclass(frozen=True)
class Withheld:
    """What earlier accountings of the person left out, because an authority had asked for it.

    Both days are local and count; `count` is how many of its disclosures are listed now.
    """

    recipient: str
    from_on: date
    to_on: date
    form: str
    count: int


@dataclass
class _Run:
    """How often a series was repeated so far."""

    first_on: date
    last_on: date
    count: int = 1


@dataclass(frozen=True)
class Gathered:
    """All disclosures of an accounting, counted as they came; `each` lists them."""

    each: Table
    runs: dict[Series, _Run] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many disclosures there were."""
        return self.each.row_count


def gather(disclosures: Iterable[Disclosure], *, folder: Path | None = None) -> Gathered:
    """Return disclosures counted and listed, in the order in which they come.

    Args:
        disclosures: any number; only their series stay in memory.
        folder: where rows go that are too many for pages.
    """
    each = Gathering(_each(), folder=folder)
    runs: dict[Series, _Run] = {}
    day = lru_cache(maxsize=4_096)(wording.day)
    for one in disclosures:
        run = runs.get(one.series)
        if run is None:
            runs[one.series] = _Run(one.on, one.on)
        else:
            run.first_on = min(run.first_on, one.on)
            run.last_on = max(run.last_on, one.on)
            run.count += 1
        each.add((day(one.on), *_cells(one.series)))
    return Gathered(each.table(), runs)


@lru_cache(maxsize=4_096)
def _cells(series: Series) -> tuple[str, str, str]:
    return series.cells


def build(
    gathered: Gathered,
    drawn: Drawn,
    *,
    about: str,
    outside: Sequence[Table] = (),
    withheld: Sequence[Withheld] = (),
) -> Report:
    """Return the accounting for one person or one site.

    Repeated disclosures are summarised by first, frequency and last; each one is listed too. The
    two lists cover the period, or the last 12 months where none was asked for.

    Args:
        gathered: Every disclosure of the period.
        drawn: The circumstances.
        about: Whom or what it covers: a subject key or a site, never a name.
        outside: What the log holds beside the disclosures of the period.
        withheld: What earlier accountings left out, and this one lists.

    Source: Cal. Civ. Code 1798.130(a)(5)(C); modelled on 45 CFR 164.528(a)(2), (b)(2) and (b)(3).
    """
    runs = gathered.runs
    sold = {series: run for series, run in runs.items() if series.is_sale_or_sharing}
    since = drawn.period.from_on if drawn.period else _twelve_months_before(drawn)
    # Whoever asks about their own data is none of those to whom the law wants it named.
    business = {
        series: run for series, run in runs.items() if series not in sold and not series.to_person
    }
    lists = [
        {one: run for one, run in of.items() if run.last_on >= since} for of in (sold, business)
    ]
    total = plural(gathered.count, "disclosure")
    recipients = plural(len({series.recipient for series in runs}), "recipient")
    counted = plural(sum(run.count for run in sold.values()), "disclosure")
    return Report(
        kind=KIND,
        about=about,
        drawn=drawn,
        headline=Headline(
            f"{total} to {recipients}",
            f"{counted} counted as sale or sharing."
            if sold
            else "None is recorded as a sale or as sharing for advertising across contexts.",
            Tone.FAILED if sold else Tone.NEUTRAL,
        ),
        exceptions=(*_remarks(sold, runs), *_late(withheld)),
        sections=(
            Section("sold", (_categories("sold", lists[0], "No category was sold or shared."),)),
            Section("business", (_categories("business", lists[1], _NOT_DISCLOSED),)),
            Section("disclosures", (*_figures(gathered, withheld), gathered.each, *outside)),
        ),
    )


def _figures(gathered: Gathered, withheld: Sequence[Withheld]) -> Iterable[Block]:
    yield from _by_recipient(gathered)
    yield from _repeated(gathered)
    yield from _held_back(withheld)


def _twelve_months_before(drawn: Drawn) -> date:
    # Civ. Code 1798.130(a)(5)(C): the lists cover the preceding 12 months.
    return look_back(drawn.generated_at, zone=drawn.generated_at.tzinfo or UTC)[0]


def _remarks(sold: dict[Series, _Run], runs: dict[Series, _Run]) -> Iterable[Remark]:
    for series, run in sorted(sold.items(), key=lambda one: one[1].first_on):
        yield Remark(
            f"{plural(run.count, 'disclosure')} to {series.recipient} counted as sale or sharing, "
            f"the first on {wording.day(run.first_on)}.",
            Tone.FAILED,
        )
    lacking: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], date] = {}
    for series, run in runs.items():
        for fault in series.faults:
            key = (series.recipient, fault)
            lacking[key] += run.count
            first[key] = min(first.get(key, run.first_on), run.first_on)
    for (recipient, fault), count in lacking.most_common():
        since = f"on {wording.day(first[recipient, fault])}"
        since = since if count == 1 else f"the first {since}"
        yield Remark(f"{plural(count, 'disclosure')} to {recipient}, {since}: {fault}.")


def _late(withheld: Sequence[Withheld]) -> Iterable[Remark]:
    for one in withheld:
        yield Remark(
            f"{plural(one.count, 'disclosure')} to {one.recipient} "
            f"{'was' if one.count == 1 else 'were'} left out of accountings drawn from "
            f"{wording.day(one.from_on)} to {wording.day(one.to_on)}, as that authority had "
            "asked by law. All of them are listed here.",
            Tone.NEUTRAL,
        )


def _held_back(withheld: Sequence[Withheld]) -> Iterable[Block]:
    """Give what earlier accountings left out, when they left out anything."""
    if not withheld:
        return
    yield Table(
        key="left-out-before",
        title="Left out of earlier accountings, and listed here",
        columns=(
            Column("recipient", "Recipient", width=37),
            Column("from", "From", width=17),
            Column("to", "To", width=17),
            Column("form", "Asked for by", width=20),
            Column("count", "Times", ColumnKind.NUMBER, width=9),
        ),
        rows=tuple(
            (
                one.recipient,
                wording.day(one.from_on),
                wording.day(one.to_on),
                one.form,
                one.count,
            )
            for one in withheld
        ),
    )


def _categories(key: str, runs: dict[Series, _Run], empty: str) -> Table:
    held: dict[str, set[str]] = {}
    for series in runs:
        for category in series.categories:
            held.setdefault(category, set()).add(f"{series.recipient} ({series.role})")
    return Table(
        key=f"categories-{key}",
        title="Categories and who received them",
        columns=(
            Column("category", "Category", width=40),
            Column("recipients", "Recipients", width=60),
        ),
        rows=tuple((category, "; ".join(sorted(held[category]))) for category in sorted(held)),
        empty=empty,
    )


def _by_recipient(gathered: Gathered) -> Iterable[Block]:
    found: Counter[str] = Counter()
    for series, run in gathered.runs.items():
        found[series.recipient] += run.count
    return figures.counts("by-recipient", "Disclosures by recipient", found.most_common())


def _repeated(gathered: Gathered) -> Iterable[Block]:
    """Give the summary of what was repeated, when anything was."""
    if len(gathered.runs) == gathered.count:
        return
    ordered = sorted(gathered.runs.items(), key=lambda one: (one[1].first_on, one[0].cells))
    yield Table(
        key=SERIES,
        title="Repeated disclosures, summarised",
        columns=(
            Column("first", "First", width=13),
            Column("last", "Last", width=13),
            Column("recipient", "Recipient", width=20),
            Column("what", "What", width=24),
            Column("why", "Purpose, and basis", width=21),
            Column("count", "Times", ColumnKind.NUMBER, width=9),
        ),
        rows=tuple(
            (
                wording.day(run.first_on),
                _last(run),
                *series.cells,
                run.count,
            )
            for series, run in ordered
        ),
        totals=("All", None, None, None, None, gathered.count),
    )


def _last(run: _Run) -> str | None:
    """Return the last day and how often, as 45 CFR 164.528(b)(3) asks of a series."""
    if run.count == 1:
        return None
    days = (run.last_on - run.first_on).days / (run.count - 1)
    often = next((words for most, words in _OFTEN if days <= most), "less than once a year")
    return f"{wording.day(run.last_on)}, {often}"


_OFTEN = (
    (0.75, "several times a day"),
    (1.5, "about daily"),
    (4, "several times a week"),
    (10, "about weekly"),
    (20, "several times a month"),
    (45, "about monthly"),
    (366, "several times a year"),
)


def _each() -> Table:
    return Table(
        key=EACH,
        title="Each disclosure",
        columns=(
            Column("on", "Date", width=14),
            Column("recipient", "Recipient", width=24),
            Column("what", "What", width=32),
            Column("why", "Purpose, and basis", width=30),
        ),
        empty="Nothing was disclosed in this period.",
        attach=True,
    )

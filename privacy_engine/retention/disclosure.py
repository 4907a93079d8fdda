"""What the schedule says to the public: periods per category, the children's policy, differences.

The text of a document is the organisation's own; here is what it must agree with, made from the
schedule that the engine carries out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.instance.data_map_model import CATEGORIES
from privacy_engine.instance.model import Content, RetentionRow
from privacy_engine.law.periods import Period

_SINCE = {
    "collected": "after we got them",
    "last_touched": "after they were last used",
    "relationship_ended": "after our contract with you ends",
    "consent_ended": "after your consent ends",
    "answered": "after we answered",
    "date_field": "after the date that they bear",
}
_WORDS = re.compile(r"\b(\d{1,3})\s+(day|week|month|year)s?\b")
_LETTER = re.compile(r"\(([A-L])\)")


@dataclass(frozen=True)
class Kept:
    """How long one series is kept, in the words of the public."""

    series: str
    title: str
    period: str
    since: str
    need: str
    citation: str
    by_engine: bool

    @property
    def sentence(self) -> str:
        """Return the line of a list."""
        return f"{self.title}: {self.period} {self.since}."


@dataclass(frozen=True)
class CategoryLine:
    """One category of data, and everything that is kept of it.

    Source: Cal. Civ. Code 1798.100(a)(3): the length of time, for each category.
    """

    letter: str
    title: str
    kept: tuple[Kept, ...]


def kept(row: RetentionRow) -> Kept:
    """Return how long a series is kept, in the words of the public."""
    return Kept(
        row.series,
        row.title,
        row.period.in_words,
        _SINCE.get(row.trigger, row.trigger),
        row.business_need,
        row.citation,
        set(row.systems) == {"engine"},
    )


def by_category(content: Content) -> tuple[CategoryLine, ...]:
    """Return what is kept of each category, in the order of the statute."""
    return tuple(
        CategoryLine(letter, title, tuple(found))
        for letter, title in CATEGORIES.items()
        if (found := [kept(row) for row in content.retention if letter in row.categories])
    )


def as_markdown(content: Content) -> str:
    """Return the disclosure of retention as a table, to be put into a notice."""
    lines = ["| What | How long we keep it |", "|---|---|"]
    for line in by_category(content):
        periods = " ".join(one.sentence for one in line.kept)
        lines.append(f"| {line.title} ({line.letter}) | {periods} |")
    return "\n".join(lines)


# Whether a published text says the same --------------------------------------------------


@dataclass(frozen=True)
class Differences:
    """Where a published text and the schedule differ; each a sentence."""

    wrong: tuple[str, ...]
    missing: tuple[str, ...]
    compared: int


def compare(text: str, content: Content) -> Differences:
    """Return how the periods in a text's tables differ from those of the schedule.

    Compared are the rows that name a category by its letter, such as `Identifiers (A)`. A period
    that no series of the category has is wrong; one that a series in the site's systems has, and
    no row of the category says, is missing.
    """
    said = _published(text)
    wrong, missing = [], []
    for letter, periods in sorted(said.items()):
        rows = [row for row in content.retention if letter in row.categories]
        planned = {_comparable(row.period) for row in rows}
        wrong += [
            f"{letter}: the text says {words}, which the schedule has for nothing of this kind"
            for words, period in sorted(periods.items())
            if period not in planned
        ]
        outside = [row for row in rows if set(row.systems) != {"engine"}]
        missing += [
            f"{letter}: {row.title} are kept for {row.period.in_words}, which the text leaves out"
            for row in outside
            if periods and _comparable(row.period) not in periods.values()
        ]
    return Differences(tuple(wrong), tuple(missing), len(said))


def _published(text: str) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the periods that a text's tables give for each category, by their words."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for line in text.splitlines():
        letters = _LETTER.findall(line) if line.lstrip().startswith("|") else []
        for letter in letters:
            found.setdefault(letter, {}).update(_periods(line))
    return found


def _periods(line: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for count, unit in _WORDS.findall(line):
        number = int(count)
        period = {
            "day": Period(days=number),
            "week": Period(weeks=number),
            "month": Period(months=number),
            "year": Period(years=number),
        }[unit]
        yield period.in_words, _comparable(period)


def _comparable(period: Period) -> tuple[int, int]:
    """Return a period as months and days: a year is twelve months, a week seven days."""
    return period.years * 12 + period.months, period.weeks * 7 + period.days

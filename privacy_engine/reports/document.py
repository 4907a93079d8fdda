"""The model of a report: what it says, before any page, file or signature exists.

A kind of report builds a `Report` from plain facts; pages, CSV files and the machine-readable
twin are all drawn from that one value, so they cannot tell different stories.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from markupsafe import Markup

from privacy_engine.errors import InvalidInput

# Beyond this a PDF takes minutes and a gigabyte; the rows then travel as an attached CSV file.
ROWS_ON_PAGES = 4_000
ROWS_SHOWN_OF_MORE = 25

Cell = str | int | None


class Tone(StrEnum):
    """How a sentence is to be taken; always shown as a word too."""

    GOOD = "good"
    NEUTRAL = "neutral"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True)
class Remark:
    """An exception that a reader must see first; `citation` names the rule it touches."""

    text: str
    tone: Tone = Tone.ATTENTION
    citation: str = ""


@dataclass(frozen=True)
class Headline:
    """The outcome in one sentence, and what it does and does not mean."""

    text: str
    meaning: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class Prose:
    """Paragraphs of text."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """One term and what it is; `code` sets it as a reference to be compared letter by letter."""

    term: str
    text: str
    citation: str = ""
    code: bool = False


@dataclass(frozen=True)
class Facts:
    """A list of terms with their values."""

    key: str
    facts: tuple[Fact, ...]


class ColumnKind(StrEnum):
    """How the cells of a column are set."""

    TEXT = "text"
    NUMBER = "number"
    CODE = "code"
    STATE = "state"


@dataclass(frozen=True)
class Column:
    """One column; `width` is a share of the page in percent, 0 leaves it to the page.

    `file_only`: pages have no room for it, the CSV file and the twin have; such columns are last.
    """

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 0
    file_only: bool = False


@dataclass(frozen=True)
class LongRows:
    """Rows too many for pages, in a file: deflated CSV, see `spool`. Hashes are of the CSV."""

    path: Path
    count: int
    head: tuple[tuple[Cell, ...], ...]
    tail: tuple[tuple[Cell, ...], ...]
    sha256: str
    md5: str
    size_bytes: int
    crc32: int
    adler32: int


@dataclass(frozen=True)
class Table:
    """Rows of equal length under columns; `attach` puts them into a CSV file as well.

    Rows beyond `ROWS_ON_PAGES` may come as `long` instead of `rows`, so that they fit.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    empty: str = "Nothing to list."
    totals: tuple[Cell, ...] = ()
    attach: bool = False
    long: LongRows | None = None

    def __post_init__(self) -> None:
        """Refuse rows that do not fit: a figure would stand under the wrong name."""
        width = len(self.columns)
        if any(len(row) != width for row in self.rows) or len(self.totals) not in {0, width}:
            raise InvalidInput(f"A row of the table {self.key} does not fit its columns.")

    @property
    def row_count(self) -> int:
        """Return how many rows there are, on pages or not."""
        return self.long.count if self.long else len(self.rows)

    @property
    def is_long(self) -> bool:
        """Whether the pages show only its first and last rows."""
        return self.row_count > ROWS_ON_PAGES

    @property
    def head(self) -> tuple[tuple[Cell, ...], ...]:
        """Return the rows that pages show first: all, unless they are too many."""
        if self.long:
            return self.long.head
        return self.rows[:ROWS_SHOWN_OF_MORE] if self.is_long else self.rows

    @property
    def tail(self) -> tuple[tuple[Cell, ...], ...]:
        """Return the rows that pages show last, where they are too many."""
        if self.long:
            return self.long.tail
        return self.rows[-ROWS_SHOWN_OF_MORE:] if self.is_long else ()

    @property
    def file_name(self) -> str:
        """Return the name of the attached CSV file; empty when it is not attached."""
        return f"{self.key}.csv" if self.attach or self.is_long else ""


@dataclass(frozen=True)
class Figure:
    """A drawing, with the figures behind it, so that the twin says what the picture shows."""

    key: str
    svg: Markup
    caption: str
    data: tuple[tuple[str, Cell], ...]


Block = Prose | Facts | Table | Figure


@dataclass(frozen=True)
class Section:
    """One part of a report; its title and introduction stand in the instance's definition."""

    key: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Filter:
    """One condition by which the rows were drawn: its name, and the same in words.

    The names `type`, `site` and `period` are those that the log's tallies count by.

    `field` and `value` say it for machines, when it asks that one field of an event has one
    value; a verifier who holds an export of the log can then count for themselves.
    """

    name: str
    words: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True)
class LogHead:
    """The log as it stood when the report was drawn; `checkpoint` is the signed note."""

    origin: str
    size: int
    root: bytes
    checkpoint: str = ""


@dataclass(frozen=True)
class Entry:
    """An event that the report rests on; `leaf` is its hash, `proof` leads from it to the root."""

    position: int
    what: str
    leaf: bytes
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class TallyMark:
    """A running tally in the log: the entry, its place, and its opened part.

    `part` is the canonical JSON that the entry commits to under `salt`; it states how many
    entries of each type and site stand before it, and `count` is the one that matters here.
    """

    position: int
    entry: bytes
    proof: tuple[bytes, ...]
    salt: bytes
    part: bytes
    count: int


@dataclass(frozen=True)
class Tally:
    """The count of one type of event of one site, `*` for all, at both ends of a period.

    `end.count - start.count` events lie between the two; `start` is None from the first on.
    """

    type: str
    site: str
    start: TallyMark | None
    end: TallyMark

    @property
    def count(self) -> int:
        """Return how many events of this type the log holds between the two marks."""
        return self.end.count - (self.start.count if self.start else 0)


@dataclass(frozen=True)
class Period:
    """From the first day up to and including the last, in the controller's zone."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class Population:
    """How the rows were drawn: by which filters, how many came out, from which log.

    `row_count` counts what the report is about (`unit`, a noun in the singular, and `units` where
    its plural is not made with an s). `finer` says
    that filters beyond type, site and period were used, which the tallies cannot check; then
    only a filter with a field can be counted, and only in an export of the log. `listed_in`
    names the tables whose rows together are the rows counted, or `table.column` where a column's
    sum is; without it nobody can see that a table shows as many as the report says.
    `drills` counts what was left out because it is about people whom drills invented; None where
    no drill could be among them. With it the tallies of the log add up.
    """

    filters: tuple[Filter, ...]
    row_count: int
    unit: str
    log: LogHead
    finer: bool = False
    tally: Tally | None = None
    units: str = ""
    listed_in: tuple[str, ...] = ()
    drills: int | None = None


@dataclass(frozen=True)
class Drawn:
    """The circumstances in which a report is drawn, the same for every kind.

    `generated_at` is aware, in the zone in which people are to read it.
    """

    number: str
    generated_at: datetime
    site: str
    population: Population
    entries: tuple[Entry, ...] = ()
    period: Period | None = None

    def __post_init__(self) -> None:
        """Refuse a time without a zone."""
        if self.generated_at.tzinfo is None:
            raise InvalidInput("The time of a report needs a time zone.")


@dataclass(frozen=True)
class Report:
    """A whole report; `method` says how it was made, in paragraphs."""

    kind: str
    about: str
    drawn: Drawn
    headline: Headline
    exceptions: tuple[Remark, ...]
    sections: tuple[Section, ...]
    method: tuple[str, ...] = ()

    @property
    def ranked_exceptions(self) -> tuple[Remark, ...]:
        """Return the exceptions, the gravest first, otherwise in the order of their kind."""
        weight = {Tone.FAILED: 0, Tone.ATTENTION: 1}
        return tuple(sorted(self.exceptions, key=lambda one: weight.get(one.tone, 2)))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return every table, in order."""
        return tuple(
            block
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Table)
        )

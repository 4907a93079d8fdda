"""What every connector can do, and the values that go in and come out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from privacy_engine.instance.data_map import OnDelete

Progress = Callable[[str, int, int], None]
"""Called with table or stage, rows done and rows in all; must not raise."""


@dataclass(frozen=True)
class External:
    """An identifier that somebody else gave: who, and what."""

    issuer: str
    id: str


@dataclass(frozen=True, repr=False)
class Identifiers:
    """Everything that one person is called by; its repr never shows a value."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    externals: tuple[External, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search by."""
        return not self.count

    @property
    def count(self) -> int:
        """How many identifiers there are, of all kinds."""
        return len(self.emails + self.phones + self.accounts + self.devices + self.externals)

    def __repr__(self) -> str:
        return f"Identifiers({self.count} values)"


@dataclass(frozen=True)
class Capabilities:
    """What a system can do by itself; what it cannot is said, never assumed."""

    locate: bool = True
    copy: bool = True
    correct: bool = True
    delete: bool = True
    dry_run: bool = True
    searchable: bool = True
    answers_later: bool = False


@dataclass(frozen=True)
class TableCount:
    """How many rows of one table (or of one series, where a system has no tables)."""

    table: str
    series: str
    count: int


OFFICER_GROUND, KEPT_BECAUSE = "officer_decision", "decided in this case"
"""The ground of rows that stay because an officer decided so in a case."""


@dataclass(frozen=True)
class NeedsDecision:
    """Rows that are left alone until an officer decides, and why."""

    table: str
    series: str
    count: int
    reason: str


@dataclass(frozen=True)
class MaskedRow:
    """One found row, every value masked: enough to recognise, not to read."""

    table: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Located:
    """Where a person is in one system.

    `counts` are the person's own rows, `shared` the rows that also belong to others.
    `since` is what was written since the deletion; it is kept on a ground and is no residue.
    `pending` means that the system will answer later. `unread` counts what nobody could look into:
    where there is any, that nothing was found does not show that nothing is there.
    """

    system: str
    counts: tuple[TableCount, ...] = ()
    shared: tuple[TableCount, ...] = ()
    needs_decision: tuple[NeedsDecision, ...] = ()
    sample: tuple[MaskedRow, ...] = ()
    messages: tuple[str, ...] = ()
    pending: bool = False
    unread: int = 0
    since: "tuple[Ground, ...]" = ()

    @property
    def found(self) -> int:
        """The person's rows in all, shared ones included."""
        return sum(item.count for item in (*self.counts, *self.shared))

    @property
    def by_table(self) -> dict[str, int]:
        """Every found row by table, also what others share and what waits for a decision.

        This is what a verdict counts: a row that nobody dared to touch is still there.
        """
        found: dict[str, int] = {}
        listed = [(item.table, item.count) for item in (*self.counts, *self.shared)]
        listed += [(item.table, item.count) for item in self.needs_decision]
        for table, count in listed:
            found[table] = found.get(table, 0) + count
        return found


@dataclass(frozen=True, repr=False)
class Record:
    """One row of a copy; `withheld` names columns held but never disclosed.

    `names_another`: it came from a program outside, and may be somebody else's. It is given to
    nobody, and compared with nothing, before an officer has decided.
    """

    series: str
    table: str
    values: Mapping[str, object]
    withheld: tuple[str, ...] = ()
    names_another: bool = False

    def __repr__(self) -> str:
        return f"Record({self.table})"


@dataclass(frozen=True, repr=False)
class Correction:
    """A new value for a column of the person's rows in a table; None empties it.

    With `was`, only in those rows that hold that value now, or hold the new one already.
    """

    table: str
    column: str
    value: str | int | None
    was: str | int | None = None

    def __repr__(self) -> str:
        return f"Correction({self.table}.{self.column})"


@dataclass(frozen=True)
class Corrected:
    """What a correction changed, per table."""

    system: str
    changed: tuple[TableCount, ...] = ()
    messages: tuple[str, ...] = ()
    done: bool = True
    pending: bool = False


@dataclass(frozen=True)
class KeptSeries:
    """A series that stays whole by an officer's finding, such as a legal hold."""

    series: str
    ground: str
    citation: str
    until: date | None = None


@dataclass(frozen=True)
class Decided:
    """What the officer decided for the rows of a table that needed a decision."""

    table: str
    action: OnDelete


@dataclass(frozen=True, repr=False)
class DeleteOrder:
    """How to delete.

    Args:
        on: the day, in the controller's zone, against which grounds are measured.
        hash_key: key of the hashes that replace identifiers; 32 bytes of the instance's own.
        dry_run: do everything in the transaction, then roll back.
        sample: show some rows of a dry run, masked; nobody looks at them while a case runs.
        kept: series that stay, with their ground.
        decided: the officer's decisions for rows that concern others too.
    """

    on: date
    hash_key: bytes
    dry_run: bool = False
    sample: bool = True
    kept: tuple[KeptSeries, ...] = ()
    decided: tuple[Decided, ...] = ()

    @property
    def decided_to_go(self) -> frozenset[str]:
        """The tables whose undecided rows an officer ordered to be deleted."""
        return frozenset(item.table for item in self.decided if item.action is OnDelete.DELETE)

    @property
    def decided_to_stay(self) -> frozenset[str]:
        """The tables whose undecided rows an officer left as they are."""
        return frozenset(item.table for item in self.decided if item.action is OnDelete.KEEP)

    def kept_of(self, series: Collection[str]) -> KeptSeries | None:
        """Return the finding by which the first kept one of these series stays, if any does."""
        return next((item for item in self.kept if item.series in series), None)

    def __repr__(self) -> str:
        return f"DeleteOrder(on={self.on}, dry_run={self.dry_run})"


@dataclass(frozen=True)
class Ground:
    """What was kept of one table, why and until when; `columns` names parts of rows."""

    table: str
    series: str
    count: int
    ground: str
    citation: str
    until: date | None = None
    columns: tuple[str, ...] = ()


def kept_whole(counts: Iterable[TableCount], kept: KeptSeries) -> tuple[Ground, ...]:
    """Return what a series kept whole leaves in place, table by table."""
    return tuple(
        Ground(item.table, item.series, item.count, kept.ground, kept.citation, kept.until)
        for item in counts
    )


REQUEST_RECORD, WRITTEN_SINCE = "request_record", "written_since"
SINCE = frozenset({REQUEST_RECORD, WRITTEN_SINCE})
"""The grounds of what came after a deletion, and excuses nothing from before."""


def kept_by_officer(left: Iterable[NeedsDecision]) -> tuple[Ground, ...]:
    """Return rows that an officer left in place although they concern the person too."""
    return tuple(
        Ground(item.table, item.series, item.count, OFFICER_GROUND, KEPT_BECAUSE) for item in left
    )


@dataclass(frozen=True)
class Deleted:
    """What a deletion did in one system, or would do (`dry_run`).

    `done` is false while rows need a decision or the system has yet to answer (`pending`).
    `mentions` are those of `unlinked` that are somebody else's, or are kept and counted there.
    """

    system: str
    dry_run: bool = False
    removed: tuple[TableCount, ...] = ()
    anonymised: tuple[TableCount, ...] = ()
    unlinked: tuple[TableCount, ...] = ()
    mentions: tuple[TableCount, ...] = ()
    retained: tuple[Ground, ...] = ()
    needs_decision: tuple[NeedsDecision, ...] = ()
    sample: tuple[MaskedRow, ...] = ()
    messages: tuple[str, ...] = ()
    done: bool = True
    pending: bool = False


class Severity(StrEnum):
    """How bad a finding is: it breaks deletion, leaves a doubt, or only costs time."""

    FAULT = "fault"
    WARNING = "warning"
    SLOW = "slow"


@dataclass(frozen=True)
class Finding:
    """One thing that a test of a system found, for people to mend."""

    severity: Severity
    message: str
    table: str = ""
    column: str = ""


@dataclass(frozen=True)
class Attestation:
    """How a system deletes and searches, for the certificate; never about a person."""

    system: str
    method: str
    searchable: bool
    details: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """A system that holds personal data.

    Every effect may be asked for again after a crash: what was done stays done, and the
    answer counts what was found this time.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this system can do."""
        ...

    def locate(self, identifiers: Identifiers) -> Located:
        """Count the person's rows and change nothing."""
        ...

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Yield the person's rows as they may be disclosed."""
        ...

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Change values in the person's own rows, all or nothing."""
        ...

    def delete(
        self, identifiers: Identifiers, order: DeleteOrder, *, progress: Progress | None = None
    ) -> Deleted:
        """Delete, anonymise, unlink or keep as the map says, all or nothing."""
        ...

    def attest(self) -> Attestation:
        """Say how this system deletes and whether it can be searched afterwards."""
        ...

    def test(self) -> tuple[Finding, ...]:
        """Compare the map with the live system; an empty tuple is a clean bill."""
        ...


@runtime_checkable
class Lists(Protocol):
    """A system that can name everybody whom it holds."""

    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield kind and value of what names one person by itself, such as an address.

        In any order, repeats too. Values leave the system only to be hashed and compared.
        """
        ...


class Verdict(StrEnum):
    """What a second search lets us say."""

    ERASED = "erased"
    RESIDUE = "residue"
    NO_BASELINE = "no_baseline"
    NOT_SEARCHABLE = "not_searchable"


@dataclass(frozen=True)
class SearchedTwice:
    """Counts by table from before, during and after a deletion; None where nobody looked."""

    before: Mapping[str, int] | None
    removed: Mapping[str, int]
    retained: Mapping[str, int]
    after: Mapping[str, int] | None


def verdict(counts: SearchedTwice, *, searchable: bool) -> Verdict:
    """Return what may be said of a deletion after the second search.

    Rows kept on a ground are not residue, table by table: what is kept in one table never
    excuses a row found in another. Without a search before, or with one that found nothing
    to delete, absence afterwards proves nothing.
    """
    if counts.after is None:
        return Verdict.NOT_SEARCHABLE
    excess = (found - counts.retained.get(table, 0) for table, found in counts.after.items())
    if any(rows > 0 for rows in excess):
        return Verdict.RESIDUE
    if counts.before is None or not sum(counts.before.values()):
        return Verdict.NO_BASELINE
    if not searchable:  # or only in part: what was found counts, that nothing was found does not
        return Verdict.NOT_SEARCHABLE
    return Verdict.ERASED

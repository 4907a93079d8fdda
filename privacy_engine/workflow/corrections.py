"""What an officer decided shall stand where: places of the data map, and sealed values."""

from collections.abc import Sequence
from dataclasses import dataclass

from privacy_engine.connectors.protocol import Correction
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, System, Table
from privacy_engine.instance.field_names import FIELD, is_credential
from privacy_engine.transaction import Transaction

DECIDED = "correction.decided"
DIFFERS = "differs"
"""What is recorded of a system in which the value does not stand: the correction failed there."""
BY_HAND_FIELD = "value"
"""The field of a place that a person works: no column has a name there."""
MOST_CHANGES = 50
LONGEST_VALUE = 4_000


@dataclass(frozen=True, repr=False)
class Change:
    """A new value for one column of one system; None empties it. Its repr shows no value.

    `was` is the value that is wrong, where the person has several records there.
    """

    system: str
    table: str
    column: str
    value: str | int | None
    was: str | int | None = None

    @property
    def correction(self) -> Correction:
        """The change as a connector takes it."""
        return Correction(self.table, self.column, self.value, self.was)

    def __repr__(self) -> str:
        return f"Change({self.system} {self.table}.{self.column})"


@dataclass(frozen=True, repr=False)
class Decided:
    """The newest decision of a case: its event, and the changes that still open."""

    event_id: str
    changes: tuple[Change, ...]
    source: str = ""

    def of(self, system: str) -> tuple[Change, ...]:
        """Return the changes of one system."""
        return tuple(item for item in self.changes if item.system == system)

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system that is to be corrected, each once, in the order given."""
        return tuple(dict.fromkeys(item.system for item in self.changes))


def decided(tx: Transaction, case: str) -> Decided | None:
    """Return the newest decision on what to correct; None before one, or once it was erased."""
    events = [event for event in tx.events_of_case(case) if event.kind == DECIDED]
    if not events or "changes" not in events[-1].data:
        return None
    listed = events[-1].data["changes"]
    changes = tuple(Change(**item) for item in listed)
    return Decided(events[-1].event_id, changes, str(events[-1].data.get("source") or ""))


def done(tx: Transaction, case: str) -> frozenset[str]:
    """Return the systems in which the newest decision was carried out, before a crash perhaps."""
    found: set[str] = set()
    newest = ""
    for event in tx.events_of_case(case):
        if event.kind == DECIDED:
            found.clear()
            newest = event.event_id
        elif (
            event.kind == "system.corrected"
            and event.data.get("verdict") != DIFFERS
            # What was under way when somebody decided anew carried out an older decision.
            and event.data.get("decision", newest) == newest
        ):
            found.add(str(event.data["system"]))
    return frozenset(found)


def is_newest(tx: Transaction, case: str, event_id: str) -> bool:
    """Return whether nobody has decided anew since this decision."""
    found = decided(tx, case)
    return found is None or found.event_id == event_id


def turn_of(tx: Transaction, case: str, *, system: str) -> str:
    """Return what a call to correct adds to its name, so that it is no repeat of an older one.

    Another decision is another question; and where the value did not stand, so is the next try:
    to the same question a program outside gives the same answer, and does nothing.
    """
    turn, undone = "", 0
    for event in tx.events_of_case(case):
        if event.kind == DECIDED:
            turn, undone = event.event_id[:8], 0
        elif event.kind == "system.corrected" and event.data.get("system") == system:
            undone += event.data.get("verdict") == DIFFERS
    return f"-{turn}-{undone}" if turn else ""


def require_sense(tx: Transaction, changes: Sequence[Change]) -> None:
    """Refuse what cannot be written through, or would lead to somebody else's data.

    Raises:
        InvalidInput: no change, too many, two for one place, or a column that must not change.
        UnknownCode: the data map has no such system or table.
    """
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise InvalidInput(f"say what is corrected: from 1 to {MOST_CHANGES} values")
    places = {(item.system, item.table, item.column, item.was) for item in changes}
    if len(places) < len(changes):
        raise InvalidInput("the same place is named twice")
    for change in changes:
        if isinstance(change.value, str) and len(change.value) > LONGEST_VALUE:
            raise InvalidInput(f"a value has at most {LONGEST_VALUE:,} characters")
        if isinstance(change.was, str) and len(change.was) > LONGEST_VALUE:
            raise InvalidInput(f"a value has at most {LONGEST_VALUE:,} characters")
        _require_place(tx.content.system(change.system), change)


def _require_place(system: System, change: Change) -> None:
    place = f"{change.table}.{change.column} in {system.code}"
    if system.connector is ConnectorKind.RECIPIENT:
        raise InvalidInput(f"{system.title} is told, and cannot be written to")
    if system.tables:
        if change.column not in correctable(system.table(change.table)):
            raise InvalidInput(f"{place} is no column that may be corrected")
    elif change.table not in system.series or not FIELD.fullmatch(change.column):
        raise InvalidInput(f"{place}: name one of its series, and a field")
    elif system.correctable and f"{change.table}.{change.column}" not in system.correctable:
        raise InvalidInput(f"{place} is no field that may be corrected")
    elif is_credential(change.column):
        raise InvalidInput(f"{place} seems to hold a secret, which nobody may correct")


def correctable(table: Table) -> tuple[str, ...]:
    """Return the columns of a table that may be corrected.

    Not keys and links, which say whose a row is; nor what names one person by itself: with
    another address the row would be found as somebody else's. Nor what opens an account.
    """
    links = {name for reference in table.references for name in reference.columns}
    names = {item.column for item in table.identities if item.kind.names_one_person}
    fixed = {*table.key, *links, *names}
    return tuple(
        column.name
        for column in table.columns
        if column.name not in fixed and not is_credential(column.name)
    )

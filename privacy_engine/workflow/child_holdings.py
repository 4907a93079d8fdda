"""What is held about a child whose parent consented: the kinds of it, and a copy.

Source: 16 CFR 312.6(a)(1), (3): a description of the types, and a means of reviewing them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.children import register as cases
from privacy_engine.connectors.copies import CopiedTable
from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.protocol import Record
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.log import reading
from privacy_engine.log.event import Event
from privacy_engine.look.formats import plural
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import officer_mail
from privacy_engine.workflow.case import for_connectors
from privacy_engine.workflow.officer_mail import Mail
from privacy_engine.workflow.steps.asking import searched_systems

TASK = "children.held_apart_mail"
_WORDS = {
    "notice.shown": "Texts that were shown",
    "consent.given": "Choices your child made; yours count instead",
    "consent.refused": "Choices your child made; yours count instead",
    "consent.withdrawn": "Choices your child made; yours count instead",
    "age_signal.received": "What was said about age",
    "child.reported": "What somebody told us about age",
    "message.received": "Messages",
    "record.collected": "Records that were made",
    "disclosure.made": "Notes of who was told, such as a company asked to delete",
    "message.sent": "Letters to you",
}


@dataclass(frozen=True)
class Held:
    """One kind of information, how many of it, and the local day of the newest."""

    words: str
    count: int
    newest_on: date


@dataclass(frozen=True)
class Place:
    """One system, how many records it holds; None where it cannot be searched now.

    `apart` are records of it that name somebody else: a parent sees none of them.
    """

    title: str
    count: int | None
    apart: int = 0


def in_our_log(tx: Transaction, case: str) -> list[Held]:
    """Return the kinds of information about a child in our own sealed log."""
    counts: Counter[str] = Counter()
    newest: dict[str, date] = {}
    for event in _events(tx, case):
        words = _WORDS.get(event.kind)
        if words:
            counts[words] += 1
            day = event.recorded_at.astimezone(tx.settings.zone).date()
            newest[words] = max(day, newest.get(words, day))
    return [Held(words, counts[words], newest[words]) for words in sorted(counts)]


def in_systems(engine: Transactions, case: str) -> list[Place]:
    """Return how many records of a child every system holds, asked now."""
    return [
        _place(engine.content.system(code).title, records)
        for code, records in _copied(engine, case)
    ]


def call_an_officer(
    engine: Transactions, case: str, places: Sequence[Place], *, because: str
) -> None:
    """Order a mail to the officers about records of which a parent is told, and sees none.

    Once for each number of them: a page that is opened again tells nothing new. `because` is the
    event of the page.
    """
    apart = sum(place.apart for place in places)
    if apart:
        name = f"held-apart:{case}:{apart}"
        engine.run(
            lambda tx: tx.order(TASK, name=name, case=case, event=because, count=apart),
        )


def send(engine: Transactions, *, case: str, event: str, count: int) -> None:
    """Send the mail; a second run sends the same one again. It names nobody.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    lines = (
        f"Case {case}: the parent was told that {plural(count, 'record')} may be about somebody",
        "else, and sees none of them.\n",
        "Look at them where they lie: what is the child's is the parent's to see as well",
        "(16 CFR 312.6(a)(3)).",
    )
    mail = Mail(f"A parent does not see everything in {case}", lines)
    officer_mail.send(engine, message_id=event, write=lambda _: mail)


def _place(title: str, records: list[Record] | None) -> Place:
    if records is None:
        return Place(title, None)
    apart = sum(record.names_another for record in records)
    return Place(title, len(records) - apart, apart)


def copy(engine: Transactions, case: str) -> tuple[list[CopiedTable], list[Place]]:
    """Return everything that systems hold of a child as tables, and how much each holds."""
    tables: list[CopiedTable] = []
    places: list[Place] = []
    for system, records in _copied(engine, case):
        places.append(_place(engine.content.system(system).title, records))
        for (series, table), rows in _by_table(records or ()).items():
            withheld = tuple(sorted({name for row in rows for name in row.withheld}))
            values = tuple(dict(row.values) for row in rows)
            tables.append(CopiedTable(system, series, table, values, withheld))
    return tables, places


def missing(places: Iterable[Place]) -> list[str]:
    """Return in sentences what a copy does not hold."""
    unseen = [place.title for place in places if place.count is None]
    apart = sum(place.apart for place in places)
    said = []
    if unseen:
        said.append(
            f"No program looks into these, so nothing of them is in it: {'; '.join(unseen)}. "
            "Write to us if you want to have that looked through."
        )
    if apart:
        said.append(
            f"Left out, because it may be about somebody else: {plural(apart, 'record')}. "
            "Write to us if you miss something."
        )
    return said


def log_rows(tx: Transaction, case: str) -> list[dict[str, object]]:
    """Return what our own log holds about a child, oldest first, as plain rows."""
    return [
        {
            "at": event.recorded_at.astimezone(tx.settings.zone).isoformat(timespec="seconds"),
            "what": _WORDS.get(event.kind, event.kind),
            **{name: value for name, value in event.data.items() if name != "case"},
        }
        for event in _events(tx, case)
        if event.kind in _WORDS
    ]


def _events(tx: Transaction, case: str) -> list[Event]:
    subject_id = cases.get(tx.session, case).subject_id
    if subject_id is None:
        raise NotFound("nothing is held any more")
    return tx.read(reading.events_under(tx.session, *tx.person(subject_id)))


def _copied(engine: Transactions, case: str) -> list[tuple[str, list[Record] | None]]:
    with engine.reading() as tx:
        subject_id = cases.get(tx.session, case).subject_id
        identifiers = tx.identifiers(tx.person(subject_id)) if subject_id else ()
    found: list[tuple[str, list[Record] | None]] = []
    for system in searched_systems(engine):
        if system.connector is ConnectorKind.MANUAL:
            found.append((system.code, None))
            continue
        try:
            connector = open_connector(
                system,
                root=engine.settings.root,
                settings=engine.settings.addresses,
                asking=Asking(f"{case}-parent-{system.code}"),
            )
            able = connector.capabilities.copy
            records = list(connector.copy(for_connectors(identifiers))) if able else None
        except EngineError:
            records = None
        found.append((system.code, records))
    return found


def _by_table(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    tables: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if record.names_another:
            continue
        tables.setdefault((record.series, record.table), []).append(record)
    return tables

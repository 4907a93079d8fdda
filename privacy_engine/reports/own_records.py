"""What the engine itself holds of a person, beside what systems hold: tables and files of a copy.

Whatever a person wrote, chose, was shown or sent, and what was given to others, is information
about them like any row of a system. Left out are notes of the staff, the addresses of third
people, the text of our letters (links in them still open things), and what an authority asked to
keep back.

Source: 11 CCR 7024(a), (h); Civ. Code 1798.110(a)(5), 1798.145(a)(1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privacy_engine.consent import evidence
from privacy_engine.disclosures import suspensions
from privacy_engine.errors import UnknownCode
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log import reading
from privacy_engine.log.event import Event
from privacy_engine.rights import attachments
from privacy_engine.rights.windows import EVERYTHING, Window
from privacy_engine.transaction import Transaction

SYSTEM = "engine"
WHERE = "Our own sealed records"
_PAGE = 1_000
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_ENDINGS |= {"image/heic": "heic", "text/plain": "txt", "audio/mpeg": "mp3"}
_ENDINGS |= {"audio/wav": "wav", "audio/x-wav": "wav"}
_TO_KNOW = "to find what is yours, and to answer you"
_STAYED = "in our mailbox; not kept here"


@dataclass(frozen=True)
class _Table:
    """One table of ours: its name, the series that says how long, and which fields of what."""

    name: str
    series: str
    title: str
    fields: Mapping[str, tuple[str, ...]]


_CHOICE = ("purpose", "document", "version", "method", "wording", "service", "expires_at")
_LETTER = ("subject_line", "address")
_TABLES = (
    _Table(
        "messages",
        "correspondence",
        "What you wrote to us",
        {
            "message.received": ("channel", "text"),
            "mail.received": ("subject_line", "sender_name"),
            "request.message_received": ("case", "channel", "text"),
        },
    ),
    _Table(
        "choices",
        "consent-proofs",
        "What you agreed to or refused",
        {
            "consent.given": _CHOICE,
            "consent.refused": _CHOICE,
            "consent.withdrawn": _CHOICE,
            "signal.received": ("signal", "value", "page"),
            "email.unsubscribed": ("list", "all"),
        },
    ),
    _Table(
        "texts-shown",
        "notice-showings",
        "Which texts you were shown",
        {"notice.shown": ("document", "version", "language", "surface")},
    ),
    _Table(
        "age",
        "correspondence",
        "What was said about your age",
        {
            "age_signal.received": ("kind", "value", "method", "declared_by"),
            "child.reported": ("reported_by",),
        },
    ),
    _Table(
        "given-to-others",
        "consent-proofs",
        "What was given to others",
        {"disclosure.made": ("recipient", "categories", "purpose", "basis", "sale", "sharing")},
    ),
    _Table(
        "records",
        "correspondence",
        "What the site told us of records about you",
        {
            "record.collected": ("system", "series", "record", "collected_at"),
            "record.touched": ("system", "series", "record"),
            "record.disposed": ("system", "series", "record"),
        },
    ),
    _Table(
        "requests",
        "request-records",
        "What you asked us, and what you declared",
        {
            "request.received": ("case", "right", "for", "name", "details", "corrections"),
            "request.declared": ("case", "wording", "signature"),
            "request.appealed": ("case", "note"),
        },
    ),
    _Table(
        "letters",
        "request-records",
        "Which letters went to you",
        {"message.sent": _LETTER, "link.sent": _LETTER, "writer.told": _LETTER},
    ),
)
_KNOWN_BY = _Table("identifiers", "", "By what we know you", {})
_WORDS = {
    "message.received": "You wrote",
    "mail.received": "An e-mail of yours came",
    "request.message_received": "You wrote about a request",
    "consent.given": "You agreed",
    "consent.refused": "You said no",
    "consent.withdrawn": "You took a consent back",
    "signal.received": "Your browser said no",
    "email.unsubscribed": "You left a list",
    "notice.shown": "Shown to you",
    "age_signal.received": "An age was told",
    "child.reported": "Somebody told us that you are a child",
    "disclosure.made": "Given to others",
    "record.collected": "A record was made",
    "record.touched": "A record was used",
    "record.disposed": "A record ended",
    "request.received": "You asked",
    "request.declared": "You declared",
    "request.appealed": "You asked us to look again",
    "message.sent": "A letter",
    "link.sent": "A letter with a link",
    "writer.told": "A letter",
}
_TABLE_OF = {kind: table for table in _TABLES for kind in table.fields}


@dataclass(frozen=True, repr=False)
class OwnRecords:
    """Tables in the shape of a package's, its files as (name, content), and what lay outside."""

    tables: Sequence[Mapping[str, Any]] = ()
    files: Sequence[tuple[str, bytes]] = ()
    outside: int = 0


def gather(
    tx: Transaction, subject_ids: Sequence[str], *, window: Window = EVERYTHING
) -> OwnRecords:
    """Return what is held of the subjects of one person, as far as it lies in the time asked for.

    By what a person is known is given whatever the time: it is held today.
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    known = [{"kind": item.kind, "value": item.value} for item in tx.identifiers(subject_ids)]
    files: list[tuple[str, bytes]] = []
    outside = 0
    for event in _events(tx, subject_ids):
        at = event.occurred_at.astimezone(tx.settings.zone)
        if not window.covers([at.date()]):
            outside += 1
            continue
        named = list(_files(tx, event))
        table = _TABLE_OF[event.kind]
        row: dict[str, Any] = {
            "when": at.isoformat(timespec="seconds"),
            "what": _WORDS[event.kind],
        }
        row |= {
            name: _said(tx, name, event.data[name])
            for name in table.fields[event.kind]
            if name in event.data
        }
        if named:
            row["attached"] = [name for name, _ in named]
        rows.setdefault(table.name, []).append(row)
        files += [(name, content) for name, content in named if content is not None]
    tables = [_described(tx, one, rows[one.name]) for one in _TABLES if one.name in rows]
    if known:
        tables.insert(0, _described(tx, _KNOWN_BY, known))
    return OwnRecords(tables, files, outside)


def series_of(tx: Transaction, subject_ids: Sequence[str]) -> tuple[RetentionRow, ...]:
    """Return the series of the schedule of which the engine itself holds something."""
    kinds = {event.kind for event in _events(tx, subject_ids)}
    codes = dict.fromkeys(one.series for one in _TABLES if kinds & one.fields.keys())
    return tuple(row for code in codes if (row := _series(tx, code)) is not None)


def _events(tx: Transaction, subject_ids: Sequence[str]) -> Iterator[Event]:
    """Yield what counts of the events of a person, oldest first, in bounded pages."""
    ids = reading.events_under(tx.session, *subject_ids) if subject_ids else []
    kept_back = suspensions.left_out(tx, subject_ids)
    for start in range(0, len(ids), _PAGE):
        for event in tx.read(ids[start : start + _PAGE]):
            if event.kind in _TABLE_OF and event.data.get("recipient") not in kept_back:
                yield event


def _files(tx: Transaction, event: Event) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files beside an event, as named in the package; without content: not kept."""
    if event.kind == "mail.received":
        for one in attachments.of(tx, event.event_id):
            if one.fault:
                yield f"{one.name} ({_STAYED})", None
                continue
            content = attachments.read(tx, event.event_id, one.number)[1]
            yield _name(event, one.number, one.kind), content
    elif evidence.has(tx, event.event_id):
        file = evidence.read(tx, event.event_id)
        yield _name(event, 0, file.media_type), file.content


def _name(event: Event, number: int, kind: str) -> str:
    # A name of ours: what the sender called it could lead out of the folder it is unpacked into.
    owner = event.data.get("case") or event.event_id
    return f"files/{owner}-{number + 1}.{_ENDINGS[kind]}"


def _described(
    tx: Transaction, table: _Table, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    row = _series(tx, table.series)
    columns = dict.fromkeys(column for item in rows for column in item)
    return {
        "system": SYSTEM,
        "where": WHERE,
        "table": table.name,
        "what": table.title,
        "purposes": [tx.content.purpose(code).title for code in row.purposes]
        if row
        else [_TO_KNOW],
        "kept": row.period.in_words if row else "as long as anything below",
        "source": row.source if row else "from you, or from the site that you use",
        "recipients": [],
        "columns": {column: column.replace("_", " ").capitalize() for column in columns},
        "rows": [dict(item) for item in rows],
        "held_but_not_shown": [],
    }


def _said(tx: Transaction, name: str, value: Any) -> Any:
    """Return a value as a person reads it: the title of a code that the instance still has."""
    try:
        match name:
            case "recipient":
                return tx.content.recipient(str(value)).title
            case "purpose":
                return tx.content.purpose(str(value)).title
            case _:
                return value
    except UnknownCode:
        return value


def _series(tx: Transaction, code: str) -> RetentionRow | None:
    try:
        return tx.content.series(code)
    except UnknownCode:
        return None

"""What a person gets who asks to know: one zip to read and to process, sealed until they fetch it.

Source: 11 CCR 7024; Civ. Code 1798.130(a)(3)(B)(iii): readily usable, and portable.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.connectors import copies
from privacy_engine.connectors.copies import CopiedTable
from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.instance.data_map import ConnectorKind, System, Table
from privacy_engine.instance.model import RetentionRow
from privacy_engine.keys.ring import write_private
from privacy_engine.reports import categories_answer, own_records, who_gets
from privacy_engine.reports import package_parts as parts
from privacy_engine.reports.package_parts import Known, Package
from privacy_engine.rights import register, windows
from privacy_engine.rights.register import Request
from privacy_engine.rights.windows import Window
from privacy_engine.transaction import Transaction, Transactions

KIND = "subject-package"
_TITLE = "What we know about you"


@dataclass(frozen=True, repr=False)
class _Found:
    """What there is: tables of systems, places that a person looked through, tables of ours."""

    held: Sequence[Mapping[str, Any]]
    by_hand: Sequence[Mapping[str, Any]]
    own: Sequence[Mapping[str, Any]]


def produce(engine: Transactions, *, case: str, known: Known) -> None:
    """Build, seal and record the package of a case; the copies are deleted afterwards.

    A crash before the record leaves a sealed file that the next run replaces.
    """
    with engine.reading() as tx:
        request = register.get(tx.session, case)
        key = tx.vault.key(request.subject_id or "")
        if key is None:
            raise NotFound("the person of this case was erased")
        if request.right == "know:categories":
            package = categories_answer.build(tx, request, known)
        else:
            tables = list(copies.read(engine.settings, case, key=key.enc))
            package = build(
                tx,
                tables,
                case=case,
                window=_window(tx, request),
                known=known,
                files=list(copies.files(engine.settings, case, key=key.enc)),
            )
    sealed = keys.seal(key.enc, package.content, bound_to=case.encode())
    write_private(path_of(engine.settings, case), sealed)

    def record(tx: Transaction) -> None:
        tx.append(
            "report.produced",
            {
                "report": KIND,
                "number": f"SP-{case}",
                "sha256": package.sha256,
                "case": case,
            },
            case=case,
        )

    engine.run(record)
    copies.remove(engine.settings, case)


def open_package(tx: Transaction, case: str) -> bytes:
    """Return the zip of a case, unsealed for the person who was just confirmed.

    Raises:
        NotFound: there is none, or the person was erased.
    """
    key = tx.vault.key(register.get(tx.session, case).subject_id or "")
    path = path_of(tx.settings, case)
    if key is None or not path.exists():
        raise NotFound("there is no package here (any more)")
    return keys.unseal(key.enc, path.read_bytes(), bound_to=case.encode())


def path_of(settings: Settings, case: str) -> Path:
    """Return where the sealed package of a case lies."""
    return settings.exports_directory / "packages" / f"{case}.sealed"


def build(
    tx: Transaction,
    tables: Sequence[CopiedTable],
    *,
    case: str,
    window: Window = windows.EVERYTHING,
    known: Known | None = None,
    files: Sequence[tuple[str, str, bytes]] = (),
) -> Package:
    """Return the package: a page to read, JSON for programs, one CSV a table, and files.

    `files` are what people copied by hand: system, ending, content. They are given whole: nobody
    but the person who copied them can tell which part of them lies in the time asked for.
    """
    told = [described(tx, table, window) for table in tables]
    held = [item for item in told if item["rows"] or item["held_but_not_shown"]]
    own = own_records.gather(tx, known.subject_ids if known else (), window=window)
    outside = own.outside + sum(item.pop("outside_the_time") for item in told)
    by_hand = _by_hand(tx, known) if known else []
    named = [(code, f"by-hand/{code}{ending}", body) for code, ending, body in files]
    searched = _searched_by_hand(tx, known, {code: name for code, name, _ in named})
    now = tx.now.astimezone(tx.settings.zone)
    document = {
        "case": case,
        "made_at": now.isoformat(timespec="seconds"),
        "controller": tx.settings.controller.name,
        "from": window.first.isoformat() if window.first else None,
        "to": window.last.isoformat() if window.last else None,
        "records_outside_this_time": outside,
        "looked_at_by_hand": by_hand,
        "copied_by_hand": searched,
        "tables": [*held, *own.tables],
    }
    about = _about(window, outside, by_hand)
    found = _Found(held, searched, own.tables)
    page = parts.page(_TITLE, _page(tx, case, found, about))
    shown = (*held, *own.tables)
    names = parts.file_names(f"{item['system']}-{item['table']}" for item in shown)
    csvs = [
        (f"tables/{name}.csv", parts.as_csv(item["rows"]))
        for name, item in zip(names, shown, strict=True)
    ]
    return parts.archive(
        [
            (parts.READ_FIRST, page),
            ("everything.json", parts.as_json(document)),
            *csvs,
            *((name, body) for _, name, body in named),
            *own.files,
        ]
    )


def _window(tx: Transaction, request: Request) -> Window:
    asked = tx.event(request.received_event).data.get("window")
    return windows.window_of(asked, received_at=request.received_at, zone=tx.settings.zone)


def described(
    tx: Transaction, table: CopiedTable, window: Window = windows.EVERYTHING
) -> dict[str, Any]:
    """Return a copied table with what the data map and the schedule say of it."""
    system = tx.content.data_map.ever(table.system)
    row = _series(tx, system, table.series)
    declared = next((item for item in system.tables if item.name == table.table), None)
    inside = [item for item in table.rows if window.covers(_days(item, declared))]
    letters = {column.category for column in declared.columns} - {""} if declared else set()
    recipients = who_gets.recipients(tx.content, row, letters, system)
    return {
        "system": table.system,
        "where": system.title,
        "table": table.table,
        "what": row.title,
        "purposes": [tx.content.purpose(code).title for code in row.purposes],
        "kept": row.period.in_words,
        "source": row.source,
        "recipients": recipients,
        "columns": {name: _title(declared, name) for name in parts.columns_of(inside)},
        "rows": inside,
        "held_but_not_shown": [_title(declared, name) for name in table.withheld],
        "outside_the_time": len(table.rows) - len(inside),
    }


def _series(tx: Transaction, system: System, code: str) -> RetentionRow:
    """Return the row of the schedule; a copy may bear a name that it does not know (any more)."""
    try:
        return tx.content.series(code)
    except UnknownCode:
        return tx.content.series(next(iter(system.series), code))


def _days(row: Mapping[str, Any], declared: Table | None) -> list[date]:
    """Return the days on which a record was collected and used, as the data map names them."""
    columns = [column for _, column in declared.triggers] if declared else []
    found = (windows.day_of(row[name]) for name in columns if row.get(name) is not None)
    return [day for day in found if day is not None]


def _title(declared: Table | None, name: str) -> str:
    column = declared.column(name) if declared else None
    return (column.title if column else "") or name


def _by_hand(tx: Transaction, known: Known) -> list[str]:
    """Return the places that a person looks through, for no program reads them."""
    return [
        item.title
        for item in tx.content.systems
        if item.connector is ConnectorKind.MANUAL and item.code not in known.found
    ]


def _searched_by_hand(
    tx: Transaction, known: Known | None, files: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the places that a person has looked through, what they counted, and the file."""
    found = known.found if known else {}
    return [
        {
            "system": item.code,
            "where": item.title,
            "what": [tx.content.series(code).title for code in item.series],
            "found": sum(found[item.code].values()),
            "file": files.get(item.code, ""),
        }
        for item in tx.content.systems
        if item.code in found and (item.connector is ConnectorKind.MANUAL or item.code in files)
    ]


def _about(window: Window, outside: int, by_hand: Sequence[str]) -> Iterator[str]:
    """Yield what the package covers, and what it does not, in sentences."""
    if window.usual and window.first:
        yield f"It covers the twelve months before you asked, from {window.first.isoformat()} on."
    elif window.first or window.last:
        first = window.first.isoformat() if window.first else "the beginning"
        yield f"It covers what you asked for: {first} to {window.last or 'today'}."
    else:
        yield "It covers everything that we hold, however old."
    if outside:
        records = "record lies" if outside == 1 else "records lie"
        yield f"{outside:,} {records} outside this time. Ask us for everything to get those too."
    if by_hand:
        yield f"A person looks through these by hand, and writes to you: {', '.join(by_hand)}."


def _page(tx: Transaction, case: str, found: _Found, about: Iterator[str]) -> Iterator[Markup]:
    name, now = tx.settings.controller.name, tx.now.astimezone(tx.settings.zone)
    yield parts.paragraph(
        f"{name} answers your request {case}, on {parts.day(now)}. The same is in "
        "everything.json for programs, and in tables/ for a spreadsheet."
    )
    yield from map(parts.paragraph, about)
    if not found.held and not any(item["found"] for item in found.by_hand):
        yield parts.paragraph("We looked everywhere and found nothing about you.")
        if found.own:
            yield parts.paragraph("What we keep of your own words and requests stands below.")
    for item in found.held:
        yield from section(item)
    for item in found.by_hand:
        yield from _section_by_hand(item)
    for item in found.own:
        yield from section(item)


def _section_by_hand(item: Mapping[str, Any]) -> Iterator[Markup]:
    yield parts.heading(item["where"])
    if not item["found"]:
        yield parts.paragraph("A person looked through this, and found nothing about you.")
        return
    records = "record" if item["found"] == 1 else "records"
    pairs = [
        ("What", ", ".join(item["what"])),
        ("Looked through", f"by a person, who found {item['found']:,} {records}"),
    ]
    yield parts.facts([*pairs, ("The file", item["file"])] if item["file"] else pairs)


def section(item: Mapping[str, Any]) -> Iterator[Markup]:
    """Yield a described table as a section of the page."""
    yield parts.heading(item["what"])
    pairs = [
        ("Where", item["where"]),
        ("What for", ", ".join(item["purposes"])),
        ("Where from", item["source"]),
        ("How long", item["kept"]),
        ("Who may get it", ", ".join(item["recipients"]) or "nobody"),
    ]
    if item["held_but_not_shown"]:
        pairs.append(("Held, but never sent to anybody", ", ".join(item["held_but_not_shown"])))
    yield parts.facts(pairs)
    columns = item["columns"]
    if columns:
        rows = [[row.get(name) for name in columns] for row in item["rows"]]
        yield parts.table(list(columns.values()), rows)

"""What a person gets who asks to know: one zip to read and to process, sealed until they fetch it.

Source: 11 CCR 7024; Civ. Code 1798.130(a)(3)(B)(iii): readily usable, and portable.
"""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from markupsafe import Markup, escape

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.connectors import copies
from privacy_engine.connectors.copies import CopiedTable
from privacy_engine.errors import NotFound
from privacy_engine.keys.ring import write_private
from privacy_engine.transaction import Transaction, Transactions

KIND = "subject-package"
_FIXED = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


@dataclass(frozen=True, repr=False)
class Package:
    """A finished package, and the hash of its bytes."""

    content: bytes
    sha256: str


def produce(engine: Transactions, *, case: str) -> None:
    """Build, seal and record the package of a case; the copies are deleted afterwards.

    A crash before the record leaves a sealed file that the next run replaces.
    """
    with engine.reading() as tx:
        subject_id = _subject(tx, case)
        key = tx.vault.key(subject_id)
        if key is None:
            raise NotFound("the person of this case was erased")
        tables = list(copies.read(engine.settings, case, key=key.enc))
        package = build(tx, tables, case=case)
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
    key = tx.vault.key(_subject(tx, case))
    path = path_of(tx.settings, case)
    if key is None or not path.exists():
        raise NotFound("there is no package here (any more)")
    return keys.unseal(key.enc, path.read_bytes(), bound_to=case.encode())


def path_of(settings: Settings, case: str) -> Path:
    """Return where the sealed package of a case lies."""
    return settings.exports_directory / "packages" / f"{case}.sealed"


def build(tx: Transaction, tables: Sequence[CopiedTable], *, case: str) -> Package:
    """Return the package: a page to read, JSON for programs, and one CSV a table."""
    held = [_described(tx, table) for table in tables if table.rows or table.withheld]
    now = tx.now.astimezone(tx.settings.zone)
    document = {
        "case": case,
        "made_at": now.isoformat(timespec="seconds"),
        "controller": tx.settings.controller.name,
        "tables": held,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "read-me-first.html", _page(tx, held, case=case, now=now).encode())
        _add(
            archive,
            "everything.json",
            orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str),
        )
        for table in held:
            _add(archive, f"tables/{table['system']}-{table['table']}.csv", _csv(table["rows"]))
    content = buffer.getvalue()
    return Package(content, sha256(content).hexdigest())


def _subject(tx: Transaction, case: str) -> str:
    for event in tx.events_of_case(case):
        if event.kind == "request.received" and event.subject_id:
            return event.subject_id
    raise NotFound("the person of this case was erased")


def _described(tx: Transaction, table: CopiedTable) -> dict[str, Any]:
    system = tx.content.system(table.system)
    row = tx.content.series(table.series)
    recipients = [tx.content.recipient(code).title for code in system.recipients]
    return {
        "system": table.system,
        "where": system.title,
        "table": table.table,
        "what": row.title,
        "purposes": [tx.content.purpose(code).title for code in row.purposes],
        "kept": row.period.in_words,
        "source": "from you, or from your use of the site",
        "recipients": recipients,
        "rows": list(table.rows),
        "held_but_not_shown": list(table.withheld),
    }


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    # A spreadsheet must not run what somebody once typed into a form.
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


def _page(tx: Transaction, held: Sequence[Mapping[str, Any]], *, case: str, now: datetime) -> str:
    head = Markup(_HEAD)  # noqa: S704  our own constant; what is put into it is escaped
    name = tx.settings.controller.name
    parts = [head.format(case=case, name=name, day=f"{now.day} {now:%B %Y}")]
    if not held:
        parts.append(Markup("<p>We looked everywhere and found nothing about you.</p>"))
    parts.extend(_section(table) for table in held)
    parts.append(Markup("</main></body></html>"))
    return str(Markup("\n").join(parts))


def _section(table: Mapping[str, Any]) -> Markup:
    columns = list(dict.fromkeys(name for row in table["rows"] for name in row))
    head = Markup("").join(Markup("<th scope=col>{}</th>").format(name) for name in columns)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup("<td>{}</td>").format("" if row.get(name) is None else row.get(name))
                for name in columns
            )
        )
        for row in table["rows"]
    )
    facts = [
        ("Where", table["where"]),
        ("What for", ", ".join(table["purposes"])),
        ("Where from", table["source"]),
        ("Who got it", ", ".join(table["recipients"]) or "nobody"),
    ]
    if table["held_but_not_shown"]:
        facts.append(("Held, but never sent to anybody", ", ".join(table["held_but_not_shown"])))
    lines = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in facts)
    return Markup(
        "<h2>{}</h2><dl>{}</dl><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(escape(table["what"]), lines, head, body)


_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>What we know about you</title><style>
body{{font:17px/1.5 "Source Sans 3",system-ui,sans-serif;color:#1b2330;background:#fcfbf8}}
main{{max-width:60rem;margin:2rem auto;padding:0 1rem}}
h1,h2{{line-height:1.2}}
table{{border-collapse:collapse;display:block;overflow-x:auto}}
th,td{{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}}
th,td{{border-bottom:1px solid #d9d6cf}}
dl{{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}}
dt{{color:#55606f}}
dd{{margin:0}}
</style></head><body><main><h1>What we know about you</h1>
<p>{name} answers your request {case}, on {day}. The same is in everything.json for programs,
and in tables/ for a spreadsheet.</p>"""

"""What a parent gets who takes a copy: one zip to read, and to process.

Source: 16 CFR 312.6(a)(3).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from privacy_engine.connectors.copies import CopiedTable
from privacy_engine.reports import package_parts as parts
from privacy_engine.reports import subject_package
from privacy_engine.transaction import Transaction

_TITLE = "What we hold of your child"
_OWN = "our-own-records"


def build(
    tx: Transaction,
    tables: Sequence[CopiedTable],
    own: Sequence[Mapping[str, Any]],
    *,
    case: str,
    missing: Sequence[str],
) -> bytes:
    """Return the zip: a page to read, JSON for programs, and a spreadsheet for each table.

    Args:
        tx: reads what the schedule says of each table.
        tables: what systems hold.
        own: what our own log holds, oldest first, with `at` and `what`.
        case: the child's.
        missing: sentences about what is not in it, and why.
    """
    every = [subject_package.described(tx, table) for table in tables]
    held = [item for item in every if item["rows"] or item["held_but_not_shown"]]
    now, name = tx.now.astimezone(tx.settings.zone), tx.settings.controller.name
    document = {
        "case": case,
        "made_at": now.isoformat(timespec="seconds"),
        "controller": name,
        "not_in_it": missing,
        "tables": held,
        "our_own_records": own,
    }
    intro = (
        f"A copy by {name} of {parts.day(now)}, case {case}, for the parent. The same is in "
        f"everything.json for programs, and in tables/ for a spreadsheet."
    )
    page = parts.page(_TITLE, _page([intro, *missing], held, own))
    names = parts.file_names([*(f"{item['system']}-{item['table']}" for item in held), _OWN])
    sheets = [*(item["rows"] for item in held), own]
    return parts.archive(
        [
            (parts.READ_FIRST, page),
            ("everything.json", parts.as_json(document)),
            *(
                (f"tables/{file}.csv", parts.as_csv(rows))
                for file, rows in zip(names, sheets, strict=True)
                if rows
            ),
        ]
    ).content


def _page(
    said: Sequence[str], held: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> Iterator[Markup]:
    yield from map(parts.paragraph, said)
    for item in held:
        yield from subject_package.section(item)
    yield parts.heading("In our own records")
    if not own:
        yield parts.paragraph("Nothing but the names and addresses of your page, and your answer.")
        return
    rows = [
        [row["at"], row["what"], {k: v for k, v in row.items() if k not in {"at", "what"}}]
        for row in own
    ]
    yield parts.table(["When", "What", "What it says"], rows)

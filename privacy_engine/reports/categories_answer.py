"""What a person gets who asks which kinds of data are held: kinds, sources, uses, recipients.

No single value of theirs stands in it: that takes more proof. What was sold or shared and what was
disclosed for a business purpose are two lists, each by category.

Source: Civ. Code 1798.110, .115, .130(a)(4), (a)(5)(C); 11 CCR 7024(j)-(l).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from privacy_engine.disclosures import register as disclosures
from privacy_engine.disclosures import rules as disclosure_rules
from privacy_engine.disclosures import suspensions
from privacy_engine.disclosures.rules import TwoLists
from privacy_engine.instance.data_map_model import CATEGORIES, System
from privacy_engine.reports import own_records, who_gets
from privacy_engine.reports import package_parts as parts
from privacy_engine.reports.package_parts import Known, Package
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction

_TITLE = "Which kinds of information we have about you"
_NOBODY = "nobody"


@dataclass(frozen=True)
class _Kind:
    """One series that holds something of the person."""

    what: str
    where: str
    categories: tuple[str, ...]
    sources: str
    purposes: tuple[str, ...]
    kept: str
    recipients: tuple[str, ...]

    @property
    def row(self) -> dict[str, str]:
        """The kind as one line of a spreadsheet."""
        return {
            "what": self.what,
            "where": self.where,
            "categories": "; ".join(self.categories),
            "from where": self.sources,
            "what for": "; ".join(self.purposes),
            "kept": self.kept,
            "who may get it": "; ".join(self.recipients),
        }


def build(tx: Transaction, request: Request, known: Known) -> Package:
    """Return the package: a page to read, JSON for programs, and one CSV a list."""
    kinds = list(_kinds(tx, known))
    lists = _lists(tx, request, known)
    sold, business = (_rows(tx, one) for one in (lists.sold_or_shared, lists.business))
    now = tx.now.astimezone(tx.settings.zone)
    document = {
        "case": request.reference,
        "made_at": now.isoformat(timespec="seconds"),
        "controller": tx.settings.controller.name,
        "held": [kind.row for kind in kinds],
        "from": lists.since.isoformat(),
        "to": lists.until.isoformat(),
        "sold_or_shared": sold,
        "disclosed_for_a_business_purpose": business,
    }
    said = [*_held(tx, request, kinds), *_given(lists, sold=sold, business=business)]
    page = parts.page(_TITLE, said)
    return parts.archive(
        [
            (parts.READ_FIRST, page),
            ("everything.json", parts.as_json(document)),
            ("tables/held.csv", parts.as_csv([kind.row for kind in kinds])),
            ("tables/sold-or-shared.csv", parts.as_csv(sold)),
            ("tables/disclosed-for-a-business-purpose.csv", parts.as_csv(business)),
        ]
    )


def _kinds(tx: Transaction, known: Known) -> Iterator[_Kind]:
    """Yield every series of systems, and of our own records, that holds something of them."""
    for code, tables in known.found.items():
        system = tx.content.data_map.ever(code)
        found: dict[str, set[str]] = {}
        for name, count in tables.items():
            declared = next((item for item in system.tables if item.name == name), None)
            series = declared.series if declared else _series_of(tx, system, name)
            letters = {column.category for column in declared.columns} if declared else set()
            if count and series:
                found.setdefault(series, set()).update(letters - {""})
        for series, letters in found.items():
            kept = tx.content.series(series)
            yield _Kind(
                what=kept.title,
                where=system.title,
                categories=_named(sorted(letters) or list(kept.categories)),
                sources=kept.source,
                purposes=tuple(tx.content.purpose(code).title for code in kept.purposes),
                kept=kept.period.in_words,
                recipients=tuple(who_gets.recipients(tx.content, kept, letters, system)),
            )
    for kept in own_records.series_of(tx, known.subject_ids):
        yield _Kind(
            what=kept.title,
            where=own_records.WHERE,
            categories=_named(list(kept.categories)),
            sources=kept.source,
            purposes=tuple(tx.content.purpose(code).title for code in kept.purposes),
            kept=kept.period.in_words,
            recipients=(),
        )


def _series_of(tx: Transaction, system: System, name: str) -> str:
    """Return the series of what a program outside calls by a name of its own; empty for none.

    Only a system that has left the data map since it was searched has none.
    """
    known = {item.series for item in tx.content.retention}
    return name if name in known else next(iter(system.series), "")


def _named(letters: list[str]) -> tuple[str, ...]:
    return tuple(CATEGORIES[letter] for letter in letters)


def _lists(tx: Transaction, request: Request, known: Known) -> TwoLists:
    """Return who got which category of this one person in the twelve months before receipt."""
    zone = tx.settings.zone
    since, until = disclosure_rules.look_back(request.received_at, zone=zone)
    # An answer must not tell what an authority asked to keep back: Civ. Code 1798.145(a)(1).
    left_out = suspensions.left_out(tx, known.subject_ids)
    facts = [
        item.facts
        for item in disclosures.of_person(tx.session, known.subject_ids)
        if since <= item.at.astimezone(zone).date() <= until
        and item.facts.recipient not in left_out
    ]
    return disclosure_rules.two_lists(facts, since=since, until=until)


def _rows(tx: Transaction, listed: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
    return [
        {
            "category": CATEGORIES[letter],
            "who got it": "; ".join(tx.content.recipient(code).title for code in recipients),
        }
        for letter, recipients in listed.items()
    ]


def _held(tx: Transaction, request: Request, kinds: list[_Kind]) -> Iterator[Markup]:
    now = tx.now.astimezone(tx.settings.zone)
    name = tx.settings.controller.name
    yield parts.paragraph(f"{name} answers your request {request.reference}, on {parts.day(now)}.")
    yield parts.paragraph(
        "These are kinds, not the information itself. You can ask for a copy of that too."
    )
    if not kinds:
        yield parts.paragraph("We looked everywhere and found nothing about you.")
    for kind in kinds:
        yield parts.heading(kind.what)
        yield parts.facts(
            [
                ("Kinds", ", ".join(kind.categories)),
                ("Where", kind.where),
                ("Where from", kind.sources),
                ("What for", ", ".join(kind.purposes)),
                ("How long", kind.kept),
                ("Who may get it", ", ".join(kind.recipients) or _NOBODY),
            ]
        )


def _given(
    lists: TwoLists, *, sold: list[dict[str, str]], business: list[dict[str, str]]
) -> Iterator[Markup]:
    span = f"From {lists.since.isoformat()} to {lists.until.isoformat()}"
    yield parts.heading("Sold, or shared for advertising")
    yield from _list(sold, f"{span} we sold or shared nothing about you.")
    yield parts.heading("Given to others for our own work")
    yield from _list(business, f"{span} we have no record of giving anything about you to others.")


def _list(rows: list[dict[str, Any]], none: str) -> Iterator[Markup]:
    if not rows:
        yield parts.paragraph(none)
        return
    columns = parts.columns_of(rows)
    yield parts.table(
        [name[:1].upper() + name[1:] for name in columns],
        [[row[name] for name in columns] for row in rows],
    )

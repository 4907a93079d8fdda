"""The accounting of disclosures: who got what, when, why, and the two lists by category."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.look.formats import plural
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Headline,
    Prose,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import wording
from privacy_engine.reports.kinds.outside import Outside, tables

KIND = "disclosure-accounting"
SECTIONS = ("sold", "business", "disclosures")


@dataclass(frozen=True)
class Disclosure:
    """One disclosure or a series of like ones (`count` above 1, `last_on` its last day)."""

    on: date
    recipient: str
    address: str
    role: str
    categories: tuple[str, ...]
    purpose: str
    basis: str
    count: int = 1
    last_on: date | None = None
    is_sale_or_sharing: bool = False
    suspended: bool = False


def build(
    disclosures: Sequence[Disclosure],
    drawn: Drawn,
    *,
    about: str,
    outside: Sequence[Outside] = (),
) -> Report:
    """Return the accounting for one person or one site.

    Entries whose mention is suspended on the written statement of an agency are left out, and
    that some may be is said in general words only.

    Args:
        disclosures: Every disclosure of the period.
        drawn: The circumstances.
        about: Whom or what it covers: a subject key or a site, never a name.
        outside: What the log holds beside the disclosures of the period.

    Source: Cal. Civ. Code 1798.130(a)(5)(C); modelled on 45 CFR 164.528(b)(2).
    """
    shown = sorted((one for one in disclosures if not one.suspended), key=lambda one: one.on)
    sold = [one for one in shown if one.is_sale_or_sharing]
    unbased = [one for one in shown if not one.basis]
    total = plural(sum(one.count for one in shown), "disclosure")
    recipients = plural(len({one.recipient for one in shown}), "recipient")
    counted = plural(sum(one.count for one in sold), "disclosure")
    return Report(
        kind=KIND,
        about=about,
        drawn=drawn,
        headline=Headline(
            f"{total} to {recipients}",
            "None is recorded as a sale or as sharing for advertising across contexts."
            if not sold
            else f"{counted} counted as sale or sharing.",
            Tone.NEUTRAL,
        ),
        exceptions=(
            *([Remark(f"{counted} counted as sale or sharing.")] if sold else []),
            *(
                Remark(f"Disclosure to {one.recipient} on {wording.day(one.on)} states no basis.")
                for one in unbased
            ),
        ),
        sections=(
            Section("sold", (_categories("sold", sold, "No category was sold or shared."),)),
            Section(
                "business",
                (
                    _categories(
                        "business",
                        [one for one in shown if not one.is_sale_or_sharing],
                        "No category was disclosed for a business purpose.",
                    ),
                ),
            ),
            Section("disclosures", (_table(shown), *tables(outside), _note())),
        ),
    )


def _categories(key: str, disclosures: Sequence[Disclosure], empty: str) -> Table:
    categories = sorted({category for one in disclosures for category in one.categories})
    return Table(
        key=f"categories-{key}",
        title="Categories and who received them",
        columns=(
            Column("category", "Category", width=40),
            Column("recipients", "Recipients", width=60),
        ),
        rows=tuple(
            (
                category,
                "; ".join(
                    sorted(
                        {
                            f"{one.recipient} ({one.role})"
                            for one in disclosures
                            if category in one.categories
                        }
                    )
                ),
            )
            for category in categories
        ),
        empty=empty,
    )


def _table(disclosures: Sequence[Disclosure]) -> Table:
    return Table(
        key="disclosures",
        title="Each disclosure",
        columns=(
            Column("on", "Date", width=17),
            Column("recipient", "Recipient", width=26),
            Column("what", "What", width=21),
            Column("why", "Purpose, and basis", width=27),
            Column("count", "Times", ColumnKind.NUMBER, width=9),
        ),
        rows=tuple(
            (
                f"{wording.day(one.on)} to {wording.day(one.last_on)}"
                if one.last_on
                else wording.day(one.on),
                f"{one.recipient}, {one.address}" if one.address else one.recipient,
                ", ".join(one.categories),
                f"{one.purpose}; {one.basis or 'no basis stated'}",
                one.count,
            )
            for one in disclosures
        ),
        empty="Nothing was disclosed in this period.",
        attach=True,
    )


def _note() -> Prose:
    return Prose(
        (
            "Where an agency has stated in writing that mention of a disclosure would impede it, "
            "the entry follows once that statement has run out.",
        )
    )

"""Writes docs/law.md out of the data of the law: `python -m tests.spec.manual`."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from privacy_engine.law import provisions
from privacy_engine.law.calendars import weekend
from privacy_engine.law.clauses import (
    Clause,
    Jurisdiction,
    Strict,
    duties,
    jurisdictions,
    versions,
)
from privacy_engine.law.statutes import calendar_tables

PAGE = Path(__file__).parents[2] / "docs" / "law.md"
CONFIRM = "to be confirmed by counsel"

HEAD = """\
# The law, as the engine reads it

Every number of the law that the engine works with, by jurisdiction. This is not legal advice.
Generated from `privacy_engine/law/data` by `python -m tests.spec.manual`; edit the data, not this.

How well a row was read:

| code | read in |
|---|---|
| V1 | the law itself |
| V1-24 | the California regulations, edition of 2024; later wording may differ |
| V1-20 | the California statute, text of 2020; letters may have moved |
| V2 | a secondary source: to be confirmed by counsel |
| R | not yet read: to be confirmed by counsel |
| policy | no law; the organisation's own choice |

Each due date has two readings. The **legal** one is the plain reading: the local day of receipt is
day 0. The **strict** one leaves least room for argument: one day less where a law lets the period
begin on the day of receipt, Saturdays counted as business days, a last day not moved. Letters and
queues promise the strict date; a breach is judged on the legal one. `clock explain` proves either.
"""

P = TypeVar("P", bound=provisions.Provision)

STRICT = {
    Strict.SAME: "the same",
    Strict.DAY_LESS: "one day less",
    Strict.SATURDAYS_COUNT: "Saturdays count",
    Strict.NOT_ROLLED: "last day not moved",
}


def page() -> str:
    """Return the whole of docs/law.md."""
    parts = [HEAD, *(_chapter(each) for each in _in_order()), *_calendars()]
    return "\n".join(parts)


def _in_order() -> Iterator[Jurisdiction]:
    # California first: the reference instance lives there; then by code.
    yield from (each for each in jurisdictions() if each.code == "us-ca")
    yield from (each for each in jurisdictions() if each.code != "us-ca")


def _chapter(found: Jurisdiction) -> str:
    parts = [f"## {found.title} (`{found.code}`)\n", _facts(found)]
    rows = [_row(each) for duty in duties(found.code) for each in versions(duty)]
    columns = ("duty", "what", "limit", "strict reading", "citation", "confidence", "in force")
    parts.append(_table((*columns, "checked"), rows))
    parts += [section for section in _sections(found.code) if section]
    return "\n".join(parts)


def _facts(found: Jurisdiction) -> str:
    facts = [
        f"{found.law}; authority: {found.authority}. In force from {found.effective_on}.",
        f"Days are counted in {found.time_zone}, by the calendar `{found.calendar}`.",
    ]
    if found.within:
        facts.append(f"The duties of {', '.join(f'`{code}`' for code in found.within)} apply too.")
    if found.free_per_12_months is not None:
        facts.append(f"Free answers in 12 months: {found.free_per_12_months}.")
    if found.signal_duty:
        since = f", since {found.signal_duty_from}" if found.signal_duty_from else ""
        facts.append(f"Signals: {found.signal_duty}{since}.")
    if found.child_rule:
        facts.append(f"Children: {found.child_rule}.")
    if found.note:
        facts.append(found.note)
    return "".join(f"- {fact}\n" for fact in facts)


def _row(each: Clause) -> tuple[str, ...]:
    moved = "; the last day moves to a business day" if each.rolls else ""
    own = "; the engine's own number" if each.design_default else ""
    until = f" to {each.in_force_to}" if each.in_force_to else ""
    return (
        f"`{each.duty}`",
        each.title + (f". {each.note}" if each.note else ""),
        f"{each.in_words}, from {each.starts}{moved}{own}",
        STRICT[each.strict],
        each.citation,
        _confidence(each.confidence),
        f"{each.in_force_from}{until}",
        each.checked_on.isoformat(),
    )


def _confidence(code: str) -> str:
    return f"{code}: {CONFIRM}" if code in {"R", "V2"} else code


def _sections(code: str) -> Iterator[str]:
    yield _section("Rights", provisions.rights(code), _right)
    yield _section("Tiers of verification", provisions.tiers(code), lambda each: each.how)
    yield _section(
        "Grounds to keep or refuse",
        provisions.grounds(code),
        lambda each: ", ".join(f"`{right}`" for right in each.rights),
    )
    yield _section("Reasons to deny", provisions.denial_reasons(code), lambda each: each.note)
    yield _section("Never disclosed", provisions.never_disclosed(code), lambda each: each.note)
    yield _section("Categories of data", provisions.categories(code), lambda each: each.note)
    if code == "us-fed":
        yield _section("A parent's consent", provisions.parental_methods(code), _method)
    if code in {"us-ca", "us-fed"}:
        yield _section("Keeping times", provisions.retention_defaults(code), _kept)


def _section(title: str, rows: Sequence[P], more: Callable[[P], str]) -> str:
    if not rows:
        return ""
    lines = [
        (f"`{each.code}`", each.title, more(each), each.citation, _confidence(each.confidence))
        for each in rows
    ]
    return f"### {title}\n\n" + _table(("code", "what", "more", "citation", "confidence"), lines)


def _right(each: provisions.Right) -> str:
    raised = f", or `{each.raised_tier}` where the risk is high" if each.raised_tier else ""
    clocks = ", ".join(f"`{duty}`" for duty in each.clocks)
    named = f"; called {', '.join(each.names)}" if each.names else ""
    return f"tier `{each.tier}`{raised}{named}" + (f"; {clocks}" if clocks else "") + _noted(each)


def _method(each: provisions.ParentalMethod) -> str:
    return "always" if each.where_disclosing else "only where nothing is disclosed"


def _kept(each: provisions.RetentionDefault) -> str:
    if each.period is None:
        return f"for good, from {each.starts}" + _noted(each)
    least = f" (at least {each.minimum.in_words})" if each.minimum else ""
    return f"{each.period.in_words}{least}, from {each.starts}" + _noted(each)


def _noted(each: provisions.Provision) -> str:
    return f". {each.note}" if each.note else ""


def _calendars() -> Iterator[str]:
    yield "## Calendars\n"
    for code, table in calendar_tables().items():
        rest = weekend(code)
        yield f"### {table['calendar']['title']} (`{code}`)\n"
        yield f"Legal reading: {rest.citation}. Strict reading: {rest.strict_citation}.\n"
        rows = [
            (each["name"], _when(each), each["citation"], _confidence(each["confidence"]))
            for each in table.get("holiday", ())
        ]
        if rows:
            yield _table(("holiday", "when", "citation", "confidence"), rows)


def _when(row: dict[str, object]) -> str:
    match row["rule"]:
        case "fixed":
            when = f"{row['month']:02}-{row['day']:02}"
        case "nth_weekday":
            which = "last" if row["nth"] == -1 else f"no. {row['nth']}"
            when = f"{row['weekday']} {which} of month {row['month']:02}"
        case "easter":
            when = f"{row['offset']:+} days from Easter Sunday"
        case _:
            dates = row["dates"]
            assert isinstance(dates, list)
            when = f"by table, {dates[0].year} to {dates[-1].year}"
    moved = row.get("moved", {})
    assert isinstance(moved, dict)
    when += "".join(f"; on a {day}, also {days:+} days" for day, days in moved.items())
    return when + (f"; from {row['from_year']}" if "from_year" in row else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write("docs/law.md\n")

"""What the law asks within which time: dated clauses, each with its citation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.law.statutes import statutes

_DUTY = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
_TO_CONFIRM = frozenset({"R", "V2"})


class Unit(StrEnum):
    """What a limit counts; `YEARLY` is a fixed day of each year (`month_day`)."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    MINUTES = "minutes"
    YEARLY = "yearly"


class Limit(StrEnum):
    """Whether the law sets the last day to act, or the first day on which one may."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Strict(StrEnum):
    """How the stricter reading of a limit differs from the plain one."""

    SAME = "same"
    DAY_LESS = "day_less"
    SATURDAYS_COUNT = "saturdays_count"
    NOT_ROLLED = "not_rolled"


@dataclass(frozen=True)
class Jurisdiction:
    """One law's scope: whose days are counted, in which time zone, by which calendar."""

    code: str
    title: str
    law: str
    authority: str
    effective_on: date
    time_zone: str
    calendar: str
    prefixes: tuple[str, ...]
    confidence: str
    within: tuple[str, ...] = ()
    free_per_12_months: int | None = None
    signal_duty: str = ""
    signal_duty_from: date | None = None
    child_rule: str = ""
    note: str = ""


@dataclass(frozen=True)
class Clause:
    """One duty as it stood in one span of time.

    `in_force_to` is the last day of the span, None while it is open. `confidence` says how well
    the value was read: `V1` in the law itself, `V1-24` in the 2024 edition of the California
    regulations, `V1-20` in the 2020 statute text, `V2` in a secondary source, `R` recalled.
    """

    duty: str
    jurisdiction: str
    title: str
    starts: str
    limit: Limit
    value: int
    unit: Unit
    strict: Strict
    rolls: bool
    citation: str
    confidence: str
    in_force_from: date
    in_force_to: date | None
    checked_on: date
    month_day: str = ""
    notice_within: str = ""
    design_default: bool = False
    note: str = ""

    @property
    def to_be_confirmed(self) -> bool:
        """Return whether counsel has yet to confirm the value against the official text."""
        return self.confidence in _TO_CONFIRM

    @property
    def in_words(self) -> str:
        """Return the limit as a person reads it: `within 10 business days`."""
        if self.unit is Unit.YEARLY:
            return f"by {self.month_day} of each year"
        if self.value == 0 and self.limit is Limit.AT_MOST:
            return "at once, on the same day"
        noun = self.unit.value.replace("_", " ")
        noun = noun.removesuffix("s") if self.value == 1 else noun
        return f"{'within' if self.limit is Limit.AT_MOST else 'at least'} {self.value} {noun}"


def clause(duty: str, *, on: date, jurisdiction: str | None = None) -> Clause:
    """Return the clause of a duty as in force on a local day.

    Without a jurisdiction the duty's own prefix names it. A jurisdiction also answers for the
    wider ones it lies within (`us-ca` for the federal duties).

    Raises:
        UnknownCode: no such duty or jurisdiction; the sentence lists the known ones.
        NotFound: the duty exists, but was not in force on that day.
    """
    spans = versions(duty, jurisdiction=jurisdiction)
    for each in spans:
        if _holds(each, on=on):
            return each
    raise NotFound(f"{duty} was not in force on {on}; {_spans(spans)}")


def clauses(jurisdiction: str, *, on: date) -> tuple[Clause, ...]:
    """Return every clause of a jurisdiction in force on a local day, in the order of its file."""
    _jurisdiction_or_refuse(jurisdiction)
    found = (
        next((each for each in spans if _holds(each, on=on)), None)
        for spans in _duties(jurisdiction).values()
    )
    return tuple(each for each in found if each is not None)


def versions(duty: str, *, jurisdiction: str | None = None) -> tuple[Clause, ...]:
    """Return every dated version of a duty, oldest first.

    Raises:
        UnknownCode: no such duty or jurisdiction; the sentence lists the known ones.
    """
    if jurisdiction is None:
        home = _homes().get(duty)
        if home is not None:
            return _duties(home)[duty]
        known = _near(duty)
        raise UnknownCode(f"{_named(duty)} is not a known duty; known are {_list(known)}")
    for code in (jurisdiction, *_jurisdiction_or_refuse(jurisdiction).within):
        if duty in _duties(code):
            return _duties(code)[duty]
    known = duties(jurisdiction)
    raise UnknownCode(f"{_named(duty)} is not a duty of {jurisdiction}; known are {_list(known)}")


def duties(jurisdiction: str | None = None) -> tuple[str, ...]:
    """Return the ids of all duties, or of one jurisdiction's (not of the wider ones around it)."""
    codes = [jurisdiction] if jurisdiction is not None else list(statutes())
    return tuple(duty for code in codes for duty in _duties(code))


@cache
def jurisdiction(code: str) -> Jurisdiction:
    """Return what is known of a jurisdiction.

    Raises:
        UnknownCode: no such jurisdiction; the sentence lists the known ones.
    """
    return _jurisdiction_or_refuse(code)


def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Return every jurisdiction, in the order of the codes."""
    return tuple(_jurisdiction_or_refuse(code) for code in statutes())


@cache
def _jurisdiction_or_refuse(code: str) -> Jurisdiction:
    if code not in statutes():
        raise UnknownCode(f"this jurisdiction is not known; known are {_list(tuple(statutes()))}")
    head = dict(statutes()[code]["jurisdiction"])
    head["prefixes"] = tuple(head["prefixes"])
    head["within"] = tuple(head.get("within", ()))
    return Jurisdiction(**head)


@cache
def _duties(code: str) -> Mapping[str, tuple[Clause, ...]]:
    table = statutes()[code]
    return {entry["id"]: tuple(_spans_of(entry, table)) for entry in table.get("duty", ())}


def _spans_of(entry: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[Clause]:
    head, rows = table["jurisdiction"], entry["version"]
    for index, row in enumerate(rows):
        until = row.get("in_force_to")
        if until is None and index + 1 < len(rows):
            until = rows[index + 1]["in_force_from"] - timedelta(days=1)
        unit = Unit(row["unit"])
        yield Clause(
            duty=entry["id"],
            jurisdiction=head["code"],
            title=row.get("title", entry["title"]),
            starts=entry["starts"],
            limit=Limit(entry.get("limit", "at_most")),
            value=row.get("value", 0),
            unit=unit,
            strict=Strict(row.get("strict", _usual_strictness(unit))),
            rolls=row.get("rolls", False),
            citation=row["citation"],
            confidence=row["confidence"],
            in_force_from=row["in_force_from"],
            in_force_to=until,
            checked_on=row.get("checked_on", table["checked_on"]),
            month_day=row.get("month_day", ""),
            notice_within=entry.get("notice_within", ""),
            design_default=entry.get("design_default", False),
            note=row.get("note", ""),
        )


def _usual_strictness(unit: Unit) -> str:
    return Strict.SATURDAYS_COUNT if unit is Unit.BUSINESS_DAYS else Strict.SAME


@cache
def _homes() -> Mapping[str, str]:
    return {duty: code for code in statutes() for duty in _duties(code)}


def _near(duty: str) -> tuple[str, ...]:
    """Return the duties whose prefix is the one asked for, or all of them if there is none."""
    prefix = duty.partition("-")[0]
    return tuple(each for each in duties() if each.partition("-")[0] == prefix) or duties()


def _holds(each: Clause, *, on: date) -> bool:
    return each.in_force_from <= on and (each.in_force_to is None or on <= each.in_force_to)


def _named(duty: str) -> str:
    # What was asked is repeated only when it has the shape of a duty: it may come from a stranger.
    return duty if _DUTY.fullmatch(duty) else "this"


def _list(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "none"


def _spans(spans: tuple[Clause, ...]) -> str:
    words = [
        f"from {each.in_force_from}" + (f" to {each.in_force_to}" if each.in_force_to else "")
        for each in spans
    ]
    return f"it is in force {' and '.join(words)}"

"""What an age signal proves: a verdict only when every age it leaves possible agrees.

A signal is first read as a range of ages in whole completed years, on one local day; the range
is then judged. Reading never raises: a value that cannot be read, or that no living person can
have, gives `unknown` and says why, because a strange value must not stop the intake of a report.

Source: 16 CFR 312.2 (child: under 13); Cal. Civ. Code 1798.120(c) (13 to 15);
Cal. Civ. Code 1798.500 ff. (age brackets of operating systems).
"""

import calendar
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal
from zoneinfo import ZoneInfo

from privacy_engine.children.grades import grade_ages

Verdict = Literal["under_13", "13_to_15", "16_or_over", "unknown"]
Value = object

OLDEST: Final = 120
_BRACKETS: Final[tuple[tuple[Verdict, int, int, str], ...]] = (
    ("under_13", 0, 12, "below 13"),
    ("13_to_15", 13, 15, "from 13 to 15"),
    ("16_or_over", 16, OLDEST, "16 or over"),
)


class Kind(StrEnum):
    """The shapes in which a site may report an age."""

    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    AGE = "age"
    AGE_BAND = "age_band"
    OS_BRACKET = "os_bracket"
    SCHOOL_GRADE = "school_grade"


@dataclass(frozen=True)
class AgeRange:
    """Whole completed years, both ends included."""

    lowest: int
    highest: int


@dataclass(frozen=True)
class AgeFinding:
    """A verdict and the sentence that defends it; the sentence never repeats the value."""

    verdict: Verdict
    reason: str


class _Unreadable(ValueError):
    """The value cannot be an age; its text is the reason that people read."""


class _Withheld(ValueError):
    """A proper answer that tells no age, such as a refusal to share one."""


def evaluate(kind: str, value: Value, *, on: date) -> AgeFinding:
    """Return what one signal proves on the local day `on` of the person.

    Args:
        kind: one of `Kind`.
        value: as reported: text, a number, a date, or a mapping of bounds.
        on: the calendar day in the person's own zone, because birthdays are local.

    Returns:
        A finding; `unknown` for anything unreadable, impossible or straddling a limit.
    """
    try:
        ages = possible_ages(kind, value, on=on)
    except (_Unreadable, _Withheld) as fault:
        return AgeFinding("unknown", str(fault))
    return _judge(ages, on)


def fault_of(kind: str, value: Value, on: date) -> str:
    """Return why no living person could truthfully report this; empty where one could.

    A refusal to tell is a truthful report.
    """
    try:
        possible_ages(kind, value, on=on)
    except _Unreadable as fault:
        return str(fault)
    except _Withheld:
        return ""
    return ""


def combine(findings: Iterable[AgeFinding]) -> AgeFinding:
    """Return the finding that protects most: the lowest verdict wins, `unknown` never does."""
    order = [bracket[0] for bracket in _BRACKETS] + ["unknown"]
    nothing = AgeFinding("unknown", "no age signal was given")
    return min(findings, key=lambda finding: order.index(finding.verdict), default=nothing)


def age_on(born_on: date, on: date) -> int:
    """Return completed years on the day `on`; negative before birth.

    A person born on 29 February completes a year on 1 March where there is no 29 February. The
    other reading, 28 February, would end a child's protection one day earlier.
    """
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def day_of(moment: datetime, zone: str, *, ours: ZoneInfo) -> date:
    """Return the local day of an aware instant where somebody is: birthdays are local.

    Args:
        moment: aware.
        zone: IANA name of their time zone; empty where nobody said.
        ours: the zone that counts then.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else ours).date()
    except (KeyError, OSError) as fault:  # `America` is a directory, not a zone
        raise ValueError("there is no such time zone") from fault


def possible_ages(kind: str, value: Value, *, on: date) -> AgeRange:
    """Return every age that the signal leaves possible.

    Raises:
        ValueError: the value cannot be read as an age, is impossible, or withholds the age.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise _Unreadable("this kind of age signal is not known")
    ages = reader(_decoded(value), on)
    if ages.lowest > ages.highest:
        raise _Unreadable("the lower bound of the age lies above the upper one")
    if ages.lowest < 0 or ages.highest > OLDEST:
        raise _Unreadable(f"no living person has such an age; ages run from 0 to {OLDEST}")
    return ages


def _judge(ages: AgeRange, on: date) -> AgeFinding:
    lowest, highest = ages.lowest, ages.highest
    if lowest == highest:
        told = f"aged {lowest} on {on.isoformat()}"
    elif highest == OLDEST:
        told = f"aged {lowest} or more on {on.isoformat()}"
    else:
        told = f"aged {lowest} to {highest} on {on.isoformat()}"
    for verdict, low, high, words in _BRACKETS:
        if low <= lowest and highest <= high:
            return AgeFinding(verdict, f"{told}: {words}")
    return AgeFinding("unknown", f"{told}: the range crosses a limit of age")


def _decoded(value: Value) -> Value:
    """Open bounds that arrive as JSON text; leave everything else alone."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as fault:
            raise _Unreadable("the bounds are not JSON") from fault
    return value


# --- dates of birth -----------------------------------------------------------------------

_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[t ]\d\d:\d\d\S*)?", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_NUMERIC_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


def _read_birth_date(value: Value, on: date) -> AgeRange:
    days = _candidate_days(value)
    if not days:
        raise _Unreadable("this is not a date of the calendar")
    earliest, latest = min(days), max(days)
    if earliest > on:
        raise _Unreadable("the date of birth lies in the future")
    return _between(earliest, min(latest, on), on)


def _candidate_days(value: Value) -> list[date]:
    """Every first and last day that the text can mean: 3/4/2014 is in March or in April."""
    if isinstance(value, date):
        return [date(value.year, value.month, value.day)]
    text = _text(value)
    if found := _COMPACT_DAY.fullmatch(text) or _ISO_DAY.fullmatch(text):
        year, month, day = found.groups()
        return _days(year, month, day) if day else _whole_month(year, month)
    if found := _NUMERIC_DAY.fullmatch(text):
        first, second, year = found.groups()
        return _days(year, first, second) + _days(year, second, first)
    if _YEAR.fullmatch(text):
        return _days(text, "1", "1") + _days(text, "12", "31")
    return []


def _days(year: str, month: str, day: str) -> list[date]:
    try:
        return [date(int(year), int(month), int(day))]
    except ValueError:
        return []


def _whole_month(year: str, month: str) -> list[date]:
    if not 1 <= int(month) <= 12 or int(year) == 0:
        return []
    last = calendar.monthrange(int(year), int(month))[1]
    return [date(int(year), int(month), 1), date(int(year), int(month), last)]


def _between(earliest: date, latest: date, on: date) -> AgeRange:
    return AgeRange(age_on(latest, on), age_on(earliest, on))


def _read_birth_year(value: Value, on: date) -> AgeRange:
    """A year alone leaves two ages open, except on 31 December."""
    text = _text(value)
    if not _YEAR.fullmatch(text) or int(text) == 0:
        raise _Unreadable("this is not a year of four digits")
    year = int(text)
    if year > on.year:
        raise _Unreadable("the year of birth lies in the future")
    return _between(date(year, 1, 1), min(date(year, 12, 31), on), on)


# --- ages and bands -----------------------------------------------------------------------

_AGE_UNIT = r"(?:[ -]?(?:years?|yrs?|y)(?:[ -]?(?:old|of age|o))?|[ ]?y/o|[ ]?años?|[ ]?anos)?"
_AGE = re.compile(rf"(\d{{1,3}})(?:[.,]\d{{1,6}})?{_AGE_UNIT}", re.ASCII)


def _read_age(value: Value, _on: date) -> AgeRange:
    """Completed years: twelve and a half is still twelve."""
    found = _AGE.fullmatch(_text(value).removeprefix("+"))
    if not found:
        raise _Unreadable("this is not an age in years")
    age = int(found[1])
    return AgeRange(age, age)


_NUMBER = r"(\d{1,3})"
_BAND_NOISE = re.compile(
    r"\b(?:years?|yrs?|old|of age|ages?|aged|años?|edad|the|between|from|entre|de|bracket)\b"
)
_DASHES: Final = {0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", ord("_"): " "}
_UP = r"(?:and|or|&|y|o)? ?(?:over|older|up|above|more|plus|mas|más|mayor(?:es)?)"
_DOWN = r"(?:and|or|&|y|o)? ?(?:under|younger|below|less|menor(?:es)?|menos)"


def _closed(low: int, high: int) -> AgeRange:
    return AgeRange(low, high)


_BANDS: Final[tuple[tuple[re.Pattern[str], Callable[[int, int], AgeRange]], ...]] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"{_NUMBER}(?: | ?(?:-|to|through|and|a|y|,) ?){_NUMBER}", _closed),
        (
            rf"(?:>=|≥|at least)? ?{_NUMBER} ?(?:-|to|and)? ?(?:<|under|less than) ?{_NUMBER}",
            lambda low, high: AgeRange(low, high - 1),
        ),
        (
            rf"(?:<|under|below|less than|younger than|menos|menor(?:es)?(?: que)?) ?{_NUMBER}",
            lambda limit, _: AgeRange(0, limit - 1),
        ),
        (
            rf"(?:<=|≤|up to|at most|hasta|no more than) ?{_NUMBER}",
            lambda top, _: AgeRange(0, top),
        ),
        (rf"{_NUMBER} ?{_DOWN}", lambda top, _: AgeRange(0, top)),
        (rf"> ?{_NUMBER}", lambda limit, _: AgeRange(limit + 1, OLDEST)),
        # In words "over 15" may be said at fifteen and a half, so fifteen stays possible.
        (
            rf"(?:over|above|older than|more than|mayor(?:es)?(?: que)?|más) ?{_NUMBER}",
            lambda low, _: AgeRange(low, OLDEST),
        ),
        (
            rf"(?:>=|≥|at least|minimum|min|desde|al menos) ?{_NUMBER}",
            lambda low, _: AgeRange(low, OLDEST),
        ),
        (rf"{_NUMBER} ?(?:\+|{_UP}|-)", lambda low, _: AgeRange(low, OLDEST)),
        (_NUMBER, lambda age, _: AgeRange(age, age)),
        (r"adults?|adultos?", lambda *_: AgeRange(18, OLDEST)),
        (r"minors?", lambda *_: AgeRange(0, 17)),
        (r"teens?|teenagers?", lambda *_: AgeRange(13, 19)),
    )
)


def _read_band(value: Value, _on: date) -> AgeRange:
    """A band names whole years and both its ends belong to it: 10-12 holds a child of 12."""
    if isinstance(value, Mapping):
        return _read_bounds(value)
    text = _text(value).translate(_DASHES)
    text = " ".join(_BAND_NOISE.sub(" ", text).split())
    for pattern, make in _BANDS:
        if found := pattern.fullmatch(text):
            numbers = [int(number) for number in found.groups()]
            low, high, *_ = [*numbers, 0, 0]
            return make(low, high)
    raise _Unreadable("this is not a band of ages")


# --- brackets of operating systems ---------------------------------------------------------

_LOWER_NAMES: Final = ("lower", "lowerBound", "ageLower", "lower_bound", "age_lower", "min")
_UPPER_NAMES: Final = ("upper", "upperBound", "ageUpper", "upper_bound", "age_upper", "max")
_NESTED_NAMES: Final = ("ageRange", "age_range", "bracket", "ageBracket", "age_bracket", "range")
_DECLINED: Final = frozenset({"declinedsharing", "declined", "unknown", "notavailable"})


def _read_os_bracket(value: Value, on: date) -> AgeRange:
    """Read the shapes of Apple, Google and AB 1043; an upper bound belongs to its bracket.

    The vendors publish 0-12, 13-15, 16-17, 18+, so an upper bound of 12 ends before the 13th
    birthday, and an upper bound of 13 leaves 13 possible and proves nothing.
    """
    if isinstance(value, Mapping):
        return _read_bounds(value)
    if _text(value).replace("_", "").replace(" ", "") in _DECLINED:
        raise _Withheld("the person or the system declined to tell an age range")
    return _read_band(value, on)


def _read_bounds(bounds: Mapping[object, object], *, depth: int = 2) -> AgeRange:
    for name in _NESTED_NAMES:
        if (inner := bounds.get(name)) is not None and depth:
            if isinstance(inner, Mapping):
                return _read_bounds(inner, depth=depth - 1)
            return _read_band(inner, date.min)
    low = _bound(bounds, _LOWER_NAMES)
    high = _bound(bounds, _UPPER_NAMES)
    if low is None and high is None:
        return _without_bounds(bounds)
    return AgeRange(0 if low is None else low, OLDEST if high is None else high)


def _without_bounds(bounds: Mapping[object, object]) -> AgeRange:
    """Google gives a verified adult no bounds at all; every other gap tells nothing."""
    status = bounds.get("userStatus")
    if status == "VERIFIED":
        return AgeRange(18, OLDEST)
    known = {*_LOWER_NAMES, *_UPPER_NAMES, *_NESTED_NAMES, "userStatus", "ageRangeSource"}
    if known.isdisjoint(bounds):
        raise _Unreadable("this names no bounds of age")
    raise _Withheld("the bracket has no bounds, so every age is possible")


def _bound(bounds: Mapping[object, object], names: tuple[str, ...]) -> int | None:
    found = next((bounds[name] for name in names if bounds.get(name) is not None), None)
    if found is None:
        return None
    return _read_age(found, date.min).lowest


# --- school ----------------------------------------------------------------------------------


def _read_school_grade(value: Value, _on: date) -> AgeRange:
    ages = grade_ages(_text(value))
    if ages is None:
        raise _Unreadable("this is not a school grade with known ages")
    return AgeRange(*ages)


def _text(value: Value) -> str:
    """One spelling for numbers and text; whatever else arrives is not an age."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Unreadable("this is neither text nor a number")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if not isinstance(value, int) or abs(value) < 10**9 else ""
    return " ".join(text[:200].lower().split())


_READERS: Final[dict[str, Callable[[Value, date], AgeRange]]] = {
    Kind.BIRTH_DATE: _read_birth_date,
    Kind.BIRTH_YEAR: _read_birth_year,
    Kind.AGE: _read_age,
    Kind.AGE_BAND: _read_band,
    Kind.OS_BRACKET: _read_os_bracket,
    Kind.SCHOOL_GRADE: _read_school_grade,
}

"""Faults that only show across files: codes nobody declares, periods laxer than the law."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from privacy_engine.errors import Fault, UnknownCode
from privacy_engine.instance import terms
from privacy_engine.instance.data_map import CATEGORIES
from privacy_engine.instance.disclosure_checks import disclosure_faults
from privacy_engine.instance.document_checks import document_faults
from privacy_engine.instance.letter_checks import letter_faults
from privacy_engine.instance.model import Content, Promise, Purpose, Recipient, RetentionRow
from privacy_engine.instance.where import Where
from privacy_engine.instance.workflow_checks import workflow_faults
from privacy_engine.law import clauses, periods
from privacy_engine.law.clauses import Clause, Unit
from privacy_engine.law.periods import Period

_UNITS: dict[Unit, Callable[[int], Period]] = {
    Unit.CALENDAR_DAYS: lambda value: Period(days=value),
    Unit.MONTHS: lambda value: Period(months=value),
    Unit.YEARS: lambda value: Period(years=value),
}

# What the engine itself keeps is bound by law whether or not the schedule says so.
_ALWAYS_LEAST = {"request-records": "CA-RECORD"}
_ALWAYS_MOST = {"verification-extras": "CA-VERDATA"}

# Both ends of every month over a leap cycle: a period is laxer when it is so on any of them.
_SAMPLE_DAYS = tuple(
    date(year, month, day)
    for year in range(2023, 2027)
    for month in range(1, 13)
    for day in (1, 28)
) + tuple(date(year, month, 31) for year in range(2023, 2027) for month in (1, 3, 5, 7, 8, 10, 12))


def cross_faults(content: Content) -> list[Fault]:
    """Return every fault between the files of an instance."""
    return [
        *_repeats(content),
        *(fault for item in content.purposes for fault in _purpose_faults(content, item)),
        *(fault for item in content.recipients for fault in _recipient_faults(item)),
        *(fault for item in content.retention for fault in _retention_faults(content, item)),
        *_unscheduled(content),
        *(fault for item in content.promises for fault in _promise_faults(content, item)),
        *_data_map_faults(content),
        *disclosure_faults(content),
        *document_faults(content),
        *letter_faults(content),
        *workflow_faults(content),
    ]


def unknown(
    where: Where, key: str, *, what: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[Fault]:
    """Yield a fault for each of `names` that is not `known`."""
    listed = set(known)
    for name in names:
        if name not in listed:
            yield Fault(where.path, where.of(key), f"unknown {what} {name!r}")


def law_fault(where: Where, key: str, duty: str | None) -> Iterator[Fault]:
    """Yield a fault when `duty` is given and the law knows no such duty."""
    if duty is not None and latest(duty) is None:
        yield Fault(where.path, where.of(key), f"{key} {duty!r} is no duty of the law")


def latest(duty: str) -> Clause | None:
    """Return the newest version of a duty, or None when there is no such duty."""
    try:
        return clauses.versions(duty)[-1]
    except UnknownCode:
        return None


def _repeats(content: Content) -> Iterator[Fault]:
    groups: tuple[tuple[str, list[tuple[str, Where]]], ...] = (
        ("purpose", [(item.code, item.where) for item in content.purposes]),
        ("recipient", [(item.code, item.where) for item in content.recipients]),
        ("series", [(item.series, item.where) for item in content.retention]),
        ("promise", [(item.id, item.where) for item in content.promises]),
    )
    for what, items in groups:
        counts = Counter(code for code, _ in items)
        for code, where in items:
            if code and counts[code] > 1:
                yield Fault(where.path, where.line, f"{what} {code!r} is declared more than once")


def _purpose_faults(content: Content, purpose: Purpose) -> Iterator[Fault]:
    where = purpose.where
    known = [item.code for item in content.recipients]
    yield from unknown(
        where, "recipients", what="recipient", names=purpose.recipients, known=known
    )
    if purpose.rule is terms.PurposeRule.OPT_IN and purpose.default_permitted:
        message = "an opt-in purpose is not permitted before somebody agreed to it"
        yield Fault(where.path, where.of("default_permitted"), message)
    regulated = purpose.sale or purpose.sharing or purpose.sensitive
    if regulated and purpose.rule is terms.PurposeRule.NOTICE:
        message = "sale, sharing and sensitive uses are opt-out or opt-in, never by notice alone"
        yield Fault(where.path, where.of("rule"), message)
    if regulated and purpose.reask_clause is None:
        message = "sale, sharing and sensitive uses need a reask_clause such as CA-REASK"
        yield Fault(where.path, where.of("reask_clause"), message)
    yield from law_fault(where, "reask_clause", purpose.reask_clause)


def _recipient_faults(recipient: Recipient) -> Iterator[Fault]:
    where = recipient.where
    yield from unknown(
        where, "categories", what="category", names=recipient.categories, known=CATEGORIES
    )
    if recipient.notify is not terms.Notify.NONE and not recipient.url_setting:
        message = f"notify {recipient.notify.value!r} needs url_setting"
        yield Fault(where.path, where.of("notify"), message)


def _retention_faults(content: Content, row: RetentionRow) -> Iterator[Fault]:
    where = row.where
    systems = [*(item.code for item in content.systems), terms.ENGINE_SYSTEM]
    purposes = [item.code for item in content.purposes]
    named = (
        ("systems", "system", row.systems, systems),
        ("categories", "category", row.categories, CATEGORIES),
        ("purposes", "purpose", row.purposes, purposes),
        ("trigger", "trigger", (row.trigger,), terms.TRIGGERS),
        ("confidence", "confidence", (row.confidence,), terms.CONFIDENCES),
    )
    for key, what, names, known in named:
        yield from unknown(where, key, what=what, names=names, known=known)
    holding = {item.code for item in content.data_map.holding(row.series)}
    for system in row.systems:
        if system != terms.ENGINE_SYSTEM and system in systems and system not in holding:
            message = f"{system} does not hold {row.series} according to {terms.DATA_MAP_FILE}"
            yield Fault(where.path, where.of("systems"), message)
    for category in sorted(_held_categories(content, row.series) - set(row.categories)):
        message = f"{terms.DATA_MAP_FILE} says that {row.series} holds category {category} too"
        yield Fault(where.path, where.of("categories"), message)
    for system in sorted(holding - set(row.systems)):
        message = f"{terms.DATA_MAP_FILE} says that {system} holds {row.series} too"
        yield Fault(where.path, where.of("systems"), message)
    yield from _undated_faults(content, row)
    yield from _own_faults(row)
    yield from _bound_faults(row)


def _undated_faults(content: Content, row: RetentionRow) -> Iterator[Fault]:
    """Yield a fault for each database that could never say what of a series is due."""
    for system in content.systems:
        tables = [table for table in system.tables if table.series == row.series]
        dated = any(table.trigger(row.trigger) for table in tables)
        if tables and not dated and system.code in row.systems:
            message = (
                f"no table of {system.code} that holds {row.series} names a column for"
                f" {row.trigger!r} among its triggers: nothing of it would ever be due"
            )
            yield Fault(row.where.path, row.where.of("trigger"), message)


def _own_faults(row: RetentionRow) -> Iterator[Fault]:
    """Yield faults of what a row says of the engine's own records."""
    own = (*terms.ENGINE_SERIES, *terms.ENGINE_OPTIONAL_SERIES)
    if terms.ENGINE_SYSTEM in row.systems and row.series not in own:
        message = f"the engine holds no series {row.series!r}; it holds {', '.join(own)}"
        yield Fault(row.where.path, row.where.of("systems"), message)
    if row.is_standing and set(row.systems) != {terms.ENGINE_SYSTEM}:
        message = "only what the engine alone holds can have a standing approval"
        yield Fault(row.where.path, row.where.of("approval"), message)


def _held_categories(content: Content, series: str) -> set[str]:
    """Return the categories of the columns in which a series is held."""
    return {
        column.category
        for system in content.systems
        for table in system.tables
        if table.series == series
        for column in table.columns
    } - {""}


def _bound_faults(row: RetentionRow) -> Iterator[Fault]:
    """Yield a fault for a period shorter than the law's least or longer than its most."""
    least = row.least_clause or _ALWAYS_LEAST.get(row.series)
    most = row.most_clause or _ALWAYS_MOST.get(row.series)
    bounds = (("least_clause", least, 1), ("most_clause", most, -1))
    for key, duty, sign in bounds:
        yield from law_fault(row.where, key, duty)
        clause = latest(duty) if duty else None
        if clause is None:
            continue
        if clause.unit not in _UNITS:
            message = f"{duty} counts {clause.unit.value}, which no retention period can meet"
            yield Fault(row.where.path, row.where.of(key), message)
        elif _laxer(row.period, _UNITS[clause.unit](clause.value), sign=sign):
            side = "shorter" if sign > 0 else "longer"
            message = f"period {row.period} is {side} than {clause.in_words} ({clause.citation})"
            yield Fault(row.where.path, row.where.of("period"), message)


def _laxer(period: Period, bound: Period, *, sign: int) -> bool:
    """Return whether `period` breaks `bound` for any start: sign 1 = too short, -1 = too long."""
    return any(
        sign * (periods.add(period, to=day) - periods.add(bound, to=day)).days < 0
        for day in _SAMPLE_DAYS
    )


def _unscheduled(content: Content) -> Iterator[Fault]:
    """Yield a fault for every series that is held somewhere without a retention row."""
    scheduled = {row.series for row in content.retention}
    for system in content.systems:
        for series in system.series:
            if series and series not in scheduled:
                message = (
                    f"series {series!r} of {system.code} has no row in {terms.RETENTION_FILE}"
                )
                yield Fault(system.where.path, system.where.line, message)
    for series in terms.ENGINE_SERIES:
        if series not in scheduled:
            yield Fault(terms.RETENTION_FILE, 1, f"the engine's own series {series!r} has no row")


def _data_map_faults(content: Content) -> Iterator[Fault]:
    known = [item.code for item in content.recipients]
    for system in content.systems:
        yield from unknown(
            system.where, "recipients", what="recipient", names=system.recipients, known=known
        )


def _promise_faults(content: Content, promise: Promise) -> Iterator[Fault]:
    where = promise.where
    slugs = {item.slug for item in content.documents}
    yield from unknown(where, "document", what="document", names=(promise.document,), known=slugs)
    versions = {item.version for item in content.documents if item.slug == promise.document}
    edges = ((key, getattr(promise, key)) for key in ("since", "until"))
    for key, version in edges:
        if version is not None and promise.document in slugs and version not in versions:
            message = f"{promise.document} has no version {version!r}"
            yield Fault(where.path, where.of(key), message)
    known = _known_parameters(content)
    for key, value in promise.parameters.items():
        at = f"parameters.{key}"
        if key not in known:
            yield Fault(where.path, where.of("parameters"), f"unknown parameter {key}")
        elif (listed := known[key]) is not None:
            names = value if isinstance(value, tuple) else (str(value),)
            yield from unknown(where, at, what=key, names=names, known=listed)
    duty = promise.parameters.get("duty")
    yield from law_fault(where, "parameters", duty if isinstance(duty, str) else None)


def _known_parameters(content: Content) -> dict[str, Iterable[str] | None]:
    """Return which parameters a promise may have, and the codes they choose from (None = free)."""
    purposes = [item.code for item in content.purposes]
    systems = [item.code for item in content.systems]
    return {
        "bases": terms.BASES,
        "categories": CATEGORIES,
        "document": {item.slug for item in content.documents},
        "duty": None,
        "grounds": list(terms.Ground),
        "mailbox": None,
        "offer_all": None,
        "published": {item.slug for item in content.documents},
        "purpose": purposes,
        "purposes": purposes,
        "recipients": [item.code for item in content.recipients],
        "series": [row.series for row in content.retention],
        "signal": ("gpc",),
        "system": systems,
        "trackers": None,
        "watch_sharing": None,
        "workflow": [item.code for item in content.workflows],
    }

"""Reads from `exports/schedules.toml` which reports are drawn by themselves, and when; pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from privacy_engine.config import STORE_PREFIX
from privacy_engine.errors import ContentFaults, Fault
from privacy_engine.letters.transport import is_usable
from privacy_engine.reports.document import Period

FILE = "exports/schedules.toml"
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# What can be drawn without knowing a case or a person.
DRAWABLE = frozenset(
    {
        "disclosure-accounting",
        "drills",
        "log-integrity",
        "metrics",
        "promises",
        "request-register",
    }
)
_WITHOUT_PERIOD = frozenset({"log-integrity", "promises"})
_LONGEST_DAYS = 3_660
_MOST_TOLD = 20


class Every(StrEnum):
    """How often a report is drawn; it covers the last whole one of these."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Store:
    """A folder or a bucket; `url_setting` names the environment variable with its address."""

    code: str
    title: str
    url_setting: str


@dataclass(frozen=True)
class Schedule:
    """A report that is drawn by itself."""

    code: str
    title: str
    report: str
    every: Every
    after_days: int
    by_days: int
    site: str
    store: str
    keep_days: int
    tell: tuple[str, ...] = ()

    @property
    def has_period(self) -> bool:
        """Whether the report covers days; one of the log or the promises covers what stands."""
        return self.report not in _WITHOUT_PERIOD

    def name(self, period: Period) -> str:
        """Return what its report of a period is recorded as."""
        return f"{self.code}:{period.to_on.isoformat()}"


@dataclass(frozen=True)
class Schedules:
    """Everything that the file says."""

    schedules: tuple[Schedule, ...] = ()
    stores: tuple[Store, ...] = ()

    def store(self, code: str) -> Store | None:
        """Return a store by code."""
        return next((one for one in self.stores if one.code == code), None)

    def schedule(self, code: str) -> Schedule | None:
        """Return a schedule by code."""
        return next((one for one in self.schedules if one.code == code), None)


def last_whole(every: Every, *, on: date) -> Period:
    """Return the last whole day, week (from Monday), month, quarter or year before a day."""
    begins = {
        Every.DAY: on,
        Every.WEEK: on - timedelta(days=on.weekday()),
        Every.MONTH: on.replace(day=1),
        Every.QUARTER: on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1),
        Every.YEAR: on.replace(month=1, day=1),
    }[every]
    last = begins - timedelta(days=1)
    first = {
        Every.DAY: last,
        Every.WEEK: begins - timedelta(days=7),
        Every.MONTH: last.replace(day=1),
        Every.QUARTER: last.replace(month=(last.month - 1) // 3 * 3 + 1, day=1),
        Every.YEAR: last.replace(month=1, day=1),
    }[every]
    return Period(first, last)


def due(schedule: Schedule, *, on: date) -> Period | None:
    """Return the period whose report is to be drawn by a day; None while it is too early."""
    period = last_whole(schedule.every, on=on)
    return period if on >= period.to_on + timedelta(days=schedule.after_days) else None


def drawn_on(schedule: Schedule, *, on: date) -> date:
    """Return the next day, from `on`, on which the schedule draws."""
    ends = last_whole(schedule.every, on=on).to_on
    here = ends + timedelta(days=schedule.after_days)
    if here >= on:
        return here
    after = last_whole(schedule.every, on=_next_begin(schedule.every, ends))
    return after.to_on + timedelta(days=schedule.after_days)


def _next_begin(every: Every, ends: date) -> date:
    most = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31, Every.QUARTER: 92, Every.YEAR: 366}
    day = ends + timedelta(days=most[every])
    while last_whole(every, on=day).to_on == ends:
        day += timedelta(days=1)
    return day


def load(exports: Path) -> Schedules:
    """Return what `exports` schedules; nothing where the file is missing.

    Raises:
        ContentFaults: with every fault of the file.
    """
    path = exports / "schedules.toml"
    if not path.is_file():
        return Schedules()
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ContentFaults([Fault(FILE, int(line[1]) if line else 1, str(error))]) from error
    reader = _Reader(text)
    stores = tuple(reader.stores(content))
    schedules = tuple(reader.schedules(content, {one.code for one in stores}))
    for name in content.keys() - {"schedule", "store"}:
        reader.fault(1, f"unknown key {name!r}")
    if reader.faults:
        raise ContentFaults(reader.faults)
    return Schedules(schedules, stores)


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.faults: list[Fault] = []

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(FILE, line, message))

    def _items(
        self, content: Mapping[str, Any], name: str
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        places = [at for at, one in enumerate(self._lines, 1) if one.strip() == f"[[{name}]]"]
        found = content.get(name, [])
        found = found if isinstance(found, list) else []
        seen: set[str] = set()
        for at, item in enumerate(found):
            line = places[at] if at < len(places) else 1
            code = str(item.get("code", ""))
            if not _CODE.fullmatch(code):
                self.fault(line, f"a {name} needs a code of small letters, digits and hyphens")
            elif code in seen:
                self.fault(line, f"the code {code!r} stands twice")
            seen.add(code)
            if not str(item.get("title", "")).strip():
                self.fault(line, f"{name} {code!r} needs a title")
            yield line, item

    def stores(self, content: Mapping[str, Any]) -> Iterator[Store]:
        for line, item in self._items(content, "store"):
            self._known(line, item, {"code", "title", "url_setting"})
            setting = str(item.get("url_setting", ""))
            if not setting.startswith(STORE_PREFIX):
                self.fault(line, f"url_setting is a variable that begins {STORE_PREFIX}")
            yield Store(str(item.get("code")), str(item.get("title")), setting)

    def schedules(self, content: Mapping[str, Any], stores: set[str]) -> Iterator[Schedule]:
        allowed = set(Schedule.__dataclass_fields__)
        for line, item in self._items(content, "schedule"):
            self._known(line, item, allowed)
            report, store = str(item.get("report", "")), str(item.get("store", ""))
            if report not in DRAWABLE:
                self.fault(line, f"report is one of {', '.join(sorted(DRAWABLE))}")
            if item.get("every") not in set(Every):
                self.fault(line, f"every is one of {', '.join(Every)}")
                continue
            if store and store not in stores:
                self.fault(line, f"there is no [[store]] with the code {store!r}")
            days = {
                name: self._days(line, item, name, usual)
                for name, usual in (("after_days", 1), ("by_days", 14), ("keep_days", 0))
            }
            yield Schedule(
                code=str(item.get("code")),
                title=str(item.get("title")),
                report=report,
                every=Every(item["every"]),
                site=str(item.get("site", "")),
                store=store,
                tell=self._tell(line, item),
                **days,
            )

    def _tell(self, line: int, item: Mapping[str, Any]) -> tuple[str, ...]:
        given = item.get("tell", [])
        told = given if isinstance(given, list) else [given]
        if len(told) > _MOST_TOLD or not all(
            isinstance(one, str) and is_usable(one) for one in told
        ):
            self.fault(line, f"tell is a list of up to {_MOST_TOLD} e-mail addresses of the staff")
            return ()
        return tuple(told)

    def _known(self, line: int, item: Mapping[str, Any], allowed: set[str]) -> None:
        for name in sorted(set(item) - allowed):
            self.fault(line, f"unknown key {name!r}")

    def _days(self, line: int, item: Mapping[str, Any], name: str, usual: int) -> int:
        value = item.get(name, usual)
        if type(value) is not int or not 0 <= value <= _LONGEST_DAYS:
            self.fault(line, f"{name} is a number of days from 0 to {_LONGEST_DAYS:,}")
            return usual
        return value

"""What a site collects in words, and what on it recognises visitors, as two files say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from privacy_engine.errors import Fault
from privacy_engine.instance.data_map import CATEGORIES
from privacy_engine.instance.reading import Sheet, Table
from privacy_engine.instance.where import NOWHERE, Where
from privacy_engine.law.periods import Period

CATEGORIES_FILE = "policies/categories.toml"
TRACKERS_FILE = "policies/trackers.toml"


class Source(StrEnum):
    """From whom information comes. Source: 11 CCR 7001, "categories of sources"."""

    CONSUMER = "consumer"
    DEVICE = "device"
    ANALYTICS = "analytics"
    NETWORKS = "networks"
    PLATFORMS = "platforms"
    GOVERNMENT = "government"
    BROKERS = "brokers"


class TrackerKind(StrEnum):
    """What it is that recognises a visitor."""

    COOKIE = "cookie"
    SCRIPT = "script"
    BEACON = "beacon"
    STORAGE = "storage"


@dataclass(frozen=True)
class Collected:
    """What is collected of one category, and from whom."""

    code: str
    what: str
    sources: tuple[Source, ...]
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Tracker:
    """One thing on the site that recognises visitors; `recipient` empty when it stays with us."""

    name: str
    kind: TrackerKind
    hosts: tuple[str, ...]
    recipient: str
    purpose: str
    lifetime: Period | None
    where: Where = field(default=NOWHERE, compare=False, repr=False)

    def covers(self, name: str) -> bool:
        """Return whether a cookie of this name is the declared one."""
        return self.kind is TrackerKind.COOKIE and fnmatchcase(name, self.name)


@dataclass(frozen=True)
class Disclosed:
    """Both files; either may be absent, and then says nothing."""

    categories: tuple[Collected, ...] = ()
    trackers: tuple[Tracker, ...] = ()


def read(root: Path, faults: list[Fault]) -> Disclosed:
    """Return what the two files of an instance say."""
    return Disclosed(
        tuple(map(_collected, _tables(root, CATEGORIES_FILE, "category", faults))),
        tuple(map(_tracker, _tables(root, TRACKERS_FILE, "tracker", faults))),
    )


def _tables(root: Path, path: str, name: str, faults: list[Fault]) -> Iterator[Table]:
    if not (root / path).is_file():
        return
    sheet = Sheet(root, path, faults)
    yield from sheet.array(name)
    sheet.done()


def _collected(table: Table) -> Collected:
    made = Collected(
        code=table.text("code"),
        what=table.text("what"),
        sources=tuple(_sources(table)),
        where=table.where,
    )
    table.done()
    return made


def _sources(table: Table) -> Iterator[Source]:
    for word in table.texts("sources", required=True):
        try:
            yield Source(word)
        except ValueError:
            table.fault("sources", f"source {word!r} is none of: {', '.join(Source)}")


def _tracker(table: Table) -> Tracker:
    made = Tracker(
        name=table.text("name"),
        kind=table.one_of("kind", TrackerKind),
        hosts=table.texts("hosts", required=True),
        recipient=table.optional("recipient") or "",
        purpose=table.code("purpose"),
        lifetime=table.period("lifetime"),
        where=table.where,
    )
    table.done()
    return made


def category_faults(
    disclosed: Disclosed, *, held: Iterable[str], given: Iterable[str]
) -> Iterator[Fault]:
    """Yield categories that are held without a row, and rows of what nobody holds or gets.

    What a recipient may get at most, and nobody holds, needs no row.
    """
    if not disclosed.categories:
        return
    needed, rows = set(held), [item.code for item in disclosed.categories]
    wanted = needed | set(given)
    for item in disclosed.categories:
        where = item.where
        if item.code not in CATEGORIES:
            yield Fault(where.path, where.of("code"), f"unknown category {item.code!r}")
        elif rows.count(item.code) > 1:
            message = f"category {item.code!r} is declared more than once"
            yield Fault(where.path, where.of("code"), message)
        elif item.code not in wanted:
            message = f"no system holds category {item.code!r}, and no recipient gets it"
            yield Fault(where.path, where.of("code"), message)
    for code in sorted(needed - set(rows)):
        yield Fault(CATEGORIES_FILE, 1, f"category {code!r} is in use and has no row")

"""What a statement must say under today's law, and whether it does (pure)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from privacy_engine.law import periods
from privacy_engine.law.periods import Period

POLICY = "privacy-policy"


@dataclass(frozen=True)
class Requirement:
    """One thing that the law wants said, or wants not to be said.

    Attributes:
        months: the text must be no older than so many months; 0 for any age.
        confidence: how well the citation was read.
    """

    id: str
    title: str
    citation: str
    confidence: str
    in_force_from: date
    checked_on: date
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    months: int = 0


@dataclass(frozen=True)
class Judged:
    """One requirement and whether a text meets it; `why` is a clause about what was looked for."""

    requirement: Requirement
    met: bool
    why: str


@cache
def requirements(kind: str) -> tuple[Requirement, ...]:
    """Return what a document of a kind must say, in the order of the file; none for others."""
    file = files("privacy_engine.law") / "data" / "contents" / f"{kind}.toml"
    if not file.is_file():
        return ()
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["content"]
    return tuple(_requirement(row) for row in rows)


def _requirement(row: Mapping[str, Any]) -> Requirement:
    patterns = {name: tuple(row.get(name, ())) for name in ("all", "any", "none")}
    return Requirement(**{**row, **patterns})


def judge(kind: str, text: str, *, written_on: date, on: date) -> tuple[Judged, ...]:
    """Return every requirement in force on a day, and whether a text meets it.

    Args:
        kind: of the document, such as `privacy-policy`.
        text: its Markdown, with links and markers.
        written_on: the day from which it holds.
        on: the day whose law is asked.
    """
    plain = " ".join(text.lower().split())
    return tuple(
        _judged(item, plain, written_on=written_on, on=on)
        for item in requirements(kind)
        if item.in_force_from <= on
    )


def _judged(item: Requirement, text: str, *, written_on: date, on: date) -> Judged:
    if item.months:
        last = periods.add(Period(months=item.months), to=written_on)
        return Judged(item, on <= last, f"it holds from {written_on:%Y-%m-%d}")
    for pattern in item.none:
        if found := re.search(pattern, text):
            return Judged(item, met=False, why=f"it says “{found[0]}”")
    missing = [pattern for pattern in item.all if not re.search(pattern, text)]
    if missing or (item.any and not any(re.search(pattern, text) for pattern in item.any)):
        return Judged(item, met=False, why="nothing of it was found in the text")
    return Judged(item, met=True, why="words of it were found" if item.all or item.any else "")

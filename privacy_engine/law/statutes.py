"""Reads the data files of the law, one TOML table per jurisdiction or calendar."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@cache
def statutes() -> Mapping[str, Mapping[str, Any]]:
    """Return every jurisdiction's file as read, by its code, in the order of the codes."""
    return dict(_tables(_folder(), "jurisdiction"))


@cache
def calendar_tables() -> Mapping[str, Mapping[str, Any]]:
    """Return every calendar's file as read, by its code."""
    return dict(_tables(_folder() / "calendars", "calendar"))


def _folder() -> Traversable:
    return files("privacy_engine.law") / "data"


def _tables(folder: Traversable, head: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            table = tomllib.loads(entry.read_text(encoding="utf-8"))
            yield str(table[head]["code"]), table

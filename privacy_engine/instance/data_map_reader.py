"""Reads the parts of a data map one value at a time and keeps every fault with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from privacy_engine.errors import Fault, InvalidInput
from privacy_engine.instance.data_map_lines import MapLines, Place
from privacy_engine.instance.data_map_model import ColumnRule, Disposal, Keep
from privacy_engine.instance.where import Where
from privacy_engine.law.periods import Period
from privacy_engine.law.periods import parse as parse_period

CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_PLAIN_DISPOSALS = (Disposal.NULL, Disposal.KEYED_HASH, Disposal.PSEUDONYM)
_COLUMN_DISPOSALS = 'null, keyed_hash, pseudonym, { fixed = "…" } or { keep = {…} }'

Word = TypeVar("Word", bound=StrEnum)
Raw = Mapping[str, Any]


@dataclass
class Reader:
    """The file being read: its path, its lines, and the faults found so far."""

    path: str
    lines: MapLines
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, message: str) -> None:
        """Keep a fault at the line of `place`."""
        self.faults.append(Fault(self.path, self.lines.of(place), message))

    def where(self, place: Place) -> Where:
        """Return the place as content carries it."""
        return Where(self.path, self.lines.of(place))

    def only(self, raw: Raw, place: Place, known: frozenset[str]) -> None:
        """Refuse keys that nothing reads: a misspelt rule would silently not apply."""
        for key in raw:
            if key not in known:
                self.fault(
                    (*place, key), f"unknown key {key!r}; known: {', '.join(sorted(known))}"
                )

    def text(self, raw: Raw, key: str, place: Place) -> str:
        """Return a string, empty when absent."""
        value = raw.get(key, "")
        if isinstance(value, str):
            return value
        self.fault((*place, key), f"{key} must be a string")
        return ""

    def flag(self, raw: Raw, key: str, place: Place, *, default: bool = False) -> bool:
        """Return a boolean."""
        value = raw.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault((*place, key), f"{key} must be true or false")
        return default

    def words(self, raw: Raw, key: str, place: Place) -> tuple[str, ...]:
        """Return a list of strings; a lone string is a list of one."""
        value = raw.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(item, str) and item for item in listed):
            return tuple(listed)
        self.fault((*place, key), f"{key} must be a string or a list of strings")
        return ()

    def one_of(self, raw: Raw, key: str, place: Place, *, default: Word) -> Word:
        """Return a word of the closed set that `default` belongs to."""
        kind = type(default)
        value = raw.get(key, default)
        if isinstance(value, str) and value in {item.value for item in kind}:
            return kind(value)
        known = ", ".join(kind)
        self.fault((*place, key), f"{key} must be one of: {known}")
        return default

    def table(self, raw: Raw, key: str, place: Place) -> Raw:
        """Return a TOML table, empty when absent."""
        value = raw.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.fault((*place, key), f"{key} must be a table")
        return {}

    def keep(self, raw: Raw, place: Place) -> Keep | None:
        """Return a ground for keeping; it needs a ground and a citation."""
        self.only(raw, place, frozenset({"ground", "citation", "period", "trigger", "until"}))
        ground, citation = self.text(raw, "ground", place), self.text(raw, "citation", place)
        if not CODE.fullmatch(ground) or not citation:
            self.fault(place, "keep needs a ground (such as legal_obligation) and a citation")
            return None
        period, trigger = self._period(raw, place), self.text(raw, "trigger", place) or None
        until = raw.get("until")
        if until is not None and type(until) is not date:
            self.fault(place, "until must be a day such as 2031-12-31")
            until = None
        if (period is None) != (trigger is None):
            self.fault(place, "period and trigger belong together: the period runs from a column")
        return Keep(ground=ground, citation=citation, period=period, trigger=trigger, until=until)

    def _period(self, raw: Raw, place: Place) -> Period | None:
        text = self.text(raw, "period", place)
        try:
            return parse_period(text) if text else None
        except InvalidInput as error:
            self.fault((*place, "period"), f"{text!r}: {error.detail}")
            return None

    def column_rule(self, raw: object, place: Place) -> ColumnRule | None:
        """Return what deletion does to a column, or None where nothing is said."""
        if raw is None:
            return None
        if isinstance(raw, str) and raw in {item.value for item in _PLAIN_DISPOSALS}:
            return ColumnRule(Disposal(raw))
        if isinstance(raw, Mapping) and len(raw) == 1:
            if isinstance(fixed := raw.get("fixed"), str | int):
                return ColumnRule(Disposal.FIXED, value=fixed)
            if isinstance(kept := raw.get("keep"), Mapping):
                keep = self.keep(kept, place)
                return ColumnRule(Disposal.KEEP, keep=keep) if keep else None
        self.fault(place, f"on_delete of a column must be {_COLUMN_DISPOSALS}")
        return None
